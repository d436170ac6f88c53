// That no request has a thread for longer than others can wait for it.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node_under_test.h"
#include "rill/record_batch.h"

namespace rill::net {
namespace {

TEST_CASE("No more than 10,000 partitions are made by a request, as with Kafka") {
  NodeUnderTest node;
  wire::CreateTopicsRequest request;
  for (const char* name : {"orders", "bills"}) {
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = 5'001;
    topic.replication_factor = 1;
  }
  auto answer = node.AskInAll(&HandleCreateTopics, request);
  for (const auto& topic : answer.topics) {
    CHECK(topic.error_code == ErrorCode::kPolicyViolation);
    CHECK(topic.error_message == "Excessively large number of partitions per request.");
  }
  request.topics[1].num_partitions = 4'999;
  answer = node.Ask(&HandleCreateTopics, request, 7);
  for (const auto& topic : answer.topics) CHECK(topic.error_code == ErrorCode::kNone);
}

TEST_CASE("No more than 10,000 partitions are added by a request, as with Kafka") {
  NodeUnderTest node;
  node.MakeTopic("orders", 2);
  node.MakeTopic("bills", 2);
  wire::CreatePartitionsRequest request;
  request.topics = {{"orders", 5'002, std::nullopt},
                    {"bills", 5'003, std::nullopt},
                    {"nowhere", 1'000'000, std::nullopt}};
  auto answer = node.AskInAll(&HandleCreatePartitions, request);
  for (const auto& topic : answer.results) {
    CHECK(topic.error_code == ErrorCode::kPolicyViolation);
    CHECK(topic.error_message == "Excessively large number of additional partitions per request.");
  }
  request.topics[1].count = 5'002;
  answer = node.Ask(&HandleCreatePartitions, request, 3);
  REQUIRE(answer.results.size() == 3);
  CHECK(answer.results[0].error_code == ErrorCode::kNone);
  CHECK(answer.results[1].error_code == ErrorCode::kNone);
  CHECK(answer.results[2].error_code == ErrorCode::kUnknownTopicOrPartition);
}

TEST_CASE("Metadata makes a hundred topics at a time, and the others when it is asked again") {
  NodeUnderTest node;
  wire::MetadataRequest request;
  for (int i = 0; i < 150; ++i) {
    request.topics->emplace_back().name = "t" + std::to_string(i);
  }
  const auto count = [&](ErrorCode error) {
    const auto answer = node.Ask(&HandleMetadata, request, 4);
    return std::count_if(answer.topics.begin(), answer.topics.end(),
                         [&](const auto& topic) { return topic.error_code == error; });
  };
  CHECK(count(ErrorCode::kLeaderNotAvailable) == 50);
  CHECK(count(ErrorCode::kNone) == 150);
}

TEST_CASE("The offset of a partition that is asked for twice is INVALID_REQUEST, as with Kafka") {
  NodeUnderTest node;
  node.MakeTopic("orders", 2);
  wire::ListOffsetsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = "orders";
  for (const std::int32_t index : {0, 1, 0}) {
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = index;
    partition.timestamp = -1;
  }
  auto answer = node.AskInAll(&HandleListOffsets, request);
  const auto& partitions = answer.topics.at(0).partitions;
  REQUIRE(partitions.size() == 3);
  CHECK(partitions[0].error_code == ErrorCode::kInvalidRequest);
  CHECK(partitions[1].error_code == ErrorCode::kNone);
  CHECK(partitions[2].error_code == ErrorCode::kInvalidRequest);
  // Also where the topic itself is.
  topic.partitions.resize(1);
  request.topics.push_back(topic);
  answer = node.AskInAll(&HandleListOffsets, request);
  for (const auto& told : answer.topics) {
    CHECK(told.partitions.at(0).error_code == ErrorCode::kInvalidRequest);
  }
}

TEST_CASE("Of a partition that nobody has used, offsets are told without opening its log") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  const auto partition = (*node.engine().FindTopic("orders"))->partition(0);
  wire::ListOffsetsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = "orders";
  topic.partitions.emplace_back().current_leader_epoch = 0;
  const auto ask = [&](std::int64_t timestamp) {
    topic.partitions[0].timestamp = timestamp;
    const auto answer = node.Ask(&HandleListOffsets, request, 11);
    return answer.topics.at(0).partitions.at(0);
  };
  std::vector<wire::ListOffsetsResponse::Topic::Partition> unused;
  for (const std::int64_t timestamp : {-1, -2, -3, -4, -5, -6, 0, 1000}) {
    unused.push_back(ask(timestamp));
  }
  CHECK(unused[0].offset == 0);
  wire::DescribeProducersRequest producers;
  producers.topics.push_back({"orders", {0}});
  const auto described = node.AskInAll(&HandleDescribeProducers, producers);
  CHECK(described.topics.at(0).partitions.at(0).error_code == ErrorCode::kNone);
  CHECK(partition->log() == nullptr);
  CHECK(node.Log("orders").log_end_offset() == 0);  // opens it
  std::size_t i = 0;
  for (const std::int64_t timestamp : {-1, -2, -3, -4, -5, -6, 0, 1000}) {
    INFO(timestamp);
    CHECK(unused[i++] == ask(timestamp));
  }
}

std::string Batch() {
  BatchBuilder builder(BatchOptions{});
  REQUIRE(builder.Append({.value = "x"}).ok());
  return std::string(builder.Seal().value());
}

wire::ProduceRequest ProduceTo(const std::vector<std::int32_t>& partitions,
                               std::string_view batch) {
  wire::ProduceRequest request;
  request.acks = -1;
  auto& topic = request.topic_data.emplace_back();
  topic.name = "orders";
  for (const std::int32_t index : partitions) topic.partition_data.push_back({index, batch});
  return request;
}

TEST_CASE("A batch for a partition that was named before is refused, the first is stored") {
  NodeUnderTest node;
  node.MakeTopic("orders", 2);
  const std::string batch = Batch();
  const auto answer = HandleProduce(node.At(9), ProduceTo({0, 1, 0}, batch))->value();
  const auto& partitions = answer.responses.at(0).partition_responses;
  CHECK(partitions[0].error_code == ErrorCode::kNone);
  CHECK(partitions[1].error_code == ErrorCode::kNone);
  CHECK(partitions[2].error_code == ErrorCode::kInvalidRequest);
  // Also where the topic itself is.
  auto twice = ProduceTo({0}, batch);
  twice.topic_data.push_back(twice.topic_data[0]);
  const auto told = HandleProduce(node.At(9), twice)->value();
  CHECK(told.responses.at(0).partition_responses.at(0).error_code == ErrorCode::kNone);
  CHECK(told.responses.at(1).partition_responses.at(0).error_code == ErrorCode::kInvalidRequest);
}

TEST_CASE("Zstandard is for clients that know it, as with Kafka") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  BatchOptions options;
  options.compression = Compression::kZstd;
  BatchBuilder builder(options);
  REQUIRE(builder.Append({.value = std::string(1000, 'x')}).ok());
  const std::string batch(builder.Seal().value());
  const auto in = [&](int version) {
    const auto answer = HandleProduce(node.At(version), ProduceTo({0}, batch))->value();
    return answer.responses.at(0).partition_responses.at(0).error_code;
  };
  CHECK(in(6) == ErrorCode::kUnsupportedCompressionType);
  CHECK(in(7) == ErrorCode::kNone);
}

}  // namespace
}  // namespace rill::net
