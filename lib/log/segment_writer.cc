#include "log/segment_writer.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/bytes.h"
#include "fmt/format.h"
#include "io/file_copy.h"
#include "log/segment_name.h"
#include "rill/error.h"

namespace rill::log {
namespace {

constexpr std::uint64_t kPage = 4096;
// Reserves and windows begin small, for most logs are quiet, and double with use; windows also
// halve.
constexpr std::uint64_t kFirstReserve = std::uint64_t{64} << 10;
constexpr std::uint64_t kLargestReserveStep = std::uint64_t{64} << 20;
constexpr std::uint64_t kFirstWindow = std::uint64_t{64} << 10;
constexpr std::uint64_t kLargestWindow = std::uint64_t{512} << 10;
// A window is to last for about as long.
constexpr std::chrono::milliseconds kShortWindow(10);
constexpr std::chrono::milliseconds kLongWindow(40);
// Its pages are quick to have, or an append waits for them: memory that a host took back, or a
// processor that is shared, makes one page cost what a hundred did.
constexpr std::chrono::microseconds kQuickPages(200);
constexpr std::chrono::microseconds kSlowPages(500);

constexpr std::uint64_t RoundUp(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

// What stands behind the end was never acknowledged; cut, it comes back as zeros. Whether the
// stopper of a log that rested is there: it stays, for whoever is reading the file meanwhile.
absl::StatusOr<bool> CutBehind(io::File& file, std::uint32_t end, std::int64_t next_offset) {
  auto size = file.Size();
  if (!size.ok()) return size.status();
  if (*size == end + kStopperSize) {
    char stopper[kStopperSize];
    StoreStopper(stopper, next_offset);
    char found[kStopperSize];
    auto read = file.ReadAt(end, found, kStopperSize);
    if (!read.ok()) return read.status();
    base::StoreBigEndian(found + record::kPartitionLeaderEpochAt, std::int32_t{0});  // IsStopper
    if (std::equal(found, found + *read, stopper, stopper + kStopperSize)) return true;
  }
  if (auto status = file.Truncate(end); !status.ok()) return status;
  return false;
}

}  // namespace

std::string Replaced(const std::string& log_path) {
  return fmt::format("{} was replaced or cut by somebody else, and is left as it is", log_path);
}

absl::StatusOr<std::unique_ptr<SegmentWriter>> SegmentWriter::Open(
    io::FileSystem* files, std::shared_ptr<Segment> segment, std::uint32_t limit,
    std::int64_t next_offset, std::shared_ptr<GrowingIndex> index, const IndexBuilder& builder) {
  if (auto own = io::UnshareFile(*files, segment->log_path()); !own.ok()) return own;
  auto file = files->Open(segment->log_path(), io::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  const std::uint32_t end = segment->end();
  auto rested = CutBehind(**file, end, next_offset);
  if (!rested.ok()) return rested.status();
  if (auto status = RemoveIndexFiles(*files, segment->stem()); !status.ok()) return status;
  const auto file_id = (*file)->Id();
  if (!file_id.ok()) return file_id.status();
  limit = std::max(limit, end);
  auto mapping = (*file)->Map(MappedSize(limit), io::MapMode::kReadWrite);
  if (!mapping.ok()) return mapping.status();
  std::unique_ptr<SegmentWriter> writer(new SegmentWriter(
      files, std::move(segment), limit, *std::move(mapping), *file_id, std::move(index), builder));
  writer->next_offset_ = next_offset;
  writer->has_stopper_ = *rested;
  (*file).reset();  // its descriptor may be the one that making room wants
  // On a full disk the log can be read all the same: room is asked for again by the first append.
  auto room = writer->MakeRoom(0);
  if (!room.ok() && !absl::IsResourceExhausted(room.status())) return room.status();
  return writer;
}

absl::StatusOr<std::unique_ptr<SegmentWriter>> SegmentWriter::Begin(
    io::FileSystem* files, std::shared_ptr<Segment> segment, NextSegment& next,
    std::shared_ptr<GrowingIndex> index, const IndexBuilder& builder) {
  // With those of a segment that once had this name, it would seem to be complete.
  if (auto status = RemoveIndexFiles(*files, segment->stem()); !status.ok()) return status;
  const std::int64_t base_offset = segment->base_offset();
  if (auto status = next.Become(segment->log_path(), base_offset); !status.ok()) return status;
  std::unique_ptr<SegmentWriter> writer(new SegmentWriter(files, std::move(segment), next.limit(),
                                                          next.mapping(), next.file_id(),
                                                          std::move(index), builder));
  writer->next_offset_ = base_offset;
  writer->has_stopper_ = true;
  writer->reserved_ = writer->ready_ = next.reserved();
  return writer;
}

std::uint64_t SegmentWriter::MappedSize(std::uint32_t limit) {
  return RoundUp(std::uint64_t{limit} + kStopperSize, kPage);
}

SegmentWriter::SegmentWriter(io::FileSystem* files, std::shared_ptr<Segment> segment,
                             std::uint32_t limit, std::shared_ptr<io::Mapping> mapping,
                             const io::FileId& file_id, std::shared_ptr<GrowingIndex> index,
                             const IndexBuilder& builder)
    : files_(files),
      segment_(std::move(segment)),
      limit_(limit),
      mapping_(std::move(mapping)),
      file_id_(file_id),
      data_(mapping_->data()),
      position_(segment_->end()),
      reserved_(position_),
      ready_(position_),
      window_(kFirstWindow),
      index_(std::move(index)),
      builder_(builder) {
  base::MutexLock lock(&segment_->load_mutex_);
  segment_->mapping_ = mapping_;
  segment_->index_ = index_;
  segment_->growing_ = true;
  segment_->growing_bytes_.store(data_, std::memory_order_relaxed);
  ++segment_->writers_;
  segment_->largest_timestamp_known_ = false;
  segment_->written_from_.store(static_cast<std::uint32_t>(position_), std::memory_order_relaxed);
}

absl::StatusOr<char*> SegmentWriter::MakeRoom(std::uint32_t size) {
  const std::uint64_t needed = position_ + size + kStopperSize;
  if (needed > reserved_) {
    if (auto status = Reserve(needed); !status.ok()) return status;
  }
  const auto began = std::chrono::steady_clock::now();
  const std::uint64_t ready = std::min((needed + window_) / kPage * kPage, reserved_);
  CacheAhead(ready);
  const std::uint64_t begin = ready_ / kPage * kPage;
  mapping_->Populate(begin, ready - begin);
  ready_ = ready;
  SizeNextWindow(began);
  return data_ + position_;
}

// Pages that stand ready when the kernel writes files out are written twice, and fault again:
// little of a busy log, and of a thousand that share what is appended the most of it.
void SegmentWriter::SizeNextWindow(std::chrono::steady_clock::time_point began) {
  const auto now = std::chrono::steady_clock::now();
  const auto took = now - began;
  const auto lasted = began - std::exchange(window_began_, now);
  if (lasted > kLongWindow || took > kSlowPages) {
    window_ = std::max(window_ / 2, kFirstWindow);
  } else if (lasted < kShortWindow && took < kQuickPages) {
    window_ = std::min(window_ * 2, kLargestWindow);
  }
}

// Whole pages only, behind all that was stored: the stopper is the last of that. Without a
// descriptor to be had, the pages come in by faults.
void SegmentWriter::CacheAhead(std::uint64_t ready) {
  const std::uint64_t fresh = RoundUp(std::max(ready_, position_ + kStopperSize), kPage);
  if (fresh < ready) files_->CacheZeros(segment_->log_path(), file_id_, fresh, ready - fresh);
}

// A file of another's would get our zeros, and not lengthen ours: stores behind its end are SIGBUS.
absl::StatusOr<std::unique_ptr<io::File>> SegmentWriter::OpenFile() {
  auto file = files_->Open(segment_->log_path(), io::OpenMode::kReadWrite);
  if (!file.ok()) return file.status();
  const auto found = (*file)->Id();
  if (!found.ok()) return found.status();
  const auto size = (*file)->Size();
  if (!size.ok()) return size.status();
  is_replaced_ = *found != file_id_ || *size < reserved_;
  if (!is_replaced_) return file;
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
                   Replaced(segment_->log_path()));
}

absl::Status SegmentWriter::Reserve(std::uint64_t needed) {
  auto file = OpenFile();
  if (!file.ok()) return file.status();
  if (auto status = PutFirstStopper(**file); !status.ok()) return status;
  const std::uint64_t step = std::clamp(reserved_, kFirstReserve, kLargestReserveStep);
  const std::uint64_t least = RoundUp(needed, kPage);
  std::uint64_t wanted =
      std::min<std::uint64_t>(RoundUp(std::max(needed, reserved_ + step), kPage), mapping_->size());
  auto status = (*file)->Allocate(wanted);
  if (absl::IsResourceExhausted(status) && least < wanted) {
    wanted = least;
    status = (*file)->Allocate(wanted);
  }
  if (status.ok()) reserved_ = wanted;
  return status;
}

// The stopper is there before the zeros of the reserve are: whoever reads the file never meets
// those at its end.
absl::Status SegmentWriter::PutFirstStopper(io::File& file) {
  if (reserved_ > position_ || has_stopper_) return absl::OkStatus();
  char stopper[kStopperSize];
  StoreStopper(stopper, next_offset_);
  auto status = file.WriteAt(position_, {stopper, kStopperSize});
  has_stopper_ = status.ok();
  return status;
}

void SegmentWriter::Publish(std::uint32_t size, std::int64_t base_offset, std::int64_t last_offset,
                            std::int64_t max_timestamp_ms, std::int64_t index_interval_bytes) {
  const auto position = static_cast<std::uint32_t>(position_);
  char* const batch = data_ + position;
  StoreStopper(batch + size, last_offset + 1);
  base::StoreBigEndian(batch, base_offset);
  char length[4];
  base::StoreBigEndian(length, static_cast<std::uint32_t>(size - kLogOverhead));
  std::copy(length + 1, length + 4, batch + 9);
  std::atomic_ref<char>(batch[8]).store(length[0], std::memory_order_release);

  position_ = position + size;
  segment_->end_.store(position + size, std::memory_order_release);
  builder_.Add(last_offset, max_timestamp_ms, position, size, index_interval_bytes);
}

absl::Status SegmentWriter::CutReserve(std::size_t tail) {
  auto file = OpenFile();
  if (!file.ok()) return file.status();
  FinishIndex();
  auto status = (*file)->Truncate(position_ + tail);
  if (status.ok()) reserved_ = position_ + tail;
  return status;
}

absl::Status SegmentWriter::SaveIndex() {
  if (auto status = index_->Save(*files_, segment_->stem(), true); !status.ok()) return status;
  Release();
  return absl::OkStatus();
}

// The cut comes last: behind it, the mapping must not be stored to.
absl::Status SegmentWriter::Rest() {
  auto file = OpenFile();
  if (!file.ok()) return file.status();
  FinishIndex();
  auto status = index_->Save(*files_, segment_->stem(), false);
  if (status.ok()) status = (*file)->Truncate(position_ + kStopperSize);
  if (!status.ok()) {
    // With them, the segment would seem to be complete.
    RemoveIndexFiles(*files_, segment_->stem()).IgnoreError();
    return status;
  }
  Release();
  return absl::OkStatus();
}

void SegmentWriter::Release() {
  base::MutexLock lock(&segment_->load_mutex_);
  segment_->growing_ = false;
  segment_->growing_bytes_.store(nullptr, std::memory_order_relaxed);
  segment_->mapping_ = nullptr;
  segment_->index_ = nullptr;
}

}  // namespace rill::log
