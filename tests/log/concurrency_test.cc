#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include "base/pause.h"
#include "log_under_test.h"

namespace rill::log {
namespace {

using std::chrono::steady_clock;

// A value says who wrote it and which of that writer's it is.
std::string ValueOf(int writer, std::int64_t number, std::size_t padding) {
  return std::to_string(writer) + ":" + std::to_string(number) + ":" + std::string(padding, 'x');
}

struct Failures {
  std::mutex mutex;
  std::string first;
  void Add(const std::string& what) {
    std::lock_guard lock(mutex);
    if (first.empty()) first = what;
  }
};

// Reads from the log's start for as long as the log is open: offsets without a gap, but where
// retention has passed the reader; each writer's values in order.
void ReadOn(PartitionLog& log, Failures& failures, std::atomic<std::int64_t>& shown) {
  std::int64_t at = 0;
  std::map<int, std::int64_t> last_of_writer;
  for (;;) {
    if (auto status = log.WaitFor(at, absl::Seconds(20)); !status.ok()) {
      if (absl::IsFailedPrecondition(status)) return;
      if (absl::IsOutOfRange(status)) continue;
      return failures.Add(status.ToString());
    }
    auto records = log.Read(at, {.max_bytes = 2000});
    if (absl::IsOutOfRange(records.status())) {
      if (log.log_start_offset() <= at) return failures.Add(records.status().ToString());
      at = log.log_start_offset();
      continue;
    }
    if (absl::IsFailedPrecondition(records.status())) return;
    if (!records.ok()) return failures.Add(records.status().ToString());
    std::int64_t expected = at;
    for (const Record& record : *records) {
      if (record.offset() != expected)
        return failures.Add("a gap before " + std::to_string(expected));
      ++expected;
      const std::string value(record.value());
      const int writer = std::stoi(value);
      const std::int64_t number = std::stoll(value.substr(value.find(':') + 1));
      const auto known = last_of_writer.find(writer);
      if (known != last_of_writer.end() && number <= known->second) {
        return failures.Add("writer's records out of order at " + std::to_string(expected - 1));
      }
      last_of_writer[writer] = number;
      ++shown;
    }
    if (records->ranges().at(0).next_offset != expected) {
      return failures.Add("a range that ends elsewhere than its records");
    }
    if (expected == at) return failures.Add("nothing behind " + std::to_string(at));
    at = expected;
  }
}

void AppendOn(PartitionLog& log, int writer, Failures& failures,
              std::atomic<std::int64_t>& acknowledged) {
  std::mt19937_64 random(static_cast<std::uint64_t>(writer));
  std::int64_t last_offset = -1;
  for (std::int64_t number = 0;; ++number) {
    const std::string value = ValueOf(writer, number, random() % 200);
    absl::StatusOr<AppendResult> result;
    switch (random() % 4) {
      case 0: {
        auto claim = log.Claim({.key = "k"}, value.size());
        if (!claim.ok()) {
          result = claim.status();
          break;
        }
        std::copy(value.begin(), value.end(), (*claim)->value());
        result = (*claim)->Publish();
        break;
      }
      case 1: {
        const RecordData records[] = {{.value = value, .timestamp_ms = 1000}};
        BatchOptions options;
        options.compression = random() % 2 == 0 ? Compression::kLz4 : Compression::kNone;
        result = log.Append(SealedBatch(records, options), BatchOrigin::kValidate);
        break;
      }
      default:
        result = log.AppendRecord({.key = "k", .value = value});
    }
    if (absl::IsFailedPrecondition(result.status())) return;
    if (!result.ok()) return failures.Add(result.status().ToString());
    if (result->base_offset <= last_offset) return failures.Add("an offset was given twice");
    last_offset = result->base_offset;
    if (log.high_watermark() <= last_offset) {
      return failures.Add("acknowledged and not shown: " + std::to_string(last_offset));
    }
    ++acknowledged;
  }
}

void RunAll(test::FileSystemKind kind, std::int64_t flush_messages,
            std::chrono::milliseconds time) {
  INFO(test::Name(kind) << ", flush.messages " << flush_messages);
  test::FileSystemUnderTest files(kind);
  LogUnderTest log(*files, files.root() + "/orders-0");
  log.config.segment_bytes = 4000;
  log.config.retention_bytes = 40000;
  log.config.file_delete_delay_ms = 0;
  log.config.flush_messages = flush_messages;
  log.Open();
  Failures failures;
  std::atomic<std::int64_t> acknowledged = 0;
  std::atomic<std::int64_t> shown = 0;
  std::atomic<std::int64_t> told = 0;
  std::atomic<bool> closing = false;
  auto token = log->Observe([&] { ++told; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] { AppendOn(*log, i, failures, acknowledged); });
  }
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { ReadOn(*log, failures, shown); });
  threads.emplace_back([&] {
    while (!closing) {
      log->Maintain(log.clock.Now());
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  threads.emplace_back([&] {
    std::mt19937_64 random(7);
    while (!closing) {
      auto mine = log->Observe([&] { ++told; });
      const auto status = log->OffsetForTime(absl::FromUnixMillis(2000)).status();
      if (!status.ok() && !absl::IsFailedPrecondition(status)) failures.Add(status.ToString());
      if (random() % 50 == 0) {
        auto deleted = log->DeleteRecordsBefore(log->log_start_offset() + 5);
        if (!deleted.ok() && !absl::IsFailedPrecondition(deleted.status()) &&
            !absl::IsOutOfRange(deleted.status())) {
          failures.Add(deleted.status().ToString());
        }
      }
    }
  });
  std::this_thread::sleep_for(time);
  const absl::Status closed = log->Close();
  closing = true;
  for (std::thread& thread : threads) thread.join();
  token.reset();
  INFO(failures.first);
  REQUIRE(failures.first.empty());
  REQUIRE(closed.ok());
  // A log that is closed at once may have had no time for an append and its flush.
  if (time > std::chrono::milliseconds(500)) {
    REQUIRE(acknowledged > 0);
    REQUIRE(shown > 0);
  }
  REQUIRE(told >= acknowledged);
  REQUIRE(log->log_end_offset() >= acknowledged);
  log.Checkpoint(true);
  log.Open();
  const auto left = log.ReadAll(log->log_start_offset());
  REQUIRE(static_cast<std::int64_t>(left.size()) ==
          log->log_end_offset() - log->log_start_offset());
}

TEST_CASE("writers, readers, waiters, retention and maintenance run together until a close") {
  for (const auto kind : {test::FileSystemKind::kMemory, test::FileSystemKind::kReal}) {
    for (const std::int64_t flush_messages : {INT64_MAX, std::int64_t{1}, std::int64_t{7}}) {
      RunAll(kind, flush_messages, std::chrono::milliseconds(700));
    }
  }
}

TEST_CASE("a close at any moment leaves every acknowledged record") {
  for (int round = 0; round < 20; ++round) {
    RunAll(test::FileSystemKind::kMemory, round % 2 == 0 ? INT64_MAX : 1,
           std::chrono::milliseconds(1 + 2 * round));
  }
}

TEST_CASE("a log goes to rest and wakes while it is read and closed, and loses nothing") {
  for (const auto kind : {test::FileSystemKind::kMemory, test::FileSystemKind::kReal}) {
    INFO(test::Name(kind));
    test::FileSystemUnderTest files(kind);
    LogUnderTest log(*files, files.root() + "/orders-0");
    log.config.segment_bytes = 20000;
    log.Open();
    Failures failures;
    std::atomic<std::int64_t> shown = 0;
    std::atomic<bool> closing = false;
    std::thread reader([&] { ReadOn(*log, failures, shown); });
    std::thread maintenance([&] {
      while (!closing) GoToRest(log);
    });
    std::mt19937_64 random(3);
    for (std::int64_t number = 0; number < 2000; ++number) {
      log.AppendValue(ValueOf(0, number, random() % 200));
      if (random() % 20 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    REQUIRE(log->Close().ok());
    closing = true;
    maintenance.join();
    reader.join();
    INFO(failures.first);
    REQUIRE(failures.first.empty());
    log.Checkpoint(true);
    log.Open();
    REQUIRE(log.ReadAll(0).size() == 2000);
  }
}

TEST_CASE("no wake-up is lost between two threads that wait for each other's records") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest ping(*files, "/data/ping-0");
  LogUnderTest pong(*files, "/data/pong-0");
  ping.config.segment_bytes = pong.config.segment_bytes = 1 << 20;
  ping.Open();
  pong.Open();
  constexpr int kRounds = 5000;
  std::atomic<bool> failed = false;
  std::thread other([&] {
    for (int i = 0; i < kRounds && !failed; ++i) {
      if (!ping->WaitFor(i, absl::Seconds(20)).ok()) failed = true;
      if (!pong->AppendRecord({.value = "pong"}).ok()) failed = true;
    }
  });
  for (int i = 0; i < kRounds && !failed; ++i) {
    if (!ping->AppendRecord({.value = "ping"}).ok()) failed = true;
    if (!pong->WaitFor(i, absl::Seconds(20)).ok()) failed = true;
  }
  other.join();
  REQUIRE_FALSE(failed);
}

TEST_CASE("a claim holds appends and Close up, and reads go on") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  log.AppendValue("x");
  std::atomic<int> done = 0;
  std::thread appender;
  std::thread closer;
  {
    auto claim = log->Claim({}, 1);
    REQUIRE(claim.ok());
    appender = std::thread([&] {
      log->AppendRecord({.value = "y"}).IgnoreError();
      ++done;
    });
    closer = std::thread([&] {
      REQUIRE(log->Close().ok());
      ++done;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    REQUIRE(done == 0);
    REQUIRE(log.ReadAll(0).size() == 1);
    *(*claim)->value() = 'z';
    REQUIRE((*claim)->Publish().ok());
  }
  appender.join();
  closer.join();
  REQUIRE(done == 2);
}

// Retention begins a new segment for those that are old, and appends go on.
TEST_CASE("retention by time deletes nothing that is appended while it ends an old segment") {
  constexpr std::int64_t kHourMs = 3'600'000;
  constexpr int kTrials = 20'000;
  constexpr int kAppenders = 2;
  constexpr unsigned kLongestDelay = 4'000;
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.retention_ms = kHourMs;
  log.Open();
  std::atomic<int> trial = 0;
  std::atomic<int> done = 0;
  std::atomic<std::int64_t> first_fresh = INT64_MAX;
  const auto append = [&](unsigned random) {
    for (int next = 1; next <= kTrials; ++next) {
      while (trial.load() < next) std::this_thread::yield();
      random = random * 1664525 + 1013904223;
      for (unsigned i = (random >> 16) % kLongestDelay; i > 0; --i) base::Pause();
      const std::int64_t now_ms = log.now_ms();
      for (int i = 0; i < 4; ++i) {
        const auto appended = log->AppendRecord({.value = "fresh", .timestamp_ms = now_ms});
        if (!appended.ok()) continue;
        std::int64_t first = first_fresh.load();
        while (appended->base_offset < first &&
               !first_fresh.compare_exchange_weak(first, appended->base_offset)) {
        }
      }
      ++done;
    }
  };
  std::vector<std::thread> appenders;
  for (int i = 0; i < kAppenders; ++i) appenders.emplace_back(append, 977 * i + 1);
  int lost = 0;
  for (int next = 1; next <= kTrials; ++next) {
    log.clock.Advance(absl::Hours(3));
    const std::int64_t now_ms = log.now_ms();
    log.AppendValue("old", now_ms - 2 * kHourMs);
    first_fresh.store(INT64_MAX);
    done.store(0);
    trial.store(next);
    log->Maintain(log.clock.Now());
    const std::int64_t start = log->log_start_offset();
    while (done.load() < kAppenders) std::this_thread::yield();
    lost += start > first_fresh.load() ? 1 : 0;
  }
  for (std::thread& appender : appenders) appender.join();
  CHECK(lost == 0);
}

}  // namespace
}  // namespace rill::log
