#include "log/segment_scan.h"

#include <algorithm>

#include "base/buffer.h"
#include "base/bytes.h"
#include "fmt/format.h"
#include "log/stopper.h"
#include "record/codec.h"
#include "rill/error.h"

namespace rill::log {
namespace {

bool AllZero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

// Whether `rest` is what a writer leaves behind its last batch: nothing, a stopper, the zeros of
// its reserve, or the beginning of a batch whose length was never stored. `next_offset` is what a
// stopper there says.
bool IsUnwritten(std::string_view rest, std::int64_t next_offset) {
  if (IsStopper(rest, next_offset)) return true;
  if (rest.size() < kLogOverhead) return false;
  const auto offset = base::LoadBigEndian<std::int64_t>(rest.data());
  const auto length = base::LoadBigEndian<std::uint32_t>(rest.data() + sizeof offset);
  // The first byte of the length is stored last: until then it is the stopper's, whatever follows.
  if (offset == next_offset && length >> 24 == kStopperLength >> 24) return true;
  return length == 0 && AllZero(rest.substr(0, std::min(rest.size(), kBatchHeaderSize)));
}

// Whether the batch's offsets are those that must stand here, or what stands `behind` agrees with
// them. The last batch of a log has nothing behind it; its CRC says how many offsets it has, but
// not where they begin.
absl::Status CheckOffsets(BatchView batch, std::string_view behind, std::int64_t next_offset,
                          std::int64_t end_offset) {
  const bool follows = batch.base_offset() == next_offset;
  if (follows && batch.last_offset_delta() + 1 == batch.record_count()) return absl::OkStatus();
  bool agrees = false;
  if (const auto follower = ParseBatch(behind); follower.ok()) {
    agrees = follower->base_offset() >= batch.next_offset();
  } else if (end_offset != INT64_MAX) {
    agrees = end_offset >= batch.next_offset();
  } else {
    agrees = follows && CheckCrc(batch).ok();
  }
  if (agrees) return absl::OkStatus();
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                   fmt::format("offsets {} to {} where {} comes next", batch.base_offset(),
                               batch.last_offset(), next_offset));
}

}  // namespace

ScanResult ScanBatches(std::string_view bytes, std::uint32_t position, std::int64_t next_offset,
                       ScanDepth depth, const std::function<void(BatchView, std::uint32_t)>& visit,
                       std::int64_t end_offset, std::size_t max_size) {
  record::Codec codec;
  base::Buffer scratch;
  ScanResult result{position, next_offset, absl::OkStatus()};
  while (!IsUnwritten(bytes.substr(result.sound_end), result.next_offset)) {
    auto batch = ParseBatch(bytes.substr(result.sound_end));
    if (batch.ok() && batch->base_offset() < result.next_offset) {
      batch = MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                        fmt::format("base offset {} where at least {} must stand",
                                    batch->base_offset(), result.next_offset));
    }
    if (batch.ok() && depth == ScanDepth::kValidate) {
      auto status = record::ValidateBatch(*batch, codec, scratch, max_size);
      if (!status.ok()) batch = status;
    }
    if (batch.ok() && depth >= ScanDepth::kOffsets) {
      auto status = CheckOffsets(*batch, bytes.substr(result.sound_end + batch->size()),
                                 result.next_offset, end_offset);
      if (!status.ok()) batch = status;
    }
    if (!batch.ok()) {
      result.damage = batch.status();
      return result;
    }
    visit(*batch, result.sound_end);
    result.sound_end += static_cast<std::uint32_t>(batch->size());
    result.next_offset = batch->next_offset();
  }
  return result;
}

IndexBuilder::IndexBuilder(GrowingIndex* index, std::int64_t base_offset)
    : index_(index), base_offset_(base_offset) {
  if (const auto last = index->LastTime(); last.has_value()) {
    max_timestamp_ms_ = last->timestamp_ms;
    max_timestamp_at_ = base_offset + last->relative_offset;
  }
}

void IndexBuilder::AddEntries(std::int64_t last_offset, std::uint32_t position) {
  index_->AddOffset({static_cast<std::uint32_t>(last_offset - base_offset_), position});
  Finish();
  bytes_since_entry_ = 0;
}

void IndexBuilder::Finish() {
  if (max_timestamp_ms_ < 0) return;
  index_->AddTime(
      {max_timestamp_ms_, static_cast<std::uint32_t>(max_timestamp_at_ - base_offset_)});
}

}  // namespace rill::log
