#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "rill/testing/faulty_storage.h"

namespace rill::testing {

// Work in a thread of its own that stops at its first call to the storage that `is_it`, until it is
// let go.
class HeldCall {
 public:
  using IsIt = std::function<bool(FileCall call, const std::string& path)>;

  // Returns when the work has come there.
  HeldCall(std::shared_ptr<FaultyStorage> storage, IsIt is_it, std::function<absl::Status()> work)
      : storage_(std::move(storage)) {
    storage_->Watch([this, is_it = std::move(is_it)](FileCall call, const std::string& path) {
      if (!is_it(call, path) || reached_.exchange(true)) return;
      there_.Notify();
      go_on_.WaitForNotification();
    });
    thread_ = std::thread([this, work = std::move(work)] { status_ = work(); });
    there_.WaitForNotification();
  }
  ~HeldCall() {
    if (thread_.joinable()) LetGo().IgnoreError();
  }
  HeldCall(const HeldCall&) = delete;
  HeldCall& operator=(const HeldCall&) = delete;

  // What came of the work, once it has ended.
  absl::Status LetGo() {
    go_on_.Notify();
    thread_.join();
    storage_->Watch(nullptr);
    return status_;
  }

 private:
  const std::shared_ptr<FaultyStorage> storage_;
  std::atomic<bool> reached_ = false;
  absl::Notification there_;
  absl::Notification go_on_;
  absl::Status status_;
  std::thread thread_;
};

}  // namespace rill::testing
