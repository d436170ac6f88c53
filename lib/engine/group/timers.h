#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace rill::engine {

// What a group waits for: members to join, members to sync, a sign of life from a member, or (in a
// consumer group) a member to give up partitions. A consumer group waits for each member on its
// own.
enum class TimerKind : std::uint8_t { kJoin, kSync, kMember, kRevocation };

struct TimerKey {
  std::string group_id;
  TimerKind kind = TimerKind::kJoin;
  std::string member_id = {};  // empty: a classic group's kJoin and kSync

  friend bool operator==(const TimerKey&, const TimerKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const TimerKey& key) {
    return H::combine(std::move(h), key.group_id, key.kind, key.member_id);
  }
};

// The deadlines of a coordinator's groups, at most one a key. It holds no clock: the caller asks
// what is due. Those of the same moment come in the order in which they were set.
class Timers {
 public:
  // Sets the key's deadline, in place of an earlier one.
  void Schedule(const TimerKey& key, absl::Time when);
  // Sets the key's deadline where there is none.
  void ScheduleIfNone(const TimerKey& key, absl::Time when);
  void Cancel(const TimerKey& key);

  // The earliest deadline; InfiniteFuture when there is none.
  absl::Time Next() const;
  // Takes out the earliest key that is due at `now`.
  std::optional<TimerKey> PopDue(absl::Time now);

 private:
  using Deadline = std::pair<absl::Time, std::uint64_t>;

  absl::btree_map<Deadline, TimerKey> by_deadline_;
  absl::flat_hash_map<TimerKey, Deadline> by_key_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace rill::engine
