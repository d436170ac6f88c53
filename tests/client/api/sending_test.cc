// Flush, Close, what may be called from within a DeliveryCallback, and where keys go.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "place.h"
#include "rill/partitioner.h"

namespace rill::testing {
namespace {

Producer NewProducer(Place& place, const ProducerOptions& options = {}) {
  return Get(place.engine().NewProducer(options));
}

}  // namespace

TEST_CASE("Flush and Close return when all that was sent before is stored and reported") {
  Place place(ANY_PLACE);
  const bool closes = GENERATE(false, true);
  CAPTURE(closes);
  const Topic topic = place.MakeTopic("reported", 2);
  std::atomic<int> told = 0;
  std::vector<PendingSend> sent;
  Producer producer = NewProducer(place, {.linger = absl::Minutes(10)});
  for (int i = 0; i < 50; ++i) {
    producer.Send(topic, {.value = "told", .partition = i % 2},
                  [&](const absl::StatusOr<RecordMetadata>& at) { told += at.ok() ? 1 : 0; });
    sent.push_back(producer.Send(topic, {.value = "asked", .partition = i % 2}));
  }
  CHECK_FALSE(sent.front().ready());
  REQUIRE((closes ? producer.Close(kLong) : producer.Flush(kLong)).ok());
  CHECK(told == 50);
  for (int i = 0; i < 50; ++i) {
    const PendingSend& send = sent[static_cast<std::size_t>(i)];
    REQUIRE(send.ready());
    const RecordMetadata at = Get(send.Wait(absl::ZeroDuration()));
    CHECK(at.partition == i % 2);
    CHECK(at.offset == i / 2 * 2 + 1);
  }
}

TEST_CASE("within a callback what would wait is refused, and what is ready is told") {
  Place place(ANY_PLACE);
  // The last is not there: its record is refused before Send returns.
  const int partition = GENERATE(0, 7);
  CAPTURE(partition);
  const Topic topic = place.MakeTopic("inside", 2);
  bool is_stored = false;
  bool is_before_told = false;
  std::vector<absl::Status> refusals;
  Producer other = NewProducer(place, {.linger = absl::Minutes(10)});
  Producer producer = NewProducer(place);
  const PendingSend before = producer.Send(topic, {.value = "before", .partition = 1});
  REQUIRE(before.Wait(kLong).ok());
  producer.Send(topic, {.value = "v", .partition = partition},
                [&](const absl::StatusOr<RecordMetadata>& at) {
                  is_stored = at.ok();
                  is_before_told = before.Wait().ok();
                  const PendingSend lingers = other.Send(topic, {.value = "w", .partition = 1});
                  refusals = {lingers.Wait().status(), producer.Flush(), producer.Close(),
                              other.Flush(),           other.Close(),    place.engine().Close()};
                });
  producer.Flush(kLong).IgnoreError();
  CHECK(is_stored == (partition == 0));
  CHECK(is_before_told);
  REQUIRE(refusals.size() == 6);
  for (const absl::Status& refusal : refusals) {
    INFO(refusal);
    CHECK(refusal.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(Says(refusal, "DeliveryCallback"));
  }
  CHECK(Says(refusals.back(), "Engine::Close"));
  CHECK(other.Close(kLong).ok());
  CHECK(place.engine().Close().ok());
}

TEST_CASE("round robin takes the partitions of each topic in turn, whatever the keys") {
  Place place(ANY_PLACE);
  const bool is_called_by_hand = GENERATE(false, true);
  CAPTURE(is_called_by_hand);
  const Topic three = place.MakeTopic("three", 3);
  const Topic two = place.MakeTopic("two", 2);
  const Partitioner inner = RoundRobinPartitioner();
  Partitioner partitioner = inner;
  if (is_called_by_hand) {
    partitioner = [inner](std::string_view topic, std::string_view key, std::int32_t count) {
      return inner(topic, key, count);
    };
  }
  Producer producer = NewProducer(place, {.partitioner = partitioner});
  std::vector<std::int32_t> chosen;
  for (int i = 0; i < 4; ++i) {
    chosen.push_back(Get(producer.Send(three, {.key = "k", .value = "v"}).Wait(kLong)).partition);
    chosen.push_back(Get(producer.Send(two, {.value = "v"}).Wait(kLong)).partition);
  }
  CHECK(chosen == std::vector<std::int32_t>{0, 0, 1, 1, 2, 0, 0, 1});
}

TEST_CASE("a key goes where librdkafka's consistent_random puts it, everywhere") {
  Place place(ANY_PLACE);
  constexpr int kPartitions = 5;
  const Topic topic = place.MakeTopic("consistent", kPartitions);
  Producer producer = NewProducer(place, {.partitioner = ConsistentRandomPartitioner()});
  std::vector<std::pair<std::string, PendingSend>> sent;
  for (int i = 0; i < 30; ++i) {
    std::string key = "key-" + std::to_string(i);
    PendingSend send = producer.Send(topic, {.key = key, .value = "v"});
    sent.emplace_back(std::move(key), std::move(send));
  }
  for (const auto& [key, send] : sent) {
    INFO(key);
    CHECK(Get(send.Wait(kLong)).partition == ConsistentPartition(key, kPartitions));
  }
  for (const ProducerRecord& keyless :
       {ProducerRecord{.value = "v"}, ProducerRecord{.key = "", .value = "v"}}) {
    CHECK(Get(producer.Send(topic, keyless).Wait(kLong)).partition < kPartitions);
  }
}

}  // namespace rill::testing
