#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/file_system.h"
#include "log/append_only_array.h"

namespace rill::log {

// An entry of a segment's .index: a batch that ends at `relative_offset` starts at `position`.
struct OffsetEntry {
  std::uint32_t relative_offset = 0;  // from the segment's base offset
  std::uint32_t position = 0;         // in the .log, in bytes
};

// An entry of a segment's .timeindex: no record up to `relative_offset` is younger than
// `timestamp_ms`, and the batch that ends there has one of that age.
struct TimeEntry {
  std::int64_t timestamp_ms = -1;
  std::uint32_t relative_offset = 0;
};

inline constexpr std::size_t kOffsetEntrySize = 8;  // as Kafka stores them, big-endian
inline constexpr std::size_t kTimeEntrySize = 12;

// Where to start looking for an offset or a time in a segment. Thread-safe.
class SegmentIndex {
 public:
  virtual ~SegmentIndex() = default;

  virtual std::size_t offset_entries() const = 0;
  virtual std::size_t time_entries() const = 0;
  // Entry `at` of those that an earlier call has counted.
  virtual OffsetEntry OffsetAt(std::size_t at) const = 0;
  virtual TimeEntry TimeAt(std::size_t at) const = 0;

  // The last entry whose offset is at most `relative_offset`; none: the start of the segment.
  OffsetEntry FloorOffset(std::uint32_t relative_offset) const;
  // How many entries have an offset below `relative_offset`: the first that has not comes next.
  std::size_t OffsetEntriesBelow(std::uint32_t relative_offset) const;
  // The last entry whose timestamp is at most `timestamp_ms`; none: timestamp -1, offset 0.
  TimeEntry FloorTime(std::int64_t timestamp_ms) const;
  std::optional<OffsetEntry> LastOffset() const;
  std::optional<TimeEntry> LastTime() const;
};

// The index of the segment that is being written: one writer, any number of readers. It is in
// memory until Save; a segment that is being written has no index files, for those would say that
// it is complete.
class GrowingIndex final : public SegmentIndex {
 public:
  GrowingIndex() = default;
  // Begins with the entries of `stored`.
  explicit GrowingIndex(const SegmentIndex& stored);

  std::size_t offset_entries() const override { return offsets_.size(); }
  std::size_t time_entries() const override { return times_.size(); }
  OffsetEntry OffsetAt(std::size_t at) const override { return offsets_[at]; }
  TimeEntry TimeAt(std::size_t at) const override { return times_[at]; }

  void AddOffset(OffsetEntry entry) { offsets_.Append(entry); }
  // Left out unless it is younger than the last entry.
  void AddTime(TimeEntry entry);

  // Writes <stem>.index and <stem>.timeindex, with `stage` behind their names; with `sync` they
  // would survive a power cut on return.
  absl::Status Save(io::FileSystem& files, const std::string& stem, bool sync,
                    const std::string& stage = "") const;

 private:
  AppendOnlyArray<OffsetEntry> offsets_;
  AppendOnlyArray<TimeEntry> times_;
};

// Takes the files away: the segment is not complete (any more), and with them it would seem to be
// (LogLoader::NeedsRecovery).
absl::Status RemoveIndexFiles(io::FileSystem& files, const std::string& stem);

// The index files of a segment, mapped. `log_size` is the size of the segment's .log: an index of a
// broken length, or whose last entry cannot be one, is DataLoss, and to be rebuilt. A missing file
// is NotFound. Entries may lie all the same: whoever follows one checks the batch that it meets.
absl::StatusOr<std::shared_ptr<const SegmentIndex>> OpenStoredIndex(io::FileSystem& files,
                                                                    const std::string& stem,
                                                                    std::uint64_t log_size);

// One of the two files alone, for who looks into what is wrong with it: nothing is said of its
// entries, and there are none of the other kind. DataLoss for a broken length.
enum class IndexFile { kOffsets, kTimes };
absl::StatusOr<std::shared_ptr<const SegmentIndex>> OpenIndexFile(io::FileSystem& files,
                                                                  const std::string& stem,
                                                                  IndexFile which);

}  // namespace rill::log
