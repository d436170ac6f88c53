#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "rill/record_batch.h"

namespace rill::record {

// ValidateBatch's checks for the usual record: every number takes one or two bytes, there are no
// headers, and nothing is wrong. At any other record it stops, whatever that is: RecordView::Parse
// and the checks behind it judge it then, and say what they find. Where several in a row are no
// such records, the rest of the batch is taken to have none. Safe on any bytes; not thread-safe.
//
// Numbers are compared as they are stored, zig-zagged: twice the number where it is not negative,
// odd where it is.
class SoundRun {
 public:
  explicit SoundRun(BatchView batch)
      : base_offset_(batch.base_offset()),
        last_delta_(2 * std::int64_t{batch.last_offset_delta()}),
        max_timestamp_delta_(MaxTimestampDelta(batch)) {}

  // Passes the records from `p` on, of which there are `left`, in a batch whose record area ends at
  // `end`. The first byte behind the last that was passed; `left` counts those that were not.
  const char* Pass(const char* p, const char* end, std::int32_t& left);

  // Of the record before the next; one less than the batch's first offset before the first.
  std::int64_t previous_offset() const { return base_offset_ + previous_delta_ / 2; }
  // Whether one of the records that were passed is as young as the batch says its youngest is.
  bool has_youngest() const { return has_youngest_; }
  // A record of the batch that others found sound.
  void Passed(std::int64_t offset) { previous_delta_ = 2 * (offset - base_offset_); }

 private:
  // After so many records in a row that were not passed, none is tried any more.
  static constexpr int kMostMisses = 4;

  // A number of two bytes is below this.
  static constexpr std::int64_t kMostShort = 1 << 14;

  // What a timestamp's delta must not pass; -1, which all do, where that cannot be said in a number
  // without regard to overflow. A negative delta, which is odd, is below every maximum from 0 on.
  static std::int64_t MaxTimestampDelta(BatchView batch);
  static bool ReadShort(const unsigned char*& p, std::int64_t& number);
  static bool ReadSize(const unsigned char*& p, std::int64_t& size);
  const unsigned char* PassOne(const unsigned char* p, const unsigned char* end,
                               std::int64_t& previous_delta, bool& has_youngest) const;

  const std::int64_t base_offset_;
  const std::int64_t last_delta_;
  const std::int64_t max_timestamp_delta_;
  std::int64_t previous_delta_ = -2;
  bool has_youngest_ = false;
  int misses_ = 0;  // in a row
};

inline std::int64_t SoundRun::MaxTimestampDelta(BatchView batch) {
  // The log's own timestamp stands for those of the records.
  if (batch.timestamp_type() == TimestampType::kLogAppendTime) return kMostShort;
  constexpr std::int64_t kFar = std::int64_t{1} << 60;
  const std::int64_t base = batch.base_timestamp_ms();
  const std::int64_t max = batch.max_timestamp_ms();
  if (base < -kFar || max > kFar || max < base) return -1;
  return std::min(max - base, kMostShort) * 2 + 1;
}

// Moves `p` behind the number that stands there. False when it has more than two bytes.
inline bool SoundRun::ReadShort(const unsigned char*& p, std::int64_t& number) {
  number = p[0];
  if (number < 0x80) {
    p += 1;
    return true;
  }
  const std::int64_t high = p[1];
  number = high * 0x80 + number - 0x80;
  p += 2;
  return high < 0x80;
}

// The size of a field, which for a null is 0. False for other negative sizes, too.
inline bool SoundRun::ReadSize(const unsigned char*& p, std::int64_t& size) {
  std::int64_t number = 0;
  if (!ReadShort(p, number)) [[unlikely]]
    return false;
  if ((number & 1) != 0 && number != 1) [[unlikely]]
    return false;
  size = number / 2;
  return true;
}

// The first byte behind the record at `p`, or nullptr when it is not passed. The numbers in front
// of the key take nine bytes at the most, so none of them is read behind `end`; that each stands in
// the record shows in the end, where all has to come out even.
inline const unsigned char* SoundRun::PassOne(const unsigned char* p, const unsigned char* end,
                                              std::int64_t& previous_delta,
                                              bool& has_youngest) const {
  constexpr std::ptrdiff_t kLongestHead = 9;
  std::int64_t length = 0;
  if (end - p < kLongestHead || !ReadSize(p, length) || length > end - p) [[unlikely]]
    return nullptr;
  const unsigned char* const record_end = p + length;
  ++p;  // attributes: no bit of it is in use
  std::int64_t timestamp_delta = 0;
  if (!ReadShort(p, timestamp_delta) || timestamp_delta > max_timestamp_delta_) [[unlikely]]
    return nullptr;
  std::int64_t offset_delta = 0;
  if (!ReadShort(p, offset_delta) || (offset_delta & 1) != 0) [[unlikely]]
    return nullptr;
  if (offset_delta <= previous_delta) [[unlikely]]
    return nullptr;
  if (offset_delta > last_delta_) [[unlikely]]
    return nullptr;
  std::int64_t key_size = 0;
  // Behind the key stand the value's size, a byte or two, and the number of headers.
  if (!ReadSize(p, key_size) || key_size > record_end - p - 2) [[unlikely]]
    return nullptr;
  p += key_size;
  std::int64_t value_size = 0;
  if (!ReadSize(p, value_size) || value_size != record_end - p - 1) [[unlikely]]
    return nullptr;
  if (record_end[-1] != 0) [[unlikely]]
    return nullptr;
  previous_delta = offset_delta;
  has_youngest |= timestamp_delta == max_timestamp_delta_ - 1;
  return record_end;
}

inline const char* SoundRun::Pass(const char* p, const char* end, std::int32_t& left) {
  if (misses_ >= kMostMisses) return p;
  const auto* at = reinterpret_cast<const unsigned char*>(p);
  const auto* const at_end = reinterpret_cast<const unsigned char*>(end);
  std::int64_t previous_delta = previous_delta_;
  bool has_youngest = has_youngest_;
  std::int32_t count = left;
  for (; count > 0; --count) {
    const unsigned char* const next = PassOne(at, at_end, previous_delta, has_youngest);
    if (next == nullptr) break;
    at = next;
  }
  misses_ = count == left ? misses_ + 1 : 1;
  left = count;
  previous_delta_ = previous_delta;
  has_youngest_ = has_youngest;
  return reinterpret_cast<const char*>(at);
}

}  // namespace rill::record
