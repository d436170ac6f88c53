#include "log/record_collector.h"

#include <algorithm>
#include <utility>

#include "base/buffer.h"
#include "base/prefetch.h"
#include "fmt/format.h"
#include "log/buffer_cap.h"
#include "record/batch_walker.h"
#include "rill/error.h"

namespace rill::log {
namespace {

// Decompressed records with the part of the budget that they take, and the mapping that their
// batch's header is read in.
struct DecompressedRecords {
  base::Buffer bytes;
  std::shared_ptr<base::Budget> budget;  // outlives the reservation
  base::Reservation reservation;
  std::shared_ptr<const io::Mapping> mapping;
};

absl::Status AtPosition(const absl::Status& status, const Segment& segment,
                        std::uint32_t position) {
  return MakeError(
      status.code(), GetErrorCode(status),
      fmt::format("{}: byte {}: {}", segment.log_path(), position, std::string(status.message())));
}

// The base offset of the batch at `position`, or what follows the segment when none fits there.
std::int64_t BaseOffsetAt(const SegmentView& view, std::size_t position,
                          std::int64_t segment_end_offset) {
  if (position + kBatchHeaderSize > view.end) return segment_end_offset;
  return std::min(BatchView(view.data() + position).base_offset(), segment_end_offset);
}

// Of a fetch that takes stored batches as they are, waiting for their headers is most of the work.
// Batches of one writer are about as long as each other, so one of the next begins near there.
void PrefetchHeaderBehind(const SegmentView& view, std::uint32_t position, std::size_t batch_size) {
  constexpr std::size_t kAhead = 4;
  const std::size_t there = position + kAhead * batch_size;
  if (there < view.end) base::PrefetchToRead(view.data() + there);
}

}  // namespace

RecordCollector::RecordCollector(std::shared_ptr<const TopicPartition> partition,
                                 std::int64_t offset, std::int64_t limit, std::size_t max_bytes,
                                 const std::shared_ptr<base::Budget>& buffers, Shape shape)
    : range_{std::move(partition), offset, offset},
      limit_(limit),
      max_bytes_(max_bytes),
      buffers_(buffers),
      shape_(shape) {}

absl::Status RecordCollector::Collect(Segment& segment, std::int64_t segment_end_offset) {
  auto view = segment.View();
  if (!view.ok()) return view.status();
  auto position = segment.Find(*view, range_.next_offset);
  if (!position.ok()) return position.status();
  std::uint32_t at = *position;
  std::uint32_t last = at;  // the batch that the next read begins in
  std::int64_t at_least = segment.base_offset();
  absl::Status damage;
  while (at < view->end && range_.next_offset < limit_) {
    if (segment.EndsAt(*view, at, at_least)) {
      at = view->end;
      break;
    }
    auto batch = segment.FrameAt(*view, at, at_least);
    if (batch.ok()) {
      PrefetchHeaderBehind(*view, at, batch->size());
      if (stored_bytes_ > 0 && stored_bytes_ + batch->size() > max_bytes_) break;
      damage = CheckOffsets(segment, *view, at, *batch, segment_end_offset);
      if (damage.ok() && batch->base_offset() >= limit_) {
        // Compaction left nothing below. A hole is passed in one step, however wide.
        range_.next_offset = empty() ? batch->base_offset() : limit_;
        break;
      }
      if (damage.ok()) damage = Take(segment, *view, at, *batch);
    } else {
      damage = batch.status();
    }
    if (!damage.ok()) break;
    stored_bytes_ += batch->size();
    record_count_ += ShownOf(*batch);
    range_.next_offset = batch->next_offset();
    at_least = batch->next_offset();
    last = at;
    at += static_cast<std::uint32_t>(batch->size());
  }
  CloseRun();
  if (!empty() && range_.next_offset > limit_) {
    range_.next_offset = limit_;  // the limit cuts through the last batch
  } else {
    last = at;
  }
  segment.Remember(range_.next_offset, last);
  return stored_bytes_ > 0 ? absl::OkStatus() : damage;
}

// A batch's base offset is not under its CRC; what stands around the batch guards it.
absl::Status RecordCollector::CheckOffsets(const Segment& segment, const SegmentView& view,
                                           std::uint32_t position, BatchView batch,
                                           std::int64_t segment_end_offset) const {
  const std::size_t behind = position + batch.size();
  std::int64_t end_offset = BaseOffsetAt(view, behind, segment_end_offset);
  if (end_offset < batch.next_offset() && behind + kBatchHeaderSize <= view.end) {
    // Of two batches that disagree the second is the wrong one, if the third agrees with the first.
    // (Its length may be anything.)
    const BatchView second(view.data() + behind);
    const std::size_t behind_second = behind + std::min(second.size(), view.end - behind);
    const std::int64_t third = BaseOffsetAt(view, behind_second, segment_end_offset);
    if (third - second.last_offset_delta() - 1 == batch.next_offset()) end_offset = third;
  }
  if (batch.last_offset() >= range_.next_offset && batch.next_offset() <= end_offset) {
    return absl::OkStatus();
  }
  return AtPosition(
      MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                fmt::format("offsets {} to {} where only {} to {} can stand", batch.base_offset(),
                            batch.last_offset(), range_.next_offset, end_offset - 1)),
      segment, position);
}

absl::Status RecordCollector::Take(Segment& segment, const SegmentView& view,
                                   std::uint32_t position, BatchView batch) {
  const auto end = position + static_cast<std::uint32_t>(batch.size());
  const bool verified = segment.IsVerified(position, end);
  if (!verified) {
    const auto cap = BufferCap::Left(*buffers_);
    auto parsed = ParseBatch({batch.data(), view.end - position});
    absl::Status status = parsed.ok()
                              ? record::ValidateBatch(*parsed, codec(), scratch_, cap.bytes())
                              : parsed.status();
    if (!status.ok()) return AtPosition(cap.Named(status), segment, position);
    segment.MarkVerified(position, end);
  }
  if (shape_ == Shape::kStored || batch.compression() == Compression::kNone || batch.is_control()) {
    if (run_.begin == nullptr) OpenRun(view, batch);
    run_.end = batch.data() + batch.size();
    return absl::OkStatus();
  }
  CloseRun();
  auto status = Decompress(view, batch);
  return status.ok() ? status : AtPosition(status, segment, position);
}

// How many records of a batch, which is sound, stand between where the read began and its limit.
std::uint64_t RecordCollector::ShownOf(BatchView batch) const {
  if (batch.is_control()) return 0;
  const std::int64_t begin = std::max(batch.base_offset(), range_.first_offset);
  const std::int64_t end = std::min(batch.next_offset(), limit_);
  return static_cast<std::uint64_t>(std::min<std::int64_t>(batch.record_count(), end - begin));
}

record::Codec& RecordCollector::codec() {
  if (codec_ == nullptr) codec_ = std::make_unique<record::Codec>();
  return *codec_;
}

void RecordCollector::OpenRun(const SegmentView& view, BatchView batch) {
  run_.begin = batch.data();
  run_.first_offset = range_.first_offset;
  run_.limit_offset = limit_;
  run_.pin = view.mapping;
}

void RecordCollector::CloseRun() {
  if (run_.begin == nullptr) return;
  runs_.push_back(std::move(run_));
  run_ = Records::Run();
}

absl::Status RecordCollector::Decompress(const SegmentView& view, BatchView batch) {
  auto decompressed = std::make_shared<DecompressedRecords>();
  decompressed->mapping = view.mapping;
  const auto cap = BufferCap::Left(*buffers_);
  auto records = record::UncompressedRecords(batch, codec(), decompressed->bytes, cap.bytes());
  if (!records.ok()) return cap.Named(records.status());
  auto reservation = buffers_->Reserve(decompressed->bytes.capacity());
  if (!reservation.ok()) return reservation.status();
  decompressed->budget = buffers_;
  decompressed->reservation = *std::move(reservation);
  Records::Run run;
  run.header = batch.data();
  run.begin = records->data();
  run.end = records->data() + records->size();
  run.first_offset = range_.first_offset;
  run.limit_offset = limit_;
  run.pin = std::move(decompressed);
  runs_.push_back(std::move(run));
  return absl::OkStatus();
}

Records RecordCollector::Finish() && {
  Records records;
  records.AddRange(std::move(range_), std::move(runs_), stored_bytes_);
  return records;
}

StoredBatches RecordCollector::FinishStored() && {
  StoredBatches batches;
  batches.next_offset = range_.next_offset;
  if (runs_.empty()) return batches;
  Records::Run& run = *runs_.begin();  // of one segment, in which nothing comes between batches
  batches.bytes = {run.begin, static_cast<std::size_t>(run.end - run.begin)};
  batches.mapping = std::static_pointer_cast<const io::Mapping>(std::move(run.pin));
  return batches;
}

}  // namespace rill::log
