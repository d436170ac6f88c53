#include <algorithm>

#include "compaction_under_test.h"
#include "io/faulty_file_system.h"
#include "log/log_check.h"

// What comes between the slices of a cleaning: retention, a close, a kill, another policy.
namespace rill::log {
namespace {

using record::ControlType;

// Of forty records of one key, up to where the new segment has files.
void BeginCleaning(CompactedLog& log) {
  log.Open();
  for (int i = 0; i < 40; ++i) Put(log, "a", "v");
  RollAndSeal(log);
  while (log.FilesEnding(".cleaned").empty()) REQUIRE(log->Clean({.slice_bytes = 1}).ok());
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

TEST_CASE("a cleaning all of whose segments were deleted is over") {
  io::FaultyFileSystem files;
  CompactedLog log(files);
  log.config.cleanup_delete = true;
  BeginCleaning(log);
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
  BeginCleaning(log);
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
  BeginCleaning(log);
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
  BeginCleaning(log);
  log.config.cleanup_compact = false;
  log->SetConfig(log.config);
  CHECK(log->Clean({})->done);
  RequireNoLeftovers(log);
  CHECK(log->first_dirty_offset() == -1);
  CHECK(ContentOf(log).size() == 40);
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

}  // namespace
}  // namespace rill::log
