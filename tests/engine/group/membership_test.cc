#include "catch.h"
#include "harness.h"

namespace rill::engine {
namespace {

TEST_CASE("a member that is silent for its session timeout is out and the others rebalance") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  group.Advance(absl::Seconds(6));
  CHECK(group.Heartbeat(ids[0], 2) == ErrorCode::kNone);
  group.Advance(absl::Seconds(4));
  CHECK(group.Heartbeat(ids[0], 2) == ErrorCode::kRebalanceInProgress);
  CHECK(group.Heartbeat(ids[1], 2) == ErrorCode::kUnknownMemberId);
  CHECK(group.joins.at(group.Join(ids[0])).generation == 3);
}

TEST_CASE("a group whose members all fell silent is empty, and is stored so") {
  GroupHarness group;
  group.StableGroup(2);
  group.Advance(absl::Minutes(2));
  CHECK(group.State() == GroupState::kEmpty);
  CHECK(group.Members() == 0);
  CHECK(group.stores.back().value.members.empty());
  CHECK(group.stores.back().value.generation == 3);
  CHECK(group.stores.back().value.protocol_type == "consumer");
  CHECK_FALSE(group.stores.back().value.protocol);
  CHECK_FALSE(group.stores.back().value.leader);
  CHECK(group.coordinator.NextDeadline() == absl::InfiniteFuture());
}

TEST_CASE("generations go on where they were when a group fills again") {
  GroupHarness group;
  const std::string id = group.StableGroup(1)[0];
  CHECK(group.Leave(id) == ErrorCode::kNone);
  CHECK(group.Generation() == 2);
  CHECK(group.joins.at(group.Join()).generation == 3);
}

TEST_CASE("an empty group may take up another protocol type") {
  GroupHarness group;
  group.Leave(group.StableGroup(1)[0]);
  JoinRequest request = GroupHarness::JoinOf("");
  request.protocol_type = "connect";
  request.protocols = {{"eager", ""}};
  CHECK(group.joins.at(group.Join(request)).protocol_type == "connect");
}

TEST_CASE("a member that waits for a rebalance need not speak") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  const RequestToken waiting = group.Join(ids[0]);
  for (int i = 0; i < 6; ++i) {
    group.Advance(absl::Seconds(9));
    group.Heartbeat(ids[1], 2);
  }
  CHECK_FALSE(group.Answered(waiting));
  group.Join(ids[1]);
  CHECK(group.joins.at(waiting).error == ErrorCode::kNone);
}

TEST_CASE("a newcomer that waits too long is told to come as somebody new") {
  GroupConfig config;
  config.new_member_join_timeout = absl::Seconds(20);
  GroupHarness group(config);
  const std::string id = group.StableGroup(1)[0];
  const RequestToken newcomer = group.Join();
  for (int i = 0; i < 3; ++i) {
    group.Advance(absl::Seconds(7));
    group.Heartbeat(id, 1);
  }
  CHECK(group.joins.at(newcomer).error == ErrorCode::kUnknownMemberId);
  CHECK(group.Members() == 1);
}

TEST_CASE("a member that needs no heartbeat is out only when it does not poll") {
  GroupHarness group;
  JoinRequest request = GroupHarness::JoinOf("");
  request.needs_heartbeat = false;
  const std::string id = group.joins.at(group.Join(request)).member_id;
  group.Sync(id, 1, {{id, "all"}});
  group.Advance(absl::Seconds(59));
  CHECK(group.Heartbeat(id, 1) == ErrorCode::kNone);
  group.Advance(absl::Seconds(59));
  CHECK(group.Commit(id, 1) == ErrorCode::kNone);  // a commit is no poll
  CHECK(group.Members() == 1);
  group.Advance(absl::Seconds(1));
  CHECK(group.Members() == 0);
}

TEST_CASE("members with and without heartbeats share a group") {
  GroupHarness group;
  JoinRequest request = GroupHarness::JoinOf("");
  request.needs_heartbeat = false;
  const std::string embedded = group.joins.at(group.Join(request)).member_id;
  const RequestToken remote_join = group.Join();
  request.member_id = embedded;
  group.Join(request);
  const std::string remote = group.joins.at(remote_join).member_id;
  group.Sync(remote, 2);
  group.Sync(embedded, 2, {{embedded, "a"}, {remote, "b"}});
  group.Advance(absl::Seconds(11));
  CHECK(group.Heartbeat(embedded, 2) == ErrorCode::kRebalanceInProgress);
  CHECK(group.Heartbeat(remote, 2) == ErrorCode::kUnknownMemberId);
}

TEST_CASE("heartbeats of strangers and of other generations are refused") {
  GroupHarness group;
  CHECK(group.Heartbeat("a", 1) == ErrorCode::kUnknownMemberId);
  const auto ids = group.StableGroup(2);
  CHECK(group.Heartbeat("stranger", 2) == ErrorCode::kUnknownMemberId);
  CHECK(group.Heartbeat(ids[0], 1) == ErrorCode::kIllegalGeneration);
  CHECK(group.Heartbeat(ids[0], 3) == ErrorCode::kIllegalGeneration);
  CHECK(group.coordinator.Heartbeat({"", 2, ids[0], ""}, group.now) == ErrorCode::kInvalidGroupId);
}

TEST_CASE("heartbeats before the sync keep the session") {
  GroupHarness group;
  const std::string id = group.joins.at(group.Join()).member_id;
  group.Advance(absl::Seconds(9));
  CHECK(group.Heartbeat(id, 1) == ErrorCode::kNone);
  group.Advance(absl::Seconds(9));
  CHECK(group.Heartbeat(id, 1) == ErrorCode::kNone);
}

TEST_CASE("a member that leaves is out at once") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  CHECK(group.Leave(ids[1]) == ErrorCode::kNone);
  CHECK(group.Heartbeat(ids[0], 2) == ErrorCode::kRebalanceInProgress);
  CHECK(group.Leave(ids[1]) == ErrorCode::kUnknownMemberId);
  const JoinResponse joined = group.joins.at(group.Join(ids[0]));
  CHECK(joined.generation == 3);
  CHECK(joined.members.size() == 1);
}

TEST_CASE("a leader that leaves hands over to another member") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  group.Leave(ids[0]);
  CHECK(group.joins.at(group.Join(ids[1])).leader == ids[1]);
}

TEST_CASE("a member that leaves while it waits to join is answered, and the others go on") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  const RequestToken leaving = group.Join(ids[0]);
  CHECK(group.Leave(ids[0]) == ErrorCode::kNone);
  CHECK(group.joins.at(leaving).error == ErrorCode::kUnknownMemberId);
  CHECK(group.joins.at(group.Join(ids[1])).generation == 3);
}

TEST_CASE("the last one to be missed may leave, and the rebalance completes") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  const RequestToken waiting = group.Join(ids[0]);
  group.Leave(ids[1]);
  CHECK(group.joins.at(waiting).members.size() == 1);
}

TEST_CASE("members leave in batches, and each is told how it went") {
  GroupHarness group;
  const auto ids = group.StableGroup(3);
  Effects effects;
  const LeaveResponse left = group.coordinator.Leave(
      {"g", {{ids[1], "", "done"}, {"stranger", "", ""}, {ids[2], "", ""}}}, group.now, &effects);
  group.Run(std::move(effects));
  REQUIRE(left.members.size() == 3);
  CHECK(left.members[0].error == ErrorCode::kNone);
  CHECK(left.members[1].error == ErrorCode::kUnknownMemberId);
  CHECK(left.members[2].error == ErrorCode::kNone);
  CHECK(group.Members() == 1);
  CHECK(group.rebalances.back().find("done") != std::string::npos);
}

TEST_CASE("leaving a group that does not exist is refused for each member") {
  GroupHarness group;
  CHECK(group.Leave("a") == ErrorCode::kUnknownMemberId);
  Effects effects;
  CHECK(group.coordinator.Leave({"", {}}, group.now, &effects).error == ErrorCode::kInvalidGroupId);
}

TEST_CASE("a member that was given an id and has not joined with it may leave") {
  GroupHarness group;
  JoinRequest request = GroupHarness::JoinOf("");
  request.require_known_member_id = true;
  request.member_id = group.joins.at(group.Join(request)).member_id;
  CHECK(group.Leave(request.member_id) == ErrorCode::kNone);
  CHECK(group.joins.at(group.Join(request)).error == ErrorCode::kUnknownMemberId);
}

TEST_CASE("offsets are taken from members of the generation, and not before its sync") {
  GroupHarness group;
  const std::string id = group.joins.at(group.Join()).member_id;
  CHECK(group.Commit(id, 1) == ErrorCode::kRebalanceInProgress);
  CHECK(group.coordinator.ValidateCommit(
            {.group_id = "g", .generation = 1, .member_id = id, .keeps_partitions = true},
            group.now) == ErrorCode::kNone);
  group.Sync(id, 1, {{id, "all"}});
  CHECK(group.Commit(id, 1) == ErrorCode::kNone);
  CHECK(group.Commit(id, 0) == ErrorCode::kIllegalGeneration);
  CHECK(group.Commit(id, 2) == ErrorCode::kIllegalGeneration);
  CHECK(group.Commit("stranger", 1) == ErrorCode::kUnknownMemberId);
  CHECK(group.Commit("", -1) == ErrorCode::kUnknownMemberId);
}

TEST_CASE("while members join, those of the last generation still commit what they did") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  group.Join(ids[0]);
  CHECK(group.Commit(ids[1], 2) == ErrorCode::kNone);
}

TEST_CASE("a commit keeps the session") {
  GroupHarness group;
  const std::string id = group.StableGroup(1)[0];
  group.Advance(absl::Seconds(9));
  group.Commit(id, 1);
  group.Advance(absl::Seconds(9));
  CHECK(group.Heartbeat(id, 1) == ErrorCode::kNone);
}

TEST_CASE("a commit without membership makes the group, and is taken while nobody is in it") {
  GroupHarness group;
  CHECK(group.Commit("", -1) == ErrorCode::kNone);
  CHECK(group.State() == GroupState::kEmpty);
  CHECK(group.coordinator.List().at(0).protocol_type.empty());
  group.StableGroup(1);
  CHECK(group.Commit("", -1) == ErrorCode::kUnknownMemberId);
}

TEST_CASE("a member's commit to a group that is gone is refused as its client understands it") {
  GroupHarness group;
  CommitRequest request;
  request.group_id = "g";
  request.member_id = "a";
  request.generation = 3;
  CHECK(group.coordinator.ValidateCommit(request, group.now) == ErrorCode::kGroupIdNotFound);
  request.knows_member_epochs = false;
  CHECK(group.coordinator.ValidateCommit(request, group.now) == ErrorCode::kIllegalGeneration);
}

TEST_CASE("commits of transactions do not care for the group's state, but for the member") {
  GroupHarness group;
  const std::string id = group.joins.at(group.Join()).member_id;
  CommitRequest request;
  request.group_id = "g";
  request.transactional = true;
  CHECK(group.coordinator.ValidateCommit(request, group.now) == ErrorCode::kNone);
  request.member_id = id;
  request.generation = 1;
  CHECK(group.coordinator.ValidateCommit(request, group.now) == ErrorCode::kNone);
  request.generation = 0;
  CHECK(group.coordinator.ValidateCommit(request, group.now) == ErrorCode::kIllegalGeneration);
}

TEST_CASE("only an empty group is deleted, with a tombstone") {
  GroupHarness group;
  CHECK(group.Delete() == ErrorCode::kGroupIdNotFound);
  const std::string id = group.StableGroup(1)[0];
  CHECK(group.Delete() == ErrorCode::kNonEmptyGroup);
  group.Leave(id);
  CHECK(group.Delete() == ErrorCode::kNone);
  CHECK(group.erased == std::vector<std::string>{"g"});
  CHECK(group.State() == GroupState::kDead);
  CHECK(group.coordinator.Describe("g").error == ErrorCode::kGroupIdNotFound);
}

TEST_CASE("a stable group is described with what its members said and were given") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  DescribedGroup described = group.coordinator.Describe("g");
  CHECK(described.error == ErrorCode::kNone);
  CHECK(described.state == GroupState::kStable);
  CHECK(described.generation == 2);
  CHECK(described.protocol_type == "consumer");
  CHECK(described.protocol_name == "range");
  REQUIRE(described.members.size() == 2);
  for (const DescribedMember& member : described.members) {
    CHECK(member.assignment == "work of " + member.member_id);
    CHECK(member.client_id == "client");
    CHECK_FALSE(member.metadata.empty());
  }
  group.Join(ids[0]);
  described = group.coordinator.Describe("g");
  CHECK(described.protocol_name.empty());
  CHECK(described.members[0].metadata.empty());
}

TEST_CASE("states have Kafka's names") {
  CHECK(std::string(GroupStateName(GroupState::kEmpty)) == "Empty");
  CHECK(std::string(GroupStateName(GroupState::kPreparingRebalance)) == "PreparingRebalance");
  CHECK(std::string(GroupStateName(GroupState::kCompletingRebalance)) == "CompletingRebalance");
  CHECK(std::string(GroupStateName(GroupState::kStable)) == "Stable");
  CHECK(std::string(GroupStateName(GroupState::kDead)) == "Dead");
}

TEST_CASE("groups are listed by id, and by state when asked") {
  GroupHarness group;
  group.StableGroup(1);
  JoinRequest request = GroupHarness::JoinOf("");
  request.group_id = "a";
  group.Join(request);
  const auto all = group.coordinator.List();
  REQUIRE(all.size() == 2);
  CHECK(all[0].group_id == "a");
  CHECK(all[1].group_id == "g");
  const auto stable = group.coordinator.List({GroupState::kStable});
  REQUIRE(stable.size() == 1);
  CHECK(stable[0].group_id == "g");
}

TEST_CASE("a group that was stored is taken up where it was") {
  GroupHarness before;
  const auto ids = before.StableGroup(2);
  GroupHarness after;
  after.Run(after.coordinator.Restore("g", before.stores.back().value, after.now));
  CHECK(after.State() == GroupState::kStable);
  CHECK(after.Heartbeat(ids[0], 2) == ErrorCode::kNone);
  CHECK(after.syncs.at(after.Sync(ids[1], 2)).assignment == "work of " + ids[1]);
  after.Advance(absl::Seconds(6));
  after.Heartbeat(ids[0], 2);
  after.Advance(absl::Seconds(5));
  CHECK(after.State() == GroupState::kPreparingRebalance);
  CHECK(after.Members() == 1);
}

TEST_CASE("a group that was stored empty goes on with its generation") {
  GroupHarness before;
  before.Leave(before.StableGroup(1)[0]);
  GroupHarness after;
  after.Run(after.coordinator.Restore("g", before.stores.back().value, after.now));
  CHECK(after.State() == GroupState::kEmpty);
  CHECK(after.joins.at(after.Join()).generation == 3);
}

TEST_CASE("a group that was stored wrong has each of its members once, and goes on") {
  GroupHarness before;
  before.StableGroup(1);
  GroupMetadataValue value = before.stores.back().value;
  const GroupMetadataMember member = value.members.at(0);
  value.generation = INT32_MAX;
  value.members.clear();
  for (const char* instance : {"a", "b", "a"}) {
    GroupMetadataMember& stored = value.members.emplace_back(member);
    stored.member_id = value.members.size() == 3 ? "other" : member.member_id;
    stored.group_instance_id = instance;
  }
  GroupHarness after;
  after.Run(after.coordinator.Restore("g", value, after.now));
  CHECK(after.Members() == 1);
  after.Advance(absl::Minutes(10));
  CHECK(after.Members() == 0);
  CHECK(after.joins.at(after.Join()).generation > 1);
}

TEST_CASE("a stored group beyond the size limit rebalances at once") {
  GroupHarness before;
  before.StableGroup(3);
  GroupConfig config;
  config.max_size = 2;
  GroupHarness after(config);
  after.Run(after.coordinator.Restore("g", before.stores.back().value, after.now));
  CHECK(after.State() == GroupState::kPreparingRebalance);
}

}  // namespace
}  // namespace rill::engine
