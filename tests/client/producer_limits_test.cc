#include <string>
#include <thread>

#include "client_test.h"
#include "held_partition.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {
namespace {

TEST_CASE("options out of range are refused by name") {
  Engine engine = OpenMemory();
  const auto refusal = [&](const ProducerOptions& options) {
    return engine.NewProducer(options).status();
  };
  CHECK(Says(refusal({.linger = -absl::Seconds(1)}), "linger"));
  CHECK(Says(refusal({.batch_size = 1000, .buffer_memory = 999}), "buffer_memory=999"));
  CHECK(Says(refusal({.max_block = -absl::Seconds(1)}), "max_block"));
  CHECK(Says(refusal({.max_request_size = 0}), "max_request_size"));
  CHECK_FALSE(refusal({.compression = Compression::kZstd, .compression_level = 1000}).ok());
  CHECK_FALSE(refusal({.compression = static_cast<Compression>(6)}).ok());
}

TEST_CASE("lengths that are none are refused, and nobody looks at what they claim to measure") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 3);
  Producer producer = Get(engine.NewProducer());
  for (const std::size_t size : {SIZE_MAX, SIZE_MAX - 61, SIZE_MAX / 2}) {
    const std::string_view none("x", size);
    for (const ProducerRecord& record : {ProducerRecord{.key = none}, ProducerRecord{.value = none},
                                         ProducerRecord{.key = none, .value = none}}) {
      const auto refused = producer.Send(topic, record).Wait().status();
      CHECK(absl::IsInvalidArgument(refused));
      CHECK(GetErrorCode(refused) == ErrorCode::kMessageTooLarge);
    }
    CHECK(absl::IsInvalidArgument(producer.ClaimRecord(topic, {}, size).status()));
  }
}

TEST_CASE("a record past max_request_size is refused, one within it is not") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Hours(1)}) {
    Producer producer = Get(engine.NewProducer({.linger = linger, .max_request_size = 1000}));
    const auto status = producer.Send(topic, {.value = std::string(1000, 'v')}).Wait().status();
    CHECK(GetErrorCode(status) == ErrorCode::kMessageTooLarge);
    CHECK(Says(status, "t: a record of"));
    CHECK(Says(status, "max_request_size=1000"));
    CHECK(producer.Send(topic, {.value = std::string(900, 'v')}).Wait().ok());
    CHECK(GetErrorCode(producer.ClaimRecord(topic, {}, 2000).status()) ==
          ErrorCode::kMessageTooLarge);
  }
}

TEST_CASE("batches stay within the topic's max.message.bytes") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 1, {{"max.message.bytes", "500"}});
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1)}));
  for (int i = 0; i < 20; ++i) producer.Send(topic, {.value = std::string(100, 'v')});
  CHECK(producer.Flush().ok());
  CHECK(EndOf(topic) == 20);
  const auto status = producer.Send(topic, {.value = std::string(600, 'v')}).Wait().status();
  CHECK(GetErrorCode(status) == ErrorCode::kMessageTooLarge);
  CHECK(Says(status, "max.message.bytes=500"));
}

TEST_CASE("a record that is refused does not take its batch along") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 1, {{"cleanup.policy", "compact"}});
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Hours(1)}) {
    Producer producer = Get(engine.NewProducer({.linger = linger}));
    const auto code = [&](const ProducerRecord& record) {
      return GetErrorCode(producer.Send(topic, record).Wait().status());
    };
    const auto before = producer.Send(topic, {.key = "k", .value = "v"});
    const Header nameless[] = {{{}, "v"}};
    CHECK(code({.value = "no key"}) == ErrorCode::kInvalidRecord);
    CHECK(code({.key = "k", .headers = nameless}) == ErrorCode::kInvalidRecord);
    CHECK(code({.key = "k", .timestamp = absl::Now() + absl::Hours(48)}) ==
          ErrorCode::kInvalidTimestamp);
    CHECK(code({.key = "k", .timestamp = absl::FromUnixMillis(-1)}) ==
          ErrorCode::kInvalidTimestamp);
    const auto past = producer.Send(topic, {.key = "k", .timestamp = absl::InfinitePast()});
    CHECK(GetErrorCode(past.Wait().status()) == ErrorCode::kInvalidTimestamp);
    CHECK(Says(past.Wait().status(), "t-0"));
    const auto behind = producer.Send(topic, {.key = "k", .value = "v"});
    CHECK(Get(behind.Wait()).offset == Get(before.Wait()).offset + 1);
  }
}

TEST_CASE("when the buffer is full, what lingers is sent to make room") {
  ManualClock clock;
  Options options;
  options.maintenance = Options::Maintenance::kByCaller;
  options.clock = &clock;
  Engine engine = OpenMemory(options);
  const Topic topic = MakeTopic(engine, "t", 10);
  Producer producer = Get(
      engine.NewProducer({.linger = absl::Hours(1), .batch_size = 1000, .buffer_memory = 3000}));
  for (int i = 0; i < 100; ++i) {
    producer.Send(topic, {.value = "v", .partition = i % 10});
    CHECK(engine.resource_use().buffer_bytes <= 3000);
  }
  CHECK(producer.Flush().ok());
  CHECK(engine.resource_use().buffer_bytes == 0);
  for (int i = 0; i < 10; ++i) CHECK(EndOf(topic, i) == 10);
}

TEST_CASE("a record that no buffer would hold is refused at once") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(
      engine.NewProducer({.linger = absl::Hours(1), .batch_size = 1000, .buffer_memory = 3000}));
  const auto status = producer.Send(topic, {.value = std::string(4000, 'v')}).Wait().status();
  CHECK(Says(status, "buffer_memory=3000"));
}

TEST_CASE("the engine's buffers are shared, and refuse by name") {
  Options options;
  options.max_buffer_bytes = 5000;
  Engine engine = OpenMemory(options);
  const Topic topic = MakeTopic(engine, "t", 3);
  const ProducerOptions lingering{.linger = absl::Hours(1), .batch_size = 4000};
  Producer one = Get(engine.NewProducer(lingering));
  Producer other = Get(engine.NewProducer(lingering));
  const auto held = one.Send(topic, {.value = "v", .partition = 0});
  const auto status = other.Send(topic, {.value = "v", .partition = 1}).Wait().status();
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(Says(status, "max_buffer_bytes"));
  CHECK(held.Wait().ok());
  CHECK(other.Send(topic, {.value = "v", .partition = 1}).Wait().ok());
}

TEST_CASE("a buffer that stays full for max_block is an error that names it") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 1);
  Producer producer = Get(engine.NewProducer(
      {.linger = absl::Hours(1), .batch_size = 1000, .buffer_memory = 2500, .max_block = kSoon}));
  const std::string fills(950, 'v');
  HeldPartition held(engine, topic);
  // This thread is stuck in the append until the claim is gone; meanwhile its batch holds memory.
  std::thread sender([&] { producer.Send(topic, {.value = fills, .partition = 0}, nullptr); });
  while (engine.resource_use().buffer_bytes == 0) absl::SleepFor(absl::Milliseconds(1));
  absl::SleepFor(absl::Milliseconds(5));
  const auto waits = producer.Send(topic, {.value = fills, .partition = 0});
  CHECK_FALSE(waits.ready());
  const auto status = producer.Send(topic, {.value = fills, .partition = 0}).Wait().status();
  CHECK(status.code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(GetErrorCode(status) == ErrorCode::kRequestTimedOut);
  CHECK(Says(status, "buffer_memory=2500"));
  CHECK(Says(status, "max_block=30ms"));
  const absl::Status late = waits.Wait(kSoon).status();
  const absl::Status unflushed = producer.Flush(kSoon);
  for (const absl::Status& refusal : {status, late, unflushed}) {
    CHECK(refusal.code() == absl::StatusCode::kDeadlineExceeded);
    CHECK(Says(refusal, "t-0"));
  }
  SECTION("and goes on when there is room again") {
    held.LetGo();
    CHECK(waits.Wait().ok());
    CHECK(producer.Send(topic, {.value = fills, .partition = 0}).Wait().ok());
  }
  SECTION("and Close fails in time what it cannot send") {
    CHECK(producer.Close(kSoon).code() == absl::StatusCode::kDeadlineExceeded);
    CHECK(waits.ready());
    CHECK_FALSE(waits.Wait().ok());
    held.LetGo();
  }
  sender.join();
}

}  // namespace
}  // namespace rill::testing
