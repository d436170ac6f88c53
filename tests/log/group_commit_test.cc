// Waiting appends share syncs: how many there are is counted, not timed.

#include <atomic>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <thread>

#include "../io/wrapped_file_system.h"
#include "log_under_test.h"

namespace rill::log {
namespace {

// A disk whose syncs of segments end when a test lets them.
class StepDisk final : public test::WrappedFileSystem {
 public:
  using WrappedFileSystem::WrappedFileSystem;

  // Lets one more sync end, or all.
  void Step() { Allow(allowed_ + 1); }
  void LetGo() { Allow(INT_MAX); }
  void WaitForSync(int number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_ >= number; });
  }

 protected:
  absl::Status OnSync(const std::string& path, const std::function<absl::Status()>& sync) override {
    if (!path.ends_with(".log")) return sync();
    std::unique_lock lock(mutex_);
    const int number = ++begun_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return allowed_ >= number; });
    return sync();
  }

 private:
  void Allow(int syncs) {
    std::lock_guard lock(mutex_);
    allowed_ = syncs;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int begun_ = 0;
  std::atomic<int> allowed_ = 0;
};

// A disk so slow that during each sync all who can append do.
class PatientDisk final : public test::WrappedFileSystem {
 public:
  using WrappedFileSystem::WrappedFileSystem;

  void WatchAppenders(PartitionLog* log, int appenders) {
    log_ = log;
    appending_ = appenders;
  }
  void OneEnded() { --appending_; }
  int syncs() const { return syncs_; }

 protected:
  absl::Status OnSync(const std::string& path, const std::function<absl::Status()>& sync) override {
    if (!path.ends_with(".log") || log_ == nullptr) return sync();
    ++syncs_;
    while (log_->log_end_offset() - log_->high_watermark() < appending_) {
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
    return sync();
  }

 private:
  PartitionLog* log_ = nullptr;
  std::atomic<int> appending_ = 0;
  std::atomic<int> syncs_ = 0;
};

void OpenDurable(LogUnderTest& log) {
  log.config.segment_bytes = 1 << 20;
  log.config.flush_messages = 1;
  log.Open();
}

TEST_CASE("the more appenders there are, the more appends share a sync") {
  constexpr int kAppends = 20;
  for (const int appenders : {1, 2, 4, 8, 16}) {
    auto memory = io::NewMemoryFileSystem();
    PatientDisk disk(*memory);
    LogUnderTest log(disk);
    OpenDurable(log);
    disk.WatchAppenders(&*log, appenders);
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < appenders; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < kAppends; ++j) {
          if (!log->AppendRecord({.value = "x"}).ok()) ++failures;
        }
        disk.OneEnded();
      });
    }
    for (std::thread& thread : threads) thread.join();
    const int syncs = disk.syncs();
    std::cout << appenders << " appenders: " << appenders * kAppends << " appends, " << syncs
              << " syncs" << std::endl;
    CHECK(failures == 0);
    CHECK(log->high_watermark() == appenders * kAppends);
    // An append that came during a sync is served by the next: two take all threads once on.
    CHECK(syncs <= (appenders == 1 ? kAppends : 2 * kAppends + 1));
    disk.WatchAppenders(nullptr, 0);
  }
}

TEST_CASE("who was served by a sync does not wait for the one after it") {
  auto memory = io::NewMemoryFileSystem();
  StepDisk disk(*memory);
  LogUnderTest log(disk);
  OpenDurable(log);
  std::atomic<int> failures = 0;
  const auto append = [&] {
    return std::thread([&] { failures += log->AppendRecord({.value = "x"}).ok() ? 0 : 1; });
  };
  const auto wait_for_end = [&](std::int64_t end) {
    while (log->log_end_offset() < end) std::this_thread::yield();
  };
  std::thread first = append();
  disk.WaitForSync(1);
  std::vector<std::thread> served;
  for (int i = 0; i < 5; ++i) served.push_back(append());
  wait_for_end(6);
  // Their flush may have been asked for, or be about to be.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  disk.Step();
  first.join();
  disk.WaitForSync(2);
  std::thread later = append();
  wait_for_end(7);
  disk.Step();
  disk.WaitForSync(3);
  for (std::thread& thread : served) thread.join();
  CHECK(log->high_watermark() == 6);
  disk.Step();
  later.join();
  CHECK(log->high_watermark() == 7);
  CHECK(failures == 0);
  disk.LetGo();
}

}  // namespace
}  // namespace rill::log
