#include "cli/delete_records.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/admin_session.h"
#include "cli/app_words.h"
#include "cli/dump_output.h"
#include "cli/group_topics.h"
#include "cli/json_lines.h"
#include "cli/kafka_tool.h"
#include "cli/record_deletion.h"
#include "client/remote/error_text.h"
#include "client/remote/offsets.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

constexpr std::uint64_t kMaxFileSize = std::uint64_t{64} << 20;

constexpr OptionSpec kOptions[] = {{"help"},         {"version"},
                                   kBootstrapServer, kDataDir,
                                   kCommandConfig,   {"offset-json-file", Argument::kRequired},
                                   {"json"}};

constexpr char kHelp[] =
    R"(Deletes the records of partitions that are below an offset.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--data-dir <folder>                 Instead: a data folder of rill's; one that a node
                                    serves is used through its socket
--command-config <file>             Properties of the client: client.id,
                                    request.timeout.ms, ...
--offset-json-file <file>           REQUIRED: the offsets, -1 for all there is:
                                    {"partitions": [{"topic": "orders",
                                    "partition": 0, "offset": 3}], "version": 1}
--json                              Print JSON, an object a line for each partition
--help                              Print this
--version                           Print the version of Kafka whose tool this is the
                                    like of

  kafka-delete-records --bootstrap-server localhost:9092 --offset-json-file below.json
)";

const KafkaTool kTool = {"delete-records", kOptions, kHelp};

absl::StatusOr<std::map<TopicPartition, std::int64_t>> ReadDeletion(const CommandContext& context,
                                                                    const CommandLine& line) {
  const auto name = line.Value("offset-json-file", "");
  if (!name.ok()) return name.status();
  const auto text = ReadNamedFile(context, *name, kMaxFileSize);
  if (!text.ok()) return text.status();
  auto before = ParseRecordDeletion(*text);
  if (before.ok()) return before;
  return absl::Status(before.status().code(),
                      fmt::format("{}: {}", *name, std::string(before.status().message())));
}

void PrintJsonRows(const remote::PartitionOffsets& deleted, TextWriter& out) {
  for (const auto& [partition, result] : deleted) {
    const bool is_done = result.status.ok();
    PrintJson({{"topic", partition.topic},
               {"partition", partition.partition},
               {"lowWatermark", is_done ? Json(result.offset) : Json(nullptr)},
               {"error", is_done ? Json(nullptr) : Json(remote::JavaError(result.status))}},
              out);
  }
}

std::vector<std::string> TopicsOf(const std::map<TopicPartition, std::int64_t>& offsets) {
  std::set<std::string> topics;
  for (const auto& [partition, offset] : offsets) topics.insert(partition.topic);
  return {topics.begin(), topics.end()};
}

absl::Status Delete(const CommandLine& line, const std::map<TopicPartition, std::int64_t>& before,
                    remote::AdminClient& client, TextWriter& out) {
  if (!line.Has("json")) out.Print("Executing records delete operation\n");
  const auto deleted = remote::DeleteRecords(client, before);
  if (!deleted.ok()) return NameMissing(deleted.status(), TopicsOf(before), client);
  if (line.Has("json")) {
    PrintJsonRows(*deleted, out);
    return absl::OkStatus();
  }
  out.Print("Records delete operation completed:\n");
  // Kafka's tool prints them in an order of chance.
  for (const auto& [partition, result] : *deleted) {
    if (result.status.ok()) {
      out.Print("partition: {}\tlow_watermark: {}\n", NameOf(partition), result.offset);
    } else {
      out.Print("partition: {}\terror: {}\n", NameOf(partition), remote::JavaError(result.status));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string DeleteRecordsHelp() { return HelpOf(kTool); }

int RunDeleteRecords(const CommandContext& context, std::span<const std::string> words) {
  CommandLine line;
  if (const auto done = ReadToolWords(context, kTool, words, line)) return *done;
  if (!NamesCluster(line)) {
    return RefuseUsage(context, kTool, "Missing required argument \"[bootstrap-server]\"");
  }
  if (auto right = CheckRequired(line, {"offset-json-file"}); !right.ok()) {
    return RefuseUsage(context, kTool, std::string(right.message()));
  }
  const auto before = ReadDeletion(context, line);
  if (!before.ok()) return Fail(context, kTool, before.status());
  auto session = AdminSession::Open(context, kTool, line);
  if (!session.ok()) return Fail(context, kTool, session.status());
  absl::Status done;
  {
    TextWriter out(context.out);
    done = Delete(line, *before, session->client(), out);
  }
  const absl::Status closed = session->Close();
  if (!done.ok()) return Fail(context, kTool, done);
  return closed.ok() ? 0 : Fail(context, kTool, closed);
}

}  // namespace rill::cli
