#include "cli/get_offsets.h"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "cli/admin_session.h"
#include "cli/dump_output.h"
#include "cli/group_topics.h"
#include "cli/java_arguments.h"
#include "cli/json_lines.h"
#include "cli/kafka_tool.h"
#include "cli/partition_filter.h"
#include "client/remote/error_text.h"
#include "client/remote/offsets.h"
#include "client/remote/topics.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

constexpr OptionSpec kOptions[] = {
    {"help"},
    {"version"},
    kBootstrapServer,
    kDataDir,
    kCommandConfig,
    {"topic-partitions", Argument::kRequired},
    {"topic", Argument::kRequired},
    {"partitions", Argument::kRequired},
    {"time", Argument::kRequired},
    {"exclude-internal-topics"},
    {"json"},
};

constexpr char kHelp[] =
    R"(Prints an offset of each partition, as topic:partition:offset. Partitions where
the time is behind all records are left out.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--data-dir <folder>                 Instead: a data folder of rill's; one that a node
                                    serves is used through its socket
--command-config <file>             Properties of the client: request.timeout.ms, ...
--topic <name>                      The topics, a regular expression; all without it
--partitions <0,1>                  Which of their partitions; all without it
--topic-partitions <rules>          Instead of both: a:1,b:0-3,c,d:5-,e:-3, with
                                    regular expressions for topics; 0-3 is without 3
--time <time>                       Which offset: latest (-1, the default), earliest
                                    (-2), max-timestamp (-3), earliest-local (-4),
                                    latest-tiered (-5), earliest-pending-upload (-6),
                                    or the first at a time in ms since 1970 or later
--exclude-internal-topics           Without the topics that Kafka keeps for itself
--json                              Print JSON, an object a line for each partition
--help                              Print this
--version                           Print the version of Kafka whose tool this is the
                                    like of

  kafka-get-offsets --bootstrap-server localhost:9092 --topic orders --time earliest
)";

const KafkaTool kTool = {"get-offsets", kOptions, kHelp};

constexpr std::pair<std::string_view, std::int64_t> kTimes[] = {
    {"latest", remote::kLatestTime}, {"earliest", remote::kEarliestTime},
    {"max-timestamp", -3},           {"earliest-local", -4},
    {"latest-tiered", -5},           {"earliest-pending-upload", -6}};

absl::StatusOr<std::int64_t> TimeOf(const CommandLine& line) {
  const auto text = line.Value("time", "latest");
  if (!text.ok()) return text.status();
  for (const auto& [name, time] : kTimes) {
    if (*text == name) return time;
  }
  const auto time = ParseJavaNumber<std::int64_t>(*text);
  if (time) return *time;
  return absl::InvalidArgumentError(fmt::format(
      "Malformed time argument {}. Please use -1 or latest / -2 or earliest / -3 or max-timestamp "
      "/ "
      "-4 or earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload, or a specified "
      "long format timestamp",
      *text));
}

absl::StatusOr<PartitionFilter> FilterOf(const CommandLine& line) {
  const bool has_rules = line.Has("topic-partitions");
  if (has_rules && (line.Has("topic") || line.Has("partitions"))) {
    return absl::InvalidArgumentError(
        "--topic-partitions cannot be used with --topic or --partitions");
  }
  const auto rules = line.Value("topic-partitions", "");
  if (!rules.ok()) return rules.status();
  const auto topic = line.Value("topic", ".*");
  if (!topic.ok()) return topic.status();
  const auto partitions = line.Value("partitions", "");
  if (!partitions.ok()) return partitions.status();
  return has_rules ? PartitionFilter::OfRules(*rules)
                   : PartitionFilter::OfTopic(*topic, *partitions);
}

absl::StatusOr<std::vector<TopicPartition>> PartitionsOf(const CommandLine& line,
                                                         const PartitionFilter& filter,
                                                         remote::AdminClient& client) {
  const auto topics = remote::ListTopics(client);
  if (!topics.ok()) return topics.status();
  std::vector<std::string> names;
  for (const auto& topic : *topics) {
    if (topic.is_internal && line.Has("exclude-internal-topics")) continue;
    if (filter.MatchesTopic(topic.name)) names.push_back(topic.name);
  }
  const auto described = remote::DescribeTopics(client, names);
  if (!described.ok()) return described.status();
  std::vector<TopicPartition> partitions;
  for (const auto& topic : *described) {
    for (const auto& partition : topic.partitions) {
      if (!filter.Matches(topic.name, partition.index)) continue;
      partitions.push_back({topic.name, partition.index});
    }
  }
  if (!partitions.empty()) return partitions;
  return absl::NotFoundError("Could not match any topic-partitions with the specified filters");
}

absl::Status PrintOffsets(const CommandLine& line, const PartitionFilter& filter, std::int64_t time,
                          remote::AdminClient& client, TextWriter& out, TextWriter& err) {
  const auto partitions = PartitionsOf(line, filter, client);
  if (!partitions.ok()) return partitions.status();
  const auto offsets = remote::ListOffsets(client, *partitions, time);
  if (!offsets.ok()) return offsets.status();
  std::map<std::string, std::pair<TopicPartition, std::int64_t>> rows;  // ordered by their names
  for (const auto& [partition, offset] : *offsets) {
    if (!offset.status.ok()) {
      err.Print("Skip getting offsets for topic-partition {} due to error: {}\n", NameOf(partition),
                remote::JavaError(offset.status));
    } else if (offset.offset != -1) {
      rows[NameOf(partition)] = {partition, offset.offset};
    }
  }
  for (const auto& [name, row] : rows) {
    const auto& [partition, offset] = row;
    if (line.Has("json")) {
      PrintJson(
          {{"topic", partition.topic}, {"partition", partition.partition}, {"offset", offset}},
          out);
    } else {
      out.Print("{}:{}:{}\n", partition.topic, partition.partition, offset);
    }
  }
  return absl::OkStatus();
}

int Refuse(const CommandContext& context, const absl::Status& status) {
  context.err.Write(fmt::format("Error occurred: {}\n", std::string(status.message())));
  return 1;
}

}  // namespace

std::string GetOffsetsHelp() { return HelpOf(kTool); }

int RunGetOffsets(const CommandContext& context, std::span<const std::string> words) {
  CommandLine line;
  if (const auto done = ReadToolWords(context, kTool, words, line)) return *done;
  if (!NamesCluster(line)) {
    return RefuseUsage(context, kTool, "Missing required argument \"[bootstrap-server]\"");
  }
  const auto filter = FilterOf(line);
  if (!filter.ok()) return Refuse(context, filter.status());
  const auto time = TimeOf(line);
  if (!time.ok()) return Refuse(context, time.status());
  auto session =
      AdminSession::Open(context, kTool, line, {.client_id = "GetOffsetShell", .only_reads = true});
  if (!session.ok()) return Refuse(context, session.status());
  absl::Status done;
  {
    TextWriter out(context.out);
    TextWriter err(context.err);
    done = PrintOffsets(line, *filter, *time, session->client(), out, err);
  }
  const absl::Status closed = session->Close();
  if (!done.ok()) return Refuse(context, done);
  return closed.ok() ? 0 : Fail(context, kTool, closed);
}

}  // namespace rill::cli
