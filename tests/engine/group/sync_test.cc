#include "catch.h"
#include "harness.h"

namespace rill::engine {
namespace {

// A group of two that has joined and not synced; the leader's id first.
std::vector<std::string> JoinedPair(GroupHarness& group) {
  const std::string leader = group.joins.at(group.Join()).member_id;
  const RequestToken second = group.Join();
  group.Join(leader);
  return {leader, group.joins.at(second).member_id};
}

TEST_CASE("followers wait for the leader's assignments and everybody gets its own") {
  GroupHarness group;
  const auto ids = JoinedPair(group);
  const RequestToken follower = group.Sync(ids[1], 2);
  CHECK_FALSE(group.Answered(follower));
  const RequestToken leader = group.Sync(ids[0], 2, {{ids[0], "mine"}, {ids[1], "yours"}});
  CHECK(group.syncs.at(leader).assignment == "mine");
  CHECK(group.syncs.at(follower).assignment == "yours");
  CHECK(group.syncs.at(follower).protocol_type == "consumer");
  CHECK(group.syncs.at(follower).protocol_name == "range");
  CHECK(group.State() == GroupState::kStable);
}

TEST_CASE("a follower that syncs after the leader is answered at once, as often as it asks") {
  GroupHarness group;
  const auto ids = JoinedPair(group);
  group.Sync(ids[0], 2, {{ids[1], "yours"}});
  CHECK(group.syncs.at(group.Sync(ids[1], 2)).assignment == "yours");
  CHECK(group.syncs.at(group.Sync(ids[1], 2)).assignment == "yours");
}

TEST_CASE("a member that the leader forgot gets an empty assignment") {
  GroupHarness group;
  const auto ids = JoinedPair(group);
  const RequestToken follower = group.Sync(ids[1], 2);
  group.Sync(ids[0], 2, {{ids[0], "mine"}, {"stranger", "ignored"}});
  CHECK(group.syncs.at(follower).error == ErrorCode::kNone);
  CHECK(group.syncs.at(follower).assignment.empty());
}

TEST_CASE("assignments are stored before they are given out") {
  GroupHarness group;
  const auto ids = JoinedPair(group);
  group.store_at_once = false;
  const RequestToken follower = group.Sync(ids[1], 2);
  const RequestToken leader = group.Sync(ids[0], 2, {{ids[0], "mine"}, {ids[1], "yours"}});
  CHECK_FALSE(group.Answered(leader));
  CHECK(group.State() == GroupState::kCompletingRebalance);
  REQUIRE(group.unconfirmed.size() == 1);
  const GroupMetadataValue& value = group.unconfirmed[0].value;
  CHECK(value.generation == 2);
  CHECK(value.leader == ids[0]);
  CHECK(value.protocol == "range");
  REQUIRE(value.members.size() == 2);
  for (const GroupMetadataMember& member : value.members) {
    CHECK(member.assignment == (member.member_id == ids[0] ? "mine" : "yours"));
    CHECK(member.session_timeout_ms == 10'000);
    CHECK(member.rebalance_timeout_ms == 60'000);
    CHECK(member.client_host == "/127.0.0.1");
  }
  group.Confirm(group.unconfirmed[0]);
  CHECK(group.syncs.at(leader).assignment == "mine");
  CHECK(group.syncs.at(follower).assignment == "yours");
  CHECK(group.State() == GroupState::kStable);
}

TEST_CASE("when the assignments cannot be stored, members are told and join again") {
  GroupHarness group;
  const auto ids = JoinedPair(group);
  group.store_at_once = false;
  const RequestToken follower = group.Sync(ids[1], 2);
  const RequestToken leader = group.Sync(ids[0], 2, {{ids[0], "mine"}});
  group.Confirm(group.unconfirmed[0], ErrorCode::kRequestTimedOut);
  CHECK(group.syncs.at(leader).error == ErrorCode::kCoordinatorNotAvailable);
  CHECK(group.syncs.at(follower).error == ErrorCode::kCoordinatorNotAvailable);
  CHECK(group.State() == GroupState::kPreparingRebalance);
}

TEST_CASE("assignments that were stored too late for their generation change nothing") {
  GroupHarness group;
  const auto ids = JoinedPair(group);
  group.store_at_once = false;
  const RequestToken leader = group.Sync(ids[0], 2, {{ids[0], "mine"}});
  group.Leave(ids[1]);
  CHECK(group.syncs.at(leader).error == ErrorCode::kRebalanceInProgress);
  const RequestToken again = group.Join(ids[0]);
  CHECK(group.joins.at(again).generation == 3);
  group.Confirm(group.unconfirmed[0]);
  CHECK(group.State() == GroupState::kCompletingRebalance);
  CHECK_FALSE(group.answered_twice);
}

TEST_CASE("assignments that are stored while members join again change nothing") {
  GroupHarness group;
  const auto ids = JoinedPair(group);
  group.store_at_once = false;
  group.Sync(ids[0], 2, {{ids[0], "mine"}});
  const RequestToken newcomer = group.Join();
  group.Confirm(group.unconfirmed[0]);
  CHECK(group.State() == GroupState::kPreparingRebalance);
  group.Join(ids[0]);
  group.Join(ids[1]);
  CHECK(group.joins.at(newcomer).generation == 3);
}

TEST_CASE("syncs of strangers, of other generations and under other protocols are refused") {
  GroupHarness group;
  CHECK(group.syncs.at(group.Sync("a", 1)).error == ErrorCode::kUnknownMemberId);
  const auto ids = JoinedPair(group);
  CHECK(group.syncs.at(group.Sync("stranger", 2)).error == ErrorCode::kUnknownMemberId);
  CHECK(group.syncs.at(group.Sync(ids[0], 1)).error == ErrorCode::kIllegalGeneration);
  CHECK(group.syncs.at(group.Sync(ids[0], 3)).error == ErrorCode::kIllegalGeneration);
  SyncRequest request;
  request.group_id = "g";
  request.member_id = ids[0];
  request.generation = 2;
  request.protocol_name = "sticky";
  CHECK(group.syncs.at(group.Sync(request)).error == ErrorCode::kInconsistentGroupProtocol);
  request.protocol_name = "range";
  request.protocol_type = "connect";
  CHECK(group.syncs.at(group.Sync(request)).error == ErrorCode::kInconsistentGroupProtocol);
  request.protocol_type = "consumer";
  CHECK(group.syncs.at(group.Sync(request)).error == ErrorCode::kNone);
  request.group_id = "";
  CHECK(group.syncs.at(group.Sync(request)).error == ErrorCode::kInvalidGroupId);
}

TEST_CASE("a sync while members join is told of the rebalance") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  group.Join(ids[0]);
  CHECK(group.syncs.at(group.Sync(ids[1], 2)).error == ErrorCode::kRebalanceInProgress);
}

TEST_CASE("a rebalance that begins before the leader's sync sends those that wait back to join") {
  GroupHarness group;
  const auto ids = JoinedPair(group);
  const RequestToken follower = group.Sync(ids[1], 2);
  group.Join();
  CHECK(group.syncs.at(follower).error == ErrorCode::kRebalanceInProgress);
}

TEST_CASE("a sync that the same member replaces is answered, so that nobody waits for ever") {
  GroupHarness group;
  const auto ids = JoinedPair(group);
  const RequestToken older = group.Sync(ids[1], 2);
  const RequestToken newer = group.Sync(ids[1], 2);
  CHECK(group.syncs.at(older).error == ErrorCode::kRebalanceInProgress);
  group.Sync(ids[0], 2, {{ids[1], "yours"}});
  CHECK(group.syncs.at(newer).assignment == "yours");
}

TEST_CASE("a member that leaves while it waits for its assignment is answered") {
  GroupHarness group;
  const auto ids = JoinedPair(group);
  const RequestToken follower = group.Sync(ids[1], 2);
  CHECK(group.Leave(ids[1]) == ErrorCode::kNone);
  CHECK(group.syncs.at(follower).error == ErrorCode::kUnknownMemberId);
}

TEST_CASE("members that never sync are out after the rebalance timeout") {
  GroupHarness group;
  const auto ids = JoinedPair(group);
  group.Sync(ids[0], 2, {{ids[0], "mine"}, {ids[1], "yours"}});
  for (int i = 0; i < 7; ++i) {
    group.Advance(absl::Seconds(9));
    group.Heartbeat(ids[0], 2);
    group.Heartbeat(ids[1], 2);
  }
  CHECK(group.Heartbeat(ids[1], 2) == ErrorCode::kUnknownMemberId);
  CHECK(group.Heartbeat(ids[0], 2) == ErrorCode::kRebalanceInProgress);
}

TEST_CASE("a leader that never syncs is out, and the follower that waits is sent back to join") {
  GroupHarness group;
  const auto ids = JoinedPair(group);
  const RequestToken follower = group.Sync(ids[1], 2);
  for (int i = 0; i < 7; ++i) {
    group.Advance(absl::Seconds(9));
    group.Heartbeat(ids[0], 2);
  }
  CHECK(group.syncs.at(follower).error == ErrorCode::kRebalanceInProgress);
  CHECK(group.joins.at(group.Join(ids[1])).leader == ids[1]);
}

}  // namespace
}  // namespace rill::engine
