#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/group/assignor.h"

namespace rill::engine {

// An AssignorInput in numbers. Members are their index in the input. Topics are numbered in the
// order in which Java walks the client's map of topics; a partition is the number of partitions
// before it, in that order of topics.
class AssignorModel {
 public:
  explicit AssignorModel(const AssignorInput& input);

  struct Topic {
    std::string name;
    std::int32_t partitions = 0;
    int first = 0;  // number of its partition 0
  };

  const AssignorInput& input() const { return input_; }
  const std::vector<Topic>& topics() const { return topics_; }
  int members() const { return static_cast<int>(input_.members.size()); }
  int partitions() const { return static_cast<int>(topic_of_.size()); }

  // Members in the order in which Java walks the map of subscriptions.
  const std::vector<int>& member_order() const { return member_order_; }
  // Topics by name, as Java sorts them.
  const std::vector<int>& sorted_topics() const { return sorted_topics_; }
  // The member's place among all, sorted by id as Java does.
  int RankOf(int member) const { return rank_[Index(member)]; }
  // The topic's place in sorted_topics.
  int RankOfTopic(int topic) const { return topic_rank_[Index(topic)]; }

  // The member's known topics, in its order, repeated as it repeats them.
  const std::vector<int>& TopicsOf(int member) const { return topics_of_[Index(member)]; }
  bool Subscribes(int member, int topic) const;

  int TopicOf(int partition) const { return topic_of_[Index(partition)]; }
  std::int32_t NumberInTopic(int partition) const {
    return partition - topics_[Index(TopicOf(partition))].first;
  }
  TopicPartition Name(int partition) const {
    return {topics_[Index(TopicOf(partition))].name, NumberInTopic(partition)};
  }
  // nullopt for a partition that does not exist.
  std::optional<int> Find(const TopicPartition& partition) const;

  std::vector<std::vector<TopicPartition>> Names(
      const std::vector<std::vector<int>>& by_member) const;

 private:
  static std::size_t Index(int i) { return static_cast<std::size_t>(i); }

  void OrderMembers();
  void OrderTopics();

  const AssignorInput& input_;
  std::vector<int> member_order_;
  std::vector<int> rank_;
  std::vector<Topic> topics_;
  absl::flat_hash_map<std::string, int> topic_index_;
  std::vector<int> sorted_topics_;
  std::vector<int> topic_rank_;
  std::vector<std::vector<int>> topics_of_;
  std::vector<int> topic_of_;
};

}  // namespace rill::engine
