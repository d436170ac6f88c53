#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "concurrent.h"

namespace rill::testing {
namespace {

constexpr int kPartitions = 6;

// What the members of a group did, for all of them to write into.
class Ledger {
 public:
  explicit Ledger(std::int64_t records) : left_(records) {}

  void Read(const Record& record) {
    std::lock_guard lock(mutex_);
    std::int64_t& next = next_[record.partition()];
    if (record.offset() != next) {
      wrong_.push_back("partition " + std::to_string(record.partition()) + ": offset " +
                       std::to_string(record.offset()) + " where " + std::to_string(next) +
                       " was next");
    }
    next = record.offset() + 1;
    --left_;
  }
  void Wrong(std::string what) {
    std::lock_guard lock(mutex_);
    wrong_.push_back(std::move(what));
  }
  bool done() const { return left_ <= 0; }
  std::vector<std::string> wrong() {
    std::lock_guard lock(mutex_);
    return wrong_;
  }

 private:
  std::mutex mutex_;
  std::map<int, std::int64_t> next_;
  std::vector<std::string> wrong_;
  std::atomic<std::int64_t> left_;
};

// A member that reads and commits until `until`, then leaves.
template <typename Until>
void BeMember(Engine& engine, const ConsumerOptions& given, Ledger& ledger, const Until& until) {
  Consumer* self = nullptr;
  ConsumerOptions options = given;
  options.rebalance_listener.on_revoked = [&](const std::vector<TopicPartition>&) {
    const auto status = self->Commit();
    if (!status.ok()) ledger.Wrong("commit in on_revoked: " + status.ToString());
  };
  options.rebalance_listener.on_lost = [&](const std::vector<TopicPartition>&) {
    ledger.Wrong("partitions were lost");
  };
  auto consumer = engine.Subscribe("g", {"t"}, options);
  if (!consumer.ok()) return ledger.Wrong(consumer.status().ToString());
  self = &*consumer;
  while (!until()) {
    const auto records = consumer->Poll(absl::Milliseconds(20));
    if (!records.ok()) return ledger.Wrong(records.status().ToString());
    for (const Record& record : *records) ledger.Read(record);
    if (records->empty()) continue;
    const auto status = consumer->Commit(*records);
    if (!status.ok()) ledger.Wrong("commit: " + status.ToString());
  }
}

TEST_CASE("members that come and go while records are sent read each record once, in order") {
  for (const char* assignor : {"range", "roundrobin", "sticky", "cooperative-sticky"}) {
    for (const bool in_folder : {false, true}) {
      INFO(assignor << (in_folder ? " in a folder" : " in memory"));
      Place place(in_folder);
      const Topic topic = MakeTopic(place.engine, "t", kPartitions);
      constexpr int kSenders = 2;
      constexpr int kEach = 6000;
      Ledger ledger(kSenders * kEach);
      ConsumerOptions options;
      options.reset = kEarliest;
      options.max_poll_records = 100;
      options.partition_assignment_strategy = {assignor};
      InThreads(kSenders + 4, [&](int thread) {
        if (thread < kSenders) {
          Producer producer = MustGet(place.engine.NewProducer({.linger = absl::Milliseconds(1)}));
          for (int i = 0; i < kEach; ++i) {
            producer.Send(topic, {.key = std::to_string(i % 50), .value = "v"}, nullptr);
            if (i % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
          }
          return;
        }
        const auto done = [&] { return ledger.done() || !ledger.wrong().empty(); };
        if (thread == kSenders) return BeMember(place.engine, options, ledger, done);
        std::mt19937 random(static_cast<unsigned>(thread));
        while (!done()) {
          int polls = static_cast<int>(random() % 8) + 1;
          BeMember(place.engine, options, ledger, [&] { return done() || polls-- == 0; });
        }
      });
      const auto wrong = ledger.wrong();
      if (!wrong.empty()) FAIL(wrong.size() << " wrong, first: " << wrong.front());
      for (int i = 0; i < kPartitions; ++i) {
        CHECK(Get(place.engine.CommittedOffsets("g"))[{"t", i}].offset == EndOf(topic, i));
      }
    }
  }
}

TEST_CASE("members in threads take over from one that goes, without waiting for time to pass") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", kPartitions);
  Producer producer = Get(engine.NewProducer());
  std::atomic<int> ready = 0;
  std::atomic<bool> go = false;
  std::size_t had = 0;
  std::thread director([&] {
    while (ready < 3) std::this_thread::yield();
    go = true;
    // The one that stays has all of them now, and reads from each.
    for (int i = 0; i < kPartitions; ++i) {
      producer.Send(topic, {.value = "end", .partition = i}, nullptr);
    }
  });
  const absl::Time before = absl::Now();
  InThreads(3, [&](int thread) {
    Consumer consumer = MustGet(engine.Subscribe("g", {"t"}, {.reset = kEarliest}));
    while (consumer.assignment().size() != kPartitions / 3) {
      if (!consumer.Poll(absl::Milliseconds(5)).ok()) return;
    }
    ++ready;
    while (!go) consumer.Poll(absl::Milliseconds(5)).IgnoreError();
    if (thread != 0) return;
    while (consumer.assignment().size() != kPartitions) {
      if (!consumer.Poll(absl::Milliseconds(50)).ok()) return;
    }
    had = consumer.assignment().size();
  });
  director.join();
  CHECK(had == kPartitions);
  CHECK(absl::Now() - before < absl::Seconds(30));
}

}  // namespace
}  // namespace rill::testing
