#include "io/faulty_file_system.h"
#include "io/limited_file_system.h"
#include "log_under_test.h"

namespace rill::log {
namespace {

constexpr char kNext[] = "next-segment.tmp";

void FillASegment(LogUnderTest& log) {
  const std::size_t before = log->segment_count();
  while (log->segment_count() == before) log.AppendValue(std::string(100, 'x'));
}

bool HasNext(LogUnderTest& log) { return !log.FilesEnding(kNext).empty(); }

TEST_CASE("after a roll the maintenance makes the next segment's file, which the next roll takes") {
  auto memory = io::NewMemoryFileSystem();
  io::LimitedFileSystem files(memory.get(), {});
  LogUnderTest log(files);
  log.Open();
  log->Maintain(log.clock.Now());
  REQUIRE_FALSE(HasNext(log));  // nothing was rolled yet
  FillASegment(log);
  REQUIRE_FALSE(HasNext(log));
  log->Maintain(log.clock.Now());
  REQUIRE(HasNext(log));
  FillASegment(log);
  REQUIRE_FALSE(HasNext(log));  // it has its name now
  const auto all = log.ReadAll(0);
  REQUIRE(static_cast<std::int64_t>(all.size()) == log->log_end_offset());
  log->Maintain(log.clock.Now());
  SECTION("what was made ahead and not wanted goes with the process") {
    log.ReopenAfterKill();
    REQUIRE_FALSE(HasNext(log));
  }
  SECTION("or with a clean close") {
    log.Close();
    REQUIRE_FALSE(HasNext(log));
    log.Open();
  }
  SECTION("or when the log rests") {
    GoToRest(log);
    REQUIRE(files.mappings() == 0);
    REQUIRE_FALSE(HasNext(log));
  }
  REQUIRE(log.ReadAll(0) == all);
}

TEST_CASE("the file of a segment that was begun in it looks as any other's, and survives a kill") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.Open();
  for (int i = 0; i < 20; ++i) {
    FillASegment(log);
    log->Maintain(log.clock.Now());
  }
  const auto all = log.ReadAll(0);
  log.ReopenAfterKill();
  REQUIRE(log.ReadAll(0) == all);
  FillASegment(log);
  REQUIRE(log.ReadAll(0).size() > all.size());
}

TEST_CASE("where a file cannot be made ahead, or not be given its name, rolls go on without") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.Open();
  FillASegment(log);
  SECTION("made") {
    files.plan().Add({.path_part = kNext, .error = ENOSPC, .times = 1000});
    log->Maintain(log.clock.Now());
  }
  SECTION("named") {
    log->Maintain(log.clock.Now());
    REQUIRE(HasNext(log));
    files.plan().Add({.path_part = kNext, .error = EIO, .times = 1000});
  }
  FillASegment(log);
  files.plan().Clear();
  const auto all = log.ReadAll(0);
  REQUIRE(static_cast<std::int64_t>(all.size()) == log->log_end_offset());
  log.ReopenAfterKill();
  REQUIRE(log.ReadAll(0) == all);
  REQUIRE_FALSE(HasNext(log));
}

TEST_CASE("what the file that was made ahead holds back is given to an append that lacks it") {
  auto memory = io::NewMemoryFileSystem();
  io::FileLimits limits;
  limits.max_disk_bytes = 1 << 20;
  io::LimitedFileSystem files(memory.get(), limits);
  LogUnderTest log(files);
  log.config.segment_bytes = 400'000;
  log.config.max_message_bytes = 300'000;
  log.Open();
  FillASegment(log);
  log->Maintain(log.clock.Now());
  REQUIRE(HasNext(log));
  // 400,000 of the first segment, and 256 KiB ahead.
  log.AppendValue(std::string(200'000, 'x'));
  log.AppendValue(std::string(190'000, 'x'));
  REQUIRE_FALSE(HasNext(log));
}

}  // namespace
}  // namespace rill::log
