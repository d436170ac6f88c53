#include "net/answer_memory.h"

#include <utility>

namespace rill::net {

AnswerMemory::Share::~Share() {
  if (memory_ != nullptr) memory_->Give(bytes_);
}

void AnswerMemory::Share::Hold(AnswerMemory& memory, std::size_t bytes) {
  const std::size_t wanted = bytes > kOwn ? bytes - kOwn : 0;
  memory_ = &memory;
  if (wanted > bytes_) {
    memory.taken_.fetch_add(wanted - bytes_);
  } else {
    memory.Give(bytes_ - wanted);
  }
  bytes_ = wanted;
}

void AnswerMemory::Give(std::size_t bytes) {
  if (bytes == 0) return;
  taken_.fetch_sub(bytes);
  if (waiting() == 0) return;
  absl::MutexLock lock(&mutex_);
  WakeFirst();
}

void AnswerMemory::WakeFirst() {
  for (const AnswerSize size : {AnswerSize::kOfRequest, AnswerSize::kOfState}) {
    Line& line = LineOf(size);
    if (!line.empty() && HasRoom(size)) line.front()->Notify();
  }
}

AnswerMemory::Place::Place(AnswerMemory& memory, AnswerSize size, std::shared_ptr<Wake> wake, At at)
    : memory_(memory), size_(size) {
  absl::MutexLock lock(&memory_.mutex_);
  Line& line = memory_.LineOf(size_);
  at_ = line.insert(at == At::kFront ? line.begin() : line.end(), std::move(wake));
  memory_.waiting_counts_[static_cast<std::size_t>(size_)].fetch_add(1);
}

AnswerMemory::Place::~Place() {
  absl::MutexLock lock(&memory_.mutex_);
  memory_.LineOf(size_).erase(at_);
  memory_.waiting_counts_[static_cast<std::size_t>(size_)].fetch_sub(1);
  memory_.WakeFirst();
}

bool AnswerMemory::Place::IsItsTurn() const {
  absl::MutexLock lock(&memory_.mutex_);
  return memory_.LineOf(size_).begin() == at_ && memory_.HasRoom(size_);
}

}  // namespace rill::net
