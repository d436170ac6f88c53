// A log whose files come and go while another engine reads it.

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "catch.h"
#include "fmt/format.h"
#include "reader_and_writer.h"

namespace rill::testing {
namespace {

const std::map<std::string, std::string> kSmallSegments = {{"internal.segment.bytes", "20000"},
                                                           {"file.delete.delay.ms", "0"}};

constexpr char kSomeText[] = "a value that is long enough to fill a segment within some records";

std::string ValueAt(std::int64_t offset) {
  return fmt::format("record {} {}", offset,
                     std::string(static_cast<std::size_t>(offset % 300), 'x'));
}

void AppendMore(const Topic& topic, std::int64_t& next, int records) {
  for (int i = 0; i < records; ++i) Append(topic, ValueAt(next++));
}

void CheckAll(const Partition& log, std::int64_t begin, std::int64_t end) {
  const auto values = ReadFrom(log, begin);
  REQUIRE(values.size() == static_cast<std::size_t>(end - begin));
  for (std::int64_t at = begin; at < end; ++at) {
    REQUIRE(values[static_cast<std::size_t>(at - begin)] == ValueAt(at));
  }
}

TEST_CASE("A reader follows a log from segment to segment") {
  const Folder folder;
  Engine writer = Get(Open(folder.data(), Writing()));
  const Topic topic = MakeTopic(writer, "orders", 1, kSmallSegments);
  std::int64_t next = 0;
  AppendMore(topic, next, 1000);
  Engine reader = Get(Open(folder.data(), Reading()));
  const Partition log = Get(Get(reader.FindTopic("orders")).partition(0));
  for (int round = 0; round < 20; ++round) {
    CheckAll(log, next - std::min<std::int64_t>(next, 700), next);
    AppendMore(topic, next, 1 + round * 13);
    if (round % 3 == 0) writer.RunMaintenance();
  }
  CheckAll(log, 0, next);
  Engine late = Get(Open(folder.data(), Reading()));
  CheckAll(Get(Get(late.FindTopic("orders")).partition(0)), 0, next);
}

TEST_CASE("Retention under a reader is an offset out of range, and takes nothing that it shows") {
  const Folder folder;
  Engine writer = Get(Open(folder.data(), Writing()));
  const Topic topic = MakeTopic(writer, "orders", 1, kSmallSegments);
  Partition written = Get(topic.partition(0));
  std::int64_t next = 0;
  AppendMore(topic, next, 1000);
  Engine reader = Get(Open(folder.data(), Reading()));
  const Partition log = Get(Get(reader.FindTopic("orders")).partition(0));
  const Records first = Get(log.Read(0));
  for (int round = 0; round < 10; ++round) {
    const std::int64_t start = Get(written.DeleteRecordsBefore(next - 50));
    writer.RunMaintenance();
    CHECK(log.log_start_offset() == start);
    const auto gone = log.Read(start - 1).status();
    CHECK(GetErrorCode(gone) == ErrorCode::kOffsetOutOfRange);
    CheckAll(log, start, next);
    AppendMore(topic, next, 500);
    CheckAll(log, start, next);
  }
  std::int64_t at = 0;
  for (const Record& record : first) CHECK(record.value() == ValueAt(at++));
  CHECK(first.Check() == absl::OkStatus());
}

TEST_CASE("A consumer that fell behind retention begins where it is told to") {
  const Folder folder;
  Engine writer = Get(Open(folder.data(), Writing()));
  const Topic topic = MakeTopic(writer, "orders", 1, kSmallSegments);
  std::int64_t next = 0;
  AppendMore(topic, next, 500);
  Engine reader = Get(Open(folder.data(), Reading()));
  Consumer consumer = Get(reader.NewConsumer({.reset = kEarliest, .max_poll_records = 10}));
  REQUIRE(consumer.Assign({{"orders", 0}}) == absl::OkStatus());
  CHECK(Get(consumer.Poll(absl::Seconds(30))).begin()->offset() == 0);
  AppendMore(topic, next, 500);
  Partition written = Get(topic.partition(0));
  const std::int64_t start = Get(written.DeleteRecordsBefore(900));
  writer.RunMaintenance();
  CHECK(Get(consumer.Poll(absl::Seconds(30))).begin()->offset() == start);
}

TEST_CASE("A reader keeps up with a writer that appends, rolls and deletes without pause") {
  const Folder folder;
  Engine writer = Get(Open(folder.data(), Writing()));
  auto configs = kSmallSegments;
  configs["retention.bytes"] = "200000";
  const Topic topic = MakeTopic(writer, "orders", 1, configs);
  Engine reader = Get(Open(folder.data(), Reading()));
  constexpr std::int64_t kRecords = 20000;
  Consumer consumer = Get(reader.NewConsumer({.reset = kEarliest}));
  absl::Status status = consumer.Assign({{"orders", 0}});
  absl::Status written;
  std::thread writing([&] {
    for (std::int64_t next = 0; next < kRecords && written.ok(); ++next) {
      written = TryAppend(topic, ValueAt(next));
      if (next % 1000 == 0) writer.RunMaintenance();
    }
  });
  std::int64_t at = 0;
  while (at < kRecords && status.ok()) {
    const auto records = consumer.Poll(absl::Seconds(30));
    status = records.status();
    if (!records.ok()) break;
    for (const Record& record : *records) {
      // It may fall behind retention; else nothing is left out, and nothing comes twice.
      const bool is_one = record.offset() >= at && record.value() == ValueAt(record.offset());
      if (!is_one) status = absl::DataLossError(fmt::format("at {}", record.offset()));
      at = record.offset() + 1;
    }
  }
  writing.join();
  CHECK(written == absl::OkStatus());
  CHECK(status == absl::OkStatus());
  CHECK(at == kRecords);
}

// Keys that were written once, and one that is written all the time. Each scan must find all of the
// former: none is missed while its segment is exchanged for another.
TEST_CASE("A reader finds every live record while segments are compacted under it") {
  constexpr int kOnce = 100;
  const Folder folder;
  Options writing = Writing();
  writing.configs = {{"log.cleaner.backoff.ms", "0"},
                     {"log.cleaner.io.max.bytes.per.second", "1e12"}};
  Engine writer = Get(Open(folder.data(), writing));
  auto configs = kSmallSegments;
  configs["cleanup.policy"] = "compact";
  configs["min.cleanable.dirty.ratio"] = "0";
  const Topic topic = MakeTopic(writer, "orders", 1, configs);
  Partition written = Get(topic.partition(0));
  absl::Status append;
  const auto put = [&](const std::string& key) {
    const RecordData record{.key = key, .value = std::string_view(kSomeText)};
    append = written.Append({&record, 1}).status();
  };
  Engine reader = Get(Open(folder.data(), Reading()));
  std::atomic<bool> is_over = false;
  std::thread compacting([&] {
    for (int i = 0; i < 15000 && append.ok(); ++i) {
      put(i % 100 == 0 && i / 100 < kOnce ? fmt::format("once {}", i / 100) : "often");
      if (i % 50 == 0) writer.RunMaintenance();
    }
    is_over = true;
  });
  const Partition log = Get(Get(reader.FindTopic("orders")).partition(0));
  absl::Status status;
  std::size_t most = 0;
  std::int64_t skipped = 0;
  while (status.ok() && !is_over) {
    std::size_t found = 0;
    std::int64_t at = 0;
    for (const std::int64_t end = log.high_watermark(); at < end && status.ok();) {
      const auto records = log.Read(at);
      status = records.status();
      if (!records.ok()) break;
      for (const Record& record : *records) {
        skipped += record.offset() - at;
        at = record.offset() + 1;
        if (record.key() != "often") ++found;
      }
      at = records->ranges().back().next_offset;
    }
    if (status.ok() && found < most)
      status = absl::DataLossError(fmt::format("{}, {}", found, most));
    most = std::max(most, found);
  }
  compacting.join();
  CHECK(append == absl::OkStatus());
  CHECK(status == absl::OkStatus());
  CHECK(most > kOnce / 2);
  CHECK(skipped > 0);  // it was compacted
}

}  // namespace
}  // namespace rill::testing
