#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/leader_epochs.h"
#include "log/log_config.h"
#include "log/partition_log.h"
#include "log/producer_state.h"
#include "log/recovery_progress.h"
#include "log/segment.h"
#include "log/segment_scan.h"

namespace rill::log {

// Whether a file of that name in a log's folder is left over from something that was interrupted.
bool IsLeftover(const std::string& name);

// What a folder of segments holds, made ready to be read and written.
struct LoadedLog {
  std::vector<std::shared_ptr<Segment>> segments;  // at least one
  // Of the last segment, which will be written on.
  bool recovered = false;  // its bytes have been validated, and may not have been flushed
  std::shared_ptr<GrowingIndex> index;  // null where its index files are there, and can be believed
  std::int64_t first_timestamp_ms = kNoTimestamp;

  std::int64_t log_start_offset = 0;
  std::int64_t log_end_offset = 0;
  std::int64_t recovery_point = 0;
  LeaderEpochs epochs;
  bool wrote_epochs = false;  // over others, and did not sync them
};

// Opens the segments of one log. After a clean shutdown it reads the end of the last segment only;
// otherwise it validates every batch from the recovery point on, cuts the log at the first one that
// is not sound, and rebuilds indexes and producer state. What it drops, it says.
class LogLoader {
 public:
  LogLoader(const LogEnvironment& environment, const std::string& directory,
            const std::string& name, const LogConfig& config, const LogCheckpoint& checkpoint,
            ProducerState* producers)
      : environment_(environment),
        directory_(directory),
        name_(name),
        config_(config),
        checkpoint_(checkpoint),
        producers_(producers) {}

  absl::StatusOr<LoadedLog> Load();

 private:
  struct Found {
    std::int64_t base_offset;
    std::uint32_t size;
  };

  absl::StatusOr<std::vector<Found>> ListSegments();
  absl::Status RemoveOrphans(const std::vector<std::pair<std::int64_t, std::string>>& indexes,
                             const std::vector<Found>& found);
  absl::StatusOr<bool> IsComplete(const Found& found);
  absl::Status CutTail(Found& found);
  // Whether the segment, followed by one at `next_base_offset`, may hold what no flush covered.
  absl::StatusOr<bool> NeedsRecovery(const Found& found, std::int64_t next_base_offset);
  static std::uint64_t SizeFrom(const std::vector<Found>& found, std::size_t at);
  absl::Status Recover(const std::vector<Found>& found, std::size_t at, LoadedLog& log);
  // `bytes_before` of all that is recovered stand before the segment.
  absl::StatusOr<ScanResult> RecoverSegment(const Found& found, std::int64_t next_base_offset,
                                            std::uint64_t bytes_before, RecoveryProgress& progress,
                                            LoadedLog& log);
  absl::Status Complete(const Segment& segment, const GrowingIndex& index);
  absl::Status LoadTail(LoadedLog& log);
  absl::Status PassStart(const std::vector<Found>& found, LoadedLog& log);
  absl::Status BeginAnew(const std::vector<Found>& found, LoadedLog& log);
  absl::Status GoOnBehindLoss(LoadedLog& log);
  absl::Status CutBehind(Segment& segment, const Found& found, const ScanResult& scan);
  absl::Status SayWhatIsCut(Segment& segment, const Found& found, const ScanResult& scan);
  absl::Status Drop(const Found& found);
  absl::Status RemoveFiles(std::int64_t base_offset);
  absl::Status LoadProducers(LoadedLog& log);
  absl::StatusOr<std::vector<std::int64_t>> ListSnapshots();
  absl::StatusOr<std::vector<std::int64_t>> UsableSnapshots(const LoadedLog& log);
  absl::Status ReplayProducers(const LoadedLog& log, std::int64_t from);
  absl::Status LoadEpochs(LoadedLog& log);
  void CompareStarts(LoadedLog& log);
  absl::Status RebuildEpochs(LoadedLog& log);
  std::shared_ptr<Segment> MakeSegment(const Found& found) const;
  void Say(LogLevel level, const std::string& line) const;

  const LogEnvironment& environment_;
  const std::string& directory_;
  const std::string& name_;
  const LogConfig& config_;
  const LogCheckpoint& checkpoint_;
  ProducerState* const producers_;
  // The offsets of all snapshots, as ListSegments came by them; unset once files were removed.
  std::optional<std::vector<std::int64_t>> listed_snapshots_;
};

}  // namespace rill::log
