#include "other_core.h"

#include <pthread.h>

#include <chrono>
#include <utility>

namespace rill::bench {
namespace {

constexpr std::chrono::microseconds kPace(50);

}  // namespace

OtherCore::OtherCore(std::function<void()> work)
    : work_(std::move(work)), thread_([this] { Loop(); }) {}

OtherCore::~OtherCore() {
  stop_.store(true);
  thread_.join();
}

void OtherCore::Loop() {
  pthread_setname_np(pthread_self(), "other");  // for whoever traces it
  auto due = std::chrono::steady_clock::now();
  while (!stop_.load(std::memory_order_relaxed)) {
    const auto now = std::chrono::steady_clock::now();
    if (now < due) continue;
    // What it is behind by, it does not catch up with: it would be another load.
    due = now + kPace;
    if (work_) work_();
  }
}

}  // namespace rill::bench
