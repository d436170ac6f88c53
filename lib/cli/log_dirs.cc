#include "cli/log_dirs.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "cli/admin_session.h"
#include "cli/dump_output.h"
#include "cli/group_topics.h"
#include "cli/java_arguments.h"
#include "cli/java_hash_order.h"
#include "cli/java_text.h"
#include "cli/json_lines.h"
#include "cli/kafka_tool.h"
#include "client/remote/error_text.h"
#include "client/remote/log_dirs.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace rill::cli {
namespace {

constexpr OptionSpec kOptions[] = {
    {"help"},
    {"version"},
    kBootstrapServer,
    kDataDir,
    kCommandConfig,
    {"describe"},
    {"topic-list", Argument::kRequired},
    {"broker-list", Argument::kRequired},
    {"json"},
};

constexpr char kHelp[] =
    R"(Prints, as JSON, the folders of brokers and the logs in them with their sizes.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--data-dir <folder>                 Instead: a data folder of rill's; one that a node
                                    serves is used through its socket
--command-config <file>             Properties of the client: client.id,
                                    request.timeout.ms, ...
--describe                          REQUIRED: do it
--topic-list <a,b>                  Only logs of these topics
--broker-list <0,1>                 Only these brokers
--json                              Print JSON, an object a line for each log, in place
                                    of one for all
--help                              Print this
--version                           Print the version of Kafka whose tool this is the
                                    like of

  kafka-log-dirs --bootstrap-server localhost:9092 --describe --topic-list orders
)";

const KafkaTool kTool = {"log-dirs", kOptions, kHelp};

using Partition = remote::LogDir::Topic::Partition;

struct Log {
  TopicPartition name;
  Partition partition;
};

struct Folder {
  std::string path;
  std::optional<std::string> error;
  std::vector<Log> logs;
};

struct BrokerFolders {
  std::int32_t broker = 0;
  std::vector<Folder> folders;
};

std::vector<Log> LogsOf(const remote::LogDir& folder, const std::set<std::string>& topics) {
  std::vector<Log> logs;
  for (const auto& topic : folder.topics) {
    if (!topics.empty() && !topics.contains(topic.name)) continue;
    for (const Partition& one : topic.partitions) {
      logs.push_back({{topic.name, one.partition_index}, one});
    }
  }
  return InJavaHashOrder(std::move(logs), kJavaMapCapacity,
                         [](const Log& one) { return one.name; });
}

std::vector<Folder> FoldersOf(const std::vector<remote::LogDir>& folders,
                              const std::set<std::string>& topics) {
  std::vector<Folder> shown;
  for (const remote::LogDir& folder : folders) {
    Folder& one = shown.emplace_back();
    one.path = folder.log_dir;
    one.logs = LogsOf(folder, topics);
    if (folder.error_code == ErrorCode::kNone) continue;
    one.error =
        fmt::format("org.apache.kafka.common.errors.{}", remote::ExceptionName(folder.error_code));
  }
  return shown;
}

// All in one object, as Kafka's tool prints it.
Json JsonOf(const std::vector<BrokerFolders>& brokers) {
  Json all = Json::Array();
  for (const BrokerFolders& broker : brokers) {
    Json folders = Json::Array();
    for (const Folder& folder : broker.folders) {
      Json logs = Json::Array();
      for (const Log& log : folder.logs) {
        logs.Append(Json{{"partition", NameOf(log.name)},
                         {"size", log.partition.partition_size},
                         {"offsetLag", log.partition.offset_lag},
                         {"isFuture", log.partition.is_future_key}});
      }
      folders.Append(Json{{"partitions", std::move(logs)},
                          {"error", OrNull(folder.error)},
                          {"logDir", folder.path}});
    }
    all.Append(Json{{"broker", broker.broker}, {"logDirs", std::move(folders)}});
  }
  return {{"brokers", std::move(all)}, {"version", 1}};
}

// A line for each log; a folder that has none has one without.
void PrintLines(const BrokerFolders& broker, TextWriter& out) {
  for (const Folder& folder : broker.folders) {
    const Json place = {
        {"broker", broker.broker}, {"logDir", folder.path}, {"error", OrNull(folder.error)}};
    for (const Log& log : folder.logs) {
      Json row = place;
      row.Add("topic", log.name.topic);
      row.Add("partition", log.name.partition);
      row.Add("size", log.partition.partition_size);
      row.Add("offsetLag", log.partition.offset_lag);
      row.Add("isFuture", log.partition.is_future_key);
      PrintJson(row, out);
    }
    if (!folder.logs.empty()) continue;
    Json row = place;
    for (const char* name : {"topic", "partition", "size", "offsetLag", "isFuture"}) {
      row.Add(name, nullptr);
    }
    PrintJson(row, out);
  }
}

absl::StatusOr<std::set<std::int32_t>> BrokersOf(const CommandLine& line) {
  const auto text = line.Value("broker-list", "");
  if (!text.ok()) return text.status();
  std::set<std::int32_t> brokers;
  for (const std::string& word : NonEmptyParts(*text)) {
    const auto id = ParseJavaNumber<std::int32_t>(word);
    if (!id) return absl::InvalidArgumentError(fmt::format("For input string: \"{}\"", word));
    brokers.insert(*id);
  }
  return brokers;
}

absl::Status PrintFolders(const CommandLine& line, remote::AdminClient& client, TextWriter& out) {
  const auto topic_list = line.Value("topic-list", "");
  if (!topic_list.ok()) return topic_list.status();
  const std::vector<std::string> names = NonEmptyParts(*topic_list);
  const std::set<std::string> topics(names.begin(), names.end());
  auto wanted = BrokersOf(line);
  if (!wanted.ok()) return wanted.status();
  const auto cluster = client.DescribeCluster();
  if (!cluster.ok()) return cluster.status();
  std::set<std::int32_t> there;
  for (const auto& broker : cluster->brokers) there.insert(broker.id);
  if (wanted->empty()) *wanted = there;
  std::vector<std::int32_t> missing;
  std::set_difference(wanted->begin(), wanted->end(), there.begin(), there.end(),
                      std::back_inserter(missing));
  if (!missing.empty()) {
    return absl::NotFoundError(fmt::format(
        "ERROR: The given brokers do not exist from --broker-list: {}. Current existent brokers: "
        "{}",
        fmt::join(missing, ","), fmt::join(there, ",")));
  }
  if (!line.Has("json")) out.Print("Querying brokers for log directories information\n");
  std::vector<BrokerFolders> brokers;
  for (const std::int32_t id : *wanted) {
    const auto folders = remote::DescribeLogDirs(client, id);
    if (!folders.ok()) return folders.status();
    brokers.push_back({id, FoldersOf(*folders, topics)});
  }
  if (line.Has("json")) {
    for (const BrokerFolders& broker : brokers) PrintLines(broker, out);
    return absl::OkStatus();
  }
  out.Print("Received log directory information from brokers {}\n", fmt::join(*wanted, ","));
  PrintJson(JsonOf(brokers), out);
  return absl::OkStatus();
}

}  // namespace

std::string LogDirsHelp() { return HelpOf(kTool); }

int RunLogDirs(const CommandContext& context, std::span<const std::string> words) {
  CommandLine line;
  if (const auto done = ReadToolWords(context, kTool, words, line)) return *done;
  if (!NamesCluster(line)) {
    return RefuseUsage(context, kTool, "Missing required argument \"[bootstrap-server]\"");
  }
  if (auto right = CheckRequired(line, {"describe"}); !right.ok()) {
    return RefuseUsage(context, kTool, std::string(right.message()));
  }
  auto session =
      AdminSession::Open(context, kTool, line, {.client_id = "log-dirs-tool", .only_reads = true});
  if (!session.ok()) return Fail(context, kTool, session.status());
  absl::Status done;
  {
    TextWriter out(context.out);
    done = PrintFolders(line, session->client(), out);
  }
  const absl::Status closed = session->Close();
  if (!done.ok()) {
    context.err.Write(fmt::format("{}\n", std::string(done.message())));
    return 1;
  }
  return closed.ok() ? 0 : Fail(context, kTool, closed);
}

}  // namespace rill::cli
