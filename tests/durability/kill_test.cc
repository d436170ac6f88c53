// Kills a process that uses an engine with several threads, at random moments, and looks at what it
// left: every record and commit that it reported, and every change of the catalogue.

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "catch.h"
#include "client/client_test.h"
#include "fmt/format.h"
#include "kill_child.h"
#include "numbered_record.h"
#include "rill/rill.h"

namespace rill::testing {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* const given = std::getenv(name);
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

// A topic of the catalogue: partitions and retention.ms. None has no partitions.
using TopicState = std::pair<std::int32_t, std::uint64_t>;
using CommittedOffsets = std::pair<std::int64_t, std::int64_t>;

// What was reported, over all processes.
struct Reported {
  std::map<std::int64_t, std::uint64_t> records[kRecordPartitions];  // number by offset
  std::int64_t deleted_to[kRecordPartitions] = {};                   // at most, by request
  std::optional<CommittedOffsets> committed;
  std::optional<CommittedOffsets> commit_begun;
  TopicState topics[kChangedTopics];
  std::optional<std::pair<std::int32_t, TopicState>> change_begun;
  std::uint64_t failures = 0;
  std::uint64_t reports = 0;

  void Take(const Report& report);
};

void Reported::Take(const Report& report) {
  ++reports;
  const CommittedOffsets offsets = {report.offset, static_cast<std::int64_t>(report.number)};
  const TopicState topic = {report.partition, report.number};
  switch (report.kind) {
    case Report::kAcknowledged:
      records[report.partition][report.offset] = report.number;
      break;
    case Report::kDeletionBegun:
      deleted_to[report.partition] = std::max(deleted_to[report.partition], report.offset);
      break;
    case Report::kCommitBegun:
      commit_begun = offsets;
      break;
    case Report::kCommitted:
      committed = offsets;
      commit_begun.reset();
      break;
    case Report::kChangeBegun:
      change_begun = {report.topic, topic};
      break;
    case Report::kChanged:
      topics[report.topic] = topic;
      change_begun.reset();
      break;
    case Report::kFailed:
      failures = report.number;
  }
}

// Takes what is reported until `until`, or until there is nobody left who could.
void TakeReports(int pipe, Clock::time_point until, Reported& reported) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::microseconds>(until - Clock::now()).count();
    if (left <= 0) return;
    pollfd ready = {.fd = pipe, .events = POLLIN, .revents = 0};
    const timespec timeout = {left / 1000000, left % 1000000 * 1000};
    if (::ppoll(&ready, 1, &timeout, nullptr) == 0) return;
    Report report;
    if (::read(pipe, &report, sizeof report) != sizeof report) return;
    reported.Take(report);
  }
}

void RunAndKill(const std::string& folder, std::mt19937_64& random, const NextNumbers& next,
                Reported& reported) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const std::uint64_t seed = random();
  const auto life = std::chrono::microseconds(random() % (random() % 4 == 0 ? 8000 : 100000));
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) UseUntilKilled(folder, ends[1], seed, next);
  ::close(ends[1]);
  TakeReports(ends[0], Clock::now() + life, reported);
  ::kill(child, SIGKILL);
  TakeReports(ends[0], Clock::time_point::max(), reported);
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CAPTURE(status, reported.failures);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(WTERMSIG(status) == SIGKILL);
}

// What is gone at its start was deleted by request, or by retention, which leaves enough.
void LookAtStart(const Partition& partition, std::int64_t deleted_to) {
  const bool is_by_retention =
      partition.size_bytes() >= static_cast<std::uint64_t>(kRetentionBytes);
  CAPTURE(partition.log_start_offset(), deleted_to, partition.size_bytes());
  REQUIRE((is_by_retention || partition.log_start_offset() <= deleted_to));
}

// All records that are there, sound and in order; the reported ones among them.
void LookAtRecords(const Topic& topic, int index, Reported& reported, NextNumbers& next) {
  const Partition partition = Get(topic.partition(index));
  auto& expected = reported.records[index];
  std::int64_t at = partition.log_start_offset();
  CAPTURE(index, at, partition.high_watermark());
  if (!expected.empty()) REQUIRE(partition.high_watermark() > expected.rbegin()->first);
  LookAtStart(partition, reported.deleted_to[index]);
  std::map<std::int64_t, std::uint64_t> found;
  std::uint64_t last = 0;
  while (at < partition.high_watermark()) {
    const Records records = Get(partition.Read(at));
    for (const Record& record : records) {
      const auto number = static_cast<std::uint64_t>(record.timestamp_ms() - kFirstTimestampMs);
      const bool is_written = record.offset() == at && (found.empty() || number > last) &&
                              IsRecord(record, RecordOf(number, kFirstTimestampMs));
      const auto known = expected.find(at);
      const bool is_expected = known == expected.end() || known->second == number;
      if (!is_written || !is_expected) {
        CAPTURE(at, number);
        REQUIRE(is_written);
        REQUIRE(is_expected);
      }
      found[at++] = last = number;
    }
    REQUIRE(records.ranges().back().next_offset == at);
  }
  while (next.of[index] <= last) next.of[index] += kRecordPartitions;
  // Never two records under one offset, whoever was told of the first.
  expected = std::move(found);
}

void LookAtOffsets(const Engine& engine, Reported& reported) {
  const auto found = Get(engine.CommittedOffsets(kKilledGroup));
  std::optional<CommittedOffsets> offsets;
  if (!found.empty()) {
    REQUIRE(found.size() == 2);
    offsets = {found.at({kRecords, 0}).offset, found.at({kRecords, 1}).offset};
    const Topic topic = Get(engine.FindTopic(kRecords));
    REQUIRE(offsets->first <= EndOf(topic, 0));
    REQUIRE(offsets->second <= EndOf(topic, 1));
  }
  const bool is_reported = offsets == reported.committed;
  const bool is_begun = offsets.has_value() && offsets == reported.commit_begun;
  REQUIRE((is_reported || is_begun));
  reported.committed = offsets;
  reported.commit_begun.reset();
}

void LookAtTopics(const Engine& engine, Reported& reported) {
  for (int i = 0; i < kChangedTopics; ++i) {
    TopicState found = {};
    if (const auto topic = engine.DescribeTopic(fmt::format("t{}", i)); topic.ok()) {
      found = {topic->partitions, std::stoull(topic->configs.at("retention.ms").value)};
    }
    TopicState& expected = reported.topics[i];
    const bool is_same = found == expected || (found.first == 0 && expected.first == 0);
    const auto& begun = reported.change_begun;
    const bool is_begun = begun && begun->first == i &&
                          (found == begun->second || found.first + begun->second.first == 0);
    CAPTURE(i, found.first, found.second, expected.first, expected.second);
    REQUIRE((is_same || is_begun));
    expected = found;
  }
  reported.change_begun.reset();
}

void Look(const std::string& folder, Reported& reported, NextNumbers& next) {
  auto engine = Get(Open(folder, {.maintenance = Options::Maintenance::kByCaller}));
  if (const auto topic = engine.FindTopic(kRecords); topic.ok()) {
    for (int i = 0; i < kRecordPartitions; ++i) LookAtRecords(*topic, i, reported, next);
  } else {
    REQUIRE(reported.reports == 0);
  }
  LookAtOffsets(engine, reported);
  LookAtTopics(engine, reported);
  REQUIRE(engine.Close() == absl::OkStatus());
}

// RILL_KILLS=5000 kills as often.
TEST_CASE("A process that is killed at any moment leaves all that it reported") {
  const std::uint64_t seed = FromEnvironment("RILL_SEED", std::random_device()());
  const std::uint64_t kills = FromEnvironment("RILL_KILLS", 100);
  std::cout << "RILL_SEED=" << seed << ", as far as clocks allow" << std::endl;
  std::mt19937_64 random(seed);
  const Folder folder;
  Reported reported;
  NextNumbers next;
  for (std::uint64_t kill = 0; kill < kills; ++kill) {
    CAPTURE(seed, kill);
    RunAndKill(folder.data(), random, next, reported);
    if (!std::filesystem::exists(folder.data())) continue;
    // Looking closes; in a copy, it leaves what was killed to the next process.
    if (random() % 2 == 0) {
      Look(folder.data(), reported, next);
      continue;
    }
    const Folder copy;
    std::filesystem::copy(folder.data(), copy.data(), std::filesystem::copy_options::recursive);
    Look(copy.data(), reported, next);
  }
  std::cout << reported.reports << " reports over " << kills << " kills" << std::endl;
  REQUIRE(reported.reports > kills);
}

}  // namespace
}  // namespace rill::testing
