#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/file_system.h"
#include "log/producer_state.h"
#include "log/segment.h"
#include "log/segment_index.h"
#include "log/segment_scan.h"

namespace rill::log {

// Writes a segment that compaction makes, as <stem>.log.cleaned and its index files, which no open
// takes for part of the log. What is in memory of it is a buffer and its index. Not thread-safe.
class CleanedSegment {
 public:
  // Begins it; what an earlier one left under its names is overwritten.
  static absl::StatusOr<std::unique_ptr<CleanedSegment>> Create(io::FileSystem* files,
                                                                std::string stem,
                                                                std::int64_t base_offset,
                                                                std::int64_t index_interval_bytes);

  // The next batch, copied. OutOfRange where a segment would get longer than positions can tell.
  absl::Status Append(BatchView batch);
  // A transaction whose abort marker was appended.
  void AddAborted(const CompletedTransaction& transaction);
  // Writes what is left; on return all of its files would survive a power cut.
  absl::Status Finish();

  // The segment, to be read as soon as it is listed, whatever its files are called at that moment
  // (Segment::Hold). After Finish.
  absl::StatusOr<std::shared_ptr<Segment>> Open() const;

  bool has_transaction_index() const { return !aborted_.empty(); }
  // Removes its files, which have not been renamed.
  absl::Status Remove();

 private:
  CleanedSegment(io::FileSystem* files, std::string stem, std::int64_t base_offset,
                 std::int64_t index_interval_bytes, std::unique_ptr<io::File> file)
      : files_(files),
        stem_(std::move(stem)),
        base_offset_(base_offset),
        index_interval_bytes_(index_interval_bytes),
        file_(std::move(file)),
        builder_(index_.get(), base_offset) {}

  absl::Status WriteBuffer();
  absl::Status WriteTransactions();

  io::FileSystem* const files_;
  const std::string stem_;
  const std::int64_t base_offset_;
  const std::int64_t index_interval_bytes_;
  std::unique_ptr<io::File> file_;
  std::string buffer_;
  std::uint64_t written_ = 0;
  std::uint64_t synced_ = 0;
  std::shared_ptr<GrowingIndex> index_ = std::make_shared<GrowingIndex>();
  IndexBuilder builder_;
  std::vector<CompletedTransaction> aborted_;
};

}  // namespace rill::log
