#include "rill/authorizer.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "catch.h"
#include "net/wire_client.h"
#include "rill/error.h"
#include "rill/node.h"
#include "rill/record_batch.h"
#include "wire/messages/alter_client_quotas.h"
#include "wire/messages/alter_configs.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_client_quotas.h"
#include "wire/messages/describe_cluster.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/fetch.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/list_config_resources.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/offset_for_leader_epoch.h"
#include "wire/messages/produce.h"
#include "wire/messages/sync_group.h"

namespace rill {
namespace {

using net::WireClient;
using wire::ApiKey;
using enum AclOperation;
using enum AclResourceType;

// Allows all but what a test forbids.
class Rules : public Authorizer {
 public:
  using Right = std::tuple<AclOperation, AclResourceType, std::string>;

  bool Allows(const AclClient& client, AclOperation operation, AclResourceType type,
              const std::string& name) override {
    CHECK(client.client_id == "a test");
    CHECK(client.client_host == "/127.0.0.1");
    return !forbidden_.contains({operation, type, name});
  }
  // Between requests.
  void Forbid(std::set<Right> rights) { forbidden_ = std::move(rights); }

 private:
  std::set<Right> forbidden_;
};

class NodeUnderTest {
 public:
  NodeUnderTest() : engine_(Open("mem:", {.configs = {{"log.retention.ms", "-1"}}}).value()) {
    REQUIRE(engine_.CreateTopic("orders", {.partitions = 2}).ok());
    REQUIRE(engine_.CreateTopic("bills").ok());
    node_.emplace(Node::Start(engine_, {.listen = "127.0.0.1:0", .authorizer = rules_}).value());
    client_.emplace(node_->port());
  }

  template <typename Response, typename Request>
  Response Ask(ApiKey key, int version, const Request& request) {
    return client_->Ask<Response>(key, version, request);
  }

  // The answer where one right is missing.
  template <typename Response, typename Request>
  Response AskWithout(const Rules::Right& right, ApiKey key, int version, const Request& request) {
    rules_->Forbid({right});
    auto response = Ask<Response>(key, version, request);
    rules_->Forbid({});
    return response;
  }

  // A committed offset of the group.
  void Commit(const std::string& group, const std::string& topic) {
    wire::OffsetCommitRequest request;
    request.group_id = group;
    request.generation_id_or_member_epoch = -1;
    request.topics.push_back({topic, {}, {}});
    request.topics[0].partitions.emplace_back().committed_offset = 3;
    const auto response = Ask<wire::OffsetCommitResponse>(ApiKey::kOffsetCommit, 8, request);
    REQUIRE(response.topics[0].partitions[0].error_code == ErrorCode::kNone);
  }

  Engine& engine() { return engine_; }
  Rules& rules() { return *rules_; }
  std::string IdOf(const std::string& topic) { return engine_.DescribeTopic(topic)->id; }

 private:
  Engine engine_;
  const std::shared_ptr<Rules> rules_ = std::make_shared<Rules>();
  std::optional<Node> node_;
  std::optional<WireClient> client_;
};

constexpr ErrorCode kTopicRefused = ErrorCode::kTopicAuthorizationFailed;
constexpr ErrorCode kGroupRefused = ErrorCode::kGroupAuthorizationFailed;
constexpr ErrorCode kClusterRefused = ErrorCode::kClusterAuthorizationFailed;

TEST_CASE("Who may not write to a topic stores nothing in it, by name or by id") {
  NodeUnderTest test;
  BatchBuilder builder;
  REQUIRE(builder.Append({.key = "k", .value = "v", .timestamp_ms = 1}).ok());
  wire::ProduceRequest request;
  request.acks = 1;
  for (const auto* const name : {"orders", "bills"}) {
    request.topic_data.push_back(
        {name, base::Uuid::Parse(test.IdOf(name)).value(), {{0, *builder.Seal()}}});
  }
  for (const int version : {3, 12, 13}) {
    const auto response = test.AskWithout<wire::ProduceResponse>(
        {kWrite, kTopic, "orders"}, ApiKey::kProduce, version, request);
    CHECK(response.responses[0].partition_responses[0].error_code == kTopicRefused);
    CHECK(response.responses[1].partition_responses[0].error_code == ErrorCode::kNone);
  }
  CHECK(test.engine().FindTopic("orders")->partition(0)->log_end_offset() == 0);
  CHECK(test.engine().FindTopic("bills")->partition(0)->log_end_offset() == 3);
}

TEST_CASE("Who may not read a topic is not answered what is in it") {
  NodeUnderTest test;
  wire::FetchRequest fetch;
  fetch.max_wait_ms = 0;
  auto& topic = fetch.topics.emplace_back();
  topic.topic = "orders";
  topic.topic_id = base::Uuid::Parse(test.IdOf("orders")).value();
  topic.partitions.emplace_back().partition_max_bytes = 1000;
  for (const int version : {4, 12, 13}) {
    const auto response = test.AskWithout<wire::FetchResponse>({kRead, kTopic, "orders"},
                                                               ApiKey::kFetch, version, fetch);
    CHECK(response.responses[0].partitions[0].error_code == kTopicRefused);
    CHECK(test.Ask<wire::FetchResponse>(ApiKey::kFetch, version, fetch)
              .responses[0]
              .partitions[0]
              .error_code == ErrorCode::kNone);
  }
  wire::DescribeProducersRequest producers;
  producers.topics.push_back({"orders", {0}});
  CHECK(test.AskWithout<wire::DescribeProducersResponse>({kRead, kTopic, "orders"},
                                                         ApiKey::kDescribeProducers, 0, producers)
            .topics[0]
            .partitions[0]
            .error_code == kTopicRefused);
}

TEST_CASE("Who may not see a topic is not told its offsets, epochs and partitions") {
  NodeUnderTest test;
  const Rules::Right right = {kDescribe, kTopic, "orders"};
  wire::ListOffsetsRequest offsets;
  offsets.topics.emplace_back().name = "orders";
  offsets.topics[0].partitions.emplace_back().timestamp = -1;
  CHECK(test.AskWithout<wire::ListOffsetsResponse>(right, ApiKey::kListOffsets, 5, offsets)
            .topics[0]
            .partitions[0]
            .error_code == kTopicRefused);
  wire::OffsetForLeaderEpochRequest epochs;
  epochs.topics.emplace_back().topic = "orders";
  epochs.topics[0].partitions.emplace_back();
  CHECK(test.AskWithout<wire::OffsetForLeaderEpochResponse>(right, ApiKey::kOffsetForLeaderEpoch, 4,
                                                            epochs)
            .topics[0]
            .partitions[0]
            .error_code == kTopicRefused);

  wire::DescribeTopicPartitionsRequest partitions;
  const auto all = test.AskWithout<wire::DescribeTopicPartitionsResponse>(
      right, ApiKey::kDescribeTopicPartitions, 0, partitions);
  for (const auto& topic : all.topics) CHECK(topic.name != "orders");
  partitions.topics.push_back({"orders"});
  const auto asked = test.AskWithout<wire::DescribeTopicPartitionsResponse>(
      right, ApiKey::kDescribeTopicPartitions, 0, partitions);
  REQUIRE(asked.topics.size() == 1);
  CHECK(asked.topics[0].error_code == kTopicRefused);
  CHECK(asked.topics[0].partitions.empty());
}

TEST_CASE("Metadata leaves out of all what one may not see, and tells of what was asked for") {
  NodeUnderTest test;
  const Rules::Right right = {kDescribe, kTopic, "orders"};
  wire::MetadataRequest all;
  all.topics.reset();
  const auto shown = test.AskWithout<wire::MetadataResponse>(right, ApiKey::kMetadata, 12, all);
  REQUIRE(shown.topics.size() == 1);
  CHECK(shown.topics[0].name == "bills");

  wire::MetadataRequest some;
  some.topics->push_back({{}, "orders"});
  some.topics->push_back({{}, "bills"});
  some.topics->push_back({base::Uuid::Parse(test.IdOf("orders")).value(), std::nullopt});
  const auto asked = test.AskWithout<wire::MetadataResponse>(right, ApiKey::kMetadata, 12, some);
  REQUIRE(asked.topics.size() == 3);
  CHECK(asked.topics[0].error_code == kTopicRefused);
  CHECK(asked.topics[0].topic_id == base::Uuid());
  CHECK(asked.topics[1].error_code == ErrorCode::kNone);
  CHECK(asked.topics[2].error_code == ErrorCode::kUnknownTopicId);
  CHECK_FALSE(asked.topics[2].name.has_value());
}

TEST_CASE("A topic that is not there is made by Metadata for who may make one") {
  NodeUnderTest test;
  wire::MetadataRequest request;
  request.topics->push_back({{}, "new"});
  test.rules().Forbid({{kCreate, kTopic, "new"}, {kCreate, kCluster, kClusterResource}});
  const auto refused = test.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, request);
  CHECK(refused.topics[0].error_code == kTopicRefused);
  CHECK_FALSE(test.engine().FindTopic("new").ok());
  test.rules().Forbid({{kCreate, kCluster, kClusterResource}});
  const auto made = test.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, request);
  CHECK(made.topics[0].error_code == ErrorCode::kNone);
}

TEST_CASE("Operations that are told of are those that the authorizer allows") {
  NodeUnderTest test;
  test.rules().Forbid({{kWrite, kTopic, "orders"}, {kAlter, kCluster, kClusterResource}});
  wire::MetadataRequest request;
  request.topics->push_back({{}, "orders"});
  request.include_topic_authorized_operations = true;
  const auto topic = test.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, request).topics[0];
  CHECK((topic.topic_authorized_operations & 1 << static_cast<int>(kWrite)) == 0);
  CHECK((topic.topic_authorized_operations & 1 << static_cast<int>(kRead)) != 0);
  wire::DescribeClusterRequest cluster;
  cluster.include_cluster_authorized_operations = true;
  const auto told = test.Ask<wire::DescribeClusterResponse>(ApiKey::kDescribeCluster, 1, cluster)
                        .cluster_authorized_operations;
  CHECK((told & 1 << static_cast<int>(kAlter)) == 0);
  CHECK((told & 1 << static_cast<int>(kCreate)) != 0);
}

TEST_CASE("Members that may not read their group are told so, by every request of theirs") {
  NodeUnderTest test;
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
  NodeUnderTest test;
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
  NodeUnderTest test;
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
  NodeUnderTest test;
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

TEST_CASE("Topics are made, grown, emptied and deleted by who may") {
  NodeUnderTest test;
  wire::CreateTopicsRequest create;
  create.topics.emplace_back().name = "new";
  create.topics[0].num_partitions = 1;
  create.topics[0].replication_factor = 1;
  using Created = wire::CreateTopicsResponse;
  test.rules().Forbid({{kCreate, kTopic, "new"}, {kCreate, kCluster, kClusterResource}});
  CHECK(test.Ask<Created>(ApiKey::kCreateTopics, 5, create).topics[0].error_code == kTopicRefused);
  test.rules().Forbid({{kCreate, kTopic, "new"}, {kDescribeConfigs, kTopic, "new"}});
  const auto made = test.Ask<Created>(ApiKey::kCreateTopics, 5, create).topics[0];
  CHECK(made.error_code == ErrorCode::kNone);
  CHECK(made.topic_config_error_code == kTopicRefused);
  CHECK_FALSE(made.configs.has_value());
  CHECK(made.num_partitions == -1);

  wire::CreatePartitionsRequest grow;
  grow.topics.emplace_back().name = "orders";
  grow.topics[0].count = 5;
  grow.topics[0].assignments.reset();
  CHECK(test.AskWithout<wire::CreatePartitionsResponse>({kAlter, kTopic, "orders"},
                                                        ApiKey::kCreatePartitions, 1, grow)
            .results[0]
            .error_code == kTopicRefused);

  const Rules::Right right = {kDelete, kTopic, "orders"};
  wire::DeleteRecordsRequest empty;
  empty.topics.push_back({"orders", {{0, -1}}});
  CHECK(test.AskWithout<wire::DeleteRecordsResponse>(right, ApiKey::kDeleteRecords, 1, empty)
            .topics[0]
            .partitions[0]
            .error_code == kTopicRefused);

  using Deleted = wire::DeleteTopicsResponse;
  wire::DeleteTopicsRequest by_name;
  by_name.topic_names = {"orders"};
  CHECK(
      test.AskWithout<Deleted>(right, ApiKey::kDeleteTopics, 5, by_name).responses[0].error_code ==
      kTopicRefused);
  wire::DeleteTopicsRequest by_id;
  by_id.topics.push_back({std::nullopt, base::Uuid::Parse(test.IdOf("orders")).value()});
  const auto seen = test.AskWithout<Deleted>(right, ApiKey::kDeleteTopics, 6, by_id).responses[0];
  CHECK(seen.error_code == kTopicRefused);
  CHECK(seen.name == "orders");
  const auto unseen =
      test.AskWithout<Deleted>({kDescribe, kTopic, "orders"}, ApiKey::kDeleteTopics, 6, by_id)
          .responses[0];
  CHECK(unseen.error_code == kTopicRefused);
  CHECK_FALSE(unseen.name.has_value());
  CHECK(test.engine().FindTopic("orders").ok());
}

TEST_CASE("Configs and folders are shown to who may see them, and changed by who may") {
  NodeUnderTest test;
  const Rules::Right cluster = {kDescribeConfigs, kCluster, kClusterResource};
  wire::DescribeConfigsRequest describe;
  describe.resources.push_back({2, "orders", std::nullopt});
  describe.resources.push_back({4, "", std::nullopt});
  using Described = wire::DescribeConfigsResponse;
  const auto of_topic = test.AskWithout<Described>({kDescribeConfigs, kTopic, "orders"},
                                                   ApiKey::kDescribeConfigs, 3, describe);
  CHECK(of_topic.results[0].error_code == kTopicRefused);
  CHECK(of_topic.results[0].configs.empty());
  CHECK(of_topic.results[1].error_code == ErrorCode::kNone);
  CHECK(test.AskWithout<Described>(cluster, ApiKey::kDescribeConfigs, 3, describe)
            .results[1]
            .error_code == kClusterRefused);
  wire::ListConfigResourcesRequest list;
  CHECK(test.AskWithout<wire::ListConfigResourcesResponse>(cluster, ApiKey::kListConfigResources, 1,
                                                           list)
            .error_code == kClusterRefused);

  wire::AlterConfigsRequest alter;
  alter.resources.push_back({2, "orders", {{"retention.ms", "1000"}}});
  const Rules::Right right = {kAlterConfigs, kTopic, "orders"};
  CHECK(test.AskWithout<wire::AlterConfigsResponse>(right, ApiKey::kAlterConfigs, 1, alter)
            .responses[0]
            .error_code == kTopicRefused);
  wire::IncrementalAlterConfigsRequest change;
  change.resources.push_back({2, "orders", {{"retention.ms", 0, "1000"}}});
  change.resources.push_back({4, "", {{"retention.ms", 0, "1000"}}});
  using Changed = wire::IncrementalAlterConfigsResponse;
  CHECK(test.AskWithout<Changed>(right, ApiKey::kIncrementalAlterConfigs, 1, change)
            .responses[0]
            .error_code == kTopicRefused);
  CHECK(test.AskWithout<Changed>({kAlterConfigs, kCluster, kClusterResource},
                                 ApiKey::kIncrementalAlterConfigs, 1, change)
            .responses[1]
            .error_code == kClusterRefused);

  wire::DescribeClientQuotasRequest quotas;
  CHECK(test.AskWithout<wire::DescribeClientQuotasResponse>(cluster, ApiKey::kDescribeClientQuotas,
                                                            1, quotas)
            .error_code == kClusterRefused);
  wire::AlterClientQuotasRequest set;
  set.entries.push_back({{{"client-id", "a"}}, {{"producer_byte_rate", 1000, false}}});
  CHECK(test.AskWithout<wire::AlterClientQuotasResponse>(
                {kAlterConfigs, kCluster, kClusterResource}, ApiKey::kAlterClientQuotas, 1, set)
            .entries[0]
            .error_code == kClusterRefused);

  wire::DescribeLogDirsRequest dirs;
  dirs.topics.reset();
  const auto folders = test.AskWithout<wire::DescribeLogDirsResponse>(
      {kDescribe, kCluster, kClusterResource}, ApiKey::kDescribeLogDirs, 3, dirs);
  CHECK(folders.error_code == kClusterRefused);
  CHECK(folders.results.empty());
}

TEST_CASE("A producer gets an id when it may write to some topic, or to the cluster") {
  NodeUnderTest test;
  wire::InitProducerIdRequest request;
  request.transactional_id.reset();
  const auto ask = [&](std::set<Rules::Right> forbidden) {
    test.rules().Forbid(std::move(forbidden));
    return test.Ask<wire::InitProducerIdResponse>(ApiKey::kInitProducerId, 4, request).error_code;
  };
  const Rules::Right cluster = {kIdempotentWrite, kCluster, kClusterResource};
  CHECK(ask({cluster}) == ErrorCode::kNone);
  CHECK(ask({cluster, {kWrite, kTopic, "orders"}}) == ErrorCode::kNone);
  CHECK(ask({cluster, {kWrite, kTopic, "orders"}, {kWrite, kTopic, "bills"}}) == kClusterRefused);
}

}  // namespace
}  // namespace rill
