#include <atomic>
#include <condition_variable>
#include <thread>

#include "../io/wrapped_file_system.h"
#include "io/limited_file_system.h"
#include "log_under_test.h"

namespace rill::log {
namespace {

// Counts syncs of segments, and holds them up while it is told to.
class SlowDisk final : public test::WrappedFileSystem {
 public:
  using WrappedFileSystem::WrappedFileSystem;

  void Hold() { SetHeld(true); }
  void LetGo() { SetHeld(false); }
  void WaitForSync() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ > 0; });
  }
  int syncs() const { return syncs_; }

 protected:
  absl::Status OnSync(const std::string& path, const std::function<absl::Status()>& sync) override {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_; });
    --waiting_;
    lock.unlock();
    if (path.ends_with(".log")) ++syncs_;
    return sync();
  }

 private:
  void SetHeld(bool held) {
    std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int waiting_ = 0;
  std::atomic<int> syncs_ = 0;
};

TEST_CASE("with flush.messages=1 the high watermark and the acknowledgement wait for the sync") {
  auto memory = io::NewMemoryFileSystem();
  SlowDisk disk(*memory);
  LogUnderTest log(disk);
  log.config.flush_messages = 1;
  log.Open();
  log.AppendValue("first");
  REQUIRE(log->high_watermark() == 1);
  REQUIRE(log->recovery_point() == 1);
  disk.Hold();
  std::atomic<bool> acknowledged = false;
  std::thread appender([&] {
    if (log->AppendRecord({.value = "second"}).ok()) acknowledged = true;
  });
  disk.WaitForSync();
  REQUIRE(log->log_end_offset() == 2);
  REQUIRE(log->high_watermark() == 1);
  REQUIRE(log.Read(1).empty());
  REQUIRE(absl::IsDeadlineExceeded(log->WaitFor(1, absl::Milliseconds(20))));
  REQUIRE_FALSE(acknowledged);
  std::thread waiter([&] { REQUIRE(log->WaitFor(1, absl::Seconds(30)).ok()); });
  disk.LetGo();
  appender.join();
  waiter.join();
  REQUIRE(acknowledged);
  REQUIRE(log->high_watermark() == 2);
}

TEST_CASE("appends that come during a sync are acknowledged together by the next one") {
  auto memory = io::NewMemoryFileSystem();
  SlowDisk disk(*memory);
  LogUnderTest log(disk);
  log.config.flush_messages = 1;
  log.config.segment_bytes = 1 << 20;
  log.Open();
  disk.Hold();
  constexpr int kThreads = 8;
  std::vector<std::thread> appenders;
  for (int i = 0; i < kThreads; ++i) {
    appenders.emplace_back([&] { REQUIRE(log->AppendRecord({.value = "x"}).ok()); });
  }
  while (log->log_end_offset() < kThreads) std::this_thread::yield();
  disk.LetGo();
  for (std::thread& appender : appenders) appender.join();
  REQUIRE(log->high_watermark() == kThreads);
  REQUIRE(disk.syncs() <= 2);
}

TEST_CASE("a rolled segment that maintenance seals is acknowledged and shown by that") {
  auto memory = io::NewMemoryFileSystem();
  SlowDisk disk(*memory);
  LogUnderTest log(disk);
  log.Open();
  log.config.flush_messages = 1;
  log->SetConfig(log.config);
  disk.Hold();
  std::vector<std::thread> appenders;
  for (int i = 0; i < 12; ++i) {
    appenders.emplace_back(
        [&] { REQUIRE(log->AppendRecord({.value = std::string(200, 'x')}).ok()); });
  }
  while (log->log_end_offset() < 12) std::this_thread::yield();
  std::thread maintenance([&] { log->Maintain(log.clock.Now()); });
  disk.LetGo();
  for (std::thread& appender : appenders) appender.join();
  maintenance.join();
  REQUIRE(log->high_watermark() == 12);
  REQUIRE(log->recovery_point() == 12);
  REQUIRE(log.ReadAll(0).size() == 12);
}

TEST_CASE("a sync that fails stops the partition, and nothing unflushed is shown or trusted") {
  io::FaultyFileSystem files;
  // The folder itself is for whoever made it to keep.
  REQUIRE(files.CreateDirectories("/data/orders-0").ok());
  REQUIRE(files.SyncDirectory("/data").ok());
  REQUIRE(files.SyncDirectory("/").ok());
  LogUnderTest log(files);
  log.config.flush_messages = 1;
  log.Open();
  log.AppendValue("kept");
  files.plan().Add({.call = testing::FileCall::kSync, .path_part = ".log"});
  const auto status = log->AppendRecord({.value = "lost"}).status();
  REQUIRE_FALSE(status.ok());
  REQUIRE(log->high_watermark() == 1);
  const auto refused = log->AppendRecord({.value = "more"}).status();
  REQUIRE(absl::IsDataLoss(refused));
  REQUIRE(GetErrorCode(refused) == ErrorCode::kKafkaStorageError);
  REQUIRE(Contains(refused, "orders-0"));
  REQUIRE(log.lines().find("takes no more appends") != std::string::npos);
  REQUIRE_FALSE(log->Flush().ok());
  REQUIRE(log.Read(0).ranges().at(0).next_offset == 1);
  log->Maintain(log.clock.Now());
  REQUIRE(log->recovery_point() == 1);
  REQUIRE_FALSE(log->Close().ok());
  REQUIRE(log->recovery_point() == 1);
  auto after = files.PowerLoss(1);
  LogUnderTest again(*after);
  again.checkpoint.recovery_point = 1;
  again.Open();
  REQUIRE(again.ReadAll(0).at(0).value == "kept");
}

TEST_CASE("a rolled segment whose sync failed is not sealed by a later one that succeeds") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.Open();
  for (int i = 0; i < 12; ++i) log.AppendValue(std::string(200, 'x'));
  files.plan().Add({.call = testing::FileCall::kSync, .path_part = ".log"});
  log->Maintain(log.clock.Now());
  const std::int64_t trusted = log->recovery_point();
  log->Maintain(log.clock.Now());
  log->Maintain(log.clock.Now());
  REQUIRE(log->recovery_point() == trusted);
  REQUIRE(trusted == 0);
}

TEST_CASE("with flush.messages=N every N-th record flushes, and reads do not wait for it") {
  auto memory = io::NewMemoryFileSystem();
  SlowDisk disk(*memory);
  LogUnderTest log(disk);
  log.config.segment_bytes = 1 << 20;
  log.config.flush_messages = 5;
  log.Open();
  for (int i = 1; i <= 23; ++i) {
    log.AppendValue("x");
    REQUIRE(log->high_watermark() == i);
    REQUIRE(log->recovery_point() == i / 5 * 5);
  }
  REQUIRE(disk.syncs() == 4);
}

TEST_CASE(
    "with flush.ms maintenance flushes, as often as that says and not when there is nothing") {
  auto memory = io::NewMemoryFileSystem();
  SlowDisk disk(*memory);
  LogUnderTest log(disk);
  log.config.segment_bytes = 1 << 20;
  log.config.flush_ms = 1000;
  log.Open();
  log.AppendValue("x");
  log->Maintain(log.clock.Now());
  REQUIRE(log->recovery_point() == 1);
  log.AppendValue("x");
  log.clock.Advance(absl::Milliseconds(500));
  const absl::Time next = log->Maintain(log.clock.Now());
  REQUIRE(log->recovery_point() == 1);
  REQUIRE(next <= log.clock.Now() + absl::Milliseconds(500));
  log.clock.Set(next);
  log->Maintain(log.clock.Now());
  REQUIRE(log->recovery_point() == 2);
  const int syncs = disk.syncs();
  for (int i = 0; i < 5; ++i) {
    log.clock.Advance(absl::Seconds(2));
    log->Maintain(log.clock.Now());
  }
  REQUIRE(disk.syncs() == syncs);
}

TEST_CASE("appends that roll faster than maintenance comes seal the segments themselves") {
  auto memory = io::NewMemoryFileSystem();
  LogUnderTest log(*memory);
  log.Open();
  for (int i = 0; i < 200; ++i) log.AppendValue(std::string(500, 'x'));
  const std::size_t segments = log.FilesEnding(".log").size();
  REQUIRE(segments == 200);
  REQUIRE(segments - log.FilesEnding(".timeindex").size() <= 18);
  REQUIRE(log.ReadAll(0).size() == 200);
}

TEST_CASE("a flush covers segments that were rolled and not sealed yet") {
  auto memory = io::NewMemoryFileSystem();
  SlowDisk disk(*memory);
  LogUnderTest log(disk);
  log.Open();
  for (int i = 0; i < 12; ++i) log.AppendValue(std::string(300, 'x'));
  REQUIRE(log->recovery_point() == 0);
  REQUIRE(log->Flush().ok());
  REQUIRE(log->recovery_point() == 12);
  REQUIRE(disk.syncs() == static_cast<int>(log.FilesEnding(".log").size()));
}

TEST_CASE("a rolled segment that cannot be sealed for now is sealed later, and appends go on") {
  using testing::FileCall;
  for (const auto& fault :
       {testing::FileFault{.call = FileCall::kTruncate, .path_part = ".log"},
        testing::FileFault{.call = FileCall::kOpen, .path_part = ".index"},
        testing::FileFault{.call = FileCall::kWrite, .path_part = ".index"},
        testing::FileFault{.call = FileCall::kOpen, .path_part = ".timeindex"},
        testing::FileFault{.call = FileCall::kSync, .path_part = ".timeindex"}}) {
    INFO(fault.path_part << ", call " << static_cast<int>(fault.call));
    io::FaultyFileSystem files;
    LogUnderTest log(files);
    log.Open();
    for (int i = 0; i < 12; ++i) log.AppendValue(std::string(200, 'x'));
    files.plan().Add(fault);
    log->Maintain(log.clock.Now());
    REQUIRE(log->recovery_point() == 0);
    for (int i = 0; i < 3; ++i) log.AppendValue("more");
    log->Maintain(log.clock.Now());
    REQUIRE(log->recovery_point() == 0);  // not at every append
    log.clock.Advance(absl::Seconds(5));
    log->Maintain(log.clock.Now());
    REQUIRE(log->recovery_point() == std::stoll(log.FilesEnding(".log").back()));
    REQUIRE(log.FilesEnding(".timeindex").size() + 1 == log.FilesEnding(".log").size());
    const auto all = log.ReadAll(0);
    REQUIRE(all.size() == 15);
    log.ReopenAfterKill();
    REQUIRE(log.ReadAll(0) == all);
  }
}

TEST_CASE("flush.ms goes on after the clock was set back") {
  auto memory = io::NewMemoryFileSystem();
  LogUnderTest log(*memory);
  log.config.segment_bytes = 1 << 20;
  log.config.flush_ms = 1000;
  log.Open();
  log.AppendValue("x");
  log->Maintain(log.clock.Now());
  log.clock.Advance(-absl::Hours(1));
  log.AppendValue("x");
  log->Maintain(log.clock.Now());
  log.clock.Advance(absl::Milliseconds(1000));
  log->Maintain(log.clock.Now());
  REQUIRE(log->recovery_point() == 2);
}

// The first of each pass's syncs takes long, and a segment is filled meanwhile.
class DiskBehind final : public test::WrappedFileSystem {
 public:
  using WrappedFileSystem::WrappedFileSystem;

  std::function<void()> meanwhile;

 protected:
  absl::Status OnSync(const std::string& path, const std::function<absl::Status()>& sync) override {
    if (path.ends_with(".log") && meanwhile) std::exchange(meanwhile, nullptr)();
    return sync();
  }
};

TEST_CASE("with flush.ms the written segment is flushed in time, also while full ones wait") {
  auto memory = io::NewMemoryFileSystem();
  DiskBehind disk(*memory);
  LogUnderTest log(disk);
  log.config.flush_ms = 1000;
  log.Open();
  for (int pass = 0; pass < 10; ++pass) {
    for (int i = 0; i < 5; ++i) log.AppendValue(std::string(200, 'x'));
    std::int64_t before = 0;
    disk.meanwhile = [&] {
      before = log->log_end_offset();
      log.clock.Advance(absl::Milliseconds(2500));
      for (int i = 0; i < 5; ++i) log.AppendValue(std::string(200, 'x'));
    };
    const absl::Time next = log->Maintain(log.clock.Now());
    REQUIRE(before > 0);
    REQUIRE(log->recovery_point() >= before);
    REQUIRE(next <= log.clock.Now());  // others still wait to be sealed
  }
}

TEST_CASE("with flush.ms what is young waits until full segments are sealed") {
  auto memory = io::NewMemoryFileSystem();
  DiskBehind disk(*memory);
  LogUnderTest log(disk);
  log.config.flush_ms = 1000;
  log.Open();
  for (int i = 0; i < 5; ++i) log.AppendValue(std::string(200, 'x'));
  disk.meanwhile = [&] {
    log.clock.Advance(absl::Milliseconds(1500));
    for (int i = 0; i < 5; ++i) log.AppendValue(std::string(200, 'x'));
  };
  log->Maintain(log.clock.Now());
  REQUIRE(log->recovery_point() < log->log_end_offset());
  log->Maintain(log.clock.Now());
  REQUIRE(log->recovery_point() == log->log_end_offset());
}

TEST_CASE("a log that failed under a closing flush reports it, and is not taken for complete") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.Open();
  for (int i = 0; i < 12; ++i) log.AppendValue(std::string(200, 'x'));
  files.plan().Add({.call = testing::FileCall::kSync, .path_part = ".log", .after = 1});
  REQUIRE_FALSE(log->Close().ok());
  REQUIRE(log->recovery_point() < 12);
}

TEST_CASE("three descriptors are enough to append, roll, seal and close") {
  auto memory = io::NewMemoryFileSystem();
  io::LimitedFileSystem files(memory.get(), {.max_open_files = 3});
  LogUnderTest log(files);
  log.Open();
  for (int i = 0; i < 20; ++i) {
    log.AppendValue(std::string(200, 'x'));
    log->Maintain(log.clock.Now());
  }
  REQUIRE(log.FilesEnding(".timeindex").size() + 1 == log.FilesEnding(".log").size());
  log.AppendValue(std::string(800, 'x'));
  log.ReopenAfterClose();
  REQUIRE(log.ReadAll(0).size() == 21);
}

TEST_CASE("a segment whose index files came at the close only is cut to its batches, too") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.Open();
  for (int i = 0; i < 12; ++i) log.AppendValue(std::string(200, 'x'));
  files.plan().Add({.call = testing::FileCall::kOpen, .path_part = ".index", .error = EMFILE});
  log->Maintain(log.clock.Now());
  const std::uint64_t batches = log->size_bytes();
  log.Close();
  std::uint64_t total = 0;
  for (const std::string& name : log.FilesEnding(".log")) total += log.Contents(name).size();
  REQUIRE(total == batches);
}

TEST_CASE("a stopper that cannot be cut off for now is cut off later, and does not keep others") {
  io::FaultyFileSystem files;
  LogUnderTest log(files);
  log.config.file_delete_delay_ms = 0;
  log.Open();
  for (int i = 0; i < 12; ++i) log.AppendValue(std::string(200, 'x'));
  files.plan().Add({.call = testing::FileCall::kTruncate,
                    .path_part = "00000000000000000000.log",
                    .error = EACCES,
                    .after = 1});
  const absl::Time next = log->Maintain(log.clock.Now());
  REQUIRE(next > log.clock.Now());
  REQUIRE(log.lines().find("00000000000000000000.log") != std::string::npos);
  const auto size = log.Contents("00000000000000000000.log").size();
  const auto names = log.FilesEnding(".log");
  REQUIRE(log.Contents(names[1]).size() + 17 == size);
  log.clock.Set(next);
  log->Maintain(log.clock.Now());
  REQUIRE(log.Contents("00000000000000000000.log").size() + 17 == size);
}

}  // namespace
}  // namespace rill::log
