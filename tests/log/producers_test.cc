#include "log_under_test.h"

namespace rill::log {
namespace {

std::string ProducerBatch(std::int32_t sequence, int records, std::int64_t timestamp_ms,
                          std::int16_t epoch = 0) {
  BatchOptions options;
  options.producer_id = 77;
  options.producer_epoch = epoch;
  options.base_sequence = sequence;
  return NumberedBatch(records, timestamp_ms, "p" + std::to_string(sequence) + "-", options);
}

TEST_CASE("a repeated batch is answered with its first offsets, a gap and an old epoch refused") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  std::vector<AppendResult> first;
  for (int i = 0; i < 4; ++i) first.push_back(log.AppendBatch(ProducerBatch(i * 3, 3, 1000)));
  const auto check = [&] {
    for (int i = 0; i < 4; ++i) {
      const AppendResult again = log.AppendBatch(ProducerBatch(i * 3, 3, 1000));
      REQUIRE(again.base_offset == first[i].base_offset);
      REQUIRE(again.last_offset == first[i].last_offset);
    }
    REQUIRE(log->log_end_offset() == 12);
    const auto code = [&](const std::string& batch) {
      return GetErrorCode(log->Append(batch, BatchOrigin::kValidate).status());
    };
    REQUIRE(code(ProducerBatch(20, 1, 1000)) == ErrorCode::kOutOfOrderSequenceNumber);
    REQUIRE(code(ProducerBatch(12, 1, 1000, -1)) != ErrorCode::kNone);
  };
  check();
  SECTION("over a kill, from the log") {
    log.ReopenAfterKill();
    check();
  }
  SECTION("over a kill, though every snapshot is gone") {
    log.Kill();
    for (const std::string& name : log.FilesEnding(".snapshot")) {
      REQUIRE(files->Remove(log.directory() + "/" + name).ok());
    }
    log.Open();
    check();
  }
  SECTION("over a kill, though every snapshot is damaged") {
    log.Kill();
    for (const std::string& name : log.FilesEnding(".snapshot")) log.Put(name, "rubbish");
    log.Open();
    check();
  }
  SECTION("over a close, though the snapshot is gone") {
    log.Close();
    for (const std::string& name : log.FilesEnding(".snapshot")) {
      REQUIRE(files->Remove(log.directory() + "/" + name).ok());
    }
    log.Open();
    check();
  }
  log.AppendBatch(ProducerBatch(0, 1, 1000, 1));
  REQUIRE(GetErrorCode(log->Append(ProducerBatch(12, 1, 1000), BatchOrigin::kValidate).status()) ==
          ErrorCode::kInvalidProducerEpoch);
}

TEST_CASE("the snapshot of a clean close answers the last repetition of a producer") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 30; ++i) log.AppendBatch(ProducerBatch(i * 2, 2, 1000));
  log.ReopenAfterClose();
  REQUIRE(log.AppendBatch(ProducerBatch(58, 2, 1000)).base_offset == 58);
  REQUIRE(log.AppendBatch(ProducerBatch(60, 2, 1000)).base_offset == 60);
}

TEST_CASE("a roll whose producer snapshot cannot be written goes on, and repetitions are known") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.Open();
  files.plan().Add({.path_part = ".snapshot", .error = EIO, .times = 1000});
  for (int i = 0; i < 30; ++i) log.AppendBatch(ProducerBatch(i * 2, 2, 1000));
  REQUIRE(log.FilesEnding(".log").size() > 2);
  // Rolls leave it to the maintenance; before the producer would be forgotten.
  log->Maintain(absl::FromUnixMillis(2000));
  REQUIRE(log.FilesEnding(".snapshot").empty());
  REQUIRE(log.lines().find(".snapshot") != std::string::npos);
  files.plan().Clear();
  SECTION("as long as the batches are there") {}
  SECTION("and when they were deleted since, for maintenance makes up for it") {
    REQUIRE(log->DeleteRecordsBefore(58).ok());
    log->Maintain(absl::FromUnixMillis(2000));
  }
  log.ReopenAfterKill();
  REQUIRE(log.AppendBatch(ProducerBatch(58, 2, 1000)).base_offset == 58);
  REQUIRE(log.AppendBatch(ProducerBatch(60, 2, 1000)).base_offset == 60);
}

TEST_CASE("the snapshot of a roll is there before the batches that it speaks of are deleted") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  log.AppendBatch(ProducerBatch(0, 2, 1000));
  while (log->segment_count() < 5) log.AppendValue(std::string(100, 'x'));
  REQUIRE(log.FilesEnding(".snapshot").empty());  // rolls leave it to others
  SECTION("who deletes writes it") {}
  SECTION("or the maintenance did, before the producer would be forgotten") {
    log->Maintain(absl::FromUnixMillis(2000));
    REQUIRE(log.FilesEnding(".snapshot").size() + 1 == log.FilesEnding(".log").size());
  }
  const std::int64_t last_base = std::stoll(log.FilesEnding(".log").back());
  REQUIRE(log->DeleteRecordsBefore(last_base).ok());
  REQUIRE(log->segment_count() == 1);
  log.ReopenAfterKill();
  REQUIRE(log->log_start_offset() == last_base);
  REQUIRE(log.AppendBatch(ProducerBatch(0, 2, 1000)).base_offset == 0);
}

// A log whose first batches, a producer's, are about to be deleted.
void FillForDeletion(LogUnderTest& log) {
  REQUIRE(log.files().CreateDirectories(log.directory()).ok());
  log.Open();
  log.AppendBatch(ProducerBatch(0, 2, 1000));
  while (log->segment_count() < 5) log.AppendValue(std::string(100, 'x'));
}

// The same, in folders that a power cut leaves.
void FillForPowerCut(LogUnderTest& log, io::FaultyFileSystem& files) {
  FillForDeletion(log);
  REQUIRE(files.SyncDirectory("/data").ok());
  REQUIRE(files.SyncDirectory("/").ok());
}

// After a power cut, once all up to `start` was deleted.
void RequireProducerIsKnown(LogUnderTest& log, io::FaultyFileSystem& files, std::int64_t start,
                            std::uint64_t seed) {
  REQUIRE(log->Flush().ok());
  // Whatever the folder does, it is to last: only contents can be lost.
  REQUIRE(files.SyncDirectory(log.directory()).ok());
  auto after = files.PowerLoss(seed);
  LogUnderTest again(*after);
  again.checkpoint.recovery_point = log->recovery_point();
  again.checkpoint.log_start_offset = start;
  again.Open();
  REQUIRE(again->log_start_offset() == start);
  REQUIRE(again.AppendBatch(ProducerBatch(0, 2, 1000)).base_offset == 0);
}

TEST_CASE("after a power cut producers are known whose batches were deleted before it") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    INFO("seed " << seed);
    io::FaultyFileSystem files;
    LogUnderTest log(files);
    FillForPowerCut(log, files);
    if (seed % 2 == 0) log->Maintain(absl::FromUnixMillis(2000));
    const auto names = log.FilesEnding(".log");
    const std::int64_t start = std::stoll(names[seed % 4 < 2 ? 2 : 4]);
    REQUIRE(log->DeleteRecordsBefore(start).ok());
    RequireProducerIsKnown(log, files, start, seed);
  }
}

TEST_CASE("a snapshot that a deletion left serves until a younger one is as durable") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    INFO("seed " << seed);
    io::FaultyFileSystem files;
    LogUnderTest log(files);
    FillForPowerCut(log, files);
    // Inside the last segment, so that no snapshot at a segment's base speaks for what goes.
    const std::int64_t start = std::stoll(log.FilesEnding(".log").back()) + 1;
    log.AppendValue("x");
    log.AppendValue("x");
    REQUIRE(log->DeleteRecordsBefore(start).ok());
    while (log->segment_count() < 3) log.AppendValue(std::string(100, 'x'));
    log->Maintain(absl::FromUnixMillis(2000));
    RequireProducerIsKnown(log, files, start, seed);
  }
}

TEST_CASE("deletions inside the last segment leave one snapshot") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  FillForDeletion(log);
  for (int i = 0; i < 5; ++i) {
    while (log->segment_count() < 2) log.AppendValue(std::string(100, 'x'));
    log.AppendValue("x");
    log.AppendValue("x");
    REQUIRE(log->DeleteRecordsBefore(log->log_end_offset() - 1).ok());
    REQUIRE(log->segment_count() == 1);
  }
  std::size_t inside = 0;
  const std::string base = log.FilesEnding(".log").at(0);
  for (const std::string& name : log.FilesEnding(".snapshot")) {
    inside += name.substr(0, 20) != base.substr(0, 20) ? 1 : 0;
  }
  REQUIRE(inside == 1);
}

TEST_CASE("segments stay until a snapshot of what they say of producers is durable") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  FillForDeletion(log);
  const std::int64_t end = std::stoll(log.FilesEnding(".log").back());
  files.plan().Add({.call = testing::FileCall::kSync, .path_part = ".snapshot"});
  REQUIRE_FALSE(log->DeleteRecordsBefore(end).ok());
  REQUIRE(log->log_start_offset() == 0);
  REQUIRE(log->segment_count() == 5);
  REQUIRE(log->DeleteRecordsBefore(end).ok());
  REQUIRE(log->segment_count() == 1);
}

TEST_CASE("a disk without room for a snapshot does not keep segments from being deleted") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  FillForDeletion(log);
  files.plan().Add({.path_part = ".snapshot", .error = ENOSPC, .times = 1000});
  const std::int64_t end = std::stoll(log.FilesEnding(".log").back());
  REQUIRE(log->DeleteRecordsBefore(end).ok());
  REQUIRE(log->segment_count() == 1);
  REQUIRE(log.lines().find("what they say of producers") != std::string::npos);
}

TEST_CASE("a close leaves one snapshot, not one for each close before it") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 8; ++i) {
    log.AppendValue("x");
    log.ReopenAfterClose();
  }
  REQUIRE(log.FilesEnding(".snapshot") ==
          std::vector<std::string>{"00000000000000000008.snapshot"});
}

}  // namespace
}  // namespace rill::log
