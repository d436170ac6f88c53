#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/prefetch.h"
#include "io/file_system.h"
#include "log/next_segment.h"
#include "log/segment.h"
#include "log/segment_scan.h"
#include "log/stopper.h"

namespace rill::log {

// Why a log that finds another file in the place of its own takes no more appends.
std::string Replaced(const std::string& log_path);

// Writes the last segment of a log through its mapping. Used under the log's append lock.
//
// It holds the mapping and no descriptor: a data folder may have more partitions in use than a
// process may have files open. Where the file itself is needed, to make room, it is opened for
// that; syncs go through the mapping.
//
// The file is longer than what was written: blocks are reserved ahead (so that no store can fault
// for want of space) and pages are populated a window ahead (so that stores do not fault at all).
// Behind the last batch stands a stopper at all times, and a batch shows only when it is complete:
//
//   1. the batch is stored behind the stopper's first twelve bytes, and a new stopper behind it;
//   2. the lower three bytes of its length are stored;
//   3. the highest byte of its length is stored with release.
//
// The stopper already carries the batch's base offset, and its magic. Whoever reads the file
// meanwhile (Kafka's tools, another process) sees, until the very last store, a length of
// 0x7f...... that passes the end of the file: the end of the log. Stores reach other processors in
// order, and a mapping and a read() see the same pages.
class SegmentWriter {
 public:
  // Opens the segment for writing behind its end. `limit` is the size it will be rolled at, in
  // bytes; `next_offset` the log's next; `index` what is known of the segment's batches so far.
  static absl::StatusOr<std::unique_ptr<SegmentWriter>> Open(
      io::FileSystem* files, std::shared_ptr<Segment> segment, std::uint32_t limit,
      std::int64_t next_offset, std::shared_ptr<GrowingIndex> index, const IndexBuilder& builder);
  // Begins an empty segment in a file that was made ahead, which gets the segment's name.
  static absl::StatusOr<std::unique_ptr<SegmentWriter>> Begin(io::FileSystem* files,
                                                              std::shared_ptr<Segment> segment,
                                                              NextSegment& next,
                                                              std::shared_ptr<GrowingIndex> index,
                                                              const IndexBuilder& builder);

  // What is mapped of a segment that will be rolled at `limit`, in bytes.
  static std::uint64_t MappedSize(std::uint32_t limit);

  const std::shared_ptr<Segment>& segment() const { return segment_; }
  std::uint32_t position() const { return position_; }
  // Largest size that fits this segment's mapping.
  std::uint32_t limit() const { return limit_; }

  // The next append is coming: fetches the lines that it shares with readers of the last one.
  void Prefetch() const {
    base::PrefetchToWrite(data_ + position_);
    base::PrefetchToWrite(&segment_->end_);
  }

  // Where the next batch, of `size` bytes, goes: populated and reserved. The first twelve bytes are
  // not to be touched. ResourceExhausted when the disk is full; then nothing has changed.
  absl::StatusOr<char*> Room(std::uint32_t size) {
    if (position_ + size + kStopperSize <= ready_) [[likely]]
      return data_ + position_;
    return MakeRoom(size);
  }

  // Shows the batch that was stored at Room(size).
  void Publish(std::uint32_t size, std::int64_t base_offset, std::int64_t last_offset,
               std::int64_t max_timestamp_ms, std::int64_t index_interval_bytes);

  std::int64_t max_timestamp_ms() const { return builder_.max_timestamp_ms(); }
  // Nothing more will be appended: makes the index say what the segment's largest timestamp is.
  void FinishIndex() { builder_.Finish(); }
  // Whether an index file of at most `max_bytes` would have no room for another entry, the time
  // index for that and its last one (IndexBuilder::Finish).
  bool IndexIsFull(std::int64_t max_bytes) const {
    const auto limit = static_cast<std::size_t>(max_bytes);
    return (index_->offset_entries() + 1) * kOffsetEntrySize > limit ||
           (index_->time_entries() + 2) * kTimeEntrySize > limit;
  }

  // For flushing while others append: a flush keeps the mapping by itself.
  const std::shared_ptr<io::Mapping>& mapping() const { return mapping_; }
  // Of the file that is mapped.
  const io::FileId& file_id() const { return file_id_; }

  // Whether a call failed because the file under the segment's name is not the one that is mapped:
  // somebody moved another one there, or cut it. Nothing was written to that.
  bool is_replaced() const { return is_replaced_; }
  absl::Status CheckInPlace() { return OpenFile().status(); }

  // The two steps that complete a segment, with a sync of mapping() in between: index files that
  // outlived a power cut which the new size did not would hide the reserve. Each may be tried again
  // when it failed. Readers keep the mapping that they have; what it shows below the end does not
  // change.
  //
  // Cuts off the reserve but for `tail` bytes: none, or kStopperSize.
  absl::Status CutReserve(std::size_t tail);
  // Writes the index files, durably, and lets mapping and index go: the writer's last act.
  absl::Status SaveIndex();

  // For a segment that will be written on later, by another writer: cuts the reserve but for
  // kStopperSize, writes the index files, and lets mapping and index go. Nothing is synced. On an
  // error nothing has changed.
  absl::Status Rest();

  // Takes mapping and index away from the segment.
  void Release();

 private:
  SegmentWriter(io::FileSystem* files, std::shared_ptr<Segment> segment, std::uint32_t limit,
                std::shared_ptr<io::Mapping> mapping, const io::FileId& file_id,
                std::shared_ptr<GrowingIndex> index, const IndexBuilder& builder);

  // The file that is mapped, by its name.
  absl::StatusOr<std::unique_ptr<io::File>> OpenFile();

  absl::StatusOr<char*> MakeRoom(std::uint32_t size);
  absl::Status Reserve(std::uint64_t needed);
  void CacheAhead(std::uint64_t ready);
  // After a window whose pages began to be made at `began`.
  void SizeNextWindow(std::chrono::steady_clock::time_point began);
  absl::Status PutFirstStopper(io::File& file);

  io::FileSystem* files_;
  std::shared_ptr<Segment> segment_;
  std::uint32_t limit_;
  std::shared_ptr<io::Mapping> mapping_;
  io::FileId file_id_;
  bool is_replaced_ = false;
  char* data_;
  std::uint64_t position_;
  std::uint64_t reserved_;        // size of the file
  std::uint64_t ready_;           // pages are populated up to here
  std::int64_t next_offset_ = 0;  // of the log when the segment was opened
  bool has_stopper_ = false;      // one stands there since it was opened
  std::uint64_t window_;          // how far the next populating goes
  std::chrono::steady_clock::time_point window_began_;
  std::shared_ptr<GrowingIndex> index_;
  IndexBuilder builder_;
};

}  // namespace rill::log
