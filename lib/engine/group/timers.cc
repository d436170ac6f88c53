#include "engine/group/timers.h"

namespace rill::engine {

void Timers::Schedule(const TimerKey& key, absl::Time when) {
  const Deadline deadline(when, next_sequence_++);
  auto [it, inserted] = by_key_.try_emplace(key, deadline);
  if (!inserted) {
    by_deadline_.erase(it->second);
    it->second = deadline;
  }
  by_deadline_.emplace(deadline, key);
}

void Timers::ScheduleIfNone(const TimerKey& key, absl::Time when) {
  if (!by_key_.contains(key)) Schedule(key, when);
}

void Timers::Cancel(const TimerKey& key) {
  auto it = by_key_.find(key);
  if (it == by_key_.end()) return;
  by_deadline_.erase(it->second);
  by_key_.erase(it);
}

absl::Time Timers::Next() const {
  return by_deadline_.empty() ? absl::InfiniteFuture() : by_deadline_.begin()->first.first;
}

std::optional<TimerKey> Timers::PopDue(absl::Time now) {
  if (Next() > now || by_deadline_.empty()) return std::nullopt;
  TimerKey key = std::move(by_deadline_.begin()->second);
  by_deadline_.erase(by_deadline_.begin());
  by_key_.erase(key);
  return key;
}

}  // namespace rill::engine
