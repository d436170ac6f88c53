#include "engine/group/server_assignor.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "catch.h"

namespace rill::engine {
namespace {

base::Uuid Id(std::uint8_t number) {
  std::array<std::uint8_t, 16> bytes = {};
  bytes[0] = 1;
  bytes[15] = number;
  return base::Uuid(bytes);
}

const GroupTopicMap kTopics = {{"orders", {Id(1), 6}}, {"sales", {Id(2), 6}}};

ServerAssignorMember Member(const std::string& id, IdPartitions before = {}) {
  return {.member_id = id, .topics = {"orders", "sales"}, .before = std::move(before)};
}

std::size_t Kept(const IdPartitions& before, const IdPartitions& after) {
  return static_cast<std::size_t>(std::count_if(
      before.begin(), before.end(), [&](const IdPartition& at) { return after.contains(at); }));
}

TEST_CASE("Server assignors are found by Kafka's names") {
  CHECK(FindServerAssignor("uniform") == ServerAssignor::kUniform);
  CHECK(FindServerAssignor("range") == ServerAssignor::kRange);
  CHECK_FALSE(FindServerAssignor("sticky").has_value());
  CHECK(ServerAssignorName(ServerAssignor::kUniform) == std::string("uniform"));
  CHECK(ServerAssignorName(ServerAssignor::kRange) == std::string("range"));
}

TEST_CASE("range gives each member the same run of every topic, static members first") {
  auto last = Member("a");
  auto first = Member("b");
  first.instance_id = "one";
  const auto assigned = AssignByServer(ServerAssignor::kRange, {last, first}, kTopics);
  const IdPartitions upper = {{Id(1), 3}, {Id(1), 4}, {Id(1), 5},
                              {Id(2), 3}, {Id(2), 4}, {Id(2), 5}};
  const IdPartitions lower = {{Id(1), 0}, {Id(1), 1}, {Id(1), 2},
                              {Id(2), 0}, {Id(2), 1}, {Id(2), 2}};
  CHECK(assigned == std::vector<IdPartitions>{upper, lower});
}

TEST_CASE("uniform is even, and moves only what it must") {
  auto assigned = AssignByServer(ServerAssignor::kUniform, {Member("a"), Member("b")}, kTopics);
  CHECK(assigned[0].size() == 6);
  CHECK(assigned[1].size() == 6);
  const auto more =
      AssignByServer(ServerAssignor::kUniform,
                     {Member("a", assigned[0]), Member("b", assigned[1]), Member("c")}, kTopics);
  for (const auto& of_member : more) CHECK(of_member.size() == 4);
  CHECK(Kept(assigned[0], more[0]) == 4);
  CHECK(Kept(assigned[1], more[1]) == 4);
  const auto fewer = AssignByServer(ServerAssignor::kUniform,
                                    {Member("a", more[0]), Member("c", more[2])}, kTopics);
  CHECK(Kept(more[0], fewer[0]) == 4);
  CHECK(Kept(more[2], fewer[1]) == 4);
}

TEST_CASE("A partition goes only to who subscribes to its topic") {
  auto only_sales = Member("b");
  only_sales.topics = {"sales", "nowhere"};
  for (const auto assignor : {ServerAssignor::kUniform, ServerAssignor::kRange}) {
    const auto assigned = AssignByServer(assignor, {Member("a"), only_sales}, kTopics);
    CHECK(assigned[0].size() + assigned[1].size() == 12);
    for (const IdPartition& at : assigned[1]) CHECK(at.topic == Id(2));
  }
}

TEST_CASE("What a member had of a topic that is gone counts for nothing") {
  const auto assigned =
      AssignByServer(ServerAssignor::kUniform, {Member("a", {{Id(9), 0}, {Id(1), 99}})}, kTopics);
  CHECK(assigned[0].size() == 12);
  CHECK_FALSE(assigned[0].contains({Id(9), 0}));
  CHECK_FALSE(assigned[0].contains({Id(1), 99}));
}

TEST_CASE("Without members or topics nothing is assigned") {
  CHECK(AssignByServer(ServerAssignor::kUniform, {}, kTopics).empty());
  for (const auto assignor : {ServerAssignor::kUniform, ServerAssignor::kRange}) {
    CHECK(AssignByServer(assignor, {Member("a")}, {}) == std::vector<IdPartitions>{{}});
  }
}

}  // namespace
}  // namespace rill::engine
