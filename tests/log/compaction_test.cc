#include <algorithm>

#include "compaction_under_test.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "log/log_check.h"

namespace rill::log {
namespace {

using record::ControlType;

TEST_CASE("compaction leaves of each key the last record, where it was") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  for (int i = 0; i < 30; ++i) Put(log, i % 3 == 0 ? "a" : "b", "v" + std::to_string(i));
  Put(log, "c", "only");
  RollAndSeal(log);
  const std::int64_t end = log->log_end_offset();
  const std::uint64_t size = log->size_bytes();
  REQUIRE(log.FilesEnding(".log").size() > 4);

  CHECK(Dirt(log).is_due());
  Clean(log);
  const Content left = {{27, "a=v27"}, {29, "b=v29"}, {30, "c=only"}};
  CHECK(ContentOf(log) == left);
  CHECK(log->first_dirty_offset() == end);
  CHECK(log->log_end_offset() == end);
  CHECK(log->log_start_offset() == 0);
  CHECK(log->size_bytes() < size / 4);
  CHECK(Dirt(log).cleanable_bytes == 0);
  RequireNoLeftovers(log);

  CHECK(Put(log, "a", "next") == end);
  Content grown = left;
  grown.emplace_back(end, "a=next");
  log.ReopenAfterClose();
  CHECK(ContentOf(log) == grown);
  CHECK(log->first_dirty_offset() == end);
  log.ReopenAfterKill();
  CHECK(ContentOf(log) == grown);
  RollAndSeal(log);
  Clean(log);
  CHECK(ContentOf(log) == Content{{29, "b=v29"}, {30, "c=only"}, {end, "a=next"}});
  CHECK(log.FilesEnding(".log").size() == 2);  // those that had become small are one now
}

TEST_CASE("records are looked up by time and by offset in compacted segments") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  const std::int64_t begin_ms = log.now_ms();
  for (int i = 0; i < 60; ++i) {
    Put(log, "k" + std::to_string(i % 20), "v" + std::to_string(i));
    log.clock.Advance(absl::Milliseconds(10));
  }
  RollAndSeal(log);
  Clean(log);
  for (const bool reopened : {false, true}) {
    if (reopened) log.ReopenAfterClose();
    for (std::int64_t offset = 0; offset < 60; ++offset) {
      const Records records = log.Read(offset, {.max_bytes = 1});
      REQUIRE(ToSeen(records).front().offset == std::max<std::int64_t>(offset, 40));
    }
    for (std::int64_t i = 0; i < 60; ++i) {
      const auto found = log->OffsetForTime(absl::FromUnixMillis(begin_ms + i * 10));
      REQUIRE(found.ok());
      REQUIRE(found->offset == std::max<std::int64_t>(i, 40));
    }
  }
}

TEST_CASE("a slice does a bounded piece of a cleaning, and appends and reads go on between") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  for (int i = 0; i < 100; ++i) Put(log, "k" + std::to_string(i % 7), "v");
  RollAndSeal(log);
  int slices = 0;
  for (;; ++slices) {
    const auto progress = log->Clean({.slice_bytes = 200});
    REQUIRE(progress.ok());
    if (progress->done) break;
    REQUIRE(progress->bytes_read + progress->bytes_written > 0);
    REQUIRE(progress->bytes_read + progress->bytes_written < 400);
    Put(log, "new", "v");
    REQUIRE(ContentOf(log).size() >= 7);
  }
  CHECK(slices > 20);
  CHECK(log->first_dirty_offset() == 100);
  const Content content = ContentOf(log);
  CHECK(content.size() == 7 + static_cast<std::size_t>(slices));
  CHECK(content.front() == std::pair<std::int64_t, std::string>{93, "k2=v"});
}

TEST_CASE("what is written, or rolled and not completed yet, is not compacted") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  for (int i = 0; i < 30; ++i) Put(log, "a", "v");
  REQUIRE(log.FilesEnding(".log").size() > 1);
  CHECK(Dirt(log).cleanable_bytes == 0);
  Clean(log);
  CHECK(ContentOf(log).size() == 30);
  log->Maintain(log.clock.Now());
  const Cleanability dirt = Dirt(log);
  CHECK(dirt.cleanable_bytes > 0);
  Clean(log);
  // The segment that is written keeps what it has.
  CHECK(ContentOf(log).size() == static_cast<std::size_t>(30 - dirt.end_offset) + 1);
}

TEST_CASE("a log is due by its dirty ratio, or by the largest lag that it may have") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.config.max_compaction_lag_ms = 3600000;
  log.Open();
  for (int i = 0; i < 40; ++i) Put(log, "k" + std::to_string(i), "v");
  RollAndSeal(log);
  CHECK(Dirt(log).dirty_ratio() == 1.0);
  CHECK(Dirt(log).clean_bytes == 0);
  Clean(log);
  for (int i = 0; i < 10; ++i) Put(log, "k" + std::to_string(i), "w");
  RollAndSeal(log);
  const Cleanability little = Dirt(log);
  CHECK(little.first_dirty_offset == 40);
  CHECK(little.end_offset == 50);
  CHECK(little.dirty_ratio() > 0.15);
  CHECK(little.dirty_ratio() < 0.25);
  CHECK_FALSE(little.passed_max_lag);
  CHECK_FALSE(little.is_due());
  log.clock.Advance(absl::Hours(1));
  CHECK(Dirt(log).passed_max_lag);
  CHECK(Dirt(log).is_due());
  log.config.max_compaction_lag_ms = INT64_MAX;
  log.config.min_cleanable_dirty_ratio = 0.1;
  log->SetConfig(log.config);
  CHECK_FALSE(Dirt(log).passed_max_lag);
  CHECK(Dirt(log).is_due());
  log.config.cleanup_compact = false;
  log->SetConfig(log.config);
  CHECK_FALSE(Dirt(log).is_due());
}

TEST_CASE("records younger than min.compaction.lag.ms stay") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.config.min_compaction_lag_ms = 1000000;
  log.Open();
  for (int i = 0; i < 10; ++i) Put(log, "a", "v");
  RollAndSeal(log);
  CHECK(Dirt(log).cleanable_bytes == 0);
  log.clock.Advance(absl::Seconds(1000));
  for (int i = 0; i < 10; ++i) Put(log, "a", "v");
  RollAndSeal(log);
  CHECK(Dirt(log).end_offset == 10);
  Clean(log);
  CHECK(ContentOf(log).size() == 11);
  CHECK(log->first_dirty_offset() == 10);
}

TEST_CASE("a tombstone stays for delete.retention.ms after it was first compacted, and then goes") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.config.delete_retention_ms = 500000;
  log.Open();
  Put(log, "a", "old");
  Put(log, "b", "old");
  Put(log, "a", std::nullopt);
  RollAndSeal(log);
  Clean(log);
  CHECK(ContentOf(log) == Content{{1, "b=old"}, {2, "a="}});
  const auto clean_again = [&] {
    Put(log, "x", "more");
    RollAndSeal(log);
    Clean(log);
  };
  clean_again();
  CHECK(ContentOf(log) == Content{{1, "b=old"}, {2, "a="}, {3, "x=more"}});
  log.clock.Advance(absl::Seconds(500));
  clean_again();
  CHECK(ContentOf(log) == Content{{1, "b=old"}, {4, "x=more"}});
}

TEST_CASE("a map that is too small for the keys makes more cleanings of it, and the same log") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  std::map<std::string, std::pair<std::int64_t, std::string>> newest;
  for (int i = 0; i < 300; ++i) {
    const std::string key = "k" + std::to_string(i * i % 41);
    const std::string value = "v" + std::to_string(i);
    newest[key] = {Put(log, key, value), key + "=" + value};
  }
  RollAndSeal(log);
  int cleanings = 0;
  for (; Dirt(log).cleanable_bytes > 0; ++cleanings) {
    const std::int64_t before = log->first_dirty_offset();
    Clean(log, {.map_bytes = 10 * 24});
    REQUIRE(log->first_dirty_offset() > before);
  }
  CHECK(cleanings > 3);
  CHECK(log->first_dirty_offset() == 300);
  Content expected;
  for (const auto& [key, record] : newest) expected.push_back(record);
  std::sort(expected.begin(), expected.end());
  CHECK(ContentOf(log) == expected);
}

TEST_CASE("a map takes no more memory than the buffers' budget has left") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  for (int i = 0; i < 100; ++i) Put(log, "k" + std::to_string(i), "v");
  RollAndSeal(log);
  const std::uint64_t used = log.buffers->used();
  REQUIRE(log->Clean({.slice_bytes = 20000}).ok());
  CHECK(log.buffers->used() > used);
  CHECK(log.buffers->used() < used + 120 * 24);
  log.config.cleanup_compact = false;  // which ends it
  log->SetConfig(log.config);
  CHECK(log->Clean({})->done);
  CHECK(log.buffers->used() == used);
  RequireNoLeftovers(log);
  log.config.cleanup_compact = true;
  log->SetConfig(log.config);
  auto all = log.buffers->Reserve(log.buffers->cap() - used - 10);
  REQUIRE(all.ok());
  CHECK(absl::IsResourceExhausted(TryClean(log)));
  all->Reset();
  Clean(log);
  CHECK(log->first_dirty_offset() == 100);
}

TEST_CASE("data of aborted transactions goes, that of open ones and what is behind them stays") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  const auto send = [&](std::int64_t producer, const std::string& value, int sequence) {
    const RecordData data{.key = "k", .value = value, .timestamp_ms = log.now_ms()};
    return log
        .AppendBatch(SealedBatch({&data, 1}, {.producer_id = producer,
                                              .producer_epoch = 0,
                                              .base_sequence = sequence,
                                              .is_transactional = true}))
        .base_offset;
  };
  Put(log, "k", "before");                                  // 0
  send(1, "committed", 0);                                  // 1
  log.AppendBatch(MarkerOf(log, ControlType::kCommit, 1));  // 2
  send(2, "aborted", 0);                                    // 3
  log.AppendBatch(MarkerOf(log, ControlType::kAbort, 2));   // 4
  RollAndSeal(log);
  send(3, "open", 0);  // 5
  RollAndSeal(log);
  CHECK(Dirt(log).end_offset == 5);
  Clean(log);
  CHECK(ContentOf(log) == Content{{1, "k=committed"}, {5, "k=open"}});
  CHECK(log.FilesEnding(".txnindex").size() == 1);
  CHECK(log->first_dirty_offset() == 5);

  log.AppendBatch(MarkerOf(log, ControlType::kAbort, 3));  // 6
  Put(log, "k", "after");                                  // 7
  RollAndSeal(log);
  Clean(log);
  CHECK(ContentOf(log) == Content{{7, "k=after"}});
  log.ReopenAfterKill();
  CHECK(ContentOf(log) == Content{{7, "k=after"}});
  // What it knows of the producers is as it was.
  const RecordData data{.key = "k", .value = "open", .timestamp_ms = log.now_ms()};
  const std::string repeated = SealedBatch(
      {&data, 1},
      {.producer_id = 3, .producer_epoch = 0, .base_sequence = 0, .is_transactional = true});
  CHECK(log.AppendBatch(repeated).base_offset == 5);
}

TEST_CASE("a transaction that is aborted behind what is compacted costs its data all the same") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  const RecordData data{.key = "k", .value = "aborted", .timestamp_ms = log.now_ms()};
  log.AppendBatch(SealedBatch(
      {&data, 1},
      {.producer_id = 2, .producer_epoch = 0, .base_sequence = 0, .is_transactional = true}));
  RollAndSeal(log);
  log.AppendBatch(MarkerOf(log, ControlType::kAbort, 2));  // in the segment that is written
  CHECK(Dirt(log).end_offset == 1);
  Clean(log);
  CHECK(ContentOf(log).empty());
  CHECK(log->first_dirty_offset() == 1);
}

TEST_CASE("a log that begins in an open transaction has nothing to compact") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.config.cleanup_delete = true;
  log.Open();
  const RecordData data{.key = "k", .value = "open", .timestamp_ms = log.now_ms()};
  log.AppendBatch(SealedBatch(
      {&data, 1},
      {.producer_id = 2, .producer_epoch = 0, .base_sequence = 0, .is_transactional = true}));
  for (int i = 0; i < 20; ++i) Put(log, "a", "v");
  RollAndSeal(log);
  REQUIRE(log->DeleteRecordsBefore(10).ok());
  CHECK(Dirt(log).cleanable_bytes == 0);
  Clean(log);
  CHECK(ContentOf(log).size() == 11);
}

TEST_CASE("records without a key go, and batches keep codec and producer") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  BatchBuilder builder({.compression = Compression::kLz4,
                        .producer_id = 9,
                        .producer_epoch = 1,
                        .base_sequence = 0});
  for (int i = 0; i < 3; ++i) {
    REQUIRE(builder.Append({.key = "a", .value = "v", .timestamp_ms = log.now_ms()}).ok());
  }
  const std::string batch(builder.Seal().value());
  log.AppendBatch(batch, BatchOrigin::kBuiltHere);
  REQUIRE(log->AppendRecord({.key = "b", .value = "v"}).ok());
  RollAndSeal(log);
  Clean(log);
  CHECK(ContentOf(log) == Content{{2, "a=v"}, {3, "b=v"}});
  const std::string bytes = log.Contents("00000000000000000000.log");
  const BatchView first(bytes.data());
  CHECK(first.compression() == Compression::kLz4);
  CHECK(first.producer_id() == 9);
  CHECK(first.base_offset() == 0);
  CHECK(first.last_offset() == 2);
  CHECK(log.AppendBatch(batch).base_offset == 0);  // it is remembered
  log.ReopenAfterKill();
  CHECK(log.AppendBatch(batch).base_offset == 0);
}

TEST_CASE("records that were read before the swap are still there, and so is who read them") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.config.file_delete_delay_ms = 0;
  log.Open();
  for (int i = 0; i < 40; ++i) Put(log, "a", "v" + std::to_string(i));
  RollAndSeal(log);
  const Records held = log.Read(1, {.max_records = 2});
  Clean(log);
  log->Maintain(log.clock.Now());
  CHECK(log.FilesEnding(".deleted").empty());
  const auto seen = ToSeen(held);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].value == "v1");
  CHECK(seen[1].value == "v2");
  CHECK(ToSeen(log.Read(3)).front().value == "v39");
}

TEST_CASE("a batch whose bytes changed on the disk is not compacted past") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  for (int i = 0; i < 20; ++i) Put(log, "a", "v" + std::to_string(i));
  RollAndSeal(log);
  log.Close();
  const std::string name = log.FilesEnding(".log")[1];
  std::string bytes = log.Contents(name);
  bytes[70] ^= 1;
  log.Put(name, bytes);
  log.Open();
  const auto status = TryClean(log);
  CHECK(absl::IsDataLoss(status));
  CHECK(Contains(status, name + ": byte 0"));
  CHECK(log->first_dirty_offset() == -1);
  RequireNoLeftovers(log);
  CHECK(log.FilesEnding(".log").size() > 2);
}

TEST_CASE("files that were replaced stay for file.delete.delay.ms, also when replaced again") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.config.file_delete_delay_ms = 200000;
  log.Open();
  Put(log, "a", "v");
  Put(log, "a", "v");
  RollAndSeal(log);
  Clean(log);
  CHECK(log.FilesEnding(".log.deleted").size() == 1);
  log.clock.Advance(absl::Seconds(100));
  Put(log, "a", "v");
  RollAndSeal(log);
  Clean(log);
  CHECK(log.FilesEnding(".log.deleted").size() == 2);
  log.clock.Advance(absl::Seconds(100));
  log->Maintain(log.clock.Now());
  CHECK(log.FilesEnding(".log.deleted").size() == 2);
  log.clock.Advance(absl::Seconds(101));
  log->Maintain(log.clock.Now());
  CHECK(log.FilesEnding(".deleted").empty());
  CHECK(log.lines().find("no such file") == std::string::npos);
}

// A rolled segment keeps a stopper for a while, which is then cut off by the file's name.
TEST_CASE("the cutting of a replaced segment's stopper does not cut the one in its place") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.config.segment_bytes = 300;
  log.config.file_delete_delay_ms = 5000;
  log.Open();
  for (int i = 0; i < 40; ++i) Put(log, "k" + std::to_string(i), "v");
  log->Maintain(log.clock.Now());
  log.config.segment_bytes = 100000;
  log->SetConfig(log.config);
  Clean(log);
  const Content content = ContentOf(log);
  REQUIRE(content.size() == 40);
  const std::string merged = log.FilesEnding(".log").front();
  const std::size_t size = log.Contents(merged).size();
  REQUIRE(size > 1000);
  log.clock.Advance(absl::Seconds(6));
  log->Maintain(log.clock.Now());
  CHECK(log.Contents(merged).size() == size);
  log.ReopenAfterClose();
  CHECK(ContentOf(log) == content);
}

TEST_CASE("retention that takes segments away costs a cleaning those, and not what is left") {
  for (std::size_t slice = 100; slice < 9000; slice += 300) {
    INFO("after " << slice << " bytes");
    io::FaultyFileSystem files;
    CompactedLog log(files);
    log.config.cleanup_delete = true;
    log.Open();
    for (int i = 0; i < 40; ++i) Put(log, "k" + std::to_string(i % 20), "v" + std::to_string(i));
    RollAndSeal(log);
    const bool was_done = log->Clean({.slice_bytes = slice})->done;
    REQUIRE(log->DeleteRecordsBefore(14).ok());
    if (!was_done) Clean(log);
    RequireNoLeftovers(log);
    CHECK(log->first_dirty_offset() == 40);
    Content expected;
    for (int i = 20; i < 40; ++i) {
      expected.emplace_back(i, "k" + std::to_string(i % 20) + "=v" + std::to_string(i));
    }
    REQUIRE(ContentOf(log) == expected);
    log.ReopenAfterKill();
    REQUIRE(ContentOf(log) == expected);
  }
}

// What a slow cleaning of a log with cleanup.policy=compact,delete may meet.
TEST_CASE("a cleaning comes to its end although retention comes by between any two slices") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.config.cleanup_delete = true;
  log.Open();
  constexpr int kRecords = 400;
  for (int i = 0; i < kRecords; ++i) Put(log, i % 3 == 0 ? "a" : "b", "v" + std::to_string(i));
  RollAndSeal(log);
  int deletions = 0;
  for (int slices = 0;; ++slices) {
    REQUIRE(slices < 1000);
    const auto progress = log->Clean({.slice_bytes = 400});
    INFO(progress.status().ToString());
    REQUIRE(progress.ok());
    if (progress->done) break;
    const std::int64_t start = log->log_start_offset();
    if (start > kRecords / 2) continue;
    deletions += log->DeleteRecordsBefore(start + 4).ok() ? 1 : 0;
  }
  CHECK(deletions > 40);
  CHECK(log->first_dirty_offset() == kRecords);
  CHECK(ContentOf(log) == Content{{kRecords - 2, "b=v398"}, {kRecords - 1, "a=v399"}});
  RequireNoLeftovers(log);
}

TEST_CASE("a transaction whose marker is deleted in a cleaning is not taken for the next one") {
  for (std::size_t slice = 100; slice < 9000; slice += 100) {
    INFO("after " << slice << " bytes");
    io::FaultyFileSystem files;
    CompactedLog log(files);
    log.config.cleanup_delete = true;
    log.Open();
    const auto send = [&](const std::string& key, int sequence) {
      const RecordData data{.key = key, .value = "v", .timestamp_ms = log.now_ms()};
      log.AppendBatch(SealedBatch({&data, 1}, {.producer_id = 1,
                                               .producer_epoch = 0,
                                               .base_sequence = sequence,
                                               .is_transactional = true}));
    };
    send("aborted", 0);                                      // 0
    log.AppendBatch(MarkerOf(log, ControlType::kAbort, 1));  // 1
    for (int i = 2; i < 20; ++i) Put(log, "k", "v");
    send("committed", 1);                                     // 20
    log.AppendBatch(MarkerOf(log, ControlType::kCommit, 1));  // 21
    Put(log, "k", "last");                                    // 22
    RollAndSeal(log);
    const bool was_done = log->Clean({.slice_bytes = slice})->done;
    REQUIRE(log->DeleteRecordsBefore(15).ok());
    if (!was_done) Clean(log);
    REQUIRE(ContentOf(log) == Content{{20, "committed=v"}, {22, "k=last"}});
  }
}

TEST_CASE("a cleaning all of whose segments were deleted is over") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.config.cleanup_delete = true;
  log.Open();
  for (int i = 0; i < 40; ++i) Put(log, "a", "v");
  RollAndSeal(log);
  while (log.FilesEnding(".cleaned").empty()) REQUIRE(log->Clean({.slice_bytes = 1}).ok());
  REQUIRE(log->DeleteRecordsBefore(40).ok());
  const auto progress = log->Clean({});
  REQUIRE(progress.ok());
  CHECK(progress->done);
  RequireNoLeftovers(log);
  CHECK(ContentOf(log).empty());
}

TEST_CASE("a close in the middle of a cleaning leaves nothing of it, and nothing comes after it") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  for (int i = 0; i < 40; ++i) Put(log, "a", "v");
  RollAndSeal(log);
  while (log.FilesEnding(".cleaned").empty()) REQUIRE(log->Clean({.slice_bytes = 1}).ok());
  log.Close();
  RequireNoLeftovers(log);
  const auto paths = files.Paths();
  CHECK(absl::IsFailedPrecondition(log->Clean({}).status()));
  CHECK(log->CleanableAt(log.clock.Now())->cleanable_bytes == 0);
  CHECK(files.Paths() == paths);
  log.Open();
  Clean(log);
  CHECK(ContentOf(log).size() == 1);
}

TEST_CASE("a log that is abandoned in the middle of a cleaning touches no file any more") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  for (int i = 0; i < 40; ++i) Put(log, "a", "v");
  RollAndSeal(log);
  while (log.FilesEnding(".cleaned").empty()) REQUIRE(log->Clean({.slice_bytes = 1}).ok());
  log.Kill();
  const std::int64_t calls = files.plan().calls(testing::FileCall::kAny);
  CHECK_FALSE(log->Clean({}).ok());
  log->Maintain(log.clock.Now());
  CHECK(files.plan().calls(testing::FileCall::kAny) == calls);
  log.Open();
  RequireNoLeftovers(log);
  CHECK(ContentOf(log).size() == 40);
}

TEST_CASE("a policy without compact ends a cleaning that was begun") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  for (int i = 0; i < 40; ++i) Put(log, "a", "v");
  RollAndSeal(log);
  while (log.FilesEnding(".cleaned").empty()) REQUIRE(log->Clean({.slice_bytes = 1}).ok());
  log.config.cleanup_compact = false;
  log->SetConfig(log.config);
  CHECK(log->Clean({})->done);
  RequireNoLeftovers(log);
  CHECK(log->first_dirty_offset() == -1);
  CHECK(ContentOf(log).size() == 40);
}

TEST_CASE("a log in memory is compacted, and gives the memory back") {
  const auto files = io::NewMemoryFileSystem();
  CompactedLog log(*files);
  log.Open();
  for (int i = 0; i < 200; ++i) Put(log, i % 2 == 0 ? "a" : "b", "v" + std::to_string(i));
  RollAndSeal(log);
  Clean(log);
  CHECK(ContentOf(log) == Content{{198, "a=v198"}, {199, "b=v199"}});
  CHECK(log.FilesEnding(".deleted").empty());
  CHECK(log->size_bytes() < 200);
}

TEST_CASE("segments that lost all their records become one with what comes behind") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  for (int i = 0; i < 100; ++i) Put(log, "a", "v" + std::to_string(i));
  RollAndSeal(log);
  Clean(log);
  log.ReopenAfterKill();
  CHECK(ContentOf(log) == Content{{99, "a=v99"}});
  CHECK(ToSeen(log.Read(0)).front().offset == 99);
  Put(log, "a", "last");
  RollAndSeal(log);
  Clean(log);
  Clean(log);
  CHECK(ContentOf(log) == Content{{100, "a=last"}});
  CHECK(log.FilesEnding(".log").size() == 2);
  CHECK(log->log_start_offset() == 0);
  log.ReopenAfterClose();
  CHECK(log->log_start_offset() == 0);
  CHECK(ContentOf(log) == Content{{100, "a=last"}});
}

TEST_CASE("a check finds a compacted log sound, and says what an interrupted cleaning left") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  for (int i = 0; i < 60; ++i) {
    const std::string key = "k" + std::string(1, static_cast<char>('a' + i % 5));
    const RecordData data{.key = key, .value = "v", .timestamp_ms = log.now_ms()};
    log.AppendBatch(SealedBatch({&data, 1}, {.producer_id = 1 + i % 3,
                                             .producer_epoch = 0,
                                             .base_sequence = i / 3,
                                             .is_transactional = i % 3 == 2}));
    if (i % 12 == 11) log.AppendBatch(MarkerOf(log, ControlType::kAbort, 3));
  }
  RollAndSeal(log);
  Clean(log);
  std::vector<std::string> findings;
  const auto check = [&] {
    findings.clear();
    return CheckLog({.files = &files,
                     .directory = log.directory(),
                     .name = "orders-0",
                     .checkpoint = log.checkpoint,
                     .may_have_gaps = true,
                     .sink = [&](const Finding& finding) {
                       INFO(finding.file << ": " << finding.what);
                       CHECK(finding.kind == Finding::Kind::kNote);
                       findings.push_back(finding.file + ": " + finding.what);
                     }});
  };
  log.Close();
  const LogCheckResult result = check();
  CHECK(result.has_sound_batches);
  CHECK(result.bad_indexes.empty());
  CHECK(result.bad_snapshots.empty());
  CHECK(result.log_end_offset == 65);
  CHECK(std::none_of(findings.begin(), findings.end(), [](const std::string& finding) {
    return finding.find(".deleted") == std::string::npos;
  }));

  log.Open();
  Put(log, "ka", "new");
  RollAndSeal(log);
  while (log.FilesEnding(".log.cleaned").empty()) REQUIRE(log->Clean({.slice_bytes = 1}).ok());
  log.Kill();
  check();
  CHECK(std::any_of(findings.begin(), findings.end(), [](const std::string& finding) {
    return finding.find(".cleaned: left over from something") != std::string::npos;
  }));
}

TEST_CASE("a log whose end was lost below its first dirty offset is compacted from its start") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.Open();
  for (int i = 0; i < 10; ++i) Put(log, "a", "v");
  RollAndSeal(log);
  Clean(log);
  log.Close();
  log.checkpoint.first_dirty_offset = 11;
  log.Open();
  CHECK(log->first_dirty_offset() == -1);
  CHECK(Dirt(log).first_dirty_offset == 0);
  CHECK(log.lines().find("was compacted up to offset 11, and ends at 10") != std::string::npos);
}

}  // namespace
}  // namespace rill::log
