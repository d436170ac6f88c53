// That no request has a thread for longer than others can wait for it.
#include <algorithm>
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
  const auto answer = node.AskInAll(&HandleListOffsets, request);
  const auto& partitions = answer.topics.at(0).partitions;
  REQUIRE(partitions.size() == 3);
  CHECK(partitions[0].error_code == ErrorCode::kInvalidRequest);
  CHECK(partitions[1].error_code == ErrorCode::kNone);
  CHECK(partitions[2].error_code == ErrorCode::kInvalidRequest);
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
}

}  // namespace
}  // namespace rill::net
