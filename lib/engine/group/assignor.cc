#include "engine/group/assignor.h"

#include <algorithm>

#include "engine/group/assignor_model.h"
#include "engine/group/java_string.h"
#include "engine/group/sticky_assignor.h"

namespace rill::engine {
namespace {

constexpr const char* kNames[] = {"range", "roundrobin", "sticky", "cooperative-sticky"};

using Partitions = std::vector<std::vector<int>>;  // by member

std::size_t Index(int i) { return static_cast<std::size_t>(i); }

// Static members come first, by instance id, so that they keep their place when their id changes.
std::vector<int> InOrder(const AssignorModel& model, std::vector<int> members) {
  std::stable_sort(members.begin(), members.end(), [&](int a, int b) {
    const std::string& instance_a = model.input().members[Index(a)].instance_id;
    const std::string& instance_b = model.input().members[Index(b)].instance_id;
    if (!instance_a.empty() && !instance_b.empty()) return JavaStringLess(instance_a, instance_b);
    if (instance_a.empty() != instance_b.empty()) return instance_b.empty();
    return model.RankOf(a) < model.RankOf(b);
  });
  return members;
}

Partitions AssignRanges(const AssignorModel& model) {
  Partitions assigned(model.input().members.size());
  std::vector<std::vector<int>> subscribers(model.topics().size());
  for (const int member : model.member_order()) {
    for (const int topic : model.TopicsOf(member)) {
      std::vector<int>& of_topic = subscribers[Index(topic)];
      if (of_topic.empty() || of_topic.back() != member) of_topic.push_back(member);
    }
  }
  for (std::size_t topic = 0; topic < subscribers.size(); ++topic) {
    const std::vector<int> members = InOrder(model, std::move(subscribers[topic]));
    const int partitions = model.topics()[topic].partitions;
    const int each = partitions / static_cast<int>(members.size());
    int one_more = partitions % static_cast<int>(members.size());
    int next = model.topics()[topic].first;
    for (const int member : members) {
      const int end = next + each + (one_more-- > 0 ? 1 : 0);
      while (next < end) assigned[Index(member)].push_back(next++);
    }
  }
  return assigned;
}

Partitions AssignRoundRobin(const AssignorModel& model) {
  Partitions assigned(model.input().members.size());
  const std::vector<int> members = InOrder(model, model.member_order());
  std::size_t turn = 0;
  for (const int topic : model.sorted_topics()) {
    const int first = model.topics()[Index(topic)].first;
    for (int i = 0; i < model.topics()[Index(topic)].partitions; ++i) {
      while (!model.Subscribes(members[turn], topic)) turn = (turn + 1) % members.size();
      assigned[Index(members[turn])].push_back(first + i);
      turn = (turn + 1) % members.size();
    }
  }
  return assigned;
}

}  // namespace

const char* AssignorName(Assignor assignor) { return kNames[static_cast<int>(assignor)]; }

std::optional<Assignor> FindAssignor(std::string_view name) {
  for (int i = 0; i < 4; ++i) {
    if (name == kNames[i]) return static_cast<Assignor>(i);
  }
  return std::nullopt;
}

std::optional<std::string> AssignorUserData(
    Assignor assignor, const std::optional<std::vector<TopicPartition>>& assigned,
    std::int32_t generation) {
  if (assignor == Assignor::kCooperativeSticky) return EncodeCooperativeUserData(generation);
  if (assignor == Assignor::kSticky && assigned) {
    return EncodeStickyUserData({*assigned, generation});
  }
  return std::nullopt;
}

std::vector<std::vector<TopicPartition>> Assign(Assignor assignor, const AssignorInput& input) {
  if (input.members.empty()) return {};
  const AssignorModel model(input);
  switch (assignor) {
    case Assignor::kRange:
      return model.Names(AssignRanges(model));
    case Assignor::kRoundRobin:
      return model.Names(AssignRoundRobin(model));
    case Assignor::kSticky:
    case Assignor::kCooperativeSticky:
      return model.Names(AssignSticky(model, IsCooperative(assignor)));
  }
  return {};
}

}  // namespace rill::engine
