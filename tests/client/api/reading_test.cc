// How long Poll waits, how much it gives, and where seeks lead.

#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "place.h"

namespace rill::testing {
namespace {

using Partitions = std::vector<TopicPartition>;

void SendMany(Place& place, const Topic& topic, int count, const std::string& value) {
  Producer producer = Get(place.engine().NewProducer());
  for (int i = 0; i < count; ++i) {
    producer.Send(topic, {.value = value, .partition = 0}, nullptr);
  }
  REQUIRE(producer.Flush(kLong).ok());
}

}  // namespace

TEST_CASE("Poll waits for records, as long as it is told") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("waited-for");
  Producer producer = Get(place.engine().NewProducer());
  Consumer consumer = place.NewConsumer({.reset = kEarliest});
  REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
  const absl::Time before = absl::Now();
  CHECK(Get(consumer.Poll(kSoon)).empty());
  CHECK(absl::Now() - before >= kSoon);
  std::thread sender([&] {
    absl::SleepFor(kSoon);
    producer.Send(topic, {.value = "v", .partition = 0}, nullptr);
  });
  absl::StatusOr<Records> records = consumer.Poll(kLong);
  sender.join();
  CHECK(Values(Get(std::move(records))) == std::vector<std::string>{"v"});
}

TEST_CASE("a Poll gives no more bytes than it was told, by a record more") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("measured");
  constexpr int kCount = 8;
  SendMany(place, topic, kCount, std::string(300'000, 'v'));
  // The least that librdkafka takes.
  Consumer consumer = place.NewConsumer({.reset = kEarliest, .fetch_max_bytes = 1'000'000});
  REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
  std::size_t read = 0;
  while (read < kCount) {
    const std::size_t count = Values(Get(consumer.Poll(kLong))).size();
    REQUIRE(count > 0);
    CHECK(count <= 4);
    read += count;
  }
  CHECK(read == kCount);
}

TEST_CASE("a record larger than what is asked of its partition is given all the same") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("outsized");
  const std::string value(100'000, 'v');
  SendMany(place, topic, 3, value);
  Consumer consumer = place.NewConsumer({.reset = kEarliest, .max_partition_fetch_bytes = 1000});
  REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
  CHECK((ReadValues(consumer, 3) == std::vector<std::string>(3, value)));
}

TEST_CASE("what is not assigned cannot be asked for, moved or paused") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("partly", 2);
  const TopicPartition zero = {topic.name(), 0};
  const TopicPartition other = {topic.name(), 1};
  const TopicPartition missing = {place.Name("never"), 0};
  Consumer consumer = place.NewConsumer({.group = place.Name("partly"), .reset = kEarliest});
  REQUIRE(consumer.Assign({zero}).ok());
  for (const TopicPartition& name : {other, missing}) {
    CAPTURE(name.topic, name.partition);
    for (const absl::Status& status :
         {consumer.Position(name).status(), consumer.Lag(name).status(), consumer.Seek(name, 0),
          consumer.SeekToBeginning({name}), consumer.SeekToEnd({name}),
          consumer.SeekToTime(absl::Now(), {name}), consumer.Pause({name}),
          consumer.Resume({name})}) {
      INFO(status);
      CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    }
    CHECK(consumer.Committed(name).status().code() == absl::StatusCode::kNotFound);
  }
  const Partitions both = {zero, other};
  CHECK(consumer.Pause(both).code() == absl::StatusCode::kFailedPrecondition);
  CHECK(consumer.paused().empty());
  CHECK(consumer.SeekToEnd(both).code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Get(consumer.Position(zero)) == 0);
}

TEST_CASE("a seek to a time finds the first record as young, in each partition apart") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("timed", 3);
  const absl::Time start = absl::FromUnixSeconds(1'577'836'800);
  const auto time = [&](int second) { return start + absl::Seconds(second); };
  {
    Producer producer = Get(place.engine().NewProducer());
    const auto send = [&](int partition, int second) {
      producer.Send(topic, {.value = "v", .partition = partition, .timestamp = time(second)},
                    nullptr);
    };
    for (const int second : {0, 5, 3, 7}) send(0, second);
    for (const int second : {10, 11}) send(1, second);
    REQUIRE(producer.Flush(kLong).ok());
  }
  Partitions all;
  for (int i = 0; i < 3; ++i) all.push_back({topic.name(), i});
  Consumer consumer = place.NewConsumer({.reset = kLatest});
  REQUIRE(consumer.Assign(all).ok());
  using Offsets = std::vector<std::int64_t>;
  const auto positions = [&] {
    Offsets offsets;
    for (const TopicPartition& name : all) offsets.push_back(Get(consumer.Position(name)));
    return offsets;
  };
  CHECK(positions() == Offsets{4, 2, 0});
  const auto sought = [&](int second) {
    REQUIRE(consumer.SeekToTime(time(second)).ok());
    return positions();
  };
  CHECK(sought(-1) == Offsets{0, 0, 0});
  CHECK(sought(4) == Offsets{1, 0, 0});
  CHECK(sought(5) == Offsets{1, 0, 0});
  CHECK(sought(6) == Offsets{3, 0, 0});
  CHECK(sought(11) == Offsets{4, 1, 0});
  REQUIRE(consumer.SeekToTime(time(0), {all[0]}).ok());
  CHECK(positions() == Offsets{0, 1, 0});
}

}  // namespace rill::testing
