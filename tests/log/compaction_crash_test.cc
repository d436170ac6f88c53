#include <algorithm>
#include <cerrno>

#include "compaction_under_test.h"
#include "io/faulty_file_system.h"

// Whatever stops a cleaning, and whenever: of each key the newest record is there, where it was,
// nothing is there that was not written, and the next cleaning makes of it what this one would
// have.
namespace rill::log {
namespace {

using testing::FileCall;

struct Case {
  const char* name;
  bool deletes;  // cleanup.policy=compact,delete, and records were deleted
  std::size_t slice_bytes = 300;
  std::size_t map_bytes = std::size_t{1} << 20;
};
constexpr Case kCases[] = {{.name = "compact", .deletes = false},
                           {.name = "compact,delete", .deletes = true},
                           {.name = "a small map", .deletes = false, .map_bytes = 8 * 24}};

constexpr int kKeys = 12;
constexpr std::int64_t kRecords = 70;

struct Expected {
  Content all;
  Content newest;
};

class Scene {
 public:
  explicit Scene(const Case& given) : log_(files_), case_(given) {
    Configure(log_);
    log_.Open();
    for (const char* folder : {"/data", "/"}) REQUIRE(files_.SyncDirectory(folder).ok());
    for (std::int64_t i = 0; i < kRecords; ++i) {
      const std::string key = "k" + std::to_string(i * i % kKeys);
      const std::string value = "v" + std::to_string(i);
      Put(log_, key, value);
      expected_.all.emplace_back(i, key + "=" + value);
      if (i == 30) CleanAll(log_);  // there is a clean section
    }
    RollAndSeal(log_);
    if (given.deletes) REQUIRE(log_->DeleteRecordsBefore(9).ok());
    std::map<std::string, std::pair<std::int64_t, std::string>> newest;
    for (const auto& record : expected_.all) {
      if (record.first < log_->log_start_offset()) continue;
      newest[record.second.substr(0, record.second.find('='))] = record;
    }
    for (const auto& [key, record] : newest) expected_.newest.push_back(record);
    std::sort(expected_.newest.begin(), expected_.newest.end());
    log_.Checkpoint(false);
  }

  void Configure(LogUnderTest& log) const {
    log.config.cleanup_compact = true;
    log.config.cleanup_delete = case_.deletes;
    log.config.segment_bytes = 400;
    log.config.segment_ms = 60000;
    log.config.file_delete_delay_ms = 30000;
  }

  CleanOptions options() const {
    return {.slice_bytes = case_.slice_bytes, .map_bytes = case_.map_bytes};
  }
  absl::Status TryCleanAll(LogUnderTest& log) const {
    while (Dirt(log).cleanable_bytes > 0) {
      if (auto status = TryClean(log, options()); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
  void CleanAll(LogUnderTest& log) const {
    RollAndSeal(log);
    const auto status = TryCleanAll(log);
    INFO(status.ToString());
    REQUIRE(status.ok());
  }

  // What a cleaning may have left on its way.
  void RequireSound(LogUnderTest& log) const {
    const Content content = ContentOf(log);
    REQUIRE(
        std::includes(expected_.all.begin(), expected_.all.end(), content.begin(), content.end()));
    REQUIRE(std::includes(content.begin(), content.end(), expected_.newest.begin(),
                          expected_.newest.end()));
    REQUIRE(log->log_end_offset() == kRecords);
  }
  void RequireCompacted(LogUnderTest& log) const {
    CleanAll(log);
    REQUIRE(ContentOf(log) == expected_.newest);
    REQUIRE(log->first_dirty_offset() == kRecords);
    RequireNoLeftovers(log);
  }
  // A process that comes after a crash and finds `files`.
  void RequireRecovers(io::FaultyFileSystem& files) {
    LogUnderTest log(files);
    Configure(log);
    log.checkpoint = log_.checkpoint;
    log.Open();
    RequireNoLeftovers(log);
    RequireSound(log);
    RequireCompacted(log);
    log.ReopenAfterKill();
    REQUIRE(ContentOf(log) == expected_.newest);
  }

  io::FaultyFileSystem& files() { return files_; }
  LogUnderTest& log() { return log_; }

 private:
  io::FaultyFileSystem files_;
  LogUnderTest log_;
  const Case case_;
  Expected expected_;
};

// Sanitizers look at every so-manieth call only: what they find is not bound to one.
constexpr std::int64_t kStride = RILL_IS_SANITIZED ? 3 : 1;

TEST_CASE("a cleaning that is killed, or loses power, at any call to the storage, is taken up") {
  const std::uint64_t seed = SeedOfTest();
  for (const Case& given : kCases) {
    Scene scene(given);
    std::int64_t calls = 0;
    scene.files().plan().Watch([&](FileCall, const std::string& path) {
      INFO("RILL_SEED=" << seed << ", " << given.name << ", call " << calls << ", " << path);
      if (++calls % kStride != 0) return;
      scene.RequireRecovers(*scene.files().ProcessKill());
      scene.RequireRecovers(*scene.files().PowerLoss(seed + static_cast<std::uint64_t>(calls)));
    });
    REQUIRE(scene.TryCleanAll(scene.log()).ok());
    scene.files().plan().Watch(nullptr);
    REQUIRE(calls > 100);
    scene.RequireCompacted(scene.log());
    scene.RequireRecovers(*scene.files().ProcessKill());
    scene.RequireRecovers(*scene.files().PowerLoss(seed));
  }
}

// Nobody compacted them, so nothing may be missing between them.
TEST_CASE("unflushed segments of a compacted log, one of which a power cut took, end it there") {
  for (const bool is_cut : {false, true}) {
    io::FaultyFileSystem files;
    CompactedLog log(files);
    log.Open();
    for (int i = 0; i < 20; ++i) Put(log, i % 2 == 0 ? "a" : "b", "v" + std::to_string(i));
    RollAndSeal(log);
    Clean(log);
    const std::int64_t flushed = log->log_end_offset();
    log.Checkpoint(false);
    for (int i = 0; i < 40; ++i) Put(log, "k" + std::to_string(i), "v");
    const auto logs = log.FilesEnding(".log");
    REQUIRE(logs.size() > 5);
    const std::string& lost = logs[logs.size() - 3];
    const std::int64_t end = std::stoll(lost);
    REQUIRE(end > flushed);
    const auto left = files.ProcessKill();
    const std::string path = log.directory() + "/" + lost;
    REQUIRE((is_cut ? left->Put(path, "") : left->Remove(path)).ok());
    LogUnderTest found(*left);
    found.config = log.config;
    found.checkpoint = log.checkpoint;
    found.Open();
    CHECK(found->log_end_offset() == end);
    const Content content = ContentOf(found);
    REQUIRE(content.size() == 2U + static_cast<std::size_t>(end - flushed));
    CHECK(content.back().first == end - 1);
  }
}

// Whether the log goes on: a sync of the folder that fails ends that.
bool TakesAppends(LogUnderTest& log) {
  return log->Claim({.key = "probe"}, 1).ok();  // let go of without being published
}

void RequireOutlives(Scene& scene) {
  LogUnderTest& log = scene.log();
  const auto status = scene.TryCleanAll(log);
  scene.files().plan().Clear();
  scene.RequireSound(log);
  // Elsewhere at the same time: the files have whatever names they have.
  const auto killed = scene.files().ProcessKill();
  if (TakesAppends(log)) {
    log.clock.Advance(absl::Seconds(10));
    log->Maintain(log.clock.Now());
    scene.RequireSound(log);
    scene.RequireCompacted(log);
    log.clock.Advance(absl::Minutes(5));
    log->Maintain(log.clock.Now());
    REQUIRE(log.FilesEnding(".deleted").empty());
  } else {
    REQUIRE_FALSE(status.ok());
  }
  scene.RequireRecovers(*killed);
}

TEST_CASE("a cleaning whose storage fails at any call leaves the log sound, and is taken up") {
  for (const Case& given : kCases) {
    for (const int error : {EIO, ENOSPC}) {
      bool reached = true;
      for (std::int64_t after = 0; reached; after += kStride) {
        INFO(given.name << ", error " << error << " at call " << after);
        Scene scene(given);
        const std::int64_t before = scene.files().plan().calls(FileCall::kAny);
        scene.files().plan().Add({.call = FileCall::kAny,
                                  .path_part = "orders-0",
                                  .error = error,
                                  .after = after,
                                  .times = 1 + after % 4});
        RequireOutlives(scene);
        reached = after < 40 || scene.files().plan().calls(FileCall::kAny) - before > after;
        if (after > 400) break;
      }
    }
  }
}

TEST_CASE("while renamed files cannot be put in place nothing is deleted, and all can be read") {
  for (std::int64_t after = 0; after < 24; ++after) {
    INFO("no more than " << after << " files can be renamed");
    Scene scene({.name = "", .deletes = true});
    LogUnderTest& log = scene.log();
    scene.files().plan().Add(
        {.call = FileCall::kRename, .path_part = "orders-0", .after = after, .times = 1000});
    REQUIRE_FALSE(scene.TryCleanAll(log).ok());
    REQUIRE(log->first_dirty_offset() < kRecords);
    REQUIRE_FALSE(scene.TryCleanAll(log).ok());
    scene.RequireSound(log);
    log->Maintain(log.clock.Now());
    REQUIRE(log->DeleteRecordsBefore(log->log_start_offset() + 4).ok());
    const Content before = ContentOf(log);
    log.clock.Advance(absl::Minutes(3));  // nobody has read for so long that it is unmapped
    log->Maintain(log.clock.Now());
    log.clock.Advance(absl::Minutes(3));
    log->Maintain(log.clock.Now());
    REQUIRE(ContentOf(log) == before);
    scene.files().plan().Clear();
    log->Maintain(log.clock.Now());
    scene.RequireSound(log);
    scene.CleanAll(log);
    RequireNoLeftovers(log);
    log.ReopenAfterKill();
    REQUIRE(ContentOf(log).back().first == kRecords - 1);
  }
}

TEST_CASE("a disk that fills up under a cleaning costs nothing but the cleaning") {
  Scene scene(kCases[0]);
  LogUnderTest& log = scene.log();
  const std::uint64_t used = scene.files().UsedBytes();
  for (std::uint64_t room = 0; room < 3000; room += 50) {
    scene.files().SetCapacity(used + room);
    const auto status = scene.TryCleanAll(log);
    scene.RequireSound(log);
    if (status.ok()) break;
    REQUIRE(absl::IsResourceExhausted(status));
    REQUIRE(log.FilesEnding(".cleaned").empty());
    REQUIRE(TakesAppends(log));
  }
  scene.files().SetCapacity(used + 10000);
  scene.RequireCompacted(log);
}

}  // namespace
}  // namespace rill::log
