#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "rill/records.h"

namespace rill::engine {

// When an offset was committed, and until when it is kept, in milliseconds since 1970.
struct OffsetTimes {
  std::int64_t commit_ms = 0;
  std::int64_t expire_ms = -1;  // what its client asked for; -1: by the retention

  friend bool operator==(const OffsetTimes&, const OffsetTimes&) = default;
};

// Of the offsets that a group has.
using TimesOfOffsets = std::map<TopicPartition, OffsetTimes>;

// What a group says of when its offsets expire: Kafka's rules since 2.1 (KIP-211).
//
//   no member ever, or a group of KIP-848   each so long after it was committed
//   without members                         all so long after the last one left
//   members that are consumers, and Stable  each so long after it was committed
//   else                                    none
//
// None of a topic that a member subscribes to.
struct OffsetExpiry {
  // Since when the retention counts; nothing: since each was committed.
  std::optional<std::int64_t> since_ms = {};

  bool HasExpired(const OffsetTimes& times, std::int64_t now_ms, std::int64_t retention_ms) const {
    if (times.expire_ms >= 0) return now_ms >= times.expire_ms;
    // The time of a commit may be anything that stands in a file.
    return since_ms.value_or(times.commit_ms) <= now_ms - retention_ms;
  }
};

}  // namespace rill::engine
