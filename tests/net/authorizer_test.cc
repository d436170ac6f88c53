#include "rill/authorizer.h"

#include <optional>

#include "catch.h"
#include "net/authorized_node.h"
#include "rill/error.h"
#include "rill/record_batch.h"
#include "wire/messages/describe_cluster.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/fetch.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_for_leader_epoch.h"
#include "wire/messages/produce.h"

namespace rill {
namespace {

TEST_CASE("Who may not write to a topic stores nothing in it, by name or by id") {
  AuthorizedNode test;
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
  AuthorizedNode test;
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
  AuthorizedNode test;
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
  AuthorizedNode test;
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
  AuthorizedNode test;
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
  AuthorizedNode test;
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

}  // namespace
}  // namespace rill
