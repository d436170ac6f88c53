#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/buffer.h"
#include "log/check_finding.h"
#include "log/log_check.h"
#include "log/log_check_epochs.h"
#include "log/log_check_folder.h"
#include "log/log_check_index.h"
#include "log/log_check_producers.h"
#include "log/segment.h"
#include "log/segment_scan.h"
#include "record/codec.h"

namespace rill::log {

// Goes through the segments of one log as LogLoader does, and changes nothing: what that would cut
// off or make anew is not damage. Part of CheckLog.
class LogChecker {
 public:
  // What is pointed to must outlive this.
  LogChecker(const LogCheckOptions& options, LogFolder folder, FolderFindings* findings);

  LogCheckResult Run();

 private:
  // A segment while it is gone through.
  struct Stretch {
    Segment* segment;
    std::string file;
    SegmentView view;
    std::int64_t next_base_offset;  // INT64_MAX: it is the last
    bool is_recovered;              // the next open looks through it, and makes its index anew
    IndexFileCheck* offsets;
    IndexFileCheck* times;
    bool is_sound = true;
  };

  void CheckSegment(std::int64_t base_offset, std::uint64_t size, std::int64_t next_base_offset);
  bool BeginSegment(std::int64_t base_offset, const std::string& file);
  bool NeedsRecovery(std::int64_t base_offset, std::int64_t next_base_offset) const;
  void Scan(Stretch& at);
  void Visit(Stretch& at, BatchView batch, std::uint32_t position);
  void CheckGap(Stretch& at, BatchView batch, std::uint32_t position);
  void CheckRecords(Stretch& at, BatchView batch, std::uint32_t position);
  // Where to go on behind the damage that ended `scan`; nothing when that is not known.
  std::optional<std::uint32_t> Resume(Stretch& at, const ScanResult& scan);
  void TellUnsound(Stretch& at, const ScanResult& scan, std::optional<std::uint32_t> behind);
  void CheckTail(Stretch& at, const ScanResult& scan);
  void CheckIndexes(Stretch& at, std::int64_t base_offset);
  // What is wrong at an offset that no flush is known to have covered was torn by a crash.
  Finding::Kind KindAt(const Stretch& at, std::int64_t offset) const;
  Finding::Kind KindBehindEnd() const;
  void Progress(std::uint32_t position);

  const LogCheckOptions& options_;
  const LogFolder folder_;
  FolderFindings* const findings_;
  EpochCheck epochs_;
  ProducerCheck producers_;
  LogCheckResult result_;

  std::int64_t next_offset_;    // behind the batches so far
  bool skipped_ = false;        // what stands before next_offset_ could not be followed
  bool recovers_ = false;       // the next open looks through this segment and those behind
  bool ended_ = false;          // and has ended the log before this one
  std::uint32_t progress_ = 0;  // in this segment
  record::Codec codec_;
  base::Buffer scratch_;
};

}  // namespace rill::log
