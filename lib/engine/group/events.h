#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "engine/group/member.h"
#include "engine/group/offset_records.h"
#include "rill/error.h"
#include "rill/group.h"

namespace rill::engine {

// What goes into the group coordinator and what comes out: Kafka's requests and responses of the
// classic group protocol, without the wire's versions. Where the wire has a nullable string whose
// empty form means nothing, an empty string stands for null.

struct JoinRequest {
  std::string group_id = {};
  std::string member_id = {};          // empty: not known yet
  std::string group_instance_id = {};  // empty: a dynamic member
  std::string client_id = {};
  std::string client_host = {};
  absl::Duration session_timeout = absl::Seconds(45);
  absl::Duration rebalance_timeout = absl::Minutes(5);
  std::string protocol_type = "consumer";
  std::vector<GroupProtocol> protocols = {};
  std::string reason = {};
  // JoinGroup v4 and later: a dynamic member is first told its id (MEMBER_ID_REQUIRED).
  bool require_known_member_id = false;
  // JoinGroup v9 and later: a static leader that returns is told to skip the assignment.
  bool supports_skipping_assignment = false;
  // See Member::needs_heartbeat.
  bool needs_heartbeat = true;
};

struct JoinedMember {
  std::string member_id = {};
  std::string group_instance_id = {};
  std::string metadata = {};
};

struct JoinResponse {
  ErrorCode error = ErrorCode::kNone;
  std::int32_t generation = -1;
  std::string protocol_type = {};
  std::string protocol_name = {};
  std::string leader = {};
  bool skip_assignment = false;
  std::string member_id = {};
  std::vector<JoinedMember> members = {};  // for the leader only
};

struct MemberAssignment {
  std::string member_id = {};
  std::string assignment = {};
};

struct SyncRequest {
  std::string group_id = {};
  std::int32_t generation = -1;
  std::string member_id = {};
  std::string group_instance_id = {};
  std::optional<std::string> protocol_type = {};  // nullopt: not said (SyncGroup before v5)
  std::optional<std::string> protocol_name = {};
  std::vector<MemberAssignment> assignments = {};  // from the leader
};

struct SyncResponse {
  ErrorCode error = ErrorCode::kNone;
  std::string protocol_type = {};
  std::string protocol_name = {};
  std::string assignment = {};
};

struct HeartbeatRequest {
  std::string group_id = {};
  std::int32_t generation = -1;
  std::string member_id = {};
  std::string group_instance_id = {};
};

struct LeavingMember {
  std::string member_id = {};  // empty: whoever has the instance id
  std::string group_instance_id = {};
  std::string reason = {};
};

struct LeaveRequest {
  std::string group_id = {};
  std::vector<LeavingMember> members = {};
};

struct LeaveResponse {
  struct Member {
    std::string member_id;
    std::string group_instance_id;
    ErrorCode error = ErrorCode::kNone;
  };
  ErrorCode error = ErrorCode::kNone;
  std::vector<Member> members = {};
};

struct CommitRequest {
  std::string group_id = {};
  std::int32_t generation = -1;  // -1 with no member: a consumer without membership
  std::string member_id = {};
  std::string group_instance_id = {};
  bool transactional = false;  // TxnOffsetCommit
  // From a member in this process that keeps its partitions until it has synced, and so may commit
  // between join and sync, too. Kafka refuses that, for its members cannot tell.
  bool keeps_partitions = false;
  // How long the offsets are to be kept (OffsetCommit before v5); nothing: as offsets.retention
  // says.
  std::optional<absl::Duration> retention = {};
  // OffsetCommit v9 and later, whose generation may be a member epoch (KIP-848), is told
  // GROUP_ID_NOT_FOUND and STALE_MEMBER_EPOCH; earlier ones ILLEGAL_GENERATION.
  bool knows_member_epochs = true;
};

using CommittedOffsets = std::map<TopicPartition, OffsetAndMetadata>;

// Whether a commit may go through. Where `refused` has some, the error is theirs alone.
struct CommitCheck {
  ErrorCode error = ErrorCode::kNone;
  std::vector<TopicPartition> refused = {};
};

struct DescribedMember {
  std::string member_id = {};
  std::string group_instance_id = {};
  std::string client_id = {};
  std::string client_host = {};
  std::string metadata = {};  // in a stable group only
  std::string assignment = {};
};

// Members come in Kafka's order (java_map.h).
struct DescribedGroup {
  // GROUP_ID_NOT_FOUND of a group that is not here, whose state is Dead. On the wire that error is
  // shown from DescribeGroups v6 on.
  ErrorCode error = ErrorCode::kNone;
  GroupState state = GroupState::kDead;
  std::int32_t generation = -1;
  std::string protocol_type = {};
  std::string protocol_name = {};  // in a stable group only
  std::vector<DescribedMember> members = {};
};

// Which protocol a group's members speak: the classic one or KIP-848's. A group without members,
// that only has offsets, is a classic one.
enum class GroupType { kClassic, kConsumer };

struct ListedGroup {
  std::string group_id = {};
  std::string protocol_type = {};
  GroupState state = GroupState::kEmpty;
  GroupType type = GroupType::kClassic;
};

// A deferred answer for the request that was given `token`. Each token is answered once.
struct JoinAnswer {
  RequestToken token = 0;
  JoinResponse response;
};
struct SyncAnswer {
  RequestToken token = 0;
  SyncResponse response;
};

using StoreTicket = std::uint64_t;

// The group's membership changed: write the record, then tell the coordinator (Stored) how it went.
// Answers that depend on the record come as effects of that.
struct StoreGroup {
  std::string group_id = {};
  GroupMetadataValue value = {};
  StoreTicket ticket = 0;
};

// The group is gone: write its tombstone.
struct EraseGroup {
  std::string group_id = {};
};

// For the log: a rebalance began, and why.
struct RebalanceStarted {
  std::string group_id = {};
  std::int32_t old_generation = 0;
  std::string reason = {};
};

using Effect = std::variant<JoinAnswer, SyncAnswer, StoreGroup, EraseGroup, RebalanceStarted>;

// To be carried out in order.
using Effects = std::vector<Effect>;

struct GroupConfig {
  absl::Duration initial_rebalance_delay = absl::ZeroDuration();  // Kafka's default is 3 s
  absl::Duration min_session_timeout = absl::Seconds(6);
  absl::Duration max_session_timeout = absl::Minutes(30);
  absl::Duration new_member_join_timeout = absl::Minutes(5);
  std::int32_t max_size = INT32_MAX;
};

// The part of a member id that makes it one of a kind (Kafka: a random UUID). Never repeats itself.
using MemberIdSource = std::function<std::string()>;

}  // namespace rill::engine
