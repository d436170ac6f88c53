#include "engine/group/assignor_model.h"

#include <algorithm>
#include <numeric>

#include "engine/group/java_map.h"
#include "engine/group/java_string.h"

namespace rill::engine {

AssignorModel::AssignorModel(const AssignorInput& input) : input_(input) {
  OrderMembers();
  OrderTopics();
  topics_of_.resize(input_.members.size());
  for (const int member : member_order_) {
    for (const std::string& name : input_.members[Index(member)].subscription.topics) {
      const auto topic = topic_index_.find(name);
      if (topic != topic_index_.end()) topics_of_[Index(member)].push_back(topic->second);
    }
  }
}

void AssignorModel::OrderMembers() {
  JavaMap<std::string, int> by_id;
  for (int i = 0; i < members(); ++i) by_id[input_.members[Index(i)].member_id] = i;
  for (const auto& [id, member] : by_id) member_order_.push_back(member);

  std::vector<int> sorted = member_order_;
  std::sort(sorted.begin(), sorted.end(), [&](int a, int b) {
    return JavaStringLess(input_.members[Index(a)].member_id, input_.members[Index(b)].member_id);
  });
  rank_.resize(input_.members.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) rank_[Index(sorted[i])] = static_cast<int>(i);
}

void AssignorModel::OrderTopics() {
  // The client collects all topics in a hash set, and from that those that exist in a hash map.
  JavaMap<std::string, bool> subscribed;
  for (const int member : member_order_) {
    for (const std::string& topic : input_.members[Index(member)].subscription.topics) {
      subscribed[topic] = true;
    }
  }
  JavaMap<std::string, std::int32_t> existing;
  for (const auto& [name, unused] : subscribed) {
    const auto count = input_.partition_counts.find(name);
    if (count != input_.partition_counts.end() && count->second > 0) existing[name] = count->second;
  }
  for (const auto& [name, partitions] : existing) {
    const int topic = static_cast<int>(topics_.size());
    topic_index_[name] = topic;
    topics_.push_back({name, partitions, static_cast<int>(topic_of_.size())});
    topic_of_.insert(topic_of_.end(), Index(partitions), topic);
  }
  sorted_topics_.resize(topics_.size());
  std::iota(sorted_topics_.begin(), sorted_topics_.end(), 0);
  std::sort(sorted_topics_.begin(), sorted_topics_.end(), [&](int a, int b) {
    return JavaStringLess(topics_[Index(a)].name, topics_[Index(b)].name);
  });
  topic_rank_.resize(topics_.size());
  for (std::size_t i = 0; i < sorted_topics_.size(); ++i) {
    topic_rank_[Index(sorted_topics_[i])] = static_cast<int>(i);
  }
}

bool AssignorModel::Subscribes(int member, int topic) const {
  const std::vector<int>& topics = TopicsOf(member);
  return std::find(topics.begin(), topics.end(), topic) != topics.end();
}

std::optional<int> AssignorModel::Find(const TopicPartition& partition) const {
  const auto topic = topic_index_.find(partition.topic);
  if (topic == topic_index_.end()) return std::nullopt;
  const Topic& found = topics_[Index(topic->second)];
  if (partition.partition < 0 || partition.partition >= found.partitions) return std::nullopt;
  return found.first + partition.partition;
}

std::vector<std::vector<TopicPartition>> AssignorModel::Names(
    const std::vector<std::vector<int>>& by_member) const {
  std::vector<std::vector<TopicPartition>> named(by_member.size());
  for (std::size_t member = 0; member < by_member.size(); ++member) {
    for (const int partition : by_member[member]) named[member].push_back(Name(partition));
  }
  return named;
}

}  // namespace rill::engine
