#include <functional>
#include <thread>
#include <utility>

#include "io/memory_file_system.h"
#include "io/wrapped_file_system.h"
#include "log_under_test.h"

namespace rill::log {
namespace {

constexpr std::int64_t kIn2001 = 980000000000;

TEST_CASE("retention by time deletes segments of old records, whenever they were appended") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.file_delete_delay_ms = 60000;
  log.Open();
  for (int i = 0; i < 40; ++i) log.AppendValue("old " + std::to_string(i), kIn2001 + i);
  log->Maintain(log.clock.Now());
  REQUIRE(log->log_start_offset() == 0);  // no limit
  log.config.retention_ms = 7 * 24 * 3600 * 1000LL;
  log->SetConfig(log.config);
  log->Maintain(log.clock.Now());
  REQUIRE(log->log_start_offset() == 40);
  REQUIRE(log->log_end_offset() == 40);
  REQUIRE(log->size_bytes() == 0);
  REQUIRE(absl::IsOutOfRange(log->Read(39, {}).status()));
  REQUIRE(log.Read(40).empty());
  REQUIRE(log.AppendValue("young") == 40);
  log->Maintain(log.clock.Now());
  REQUIRE(log->log_start_offset() == 40);
  REQUIRE(log.ReadAll(40).size() == 1);
}

TEST_CASE("retention by time stops at the first segment with a young record") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.retention_ms = 100000;
  log.Open();
  const std::int64_t now = log.now_ms();
  for (int i = 0; i < 20; ++i) log.AppendValue("old", now - 200000);
  log.AppendValue("young", now - 50000);
  for (int i = 0; i < 40; ++i) log.AppendValue("old again", now - 200000);
  log->Maintain(log.clock.Now());
  REQUIRE(log->log_start_offset() > 0);
  REQUIRE(log->log_start_offset() <= 20);
  log.clock.Advance(absl::Milliseconds(50000));
  log->Maintain(log.clock.Now());
  REQUIRE(log->log_start_offset() <= 20);
  log.clock.Advance(absl::Milliseconds(1));
  log->Maintain(log.clock.Now());
  REQUIRE(log->log_start_offset() == 61);
}

TEST_CASE("the youngest record of a segment counts though no index entry stands for it yet") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.retention_ms = 100000;
  log.config.segment_ms = 5000;
  log.config.index_interval_bytes = 100;
  log.Open();
  const std::int64_t now = log.now_ms();
  for (int i = 0; i < 5; ++i) log.AppendValue("old", now - 200000);
  log.config.index_interval_bytes = 1000000;
  log.config.segment_ms = INT64_MAX;
  log->SetConfig(log.config);
  log.AppendValue("young", now);
  log.config.segment_ms = 5000;
  log->SetConfig(log.config);
  log.clock.Advance(absl::Seconds(6));
  log->Maintain(log.clock.Now());  // rolls by time, and looks at the rolled segment at once
  REQUIRE(log->log_start_offset() == 0);
}

TEST_CASE("records without a time are deleted by size alone") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.retention_ms = 1000;
  log.Open();
  for (int i = 0; i < 40; ++i) log.AppendBatch(NumberedBatch(1, kNoTimestamp));
  log.clock.Advance(absl::Hours(1000));
  log->Maintain(log.clock.Now());
  REQUIRE(log->log_start_offset() == 0);
  log.config.retention_bytes = 0;
  log->SetConfig(log.config);
  log->Maintain(log.clock.Now());
  REQUIRE(log->log_start_offset() > 0);
}

TEST_CASE("retention by size keeps at least that much, and always the last segment") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.retention_bytes = 2500;
  log.Open();
  for (int i = 0; i < 100; ++i) {
    log.AppendValue(std::string(100, 'x'));
    log->Maintain(log.clock.Now());
    const auto size = static_cast<std::int64_t>(log->size_bytes());
    REQUIRE(size < 2500 + 1000);
    if (i > 20) REQUIRE(size >= 2500);
  }
  log.config.retention_bytes = 0;
  log->SetConfig(log.config);
  log->Maintain(log.clock.Now());
  REQUIRE(log.FilesEnding(".log").size() == 1);
  REQUIRE(log->log_start_offset() < 100);
  REQUIRE(log.ReadAll(log->log_start_offset()).back().offset == 99);
}

TEST_CASE("a log that filled the disk with one segment gives it back, by age and by hand") {
  for (const bool by_hand : {false, true}) {
    io::FaultyFileSystem files;
    LogUnderTest log(files);
    log.config.segment_bytes = 64 << 20;
    log.config.retention_ms = 1000;
    log.config.file_delete_delay_ms = 10;
    log.Open();
    files.SetCapacity(files.UsedBytes() + (4 << 20));
    const std::string value(100000, 'x');
    absl::Status full;
    while (full.ok()) full = log->AppendRecord({.value = value}).status();
    REQUIRE(absl::IsResourceExhausted(full));
    files.SetCapacity(files.UsedBytes());  // not a page for the next segment
    const std::int64_t end = log->log_end_offset();
    if (by_hand) {
      REQUIRE(*log->DeleteRecordsBefore(end) == end);
    } else {
      log.clock.Advance(absl::Seconds(2));
    }
    log->Maintain(log.clock.Now());
    REQUIRE(log->log_start_offset() == end);
    REQUIRE(absl::IsResourceExhausted(log->AppendRecord({.value = value}).status()));
    SECTION("at once, when the files go: " + std::to_string(by_hand)) {}
    SECTION("after a kill without room: " + std::to_string(by_hand)) { log.ReopenAfterKill(); }
    SECTION("after a flush without room: " + std::to_string(by_hand)) {
      REQUIRE(log->Flush().ok());
    }
    log.clock.Advance(absl::Seconds(1));
    log->Maintain(log.clock.Now());
    REQUIRE(log.AppendValue(value) == end);
    REQUIRE(log.ReadAll(end).size() == 1);
    log.ReopenAfterClose();
    REQUIRE(log.ReadAll(end).size() == 1);
  }
}

TEST_CASE("what is deleted by hand in memory makes room at once") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 64 << 20;
  log.Open();
  for (int i = 0; i < 10; ++i) log.AppendValue(std::string(100000, 'x'));
  REQUIRE(*log->DeleteRecordsBefore(10) == 10);
  REQUIRE(log.FilesEnding(".log").size() == 1);
  REQUIRE(log.FilesEnding(".deleted").empty());
}

TEST_CASE("a compacted log is not subject to retention") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.cleanup_delete = false;
  log.config.cleanup_compact = true;
  log.config.retention_ms = 1;
  log.config.retention_bytes = 1;
  log.Open();
  for (int i = 0; i < 40; ++i) log.AppendValue("x", kIn2001);
  log->Maintain(log.clock.Now());
  REQUIRE(log->log_start_offset() == 0);
  const auto status = log->DeleteRecordsBefore(3).status();
  REQUIRE(absl::IsFailedPrecondition(status));
  REQUIRE(GetErrorCode(status) == ErrorCode::kInvalidRequest);
}

TEST_CASE(
    "deleting records moves the start, deletes whole segments, and is not undone by an open") {
  for (const bool clean : {true, false}) {
    for (const auto kind : test::AllKinds()) {
      INFO(test::Name(kind) << (clean ? " closed" : " killed"));
      test::FileSystemUnderTest files(kind);
      LogUnderTest log(*files, files.root() + "/orders-0");
      log.Open();
      for (int i = 0; i < 40; ++i) log.AppendValue("value " + std::to_string(i), 1000);
      const auto all = log.ReadAll(0);
      REQUIRE(*log->DeleteRecordsBefore(25) == 25);
      REQUIRE(*log->DeleteRecordsBefore(10) == 25);
      REQUIRE(absl::IsOutOfRange(log->DeleteRecordsBefore(41).status()));
      REQUIRE(absl::IsOutOfRange(log->DeleteRecordsBefore(-1).status()));
      REQUIRE(absl::IsOutOfRange(log->Read(24, {}).status()));
      REQUIRE(log.ReadAll(25) == std::vector<Seen>(all.begin() + 25, all.end()));
      if (clean) log.Close();
      if (!clean) log.Kill();
      log.Open();
      REQUIRE(log->log_start_offset() == 25);
      REQUIRE(log.ReadAll(25) == std::vector<Seen>(all.begin() + 25, all.end()));
      REQUIRE(log.FilesEnding(".deleted").empty());
      log.Kill();
      log.checkpoint.log_start_offset = 0;  // the data folder forgot it
      log.Open();
      REQUIRE(log->log_start_offset() > 0);
      REQUIRE(log->log_start_offset() <= 25);
      // No index or snapshot stays of a segment that is gone.
      REQUIRE(log.FilesEnding(".snapshot").size() <= log.FilesEnding(".log").size() + 1);
      REQUIRE(log.FilesEnding(".timeindex").size() <= log.FilesEnding(".log").size());
    }
  }
}

TEST_CASE("deleting a rolled segment before it was sealed leaves nothing of it behind") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.file_delete_delay_ms = 0;
  log.Open();
  for (int i = 0; i < 40; ++i) log.AppendValue("x");
  REQUIRE(*log->DeleteRecordsBefore(40) == 40);
  log->Maintain(log.clock.Now());
  log.Close();
  REQUIRE(log.FilesEnding(".log").size() == 1);
  REQUIRE(log.FilesEnding(".index").size() == 1);
  REQUIRE(log.FilesEnding(".timeindex").size() == 1);
}

// Does something before a file is opened to be read, once.
class InterruptingDisk final : public test::WrappedFileSystem {
 public:
  using WrappedFileSystem::WrappedFileSystem;

  absl::StatusOr<std::unique_ptr<io::File>> Open(const std::string& path,
                                                 io::OpenMode mode) override {
    if (before_reading && mode == io::OpenMode::kRead) {
      std::thread(std::exchange(before_reading, nullptr)).join();
    }
    return WrappedFileSystem::Open(path, mode);
  }

  std::function<void()> before_reading;
};

TEST_CASE("the youngest record is looked for in what is left when retention takes a segment") {
  const auto memory = io::NewMemoryFileSystem();
  InterruptingDisk disk(*memory);
  LogUnderTest log(disk);
  log.Open();
  for (int i = 0; i < 3; ++i) log.AppendValue("old", 1000);
  log.AppendValue(std::string(900, 'x'), 3000);
  log.ReopenAfterClose();  // nothing is mapped
  REQUIRE(log.FilesEnding(".log").size() == 2);
  absl::Status deleted = absl::UnknownError("nothing was read");
  disk.before_reading = [&] { deleted = log->DeleteRecordsBefore(3).status(); };
  const auto found = log->OffsetOfLargestTimestamp();
  CHECK(deleted.ok());
  INFO(found.status().ToString());
  REQUIRE(found.ok());
  CHECK(found->offset == 3);
}

TEST_CASE("files of deleted segments stay for file.delete.delay.ms, under another name") {
  io::FaultyFileSystem files;  // as a disk: others may be reading it
  LogUnderTest log(files);
  log.config.file_delete_delay_ms = 60000;
  log.Open();
  for (int i = 0; i < 40; ++i) log.AppendValue("x");
  log->Maintain(log.clock.Now());
  REQUIRE(*log->DeleteRecordsBefore(40) == 40);
  REQUIRE(log.FilesEnding(".log").size() == 1);
  REQUIRE_FALSE(log.FilesEnding(".log.deleted").empty());
  const absl::Time next = log->Maintain(log.clock.Now());
  REQUIRE(next <= log.clock.Now() + absl::Milliseconds(60000));
  log.clock.Advance(absl::Milliseconds(59999));
  log->Maintain(log.clock.Now());
  REQUIRE_FALSE(log.FilesEnding(".log.deleted").empty());
  log.clock.Advance(absl::Milliseconds(1));
  log->Maintain(log.clock.Now());
  REQUIRE(log.FilesEnding(".deleted").empty());
}

TEST_CASE("the leader epoch checkpoint begins where the log does") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 10; ++i) log.AppendValue("x");
  REQUIRE(log->DeleteRecordsBefore(4).ok());
  REQUIRE(log.Contents("leader-epoch-checkpoint") == "0\n1\n0 4\n");
}

TEST_CASE("segments roll by size, by the time of records, and when an index is full") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 100000;
  log.Open();
  const auto bases = [&] {
    std::vector<std::int64_t> found;
    for (const std::string& name : log.FilesEnding(".log")) found.push_back(std::stoll(name));
    return found;
  };
  using Bases = std::vector<std::int64_t>;
  SECTION("size: a batch that would pass segment.bytes goes into the next one") {
    const auto size = static_cast<std::int64_t>(NumberedBatch(1, 1000).size());
    log.config.segment_bytes = 3 * size;
    log.Close();
    log.Open();
    for (int i = 0; i < 7; ++i) log.AppendBatch(NumberedBatch(1, 1000));
    REQUIRE(bases() == Bases{0, 3, 6});
  }
  SECTION("time: more than segment.ms after the first batch of the segment") {
    log.config.segment_ms = 1000;
    log->SetConfig(log.config);
    for (const std::int64_t at : {0, 500, 1000, 1001, 200, 2001, 2002}) {
      log.AppendValue("x", kIn2001 + at);
    }
    REQUIRE(bases() == Bases{0, 3, 6});
    log.ReopenAfterKill();
    log.AppendValue("x", kIn2001 + 3002);
    log.AppendValue("x", kIn2001 + 3003);
    REQUIRE(bases() == Bases{0, 3, 6, 8});
  }
  SECTION("the clock: a segment to which nothing more comes") {
    log.config.segment_ms = 1000;
    log->SetConfig(log.config);
    log.AppendValue("x", kIn2001);
    log->Maintain(log.clock.Now());
    REQUIRE(bases() == Bases{0});
    log.clock.Advance(absl::Milliseconds(1001));
    log->Maintain(log.clock.Now());
    REQUIRE(bases() == Bases{0, 1});
    log.clock.Advance(absl::Hours(1));
    log->Maintain(log.clock.Now());
    REQUIRE(bases() == Bases{0, 1});
  }
  SECTION("index: segment.index.bytes has no room for another entry") {
    log.config.index_interval_bytes = 0;
    log.config.segment_index_bytes = 48;
    log->SetConfig(log.config);
    for (int i = 0; i < 9; ++i) log.AppendValue("x", 1000);
    log->Maintain(log.clock.Now());
    for (const std::string& name : log.FilesEnding("index")) {
      REQUIRE(log.Contents(name).size() <= 48);
    }
    REQUIRE(bases().size() == 2);
  }
}

TEST_CASE("segments below the log start that a power cut brought back are deleted again") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.file_delete_delay_ms = 0;
  log.Open();
  for (int i = 0; i < 40; ++i) log.AppendValue("x");
  log.Close();
  const std::string first = "00000000000000000000.log";
  log.checkpoint.log_start_offset = 30;
  log.checkpoint.clean_shutdown = false;
  log.Open();
  REQUIRE(log.Contents(first).size() > 0);
  log->Maintain(log.clock.Now());
  REQUIRE(log.FilesEnding(".log").front() > first);
  REQUIRE(log->log_start_offset() == 30);
  REQUIRE(log.ReadAll(30).size() == 10);
}

}  // namespace
}  // namespace rill::log
