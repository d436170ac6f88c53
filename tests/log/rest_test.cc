#include <fstream>

#include "io/faulty_file_system.h"
#include "io/limited_file_system.h"
#include "log_under_test.h"

namespace rill::log {
namespace {

constexpr char kFirstLog[] = "00000000000000000000.log";

TEST_CASE("a log that nobody appends to holds no mapping, no descriptor and no reserve") {
  auto memory = io::NewMemoryFileSystem();
  io::LimitedFileSystem files(memory.get(), {});
  LogUnderTest log(files);
  log.config.segment_bytes = 100000;
  log.Open();
  for (int i = 0; i < 20; ++i) log.AppendValue(std::string(100, 'x'));
  REQUIRE(files.mappings() == 1);
  REQUIRE(log.Contents(kFirstLog).size() >= 65536);
  GoToRest(log);
  REQUIRE(files.mappings() == 0);
  REQUIRE(files.open_files() == 0);
  REQUIRE(log.Contents(kFirstLog).size() == log->size_bytes() + 17);
  REQUIRE(log->recovery_point() == 20);
  REQUIRE(log.ReadAll(0).size() == 20);
  log.AppendValue("again");
  REQUIRE(log.FilesEnding(".index").empty());
  const auto all = log.ReadAll(0);
  REQUIRE(all.size() == 21);
  REQUIRE(all.back().value == "again");
  log.ReopenAfterKill();
  REQUIRE(log.ReadAll(0) == all);
}

TEST_CASE("a log that is appended to now and then does not rest") {
  auto memory = io::NewMemoryFileSystem();
  io::LimitedFileSystem files(memory.get(), {});
  LogUnderTest log(files);
  log.Open();
  for (int i = 0; i < 10; ++i) {
    log.AppendValue("x");
    log.clock.Advance(absl::Seconds(61));
    log->Maintain(log.clock.Now());
    REQUIRE(files.mappings() == 1);
  }
}

TEST_CASE("a log that was closed is opened at rest, and left as it is by who only reads it") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.Open();
  for (int i = 0; i < 20; ++i) log.AppendValue(std::string(100, 'x'));
  log.Close();
  std::vector<std::string> before;
  for (const std::string& path : files.Paths()) before.push_back(files.Contents(path).value());
  log.Open();
  const auto all = log.ReadAll(0);
  REQUIRE(all.size() == 20);
  REQUIRE(log->OffsetForTime(log.clock.Now() - absl::Hours(1))->offset == 0);
  GoToRest(log);
  files.plan().Add({.call = testing::FileCall::kWrite, .error = EIO, .times = 100});
  files.plan().Add({.call = testing::FileCall::kSync, .error = EIO, .times = 100});
  files.plan().Add({.call = testing::FileCall::kTruncate, .error = EIO, .times = 100});
  log.Close();
  std::vector<std::string> after;
  for (const std::string& path : files.Paths()) after.push_back(files.Contents(path).value());
  REQUIRE(after == before);
}

TEST_CASE("a log that rested is cut to its batches by a close, and is whole") {
  io::FaultyFileSystem files;
  REQUIRE(files.CreateDirectories("/data/orders-0").ok());
  REQUIRE(files.SyncDirectory("/data").ok());
  REQUIRE(files.SyncDirectory("/").ok());
  LogUnderTest log(files);
  log.Open();
  for (int i = 0; i < 20; ++i) log.AppendValue(std::string(100, 'x'));
  const auto all = log.ReadAll(0);
  GoToRest(log);
  log.Close();
  std::uint64_t bytes = 0;
  for (const std::string& name : log.FilesEnding(".log")) bytes += log.Contents(name).size();
  REQUIRE(bytes == log->size_bytes());
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto after = files.PowerLoss(seed);
    LogUnderTest again(*after);
    again.checkpoint = log.checkpoint;
    again.Open();
    REQUIRE(again.ReadAll(0) == all);
    REQUIRE(again.lines().find("dropped") == std::string::npos);
  }
}

TEST_CASE("a log that cannot be put to rest goes on") {
  for (const auto call : {testing::FileCall::kOpen, testing::FileCall::kTruncate}) {
    io::FaultyFileSystem files;
    LogUnderTest log(files);
    log.config.segment_bytes = 100000;
    log.Open();
    for (int i = 0; i < 20; ++i) log.AppendValue(std::string(100, 'x'));
    files.plan().Add({.call = call, .path_part = "orders-0/0", .error = EMFILE, .times = 1});
    GoToRest(log);
    REQUIRE(log.FilesEnding(".index").empty());
    for (int i = 0; i < 1000; ++i) log.AppendValue(std::string(50, 'y'));
    log.ReopenAfterKill();
    REQUIRE(log.ReadAll(0).size() == 1020);
  }
}

TEST_CASE("what cannot be woken for now is woken by a later append") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.Open();
  std::size_t appended = 0;
  int refusals = 0;
  for (int after = 0; after < 6; ++after) {
    log.AppendValue("x");
    ++appended;
    GoToRest(log);
    files.plan().Add({.call = testing::FileCall::kOpen, .error = EMFILE, .after = after});
    const auto result = log->AppendRecord({.value = "x"});
    INFO(after << ": " << result.status().ToString());
    REQUIRE((result.ok() || absl::IsResourceExhausted(result.status())));
    if (result.ok()) ++appended;
    if (!result.ok()) ++refusals;
    files.plan().Clear();
    REQUIRE(log.ReadAll(0).size() == appended);
  }
  REQUIRE(refusals >= 2);
  log.ReopenAfterClose();
  REQUIRE(log.ReadAll(0).size() == appended);
}

TEST_CASE("retention takes what a resting log holds, its last segment too") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.retention_ms = 3600 * 1000;
  log.Open();
  for (int i = 0; i < 20; ++i) log.AppendValue(std::string(100, 'x'));
  GoToRest(log);
  REQUIRE(log->log_start_offset() == 0);
  log.AppendValue("younger");
  GoToRest(log);
  log.clock.Advance(absl::Minutes(56));
  log->Maintain(log.clock.Now());
  REQUIRE(log.ReadAll(log->log_start_offset()).back().value == "younger");
  log.clock.Advance(absl::Hours(2));
  log->Maintain(log.clock.Now());
  REQUIRE(log->log_start_offset() == 21);
  REQUIRE(log.AppendValue("next") == 21);
}

}  // namespace
}  // namespace rill::log
