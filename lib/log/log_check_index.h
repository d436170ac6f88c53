#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "io/file_system.h"
#include "log/check_finding.h"
#include "log/segment_index.h"
#include "rill/record_batch.h"

namespace rill::log {

// Holds one index file of a segment against its batches, which are shown to it one after the other.
// Entries that are wrong in a row are told as one. Not thread-safe.
class IndexFileCheck {
 public:
  // `kind` is what wrong entries are: damage, or a note where the file is made anew anyway. One
  // with more entries than a .log of `log_size` bytes can have batches for is wrong as a whole, and
  // its entries are not looked at.
  IndexFileCheck(io::FileSystem& files, const std::string& stem, IndexFile which,
                 std::int64_t base_offset, std::uint64_t log_size, Finding::Kind kind,
                 FolderFindings* findings);

  // Whether there is such a file.
  bool is_there() const { return is_there_; }
  // Whether something was wrong with it.
  bool is_wrong() const { return is_wrong_; }

  void Batch(BatchView batch, std::uint32_t position);
  // Batches were left out: entries up to `position` and `offset` cannot be judged.
  void Skip(std::uint32_t position, std::int64_t offset);
  // No more batches follow. A complete segment's last time entry is its largest timestamp.
  void Finish(bool is_complete);

 private:
  std::size_t count() const;
  void CheckOffsets(BatchView batch, std::uint32_t position);
  void CheckTimes(BatchView batch);
  void CheckLoose(BatchView batch);
  void Wrong(std::size_t entry, std::string what);
  void EndRun();

  const IndexFile which_;
  const std::string file_;
  const std::int64_t base_offset_;
  const Finding::Kind kind_;
  FolderFindings* const findings_;
  std::shared_ptr<const SegmentIndex> index_;  // null when it cannot be read
  bool is_there_ = false;
  bool is_wrong_ = false;

  std::size_t at_ = 0;  // the entry that is looked at next
  std::int64_t largest_timestamp_ms_ = kNoTimestamp;
  bool has_skipped_ = false;  // so that larger timestamps may be in what was skipped
  // The entry whose batch is still to come, behind the one that it leads to.
  std::optional<std::size_t> loose_;
  std::size_t loose_count_ = 0;
  // Wrong entries in a row.
  std::size_t run_begin_ = 0;
  std::size_t run_length_ = 0;
  std::string run_what_;
};

}  // namespace rill::log
