// OffsetFetch, versions 1 to 10.
//
// What groups committed: one group up to version 7, several from version 8 on. A partition for
// which nothing was committed has offset -1, which is no error. Without topics all are told.
//
// Deviations: all offsets are stable, for there are no transactions yet.
#include <map>
#include <string>
#include <vector>

#include "net/handlers.h"
#include "net/place_of.h"

namespace rill::net {
namespace {

using Offsets = std::map<TopicPartition, OffsetAndMetadata>;

constexpr int kFirstOfSeveral = 8;
constexpr int kFirstById = 10;

template <typename Partition>
Partition Tell(const Offsets& offsets, const std::string& topic, std::int32_t index) {
  Partition told;
  told.partition_index = index;
  told.committed_offset = -1;
  const auto found = offsets.find({topic, index});
  if (found == offsets.end()) return told;
  told.committed_offset = found->second.offset;
  told.committed_leader_epoch = found->second.leader_epoch;
  told.metadata = found->second.metadata;
  return told;
}

// All that a group committed, as answers by topic.
template <typename Topic>
std::vector<Topic> TellAll(const Offsets& offsets) {
  std::vector<Topic> topics;
  for (const auto& [partition, committed] : offsets) {
    if (topics.empty() || topics.back().name != partition.topic) {
      topics.emplace_back().name = partition.topic;
    }
    using Partition = typename decltype(Topic::partitions)::value_type;
    topics.back().partitions.push_back(
        Tell<Partition>(offsets, partition.topic, partition.partition));
  }
  return topics;
}

template <typename Topic>
void AddPartitions(const Offsets& offsets, const std::string& name,
                   const std::vector<std::int32_t>& indexes, Topic& told) {
  using Partition = typename decltype(Topic::partitions)::value_type;
  for (const std::int32_t index : indexes) {
    told.partitions.push_back(Tell<Partition>(offsets, name, index));
  }
}

using Group = wire::OffsetFetchResponse::Group;

void TellById(const Call& call, const Offsets& offsets,
              const wire::OffsetFetchRequest::Group::Topic& asked, Group::Topic& told) {
  told.topic_id = asked.topic_id;
  const auto topic = call.node.engine->FindTopic(asked.topic_id);
  AddPartitions(offsets, topic.ok() ? (*topic)->name() : "", asked.partition_indexes, told);
  if (topic.ok()) return;
  for (auto& partition : told.partitions) partition.error_code = CodeOf(topic.status());
}

// Names are not told where ids are; what was committed in a topic that is gone is nobody's then.
void NameById(const Call& call, std::vector<Group::Topic>& topics) {
  std::vector<Group::Topic> named;
  for (auto& topic : topics) {
    const auto found = call.node.engine->FindTopic(topic.name);
    if (!found.ok()) continue;
    topic.name.clear();
    topic.topic_id = (*found)->uuid();
    named.push_back(std::move(topic));
  }
  topics = std::move(named);
}

Group TellGroup(const Call& call, const wire::OffsetFetchRequest::Group& asked) {
  Group told;
  told.group_id = asked.group_id;
  const auto offsets = call.node.engine->groups()->FetchAll(asked.group_id);
  if (!offsets.ok()) {
    told.error_code = CodeOf(offsets.status());
    return told;
  }
  if (!asked.topics.has_value()) {
    told.topics = TellAll<Group::Topic>(*offsets);
    if (call.version >= kFirstById) NameById(call, told.topics);
    return told;
  }
  for (const auto& topic : *asked.topics) {
    auto& answered = told.topics.emplace_back();
    if (call.version >= kFirstById) {
      TellById(call, *offsets, topic, answered);
      continue;
    }
    answered.name = topic.name;
    AddPartitions(*offsets, topic.name, topic.partition_indexes, answered);
  }
  return told;
}

}  // namespace

wire::OffsetFetchResponse HandleOffsetFetch(const Call& call,
                                            const wire::OffsetFetchRequest& request) {
  wire::OffsetFetchResponse response;
  if (call.version >= kFirstOfSeveral) {
    for (const auto& group : request.groups) response.groups.push_back(TellGroup(call, group));
    return response;
  }
  const auto offsets = call.node.engine->groups()->FetchAll(request.group_id);
  if (!offsets.ok()) {
    response.error_code = CodeOf(offsets.status());
    return response;
  }
  if (!request.topics.has_value()) {
    response.topics = TellAll<wire::OffsetFetchResponse::Topic>(*offsets);
    return response;
  }
  for (const auto& topic : *request.topics) {
    auto& told = response.topics.emplace_back();
    told.name = topic.name;
    AddPartitions(*offsets, topic.name, topic.partition_indexes, told);
  }
  return response;
}

}  // namespace rill::net
