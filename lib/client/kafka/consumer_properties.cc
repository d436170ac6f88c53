#include "client/kafka/consumer_properties.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "engine/group/assignor.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

// librdkafka takes partitions by hand, too, only where there is the name of a group.
constexpr char kNoGroup[] = "rill.no-group";
// Ranges of librdkafka's within which rill's are cut.
constexpr std::size_t kMostFetchBytes = 1'000'000'000;
constexpr std::int64_t kMostPollIntervalMs = 86'400'000;
// Kafka's own, and how many heartbeats a session has at least.
constexpr std::int64_t kSessionMs = 45'000;
constexpr std::int64_t kHeartbeatMs = 3'000;
constexpr std::int64_t kHeartbeatsInSession = 3;
// The first librdkafka, as rd_kafka_version() has it, that joins by KIP-848.
constexpr int kKnowsConsumerProtocol = 0x020c0000;

absl::Status Invalid(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig,
                   "ConsumerOptions::partition_assignment_strategy: " + message);
}

// librdkafka has no "sticky", and mixes none that take all partitions away in a rebalance with
// one that leaves what stays: the first decides which of them are offered to the group.
absl::StatusOr<std::string> AssignorsOf(const std::vector<std::string>& names) {
  std::string offered;
  bool is_cooperative = false;
  for (const std::string& name : names) {
    if (!engine::FindAssignor(name).has_value()) {
      return Invalid(
          fmt::format("there is no assignor \"{}\"; those are range, roundrobin, sticky "
                      "and cooperative-sticky",
                      name));
    }
    if (name == "sticky") continue;
    const bool is_this_cooperative = name == "cooperative-sticky";
    if (offered.empty()) {
      is_cooperative = is_this_cooperative;
      offered = name;
    } else if (is_this_cooperative == is_cooperative) {
      offered += "," + name;
    }
  }
  if (offered.empty()) {
    return Invalid(
        "over a cluster there are range, roundrobin and cooperative-sticky; none of them is named");
  }
  return offered;
}

std::string ResetOf(OffsetReset reset) {
  switch (reset) {
    case OffsetReset::kLatest:
      return "latest";
    case OffsetReset::kEarliest:
      return "earliest";
    case OffsetReset::kNone:
      break;
  }
  return "error";
}

std::string Number(std::int64_t n) { return fmt::format("{}", n); }

bool AsksForConsumerProtocol(const std::map<std::string, std::string>& configs) {
  const auto protocol = configs.find("group.protocol");
  return protocol != configs.end() && absl::AsciiStrToLower(protocol->second) == "consumer";
}

absl::Status CheckKnowsConsumerProtocol() {
  if (rd_kafka_version() >= kKnowsConsumerProtocol) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kUnimplemented, ErrorCode::kUnsupportedVersion,
      fmt::format("group.protocol=consumer: librdkafka {}, which rill runs with, joins "
                  "groups by the classic protocol alone; one of 2.12 or later is needed",
                  rd_kafka_version_str()));
}

// What a member of a group says that divides its partitions itself.
absl::Status AddClassicProtocol(const ConsumerOptions& options, std::int64_t poll_interval_ms,
                                std::map<std::string, std::string>& properties) {
  const auto assignors = AssignorsOf(options.partition_assignment_strategy);
  if (!assignors.ok()) return assignors.status();
  const std::int64_t session_ms = std::min(kSessionMs, poll_interval_ms);
  properties["session.timeout.ms"] = Number(session_ms);
  properties["heartbeat.interval.ms"] =
      Number(std::clamp<std::int64_t>(session_ms / kHeartbeatsInSession, 1, kHeartbeatMs));
  properties["partition.assignment.strategy"] = *assignors;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> PropertiesOf(
    const ConsumerOptions& options, const std::map<std::string, std::string>& configs) {
  const std::int64_t poll_interval_ms = std::clamp<std::int64_t>(
      absl::ToInt64Milliseconds(options.max_poll_interval), 1, kMostPollIntervalMs);
  std::map<std::string, std::string> properties;
  const absl::Status knows = AsksForConsumerProtocol(configs)
                                 ? CheckKnowsConsumerProtocol()
                                 : AddClassicProtocol(options, poll_interval_ms, properties);
  if (!knows.ok()) return knows;
  properties["group.id"] = options.group.empty() ? kNoGroup : options.group;
  if (!options.group_instance_id.empty()) {
    properties["group.instance.id"] = options.group_instance_id;
  }
  properties["client.id"] = options.client_id;
  properties["auto.offset.reset"] = ResetOf(options.reset);
  properties["isolation.level"] = options.isolation_level == IsolationLevel::kReadCommitted
                                      ? "read_committed"
                                      : "read_uncommitted";
  properties["enable.auto.commit"] = "false";
  properties["enable.auto.offset.store"] = "false";
  // Records that are handed out have a CRC of their own, which would hide that theirs was wrong.
  properties["check.crcs"] = "true";
  // Tells how far there is nothing to be read.
  properties["enable.partition.eof"] = "true";
  properties["max.poll.interval.ms"] = Number(poll_interval_ms);
  properties["fetch.max.bytes"] =
      fmt::format("{}", std::min(options.fetch_max_bytes, kMostFetchBytes));
  properties["max.partition.fetch.bytes"] =
      fmt::format("{}", std::min(options.max_partition_fetch_bytes, kMostFetchBytes));
  // Patterns do not match these.
  properties["topic.blacklist"] =
      "^__consumer_offsets$,^__transaction_state$,^__share_group_state$";
  return properties;
}

bool IsCooperativeBy(const ClientConfig& config) {
  // librdkafka refuses a mixture of assignors that do and do not.
  return config.ValueOf("group.protocol") == "consumer" ||
         absl::StrContains(config.ValueOf("partition.assignment.strategy"), "cooperative-sticky");
}

}  // namespace rill::client
