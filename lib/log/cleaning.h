#pragma once

#include <cstddef>
#include <cstdint>

namespace rill::log {

// How much there is to compact in a log: what the choice between logs goes by. Kafka's terms: the
// dirty section is what was appended since the last cleaning, the cleanable one the part of it that
// may be compacted now.
struct Cleanability {
  std::int64_t first_dirty_offset = 0;     // the cleanable section begins here,
  std::int64_t end_offset = 0;             // and ends here: the base offset of a segment
  std::uint64_t clean_bytes = 0;           // of the segments below it
  std::uint64_t cleanable_bytes = 0;       // 0: nothing may be compacted now
  bool passed_max_lag = false;             // cleanable records have waited max.compaction.lag.ms
  double min_cleanable_dirty_ratio = 0.5;  // the topic's config

  // Of all that would be read, the part that was not compacted before.
  double dirty_ratio() const {
    const auto all = static_cast<double>(clean_bytes + cleanable_bytes);
    return all > 0 ? static_cast<double>(cleanable_bytes) / all : 0;
  }
  // Whether Kafka's cleaner would take this log; the one with the largest ratio goes first.
  bool is_due() const {
    return cleanable_bytes > 0 && (passed_max_lag || dirty_ratio() > min_cleanable_dirty_ratio);
  }
};

struct CleanOptions {
  // A slice ends when it has read and written so many bytes; it passes them by a batch at most.
  std::size_t slice_bytes = std::size_t{256} << 10;
  // What the map of keys may take (log.cleaner.dedupe.buffer.size): 24 bytes for each key of the
  // dirty section. With less than there are keys, a cleaning ends where the map was full, and the
  // next one goes on behind.
  std::size_t map_bytes = std::size_t{8} << 20;
};

// What a slice of a cleaning did.
struct CleanProgress {
  // The cleaning is over, or there is none to be begun: the next call looks anew at what there is.
  bool done = false;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  // Of the segments that are written anew.
  std::uint64_t records_read = 0;
  std::uint64_t records_kept = 0;
};

}  // namespace rill::log
