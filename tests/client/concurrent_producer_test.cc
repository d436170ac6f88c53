#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "concurrent.h"
#include "rill/testing/faulty_storage.h"

namespace rill::testing {
namespace {

constexpr int kThreads = 4;
constexpr int kPartitions = 3;

// "<thread>:<number>"
std::pair<int, int> Parse(const std::string& value) {
  const std::size_t colon = value.find(':');
  return {std::stoi(value.substr(0, colon)), std::stoi(value.substr(colon + 1))};
}

// Whether each thread's records of each partition stand in the order of their numbers, and all are
// there once.
void CheckOrder(const Topic& topic, int per_thread) {
  std::vector<int> seen(kThreads);
  for (int partition = 0; partition < topic.partition_count(); ++partition) {
    std::vector<int> last(kThreads, -1);
    for (const std::string& value : Values(topic, partition)) {
      const auto [thread, number] = Parse(value);
      if (number <= last[thread]) FAIL("out of order: " << value << " behind " << last[thread]);
      last[thread] = number;
      ++seen[thread];
    }
  }
  for (const int count : seen) CHECK(count == per_thread);
}

TEST_CASE("threads that share a producer lose nothing, double nothing and keep their order") {
  const std::vector<ProducerOptions> ways = {
      {},
      {.linger = absl::Milliseconds(1), .batch_size = 300},
      {.linger = absl::Hours(1), .batch_size = 500, .buffer_memory = 1500},
      {.compression = Compression::kLz4},
      {.linger = absl::Milliseconds(1), .enable_idempotence = true},
  };
  for (const bool in_folder : {false, true}) {
    for (const ProducerOptions& options : ways) {
      Place place(in_folder);
      const Topic topic = MakeTopic(place.engine, "t", kPartitions);
      constexpr int kEach = 1500;
      std::atomic<int> bad_reports = 0;
      std::atomic<int> good_reports = 0;
      {
        Producer producer = Get(place.engine.NewProducer(options));
        InThreads(kThreads, [&](int thread) {
          std::vector<std::int64_t> last(kPartitions, -1);
          for (int i = 0; i < kEach; ++i) {
            const std::string value = std::to_string(thread) + ":" + std::to_string(i);
            // Reports of one thread for one partition come one after the other.
            producer.Send(topic, {.value = value, .partition = i % kPartitions},
                          [&, p = i % kPartitions](const absl::StatusOr<RecordMetadata>& at) {
                            const bool good = at.ok() && at->offset >= 0 && at->partition == p;
                            ++(good ? good_reports : bad_reports);
                          });
          }
          if (!producer.Flush().ok()) ++bad_reports;
        });
      }
      CHECK(bad_reports == 0);
      CHECK(good_reports == kThreads * kEach);
      CheckOrder(topic, kEach);
    }
  }
}

TEST_CASE("pending results waited for in other threads are the places of their records") {
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Milliseconds(1)}) {
    Engine engine = OpenMemory();
    const Topic topic = MakeTopic(engine, "t", kPartitions);
    std::atomic<int> wrong = 0;
    Producer producer = Get(engine.NewProducer({.linger = linger, .batch_size = 400}));
    std::vector<std::map<std::pair<int, std::int64_t>, std::string>> placed(kThreads);
    InThreads(kThreads, [&](int thread) {
      std::vector<std::pair<std::string, PendingSend>> sends;
      for (int i = 0; i < 500; ++i) {
        const std::string value = std::to_string(thread) + ":" + std::to_string(i);
        sends.emplace_back(value, producer.Send(topic, {.key = value, .value = value}));
        if (i % 7 == 0) sends.pop_back();  // nobody asks
      }
      std::thread([&] {
        for (const auto& [value, send] : sends) {
          const auto at = send.Wait(kLong);
          if (at.ok()) {
            placed[thread][{at->partition, at->offset}] = value;
          } else {
            ++wrong;
          }
        }
      }).join();
    });
    REQUIRE(producer.Flush().ok());
    CHECK(wrong == 0);
    std::vector<std::vector<std::string>> values;
    for (int i = 0; i < kPartitions; ++i) values.push_back(Values(topic, i));
    for (const auto& of_thread : placed) {
      CHECK(of_thread.size() == 428);
      for (const auto& [place, value] : of_thread) {
        if (values[place.first][place.second] != value) ++wrong;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a producer that closes under load has stored exactly what it accepted") {
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Milliseconds(1)}) {
    for (int round = 0; round < 5; ++round) {
      Engine engine = OpenMemory();
      const Topic topic = MakeTopic(engine, "t", kPartitions);
      Producer producer = Get(engine.NewProducer({.linger = linger, .batch_size = 300}));
      std::atomic<int> accepted = 0;
      std::atomic<int> refused = 0;
      std::atomic<int> sent = 0;
      std::thread closer([&] {
        while (sent < 2000) std::this_thread::yield();
        if (!producer.Close().ok()) refused += 1000000;
      });
      InThreads(kThreads, [&](int thread) {
        for (bool open = true; open;) {
          ++sent;
          producer.Send(
              topic, {.value = "v", .partition = thread % kPartitions},
              [&](const absl::StatusOr<RecordMetadata>& at) { ++(at.ok() ? accepted : refused); });
          open = refused == 0;
        }
      });
      closer.join();
      CHECK(accepted + refused == sent);
      CHECK(refused < 1000000);
      std::int64_t stored = 0;
      for (int i = 0; i < kPartitions; ++i) stored += EndOf(topic, i);
      CHECK(stored == accepted);
    }
  }
}

TEST_CASE("records sent while the topic is deleted or the engine closes are stored or refused") {
  for (const bool close_engine : {false, true}) {
    for (const absl::Duration linger : {absl::ZeroDuration(), absl::Milliseconds(1)}) {
      Engine engine = OpenMemory();
      const Topic topic = MakeTopic(engine, "t", kPartitions);
      Producer producer = Get(engine.NewProducer({.linger = linger, .batch_size = 300}));
      std::atomic<int> reports = 0;
      std::atomic<int> failures = 0;
      std::atomic<int> sent = 0;
      std::atomic<bool> stopped = false;
      std::thread stopper([&] {
        while (sent < 1000) std::this_thread::yield();
        const absl::Status status = close_engine ? engine.Close() : engine.DeleteTopic("t");
        stopped = status.ok();
      });
      InThreads(kThreads, [&](int thread) {
        while (failures == 0 || !stopped) {
          ++sent;
          producer.Send(topic, {.value = "v", .partition = thread % kPartitions},
                        [&](const absl::StatusOr<RecordMetadata>& at) {
                          ++reports;
                          if (!at.ok()) ++failures;
                        });
        }
      });
      stopper.join();
      producer.Close().IgnoreError();
      CHECK(reports == sent);
    }
  }
}

TEST_CASE("claims, single records and batches of several producers share a log") {
  Place place(true);
  const Topic topic = MakeTopic(place.engine, "t", 1);
  constexpr int kEach = 400;
  std::atomic<int> failures = 0;
  InThreads(kThreads, [&](int thread) {
    auto producer = place.engine.NewProducer(
        {.linger = thread % 2 == 0 ? absl::ZeroDuration() : absl::Milliseconds(1),
         .batch_size = 200});
    for (int i = 0; i < kEach && producer.ok(); ++i) {
      const std::string value = std::to_string(thread) + ":" + std::to_string(i);
      if (i % 3 != 0) {
        producer->Send(topic, {.value = value}, nullptr);
        continue;
      }
      auto claim = producer->ClaimRecord(topic, {}, value.size());
      if (claim.ok()) value.copy(claim->value().data(), value.size());
      if (!claim.ok() || !claim->Publish().ok()) ++failures;
    }
    if (!producer.ok() || !producer->Close().ok()) ++failures;
  });
  CHECK(failures == 0);
  CheckOrder(topic, kEach);
}

// A topic that is flushed before a record is acknowledged, on storage that counts and forgets.
struct Flushed {
  Flushed() : engine(Get(Open("data", Storing(storage)))) {}
  static Options Storing(std::shared_ptr<FaultyStorage> storage) {
    Options options;
    options.storage = std::move(storage);
    options.maintenance = Options::Maintenance::kByCaller;
    return options;
  }
  const std::shared_ptr<FaultyStorage> storage = std::make_shared<FaultyStorage>();
  Engine engine;
  const Topic topic = MakeTopic(engine, "t", 1, {{"flush.messages", "1"}});
};

TEST_CASE("senders that wait for the disk are answered when it has their records") {
  for (const ProducerOptions& options :
       {ProducerOptions{}, ProducerOptions{.linger = absl::Milliseconds(1)},
        ProducerOptions{.enable_idempotence = true}}) {
    Flushed f;
    Producer producer = Get(f.engine.NewProducer(options));
    std::atomic<int> failures = 0;
    InThreads(kThreads, [&](int) {
      for (int i = 0; i < 20; ++i) {
        const auto at = producer.Send(f.topic, {.value = "v"}).Wait(kLong);
        if (!at.ok() || MustGet(f.topic.partition(0)).high_watermark() <= at->offset) ++failures;
      }
    });
    CHECK(failures == 0);
    CHECK(EndOf(f.topic) == kThreads * 20);
    Engine recovered = Get(Open("data", Flushed::Storing(f.storage->PowerLoss(7))));
    CHECK(EndOf(Get(recovered.FindTopic("t"))) == kThreads * 20);
  }
}

TEST_CASE("senders whose records are in one batch share its flush") {
  Flushed f;
  Producer producer = Get(f.engine.NewProducer({.linger = absl::Hours(1)}));
  CHECK(EndOf(f.topic) == 0);  // opens the log, which syncs as well
  const std::int64_t before = f.storage->calls(FileCall::kSync);
  std::atomic<int> failures = 0;
  InThreads(kThreads, [&](int) {
    for (int i = 0; i < 19; ++i) producer.Send(f.topic, {.value = "v"}, nullptr);
    if (!producer.Send(f.topic, {.value = "v"}).Wait(kLong).ok()) ++failures;
  });
  CHECK(failures == 0);
  CHECK(EndOf(f.topic) == kThreads * 20);
  // Batches this small are sent when somebody waits for them.
  const std::int64_t flushes = f.storage->calls(FileCall::kSync) - before;
  CHECK(flushes >= 1);
  CHECK(flushes <= kThreads);
}

}  // namespace
}  // namespace rill::testing
