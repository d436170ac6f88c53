#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace rill::bench {

// A thread that never sleeps, while this lives: it computes, and calls `work` (when there is one)
// 20,000 times a second.
class OtherCore {
 public:
  explicit OtherCore(std::function<void()> work);
  ~OtherCore();
  OtherCore(const OtherCore&) = delete;
  OtherCore& operator=(const OtherCore&) = delete;

 private:
  void Loop();

  const std::function<void()> work_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace rill::bench
