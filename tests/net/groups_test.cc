#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "engine/memory_offset_store.h"
#include "net/wire_client.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/sync_group.h"

// Members of groups over sockets, beside those of the process.
namespace rill::net {
namespace {

using wire::ApiKey;

struct ServedGroups {
  ServedGroups()
      : engine(Open("mem:").value()),
        orders(engine.CreateTopic("orders", {.partitions = 2}).value()),
        node(Node::Start(engine, {.listen = "127.0.0.1:0"}).value()) {}

  Engine engine;
  Topic orders;
  Node node;
};

wire::JoinGroupRequest JoinOf(const std::string& member_id) {
  wire::JoinGroupRequest join;
  join.group_id = "billing";
  join.session_timeout_ms = 30'000;
  join.rebalance_timeout_ms = 60'000;
  join.member_id = member_id;
  join.protocol_type = "consumer";
  join.protocols.push_back({"range", "what " + member_id + " wants"});
  return join;
}

// Joins as a client does: asks for an id, then with it.
wire::JoinGroupResponse Join(WireClient& client, int version) {
  const auto first = client.Ask<wire::JoinGroupResponse>(ApiKey::kJoinGroup, version, JoinOf(""));
  if (version < 4) return first;
  CHECK(first.error_code == ErrorCode::kMemberIdRequired);
  return client.Ask<wire::JoinGroupResponse>(ApiKey::kJoinGroup, version, JoinOf(first.member_id));
}

wire::SyncGroupRequest SyncOf(const wire::JoinGroupResponse& joined) {
  wire::SyncGroupRequest sync;
  sync.group_id = "billing";
  sync.generation_id = joined.generation_id;
  sync.member_id = joined.member_id;
  sync.protocol_type = "consumer";
  sync.protocol_name = "range";
  for (const auto& member : joined.members) {
    sync.assignments.push_back({member.member_id, "for " + member.member_id});
  }
  return sync;
}

ErrorCode Beat(WireClient& client, const wire::JoinGroupResponse& joined) {
  wire::HeartbeatRequest beat;
  beat.group_id = "billing";
  beat.generation_id = joined.generation_id;
  beat.member_id = joined.member_id;
  return client.Ask<wire::HeartbeatResponse>(ApiKey::kHeartbeat, 4, beat).error_code;
}

wire::OffsetCommitRequest CommitOf(const wire::JoinGroupResponse& joined, std::int64_t offset) {
  wire::OffsetCommitRequest commit;
  commit.group_id = "billing";
  commit.generation_id_or_member_epoch = joined.generation_id;
  commit.member_id = joined.member_id;
  auto& topic = commit.topics.emplace_back();
  topic.name = "orders";
  topic.partitions = {{0, offset, -1, "note"}, {7, offset, -1, ""}};
  return commit;
}

TEST_CASE("A transactional id has no coordinator, in words that clients do not ask again for") {
  const ServedGroups served;
  WireClient client(served.node.port());
  wire::FindCoordinatorRequest request;
  request.key_type = 1;
  request.coordinator_keys = {"payments"};
  const auto answer =
      client.Ask<wire::FindCoordinatorResponse>(ApiKey::kFindCoordinator, 4, request);
  CHECK(answer.coordinators.at(0).error_code == ErrorCode::kTransactionalIdAuthorizationFailed);
}

TEST_CASE("A group without a name has a coordinator, which is who refuses it") {
  const ServedGroups served;
  WireClient client(served.node.port());
  wire::FindCoordinatorRequest request;
  request.coordinator_keys = {"", "billing"};
  const auto several =
      client.Ask<wire::FindCoordinatorResponse>(ApiKey::kFindCoordinator, 4, request);
  for (const auto& found : several.coordinators) CHECK(found.error_code == ErrorCode::kNone);
  request.coordinator_keys.clear();
  const auto one = client.Ask<wire::FindCoordinatorResponse>(ApiKey::kFindCoordinator, 3, request);
  CHECK(one.error_code == ErrorCode::kNone);
  CHECK(one.node_id == several.coordinators.at(0).node_id);
}

TEST_CASE("A member joins, is given its assignment, beats and leaves, in every version") {
  for (int version = 0; version <= 9; ++version) {
    ServedGroups served;
    WireClient client(served.node.port());
    const auto joined = Join(client, version);
    REQUIRE(joined.error_code == ErrorCode::kNone);
    CHECK(joined.leader == joined.member_id);
    CHECK(joined.protocol_name == "range");
    REQUIRE(joined.members.size() == 1);
    const auto synced = client.Ask<wire::SyncGroupResponse>(ApiKey::kSyncGroup,
                                                            std::min(version, 5), SyncOf(joined));
    CHECK(synced.error_code == ErrorCode::kNone);
    CHECK(synced.assignment == "for " + joined.member_id);
    CHECK(Beat(client, joined) == ErrorCode::kNone);
    wire::LeaveGroupRequest leave;
    leave.group_id = "billing";
    const int leave_version = std::min(version, 5);
    if (leave_version < 3) {
      leave.member_id = joined.member_id;
    } else {
      leave.members.push_back({joined.member_id, {}, {}});
    }
    const auto left =
        client.Ask<wire::LeaveGroupResponse>(ApiKey::kLeaveGroup, leave_version, leave);
    CHECK(left.error_code == ErrorCode::kNone);
    CHECK(left.members.size() == (leave_version < 3 ? 0 : 1));
    CHECK(Beat(client, joined) == ErrorCode::kUnknownMemberId);
  }
}

TEST_CASE("A second member makes the first join again, and both are answered together") {
  ServedGroups served;
  WireClient first(served.node.port());
  WireClient second(served.node.port());
  auto leader = Join(first, 9);
  first.Ask<wire::SyncGroupResponse>(ApiKey::kSyncGroup, 5, SyncOf(leader));
  const auto id = second.Ask<wire::JoinGroupResponse>(ApiKey::kJoinGroup, 9, JoinOf("")).member_id;
  second.SendBytes(WireClient::Frame(ApiKey::kJoinGroup, 9, 5, JoinOf(id)));
  CHECK_FALSE(second.HasAnswer(50));
  CHECK(Beat(first, leader) == ErrorCode::kRebalanceInProgress);
  leader = first.Ask<wire::JoinGroupResponse>(ApiKey::kJoinGroup, 9, JoinOf(leader.member_id));
  const auto follower = second.Receive<wire::JoinGroupResponse>(ApiKey::kJoinGroup, 9, 5);
  CHECK(leader.members.size() == 2);
  CHECK(follower.members.empty());
  CHECK(follower.generation_id == leader.generation_id);
  second.SendBytes(WireClient::Frame(ApiKey::kSyncGroup, 5, 6, SyncOf(follower)));
  CHECK_FALSE(second.HasAnswer(50));
  first.Ask<wire::SyncGroupResponse>(ApiKey::kSyncGroup, 5, SyncOf(leader));
  const auto synced = second.Receive<wire::SyncGroupResponse>(ApiKey::kSyncGroup, 5, 6);
  CHECK(synced.assignment == "for " + follower.member_id);
}

TEST_CASE("A member that waits for others is let go when the node stops") {
  ServedGroups served;
  WireClient first(served.node.port());
  WireClient second(served.node.port());
  Join(first, 9);
  const auto id = second.Ask<wire::JoinGroupResponse>(ApiKey::kJoinGroup, 9, JoinOf("")).member_id;
  second.SendBytes(WireClient::Frame(ApiKey::kJoinGroup, 9, 5, JoinOf(id)));
  CHECK_FALSE(second.HasAnswer(20));
  CHECK(served.node.Stop().ok());
  CHECK(second.IsClosed());
}

TEST_CASE(
    "Offsets are committed by members alone, and told to whoever asks, of one group or more") {
  ServedGroups served;
  WireClient client(served.node.port());
  const auto joined = Join(client, 9);
  client.Ask<wire::SyncGroupResponse>(ApiKey::kSyncGroup, 5, SyncOf(joined));
  for (int version = 2; version <= 9; ++version) {
    const auto committed = client.Ask<wire::OffsetCommitResponse>(ApiKey::kOffsetCommit, version,
                                                                  CommitOf(joined, 10 + version));
    REQUIRE(committed.topics.at(0).partitions.size() == 2);
    CHECK(committed.topics[0].partitions[0].error_code == ErrorCode::kNone);
    CHECK(committed.topics[0].partitions[1].error_code == ErrorCode::kUnknownTopicOrPartition);
  }
  auto stranger = joined;
  stranger.member_id = "a stranger";
  const auto refused =
      client.Ask<wire::OffsetCommitResponse>(ApiKey::kOffsetCommit, 9, CommitOf(stranger, 99));
  CHECK(refused.topics[0].partitions[0].error_code == ErrorCode::kUnknownMemberId);
  CHECK(served.engine.CommittedOffsets("billing")->at({"orders", 0}).offset == 19);

  for (int version = 1; version <= 9; ++version) {
    wire::OffsetFetchRequest fetch;
    if (version < 8) {
      fetch.group_id = "billing";
      fetch.topics->push_back({"orders", {0, 1}});
    } else {
      auto& group = fetch.groups.emplace_back();
      group.group_id = "billing";
      group.topics->push_back({"orders", {}, {0, 1}});
    }
    const auto told = client.Ask<wire::OffsetFetchResponse>(ApiKey::kOffsetFetch, version, fetch);
    if (version < 8) {
      const auto& partitions = told.topics.at(0).partitions;
      CHECK(partitions.at(0).committed_offset == 19);
      CHECK(partitions.at(0).metadata == "note");
      CHECK(partitions.at(1).committed_offset == -1);
      CHECK(partitions.at(1).error_code == ErrorCode::kNone);
    } else {
      const auto& partitions = told.groups.at(0).topics.at(0).partitions;
      CHECK(partitions.at(0).committed_offset == 19);
      CHECK(partitions.at(1).committed_offset == -1);
    }
  }
  wire::OffsetFetchRequest all;
  all.groups.emplace_back().group_id = "billing";
  all.groups[0].topics.reset();
  const auto told = client.Ask<wire::OffsetFetchResponse>(ApiKey::kOffsetFetch, 10, all);
  REQUIRE(told.groups.at(0).topics.size() == 1);
  CHECK(told.groups[0].topics[0].topic_id.ToString() == served.orders.id());
}

TEST_CASE("Clients commit to the application's own offset store, and read what it says") {
  const auto store = std::make_shared<engine::MemoryOffsetStore>();
  Options options;
  options.offset_store = store;
  Engine engine = Open("mem:", options).value();
  REQUIRE(engine.CreateTopic("orders", {.partitions = 2}).ok());
  const Node node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  WireClient client(node.port());
  wire::OffsetCommitRequest commit;
  commit.group_id = "billing";
  commit.topics.push_back({"orders", {}, {}});
  auto& committed = commit.topics[0].partitions.emplace_back();
  committed.partition_index = 1;
  committed.committed_offset = 7;
  const auto stored = client.Ask<wire::OffsetCommitResponse>(ApiKey::kOffsetCommit, 8, commit);
  CHECK(stored.topics.at(0).partitions.at(0).error_code == ErrorCode::kNone);
  CHECK(store->FetchAll("billing").value().at({"orders", 1}).offset == 7);

  REQUIRE(store->Commit("billing", {{{"orders", 1}, {9}}}).ok());
  wire::OffsetFetchRequest fetch;
  fetch.group_id = "billing";
  fetch.topics.reset();
  const auto read = client.Ask<wire::OffsetFetchResponse>(ApiKey::kOffsetFetch, 5, fetch);
  CHECK(read.topics.at(0).partitions.at(0).committed_offset == 9);

  // A store forgets whole groups.
  wire::OffsetDeleteRequest forget;
  forget.group_id = "billing";
  forget.topics.push_back({"orders", {{1}}});
  const auto kept = client.Ask<wire::OffsetDeleteResponse>(ApiKey::kOffsetDelete, 0, forget);
  CHECK(kept.error_code == ErrorCode::kUnsupportedVersion);
  wire::DeleteGroupsRequest remove;
  remove.groups_names = {"billing"};
  const auto removed = client.Ask<wire::DeleteGroupsResponse>(ApiKey::kDeleteGroups, 1, remove);
  CHECK(removed.results.at(0).error_code == ErrorCode::kNone);
  CHECK(store->FetchAll("billing").value().empty());
}

TEST_CASE("Groups are listed and described with members of the process among them, and deleted") {
  ServedGroups served;
  WireClient client(served.node.port());
  {
    auto inside = served.engine.Subscribe("inside", {"orders"}).value();
    REQUIRE(inside.Poll(absl::Milliseconds(100)).ok());
    for (int version = 0; version <= 6; ++version) {
      wire::DescribeGroupsRequest describe;
      describe.groups = {"inside", "nobody"};
      const auto described =
          client.Ask<wire::DescribeGroupsResponse>(ApiKey::kDescribeGroups, version, describe);
      REQUIRE(described.groups.size() == 2);
      CHECK(described.groups[0].group_state == "Stable");
      CHECK(described.groups[0].members.size() == 1);
      CHECK_FALSE(described.groups[0].members[0].member_assignment.empty());
      CHECK(described.groups[1].group_state == "Dead");
      CHECK(described.groups[1].error_code ==
            (version < 6 ? ErrorCode::kNone : ErrorCode::kGroupIdNotFound));
    }
    wire::ListGroupsRequest list;
    list.states_filter = {"stable"};
    list.types_filter = {"Classic"};
    const auto listed = client.Ask<wire::ListGroupsResponse>(ApiKey::kListGroups, 5, list);
    REQUIRE(listed.groups.size() == 1);
    CHECK(listed.groups[0].group_id == "inside");
    CHECK(listed.groups[0].protocol_type == "consumer");
    list.states_filter = {"Empty"};
    CHECK(client.Ask<wire::ListGroupsResponse>(ApiKey::kListGroups, 5, list).groups.empty());
    list.states_filter.clear();
    list.types_filter = {"consumer"};
    CHECK(client.Ask<wire::ListGroupsResponse>(ApiKey::kListGroups, 5, list).groups.empty());
  }
  wire::DeleteGroupsRequest removal;
  removal.groups_names = {"inside", "nobody", "inside"};  // the second time says nothing new
  const auto removed = client.Ask<wire::DeleteGroupsResponse>(ApiKey::kDeleteGroups, 2, removal);
  REQUIRE(removed.results.size() == 2);
  CHECK(removed.results[0].error_code == ErrorCode::kNone);
  CHECK(removed.results[1].error_code == ErrorCode::kGroupIdNotFound);
}

}  // namespace
}  // namespace rill::net
