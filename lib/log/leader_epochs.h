#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/file_system.h"

namespace rill::log {

inline constexpr char kLeaderEpochCheckpoint[] = "leader-epoch-checkpoint";

// Which leader epoch wrote which stretch of a log: per epoch the offset where it began. Epochs and
// start offsets both rise. Kept in the partition's leader-epoch-checkpoint. Not thread-safe.
class LeaderEpochs {
 public:
  struct Entry {
    std::int32_t epoch = 0;
    std::int64_t start_offset = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  // Notes that `epoch` begins at `start_offset`. The latest epoch, begun again at the same offset
  // or later, changes nothing; entries that the new one contradicts (a later epoch, a later or
  // equal start) go. Returns whether anything changed. InvalidArgument for a negative number.
  absl::StatusOr<bool> Assign(std::int32_t epoch, std::int64_t start_offset);

  // Forgets epochs that begin at `end_offset` or later: the log was cut there. Returns whether
  // anything changed.
  bool TruncateFromEnd(std::int64_t end_offset);
  // Forgets epochs that end at or below `start_offset`, the new start of the log; the one that it
  // falls into begins there from now on. Returns whether anything changed.
  bool TruncateFromStart(std::int64_t start_offset);
  void Clear() { entries_.clear(); }

  // The epoch that wrote `offset`; nothing below the first entry.
  std::optional<std::int32_t> EpochForOffset(std::int64_t offset) const;
  std::optional<Entry> latest() const;

  struct EndOffset {
    std::int32_t epoch = -1;
    std::int64_t end_offset = -1;
    friend bool operator==(const EndOffset&, const EndOffset&) = default;
  };
  // Kafka's OffsetForLeaderEpoch: the largest epoch up to `epoch` and where it ended (the log end
  // for the latest). Below the first epoch: `epoch` itself, ended where the first one starts. {-1,
  // -1} above the latest, or when nothing is known.
  EndOffset EndOffsetFor(std::int32_t epoch, std::int64_t log_end_offset) const;

  const std::vector<Entry>& entries() const { return entries_; }

  // DataLoss (KAFKA_STORAGE_ERROR) with `path` and line for what is not a sound checkpoint.
  static absl::StatusOr<LeaderEpochs> Parse(std::string_view text, const std::string& path);
  std::string Format() const;

  // A missing file loads as no epochs.
  static absl::StatusOr<LeaderEpochs> Load(io::FileSystem& files, const std::string& path);
  // Replaces the file in one step; with `sync` it would survive a power cut on return.
  absl::Status Save(io::FileSystem& files, const std::string& path, bool sync) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace rill::log
