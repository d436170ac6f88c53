#include <algorithm>

#include "follower_under_test.h"
#include "io/faulty_file_system.h"
#include "log_under_test.h"

// Index files whose .log is gone: what a process leaves that dies between the files of a segment
// that it renames or removes.
namespace rill::log {
namespace {

constexpr const char* kOrphans[] = {
    "00000000000000000003.index", "00000000000000000003.timeindex", "00000000000000000003.txnindex",
    "00000000000000099999.timeindex", "00000000000000000003.snapshot"};

std::vector<std::string> FilesOf(const LogUnderTest& log, io::FaultyFileSystem& files) {
  std::vector<std::string> paths = files.Paths();
  std::erase_if(paths, [&](const std::string& path) { return !path.starts_with(log.directory()); });
  return paths;
}

TEST_CASE("index files without a segment are removed when a log is opened for writing") {
  for (const bool is_clean : {false, true}) {
    io::FaultyFileSystem files;
    LogUnderTest log(files);
    log.Open();
    for (int i = 0; i < 30; ++i) log.AppendValue(std::string(100, 'x'));
    log->Maintain(log.clock.Now());
    const auto all = log.ReadAll(0);
    is_clean ? log.Close() : log.Kill();
    REQUIRE(log.FilesEnding(".index").size() > 1);
    for (const char* name : kOrphans) log.Put(name, "12345678");

    log.Open();
    for (const char* name : kOrphans) {
      INFO(name);
      const auto paths = FilesOf(log, files);
      CHECK(std::find(paths.begin(), paths.end(), log.directory() + "/" + name) == paths.end());
    }
    CHECK(log.FilesEnding(".index").size() >= log.FilesEnding(".log").size() - 1);
    CHECK(log.lines().find("00000000000000000003.txnindex is removed: its segment is gone") !=
          std::string::npos);
    CHECK(log.ReadAll(0) == all);
  }
}

TEST_CASE("who only reads a log leaves index files without a segment where they are") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.Open();
  for (int i = 0; i < 30; ++i) log.AppendValue(std::string(100, 'x'));
  log.Kill();
  for (const char* name : kOrphans) log.Put(name, "12345678");
  const auto before = files.Paths();
  const auto reader = FollowerOf(log, files, nullptr, /*has_writer=*/false);
  CHECK(reader->high_watermark() == 30);
  CHECK(reader->Read(0, {}).ok());
  CHECK(files.Paths() == before);
}

TEST_CASE(
    "an orphaned index file that cannot be removed fails the open, and the next one does it") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.Open();
  log.AppendValue("x");
  log.Kill();
  log.Put(kOrphans[0], "12345678");
  files.plan().Add({.call = testing::FileCall::kRemove, .path_part = kOrphans[0], .error = EIO});
  CHECK_FALSE(log.TryOpen().ok());
  files.plan().Clear();
  log.Open();
  CHECK(log.FilesEnding(".index").empty());
  CHECK(log.ReadAll(0).size() == 1);
}

}  // namespace
}  // namespace rill::log
