// OffsetCommit, versions 2 to 10.
//
// A partition that is not there, or whose metadata is too long, is refused alone; the others are
// committed together. What concerns the group (membership, generation) is told of each of them.
// From version 9 on a group that is not there is GROUP_ID_NOT_FOUND, before ILLEGAL_GENERATION, and
// a member of a group whose partitions the broker assigns (KIP-848) commits at its member epoch, or
// at an earlier one what it has had since then (KIP-1251); other partitions are refused
// alone (STALE_MEMBER_EPOCH, to a member of the classic protocol ILLEGAL_GENERATION). Before, it is
// UNSUPPORTED_VERSION, as in Kafka. From version 10 on topics are named by id. An offset that
// belongs to a group without members needs no member; the group id may be empty, as in Kafka.
//
// Up to version 4 a client may say how long its offsets are to be kept (`retention_time_ms`).
//
// Deviations: a negative offset, which no consumer could begin at, is INVALID_REQUEST; Kafka stores
// it.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "net/authorize.h"
#include "net/group_code.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

using Topic = wire::OffsetCommitRequest::Topic;
using Answered = wire::OffsetCommitResponse::Topic::Partition;

constexpr int kFirstWithMemberEpochs = 9;

// A commit that may go through.
struct Commit {
  std::shared_ptr<engine::TopicState> topic;
  TopicPartition partition;
  OffsetAndMetadata committed;
  Answered* answered = nullptr;
};
using Commits = std::vector<Commit>;

ErrorCode Check(const Call& call, const Commit& commit) {
  const OffsetAndMetadata& committed = commit.committed;
  if (committed.offset < 0 || committed.leader_epoch < -1) return ErrorCode::kInvalidRequest;
  const auto most = call.node.engine->config()->offset_metadata_max_bytes;
  const bool is_long = static_cast<std::int64_t>(committed.metadata.size()) > most;
  return is_long ? ErrorCode::kOffsetMetadataTooLarge : ErrorCode::kNone;
}

void LookUp(const Call& call, const Topic& asked, wire::OffsetCommitResponse::Topic& answered,
            Commits& commits) {
  answered.name = asked.name;
  answered.topic_id = asked.topic_id;
  answered.partitions.resize(asked.partitions.size());
  const auto topic =
      TopicOf(call, asked.name, asked.topic_id, kFirstOffsetsById, AclOperation::kRead);
  for (std::size_t i = 0; i < asked.partitions.size(); ++i) {
    const auto& partition = asked.partitions[i];
    Answered& shown = answered.partitions[i];
    shown.partition_index = partition.partition_index;
    if (!topic.ok()) {
      shown.error_code = CodeOf(topic.status());
    } else if ((*topic)->partition(partition.partition_index) == nullptr) {
      shown.error_code = ErrorCode::kUnknownTopicOrPartition;
    } else {
      commits.push_back({*topic,
                         {(*topic)->name(), partition.partition_index},
                         {partition.committed_offset, partition.committed_leader_epoch,
                          partition.committed_metadata.value_or("")},
                         &shown});
    }
  }
}

absl::Status CheckThere(const Commits& commits) {
  for (const Commit& commit : commits) {
    if (!commit.topic->deleted()) continue;
    return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition,
                     "a topic was deleted while an offset of it was committed");
  }
  return absl::OkStatus();
}

void Refuse(Commit& commit, ErrorCode error) { commit.answered->error_code = error; }

// What the group said of all that were not refused alone. It is asked where there is nothing to
// store, too.
ErrorCode Store(const Call& call, const engine::CommitRequest& request, Commits& commits) {
  engine::GroupService::Offsets offsets;
  for (const Commit& commit : commits) offsets[commit.partition] = commit.committed;
  std::vector<TopicPartition> refused;  // in order
  const absl::Status stored = call.node.engine->groups()->Commit(
      request, offsets, [&] { return CheckThere(commits); }, &refused);
  if (stored.ok()) return ErrorCode::kNone;
  const ErrorCode error = GroupCodeOf(stored);
  // What was deleted meanwhile, or is not the member's, is refused alone, and the others are tried
  // again.
  const bool may_be_deleted = error == ErrorCode::kUnknownTopicOrPartition;
  const std::size_t removed = std::erase_if(commits, [&](Commit& commit) {
    const bool is_refused = (may_be_deleted && commit.topic->deleted()) ||
                            std::binary_search(refused.begin(), refused.end(), commit.partition);
    if (is_refused) Refuse(commit, error);
    return is_refused;
  });
  if (removed > 0) return Store(call, request, commits);
  for (Commit& commit : commits) Refuse(commit, error);
  return error;
}

// The group speaks first: a member that is none is told so, whatever it commits.
void StoreSound(const Call& call, const engine::CommitRequest& request, Commits& commits) {
  Commits unsound;
  std::erase_if(commits, [&](const Commit& commit) {
    const bool is_unsound = Check(call, commit) != ErrorCode::kNone;
    if (is_unsound) unsound.push_back(commit);
    return is_unsound;
  });
  const ErrorCode error = Store(call, request, commits);
  for (Commit& commit : unsound) {
    Refuse(commit, error == ErrorCode::kNone ? Check(call, commit) : error);
  }
}

void RefuseAll(ErrorCode error, wire::OffsetCommitResponse& response) {
  for (auto& topic : response.topics) {
    for (Answered& partition : topic.partitions) partition.error_code = error;
  }
}

}  // namespace

wire::OffsetCommitResponse HandleOffsetCommit(const Call& call,
                                              const wire::OffsetCommitRequest& request) {
  wire::OffsetCommitResponse response;
  response.topics.resize(request.topics.size());
  Commits commits;
  for (std::size_t i = 0; i < request.topics.size(); ++i) {
    LookUp(call, request.topics[i], response.topics[i], commits);
  }
  const auto may = CheckGroup(call, AclOperation::kRead, request.group_id);
  if (!may.ok()) {
    RefuseAll(CodeOf(may), response);
    return response;
  }
  if (commits.empty()) return response;
  std::optional<absl::Duration> retention;
  if (request.retention_time_ms >= 0) retention = absl::Milliseconds(request.retention_time_ms);
  StoreSound(call,
             {.group_id = request.group_id,
              .generation = request.generation_id_or_member_epoch,
              .member_id = request.member_id,
              .group_instance_id = request.group_instance_id.value_or(""),
              .retention = retention,
              .knows_member_epochs = call.version >= kFirstWithMemberEpochs},
             commits);
  return response;
}

}  // namespace rill::net
