// Power cuts while several threads append and share flushes, one consumes and commits, and one
// maintains: what any of them was told or shown before the cut is there after it.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "client/client_test.h"
#include "client/concurrent.h"
#include "fmt/format.h"
#include "rill/rill.h"
#include "rill/testing/faulty_storage.h"

namespace rill::testing {
namespace {

constexpr int kPartitions = 2;
constexpr int kWriters = 6;
constexpr int kCuts = 15;

Options OptionsOn(std::shared_ptr<FaultyStorage> storage) {
  return {.maintenance = Options::Maintenance::kByCaller,
          .configs = {{"offsets.topic.num.partitions", "1"}},
          .storage = std::move(storage)};
}

std::string ValueOf(int writer, int number) { return fmt::format("writer {} {}", writer, number); }

using Offsets = std::array<std::atomic<std::int64_t>, kPartitions>;

void Raise(std::atomic<std::int64_t>& to, std::int64_t offset) {
  std::int64_t now = to.load();
  while (now < offset && !to.compare_exchange_weak(now, offset)) {
  }
}

// An engine in use by many threads until it is destroyed.
class Crowd {
 public:
  Crowd() {
    for (int writer = 0; writer < kWriters; ++writer) {
      threads_.emplace_back([this, writer] { Write(writer); });
    }
    threads_.emplace_back([this] { Consume(); });
    threads_.emplace_back([this] {
      while (!stops_) {
        engine_.RunMaintenance();
        std::this_thread::sleep_for(std::chrono::microseconds(500));
      }
    });
  }
  ~Crowd() {
    stops_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

  const FaultyStorage& storage() const { return *storage_; }
  int failures() const { return failures_; }
  // The offsets up to which appends were acknowledged, and records shown, so far.
  std::array<std::int64_t, kPartitions> promised() const {
    std::array<std::int64_t, kPartitions> offsets;
    for (std::size_t i = 0; i < kPartitions; ++i)
      offsets[i] = std::max(told_[i].load(), seen_[i].load());
    return offsets;
  }

 private:
  void Write(int writer) {
    Partition partition = MustGet(topic_.partition(writer % kPartitions));
    for (int number = 0; !stops_; ++number) {
      const std::string value = ValueOf(writer, number);
      const RecordData record = {.value = value};
      const auto appended = partition.Append({&record, 1});
      if (!appended.ok()) {
        ++failures_;
        return;
      }
      Raise(told_[static_cast<std::size_t>(writer % kPartitions)], appended->last_offset + 1);
    }
  }
  void Consume() {
    Consumer consumer = MustGet(engine_.NewConsumer({.group = "g", .reset = kEarliest}));
    failures_ += consumer.Assign({{"t", 0}, {"t", 1}}).ok() ? 0 : 1;
    while (!stops_) {
      const auto records = consumer.Poll(absl::Milliseconds(5));
      if (!records.ok() || !consumer.Commit(*records).ok()) {
        ++failures_;
        return;
      }
      for (const Records::Range& range : records->ranges()) {
        Raise(seen_[static_cast<std::size_t>(range.partition().partition)], range.next_offset);
      }
    }
  }

  const std::shared_ptr<FaultyStorage> storage_ = std::make_shared<FaultyStorage>();
  Engine engine_ = Get(Open("/data", OptionsOn(storage_)));
  // Segments of a few batches.
  const Topic topic_ = MakeTopic(
      engine_, "t", kPartitions,
      {{"flush.messages", "1"}, {"index.interval.bytes", "0"}, {"segment.index.bytes", "96"}});
  Offsets told_ = {};
  Offsets seen_ = {};
  std::atomic<int> failures_ = 0;
  std::atomic<bool> stops_ = false;
  std::vector<std::thread> threads_;
};

// Each writer's records are there without a gap.
bool AreWhole(const std::vector<std::string>& values, int partition) {
  std::map<int, int> next;
  for (const std::string& value : values) {
    const bool is_next = [&] {
      for (int writer = partition; writer < kWriters; writer += kPartitions) {
        if (value != ValueOf(writer, next[writer])) continue;
        ++next[writer];
        return true;
      }
      return false;
    }();
    if (!is_next) return false;
  }
  return true;
}

TEST_CASE("What threads that share flushes were told, or a consumer saw, no power cut takes back") {
  const Crowd crowd;
  std::int64_t last = 0;
  for (std::uint64_t cut = 0; cut < kCuts; ++cut) {
    std::this_thread::sleep_for(std::chrono::milliseconds(cut % 7));
    const auto promised = crowd.promised();
    Engine after = Get(Open("/data", OptionsOn(crowd.storage().PowerLoss(cut))));
    const Topic topic = Get(after.FindTopic("t"));
    const auto committed = after.CommittedOffsets("g");
    for (int i = 0; i < kPartitions; ++i) {
      CAPTURE(cut, i);
      const std::int64_t end = EndOf(topic, i);
      REQUIRE(end >= promised[static_cast<std::size_t>(i)]);
      REQUIRE(AreWhole(Values(topic, i), i));
      if (!committed.ok() || !committed->contains({"t", i})) continue;
      REQUIRE(committed->at({"t", i}).offset <= end);
    }
    last = promised[0] + promised[1];
  }
  CHECK(crowd.failures() == 0);
  CHECK(last > kCuts);
}

}  // namespace
}  // namespace rill::testing
