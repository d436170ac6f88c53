#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "compaction_under_test.h"
#include "follower_under_test.h"
#include "io/faulty_file_system.h"
#include "io/temporary_folder.h"

// What another process reads of a log that is compacted: also when the one that compacted it died,
// and whenever.
namespace rill::log {
namespace {

using testing::FileCall;

constexpr std::int64_t kRecords = 70;

void CopyTo(SharedSlot& copy, const SharedSlot& slot) {
  copy.high_watermark = slot.high_watermark.load();
  copy.log_start_offset = slot.log_start_offset.load();
  copy.replacements = slot.replacements.load();
}

absl::StatusOr<Content> TryReadAll(PartitionLog& log) {
  Content content;
  for (std::int64_t at = log.log_start_offset(); at < log.high_watermark();) {
    const auto records = log.Read(at, {});
    if (!records.ok()) return records.status();
    for (const Seen& seen : ToSeen(*records)) {
      content.emplace_back(seen.offset, seen.key + "=" + seen.value);
    }
    at = records->ranges()[0].next_offset;
  }
  return content;
}

// A log that is compacted in small slices and shows others how far it reaches.
class Scene {
 public:
  Scene() : log_(files_) {
    Configure(log_);
    log_.Open();
    for (const char* folder : {"/data", "/"}) REQUIRE(files_.SyncDirectory(folder).ok());
    log_->PublishTo(std::make_shared<EndPublisher>(&slot_, &wakeup_, nullptr));
    std::map<std::string, std::pair<std::int64_t, std::string>> newest;
    for (std::int64_t i = 0; i < kRecords; ++i) {
      const std::string key = "k" + std::to_string(i * i % 12);
      const std::string record = key + "=v" + std::to_string(i);
      Put(log_, key, record.substr(key.size() + 1));
      newest[key] = {i, record};
      if (i == 30) {
        RollAndSeal(log_);
        Clean(log_);
      }
    }
    RollAndSeal(log_);
    for (const auto& [key, record] : newest) newest_.push_back(record);
    std::sort(newest_.begin(), newest_.end());
    log_.Checkpoint(false);
  }

  static void Configure(LogUnderTest& log) {
    log.config.cleanup_compact = true;
    log.config.cleanup_delete = false;
    log.config.segment_bytes = 400;
    log.config.segment_ms = 60000;
    log.config.file_delete_delay_ms = 0;  // nobody reads what is gone
  }

  // Who reads `files`, and may know what was published last.
  std::shared_ptr<PartitionLog> Reader(io::FileSystem& files, const SharedSlot* slot,
                                       bool has_writer) {
    return FollowerOf(log_, files, slot, has_writer);
  }
  void RequireReads(io::FileSystem& files, const SharedSlot* slot, const Content& expected) {
    const auto reader = Reader(files, slot, /*has_writer=*/false);
    REQUIRE(reader->high_watermark() == kRecords);
    const auto content = TryReadAll(*reader);
    INFO(content.status().ToString());
    REQUIRE(content.ok());
    REQUIRE(*content == expected);
    REQUIRE(std::includes(content->begin(), content->end(), newest_.begin(), newest_.end()));
    REQUIRE(reader->OffsetForTime(log_.clock.Now() - absl::Hours(1)).ok());
  }
  // What the next process that writes finds.
  Content Recovered(io::FileSystem& files) {
    LogUnderTest log(files);
    Configure(log);
    log.checkpoint = log_.checkpoint;
    log.Open();
    return ContentOf(log);
  }

  io::FaultyFileSystem& files() { return files_; }
  LogUnderTest& log() { return log_; }
  const SharedSlot& slot() const { return slot_; }
  const Content& newest() const { return newest_; }

 private:
  io::FaultyFileSystem files_;
  LogUnderTest log_;
  SharedSlot slot_;
  std::atomic<std::uint32_t> wakeup_ = 0;
  Content newest_;
};

TEST_CASE("a log whose writer dies at any call in a cleaning is read as the next writer finds it") {
  const std::uint64_t seed = SeedOfTest();
  Scene scene;
  std::uint64_t calls = 0;
  int in_swaps = 0;
  scene.files().plan().Watch([&](FileCall, const std::string& path) {
    INFO("RILL_SEED=" << seed << ", call " << calls << ", " << path);
    ++calls;
    in_swaps += scene.slot().replacements % 2 != 0 ? 1 : 0;
    const auto killed = scene.files().ProcessKill();
    SharedSlot slot;
    CopyTo(slot, scene.slot());
    const Content expected = scene.Recovered(*scene.files().ProcessKill());
    scene.RequireReads(*killed, nullptr, expected);
    // Who knew the writer may be shown the old segments where an open would show the new one.
    if (slot.replacements % 2 != 0) scene.RequireReads(*killed, &slot, expected);
    const auto cut = scene.files().PowerLoss(seed + calls);
    const auto same = scene.files().PowerLoss(seed + calls);
    scene.RequireReads(*cut, nullptr, scene.Recovered(*same));
  });
  Clean(scene.log(), {.slice_bytes = 300});
  scene.files().plan().Watch(nullptr);
  CHECK(calls > 100);
  CHECK(in_swaps > 10);
  CHECK(scene.slot().replacements % 2 == 0);
}

TEST_CASE("who reads while a cleaning swaps, at any call to the storage, finds every live record") {
  Scene scene;
  const auto reader = scene.Reader(scene.files(), &scene.slot(), /*has_writer=*/true);
  bool is_inside = false;
  int reads = 0;
  scene.files().plan().Watch([&](FileCall call, const std::string& path) {
    // Its own calls are watched, too; and in a swap it would wait.
    if (is_inside || scene.slot().replacements % 2 != 0) return;
    INFO(static_cast<int>(call) << " " << path);
    is_inside = true;
    const auto content = TryReadAll(*reader);
    INFO(content.status().ToString());
    REQUIRE(content.ok());
    REQUIRE(std::includes(content->begin(), content->end(), scene.newest().begin(),
                          scene.newest().end()));
    ++reads;
    is_inside = false;
  });
  Clean(scene.log(), {.slice_bytes = 300});
  scene.files().plan().Watch(nullptr);
  CHECK(reads > 50);
  CHECK(TryReadAll(*reader).value() == scene.newest());
}

// More swaps, one in each look at a segment, than a look that fails is worth by itself.
TEST_CASE("who reads while every look meets another swap reads on once there is none") {
  Scene scene;
  const auto reader = scene.Reader(scene.files(), &scene.slot(), /*has_writer=*/true);
  bool is_inside = false;
  int swaps = 0;
  scene.files().plan().Watch([&](FileCall call, const std::string& path) {
    if (is_inside || call != FileCall::kMap || !path.ends_with(".log") || swaps == 12) return;
    is_inside = true;
    // The last one is mapped in a look at the folder.
    const bool is_read = !path.ends_with(scene.log().FilesEnding(".log").back());
    swaps += is_read ? 1 : 0;
    for (int i = 0; is_read && i < 12; ++i) Put(scene.log(), "k" + std::to_string(i), "new");
    if (is_read) RollAndSeal(scene.log());
    if (is_read) Clean(scene.log());
    is_inside = false;
  });
  const auto records = reader->Read(0, {});
  scene.files().plan().Watch(nullptr);
  CHECK(swaps == 12);
  INFO(records.status().ToString());
  CHECK(records.ok());
}

TEST_CASE("who polls beside a writer that swaps all the time is told of nothing but records") {
  test::TemporaryFolder folder;
  const auto files = io::NewRealFileSystem();
  LogUnderTest log(*files, folder.path() + "/orders-0");
  Scene::Configure(log);
  log.Open();
  SharedSlot slot;
  std::atomic<std::uint32_t> wakeup = 0;
  log->PublishTo(std::make_shared<EndPublisher>(&slot, &wakeup, nullptr));
  const auto swap = [&] {
    for (int i = 0; i < 30; ++i) Put(log, "k" + std::to_string(i % 7), "some value");
    RollAndSeal(log);
    Clean(log);
  };
  swap();
  const auto reader = FollowerOf(log, *files, &slot, /*has_writer=*/true);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    while (!stop) swap();
  });
  constexpr int kReads = 300;
  constexpr std::uint64_t kReplacements = 300;
  absl::Status failed;
  int reads = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto is_enough = [&] { return reads >= kReads && slot.replacements >= kReplacements; };
  for (; !is_enough() && std::chrono::steady_clock::now() < deadline; ++reads) {
    failed = TryReadAll(*reader).status();
    if (!failed.ok()) break;
  }
  stop = true;
  writer.join();
  INFO(failed.ToString());
  CHECK(failed.ok());
  CHECK(reads >= kReads);
  CHECK(slot.replacements >= kReplacements);
}

TEST_CASE("who reads while a swap cannot be finished is told so, and reads on when it is") {
  Scene scene;
  const auto reader = scene.Reader(scene.files(), &scene.slot(), /*has_writer=*/true);
  scene.files().plan().Add(
      {.call = FileCall::kRename, .path_part = ".log.swap", .after = 1, .times = 1000});
  REQUIRE_FALSE(TryClean(scene.log()).ok());
  REQUIRE(scene.slot().replacements % 2 != 0);
  const auto read = TryReadAll(*reader);
  REQUIRE(absl::IsAborted(read.status()));
  CHECK(Contains(read.status(), "is replacing segments"));
  scene.files().plan().Clear();
  Clean(scene.log());
  CHECK(TryReadAll(*reader).value() == scene.newest());
}

}  // namespace
}  // namespace rill::log
