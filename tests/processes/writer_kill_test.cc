// A process that writes a folder is killed at random moments, again and again, while another reads
// it: what the reader saw is there afterwards, in order, without a gap, and nothing comes twice.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "fmt/format.h"
#include "kill_writer.h"
#include "reader_and_writer.h"

namespace rill::testing {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kPartitions = 2;
constexpr char kTopic[] = "records";

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* const given = std::getenv(name);
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

// Says in which life of the writer it was appended: one that was taken back and appended anew by
// the next would differ.
std::string ValueOf(int life, int partition, std::int64_t offset) {
  return fmt::format("{} {} {} {}", life, partition, offset,
                     std::string(static_cast<std::size_t>(offset * 7 % 211), 'v'));
}

[[noreturn]] void WriteUntilKilled(const std::string& folder, int life, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto engine = Open(folder);
  if (!engine.ok()) ::_exit(2);
  auto topic = engine->EnsureTopic(
      kTopic, {.partitions = kPartitions, .configs = {{"internal.segment.bytes", "100000"}}});
  if (!topic.ok()) ::_exit(3);
  const char* const flush = random() % 4 == 0 ? "1" : "9223372036854775807";
  if (!engine->AlterTopicConfigs(kTopic, {{"flush.messages", flush}}).ok()) ::_exit(4);
  for (;;) {
    const int index = static_cast<int>(random() % kPartitions);
    auto log = topic->partition(index);
    if (!log.ok()) ::_exit(5);
    const std::int64_t end = log->log_end_offset();
    std::vector<std::string> values;
    for (std::uint64_t i = 1 + random() % 5; i > 0; --i) {
      values.push_back(ValueOf(life, index, end + static_cast<std::int64_t>(values.size())));
    }
    std::vector<RecordData> records;
    for (const std::string& value : values) records.push_back({.value = value});
    if (!log->Append(records).ok()) ::_exit(6);
    if (random() % 64 == 0) std::this_thread::sleep_for(std::chrono::microseconds(random() % 500));
  }
}

pid_t StartWriter(const std::string& folder, int life, std::uint64_t seed) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) WriteUntilKilled(folder, life, seed);
  return child;
}

// What was seen, by partition and offset.
using Seen = std::vector<std::vector<std::string>>;

bool IsOne(const std::string& value, int partition, std::int64_t offset) {
  return value == ValueOf(std::atoi(value.c_str()), partition, offset);
}

void Take(const Records& records, Seen& seen) {
  for (const Record& record : records) {
    auto& values = seen[static_cast<std::size_t>(record.partition())];
    const std::string value(record.value());
    const bool is_next = record.offset() == static_cast<std::int64_t>(values.size());
    if (is_next && IsOne(value, record.partition(), record.offset())) {
      values.push_back(value);
      continue;
    }
    CAPTURE(record.partition(), record.offset(), values.size(), value);
    FAIL("not the record that comes next");
  }
}

// Whether there is something to consume; the first writer may be killed before that.
bool Assign(Consumer& consumer) {
  std::vector<TopicPartition> partitions;
  for (int i = 0; i < kPartitions; ++i) partitions.push_back({kTopic, i});
  return !consumer.assignment().empty() || consumer.Assign(partitions).ok();
}

void ConsumeUntil(Consumer& consumer, Steady::time_point until, Seen& seen) {
  while (Steady::now() < until) {
    if (Assign(consumer)) Take(Get(consumer.Poll(absl::Milliseconds(1))), seen);
  }
}

void Drain(Consumer& consumer, Seen& seen) {
  while (Assign(consumer)) {
    const Records records = Get(consumer.Poll(absl::ZeroDuration()));
    if (records.empty()) return;
    Take(records, seen);
  }
}

// All that was seen is there, and all that is there may have been seen.
void Compare(Engine& engine, const Seen& seen) {
  const auto topic = engine.FindTopic(kTopic);
  for (int i = 0; i < kPartitions; ++i) {
    const auto& expected = seen[static_cast<std::size_t>(i)];
    if (!topic.ok() && expected.empty()) continue;
    const auto found = ReadFrom(Get(Get(topic).partition(i)), 0);
    REQUIRE(found.size() >= expected.size());
    REQUIRE(std::equal(expected.begin(), expected.end(), found.begin()));
    for (std::size_t at = expected.size(); at < found.size(); ++at) {
      REQUIRE(IsOne(found[at], i, static_cast<std::int64_t>(at)));
    }
  }
}

// RILL_KILLS=5000 kills as often.
TEST_CASE("A reader loses nothing that it saw of a writer that is killed, and misses nothing") {
  const std::uint64_t seed = FromEnvironment("RILL_SEED", std::random_device()());
  const auto kills = static_cast<int>(FromEnvironment("RILL_KILLS", 50));
  std::cout << "RILL_SEED=" << seed << ", as far as clocks allow" << std::endl;
  std::mt19937_64 random(seed);
  const Folder folder;
  std::filesystem::create_directory(folder.data());
  Engine reader = Get(Open(folder.data(), Reading()));
  Consumer consumer = Get(reader.NewConsumer({.reset = kEarliest, .max_poll_records = 100000}));
  Seen seen(kPartitions);
  for (int life = 0; life < kills; ++life) {
    CAPTURE(seed, life);
    const pid_t writer = StartWriter(folder.data(), life, random());
    const auto lives = std::chrono::microseconds(random() % (random() % 4 == 0 ? 5000 : 60000));
    ConsumeUntil(consumer, Steady::now() + lives, seen);
    Kill(writer);
    Drain(consumer, seen);
    CHECK_FALSE(reader.has_writer());
    if (life % 10 != 9) continue;
    Engine late = Get(Open(folder.data(), Reading()));
    Compare(late, seen);
  }
  Engine engine = Get(Open(folder.data(), Writing()));
  Compare(engine, seen);
  std::cout << seen[0].size() + seen[1].size() << " records over " << kills << " kills"
            << std::endl;
  CHECK(seen[0].size() + seen[1].size() > static_cast<std::size_t>(kills));
}

}  // namespace
}  // namespace rill::testing
