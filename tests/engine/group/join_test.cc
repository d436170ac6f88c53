#include "catch.h"
#include "harness.h"

namespace rill::engine {
namespace {

TEST_CASE("the first member of a group leads its first generation at once") {
  GroupHarness group;
  const JoinResponse joined = group.joins.at(group.Join());
  CHECK(joined.error == ErrorCode::kNone);
  CHECK(joined.generation == 1);
  CHECK(joined.member_id == "client-id1");
  CHECK(joined.leader == "client-id1");
  CHECK(joined.protocol_type == "consumer");
  CHECK(joined.protocol_name == "range");
  CHECK_FALSE(joined.skip_assignment);
  REQUIRE(joined.members.size() == 1);
  CHECK(joined.members[0].metadata == "range of ");
  CHECK(group.State() == GroupState::kCompletingRebalance);
}

TEST_CASE("a group that comes into being is stored empty") {
  GroupHarness group;
  group.Join();
  REQUIRE(group.stores.size() == 1);
  CHECK(group.stores[0].value.members.empty());
  CHECK(group.stores[0].value.generation == 0);
  CHECK_FALSE(group.stores[0].value.protocol);
}

TEST_CASE(
    "a second member waits until the first has joined again, and only the leader is told who is "
    "in") {
  GroupHarness group;
  const std::string first = group.StableGroup(1)[0];
  const RequestToken second = group.Join();
  CHECK_FALSE(group.Answered(second));
  CHECK(group.State() == GroupState::kPreparingRebalance);
  CHECK(group.Heartbeat(first, 1) == ErrorCode::kRebalanceInProgress);

  const JoinResponse leader = group.joins.at(group.Join(first));
  const JoinResponse follower = group.joins.at(second);
  CHECK(leader.generation == 2);
  CHECK(leader.members.size() == 2);
  CHECK(follower.generation == 2);
  CHECK(follower.leader == first);
  CHECK(follower.members.empty());
}

TEST_CASE("a dynamic member that must know its id is given one to come back with") {
  GroupHarness group;
  JoinRequest request = GroupHarness::JoinOf("");
  request.require_known_member_id = true;
  const JoinResponse told = group.joins.at(group.Join(request));
  CHECK(told.error == ErrorCode::kMemberIdRequired);
  CHECK(told.member_id == "client-id1");
  CHECK(told.generation == -1);
  CHECK(group.State() == GroupState::kEmpty);

  request.member_id = told.member_id;
  const JoinResponse joined = group.joins.at(group.Join(request));
  CHECK(joined.error == ErrorCode::kNone);
  CHECK(joined.member_id == told.member_id);
}

TEST_CASE("a member id holds as much of its client's name as a Kafka string can") {
  GroupHarness group;
  JoinRequest request = GroupHarness::JoinOf("");
  request.client_id = std::string(32'767, 'c');
  request.require_known_member_id = true;
  const RequestToken token = group.Join(request);
  const std::string& id = group.joins.at(token).member_id;
  CHECK(id.size() == 32'767);
  CHECK(id.ends_with("c-id1"));
}

TEST_CASE("an id that was given out is worth nothing after the session timeout") {
  GroupHarness group;
  JoinRequest request = GroupHarness::JoinOf("");
  request.require_known_member_id = true;
  request.member_id = group.joins.at(group.Join(request)).member_id;
  group.Advance(absl::Seconds(11));
  CHECK(group.joins.at(group.Join(request)).error == ErrorCode::kUnknownMemberId);
}

TEST_CASE("a rebalance waits for a member that was given an id, until its session ends") {
  GroupHarness group;
  const std::string first = group.StableGroup(1)[0];
  JoinRequest request = GroupHarness::JoinOf("");
  request.require_known_member_id = true;
  group.Join(request);
  const RequestToken second = group.Join();
  const RequestToken again = group.Join(first);
  CHECK_FALSE(group.Answered(second));
  group.Advance(absl::Seconds(10));
  CHECK(group.joins.at(second).generation == 2);
  CHECK(group.joins.at(again).members.size() == 2);
}

TEST_CASE("an id that nobody gave out is refused") {
  GroupHarness group;
  CHECK(group.joins.at(group.Join("stranger")).error == ErrorCode::kUnknownMemberId);
  CHECK(group.coordinator.List().empty());
  group.StableGroup(1);
  CHECK(group.joins.at(group.Join("stranger")).error == ErrorCode::kUnknownMemberId);
}

TEST_CASE("a join without a group id or with a session timeout out of range is refused") {
  GroupHarness group;
  JoinRequest request = GroupHarness::JoinOf("");
  request.group_id = "";
  CHECK(group.joins.at(group.Join(request)).error == ErrorCode::kInvalidGroupId);
  request = GroupHarness::JoinOf("");
  request.session_timeout = absl::Milliseconds(5999);
  CHECK(group.joins.at(group.Join(request)).error == ErrorCode::kInvalidSessionTimeout);
  request.session_timeout = absl::Minutes(30) + absl::Milliseconds(1);
  CHECK(group.joins.at(group.Join(request)).error == ErrorCode::kInvalidSessionTimeout);
  request.session_timeout = absl::Minutes(30);
  CHECK(group.joins.at(group.Join(request)).error == ErrorCode::kNone);
}

TEST_CASE("a member that shares no protocol with all others, or is of another type, is refused") {
  GroupHarness group;
  group.StableGroup(2);
  JoinRequest request = GroupHarness::JoinOf("");
  request.protocols = {{"sticky", ""}};
  CHECK(group.joins.at(group.Join(request)).error == ErrorCode::kInconsistentGroupProtocol);
  request.protocols = {};
  CHECK(group.joins.at(group.Join(request)).error == ErrorCode::kInconsistentGroupProtocol);
  request = GroupHarness::JoinOf("");
  request.protocol_type = "connect";
  CHECK(group.joins.at(group.Join(request)).error == ErrorCode::kInconsistentGroupProtocol);
  CHECK(group.State() == GroupState::kStable);
}

TEST_CASE("who has an id may join a group by other protocols than those who have left it") {
  GroupHarness group;
  const std::string gone = group.StableGroup(1)[0];
  JoinRequest request = GroupHarness::JoinOf("");
  request.require_known_member_id = true;
  request.member_id = group.joins.at(group.Join(request)).member_id;
  REQUIRE(group.Leave(gone) == ErrorCode::kNone);
  REQUIRE(group.State() == GroupState::kPreparingRebalance);
  request.protocols = {{"sticky", ""}};
  const JoinResponse joined = group.joins.at(group.Join(request));
  CHECK(joined.error == ErrorCode::kNone);
  CHECK(joined.protocol_name == "sticky");
}

TEST_CASE("a protocol that a member names twice is one that it knows") {
  GroupHarness group;
  JoinRequest request = GroupHarness::JoinOf("");
  request.protocols = {{"range", ""}, {"range", ""}};
  group.Join(request);
  CHECK(group.State() == GroupState::kCompletingRebalance);
  group.Join();
  CHECK(group.rebalances.size() == 2);
}

TEST_CASE("a new group refuses a member without protocols or protocol type") {
  GroupHarness group;
  JoinRequest request = GroupHarness::JoinOf("");
  request.protocols = {};
  CHECK(group.joins.at(group.Join(request)).error == ErrorCode::kInconsistentGroupProtocol);
  request = GroupHarness::JoinOf("");
  request.protocol_type = "";
  CHECK(group.joins.at(group.Join(request)).error == ErrorCode::kInconsistentGroupProtocol);
}

TEST_CASE("each member votes for its first protocol that all know, and most votes win") {
  GroupConfig config;
  config.initial_rebalance_delay = absl::Seconds(3);
  GroupHarness group(config);
  const auto join = [&](std::vector<std::string> names) {
    JoinRequest request = GroupHarness::JoinOf("");
    request.protocols.clear();
    for (const std::string& name : names) request.protocols.push_back({name, name + "!"});
    return group.Join(request);
  };
  const RequestToken first = join({"only-mine", "range", "sticky"});
  join({"sticky", "range"});
  join({"sticky", "range", "roundrobin"});
  group.Advance(absl::Seconds(10));
  const JoinResponse joined = group.joins.at(first);
  CHECK(joined.protocol_name == "sticky");
  const auto described = group.coordinator.Describe("g");
  CHECK(described.members.size() == 3);
}

TEST_CASE("the members that the leader sees carry what they said under the chosen protocol") {
  GroupHarness group;
  JoinRequest request = GroupHarness::JoinOf("");
  request.protocols = {{"range", "r"}, {"sticky", "s"}};
  const std::string leader = group.joins.at(group.Join(request)).member_id;
  JoinRequest other = GroupHarness::JoinOf("");
  other.protocols = {{"sticky", "other s"}};
  group.Join(other);
  request.member_id = leader;
  const JoinResponse joined = group.joins.at(group.Join(request));
  CHECK(joined.protocol_name == "sticky");
  std::set<std::string> said;
  for (const JoinedMember& member : joined.members) said.insert(member.metadata);
  CHECK(said == std::set<std::string>{"s", "other s"});
}

TEST_CASE("the first rebalance waits for more members, at most for the rebalance timeout") {
  GroupConfig config;
  config.initial_rebalance_delay = absl::Seconds(3);
  GroupHarness group(config);
  JoinRequest request = GroupHarness::JoinOf("");
  request.rebalance_timeout = absl::Seconds(7);
  const RequestToken first = group.Join(request);
  group.Advance(absl::Seconds(2));
  group.Join(request);
  group.Advance(absl::Seconds(2));  // 4 s: extended at 3 s, for there was a second
  CHECK_FALSE(group.Answered(first));
  group.Join(request);
  group.Advance(absl::Seconds(2));  // 6 s: extended, by the one second that is left
  CHECK_FALSE(group.Answered(first));
  group.Join(request);
  group.Advance(absl::Seconds(1));
  CHECK(group.joins.at(first).generation == 1);
  CHECK(group.Members() == 4);
}

TEST_CASE("an id that runs out unused does not cut the first rebalance's delay short") {
  GroupConfig config;
  config.initial_rebalance_delay = absl::Seconds(3);
  GroupHarness group(config);
  JoinRequest unused = GroupHarness::JoinOf("");  // has a session timeout of 10 s
  unused.require_known_member_id = true;
  REQUIRE(group.joins.at(group.Join(unused)).error == ErrorCode::kMemberIdRequired);
  group.Advance(absl::Seconds(8));
  const RequestToken first = group.Join();
  group.Advance(absl::Milliseconds(2999));
  CHECK_FALSE(group.Answered(first));
  group.Advance(absl::Milliseconds(1));
  CHECK(group.joins.at(first).generation == 1);
}

TEST_CASE("without newcomers the first rebalance ends after one delay") {
  GroupConfig config;
  config.initial_rebalance_delay = absl::Seconds(3);
  GroupHarness group(config);
  const RequestToken first = group.Join();
  group.Advance(absl::Milliseconds(2999));
  CHECK_FALSE(group.Answered(first));
  group.Advance(absl::Milliseconds(1));
  CHECK(group.Answered(first));
}

TEST_CASE("a follower that says nothing new is told the generation again, without a rebalance") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  JoinRequest request = GroupHarness::JoinOf(ids[1]);
  request.protocols = {{"range", "range of "}};  // as when it joined
  const JoinResponse joined = group.joins.at(group.Join(request));
  CHECK(joined.generation == 2);
  CHECK(joined.leader == ids[0]);
  CHECK(joined.members.empty());
  CHECK(group.State() == GroupState::kStable);
}

TEST_CASE("a follower that says something new starts a rebalance") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  CHECK_FALSE(group.Answered(group.Join(ids[1])));
  CHECK(group.State() == GroupState::kPreparingRebalance);
}

TEST_CASE("a leader that joins again starts a rebalance, whatever it says") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  JoinRequest request = GroupHarness::JoinOf(ids[0]);
  CHECK_FALSE(group.Answered(group.Join(request)));
  CHECK(group.State() == GroupState::kPreparingRebalance);
}

TEST_CASE("a member that missed the answer and asks again before the sync is answered again") {
  GroupHarness group;
  const std::string id = group.joins.at(group.Join()).member_id;
  JoinRequest request = GroupHarness::JoinOf(id);
  request.protocols = {{"range", "range of "}};
  const JoinResponse again = group.joins.at(group.Join(request));
  CHECK(again.generation == 1);
  CHECK(again.members.size() == 1);
}

TEST_CASE("a member that says something new before the sync starts another generation") {
  GroupHarness group;
  const std::string id = group.joins.at(group.Join()).member_id;
  CHECK(group.joins.at(group.Join(id)).generation == 2);
}

TEST_CASE("a join that the same member replaces is answered, so that nobody waits for ever") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  const RequestToken older = group.Join(ids[1]);
  const RequestToken newer = group.Join(ids[1]);
  CHECK(group.joins.at(older).error == ErrorCode::kRebalanceInProgress);
  CHECK_FALSE(group.Answered(newer));
  group.Join(ids[0]);
  CHECK(group.joins.at(newer).generation == 3);
  CHECK_FALSE(group.answered_twice);
}

TEST_CASE("a full group refuses newcomers and keeps its members") {
  GroupConfig config;
  config.max_size = 2;
  GroupHarness group(config);
  const auto ids = group.StableGroup(2);
  const JoinResponse refused = group.joins.at(group.Join());
  CHECK(refused.error == ErrorCode::kGroupMaxSizeReached);
  CHECK(refused.member_id.empty());
  CHECK(group.State() == GroupState::kStable);

  const RequestToken back = group.Join(ids[0]);
  CHECK(group.joins.at(group.Join(ids[1])).error == ErrorCode::kNone);
  CHECK(group.joins.at(back).generation == 3);
}

TEST_CASE("while a full group rebalances, those that come first are in and late members are out") {
  GroupConfig config;
  config.max_size = 2;
  GroupHarness group(config);
  const auto ids = group.StableGroup(2);
  group.Join(ids[0]);
  const RequestToken newcomer = group.Join();
  CHECK_FALSE(group.Answered(newcomer));
  CHECK(group.joins.at(group.Join(ids[1])).error == ErrorCode::kGroupMaxSizeReached);
  CHECK(group.Heartbeat(ids[1], 2) == ErrorCode::kUnknownMemberId);
}

TEST_CASE("members that do not join again before the rebalance timeout are out") {
  GroupHarness group;
  const auto ids = group.StableGroup(3);
  const RequestToken leader = group.Join(ids[0]);
  for (int i = 0; i < 7; ++i) {
    group.Advance(absl::Seconds(9));
    group.Heartbeat(ids[1], 2);
    group.Heartbeat(ids[2], 2);
  }
  CHECK(group.joins.at(leader).members.size() == 1);
  CHECK(group.Heartbeat(ids[1], 3) == ErrorCode::kUnknownMemberId);
}

TEST_CASE("a leader that does not join again is replaced by a member that did") {
  GroupHarness group;
  const auto ids = group.StableGroup(3);
  const RequestToken follower = group.Join(ids[1]);
  group.Advance(absl::Seconds(60));
  CHECK(group.joins.at(follower).leader == ids[1]);
  CHECK(group.joins.at(follower).members.size() == 1);
}

TEST_CASE("closing the coordinator answers all that wait") {
  GroupHarness group;
  const auto ids = group.StableGroup(2);
  const RequestToken join = group.Join(ids[0]);
  group.Run(group.coordinator.Close(group.now));
  CHECK(group.joins.at(join).error == ErrorCode::kNotCoordinator);
  CHECK(group.coordinator.NextDeadline() == absl::InfiniteFuture());
  CHECK(group.State() == GroupState::kDead);
}

}  // namespace
}  // namespace rill::engine
