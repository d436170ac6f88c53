#include <optional>
#include <set>
#include <utility>

#include "catch.h"
#include "net/authorized_node.h"
#include "rill/error.h"
#include "wire/messages/alter_client_quotas.h"
#include "wire/messages/alter_configs.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_client_quotas.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/list_config_resources.h"

namespace rill {
namespace {

TEST_CASE("Topics are made, grown, emptied and deleted by who may") {
  AuthorizedNode test;
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
  AuthorizedNode test;
  const Rules::Right cluster = {kDescribeConfigs, kCluster, kClusterResource};
  wire::DescribeConfigsRequest describe;
  describe.resources.push_back({2, "orders", std::nullopt});
  describe.resources.push_back({4, "", std::nullopt});
  describe.resources.push_back({32, "billing", std::nullopt});
  using Described = wire::DescribeConfigsResponse;
  const auto of_topic = test.AskWithout<Described>({kDescribeConfigs, kTopic, "orders"},
                                                   ApiKey::kDescribeConfigs, 3, describe);
  CHECK(of_topic.results[0].error_code == kTopicRefused);
  CHECK(of_topic.results[0].configs.empty());
  CHECK(of_topic.results[1].error_code == ErrorCode::kNone);
  CHECK(test.AskWithout<Described>(cluster, ApiKey::kDescribeConfigs, 3, describe)
            .results[1]
            .error_code == kClusterRefused);
  const auto of_group = test.AskWithout<Described>({kDescribeConfigs, kGroup, "billing"},
                                                   ApiKey::kDescribeConfigs, 3, describe);
  CHECK(of_group.results[2].error_code == kGroupRefused);
  CHECK(of_group.results[2].configs.empty());
  CHECK(of_topic.results[2].error_code == ErrorCode::kNone);
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
  change.resources.push_back({32, "billing", {{"consumer.session.timeout.ms", 0, "50000"}}});
  using Changed = wire::IncrementalAlterConfigsResponse;
  CHECK(test.AskWithout<Changed>(right, ApiKey::kIncrementalAlterConfigs, 1, change)
            .responses[0]
            .error_code == kTopicRefused);
  CHECK(test.AskWithout<Changed>({kAlterConfigs, kCluster, kClusterResource},
                                 ApiKey::kIncrementalAlterConfigs, 1, change)
            .responses[1]
            .error_code == kClusterRefused);
  CHECK(test.AskWithout<Changed>({kAlterConfigs, kGroup, "billing"},
                                 ApiKey::kIncrementalAlterConfigs, 1, change)
            .responses[2]
            .error_code == kGroupRefused);

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
  AuthorizedNode test;
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
