#include "cli/log_dirs.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "cli/admin_session.h"
#include "cli/dump_output.h"
#include "cli/group_topics.h"
#include "cli/java_arguments.h"
#include "cli/java_hash_order.h"
#include "cli/java_text.h"
#include "cli/kafka_tool.h"
#include "client/remote/error_text.h"
#include "client/remote/log_dirs.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "nlohmann/json.hpp"

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
};

constexpr char kHelp[] =
    R"(Prints, as JSON, the folders of brokers and the logs in them with their sizes.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--data-dir <folder>                 Instead: a data folder of rill's that no process
                                    has open
--command-config <file>             Properties of the client: client.id,
                                    request.timeout.ms, ...
--describe                          REQUIRED: do it
--topic-list <a,b>                  Only logs of these topics
--broker-list <0,1>                 Only these brokers
--help                              Print this
--version                           Print the version of Kafka whose tool this is the
                                    like of

  kafka-log-dirs --bootstrap-server localhost:9092 --describe --topic-list orders
)";

const KafkaTool kTool = {"log-dirs", kOptions, kHelp};

// Its keys keep the order that they have in what Kafka's tool prints.
using Json = nlohmann::ordered_json;
using Partition = remote::LogDir::Topic::Partition;

struct Log {
  TopicPartition name;
  Partition partition;
};

Json LogsOf(const remote::LogDir& folder, const std::set<std::string>& topics) {
  std::vector<Log> logs;
  for (const auto& topic : folder.topics) {
    if (!topics.empty() && !topics.contains(topic.name)) continue;
    for (const Partition& one : topic.partitions) {
      logs.push_back({{topic.name, one.partition_index}, one});
    }
  }
  Json shown = Json::array();
  for (const Log& log : InJavaHashOrder(std::move(logs), kJavaMapCapacity,
                                        [](const Log& one) { return one.name; })) {
    shown.push_back({{"partition", NameOf(log.name)},
                     {"size", log.partition.partition_size},
                     {"offsetLag", log.partition.offset_lag},
                     {"isFuture", log.partition.is_future_key}});
  }
  return shown;
}

Json FoldersOf(const std::vector<remote::LogDir>& folders, const std::set<std::string>& topics) {
  Json shown = Json::array();
  for (const remote::LogDir& folder : folders) {
    Json error = nullptr;
    if (folder.error_code != ErrorCode::kNone) {
      error = fmt::format("org.apache.kafka.common.errors.{}",
                          remote::ExceptionName(folder.error_code));
    }
    shown.push_back({{"partitions", LogsOf(folder, topics)},
                     {"error", std::move(error)},
                     {"logDir", folder.log_dir}});
  }
  return shown;
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
  out.Print("Querying brokers for log directories information\n");
  Json brokers = Json::array();
  for (const std::int32_t id : *wanted) {
    const auto folders = remote::DescribeLogDirs(client, id);
    if (!folders.ok()) return folders.status();
    brokers.push_back({{"broker", id}, {"logDirs", FoldersOf(*folders, topics)}});
  }
  out.Print("Received log directory information from brokers {}\n", fmt::join(*wanted, ","));
  const Json all = {{"brokers", std::move(brokers)}, {"version", 1}};
  out.Print("{}\n", all.dump(-1, ' ', false, Json::error_handler_t::replace));
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
  auto session = AdminSession::Open(context, line, "log-dirs-tool");
  if (!session.ok()) return Fail(context, kTool, session.status());
  absl::Status done;
  {
    TextWriter out(context.out);
    done = PrintFolders(line, session->client(), out);
  }
  const absl::Status closed = session->Close();
  if (!done.ok()) {
    context.err << std::string(done.message()) << '\n';
    return 1;
  }
  return closed.ok() ? 0 : Fail(context, kTool, closed);
}

}  // namespace rill::cli
