#include "catch.h"
#include "harness.h"

namespace rill::engine {
namespace {

// A stable group of two static members, "one" (the leader) and "two", in generation 2.
struct StaticPair {
  explicit StaticPair(GroupHarness& group) {
    one = group.joins.at(group.Join("", "one")).member_id;
    const RequestToken second = group.Join("", "two");
    group.Join(one, "one");
    two = group.joins.at(second).member_id;
    group.Sync(two, 2);
    group.Sync(one, 2, {{one, "work of one"}, {two, "work of two"}});
  }
  std::string one;
  std::string two;
};

JoinRequest Returning(const std::string& instance_id) {
  JoinRequest request = GroupHarness::JoinOf("", instance_id);
  request.supports_skipping_assignment = true;
  return request;
}

TEST_CASE("a static member's id is made of its instance id") {
  GroupHarness group;
  CHECK(group.joins.at(group.Join("", "one")).member_id == "one-id1");
}

TEST_CASE("a static member that returns takes its place and its assignment, without a rebalance") {
  GroupHarness group;
  const StaticPair pair(group);
  const JoinResponse back = group.joins.at(group.Join(Returning("two")));
  CHECK(back.error == ErrorCode::kNone);
  CHECK(back.generation == 2);
  CHECK(back.member_id != pair.two);
  CHECK(back.leader == pair.one);
  CHECK_FALSE(back.skip_assignment);
  CHECK(back.members.empty());
  CHECK(group.State() == GroupState::kStable);
  CHECK(group.syncs.at(group.Sync(back.member_id, 2)).assignment == "work of two");
}

TEST_CASE("the new id of a static member is stored before it is told") {
  GroupHarness group;
  const StaticPair pair(group);
  group.store_at_once = false;
  const RequestToken back = group.Join(Returning("two"));
  CHECK_FALSE(group.Answered(back));
  REQUIRE(group.unconfirmed.size() == 1);
  bool found = false;
  for (const GroupMetadataMember& member : group.unconfirmed[0].value.members) {
    found |= member.group_instance_id == "two" && member.member_id != pair.two &&
             member.assignment == "work of two";
  }
  CHECK(found);
  group.Confirm(group.unconfirmed[0]);
  CHECK(group.joins.at(back).error == ErrorCode::kNone);
}

TEST_CASE("when the new id cannot be stored, the old one stays good") {
  GroupHarness group;
  const StaticPair pair(group);
  group.store_at_once = false;
  const RequestToken back = group.Join(Returning("two"));
  group.Confirm(group.unconfirmed[0], ErrorCode::kKafkaStorageError);
  CHECK(group.joins.at(back).error == ErrorCode::kNotCoordinator);
  CHECK(group.Heartbeat(pair.two, 2, "two") == ErrorCode::kNone);
  CHECK(group.Members() == 2);
}

TEST_CASE("a rebalance does not wait for the new id to be stored, nor is it disturbed afterwards") {
  GroupHarness group;
  const StaticPair pair(group);
  group.store_at_once = false;
  const RequestToken back = group.Join(Returning("two"));
  group.Join(pair.one, "one");
  const JoinResponse joined = group.joins.at(back);
  CHECK(joined.generation == 3);
  group.Join();
  const RequestToken waiting = group.Join(joined.member_id, "two");
  group.Confirm(group.unconfirmed[0]);
  CHECK_FALSE(group.Answered(waiting));
  group.Join(pair.one, "one");
  CHECK(group.joins.at(waiting).generation == 4);
}

TEST_CASE("a static leader that returns is told to skip the assignment, when it can") {
  GroupHarness group;
  const StaticPair pair(group);
  JoinResponse back = group.joins.at(group.Join(Returning("one")));
  CHECK(back.skip_assignment);
  CHECK(back.leader == back.member_id);
  CHECK(back.members.size() == 2);

  JoinRequest old_client = Returning("one");
  old_client.supports_skipping_assignment = false;
  const std::string before = back.member_id;
  back = group.joins.at(group.Join(old_client));
  CHECK_FALSE(back.skip_assignment);
  CHECK(back.leader == before);  // so that it does not assign
  CHECK(back.members.empty());
}

TEST_CASE("whoever uses the old id of a static member that returned is fenced") {
  GroupHarness group;
  const StaticPair pair(group);
  group.Join(Returning("two"));
  CHECK(group.Heartbeat(pair.two, 2, "two") == ErrorCode::kFencedInstanceId);
  CHECK(group.joins.at(group.Join(pair.two, "two")).error == ErrorCode::kFencedInstanceId);
  CHECK(group.Leave(pair.two, "two") == ErrorCode::kFencedInstanceId);
  SyncRequest sync;
  sync.group_id = "g";
  sync.generation = 2;
  sync.member_id = pair.two;
  sync.group_instance_id = "two";
  CHECK(group.syncs.at(group.Sync(sync)).error == ErrorCode::kFencedInstanceId);
  CommitRequest commit;
  commit.group_id = "g";
  commit.generation = 2;
  commit.member_id = pair.two;
  commit.group_instance_id = "two";
  CHECK(group.coordinator.ValidateCommit(commit, group.now) == ErrorCode::kFencedInstanceId);
  CHECK(group.Heartbeat(pair.two, 2) == ErrorCode::kUnknownMemberId);
}

TEST_CASE("an instance id that the group does not know is refused") {
  GroupHarness group;
  const StaticPair pair(group);
  CHECK(group.Heartbeat(pair.two, 2, "three") == ErrorCode::kUnknownMemberId);
}

TEST_CASE("two that wait under one instance id: the earlier is fenced") {
  GroupHarness group;
  const StaticPair pair(group);
  const RequestToken one = group.Join(pair.one, "one");
  const RequestToken earlier = group.Join(pair.two, "two");
  CHECK(group.joins.at(one).generation == 3);
  group.Sync(pair.two, 3);
  const RequestToken waiting = group.Sync(pair.two, 3);
  CHECK(group.Answered(earlier));
  group.Join(Returning("two"));
  CHECK(group.syncs.at(waiting).error == ErrorCode::kFencedInstanceId);
  // The leader knows the old id only, so the group joins again.
  CHECK(group.State() == GroupState::kPreparingRebalance);
}

TEST_CASE("a waiting join of a static member is fenced by the next one under its name") {
  GroupHarness group;
  const StaticPair pair(group);
  const RequestToken waiting = group.Join(pair.one, "one");
  const RequestToken next = group.Join(Returning("one"));
  CHECK(group.joins.at(waiting).error == ErrorCode::kFencedInstanceId);
  CHECK(group.joins.at(waiting).member_id == pair.one);
  CHECK_FALSE(group.Answered(next));
  group.Join(pair.two, "two");
  CHECK(group.joins.at(next).generation == 3);
}

TEST_CASE("a static member that returns with another protocol choice starts a rebalance") {
  GroupHarness group;
  JoinRequest both = GroupHarness::JoinOf("", "one");
  both.protocols = {{"range", ""}, {"sticky", ""}};
  const std::string id = group.joins.at(group.Join(both)).member_id;
  group.Sync(id, 1, {{id, "all"}});
  both.protocols = {{"sticky", ""}, {"range", ""}};
  const JoinResponse back = group.joins.at(group.Join(both));
  CHECK(back.generation == 2);
  CHECK(back.protocol_name == "sticky");
}

TEST_CASE("a static member that does not join again keeps its place until its session ends") {
  GroupHarness group;
  const StaticPair pair(group);
  JoinRequest slow = GroupHarness::JoinOf(pair.two, "two");
  slow.session_timeout = absl::Minutes(10);
  group.Join(slow);
  group.Join(pair.one, "one");
  group.Sync(pair.two, 3);
  group.Sync(pair.one, 3, {{pair.one, "x"}, {pair.two, "y"}});
  const RequestToken one = group.Join(pair.one, "one");
  group.Advance(absl::Seconds(60));
  const JoinResponse joined = group.joins.at(one);
  CHECK(joined.generation == 4);
  CHECK(joined.members.size() == 2);
  CHECK(joined.leader == pair.one);
}

TEST_CASE("static members that are all away keep the group waiting, not spinning") {
  GroupHarness group;
  JoinRequest request = GroupHarness::JoinOf("", "one");
  request.rebalance_timeout = absl::ZeroDuration();
  const std::string id = group.joins.at(group.Join(request)).member_id;
  group.Sync(id, 1, {{id, "all"}});
  group.Join();  // starts a rebalance
  group.Advance(absl::Minutes(20));
  CHECK(group.coordinator.NextDeadline() > group.now);
}

TEST_CASE("a static member is out when its session ends") {
  GroupHarness group;
  const StaticPair pair(group);
  group.Advance(absl::Seconds(6));
  group.Heartbeat(pair.one, 2, "one");
  group.Advance(absl::Seconds(5));
  CHECK(group.Heartbeat(pair.two, 2, "two") == ErrorCode::kUnknownMemberId);
  CHECK(group.Members() == 1);
}

TEST_CASE("a static member can be made to leave by its instance id") {
  GroupHarness group;
  const StaticPair pair(group);
  CHECK(group.Leave("", "two") == ErrorCode::kNone);
  CHECK(group.Leave("", "two") == ErrorCode::kUnknownMemberId);
  CHECK(group.Leave("", "") == ErrorCode::kUnknownMemberId);
  CHECK(group.Members() == 1);
}

TEST_CASE("an id that was given to a dynamic member cannot be used by a static one") {
  GroupHarness group;
  JoinRequest request = GroupHarness::JoinOf("");
  request.require_known_member_id = true;
  request.member_id = group.joins.at(group.Join(request)).member_id;
  request.group_instance_id = "one";
  CHECK(group.joins.at(group.Join(request)).error == ErrorCode::kUnknownServerError);
}

TEST_CASE("a static member that returns before it synced is not missed under its old id") {
  GroupHarness group;
  const std::string one = group.joins.at(group.Join("", "one")).member_id;
  const RequestToken second = group.Join("", "two");
  group.Join(one, "one");
  const std::string two = group.joins.at(second).member_id;
  group.Sync(one, 2, {{one, "a"}, {two, "b"}});
  const std::string again = group.joins.at(group.Join(Returning("two"))).member_id;
  CHECK(group.syncs.at(group.Sync(again, 2)).assignment == "b");
  for (int i = 0; i < 10; ++i) {
    group.Advance(absl::Seconds(9));
    CHECK(group.Heartbeat(one, 2, "one") == ErrorCode::kNone);
    CHECK(group.Heartbeat(again, 2, "two") == ErrorCode::kNone);
  }
}

}  // namespace
}  // namespace rill::engine
