// A process that compacts a folder is killed at random moments, again and again, while another
// reads it.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include "catch.h"
#include "fmt/format.h"
#include "kill_writer.h"
#include "reader_and_writer.h"

namespace rill::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kKeys = 40;
constexpr char kTopic[] = "keys";

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* const given = std::getenv(name);
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

// The value of a key is a number that only rises.
std::string ValueOf(std::int64_t number) {
  return fmt::format("{} {}", number, std::string(static_cast<std::size_t>(number % 200), 'v'));
}

bool AppendTo(Partition& log, int number) {
  const std::string key = fmt::format("key {}", number);
  const std::string value = ValueOf(log.log_end_offset());
  const RecordData record = {.key = key, .value = value};
  return log.Append({&record, 1}).ok();
}

// Compacts all the time, in segments of some records.
[[noreturn]] void WriteUntilKilled(const std::string& folder, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Options options = Writing();
  options.configs = {{"log.cleaner.backoff.ms", "0"},
                     {"log.cleaner.io.max.bytes.per.second", "1e12"}};
  auto engine = Open(folder, options);
  if (!engine.ok()) ::_exit(2);
  const auto topic = engine->FindTopic(kTopic);
  if (!topic.ok()) ::_exit(3);
  auto log = topic->partition(0);
  if (!log.ok()) ::_exit(4);
  for (;;) {
    for (int i = 0; i < 20; ++i) {
      if (!AppendTo(*log, static_cast<int>(random() % kKeys))) ::_exit(5);
    }
    engine->RunMaintenance();
  }
}

// The last value of each key, as the number that it begins with.
using Newest = std::map<std::string, std::int64_t>;

// A writer that other programs keep from running in the middle of a swap is waited for, as the
// status has it.
Records ReadPatiently(const Partition& log, std::int64_t offset) {
  const auto limit = Clock::now() + std::chrono::seconds(30);
  auto records = log.Read(offset);
  while (absl::IsAborted(records.status()) && Clock::now() < limit) records = log.Read(offset);
  return Get(std::move(records));
}

// Everything up to the end that the reader is shown at first.
Newest Scan(const Partition& log) {
  Newest newest;
  const std::int64_t end = log.high_watermark();
  for (std::int64_t at = log.log_start_offset(); at < end;) {
    const Records records = ReadPatiently(log, at);
    for (const Record& record : records) {
      // Compaction leaves a record where it was, and its value says where that is.
      CAPTURE(record.offset(), at);
      REQUIRE(record.offset() >= at);
      REQUIRE(record.value() == ValueOf(record.offset()));
      newest[std::string(record.key())] = record.offset();
    }
    at = records.ranges().back().next_offset;
  }
  return newest;
}

void WaitForRecord(const Partition& log) {
  const std::int64_t end = log.high_watermark();
  for (const auto limit = Clock::now() + std::chrono::seconds(30); log.high_watermark() == end;) {
    REQUIRE(Clock::now() < limit);
  }
}

// What was seen of a key is there, or a later value is.
void RequireNoneIsOlder(const Newest& now, const Newest& before) {
  for (const auto& [key, number] : before) {
    CAPTURE(key, number);
    REQUIRE(now.contains(key));
    REQUIRE(now.at(key) >= number);
  }
}

// RILL_KILLS=5000 kills as often.
TEST_CASE("A reader misses no key of a writer that is killed while it compacts") {
  const std::uint64_t seed = FromEnvironment("RILL_SEED", std::random_device()());
  const auto kills = static_cast<int>(FromEnvironment("RILL_KILLS", 40));
  std::cout << "RILL_SEED=" << seed << ", as far as clocks allow" << std::endl;
  std::mt19937_64 random(seed);
  const Folder folder;
  {
    Engine engine = Get(Open(folder.data(), Writing()));
    MakeTopic(engine, kTopic, 1,
              {{"internal.segment.bytes", "3000"},
               {"cleanup.policy", "compact"},
               {"min.cleanable.dirty.ratio", "0"},
               {"file.delete.delay.ms", "0"}});
    Partition log = Get(Get(engine.FindTopic(kTopic)).partition(0));
    for (int key = 0; key < kKeys; ++key) REQUIRE(AppendTo(log, key));
  }
  Engine reader = Get(Open(folder.data(), Reading()));
  const Partition log = Get(Get(reader.FindTopic(kTopic)).partition(0));
  Newest seen = Scan(log);
  for (int life = 0; life < kills; ++life) {
    CAPTURE(seed, life);
    const pid_t writer = ::fork();
    REQUIRE(writer >= 0);
    if (writer == 0) WriteUntilKilled(folder.data(), random() + static_cast<std::uint64_t>(life));
    // Every other life is counted from its first record, or all would end in Open where that is
    // slow.
    if (life % 2 == 0) WaitForRecord(log);
    const auto until = Clock::now() + std::chrono::microseconds(random() % 60000);
    while (Clock::now() < until) {
      // While it is written, a key may go from what was not read yet to behind the end.
      for (const auto& [key, number] : Scan(log)) seen[key] = std::max(seen[key], number);
    }
    Kill(writer);
    const Newest left = Scan(log);
    RequireNoneIsOlder(left, seen);
    seen = left;
    Engine late = Get(Open(folder.data(), Reading()));
    RequireNoneIsOlder(Scan(Get(Get(late.FindTopic(kTopic)).partition(0))), seen);
  }
  Engine engine = Get(Open(folder.data(), Writing()));
  RequireNoneIsOlder(Scan(Get(Get(engine.FindTopic(kTopic)).partition(0))), seen);
  std::cout << log.high_watermark() << " records over " << kills << " kills" << std::endl;
  CHECK(seen.size() == kKeys);
  CHECK(log.high_watermark() > kKeys + kills / 2);
}

}  // namespace
}  // namespace rill::testing
