#include "log/cleaned_segment.h"

#include <utility>

#include "fmt/format.h"
#include "log/segment_name.h"
#include "log/transaction_index.h"
#include "rill/error.h"

namespace rill::log {
namespace {

// What is written at once.
constexpr std::size_t kBufferSize = std::size_t{64} << 10;
// What is left to a sync: one of a whole segment would keep the disk from everybody else for long.
constexpr std::uint64_t kSyncInterval = std::uint64_t{4} << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<CleanedSegment>> CleanedSegment::Create(
    io::FileSystem* files, std::string stem, std::int64_t base_offset,
    std::int64_t index_interval_bytes) {
  auto file = files->Open(stem + kLogSuffix + kCleanedSuffix, io::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  if (auto status = (*file)->Truncate(0); !status.ok()) return status;
  return std::unique_ptr<CleanedSegment>(new CleanedSegment(
      files, std::move(stem), base_offset, index_interval_bytes, *std::move(file)));
}

absl::Status CleanedSegment::Append(BatchView batch) {
  const std::uint64_t position = written_ + buffer_.size();
  if (position + batch.size() > kMaxSegmentBytes) {
    return MakeError(absl::StatusCode::kOutOfRange, ErrorCode::kRecordListTooLarge,
                     fmt::format("{}{}: compacted, the segment has more than {} bytes", stem_,
                                 kLogSuffix, kMaxSegmentBytes));
  }
  builder_.Add(batch.last_offset(), batch.max_timestamp_ms(), static_cast<std::uint32_t>(position),
               static_cast<std::uint32_t>(batch.size()), index_interval_bytes_);
  buffer_.append(batch.data(), batch.size());
  return buffer_.size() < kBufferSize ? absl::OkStatus() : WriteBuffer();
}

absl::Status CleanedSegment::WriteBuffer() {
  if (auto status = file_->WriteAt(written_, buffer_); !status.ok()) return status;
  written_ += buffer_.size();
  buffer_.clear();
  if (written_ - synced_ < kSyncInterval) return absl::OkStatus();
  synced_ = written_;
  return file_->Sync();
}

void CleanedSegment::AddAborted(const CompletedTransaction& transaction) {
  aborted_.push_back(transaction);
}

absl::Status CleanedSegment::Finish() {
  builder_.Finish();
  if (auto status = WriteBuffer(); !status.ok()) return status;
  buffer_ = std::string();
  if (auto status = file_->Sync(); !status.ok()) return status;
  if (auto status = WriteTransactions(); !status.ok()) return status;
  return index_->Save(*files_, stem_, /*sync=*/true, kCleanedSuffix);
}

absl::Status CleanedSegment::WriteTransactions() {
  if (!has_transaction_index()) return absl::OkStatus();
  std::string entries;
  for (const CompletedTransaction& transaction : aborted_) {
    AppendTransactionEntry(transaction, entries);
  }
  auto file = files_->Open(stem_ + kTransactionIndexSuffix + kCleanedSuffix, io::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  auto status = (*file)->Truncate(0);
  if (status.ok()) status = (*file)->WriteAt(0, entries);
  return status.ok() ? (*file)->Sync() : status;
}

absl::StatusOr<std::shared_ptr<Segment>> CleanedSegment::Open() const {
  const auto end = static_cast<std::uint32_t>(written_);
  auto segment = std::make_shared<Segment>(files_, stem_, base_offset_, end);
  std::shared_ptr<const io::Mapping> mapping;
  if (end > 0) {
    auto mapped = file_->Map(end, io::MapMode::kRead);
    if (!mapped.ok()) return mapped.status();
    mapping = *std::move(mapped);
  }
  segment->Hold(std::move(mapping), index_,
                std::make_shared<const std::vector<CompletedTransaction>>(aborted_));
  return segment;
}

// The log last: as long as it is there, the others are not taken for those of another segment.
absl::Status CleanedSegment::Remove() {
  file_ = nullptr;
  absl::Status failure;
  for (const char* suffix :
       {kTransactionIndexSuffix, kTimeIndexSuffix, kOffsetIndexSuffix, kLogSuffix}) {
    const auto status = files_->Remove(stem_ + suffix + kCleanedSuffix);
    if (!status.ok() && !absl::IsNotFound(status)) failure.Update(status);
  }
  return failure;
}

}  // namespace rill::log
