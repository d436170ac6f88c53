// OffsetCommit, versions 2 to 10.
//
// Stores the offsets of a group: of a member in its generation, or, with generation -1 and without
// a member id, of a consumer that assigns partitions itself. A partition that is not there, or
// whose metadata is too long, is refused alone; the others are stored together, or none of them.
//
// Deviations: offsets are kept until their group or topic is deleted, whatever `retention_time_ms`
// says.
#include <map>
#include <memory>
#include <vector>

#include "net/handlers.h"
#include "net/place_of.h"

namespace rill::net {
namespace {

using Partition = wire::OffsetCommitResponse::Topic::Partition;
using Topics = std::vector<std::shared_ptr<engine::TopicState>>;

constexpr int kFirstById = 10;
constexpr int kFirstWithGroupIdNotFound = 9;

struct Commit {
  std::map<TopicPartition, OffsetAndMetadata> offsets;
  std::vector<Partition*> answers;  // of those
  Topics topics;
};

void Take(const Call& call, const wire::OffsetCommitRequest::Topic& asked,
          wire::OffsetCommitResponse::Topic& answered, Commit& commit) {
  const auto most = call.node.engine->config().offset_metadata_max_bytes;
  const auto topic = TopicOf(call, asked.name, asked.topic_id, kFirstById);
  if (topic.ok()) commit.topics.push_back(*topic);
  for (std::size_t i = 0; i < asked.partitions.size(); ++i) {
    const auto& partition = asked.partitions[i];
    Partition& answer = answered.partitions[i];
    answer.partition_index = partition.partition_index;
    const std::string metadata = partition.committed_metadata.value_or("");
    if (!topic.ok()) {
      answer.error_code = CodeOf(topic.status());
    } else if ((*topic)->partition(partition.partition_index) == nullptr) {
      answer.error_code = ErrorCode::kUnknownTopicOrPartition;
    } else if (static_cast<std::int64_t>(metadata.size()) > most) {
      answer.error_code = ErrorCode::kOffsetMetadataTooLarge;
    } else {
      commit.offsets[{(*topic)->name(), partition.partition_index}] = {
          partition.committed_offset, partition.committed_leader_epoch, metadata};
      commit.answers.push_back(&answer);
    }
  }
}

engine::CommitRequest RequestOf(const Call& call, const wire::OffsetCommitRequest& request) {
  engine::CommitRequest commit;
  commit.group_id = request.group_id;
  commit.generation = request.generation_id_or_member_epoch;
  commit.member_id = request.member_id;
  commit.group_instance_id = request.group_instance_id.value_or("");
  commit.knows_group_id_not_found = call.version >= kFirstWithGroupIdNotFound;
  return commit;
}

}  // namespace

wire::OffsetCommitResponse HandleOffsetCommit(const Call& call,
                                              const wire::OffsetCommitRequest& request) {
  wire::OffsetCommitResponse response;
  response.topics.resize(request.topics.size());
  Commit commit;
  for (std::size_t i = 0; i < request.topics.size(); ++i) {
    auto& answered = response.topics[i];
    answered.name = request.topics[i].name;
    answered.topic_id = request.topics[i].topic_id;
    answered.partitions.resize(request.topics[i].partitions.size());
    Take(call, request.topics[i], answered, commit);
  }
  // Asked again when the commit has its turn: by then one may be deleted, and made anew.
  const auto still_there = [&] {
    for (const auto& topic : commit.topics) {
      if (topic->deleted()) return topic->OpenPartition(0).status();
    }
    return absl::OkStatus();
  };
  const auto committed =
      call.node.engine->groups()->Commit(RequestOf(call, request), commit.offsets, still_there);
  for (Partition* answer : commit.answers) answer->error_code = CodeOf(committed);
  return response;
}

}  // namespace rill::net
