#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "net/authorized_node.h"
#include "rill/error.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/consumer_group_heartbeat.h"
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

namespace rill {
namespace {

TEST_CASE("Members that may not read their group are told so, by every request of theirs") {
  AuthorizedNode test;
  const Rules::Right right = {kRead, kGroup, "g"};
  wire::JoinGroupRequest join;
  join.group_id = "g";
  join.session_timeout_ms = 10'000;
  join.protocol_type = "consumer";
  join.protocols.push_back({"range", ""});
  CHECK(test.AskWithout<wire::JoinGroupResponse>(right, ApiKey::kJoinGroup, 5, join).error_code ==
        kGroupRefused);
  wire::SyncGroupRequest sync;
  sync.group_id = "g";
  CHECK(test.AskWithout<wire::SyncGroupResponse>(right, ApiKey::kSyncGroup, 3, sync).error_code ==
        kGroupRefused);
  wire::HeartbeatRequest heartbeat;
  heartbeat.group_id = "g";
  CHECK(test.AskWithout<wire::HeartbeatResponse>(right, ApiKey::kHeartbeat, 3, heartbeat)
            .error_code == kGroupRefused);
  wire::LeaveGroupRequest leave;
  leave.group_id = "g";
  CHECK(
      test.AskWithout<wire::LeaveGroupResponse>(right, ApiKey::kLeaveGroup, 3, leave).error_code ==
      kGroupRefused);

  wire::ConsumerGroupHeartbeatRequest beat;
  beat.group_id = "g";
  beat.member_id = "m";
  beat.rebalance_timeout_ms = 10'000;
  beat.subscribed_topic_names = std::vector<std::string>{"orders"};
  beat.topic_partitions.emplace();
  using Beat = wire::ConsumerGroupHeartbeatResponse;
  CHECK(test.AskWithout<Beat>(right, ApiKey::kConsumerGroupHeartbeat, 1, beat).error_code ==
        kGroupRefused);
  CHECK(
      test.AskWithout<Beat>({kDescribe, kTopic, "orders"}, ApiKey::kConsumerGroupHeartbeat, 1, beat)
          .error_code == kTopicRefused);
  CHECK(test.Ask<Beat>(ApiKey::kConsumerGroupHeartbeat, 1, beat).error_code == ErrorCode::kNone);

  wire::ConsumerGroupDescribeRequest describe;
  describe.group_ids = {"g"};
  using Described = wire::ConsumerGroupDescribeResponse;
  CHECK(test.AskWithout<Described>({kDescribe, kGroup, "g"}, ApiKey::kConsumerGroupDescribe, 0,
                                   describe)
            .groups[0]
            .error_code == kGroupRefused);
  CHECK(test.AskWithout<Described>({kDescribe, kTopic, "orders"}, ApiKey::kConsumerGroupDescribe, 0,
                                   describe)
            .groups[0]
            .error_code == kTopicRefused);
}

TEST_CASE("A regular expression stands for topics that the member may describe") {
  AuthorizedNode test;
  wire::ConsumerGroupHeartbeatRequest beat;
  beat.group_id = "g";
  beat.member_id = "m";
  beat.rebalance_timeout_ms = 10'000;
  beat.subscribed_topic_regex = "orders|bills";
  beat.topic_partitions.emplace();
  using Beat = wire::ConsumerGroupHeartbeatResponse;
  const Beat told = test.AskWithout<Beat>({kDescribe, kTopic, "orders"},
                                          ApiKey::kConsumerGroupHeartbeat, 1, beat);
  CHECK(told.error_code == ErrorCode::kNone);
  REQUIRE(told.assignment->topic_partitions.size() == 1);
  CHECK(told.assignment->topic_partitions[0].topic_id.ToString() == test.IdOf("bills"));
}

TEST_CASE("Offsets are committed and told by who may, of the group and of the topic") {
  AuthorizedNode test;
  wire::OffsetCommitRequest commit;
  commit.group_id = "g";
  commit.generation_id_or_member_epoch = -1;
  for (const auto* const name : {"orders", "bills"}) {
    commit.topics.push_back({name, {}, {}});
    commit.topics.back().partitions.emplace_back().committed_offset = 1;
  }
  using Committed = wire::OffsetCommitResponse;
  for (const auto& topic :
       test.AskWithout<Committed>({kRead, kGroup, "g"}, ApiKey::kOffsetCommit, 8, commit).topics) {
    CHECK(topic.partitions[0].error_code == kGroupRefused);
  }
  CHECK(test.engine().CommittedOffsets("g")->empty());
  const auto some =
      test.AskWithout<Committed>({kRead, kTopic, "orders"}, ApiKey::kOffsetCommit, 8, commit);
  CHECK(some.topics[0].partitions[0].error_code == kTopicRefused);
  CHECK(some.topics[1].partitions[0].error_code == ErrorCode::kNone);
  test.Commit("g", "orders");

  wire::OffsetFetchRequest fetch;
  fetch.group_id = "g";
  fetch.topics.reset();
  using Fetched = wire::OffsetFetchResponse;
  const Rules::Right of_topic = {kDescribe, kTopic, "orders"};
  CHECK(test.AskWithout<Fetched>({kDescribe, kGroup, "g"}, ApiKey::kOffsetFetch, 7, fetch)
            .error_code == kGroupRefused);
  CHECK(test.Ask<Fetched>(ApiKey::kOffsetFetch, 7, fetch).topics.size() == 2);
  CHECK(test.AskWithout<Fetched>(of_topic, ApiKey::kOffsetFetch, 7, fetch).topics.size() == 1);
  fetch.topics.emplace().push_back({"orders", {0}});
  const auto named = test.AskWithout<Fetched>(of_topic, ApiKey::kOffsetFetch, 7, fetch);
  CHECK(named.topics[0].partitions[0].error_code == kTopicRefused);
  CHECK(named.topics[0].partitions[0].committed_offset == -1);

  wire::OffsetDeleteRequest forget;
  forget.group_id = "g";
  forget.topics.push_back({"orders", {{0}}});
  using Forgotten = wire::OffsetDeleteResponse;
  CHECK(test.AskWithout<Forgotten>({kDelete, kGroup, "g"}, ApiKey::kOffsetDelete, 0, forget)
            .error_code == kGroupRefused);
  CHECK(test.AskWithout<Forgotten>({kRead, kTopic, "orders"}, ApiKey::kOffsetDelete, 0, forget)
            .topics[0]
            .partitions[0]
            .error_code == kTopicRefused);
  CHECK(test.engine().CommittedOffsets("g")->size() == 2);
}

TEST_CASE("Groups are found, described, listed and deleted by who may") {
  AuthorizedNode test;
  test.Commit("g", "orders");
  test.Commit("other", "orders");
  const Rules::Right describe = {kDescribe, kGroup, "g"};
  wire::FindCoordinatorRequest find;
  find.key = "g";
  CHECK(test.AskWithout<wire::FindCoordinatorResponse>(describe, ApiKey::kFindCoordinator, 1, find)
            .error_code == kGroupRefused);
  find.key.clear();
  find.coordinator_keys = {"g", "other"};
  const auto found =
      test.AskWithout<wire::FindCoordinatorResponse>(describe, ApiKey::kFindCoordinator, 4, find);
  CHECK(found.coordinators[0].error_code == kGroupRefused);
  CHECK(found.coordinators[1].error_code == ErrorCode::kNone);

  wire::DescribeGroupsRequest groups;
  groups.groups = {"g", "other"};
  const auto described =
      test.AskWithout<wire::DescribeGroupsResponse>(describe, ApiKey::kDescribeGroups, 5, groups);
  CHECK(described.groups[0].error_code == kGroupRefused);
  CHECK(described.groups[1].error_code == ErrorCode::kNone);

  const auto count = [&](std::set<Rules::Right> forbidden) {
    test.rules().Forbid(std::move(forbidden));
    return test.Ask<wire::ListGroupsResponse>(ApiKey::kListGroups, 4, wire::ListGroupsRequest())
        .groups.size();
  };
  CHECK(count({describe}) == 2);  // for who may see the cluster
  CHECK(count({{kDescribe, kCluster, kClusterResource}}) == 2);
  CHECK(count({{kDescribe, kCluster, kClusterResource}, describe}) == 1);

  wire::DeleteGroupsRequest remove;
  remove.groups_names = {"g", "other"};
  const auto removed = test.AskWithout<wire::DeleteGroupsResponse>(
      {kDelete, kGroup, "g"}, ApiKey::kDeleteGroups, 1, remove);
  CHECK(removed.results[0].error_code == kGroupRefused);
  CHECK(removed.results[1].error_code == ErrorCode::kNone);
}

}  // namespace
}  // namespace rill
