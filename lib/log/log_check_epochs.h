#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "log/check_finding.h"
#include "log/leader_epochs.h"
#include "rill/record_batch.h"

namespace rill::log {

// Holds the leader epochs that batches carry, which no checksum covers, against the partition's
// leader-epoch-checkpoint. Not thread-safe.
class EpochCheck {
 public:
  // `epochs`: nothing when the file could not be read, and is told of already.
  EpochCheck(std::optional<LeaderEpochs> epochs, std::int64_t log_start_offset,
             FolderFindings* findings)
      : epochs_(std::move(epochs)), log_start_offset_(log_start_offset), findings_(findings) {}

  void Batch(BatchView batch, const std::string& file, std::uint32_t position);
  // The log begins and ends at these offsets; that the first epoch begins elsewhere, or the last
  // one behind the end, is of `kind`.
  void Finish(std::int64_t start_offset, std::int64_t end_offset, Finding::Kind kind);

 private:
  std::int32_t Expected(BatchView batch) const;

  const std::optional<LeaderEpochs> epochs_;
  const std::int64_t log_start_offset_;
  FolderFindings* const findings_;
  std::int32_t largest_ = -1;
  // What was told last: batches in a row that differ in the same way are told as one.
  std::optional<std::pair<std::int32_t, std::int32_t>> told_;
};

}  // namespace rill::log
