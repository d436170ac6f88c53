#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "catch.h"
#include "io/temporary_folder.h"
#include "log/log_under_test.h"
#include "run_command.h"

// A log that is being written, dumped from outside while it is.

namespace rill::cli {
namespace {

constexpr char kFirstSegment[] = "00000000000000000000";

class LiveLog {
 public:
  LiveLog() {
    log.config.segment_bytes = std::int64_t{1} << 30;
    log.Open();
  }

  Ran Dump(const std::string& options, const std::string& suffix = ".log") {
    const std::string line = "rill dump-log " + options + " --files " + kFirstSegment + suffix;
    return RunWords(*files_, log.directory(), SplitWords(line));
  }

  std::uintmax_t FileSize() const {
    return std::filesystem::file_size(log_folder() + "/" + kFirstSegment + ".log");
  }

 private:
  std::string log_folder() const { return folder_.path() + "/orders-0"; }

  test::TemporaryFolder folder_;
  std::unique_ptr<io::FileSystem> files_ = io::NewRealFileSystem();

 public:
  log::LogUnderTest log{*files_, log_folder()};
};

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST_CASE("What is reserved behind the last batch of a live log is told, and is no complaint") {
  LiveLog live;
  for (int i = 0; i < 100; ++i) live.log.AppendValue("value " + std::to_string(i));
  const auto trailing = live.FileSize() - live.log->size_bytes();
  REQUIRE(trailing > 0);
  const Ran ran = live.Dump("--print-data-log");
  CHECK(ran.exit_code == 0);
  CHECK(ran.err == "");
  CHECK(Count(ran.out, "\nbaseOffset: ") == 100);
  CHECK(Count(ran.out, "isvalid: true") == 100);
  CHECK(Count(ran.out, "key: k payload: value 99\n") == 1);
  CHECK(ran.out.ends_with("Found " + std::to_string(trailing) +
                          " invalid bytes at the end of 00000000000000000000.log\n"));
}

TEST_CASE("A log that was closed has nothing behind its last batch, and sound indexes") {
  LiveLog live;
  for (int i = 0; i < 100; ++i) live.log.AppendValue("value", 1000 + i);
  live.log.Close();
  CHECK(Count(live.Dump("").out, "invalid bytes") == 0);
  for (const std::string suffix : {".index", ".timeindex"}) {
    const Ran checked = live.Dump("--verify-index-only", suffix);
    CHECK(checked.exit_code == 0);
    CHECK(checked.err == "");
    CHECK(Count(live.Dump("--index-sanity-check", suffix).out, "passed sanity check.") == 1);
  }
}

TEST_CASE(
    "A dump shows all that was appended before it, sound, while a writer runs at full speed") {
  LiveLog live;
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> appended = 0;
  std::atomic<bool> failed = false;
  std::thread writer([&] {
    const std::string value(300, 'v');
    while (!stop) {
      const auto result = live.log->AppendRecord({.key = "k", .value = value});
      if (!result.ok()) failed = true;
      appended = result.ok() ? result->last_offset + 1 : appended.load();
      // The dumps read all of it each time.
      if (appended > 20000) std::this_thread::yield();
      if (appended > 40000) break;
    }
  });
  for (int round = 0; round < 5; ++round) {
    const std::int64_t before = appended;
    const Ran ran = live.Dump("--deep-iteration");
    CHECK(ran.exit_code == 0);
    CHECK(ran.err == "");  // no offset is missing
    const int batches = Count(ran.out, "\nbaseOffset: ");
    CHECK(batches >= before);
    CHECK(Count(ran.out, "isvalid: true") == batches);
    CHECK(Count(ran.out, "\n| offset: ") == batches);
  }
  stop = true;
  writer.join();
  CHECK_FALSE(failed);
}

}  // namespace
}  // namespace rill::cli
