#include "engine/group/assignor.h"

#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "assignor_vectors.h"
#include "catch.h"

namespace rill::engine {
namespace {

using Partitions = std::vector<std::vector<TopicPartition>>;

constexpr Assignor kAll[] = {Assignor::kRange, Assignor::kRoundRobin, Assignor::kSticky,
                             Assignor::kCooperativeSticky};

AssignorMember MemberOf(const std::string& id, std::vector<std::string> topics) {
  AssignorMember member;
  member.member_id = id;
  member.subscription.topics = std::move(topics);
  return member;
}

// The members take what they were given, and say so in the next rebalance.
void Take(Assignor assignor, const Partitions& given, std::int32_t generation,
          AssignorInput* input) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    ConsumerSubscription& said = input->members[i].subscription;
    said.user_data = AssignorUserData(assignor, given[i], generation);
    said.generation = generation;
    if (IsCooperative(assignor)) said.owned_partitions = given[i];
  }
}

// Rebalances until nothing moves (a cooperative group needs two at most).
Partitions Settle(Assignor assignor, std::int32_t generation, AssignorInput* input) {
  Partitions given = Assign(assignor, *input);
  Take(assignor, given, generation, input);
  if (!IsCooperative(assignor)) return given;
  given = Assign(assignor, *input);
  Take(assignor, given, generation + 1, input);
  return given;
}

std::size_t Smallest(const Partitions& given) {
  return std::min_element(given.begin(), given.end(),
                          [](const auto& a, const auto& b) { return a.size() < b.size(); })
      ->size();
}
std::size_t Largest(const Partitions& given) {
  return std::max_element(given.begin(), given.end(),
                          [](const auto& a, const auto& b) { return a.size() < b.size(); })
      ->size();
}

std::uint64_t Seed() {
  const char* chosen = std::getenv("RILL_SEED");
  return chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : std::random_device()();
}

TEST_CASE("assignors have Kafka's names") {
  for (const Assignor assignor : kAll) CHECK(FindAssignor(AssignorName(assignor)) == assignor);
  CHECK(FindAssignor("cooperative-sticky") == Assignor::kCooperativeSticky);
  CHECK_FALSE(FindAssignor("uniform"));
}

TEST_CASE("range gives runs of each topic, the first members one more") {
  const AssignorInput input{{MemberOf("c1", {"a", "b"}), MemberOf("c0", {"a", "b"})},
                            {{"a", 3}, {"b", 3}}};
  const Partitions given = Assign(Assignor::kRange, input);
  CHECK(given[1] == std::vector<TopicPartition>{{"a", 0}, {"a", 1}, {"b", 0}, {"b", 1}});
  CHECK(given[0] == std::vector<TopicPartition>{{"a", 2}, {"b", 2}});
}

TEST_CASE("roundrobin gives all partitions in turn") {
  const AssignorInput input{{MemberOf("c1", {"a", "b"}), MemberOf("c0", {"a", "b"})},
                            {{"a", 3}, {"b", 3}}};
  const Partitions given = Assign(Assignor::kRoundRobin, input);
  CHECK(given[1] == std::vector<TopicPartition>{{"a", 0}, {"a", 2}, {"b", 1}});
  CHECK(given[0] == std::vector<TopicPartition>{{"a", 1}, {"b", 0}, {"b", 2}});
}

TEST_CASE("static members are ordered by instance id, so a new member id changes nothing") {
  for (const char* id : {"a", "z"}) {
    AssignorInput input{{MemberOf(id, {"t"}), MemberOf("m", {"t"})}, {{"t", 3}}};
    input.members[0].instance_id = "one";
    input.members[1].instance_id = "two";
    CHECK(Assign(Assignor::kRange, input)[0].size() == 2);
    CHECK(Assign(Assignor::kRoundRobin, input)[0].size() == 2);
  }
}

TEST_CASE("nothing to assign, nobody to assign to") {
  for (const Assignor assignor : kAll) {
    CHECK(Assign(assignor, {}).empty());
    CHECK(Assign(assignor, {{MemberOf("a", {})}, {{"t", 3}}}) == Partitions(1));
    CHECK(Assign(assignor, {{MemberOf("a", {"t"}), MemberOf("b", {"t"})}, {{"t", 0}}}) ==
          Partitions(2));
  }
}

TEST_CASE("a cooperative member first loses what another one gets in the next rebalance") {
  AssignorInput input{{MemberOf("a", {"t"})}, {{"t", 4}}};
  Take(Assignor::kCooperativeSticky, Assign(Assignor::kCooperativeSticky, input), 1, &input);
  input.members.push_back(MemberOf("b", {"t"}));
  Partitions given = Assign(Assignor::kCooperativeSticky, input);
  CHECK(given[0] == std::vector<TopicPartition>{{"t", 0}, {"t", 1}});
  CHECK(given[1].empty());
  Take(Assignor::kCooperativeSticky, given, 2, &input);
  given = Assign(Assignor::kCooperativeSticky, input);
  CHECK(given[0] == std::vector<TopicPartition>{{"t", 0}, {"t", 1}});
  CHECK(given[1] == std::vector<TopicPartition>{{"t", 2}, {"t", 3}});
}

TEST_CASE("of two claims to a partition the one of the later generation is believed") {
  AssignorInput input{{MemberOf("a", {"t"}), MemberOf("b", {"t"})}, {{"t", 2}}};
  for (AssignorMember& member : input.members) {
    member.subscription.owned_partitions = {{"t", 0}, {"t", 1}};
  }
  input.members[0].subscription.generation = 4;
  input.members[1].subscription.generation = 5;
  const Partitions given = Assign(Assignor::kCooperativeSticky, input);
  CHECK(given[1] == std::vector<TopicPartition>{{"t", 0}});
}

TEST_CASE("an owned partition that no longer exists is nobody's") {
  AssignorInput input{{MemberOf("a", {"t"}), MemberOf("b", {"t"})}, {{"t", 2}}};
  input.members[0].subscription.owned_partitions = {{"t", 7}, {"gone", 0}, {"t", -1}};
  input.members[0].subscription.generation = 4;
  CHECK(WhyInvalid(input, Assign(Assignor::kCooperativeSticky, input), false).empty());
}

TEST_CASE("answers agree with the Java client's") {
  std::ifstream file(RILL_GROUP_TEST_DATA "/assignor_vectors.txt.zst", std::ios::binary);
  const std::string packed((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
  REQUIRE_FALSE(packed.empty());
  std::string text(ZSTD_getFrameContentSize(packed.data(), packed.size()), '\0');
  REQUIRE(ZSTD_decompress(text.data(), text.size(), packed.data(), packed.size()) == text.size());
  std::istringstream in(text);
  AssignorVector vector;
  AssignorVerdict verdict;
  while (ReadAssignorVector(in, &vector)) CompareWithKafka(vector, &verdict);
  for (const std::string& difference : verdict.differences) UNSCOPED_INFO(difference);
  CHECK(verdict.differences.empty());
  CHECK(verdict.agreed >= 980);
}

// Random groups through joins, leaves, and topics that come, grow and go.
class RandomGroup {
 public:
  RandomGroup(std::uint64_t seed, bool same_topics) : random_(seed), same_topics_(same_topics) {
    for (int i = 0; i < 3; ++i) AddTopic();
    for (int i = 0; i < 3; ++i) AddMember();
  }

  AssignorInput input;

  int Below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  void Change() {
    const int what = Below(4);
    if (what == 0) AddMember();
    if (what == 1 && input.members.size() > 1) {
      input.members.erase(input.members.begin() + Below(static_cast<int>(input.members.size())));
    }
    if (what == 2) AddTopic();
    if (what == 3) ++input.partition_counts.begin()->second;
    for (AssignorMember& member : input.members) {
      if (same_topics_) member.subscription.topics = AllTopics();
    }
  }

 private:
  std::vector<std::string> AllTopics() const {
    std::vector<std::string> topics;
    for (const auto& [name, count] : input.partition_counts) topics.push_back(name);
    std::sort(topics.begin(), topics.end());
    return topics;
  }

  void AddTopic() { input.partition_counts[fmt::format("t{}", next_++)] = 1 + Below(9); }

  void AddMember() {
    std::vector<std::string> topics = AllTopics();
    if (!same_topics_) std::erase_if(topics, [&](const auto&) { return Below(3) == 0; });
    if (topics.empty()) topics = AllTopics();
    input.members.push_back(MemberOf(fmt::format("m{}", next_++), topics));
  }

  std::mt19937_64 random_;
  const bool same_topics_;
  int next_ = 0;
};

TEST_CASE("every answer is valid: each partition at most once, to one that subscribes") {
  const std::uint64_t seed = Seed();
  CAPTURE(seed);
  for (const Assignor assignor : kAll) {
    for (int run = 0; run < 40; ++run) {
      RandomGroup group(seed + static_cast<std::uint64_t>(run), run % 2 == 0);
      for (int step = 0; step < 30; ++step) {
        const Partitions given = Assign(assignor, group.input);
        const std::string problem = WhyInvalid(group.input, given, !IsCooperative(assignor));
        REQUIRE(problem == "");
        Take(assignor, given, step, &group.input);
        group.Change();
      }
    }
  }
}

TEST_CASE("members that want the same get as much, within one partition") {
  const std::uint64_t seed = Seed();
  CAPTURE(seed);
  for (const Assignor assignor :
       {Assignor::kRoundRobin, Assignor::kSticky, Assignor::kCooperativeSticky}) {
    RandomGroup group(seed, /*same_topics=*/true);
    for (int step = 0; step < 200; ++step) {
      const Partitions given = Settle(assignor, 2 * step, &group.input);
      REQUIRE(WhyInvalid(group.input, given, /*complete=*/true) == "");
      REQUIRE(Largest(given) - Smallest(given) <= 1);
      group.Change();
    }
  }
}

TEST_CASE("sticky assignors move nothing when nothing changed") {
  const std::uint64_t seed = Seed();
  CAPTURE(seed);
  for (const Assignor assignor : {Assignor::kSticky, Assignor::kCooperativeSticky}) {
    for (const bool same_topics : {true, false}) {
      RandomGroup group(seed, same_topics);
      for (int step = 0; step < 100; ++step) {
        Partitions before = Settle(assignor, 3 * step, &group.input);
        Partitions after = Assign(assignor, group.input);
        for (auto* given : {&before, &after}) {
          for (auto& partitions : *given) std::sort(partitions.begin(), partitions.end());
        }
        if (same_topics) REQUIRE(before == after);
        Take(assignor, after, 3 * step + 2, &group.input);
        group.Change();
      }
    }
  }
}

TEST_CASE("when a member leaves a sticky group of equals, the others keep all they had") {
  const std::uint64_t seed = Seed();
  CAPTURE(seed);
  for (int run = 0; run < 100; ++run) {
    RandomGroup group(seed + static_cast<std::uint64_t>(run), /*same_topics=*/true);
    Partitions before = Settle(Assignor::kSticky, 1, &group.input);
    const int leaving = group.Below(static_cast<int>(before.size()));
    group.input.members.erase(group.input.members.begin() + leaving);
    before.erase(before.begin() + leaving);
    const Partitions after = Assign(Assignor::kSticky, group.input);
    for (std::size_t i = 0; i < after.size(); ++i) {
      for (const TopicPartition& tp : before[i]) {
        REQUIRE(std::find(after[i].begin(), after[i].end(), tp) != after[i].end());
      }
    }
  }
}

TEST_CASE("no partition changes owner within one cooperative rebalance") {
  const std::uint64_t seed = Seed();
  CAPTURE(seed);
  for (int run = 0; run < 40; ++run) {
    RandomGroup group(seed + static_cast<std::uint64_t>(run), run % 2 == 0);
    std::map<TopicPartition, std::string> owner;
    for (int step = 0; step < 30; ++step) {
      const Partitions given = Assign(Assignor::kCooperativeSticky, group.input);
      std::map<TopicPartition, std::string> next;
      std::set<std::string> here;
      for (const AssignorMember& member : group.input.members) here.insert(member.member_id);
      for (std::size_t i = 0; i < given.size(); ++i) {
        const std::string& id = group.input.members[i].member_id;
        for (const TopicPartition& tp : given[i]) {
          const auto before = owner.find(tp);
          REQUIRE(
              (before == owner.end() || before->second == id || !here.contains(before->second)));
          next[tp] = id;
        }
      }
      owner = std::move(next);
      Take(Assignor::kCooperativeSticky, given, step, &group.input);
      group.Change();
    }
  }
}

TEST_CASE("large groups are assigned in good time") {
  AssignorInput input;
  for (int t = 0; t < 20; ++t) input.partition_counts[fmt::format("t{}", t)] = 100;
  for (int m = 0; m < 100; ++m) {
    std::vector<std::string> topics;
    for (int t = 0; t < 20; ++t) {
      if (m % 2 == 0 || t % 2 == 0) topics.push_back(fmt::format("t{}", t));
    }
    input.members.push_back(MemberOf(fmt::format("m{}", m), topics));
  }
  for (const Assignor assignor : kAll) {
    const Partitions given = Settle(assignor, 1, &input);
    CHECK(WhyInvalid(input, given, /*complete=*/true) == "");
  }
}

}  // namespace
}  // namespace rill::engine
