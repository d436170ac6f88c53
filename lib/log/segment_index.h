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

  // The last entry whose offset is at most `relative_offset`; none: the start of the segment.
  virtual OffsetEntry FloorOffset(std::uint32_t relative_offset) const = 0;
  // The last entry whose timestamp is at most `timestamp_ms`; none: timestamp -1, offset 0.
  virtual TimeEntry FloorTime(std::int64_t timestamp_ms) const = 0;
  virtual std::optional<OffsetEntry> LastOffset() const = 0;
  virtual std::optional<TimeEntry> LastTime() const = 0;
  virtual std::size_t offset_entries() const = 0;
  virtual std::size_t time_entries() const = 0;
};

// The index of the segment that is being written: one writer, any number of readers. New entries
// are in memory, behind those that were in the files when the segment was opened; Save adds them to
// the files, and until then they can be rebuilt from the log.
class GrowingIndex final : public SegmentIndex {
 public:
  explicit GrowingIndex(std::shared_ptr<const SegmentIndex> stored = nullptr)
      : stored_(std::move(stored)) {}

  OffsetEntry FloorOffset(std::uint32_t relative_offset) const override;
  TimeEntry FloorTime(std::int64_t timestamp_ms) const override;
  std::optional<OffsetEntry> LastOffset() const override;
  std::optional<TimeEntry> LastTime() const override;
  std::size_t offset_entries() const override { return stored_offsets() + offsets_.size(); }
  std::size_t time_entries() const override { return stored_times() + times_.size(); }

  void AddOffset(OffsetEntry entry) { offsets_.Append(entry); }
  // Left out unless it is younger than the last entry.
  void AddTime(TimeEntry entry);

  // Makes <stem>.index and <stem>.timeindex hold all entries.
  absl::Status Save(io::FileSystem& files, const std::string& stem) const;

 private:
  std::size_t stored_offsets() const { return stored_ == nullptr ? 0 : stored_->offset_entries(); }
  std::size_t stored_times() const { return stored_ == nullptr ? 0 : stored_->time_entries(); }

  const std::shared_ptr<const SegmentIndex> stored_;
  AppendOnlyArray<OffsetEntry> offsets_;
  AppendOnlyArray<TimeEntry> times_;
};

// The index files of a segment, mapped. `log_size` is the size of the segment's .log: an index with
// an entry past it at its end or of a broken length is DataLoss, and to be rebuilt. A missing file
// is NotFound.
absl::StatusOr<std::shared_ptr<const SegmentIndex>> OpenStoredIndex(io::FileSystem& files,
                                                                    const std::string& stem,
                                                                    std::uint64_t log_size);

}  // namespace rill::log
