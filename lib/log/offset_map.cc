#include "log/offset_map.h"

#include <algorithm>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "rill/error.h"

namespace rill::log {
namespace {

// One is always free, so that a search ends.
constexpr std::size_t kLeastSlots = 2;

absl::Status Refused(std::size_t least_bytes, std::size_t max_bytes, std::string_view why) {
  return MakeError(absl::StatusCode::kResourceExhausted, ErrorCode::kUnknownServerError,
                   fmt::format("compaction takes no less than {} bytes for a map of keys, and "
                               "{} at most (log.cleaner.dedupe.buffer.size): {}",
                               least_bytes, max_bytes, why));
}

std::size_t CapacityOf(std::size_t slots) {
  const auto filled = static_cast<std::size_t>(static_cast<double>(slots) * OffsetMap::kLoadFactor);
  return std::clamp<std::size_t>(filled, 1, slots - 1);
}

}  // namespace

absl::StatusOr<OffsetMap> OffsetMap::Create(std::size_t max_bytes, std::uint64_t most_keys,
                                            base::Budget& memory,
                                            const base::SipHashKey& hash_key) {
  const std::size_t allowed = std::max(max_bytes / kEntrySize, kLeastSlots);
  const double wanted = static_cast<double>(most_keys) / kLoadFactor + kLeastSlots;
  std::size_t count =
      wanted < static_cast<double>(allowed) ? static_cast<std::size_t>(wanted) : allowed;
  const std::size_t least = std::min(count, kLeastBytes / kEntrySize);
  // Others may use up the budget meanwhile, and give back.
  auto reservation = memory.Reserve(count * kEntrySize);
  while (!reservation.ok() && count > least) {
    count = std::max(count / 2, least);
    reservation = memory.Reserve(count * kEntrySize);
  }
  if (!reservation.ok()) {
    return Refused(least * kEntrySize, max_bytes, std::string(reservation.status().message()));
  }
  Slots slots(static_cast<Slot*>(std::calloc(count, kEntrySize)));
  if (slots == nullptr) {
    return Refused(least * kEntrySize, max_bytes,
                   fmt::format("the system refused {}", count * kEntrySize));
  }
  return OffsetMap(std::move(slots), count, *std::move(reservation), hash_key);
}

OffsetMap::OffsetMap(Slots slots, std::size_t slot_count, base::Reservation reservation,
                     const base::SipHashKey& hash_key)
    : slots_(std::move(slots)),
      slot_count_(slot_count),
      capacity_(CapacityOf(slot_count)),
      reservation_(std::move(reservation)),
      hash_key_(hash_key) {}

std::size_t OffsetMap::Locate(const base::Hash128& hash) const {
  std::size_t at = hash.low % slot_count_;
  while (slots_[at].next_offset != 0 && !(slots_[at].hash == hash)) {
    if (++at == slot_count_) at = 0;
  }
  return at;
}

void OffsetMap::Put(std::string_view key, std::int64_t offset) {
  const base::Hash128 hash = base::SipHash(hash_key_, key);
  Slot& slot = slots_[Locate(hash)];
  if (slot.next_offset == 0) {
    slot.hash = hash;
    ++size_;
  }
  slot.next_offset = offset + 1;
  latest_offset_ = offset;
}

std::int64_t OffsetMap::Find(std::string_view key) const {
  return slots_[Locate(base::SipHash(hash_key_, key))].next_offset - 1;
}

}  // namespace rill::log
