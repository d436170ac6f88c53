#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/remote/admin_client.h"
#include "client/remote/cluster.h"
#include "rill/records.h"

// Consumer groups of a cluster, of both protocols. Errors as those of topics.h.
namespace rill::remote {

struct GroupListing {
  std::string id;
  std::string protocol_type;
  std::string state;  // "Stable"; empty where the broker is too old to tell, and so is `type`
  std::string type;   // "Classic"
};

// Which groups are listed: of these states and types, in Kafka's words; none are all.
struct GroupFilter {
  std::vector<std::string> states = {};
  std::vector<std::string> types = {};
};

// The groups of all brokers, in their order. Unimplemented where a broker cannot filter so.
absl::StatusOr<std::vector<GroupListing>> ListGroups(AdminClient& client,
                                                     const GroupFilter& filter);

struct GroupMember {
  std::string id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string host;
  std::vector<TopicPartition> assigned;  // in the answer's order
  // Of the newer protocol (KIP-848).
  std::vector<TopicPartition> to_be_assigned;
  std::optional<std::int32_t> epoch;
  std::optional<bool> is_upgraded;  // whether it speaks the newer protocol, where that is told
};

struct GroupDescription {
  std::string id;
  std::string state;  // "Stable", "Empty", ...
  std::string assignor;
  Broker coordinator;
  std::vector<GroupMember> members;
  std::optional<std::int32_t> epoch;
  std::optional<std::int32_t> assignment_epoch;
};

// NotFound (GROUP_ID_NOT_FOUND) where there is none, but for brokers before Kafka 4.0, for which
// that is a group in the state "Dead".
absl::StatusOr<GroupDescription> DescribeGroup(AdminClient& client, const std::string& group);

struct CommittedOffset {
  TopicPartition partition;
  std::int64_t offset = -1;
  std::int32_t leader_epoch = -1;  // -1: none
  std::string metadata = {};       // what the application added
};

// All offsets that a group has committed, in the answer's order; partitions without one, and those
// with an error, are left out.
absl::StatusOr<std::vector<CommittedOffset>> FetchOffsets(AdminClient& client,
                                                          const std::string& group);

// Commits offsets for a group without members. The first error of a partition.
absl::Status CommitOffsets(AdminClient& client, const std::string& group,
                           const std::map<TopicPartition, std::int64_t>& offsets);

// OK with what became of each partition, or the error of the group.
absl::StatusOr<std::map<TopicPartition, absl::Status>> DeleteOffsets(
    AdminClient& client, const std::string& group, const std::vector<TopicPartition>& partitions);

absl::Status DeleteGroup(AdminClient& client, const std::string& group);

}  // namespace rill::remote
