// Groups whose partitions the coordinator assigns (KIP-848).

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "catch.h"
#include "consumer_harness.h"
#include "fmt/format.h"

namespace rill::engine {
namespace {

ConsumerHarness WithOrders(std::int32_t partitions = 4, ConsumerGroupConfig config = {}) {
  ConsumerHarness group(std::move(config));
  group.topics.Make("orders", partitions);
  return group;
}

IdPartitions Without(IdPartitions all, const IdPartitions& taken) {
  for (const IdPartition& at : taken) all.erase(at);
  return all;
}

// Two members with all of four partitions between them, both stable at epoch 2.
struct Pair {
  ConsumerHarness group = WithOrders();
  IdPartitions first;
  IdPartitions second;

  Pair() {
    group.Join("a");
    group.Join("b");
    first = *group.Beat("a", 1).assignment;
    group.Beat("a", 1, first);
    second = *group.Beat("b", 2).assignment;
  }
};

TEST_CASE("The first member has all partitions at once") {
  auto group = WithOrders();
  const auto joined = group.Join("a");
  CHECK(joined.error == ErrorCode::kNone);
  CHECK(joined.member_id == "a");
  CHECK(joined.member_epoch == 1);
  CHECK(joined.heartbeat_interval == absl::Seconds(5));
  CHECK(joined.assignment == group.topics.All("orders"));
  CHECK(group.Group().state == GroupState::kStable);
  CHECK(group.stored.at("g") == 1);
}

TEST_CASE("A heartbeat that has nothing to tell is told nothing") {
  auto group = WithOrders();
  group.Join("a");
  const auto answer = group.Beat("a", 1);
  CHECK(answer.member_epoch == 1);
  CHECK_FALSE(answer.assignment.has_value());
}

TEST_CASE("A heartbeat that tells all is told all") {
  auto group = WithOrders();
  auto request = ConsumerHarness::JoinOf("a");
  const auto joined = group.Beat(request);
  request.member_epoch = 1;
  request.owned = joined.assignment;
  CHECK(group.Beat(request).assignment == joined.assignment);
}

TEST_CASE("A partition goes to the next member once the last one no longer names it") {
  auto group = WithOrders();
  const auto all = *group.Join("a").assignment;
  const auto waiting = group.Join("b");
  CHECK(waiting.member_epoch == 2);
  CHECK(waiting.assignment->empty());
  const auto told = group.Beat("a", 1);
  CHECK(told.member_epoch == 1);
  REQUIRE(told.assignment.has_value());
  CHECK(told.assignment->size() == 2);
  // It is giving them up, and has not done so yet.
  CHECK(group.Beat("a", 1, all).member_epoch == 1);
  CHECK(group.Beat("a", 1).member_epoch == 1);
  CHECK_FALSE(group.Beat("b", 2).assignment.has_value());
  CHECK(group.Group().state == GroupState::kReconciling);
  // Now it has.
  CHECK(group.Beat("a", 1, told.assignment).member_epoch == 2);
  const auto given = group.Beat("b", 2);
  CHECK(given.assignment == Without(all, *told.assignment));
  CHECK(group.Group().state == GroupState::kStable);
}

TEST_CASE("Partitions follow one by one as their owners give them up") {
  auto group = WithOrders(3);
  group.Join("a");
  group.Join("b");
  const auto kept = *group.Beat("a", 1).assignment;
  group.Beat("a", 1, kept);
  const auto of_b = *group.Beat("b", 2).assignment;
  group.Join("c");
  // Each of the others has at least one; only who has two gives one up.
  const bool a_has_two = kept.size() == 2;
  const std::string giver = a_has_two ? "a" : "b";
  const auto left = *group.Beat(giver, 2).assignment;
  CHECK(left.size() == 1);
  CHECK(group.Beat(a_has_two ? "b" : "a", 2).member_epoch == 3);
  CHECK_FALSE(group.Beat("c", 3).assignment.has_value());
  group.Beat(giver, 2, left);
  CHECK(group.Beat("c", 3).assignment == Without(a_has_two ? kept : of_b, left));
}

TEST_CASE("What a member leaves is the others'") {
  Pair pair;
  auto& group = pair.group;
  const auto left = group.Beat(ConsumerHarness::BeatOf("b", kLeavingEpoch));
  CHECK(left.error == ErrorCode::kNone);
  CHECK(left.member_epoch == kLeavingEpoch);
  const auto told = group.Beat("a", 2);
  CHECK(told.member_epoch == 3);
  CHECK(told.assignment == group.topics.All("orders"));
  CHECK(group.Beat("b", 2).error == ErrorCode::kUnknownMemberId);
}

TEST_CASE("A member that falls silent is gone after its session") {
  Pair pair;
  auto& group = pair.group;
  group.Advance(absl::Seconds(30));
  group.Beat("a", 2);
  group.Advance(absl::Seconds(15));
  CHECK(group.Group().members.size() == 1);
  CHECK(group.Beat("a", 2).assignment == group.topics.All("orders"));
  CHECK(group.Beat("b", 2).error == ErrorCode::kUnknownMemberId);
}

TEST_CASE("A member that does not give up partitions in time is gone, though it beats") {
  auto group = WithOrders();
  const auto all = *group.Join("a").assignment;
  group.Join("b");
  group.Beat("a", 1);
  for (int i = 0; i < 2; ++i) {
    group.Advance(absl::Seconds(29));
    CHECK(group.Beat("a", 1, all).error == ErrorCode::kNone);
    group.Beat("b", 2);
  }
  group.Advance(absl::Seconds(2));
  CHECK(group.Beat("a", 1, all).error == ErrorCode::kUnknownMemberId);
  CHECK(group.Beat("b", 2).assignment == all);
}

TEST_CASE("A member that gave up its partitions in time has no limit on its rebalance any more") {
  auto group = WithOrders();
  group.Join("a");
  group.Join("b");
  const auto kept = group.Beat("a", 1).assignment;
  group.Beat("a", 1, kept);
  for (int i = 0; i < 4; ++i) {
    group.Advance(absl::Seconds(30));
    CHECK(group.Beat("a", 2).error == ErrorCode::kNone);
    CHECK(group.Beat("b", 2).error == ErrorCode::kNone);
  }
}

TEST_CASE("A member whose answer was lost goes on with what it had before") {
  Pair pair;
  auto& group = pair.group;
  group.Beat(ConsumerHarness::BeatOf("b", kLeavingEpoch));
  group.Beat("a", 2);  // moved it to 3
  const auto again = group.Beat("a", 2, pair.first);
  CHECK(again.error == ErrorCode::kNone);
  CHECK(again.member_epoch == 3);
  CHECK(again.assignment == group.topics.All("orders"));
}

TEST_CASE("An epoch that is not the member's is fenced") {
  Pair pair;
  auto& group = pair.group;
  CHECK(group.Beat("a", 3).error == ErrorCode::kFencedMemberEpoch);
  // The previous one is good only with partitions that are the member's.
  CHECK(group.Beat("a", 1).error == ErrorCode::kFencedMemberEpoch);
  CHECK(group.Beat("a", 1, pair.second).error == ErrorCode::kFencedMemberEpoch);
  CHECK(group.Beat("a", 1, pair.first).error == ErrorCode::kNone);
  CHECK(group.Beat("a", 2).error == ErrorCode::kNone);
}

TEST_CASE("A member that joins again under its id goes on where it was") {
  Pair pair;
  const auto again = pair.group.Join("a");
  CHECK(again.error == ErrorCode::kNone);
  CHECK(again.member_epoch == 2);
  CHECK(again.assignment == pair.first);
}

TEST_CASE("Who is no member is told to join") {
  auto group = WithOrders();
  CHECK(group.Beat("a", 1).error == ErrorCode::kUnknownMemberId);
  CHECK(group.Beat("a", kLeavingEpoch).error == ErrorCode::kUnknownMemberId);
  group.Join("b");
  CHECK(group.Beat("a", 1).error == ErrorCode::kUnknownMemberId);
  CHECK(group.Beat("a", kLeavingEpoch).error == ErrorCode::kUnknownMemberId);
}

TEST_CASE("A group of the largest size takes no more, and keeps those that it has") {
  ConsumerGroupConfig config;
  config.max_size = 1;
  auto group = WithOrders(4, config);
  group.Join("a");
  CHECK(group.Join("b").error == ErrorCode::kGroupMaxSizeReached);
  CHECK(group.Join("a").error == ErrorCode::kNone);
}

TEST_CASE("Requests that make no sense are refused and change nothing") {
  auto group = WithOrders();
  const auto refuses = [&](const std::function<void(ConsumerHeartbeat&)>& spoil) {
    auto request = ConsumerHarness::JoinOf("a");
    spoil(request);
    CHECK(group.Beat(request).error == ErrorCode::kInvalidRequest);
  };
  refuses([](auto& request) { request.group_id = ""; });
  refuses([](auto& request) { request.member_id = ""; });
  refuses([](auto& request) { request.instance_id = ""; });
  refuses([](auto& request) { request.rack_id = ""; });
  refuses([](auto& request) { request.rebalance_timeout.reset(); });
  refuses([](auto& request) { request.rebalance_timeout = absl::Milliseconds(-2); });
  refuses([](auto& request) { request.subscribed_topics.reset(); });
  refuses([](auto& request) { request.owned.reset(); });
  refuses([&](auto& request) { request.owned = group.topics.All("orders"); });
  refuses([](auto& request) { request.member_epoch = kStaticLeavingEpoch; });
  refuses([](auto& request) { request.member_epoch = -3; });
  CHECK_FALSE(group.coordinator.Has("g"));
  CHECK(group.coordinator.NextDeadline() == absl::InfiniteFuture());
}

TEST_CASE("A member of the first version is given its id") {
  auto group = WithOrders();
  auto request = ConsumerHarness::JoinOf("");
  request.makes_own_id = false;
  CHECK(group.Beat(request).member_id == "made1");
}

TEST_CASE("Assignors that are not offered are refused") {
  ConsumerGroupConfig config;
  config.assignors = {ServerAssignor::kUniform};
  auto group = WithOrders(4, config);
  for (const char* name : {"range", "sticky", ""}) {
    auto request = ConsumerHarness::JoinOf("a");
    request.server_assignor = name;
    CHECK(group.Beat(request).error == ErrorCode::kUnsupportedAssignor);
  }
}

TEST_CASE(
    "Most members' assignor divides the partitions, the first offered where none is asked for") {
  auto group = WithOrders();
  group.Join("a");
  CHECK(group.Group().assignor == std::string("uniform"));
  auto request = ConsumerHarness::JoinOf("b");
  request.server_assignor = "range";
  group.Beat(request);
  CHECK(group.Group().assignor == std::string("range"));
}

TEST_CASE("New partitions are given out, those of a deleted topic taken back") {
  auto group = WithOrders(2);
  group.topics.Make("sales", 2);
  const auto joined = group.Join("a", {"orders", "sales"});
  CHECK(joined.assignment->size() == 4);
  group.topics.Grow("orders", 3);
  const auto grown = group.Beat("a", 1);
  CHECK(grown.member_epoch == 2);
  CHECK(grown.assignment->contains(group.topics.At("orders", 2)));
  group.topics.Delete("sales");
  const auto shrunk = group.Beat("a", 2);
  CHECK(shrunk.assignment == group.topics.All("orders"));
  CHECK(group.Beat("a", 2, shrunk.assignment).member_epoch == 3);
}

TEST_CASE("A topic that is made anew under its name is another one") {
  auto group = WithOrders(1);
  const auto old = *group.Join("a").assignment;
  group.topics.Delete("orders");
  group.topics.Make("orders", 1);
  CHECK(group.Beat("a", 1).assignment->empty());
  const auto given = group.Beat("a", 1, IdPartitions());
  CHECK(given.assignment == group.topics.All("orders"));
  CHECK(given.assignment != old);
}

TEST_CASE("A topic that is made after somebody subscribed to it is given out") {
  ConsumerHarness group;
  CHECK(group.Join("a").assignment->empty());
  group.topics.Make("orders", 2);
  CHECK(group.Beat("a", 1).assignment == group.topics.All("orders"));
}

TEST_CASE("Topics that nobody in the group reads do not move it") {
  auto group = WithOrders();
  group.Join("a");
  group.topics.Make("sales", 3);
  CHECK(group.Beat("a", 1).member_epoch == 1);
  CHECK(group.Group().epoch == 1);
}

TEST_CASE("A member that subscribes to something else is given that") {
  auto group = WithOrders();
  group.topics.Make("sales", 2);
  group.Join("a");
  auto request = ConsumerHarness::BeatOf("a", 1);
  request.subscribed_topics = {{"sales", "sales"}};
  const auto told = group.Beat(request);
  CHECK(told.assignment->empty());
  CHECK(group.Beat("a", 1, IdPartitions()).assignment == group.topics.All("sales"));
  SubscribedTopics subscribed;
  group.coordinator.AddSubscribed("g", subscribed);
  CHECK(subscribed.MayHave("sales"));
  CHECK_FALSE(subscribed.MayHave("orders"));
}

TEST_CASE("A static member that leaves for a while finds its partitions again") {
  auto group = WithOrders();
  const auto joined = group.Beat(ConsumerHarness::StaticJoinOf("a", "one"));
  CHECK(group.LeaveForAWhile("a", "one").member_epoch == kStaticLeavingEpoch);
  const auto waiting = group.Join("b");
  CHECK(waiting.assignment->empty());
  const auto back = group.Beat(ConsumerHarness::StaticJoinOf("a2", "one"));
  CHECK(back.error == ErrorCode::kNone);
  CHECK(back.assignment->size() == 2);
  for (const auto& at : *back.assignment) CHECK(joined.assignment->contains(at));
  CHECK(group.Beat("a", 1).error == ErrorCode::kUnknownMemberId);
}

TEST_CASE("A static member that comes back alone costs no new assignment") {
  auto group = WithOrders();
  group.Beat(ConsumerHarness::StaticJoinOf("a", "one"));
  group.LeaveForAWhile("a", "one");
  const auto back = group.Beat(ConsumerHarness::StaticJoinOf("a2", "one"));
  CHECK(back.member_epoch == 1);
  CHECK(back.assignment == group.topics.All("orders"));
  CHECK(group.Group().epoch == 1);
}

TEST_CASE("A static member that stays away is gone after its session") {
  auto group = WithOrders();
  group.Beat(ConsumerHarness::StaticJoinOf("a", "one"));
  group.LeaveForAWhile("a", "one");
  group.Advance(absl::Seconds(45));
  CHECK(group.Group().state == GroupState::kEmpty);
}

TEST_CASE("An instance id is one member's at a time") {
  auto group = WithOrders();
  group.Beat(ConsumerHarness::StaticJoinOf("a", "one"));
  CHECK(group.Beat(ConsumerHarness::StaticJoinOf("b", "one")).error ==
        ErrorCode::kUnreleasedInstanceId);
  for (const std::int32_t epoch : {1, kLeavingEpoch, kStaticLeavingEpoch}) {
    auto request = ConsumerHarness::BeatOf("b", epoch);
    request.instance_id = "one";
    CHECK(group.Beat(request).error == ErrorCode::kFencedInstanceId);
    request.instance_id = "other";
    CHECK(group.Beat(request).error == ErrorCode::kUnknownMemberId);
  }
}

TEST_CASE("A static member that takes the id of another leaves nothing of it behind") {
  auto group = WithOrders();
  group.Beat(ConsumerHarness::StaticJoinOf("a", "one"));
  group.LeaveForAWhile("a", "one");
  group.Join("b");
  const auto taken = group.Beat(ConsumerHarness::StaticJoinOf("b", "one"));
  CHECK(taken.assignment == group.topics.All("orders"));
  CHECK(group.Group().members.size() == 1);
}

TEST_CASE("Offsets are committed at the member's epoch, or at one since which it has had them") {
  Pair pair;
  auto& group = pair.group;
  const IdPartitions all = group.topics.All("orders");
  CHECK(group.Commit("a", 2, all) == ErrorCode::kNone);
  CHECK(group.Commit("a", 1, pair.first) == ErrorCode::kNone);
  CHECK(group.Commit("a", 0, pair.first) == ErrorCode::kStaleMemberEpoch);
  CHECK(group.Commit("a", 3, pair.first) == ErrorCode::kStaleMemberEpoch);
  CHECK(group.Commit("b", 2, pair.second) == ErrorCode::kNone);
  CHECK(group.Commit("b", 1, pair.second) == ErrorCode::kStaleMemberEpoch);
  CHECK(group.Commit("c", 2, pair.first) == ErrorCode::kUnknownMemberId);
  CHECK(group.Commit("", -1, pair.first) == ErrorCode::kUnknownMemberId);
  // What is another's is refused alone.
  const CommitCheck check = group.CheckCommit("a", 1, all);
  CHECK(check.error == ErrorCode::kStaleMemberEpoch);
  std::vector<TopicPartition> of_second;
  for (const auto& [at, offset] : group.OffsetsIn(pair.second)) of_second.push_back(at);
  CHECK(check.refused == of_second);
  // With the whole member, nothing is.
  CHECK(group.CheckCommit("a", 3, all).refused.empty());
}

TEST_CASE("What a member is to give up it may commit at the epoch before, until it has") {
  auto group = WithOrders();
  group.Join("a");
  group.Join("b");
  const IdPartitions all = group.topics.All("orders");
  const IdPartitions kept = *group.Beat("a", 1).assignment;
  CHECK(group.Commit("a", 1, all) == ErrorCode::kNone);
  group.Beat("a", 1, kept);
  CHECK(group.Commit("a", 1, kept) == ErrorCode::kNone);
  CHECK(group.Commit("a", 1, all) == ErrorCode::kStaleMemberEpoch);
  // It is given them anew, and has them since then.
  group.Beat(ConsumerHarness::BeatOf("b", kLeavingEpoch));
  REQUIRE(group.Beat("a", 2, kept).assignment == all);
  CHECK(group.Commit("a", 3, all) == ErrorCode::kNone);
  CHECK(group.Commit("a", 2, all) == ErrorCode::kStaleMemberEpoch);
  CHECK(group.Commit("a", 1, kept) == ErrorCode::kNone);
}

TEST_CASE("Since when a member has its partitions is known after a restart") {
  Pair pair;
  auto& group = pair.group;
  group.Restart();
  CHECK(group.Commit("a", 1, pair.first) == ErrorCode::kNone);
  CHECK(group.Commit("b", 1, pair.second) == ErrorCode::kStaleMemberEpoch);
}

TEST_CASE("A static member that is away commits at none of the epochs it had") {
  auto group = WithOrders();
  group.Beat(ConsumerHarness::StaticJoinOf("a", "one"));
  group.LeaveForAWhile("a", "one");
  CHECK(group.Commit("a", 1, group.topics.All("orders")) == ErrorCode::kStaleMemberEpoch);
}

TEST_CASE("A topic that is made anew under its name is none that the member has had") {
  auto group = WithOrders();
  group.Join("a");
  group.topics.Delete("orders");
  group.topics.Make("orders", 4);
  group.Beat("a", 1);
  REQUIRE(group.Beat("a", 1, IdPartitions()).member_epoch == 2);
  CHECK(group.Commit("a", 1, group.topics.All("orders")) == ErrorCode::kStaleMemberEpoch);
}

TEST_CASE("A classic member may not commit what another member has, and only that is refused") {
  Pair pair;
  auto& group = pair.group;
  group.topics.Make("bills", 1);
  const auto joined = group.JoinClassic("c", {.topics = {"orders"}});
  IdPartitions some = group.topics.All("bills");
  CHECK(group.Commit("c", joined.generation, some) == ErrorCode::kNone);
  some.insert(*pair.first.begin());
  const CommitCheck check = group.CheckCommit("c", joined.generation, some);
  CHECK(check.error == ErrorCode::kIllegalGeneration);
  CHECK(check.refused == std::vector<TopicPartition>{{"orders", pair.first.begin()->partition}});
}

TEST_CASE("Versions that know of no member epochs, and transactions, have codes of their own") {
  Pair pair;
  auto& group = pair.group;
  CommitRequest old{.group_id = "g", .generation = 2, .member_id = "a"};
  const auto check = [&] {
    return group.coordinator.ValidateCommit(old, group.OffsetsIn(pair.second), group.topics).error;
  };
  old.knows_member_epochs = false;
  CHECK(check() == ErrorCode::kUnsupportedVersion);
  old.transactional = true;
  CHECK(check() == ErrorCode::kNone);
  old.generation = 1;
  CHECK(check() == ErrorCode::kIllegalGeneration);
}

TEST_CASE("Offsets are fetched at the member's epoch only") {
  Pair pair;
  auto& group = pair.group;
  CHECK(group.coordinator.ValidateFetch("g", "a", 2) == ErrorCode::kNone);
  CHECK(group.coordinator.ValidateFetch("g", "a", 1) == ErrorCode::kStaleMemberEpoch);
  CHECK(group.coordinator.ValidateFetch("g", "c", 1) == ErrorCode::kUnknownMemberId);
  CHECK(group.coordinator.ValidateFetch("g", "", -1) == ErrorCode::kNone);
}

TEST_CASE("Anybody commits for a group that has no members") {
  auto group = WithOrders();
  group.Join("a");
  group.Beat("a", kLeavingEpoch);
  const IdPartitions all = group.topics.All("orders");
  CHECK(group.Commit("", -1, all) == ErrorCode::kNone);
  CHECK(group.Commit("a", 1, all) == ErrorCode::kUnknownMemberId);
}

TEST_CASE("A group is deleted when its members are gone") {
  auto group = WithOrders();
  CHECK(group.Delete() == ErrorCode::kGroupIdNotFound);
  group.Join("a");
  CHECK(group.Delete() == ErrorCode::kNonEmptyGroup);
  group.Beat("a", kLeavingEpoch);
  CHECK(group.Delete() == ErrorCode::kNone);
  CHECK(group.erased.contains("g"));
  CHECK(group.Group().state == GroupState::kDead);
}

TEST_CASE("A group that is restored goes on from its epoch, without members") {
  auto group = WithOrders();
  group.coordinator.Restore("g", 7);
  CHECK(group.Group().state == GroupState::kEmpty);
  CHECK(group.Beat("a", 7).error == ErrorCode::kUnknownMemberId);
  CHECK(group.Join("a").member_epoch == 8);
}

TEST_CASE("A restored group has its members where they were, with what they have") {
  Pair pair;
  pair.group.Beat("b", 2, pair.second);
  pair.group.Restart();
  CHECK(pair.group.Commit("a", 2, pair.first) == ErrorCode::kNone);
  CHECK(pair.group.Commit("b", 2, pair.second) == ErrorCode::kNone);
  const auto first = pair.group.Beat("a", 2);
  CHECK(first.error == ErrorCode::kNone);
  CHECK_FALSE(first.assignment.has_value());
  const auto second = pair.group.Beat("b", 2);
  CHECK_FALSE(second.assignment.has_value());
  CHECK(pair.group.Group().state == GroupState::kStable);
  for (const auto& member : pair.group.Group().members) CHECK(member.assigned.size() == 1);
}

TEST_CASE("A member that does not come back after a restart is out after its session") {
  Pair pair;
  pair.group.Restart();
  pair.group.Advance(absl::Seconds(40));
  pair.group.Beat("a", 2);
  pair.group.Advance(absl::Seconds(10));
  REQUIRE(pair.group.Group().members.size() == 1);
  const auto left = pair.group.Group().members[0];
  CHECK(pair.group.Beat("a", left.member_epoch).assignment == pair.group.topics.All("orders"));
}

TEST_CASE("A partition that is being given up over a restart goes to nobody before it is") {
  auto group = WithOrders();
  const auto all = *group.Join("a").assignment;
  group.Join("b");
  const auto kept = *group.Beat("a", 1).assignment;
  group.Restart();
  CHECK(group.Beat("b", 2).assignment.value_or(IdPartitions()).empty());
  group.Beat("a", 1, kept);
  const auto got = group.Beat("b", group.Group().members.at(1).member_epoch);
  CHECK(got.assignment == Without(all, kept));
}

TEST_CASE("A static member that was away over a restart takes its place back") {
  auto group = WithOrders();
  const auto all = *group.Beat(ConsumerHarness::StaticJoinOf("a", "i")).assignment;
  group.LeaveForAWhile("a", "i");
  group.Restart();
  CHECK(*group.Beat(ConsumerHarness::StaticJoinOf("b", "i")).assignment == all);
  group.Restart();
  REQUIRE(group.Group().members.size() == 1);
  CHECK(group.Group().members[0].member_id == "b");
}

TEST_CASE("A member of the classic protocol is one of it after a restart") {
  auto group = WithOrders();
  group.Join("a");
  const auto joined = group.JoinClassic("c", {.topics = {"orders"}});
  group.Beat("a", 1);
  group.Beat("a", 1, IdPartitions());
  group.Restart();
  CHECK(group.coordinator.Heartbeat({"g", joined.generation, "c", ""}, group.now) ==
        ErrorCode::kRebalanceInProgress);  // for it has not been given all yet
  const auto synced =
      group.coordinator.Sync({.group_id = "g", .generation = joined.generation, .member_id = "c"},
                             group.topics, group.now);
  CHECK(synced.error == ErrorCode::kNone);
  CHECK(synced.protocol_name == "cooperative-sticky");
  CHECK(group.Group().members.at(1).is_classic);
  group.Advance(absl::Seconds(40));
  CHECK(group.Group().members.size() == 1);  // its own session is shorter
}

TEST_CASE("A group that subscribes by regular expression keeps its epoch over a restart, too") {
  auto group = WithOrders();
  ConsumerHeartbeat join = ConsumerHarness::JoinOf("a", {});
  join.subscribed_regex = "or.*";
  const auto all = *group.Beat(join).assignment;
  group.Restart();
  // Before its expression is looked at again.
  group.JoinClassic("c", {.topics = {"orders"}});
  CHECK(group.Group().epoch == 2);
  CHECK(group.Group().members.at(0).target.at(0).partitions.size() == all.size() / 2);
  group.Restart();
  group.Beat("a", 1);
  CHECK(group.Group().epoch == 2);
}

TEST_CASE("Of two who say that they have a partition, the one of the later epoch is restored") {
  Pair pair;
  pair.group.Beat("b", 2, pair.second);
  // As if the disk had been full while the first gave it up.
  ConsumerGroupCurrentValue stale{.epoch = 1, .assigned = pair.group.topics.All("orders")};
  for (const IdPartition& at : stale.assigned) stale.assignment_epochs[at] = 1;
  pair.group.log.push_back({{ConsumerGroupRecordType::kCurrent, "g", "a"}, EncodeValue(stale)});
  pair.group.Restart();
  REQUIRE(pair.group.Group().members.size() == 1);
  CHECK(pair.group.Group().members[0].member_id == "b");
  CHECK(pair.group.Beat("a", 2).error == ErrorCode::kUnknownMemberId);
  pair.group.Restart();
  CHECK(pair.group.Group().members.size() == 1);
}

TEST_CASE("A restored member is shown with what it has before anybody has spoken up") {
  Pair pair;
  const auto before = pair.group.Group().members;
  pair.group.Restart();
  REQUIRE(pair.group.Group().members.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(pair.group.Group().members[i].assigned == before[i].assigned);
    CHECK(pair.group.Group().members[i].target == before[i].target);
  }
}

TEST_CASE("A member that goes on by the other protocol under its own id is not waited for by it") {
  auto group = WithOrders();
  group.Join("a");
  group.JoinClassic("c", {.topics = {"orders"}});
  group.Join("c");
  for (int i = 0; i < 100; ++i) {
    group.Advance(absl::Seconds(5));
    for (const auto& member : group.Group().members) {
      group.Beat(member.member_id, member.member_epoch, IdPartitions());
    }
  }
  CHECK(group.Group().members.size() == 2);
}

TEST_CASE("A group whose topics are what they were keeps its epoch over a restart") {
  Pair pair;
  pair.group.Beat("b", 2, pair.second);
  const auto epoch = pair.group.Group().epoch;
  pair.group.Restart();
  pair.group.Beat("a", 2);
  CHECK(pair.group.Group().epoch == epoch);
  pair.group.Restart();
  pair.group.topics.Grow("orders", 7);
  pair.group.Beat("a", 2);
  CHECK(pair.group.Group().epoch == epoch + 1);
}

TEST_CASE("A heartbeat that changes nothing writes nothing") {
  Pair pair;
  pair.group.Beat("b", 2, pair.second);
  const std::size_t written = pair.group.log.size();
  pair.group.Beat("a", 2);
  pair.group.Beat("b", 2);
  CHECK(pair.group.log.size() == written);
}

TEST_CASE("Names of topics that do not exist are looked for once, not whenever somebody joins") {
  auto group = WithOrders(2);
  std::vector<std::string> names = {"orders"};
  for (int i = 0; i < 1000; ++i) names.push_back(fmt::format("none{}", i));
  group.Beat(ConsumerHarness::JoinOf("a", names));
  CHECK(group.topics.finds() >= 1000);
  const int before = group.topics.finds();
  group.Join("b");
  CHECK(group.topics.finds() - before < 10);

  group.topics.Make("none7", 1);
  group.Join("c");
  const auto described = group.Group();
  const auto& target = described.members.at(0).target;
  CHECK(std::any_of(target.begin(), target.end(),
                    [](const DescribedTopic& topic) { return topic.name == "none7"; }));
}

TEST_CASE("What a member still has of a topic that nobody subscribes to any more is shown") {
  ConsumerHarness group;
  group.topics.Make("orders", 4);
  group.topics.Make("sales", 4);
  group.Join("a", {"orders", "sales"});
  group.Join("b", {"orders", "sales"});
  group.Beat("a", 1);  // is to give up half of each, and has not yet said that it did
  group.Beat("b", kLeavingEpoch);
  auto request = ConsumerHarness::BeatOf("a", 1);
  request.subscribed_topics = {{"orders"}};
  group.Beat(request);
  const auto assigned = group.Group().members.at(0).assigned;
  REQUIRE(assigned.size() == 2);
  CHECK(assigned[1].name == "sales");
}

TEST_CASE("A group that is described shows what each has and is to have") {
  auto group = WithOrders(3);
  group.topics.Make("sales", 1);
  auto request = ConsumerHarness::StaticJoinOf("a", "one");
  request.rack_id = "rack";
  request.subscribed_topics = {{"sales", "orders"}};
  group.Beat(request);
  group.Join("b");
  const auto described = group.Group();
  CHECK(described.state == GroupState::kReconciling);
  CHECK(described.epoch == 2);
  CHECK(described.assignment_epoch == 2);
  REQUIRE(described.members.size() == 2);
  const auto& first = described.members[0];
  CHECK(first.member_id == "a");
  CHECK(first.instance_id == "one");
  CHECK(first.rack_id == "rack");
  CHECK(first.member_epoch == 1);
  CHECK(first.client_id == "client");
  CHECK(first.client_host == "/127.0.0.1");
  CHECK(first.subscribed_topics == std::vector<std::string>{"orders", "sales"});
  REQUIRE(first.assigned.size() == 2);
  CHECK(first.assigned[0].name == "orders");
  CHECK(first.assigned[0].partitions == std::vector<std::int32_t>{0, 1, 2});
  CHECK(first.assigned[1].id == group.topics.At("sales", 0).topic);
  CHECK(first.target != first.assigned);
  CHECK(described.members[1].assigned.empty());
  CHECK_FALSE(described.members[1].target.empty());
  const auto listed = group.coordinator.List();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].group_id == "g");
  CHECK(listed[0].protocol_type == "consumer");
  CHECK(listed[0].type == GroupType::kConsumer);
}

}  // namespace
}  // namespace rill::engine
