#include "client/remote/offsets.h"

#include <atomic>
#include <string>
#include <utility>

#include "fake_broker.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"

// What is asked of the leaders of partitions, where they break off or leave something out.
namespace rill::remote {
namespace {

using wire::ApiKey;

// A broker that leads both partitions of "orders". How it answers ListOffsets is up to a test.
class LeadingBroker {
 public:
  explicit LeadingBroker(FakeBroker::Answer list)
      : list_(std::move(list)), broker_([this](const Asked& asked) { return Answer(asked); }) {}

  absl::StatusOr<PartitionOffsets> List() {
    const auto client = AdminClient::Connect(
        {.bootstrap = {broker_.address()}, .retry_backoff = absl::Milliseconds(1)});
    REQUIRE(client.ok());
    return ListOffsets(**client, {{"orders", 0}, {"orders", 1}}, kLatestTime);
  }

 private:
  std::optional<std::string> Answer(const Asked& asked) {
    if (asked.key == ApiKey::kListOffsets) return list_(asked);
    if (asked.key == ApiKey::kApiVersions) {
      return FakeBroker::Frame(asked, FakeBroker::AllVersions());
    }
    if (asked.key == ApiKey::kDescribeTopicPartitions) {
      wire::DescribeTopicPartitionsResponse response;
      auto& topic = response.topics.emplace_back();
      topic.name = "orders";
      for (std::int32_t index = 0; index < 2; ++index) {
        auto& partition = topic.partitions.emplace_back();
        partition.partition_index = index;
        partition.leader_id = 7;
      }
      return FakeBroker::Frame(asked, response);
    }
    wire::MetadataResponse response;
    response.controller_id = 7;
    response.brokers = {{7, "127.0.0.1", broker_.port(), {}}};
    return FakeBroker::Frame(asked, response);
  }

  const FakeBroker::Answer list_;
  FakeBroker broker_;
};

std::string ListedTo(const Asked& asked, std::int32_t partitions) {
  wire::ListOffsetsResponse response;
  auto& topic = response.topics.emplace_back();
  topic.name = "orders";
  for (std::int32_t index = 0; index < partitions; ++index) {
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = index;
    partition.offset = 10 + index;
  }
  return FakeBroker::Frame(asked, response);
}

TEST_CASE("A leader that breaks off is asked again for all that it did not answer") {
  std::atomic<int> asked_times = 0;
  LeadingBroker broker([&](const Asked& asked) -> std::optional<std::string> {
    if (asked_times.fetch_add(1) == 0) return std::nullopt;
    return ListedTo(asked, 2);
  });
  const auto listed = broker.List();
  INFO(listed.status().ToString());
  REQUIRE(listed.ok());
  REQUIRE(listed->size() == 2);
  CHECK(listed->at({"orders", 0}).offset == 10);
  CHECK(listed->at({"orders", 1}).offset == 11);
}

TEST_CASE("A leader that leaves a partition out of its answer is an error that names both") {
  LeadingBroker broker([](const Asked& asked) { return ListedTo(asked, 1); });
  const auto listed = broker.List();
  CHECK_THAT(std::string(listed.status().message()),
             Catch::Contains("broker 7 left orders-1 out of its answer"));
}

}  // namespace
}  // namespace rill::remote
