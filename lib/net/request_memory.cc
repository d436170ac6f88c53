#include "net/request_memory.h"

#include <utility>

namespace rill::net {

bool RequestMemory::Share::Resize(std::size_t bytes) {
  if (bytes == bytes_) return true;
  absl::MutexLock lock(&memory_.mutex_);
  const bool gives = bytes < bytes_;
  if (!gives && !memory_.MayTake(*this, bytes - bytes_)) return false;
  const int more_holders = static_cast<int>(bytes > 0) - static_cast<int>(bytes_ > 0);
  memory_.holders_ += more_holders;
  if (is_waiting_) memory_.waiting_holders_ += more_holders;
  memory_.taken_ += bytes - bytes_;
  bytes_ = bytes;
  if (!gives) return true;
  if (memory_.exempt_ == this) memory_.exempt_ = nullptr;
  for (const auto& waiting : memory_.waiting_) waiting->Notify();
  return true;
}

std::shared_ptr<void> RequestMemory::Share::Wait(std::shared_ptr<Wake> waiting) {
  absl::MutexLock lock(&memory_.mutex_);
  const auto place = memory_.waiting_.insert(memory_.waiting_.end(), std::move(waiting));
  is_waiting_ = true;
  if (bytes_ > 0) ++memory_.waiting_holders_;
  return {nullptr, [this, place](void*) {
            absl::MutexLock ended(&memory_.mutex_);
            memory_.waiting_.erase(place);
            is_waiting_ = false;
            if (bytes_ > 0) --memory_.waiting_holders_;
          }};
}

bool RequestMemory::is_scarce() const {
  absl::MutexLock lock(&mutex_);
  return taken_ + largest_ > most_;
}

std::size_t RequestMemory::taken() const {
  absl::MutexLock lock(&mutex_);
  return taken_;
}

std::size_t RequestMemory::waiting() const {
  absl::MutexLock lock(&mutex_);
  return waiting_.size();
}

bool RequestMemory::MayTake(const Share& share, std::size_t bytes) {
  if (exempt_ == &share || taken_ + bytes <= most_) return true;
  // Nothing would be given back any more but by those who lose patience.
  if (!AllOthersWait(share)) return false;
  exempt_ = &share;
  return true;
}

bool RequestMemory::AllOthersWait(const Share& share) const {
  const std::size_t is_holder = share.bytes_ > 0 ? 1 : 0;
  const std::size_t is_waiting = share.is_waiting_ ? is_holder : 0;
  return holders_ - is_holder == waiting_holders_ - is_waiting;
}

}  // namespace rill::net
