#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/budget.h"
#include "base/siphash.h"

namespace rill::log {

// The last offset of each key of a stretch of a log. Keys are kept as hashes of 16 bytes, so that
// the memory for a key does not depend on its size. Not thread-safe.
class OffsetMap {
 public:
  // What an entry takes, in bytes, as in Kafka's map.
  static constexpr std::size_t kEntrySize = 24;
  // Up to which part of its slots a map is filled: Kafka's log.cleaner.io.buffer.load.factor.
  static constexpr double kLoadFactor = 0.9;
  // Less is not worth it, for each map costs a rewrite of the log: some ten thousand keys.
  static constexpr std::size_t kLeastBytes = std::size_t{256} << 10;

  // Room for `most_keys` keys, or for as many as `max_bytes` suffice for, at least one; or, where
  // `memory` has less left, as many as fit there, but in no less than kLeastBytes.
  // ResourceExhausted, with the names of the options, when that is not to be had either. The system
  // gives the memory page by page as keys are put. `memory` must outlive the map. `hash_key` is to
  // be a secret where keys come from who would want them to collide.
  static absl::StatusOr<OffsetMap> Create(std::size_t max_bytes, std::uint64_t most_keys,
                                          base::Budget& memory, const base::SipHashKey& hash_key);

  // No other key has room; those that are there may still be put.
  bool full() const { return size_ >= capacity_; }
  // `offset`, which is above all before, is the last one of the key. The map is not full.
  void Put(std::string_view key, std::int64_t offset);
  // The last offset of the key, -1 for a key that was never put.
  std::int64_t Find(std::string_view key) const;

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }

  // The last offset of the stretch: all up to here that has a key is in the map. -1 at first; moved
  // by Put, and by this for offsets without a key.
  std::int64_t latest_offset() const { return latest_offset_; }
  void AdvanceTo(std::int64_t offset) { latest_offset_ = offset; }

 private:
  // A slot of zeros is free.
  struct Slot {
    base::Hash128 hash;
    std::int64_t next_offset;  // one above, so that no entry is zeros
  };
  static_assert(sizeof(Slot) == kEntrySize);
  struct Free {
    void operator()(Slot* slots) const { std::free(slots); }
  };
  using Slots = std::unique_ptr<Slot[], Free>;

  OffsetMap(Slots slots, std::size_t slot_count, base::Reservation reservation,
            const base::SipHashKey& hash_key);
  // The slot of the key, or the free one where it belongs.
  std::size_t Locate(const base::Hash128& hash) const;

  Slots slots_;
  std::size_t slot_count_;
  std::size_t capacity_;
  base::Reservation reservation_;
  base::SipHashKey hash_key_;
  std::size_t size_ = 0;
  std::int64_t latest_offset_ = -1;
};

}  // namespace rill::log
