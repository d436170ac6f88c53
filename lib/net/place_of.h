#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/uuid.h"
#include "engine/topic_state.h"
#include "log/partition_log.h"
#include "net/authorize.h"
#include "net/call.h"
#include "rill/error.h"

namespace rill::net {

// The first versions in which topics are named by their ids.
inline constexpr int kFirstProduceById = 13;
inline constexpr int kFirstFetchById = 13;
inline constexpr int kFirstOffsetsById = 10;  // OffsetCommit, OffsetFetch

// The topic of that name, for who asks to do `operation`. PermissionDenied
// (TOPIC_AUTHORIZATION_FAILED) where they may not, whether it is there or not; NotFound
// (UNKNOWN_TOPIC_OR_PARTITION).
absl::StatusOr<std::shared_ptr<engine::TopicState>> FindTopic(const Call& call,
                                                              const std::string& name,
                                                              AclOperation operation);

// The topic that a request names: by `id` from version `first_by_id` on, by `name` before. Errors
// as FindTopic; NotFound (UNKNOWN_TOPIC_ID).
absl::StatusOr<std::shared_ptr<engine::TopicState>> TopicOf(const Call& call,
                                                            const std::string& name,
                                                            const base::Uuid& id, int first_by_id,
                                                            AclOperation operation);

// The partition's log, where the leader epoch that the client knows, -1 for none, is its own.
// FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH where it is not; the topic's status; else what keeps
// the log from being opened.
absl::StatusOr<std::shared_ptr<log::PartitionLog>> LogOf(
    const absl::StatusOr<std::shared_ptr<engine::TopicState>>& topic, std::int32_t partition,
    std::int32_t known_leader_epoch);

// Whether the topic is there, and nobody has used that partition of it: there is nothing in it, and
// its log need not be opened, which makes its folder, to tell so.
bool IsUnused(const absl::StatusOr<std::shared_ptr<engine::TopicState>>& topic,
              std::int32_t partition);

// Kafka's code for a failure: the status's own, or the nearest.
ErrorCode CodeOf(const absl::Status& status);

}  // namespace rill::net
