// Flush, Close, what may be called from within a DeliveryCallback, and the engine that closes
// first.

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "client_test.h"
#include "held_partition.h"
#include "rill/testing/faulty_storage.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {
namespace {

const ProducerOptions kWays[] = {
    {}, {.linger = absl::Hours(1)}, {.compression = Compression::kLz4}};

Options Driven(ManualClock* clock) {
  Options options;
  options.maintenance = Options::Maintenance::kByCaller;
  options.clock = clock;
  return options;
}

TEST_CASE("Flush and Close return when the callbacks have run, whichever thread runs them") {
  for (const bool close : {false, true}) {
    Engine engine = OpenMemory();
    const Topic topic = MakeTopic(engine, "t");
    Producer producer = Get(engine.NewProducer({.linger = absl::Milliseconds(1)}));
    absl::Notification began;
    std::atomic<bool> ended = false;
    producer.Send(topic, {.value = "v"}, [&](const absl::StatusOr<RecordMetadata>&) {
      began.Notify();
      absl::SleepFor(2 * kSoon);
      ended = true;
    });
    began.WaitForNotification();
    CHECK((close ? producer.Close() : producer.Flush()).ok());
    CHECK(ended);
  }
}

TEST_CASE("Wait returns when the record is acknowledged, and does not wait for callbacks") {
  ManualClock clock;
  Engine engine = OpenMemory(Driven(&clock));
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Milliseconds(1)}));
  absl::Notification began;
  absl::Notification let_go;
  producer.Send(topic, {.value = "told"}, [&](const absl::StatusOr<RecordMetadata>&) {
    began.Notify();
    let_go.WaitForNotification();
  });
  const PendingSend sent = producer.Send(topic, {.value = "waited for"});
  // Another thread sends the batch: whoever waits for it would run the callback.
  clock.Advance(absl::Milliseconds(1));
  std::thread maintenance([&] { engine.RunMaintenance(); });
  began.WaitForNotification();
  CHECK(sent.ready());
  CHECK(sent.Wait(kSoon).ok());
  CHECK(producer.Flush(kSoon).code() == absl::StatusCode::kDeadlineExceeded);
  let_go.Notify();
  maintenance.join();
  CHECK(producer.Flush().ok());
}

TEST_CASE("calls that would wait are refused within a callback, also one for a refused record") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 2);
  Producer other = Get(engine.NewProducer({.linger = absl::Hours(1)}));
  for (const ProducerOptions& options : kWays) {
    for (const int partition : {0, 7}) {
      Producer producer = Get(engine.NewProducer(options));
      int reports = 0;
      const auto refused = [](const absl::Status& status) {
        return status.code() == absl::StatusCode::kFailedPrecondition &&
               Says(status, "DeliveryCallback");
      };
      producer.Send(topic, {.value = "v", .partition = partition},
                    [&](const absl::StatusOr<RecordMetadata>& at) {
                      ++reports;
                      CHECK(at.ok() == (partition == 0));
                      CHECK(refused(producer.Flush()));
                      CHECK(refused(producer.Close()));
                      CHECK(refused(other.Flush()));
                      CHECK(refused(other.Close()));
                      CHECK(refused(other.ClaimRecord(topic, {}, 1).status()));
                      const auto lingers = other.Send(topic, {.value = "w", .partition = 1});
                      CHECK(refused(lingers.Wait().status()));
                    });
      producer.Flush().IgnoreError();
      CHECK(reports == 1);
      CHECK(other.Flush().ok());
    }
  }
  CHECK(other.Close().ok());
}

TEST_CASE("what is ready may be asked for within a callback") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer());
  const auto before = producer.Send(topic, {.value = "v"});
  bool told = false;
  producer.Send(topic, {.value = "w"}, [&](const absl::StatusOr<RecordMetadata>&) {
    told = before.Wait().ok() && producer.Send(topic, {.value = "x"}).Wait().ok();
  });
  CHECK(told);
}

TEST_CASE("Close keeps its time while the maintenance is stuck with a batch") {
  ManualClock clock;
  Engine engine = OpenMemory(Driven(&clock));
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Milliseconds(1)}));
  // The log is open and its upkeep done: that would be stuck before the batch.
  REQUIRE(producer.Send(topic, {.value = "v"}).Wait().ok());
  engine.RunMaintenance();
  HeldPartition held(engine, topic);
  absl::Notification closed;
  std::thread releaser([&] {
    closed.WaitForNotificationWithTimeout(absl::Seconds(3));
    held.LetGo();
  });
  const auto sent = producer.Send(topic, {.value = "v"});
  clock.Advance(absl::Milliseconds(1));
  std::thread maintenance([&] { engine.RunMaintenance(); });
  absl::SleepFor(absl::Milliseconds(500));  // has taken the batch by now, also on a busy machine
  const absl::Time before = absl::Now();
  const auto status = producer.Close(kSoon);
  CHECK(absl::Now() - before < absl::Seconds(1));
  CHECK(status.code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(Says(status, "t-0"));
  closed.Notify();
  releaser.join();
  maintenance.join();
  CHECK(sent.Wait(kLong).ok());  // a thread had begun to send it
}

TEST_CASE("Close stops sending when its time is over, and the rest fails") {
  constexpr int kPartitions = 20;
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", kPartitions);
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1)}));
  int stored = 0;
  int late = 0;
  for (int i = 0; i < kPartitions; ++i) {
    producer.Send(topic, {.value = "v", .partition = i},
                  [&](const absl::StatusOr<RecordMetadata>& at) {
                    if (at.ok()) absl::SleepFor(kSoon);
                    ++(at.ok() ? stored : late);
                  });
  }
  CHECK(producer.Close(2 * kSoon).code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(stored > 0);
  CHECK(late > 0);
  CHECK(stored + late == kPartitions);
}

TEST_CASE("what a producer that a callback destroys held back is stored and reported") {
  constexpr int kMany = 2000;
  ManualClock clock;
  Engine engine = OpenMemory(Driven(&clock));
  const Topic topic = MakeTopic(engine, "t", 2);
  // So many batches that one thread does not send them all for others.
  auto producer = std::make_unique<Producer>(
      Get(engine.NewProducer({.linger = absl::Hours(1), .batch_size = 200})));
  int stored = 0;
  const auto count = [&](const absl::StatusOr<RecordMetadata>& at) { stored += at.ok() ? 1 : 0; };
  producer->Send(topic, {.value = "other", .partition = 1}, count);
  producer->Send(topic, {.value = "first", .partition = 0}, [&](const auto&) {
    for (int i = 0; i < kMany; ++i) producer->Send(topic, {.value = "v", .partition = 0}, count);
    producer.reset();
  });
  const PendingSend last = producer->Send(topic, {.value = "last", .partition = 0});
  REQUIRE(last.Wait(kLong).ok());
  CHECK(producer == nullptr);
  CHECK(stored == kMany + 1);
  CHECK(EndOf(topic, 0) == kMany + 2);
}

TEST_CASE("a second Close waits for the first, but no longer than it is told") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1)}));
  HeldPartition held(engine, topic);
  const auto sent = producer.Send(topic, {.value = "v"});
  std::thread closer([&] { producer.Close().IgnoreError(); });
  // Until one is refused: the first Close is under way.
  while (!producer.Send(topic, {.value = "w"}).ready()) absl::SleepFor(absl::Milliseconds(1));
  absl::Notification closed;
  std::thread releaser([&] {
    closed.WaitForNotificationWithTimeout(absl::Seconds(3));
    held.LetGo();
  });
  const absl::Time before = absl::Now();
  CHECK(producer.Close(kSoon).code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(absl::Now() - before < absl::Seconds(1));
  closed.Notify();
  CHECK(producer.Close().ok());
  CHECK(sent.ready());
  releaser.join();
  closer.join();
}

TEST_CASE("a producer that is assigned over is closed then, and what it held back is sent") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1)}));
  Producer next = Get(engine.NewProducer());
  const auto sent = producer.Send(topic, {.value = "v"});
  producer = std::move(next);
  CHECK(sent.ready());
  CHECK(producer.Send(topic, {.value = "w"}).Wait().ok());
}

TEST_CASE("an engine that closes waits for a batch that another thread appends, and those behind") {
  ManualClock clock;
  Engine engine = OpenMemory(Driven(&clock));
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1)}));
  HeldPartition held(engine, topic);
  const auto first = producer.Send(topic, {.value = "held"});
  std::thread sender([&] { first.Wait().IgnoreError(); });
  std::vector<PendingSend> behind;
  absl::Status closed;
  std::thread closer([&] { closed = engine.Close(); });
  // Until the engine refuses: its Close is under way. (Not so many that one fills a batch, which
  // this thread might then have to append.)
  do {
    absl::SleepFor(absl::Milliseconds(1));
    behind.push_back(producer.Send(topic, {.value = "behind"}));
  } while (!behind.back().ready());
  std::thread again([&] { engine.Close().IgnoreError(); });
  absl::SleepFor(kSoon);
  held.LetGo();
  for (std::thread* thread : {&sender, &closer, &again}) thread->join();
  CHECK(closed.ok());
  CHECK(first.Wait().ok());
  behind.pop_back();
  for (const PendingSend& sent : behind) CHECK(sent.Wait().ok());
}

TEST_CASE("records that linger when the engine closes are stored, and later ones are refused") {
  ManualClock clock;
  for (const bool own_thread : {false, true}) {
    for (const bool numbered : {false, true}) {
      auto storage = std::make_shared<FaultyStorage>();
      Options options = own_thread ? Options() : Driven(&clock);
      options.storage = storage;
      Engine engine = Get(Open("data", options));
      const Topic topic = MakeTopic(engine, "t", 2);
      Producer producer =
          Get(engine.NewProducer({.linger = absl::Hours(1), .enable_idempotence = numbered}));
      const auto before = producer.Send(topic, {.value = "before", .partition = 0});
      int reports = 0;
      producer.Send(topic, {.value = "told", .partition = 1},
                    [&](const absl::StatusOr<RecordMetadata>& at) { reports += at.ok() ? 1 : 0; });
      REQUIRE(engine.Close().ok());
      CHECK(before.ready());
      CHECK(before.Wait().ok());
      CHECK(reports == 1);

      const auto late = producer.Send(topic, {.value = "late", .partition = 0});
      REQUIRE(late.ready());
      CHECK(late.Wait().status().code() == absl::StatusCode::kFailedPrecondition);

      Engine again = Get(Open("data", options));
      const Topic found = Get(again.FindTopic("t"));
      CHECK(Values(found, 0) == std::vector<std::string>{"before"});
      CHECK(Values(found, 1) == std::vector<std::string>{"told"});
    }
  }
}

}  // namespace
}  // namespace rill::testing
