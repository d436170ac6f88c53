#include "log/log_check_index.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "log/segment_name.h"

namespace rill::log {
namespace {

constexpr std::size_t EntrySize(IndexFile which) {
  return which == IndexFile::kOffsets ? kOffsetEntrySize : kTimeEntrySize;
}

// What a broker that was killed leaves of each: segment.index.bytes, by default.
constexpr std::size_t kReserved = std::size_t{10} << 20;

// An entry is of a batch, and the last of a time index once more when the segment is complete.
std::size_t MostEntries(std::uint64_t log_size, IndexFile which) {
  const auto batches = static_cast<std::size_t>(log_size / kBatchHeaderSize);
  return std::max(batches + 1, kReserved / EntrySize(which));
}

}  // namespace

IndexFileCheck::IndexFileCheck(io::FileSystem& files, const std::string& stem, IndexFile which,
                               std::int64_t base_offset, std::uint64_t log_size, Finding::Kind kind,
                               FolderFindings* findings)
    : which_(which),
      file_(stem.substr(stem.rfind('/') + 1) +
            (which == IndexFile::kOffsets ? kOffsetIndexSuffix : kTimeIndexSuffix)),
      base_offset_(base_offset),
      kind_(kind),
      findings_(findings) {
  auto index = OpenIndexFile(files, stem, which);
  if (absl::IsNotFound(index.status())) return;
  is_there_ = true;
  if (!index.ok()) {
    is_wrong_ = true;
    findings_->TellError(file_, index.status(), kind_);
    return;
  }
  index_ = *std::move(index);
  if (count() <= MostEntries(log_size, which_)) return;
  is_wrong_ = true;
  findings_->Tell(kind_, file_, std::nullopt,
                  fmt::format("has {} entries, more than a .log of {} bytes can have batches",
                              count(), log_size));
  index_ = nullptr;
}

std::size_t IndexFileCheck::count() const {
  if (index_ == nullptr) return 0;
  return which_ == IndexFile::kOffsets ? index_->offset_entries() : index_->time_entries();
}

void IndexFileCheck::Wrong(std::size_t entry, std::string what) {
  if (run_length_ == 0) {
    run_begin_ = entry;
    run_what_ = std::move(what);
  }
  ++run_length_;
}

void IndexFileCheck::EndRun() {
  if (run_length_ == 0) return;
  is_wrong_ = true;
  if (run_length_ > 1) run_what_ += fmt::format("; so are {} entries behind it", run_length_ - 1);
  findings_->Tell(kind_, file_, run_begin_ * EntrySize(which_), std::move(run_what_));
  run_length_ = 0;
}

void IndexFileCheck::Batch(BatchView batch, std::uint32_t position) {
  largest_timestamp_ms_ = std::max(largest_timestamp_ms_, batch.max_timestamp_ms());
  if (which_ == IndexFile::kOffsets) {
    CheckOffsets(batch, position);
  } else {
    CheckTimes(batch);
  }
}

// Entries rise, so that the one that is due is at this batch or behind it.
void IndexFileCheck::CheckOffsets(BatchView batch, std::uint32_t position) {
  CheckLoose(batch);
  for (; at_ < count(); ++at_) {
    const OffsetEntry entry = index_->OffsetAt(at_);
    if (entry.position > position) return;
    const std::int64_t offset = base_offset_ + entry.relative_offset;
    if (entry.position < position || position == 0) {
      Wrong(at_, fmt::format("the entry leads to byte {} for offset {}, where no batch begins that "
                             "could have one",
                             entry.position, offset));
    } else if (offset > batch.last_offset() && !loose_) {
      loose_ = at_;
    } else if (offset != batch.last_offset()) {
      Wrong(at_, fmt::format("the entry leads to byte {} for offset {}, where a batch ends with {}",
                             entry.position, offset, batch.last_offset()));
    } else {
      EndRun();
    }
  }
}

// Where several batches were appended at once, brokers before Kafka 4.0 enter the last one's offset
// with the first one's position. That costs time, not answers.
void IndexFileCheck::CheckLoose(BatchView batch) {
  if (!loose_) return;
  const std::int64_t offset = base_offset_ + index_->OffsetAt(*loose_).relative_offset;
  if (batch.last_offset() < offset) return;
  if (batch.last_offset() == offset) {
    ++loose_count_;
  } else {
    Wrong(*loose_, fmt::format("the entry is about offset {}, with which no batch ends", offset));
  }
  loose_.reset();
}

void IndexFileCheck::CheckTimes(BatchView batch) {
  for (; at_ < count(); ++at_) {
    const TimeEntry entry = index_->TimeAt(at_);
    const std::int64_t offset = base_offset_ + entry.relative_offset;
    if (offset > batch.last_offset()) return;
    const bool is_largest = has_skipped_ || entry.timestamp_ms == largest_timestamp_ms_;
    if (offset < batch.base_offset()) {
      Wrong(at_,
            fmt::format("the entry is about offset {}, which no batch has in its place", offset));
    } else if (entry.timestamp_ms != batch.max_timestamp_ms() || !is_largest) {
      Wrong(at_, fmt::format(
                     "the entry says that nothing up to offset {} is younger than {}, where "
                     "a batch has {} and the youngest up to it {}",
                     offset, entry.timestamp_ms, batch.max_timestamp_ms(), largest_timestamp_ms_));
    } else {
      EndRun();
    }
  }
}

void IndexFileCheck::Skip(std::uint32_t position, std::int64_t offset) {
  EndRun();
  has_skipped_ = true;
  loose_.reset();
  for (; at_ < count(); ++at_) {
    const bool is_before = which_ == IndexFile::kOffsets
                               ? index_->OffsetAt(at_).position < position
                               : base_offset_ + index_->TimeAt(at_).relative_offset < offset;
    if (!is_before) return;
  }
}

void IndexFileCheck::Finish(bool is_complete) {
  if (loose_) Wrong(*loose_, "the entry is about an offset with which no batch ends");
  for (; at_ < count(); ++at_) Wrong(at_, "the entry leads behind the last batch");
  EndRun();
  if (loose_count_ > 0) {
    findings_->Tell(Finding::Kind::kNote, file_, std::nullopt,
                    fmt::format("{} entries lead to a batch before theirs, as brokers before Kafka "
                                "4.0 enter them",
                                loose_count_));
  }
  if (which_ == IndexFile::kOffsets || index_ == nullptr || is_wrong_) return;
  if (!is_complete || has_skipped_) return;
  const auto last = index_->LastTime();
  const std::int64_t said = last.has_value() ? last->timestamp_ms : kNoTimestamp;
  if (said >= largest_timestamp_ms_) return;
  is_wrong_ = true;
  findings_->Tell(kind_, file_, count() * kTimeEntrySize,
                  fmt::format("the last entry is missing: the segment's largest timestamp is {}, "
                              "the index ends with {}",
                              largest_timestamp_ms_, said));
}

}  // namespace rill::log
