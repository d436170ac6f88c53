#include "net/request_memory.h"

#include <utility>

namespace rill::net {

bool RequestMemory::Share::Resize(std::size_t bytes) {
  if (bytes > bytes_) {
    if (!memory_.Take(bytes - bytes_)) return false;
  } else {
    memory_.Give(bytes_ - bytes);
  }
  bytes_ = bytes;
  return true;
}

std::shared_ptr<void> RequestMemory::Observe(std::shared_ptr<Wake> waiting) {
  absl::MutexLock lock(&mutex_);
  const auto place = waiting_.insert(waiting_.end(), std::move(waiting));
  return {nullptr, [this, place](void*) {
            absl::MutexLock lock(&mutex_);
            waiting_.erase(place);
          }};
}

bool RequestMemory::is_scarce() const {
  absl::MutexLock lock(&mutex_);
  return most_ - taken_ < largest_;
}

std::size_t RequestMemory::taken() const {
  absl::MutexLock lock(&mutex_);
  return taken_;
}

std::size_t RequestMemory::waiting() const {
  absl::MutexLock lock(&mutex_);
  return waiting_.size();
}

bool RequestMemory::Take(std::size_t bytes) {
  absl::MutexLock lock(&mutex_);
  if (bytes > most_ - taken_) return false;
  taken_ += bytes;
  return true;
}

void RequestMemory::Give(std::size_t bytes) {
  if (bytes == 0) return;
  absl::MutexLock lock(&mutex_);
  taken_ -= bytes;
  for (const auto& waiting : waiting_) waiting->Notify();
}

}  // namespace rill::net
