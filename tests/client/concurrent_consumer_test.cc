#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "concurrent.h"

namespace rill::testing {
namespace {

TEST_CASE("threads that answer each other through topics never miss a wake-up") {
  for (const bool in_folder : {false, true}) {
    Place place(in_folder);
    const Topic ping = MakeTopic(place.engine, "ping", 3);
    const Topic pong = MakeTopic(place.engine, "pong", 1);
    constexpr int kRounds = 2000;
    std::atomic<int> failures = 0;
    const auto play = [&](const Topic& from, const Topic& to, bool begins) {
      Producer producer = MustGet(place.engine.NewProducer());
      Consumer consumer = MustGet(place.engine.NewConsumer({.reset = kEarliest}));
      std::vector<TopicPartition> partitions;
      for (int i = 0; i < from.partition_count(); ++i) partitions.push_back({from.name(), i});
      if (!consumer.Assign(partitions).ok()) ++failures;
      for (int i = 0; i < kRounds; ++i) {
        const ProducerRecord ball{.value = "ball", .partition = i % to.partition_count()};
        if (begins && !producer.Send(to, ball).Wait().ok()) ++failures;
        const auto records = consumer.Poll(kLong);
        if (!records.ok() || Values(*records).size() != 1) {
          ++failures;
          return;
        }
        if (!begins && !producer.Send(to, ball).Wait().ok()) ++failures;
      }
    };
    InThreads(2, [&](int i) { i == 0 ? play(ping, pong, true) : play(pong, ping, false); });
    CHECK(failures == 0);
  }
}

TEST_CASE("every subscriber of a topic sees every record, in order, as it is written") {
  for (const bool in_folder : {false, true}) {
    Place place(in_folder);
    const Topic topic = MakeTopic(place.engine, "t", 2);
    constexpr int kRecords = 20000;
    std::atomic<int> failures = 0;
    InThreads(4, [&](int thread) {
      if (thread == 0) {
        Producer producer = MustGet(place.engine.NewProducer({.linger = absl::Milliseconds(1)}));
        for (int i = 0; i < kRecords; ++i) {
          producer.Send(topic, {.value = std::to_string(i), .partition = i % 2}, nullptr);
        }
        return;
      }
      Consumer consumer = MustGet(place.engine.NewConsumer({.reset = kEarliest}));
      if (!consumer.Assign({{"t", 0}, {"t", 1}}).ok()) ++failures;
      int next[] = {0, 1};
      for (int seen = 0; seen < kRecords && failures == 0;) {
        const auto records = consumer.Poll(kLong);
        if (!records.ok() || records->empty()) ++failures;
        if (!records.ok()) return;
        for (const Record& record : *records) {
          if (record.value() != std::to_string(next[record.partition()])) ++failures;
          next[record.partition()] += 2;
          ++seen;
        }
      }
    });
    CHECK(failures == 0);
  }
}

TEST_CASE("as many Polls are cancelled as Wakeup was called, when each waits for the other") {
  Engine engine = OpenMemory();
  MakeTopic(engine, "t");
  Consumer consumer = Get(engine.NewConsumer({}));
  REQUIRE(consumer.Assign({{"t", 0}}).ok());
  std::atomic<int> cancelled = 0;
  std::thread waker([&] {
    for (int i = 0; i < 2000; ++i) {
      consumer.Wakeup();
      while (cancelled == i) std::this_thread::yield();
    }
  });
  while (cancelled < 2000) {
    const auto status = consumer.Poll(kLong).status();
    REQUIRE(status.code() == absl::StatusCode::kCancelled);
    ++cancelled;
  }
  waker.join();
}

}  // namespace
}  // namespace rill::testing
