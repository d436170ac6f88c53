#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "io/file_system.h"
#include "log/producer_state.h"
#include "log/segment_index.h"
#include "rill/record_batch.h"

namespace rill::log {

// Of batches. Positions are stored in 32 bits (OffsetEntry), of which Kafka uses 31.
inline constexpr std::uint64_t kMaxSegmentBytes = std::numeric_limits<std::int32_t>::max();
// A live one is longer by its reserve: the stopper, rounded up to a page.
inline constexpr std::uint64_t kMaxSegmentFileSize = kMaxSegmentBytes + (std::uint64_t{64} << 10);

// A segment's bytes, held in memory as long as somebody keeps this.
struct SegmentView {
  std::shared_ptr<const io::Mapping> mapping;
  std::uint32_t end = 0;  // batches stand in [0, end)

  const char* data() const { return mapping == nullptr ? nullptr : mapping->data(); }
};

// Transactions that markers of one segment aborted, in the order of these.
using AbortedTransactions = std::shared_ptr<const std::vector<CompletedTransaction>>;

// One segment of a log, as readers see it. Thread-safe; the writer of the last segment publishes
// through it (segment_writer.h), and readers never wait for the writer.
//
// Proof that a reader sees whole batches: the writer stores a batch's bytes, then end_ with
// release; a reader loads end_ with acquire and touches nothing at or above what it loaded. Bytes
// below end_ are never stored to again: segments are append-only, then unlinked.
class Segment {
 public:
  // A segment whose file <stem>.log holds `end` bytes of batches.
  Segment(io::FileSystem* files, std::string stem, std::int64_t base_offset, std::uint32_t end)
      : files_(files), stem_(std::move(stem)), base_offset_(base_offset), end_(end) {}

  std::int64_t base_offset() const { return base_offset_; }
  const std::string& stem() const { return stem_; }
  std::string log_path() const { return stem_ + ".log"; }
  std::uint32_t end() const { return end_.load(std::memory_order_acquire); }

  // The bytes and where they end; maps the file when it is not mapped. Aborted where that cannot be
  // done any more (Retire).
  absl::StatusOr<SegmentView> View();

  // The file that `shown` shows, a mapping of this segment's, open for reading. Null where there is
  // no descriptor to be had of it: none is left, it is in memory, or its name went or is another's
  // by now. The mapping has the same bytes.
  std::unique_ptr<const io::File> OpenFile(const io::Mapping& shown) const;

  // For a segment that compaction made and whose files do not have their names yet: readers get
  // these, and they are not let go of before Release. `mapping` is null where there are no bytes,
  // `aborted` where nobody asks for it.
  void Hold(std::shared_ptr<const io::Mapping> mapping, std::shared_ptr<const SegmentIndex> index,
            AbortedTransactions aborted);
  void Release();

  // Another segment takes this one's place: its files are not opened any more, for what is found
  // under their names may be the other's. Who has it mapped goes on; everybody else is to look the
  // list of segments up again.
  void Retire();
  bool is_retired() const { return retired_.load(std::memory_order_acquire); }

  // The position of the batch that holds `offset`, or of the first one after it; view.end when
  // there is none. DataLoss names the file and the position where the bytes cannot be followed, and
  // no index entry leads past it.
  absl::StatusOr<std::uint32_t> Find(const SegmentView& view, std::int64_t offset);

  // Where reading can go on when the batch that holds `offset` is damaged: an offset above it, and
  // below `end_offset` where the next segment begins, that the index or the batch behind leads to.
  std::optional<std::int64_t> ResumeOffset(const SegmentView& view, std::int64_t offset,
                                           std::int64_t end_offset);

  // Whether the batches, after the last of which `next_offset` comes, end at `at`: at the end, or
  // before the stopper that a rolled segment keeps for a while, which a killed process leaves there
  // and a broker may keep.
  bool EndsAt(const SegmentView& view, std::uint32_t at, std::int64_t next_offset) const;
  // Where that is in a segment that is not written.
  absl::StatusOr<std::uint32_t> EndOfBatches();

  // The frame of the batch at `position` < view.end: lengths and offsets checked against their
  // surroundings, nothing else. `at_least` is the lowest base offset that it may have.
  absl::StatusOr<BatchView> FrameAt(const SegmentView& view, std::uint32_t position,
                                    std::int64_t at_least) const;

  // A batch with `offset` was appended, and is about to be read: fetches the lines it begins in, if
  // the last reader left a hint where that is.
  void Prefetch(std::int64_t offset) const;

  // A hint for Find: the batch at `position` holds `offset`, or is the first one after it.
  void Remember(std::int64_t offset, std::uint32_t position);

  // Whether all of [begin, end) was validated since the file was opened, or written by this
  // process.
  bool IsVerified(std::uint32_t begin, std::uint32_t end) const;
  void MarkVerified(std::uint32_t begin, std::uint32_t end);

  // The index, opened when it is not; rebuilt by a scan when its files are missing or damaged.
  absl::StatusOr<std::shared_ptr<const SegmentIndex>> Index();

  // Whether the batch that holds the entry's offset is one of the entry's age.
  bool Confirms(const SegmentView& view, const TimeEntry& entry);
  // Whether entries for what is appended from now on can follow those of `index`: those of offsets
  // rise, and the last ones meet their batches. Otherwise what is found by the new ones would
  // depend on lies.
  bool CanGoOnWith(const SegmentView& view, const SegmentIndex& index);

  // The batch that the i-th entry of `index` points at, if both agree; none behind the last entry.
  std::optional<BatchView> BatchOfEntry(const SegmentView& view, const SegmentIndex& index,
                                        std::size_t i) const;

  // What its transaction index tells of, read once; for nobody appends a marker, which
  // rill::Partition refuses. Aborted as View is.
  absl::StatusOr<AbortedTransactions> Aborted();

  // Largest timestamp of the segment's records, kNoTimestamp when it has none. Where somebody
  // begins to write it meanwhile, of those that were there before.
  absl::StatusOr<std::int64_t> LargestTimestamp();

  // Largest timestamp of its first batch, kNoTimestamp when there is none.
  absl::StatusOr<std::int64_t> FirstTimestamp();

  // Whether its bytes are in memory, for readers or its writer.
  bool IsMapped() const;
  // Lets go of the mapping and the index of a sealed segment; they come back when needed. Records
  // that show it keep the mapping.
  void Unload();
  // Unload, if nobody has looked at the segment since the last call. Whether there is something
  // left to unload.
  bool UnloadIfIdle();

 private:
  friend class SegmentFollower;
  friend class SegmentWriter;

  absl::StatusOr<std::int64_t> FindLargestTimestamp();
  std::shared_ptr<const SegmentIndex> RebuildIndex(const SegmentView& view) const;
  absl::Status TookItsPlace() const;
  absl::Status Damaged(std::uint32_t position, const std::string& what) const;
  static std::uint32_t PositionOf(const SegmentView& view, BatchView batch) {
    return static_cast<std::uint32_t>(batch.data() - view.data());
  }
  std::uint32_t FloorPosition(const SegmentView& view, const SegmentIndex& index,
                              std::int64_t offset) const;
  std::optional<BatchView> IndexedBatch(const SegmentView& view, std::int64_t least_base,
                                        std::int64_t least_last);

  static constexpr std::size_t kCacheLine = 64;

  io::FileSystem* const files_;
  const std::string stem_;
  const std::int64_t base_offset_;
  // Where the bytes of a segment that is being written are mapped. For Prefetch, which does not
  // look at them: the mapping may go at any time.
  std::atomic<const char*> growing_bytes_ = nullptr;
  // Each append writes it, so what readers write stands on other lines.
  alignas(kCacheLine) std::atomic<std::uint32_t> end_;

  // Each slot holds a relative offset in its high half and a position in its low half; zero is
  // empty, for offset zero needs no hint. Slots are chosen by offset, so that several readers do
  // not push each other out.
  static constexpr std::size_t kHints = 16;
  alignas(kCacheLine) std::array<std::atomic<std::uint64_t>, kHints> hints_ = {};

  // The verified stretch: its begin in the high half, its end in the low half.
  std::atomic<std::uint64_t> verified_ = 0;
  std::atomic<std::uint32_t> written_from_ = UINT32_MAX;  // this process wrote all from here on

  std::atomic<bool> viewed_ = false;  // since the last UnloadIfIdle

  mutable base::Mutex load_mutex_;
  std::shared_ptr<const io::Mapping> mapping_ ABSL_GUARDED_BY(load_mutex_);
  std::shared_ptr<const SegmentIndex> index_ ABSL_GUARDED_BY(load_mutex_);
  AbortedTransactions aborted_ ABSL_GUARDED_BY(load_mutex_);  // null: not read yet
  bool growing_ ABSL_GUARDED_BY(load_mutex_) = false;         // who moves the end gave both
  bool held_ ABSL_GUARDED_BY(load_mutex_) = false;            // its files have other names yet
  std::uint32_t writers_ ABSL_GUARDED_BY(load_mutex_) = 0;    // that there were
  std::int64_t largest_timestamp_ms_ ABSL_GUARDED_BY(load_mutex_) = kNoTimestamp;
  bool largest_timestamp_known_ ABSL_GUARDED_BY(load_mutex_) = false;

  std::atomic<bool> retired_ = false;                            // stored under load_mutex_
  std::atomic<std::int64_t> first_timestamp_ms_ = kNoTimestamp;  // once it was asked for
};

}  // namespace rill::log
