#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "compaction_under_test.h"
#include "io/memory_file_system.h"
#include "io/real_file_system.h"
#include "io/temporary_folder.h"

namespace rill::log {
namespace {

constexpr int kKeys = 16;

std::string KeyOf(std::int64_t i) { return "k" + std::to_string(i % kKeys); }

// What a reader must find of each key: the newest offset that was appended before it began.
using Newest = std::array<std::atomic<std::int64_t>, kKeys>;

struct Shared {
  explicit Shared(LogUnderTest& log) : log(*log.share()) {}
  PartitionLog& log;
  Newest newest = {};
  std::atomic<bool> over = false;
  std::atomic<std::int64_t> swaps = 0;
  std::atomic<int> failures = 0;
};

// Reads all of the log, from its start to where it ends at last.
void ReadThrough(Shared& shared) {
  std::array<std::int64_t, kKeys> wanted;
  std::array<std::int64_t, kKeys> found = {};
  for (int i = 0; i < kKeys; ++i) wanted[i] = shared.newest[i].load();
  std::int64_t at = 0;
  while (at < shared.log.high_watermark()) {
    const auto records = shared.log.Read(at, {.max_bytes = 600});
    if (!records.ok()) {
      ++shared.failures;
      return;
    }
    for (const Record& record : *records) {
      const bool as_written = record.value() == std::to_string(record.offset()) &&
                              record.key() == KeyOf(record.offset());
      if (record.offset() < at || !as_written) ++shared.failures;
      found[static_cast<std::size_t>(record.offset() % kKeys)] = record.offset();
      at = record.offset() + 1;
    }
    at = records->ranges()[0].next_offset;
  }
  for (int i = 0; i < kKeys; ++i) {
    if (found[i] < wanted[i]) ++shared.failures;
  }
}

void LookUpTimes(Shared& shared) {
  const auto found = shared.log.OffsetForTime(absl::FromUnixMillis(1));
  if (!found.ok()) ++shared.failures;
}

// A fifth at a time, and then waits for a cleaning that ends: what grows faster than it is cleaned
// is never clean.
void Write(Shared& shared, int records) {
  for (std::int64_t i = 0; i < records; ++i) {
    if (i % 100 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
    const std::int64_t swaps_due = i * 5 / records;
    while (shared.swaps < swaps_due && shared.failures == 0) std::this_thread::yield();
    const std::string key = KeyOf(i);
    const std::string value = std::to_string(i);
    const auto result = shared.log.AppendRecord({.key = key, .value = value});
    if (!result.ok() || result->base_offset != i) ++shared.failures;
    shared.newest[static_cast<std::size_t>(i % kKeys)].store(i);
  }
  shared.over.store(true);
}

void Compact(Shared& shared, testing::ManualClock& clock) {
  for (int round = 0; !shared.over.load(); ++round) {
    clock.Advance(absl::Seconds(round % 50 == 0 ? 65 : 0));  // segments are unmapped, too
    shared.log.Maintain(clock.Now());
    const std::int64_t before = shared.log.first_dirty_offset();
    if (!shared.log.Clean({.slice_bytes = 2000}).ok()) ++shared.failures;
    if (shared.log.first_dirty_offset() > before) ++shared.swaps;
  }
}

void Meet(io::FileSystem& files, const std::string& directory, int records) {
  LogUnderTest log(files, directory);
  log.config.cleanup_compact = true;
  log.config.segment_bytes = 2000;
  log.config.file_delete_delay_ms = 0;
  log.Open();
  Shared shared(log);
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] { Write(shared, records); });
    threads.emplace_back([&] { Compact(shared, log.clock); });
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        while (!shared.over.load()) {
          ReadThrough(shared);
          LookUpTimes(shared);
        }
      });
    }
  }
  CHECK(shared.failures == 0);
  CHECK(shared.swaps > 3);
  RollAndSeal(log);
  while (Dirt(log).cleanable_bytes > 0) Clean(log);
  CHECK(ContentOf(log).size() == kKeys);
  log.Close();
}

TEST_CASE("readers see every live record while segments are swapped under them") {
  const auto files = io::NewMemoryFileSystem();
  Meet(*files, "/data/orders-0", 20000);
}

TEST_CASE("readers of files see every live record while segments are swapped under them") {
  const test::TemporaryFolder folder;
  const auto files = io::NewRealFileSystem();
  Meet(*files, folder.path() + "/orders-0", 5000);
}

TEST_CASE("a close and a slice of a cleaning take turns") {
  for (int run = 0; run < 20; ++run) {
    const auto files = io::NewMemoryFileSystem();
    CompactedLog log(*files);
    log.Open();
    for (int i = 0; i < 200; ++i) Put(log, KeyOf(i), std::to_string(i));
    RollAndSeal(log);
    std::jthread cleaner([share = log.share()] {
      while (share->Clean({.slice_bytes = 500}).ok()) {
      }
    });
    std::this_thread::sleep_for(std::chrono::microseconds(run * 50));
    log.Close();
    cleaner.join();
    RequireNoLeftovers(log);
    log.Open();
    REQUIRE(ContentOf(log).size() >= kKeys);
  }
}

}  // namespace
}  // namespace rill::log
