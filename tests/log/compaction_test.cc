#include <algorithm>

#include "compaction_under_test.h"
#include "io/faulty_file_system.h"
#include "io/limited_file_system.h"
#include "io/memory_file_system.h"

namespace rill::log {
namespace {

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

TEST_CASE("a cleaning leaves nothing mapped that was not mapped before") {
  const auto memory = io::NewMemoryFileSystem();
  io::LimitedFileSystem files(memory.get(), {});
  CompactedLog log(files);
  log.Open();
  for (int i = 0; i < 100; ++i) Put(log, "k" + std::to_string(i % 60), "v" + std::to_string(i));
  RollAndSeal(log);
  log.ReopenAfterClose();
  REQUIRE(log.FilesEnding(".log").size() > 10);
  const std::uint64_t before = files.mappings();
  for (bool done = false; !done;) {
    const auto progress = log->Clean({.slice_bytes = 300});
    REQUIRE(progress.ok());
    done = progress->done;
    REQUIRE(files.mappings() <= before + 2);  // what it reads, and what it writes
  }
  CHECK(files.mappings() == before);
  CHECK(ContentOf(log).size() == 60);
  const std::uint64_t after_reads = files.mappings();
  Put(log, "k0", "again");
  RollAndSeal(log);
  Clean(log);
  CHECK(files.mappings() <= after_reads + 1);  // readers' stay, and the written one's
}

}  // namespace
}  // namespace rill::log
