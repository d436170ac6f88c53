#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/uuid.h"
#include "engine/group/consumer_group_member.h"
#include "engine/group/consumer_group_records.h"
#include "engine/group/consumer_member_state.h"
#include "engine/group/server_assignor.h"
#include "rill/error.h"
#include "rill/group.h"

namespace rill::engine {

// What goes into the coordinator of consumer groups (KIP-848) and what comes out: Kafka's
// ConsumerGroupHeartbeat and ConsumerGroupDescribe, without the wire's versions.

// The topics that regular expressions stand for, at a version of all topics; InvalidArgument for
// what is no regular expression.
struct ResolvedRegexes {
  std::uint64_t version = 0;
  std::map<std::string, absl::StatusOr<std::vector<std::string>>> topics = {};
};

// What is nullopt has not changed since the member last said it.
struct ConsumerHeartbeat {
  std::string group_id = {};
  std::string member_id = {};
  std::int32_t member_epoch = kJoiningEpoch;
  std::optional<std::string> instance_id = {};
  std::optional<std::string> rack_id = {};
  std::string client_id = {};
  std::string client_host = {};
  std::optional<absl::Duration> rebalance_timeout = {};
  std::optional<std::vector<std::string>> subscribed_topics = {};
  // Empty: none.
  std::optional<std::string> subscribed_regex = {};
  // The answer to ConsumerGroupCoordinator::RegexesToResolve.
  ResolvedRegexes resolved = {};
  std::optional<std::string> server_assignor = {};
  std::optional<IdPartitions> owned = {};
  // Of a member that speaks the classic protocol, whose JoinGroup this is.
  std::optional<ClassicConsumer> classic = {};
  // ConsumerGroupHeartbeat v1 and later: members make their ids themselves.
  bool makes_own_id = true;
};

struct ConsumerHeartbeatResponse {
  ErrorCode error = ErrorCode::kNone;
  std::string error_message = {};
  std::string member_id = {};
  std::int32_t member_epoch = 0;
  absl::Duration heartbeat_interval = absl::ZeroDuration();
  std::optional<IdPartitions> assignment = {};  // nullopt: as it was
};

struct DescribedTopic {
  base::Uuid id = {};
  std::string name = {};
  std::vector<std::int32_t> partitions = {};

  friend bool operator==(const DescribedTopic&, const DescribedTopic&) = default;
};

struct DescribedConsumer {
  std::string member_id = {};
  std::string instance_id = {};  // empty: a dynamic member
  std::string rack_id = {};      // empty: none
  std::int32_t member_epoch = 0;
  std::string client_id = {};
  std::string client_host = {};
  std::vector<std::string> subscribed_topics = {};  // by name
  std::string subscribed_regex = {};                // empty: none
  // Without topics that are gone.
  std::vector<DescribedTopic> assigned = {};
  std::vector<DescribedTopic> target = {};
  bool is_classic = false;  // it speaks the classic protocol
};

struct DescribedConsumerGroup {
  GroupState state = GroupState::kEmpty;
  std::int32_t epoch = 0;
  std::int32_t assignment_epoch = 0;
  std::string assignor = {};
  std::vector<DescribedConsumer> members = {};  // by id
};

// The topics that there are. Answers may differ between calls, but not without version() moving
// after the topics did.
class GroupTopics {
 public:
  virtual ~GroupTopics() = default;
  virtual std::uint64_t version() const = 0;
  virtual std::optional<GroupTopic> Find(const std::string& name) const = 0;
  // All of them, in order.
  virtual std::vector<std::string> Names() const = 0;
};

// To be written, in order, those of a group together; nothing: a tombstone. Nobody waits for it:
// what could not be written is told of again after a restart, or forgotten by it.
struct ConsumerGroupRecord {
  ConsumerGroupRecordKey key = {};
  std::optional<std::string> value = {};
};
using ConsumerGroupEffects = std::vector<ConsumerGroupRecord>;

struct ConsumerGroupConfig {
  absl::Duration session_timeout = absl::Seconds(45);
  absl::Duration heartbeat_interval = absl::Seconds(5);
  std::int32_t max_size = INT32_MAX;
  // Those that members may ask for, at least one; the first is taken where they ask for none.
  std::vector<ServerAssignor> assignors = {ServerAssignor::kUniform, ServerAssignor::kRange};
  // After which regular expressions are resolved again though there is no other topic: who may see
  // which may have changed.
  absl::Duration regex_refresh_interval = absl::Minutes(10);
  // Whether a classic group whose members are consumers becomes a consumer group when one joins by
  // ConsumerGroupHeartbeat, and a classic one again when the last of those has left.
  bool upgrades = true;
  bool downgrades = true;
};

// What a group has of its own in the place of ConsumerGroupConfig's.
struct ConsumerGroupTimes {
  std::optional<absl::Duration> session_timeout = {};
  std::optional<absl::Duration> heartbeat_interval = {};
};
using ConsumerGroupTimesSource = std::function<ConsumerGroupTimes(const std::string& group_id)>;

}  // namespace rill::engine
