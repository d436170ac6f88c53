#include "engine/partition_state.h"

#include <algorithm>
#include <utility>

#include "base/uuid.h"
#include "engine/data_folder.h"
#include "fmt/format.h"
#include "log/followed_log.h"
#include "log/partition_metadata.h"
#include "rill/error.h"

namespace rill::engine {

PartitionState::PartitionState(std::shared_ptr<EngineEnvironment> environment, std::string topic,
                               std::string topic_id, std::int32_t index,
                               std::shared_ptr<const log::LogConfig> config)
    : environment_(std::move(environment)),
      topic_partition_{std::move(topic), index},
      topic_id_(std::move(topic_id)),
      config_(std::move(config)) {}

absl::StatusOr<std::shared_ptr<log::PartitionLog>> PartitionState::OpenLog() {
  if (opened_.load(std::memory_order_acquire)) return log_;
  absl::MutexLock lock(&mutex_);
  if (!end_.ok()) return end_;
  if (opened_.load(std::memory_order_relaxed)) return log_;
  auto log = Open();
  if (!log.ok()) return log;
  log_ = *log;
  opened_.store(true, std::memory_order_release);
  environment_->WakeLogUpkeep();
  return log;
}

absl::StatusOr<std::shared_ptr<log::PartitionLog>> PartitionState::Open() {
  const std::string directory = this->directory();
  const log::LogEnvironment environment = {
      .files = &environment_->files(),
      .clock = environment_->clock(),
      .buffers = environment_->buffers(),
      .sink = environment_->sink(),
      .metrics = environment_->log_metrics(),
      // Weak: the log must not keep alive what keeps the log.
      .request_maintenance =
          [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (self == nullptr) return;
            self->upkeep_due_nanos_.store(INT64_MIN);
            self->environment_->WakeLogUpkeep();
          },
  };
  if (environment_->watch() != nullptr) return OpenToRead(environment, directory);
  if (auto prepared = PrepareFolder(directory); !prepared.ok()) return prepared;
  auto log = log::PartitionLog::Open(environment, directory, topic_partition_, *config_,
                                     checkpoint_.value_or(log::LogCheckpoint()));
  if (!log.ok()) return log;
  auto publisher = AddSlot((*log)->log_start_offset(), (*log)->high_watermark());
  if (publisher != nullptr) (*log)->PublishTo(std::move(publisher));
  return log;
}

std::string PartitionState::directory() const {
  return environment_->directory() + "/" + PartitionFolderName(topic(), index());
}

log::SlotKey PartitionState::key() const {
  return {base::Uuid::Parse(topic_id_).value_or(base::Uuid()).bytes(), index()};
}

// Other processes can do without (FolderWatch); this one has to go on.
std::shared_ptr<log::EndPublisher> PartitionState::AddSlot(std::int64_t log_start_offset,
                                                           std::int64_t high_watermark) {
  if (environment_->page() == nullptr) return nullptr;
  auto publisher = environment_->page()->Add(key(), log_start_offset, high_watermark);
  if (publisher.ok()) return *std::move(publisher);
  environment_->Say(LogLevel::kWarning,
                    fmt::format("{}-{} is not shown to other processes: {}", topic(), index(),
                                std::string(publisher.status().message())));
  return nullptr;
}

absl::StatusOr<std::shared_ptr<log::PartitionLog>> PartitionState::OpenToRead(
    const log::LogEnvironment& environment, const std::string& directory) {
  const auto metadata = log::ReadPartitionMetadata(environment_->files(),
                                                   directory + "/" + log::kPartitionMetadataFile);
  if (metadata.ok() && metadata->topic_id != topic_id_) return AnothersFolder(directory, *metadata);
  if (!metadata.ok() && !absl::IsNotFound(metadata.status())) return metadata.status();
  return log::FollowedLog::Open({.environment = environment,
                                 .directory = directory,
                                 .partition = topic_partition_,
                                 .key = key(),
                                 .ends = environment_->watch(),
                                 .left = environment_->watch()});
}

absl::Status PartitionState::AnothersFolder(const std::string& directory,
                                            const log::PartitionMetadata& metadata) const {
  return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError,
                   fmt::format("{} belongs to a topic with the id {}, not to {} with the id {}; "
                               "move it away",
                               directory, metadata.topic_id, topic(), topic_id_));
}

// Whoever finds the folder later can tell by its metadata whose it is: it is written before any log
// file is.
absl::Status PartitionState::PrepareFolder(const std::string& directory) {
  io::FileSystem& files = environment_->files();
  const std::string path = directory + "/" + log::kPartitionMetadataFile;
  const auto metadata = log::ReadPartitionMetadata(files, path);
  if (metadata.ok() && metadata->topic_id == topic_id_) {
    // What the engine found when it was opened was synced then (DataFolder). Else it was made
    // since, perhaps in an attempt that failed before the data folder had it for good.
    return checkpoint_ ? absl::OkStatus() : files.SyncDirectory(environment_->directory());
  }
  if (metadata.ok()) return AnothersFolder(directory, *metadata);
  if (!absl::IsNotFound(metadata.status())) return metadata.status();
  // One that somebody removed is not made again: the next engine would take it for a stranger's.
  const auto has_place = files.Exists(environment_->directory());
  if (!has_place.ok()) return has_place.status();
  if (!*has_place) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError,
                     fmt::format("the data folder {} is gone; close the engine and open it again",
                                 environment_->directory()));
  }
  if (auto made = files.CreateDirectories(directory); !made.ok()) return made;
  if (auto written = log::WritePartitionMetadata(files, path, {topic_id_}); !written.ok()) {
    return written;
  }
  return files.SyncDirectory(environment_->directory());
}

void PartitionState::SetConfig(std::shared_ptr<const log::LogConfig> config) {
  absl::MutexLock lock(&mutex_);
  config_ = std::move(config);
  if (!opened_.load(std::memory_order_relaxed)) return;
  log_->SetConfig(*config_);
  // flush.ms or retention may have become shorter.
  upkeep_due_nanos_.store(INT64_MIN);
  environment_->WakeLogUpkeep();
}

void PartitionState::SetCheckpoint(const log::LogCheckpoint& checkpoint) {
  absl::MutexLock lock(&mutex_);
  checkpoint_ = checkpoint;
}

void PartitionState::SetImported(const log::LogCheckpoint& checkpoint) {
  SetCheckpoint(checkpoint);
  AddSlot(checkpoint.log_start_offset, checkpoint.high_watermark);
}

void PartitionState::SetUnused() {
  absl::MutexLock lock(&mutex_);
  checkpoint_.reset();
}

bool PartitionState::WasUsed() {
  if (environment_->watch() == nullptr) return Checkpoint().has_value();
  return environment_->files().Exists(directory()).value_or(false);
}

std::optional<log::LogCheckpoint> PartitionState::Checkpoint() {
  const auto& log = this->log();
  if (log == nullptr) {
    absl::MutexLock lock(&mutex_);
    return checkpoint_;
  }
  return log::LogCheckpoint{.recovery_point = log->recovery_point(),
                            .log_start_offset = log->log_start_offset(),
                            .high_watermark = log->high_watermark(),
                            .first_dirty_offset = log->first_dirty_offset()};
}

PartitionMetrics PartitionState::Metrics() const {
  PartitionMetrics metrics;
  metrics.partition = topic_partition_;
  const auto& log = this->log();
  if (log == nullptr) return metrics;
  log::LogCounts counts;
  log->AddTo(counts);
  metrics.appended_records = counts.appended_records;
  metrics.appended_batches = counts.appended_batches;
  metrics.appended_bytes = counts.appended_bytes;
  metrics.append_failures = counts.append_failures;
  metrics.read_records = counts.read_records;
  metrics.read_bytes = counts.read_bytes;
  metrics.log_start_offset = log->log_start_offset();
  metrics.high_watermark = log->high_watermark();
  metrics.log_end_offset = log->log_end_offset();
  metrics.size_bytes = log->size_bytes();
  metrics.segments = log->segment_count();
  return metrics;
}

bool PartitionState::NeedsRecovery() {
  absl::MutexLock lock(&mutex_);
  return !opened_.load(std::memory_order_relaxed) && checkpoint_ && !checkpoint_->clean_shutdown;
}

absl::Status PartitionState::Close() {
  absl::MutexLock lock(&mutex_);
  if (!end_.ok()) return absl::OkStatus();
  end_ = MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                   fmt::format("the engine on {} is closed", environment_->directory()));
  return opened_.load(std::memory_order_relaxed) ? log_->Close() : absl::OkStatus();
}

void PartitionState::Abandon(const absl::Status& reason) {
  absl::MutexLock lock(&mutex_);
  if (!end_.ok()) return;
  end_ = reason;
  if (opened_.load(std::memory_order_relaxed)) log_->Abandon(reason);
}

absl::Time PartitionState::Upkeep(absl::Time now, absl::Duration interval) {
  const auto& log = this->log();
  if (log == nullptr) return absl::InfiniteFuture();
  const std::int64_t due = upkeep_due_nanos_.load();
  // Never later than that but by a clock that was set back.
  const bool is_believed = due <= absl::ToUnixNanos(now + interval);
  if (due > absl::ToUnixNanos(now) && is_believed) return absl::FromUnixNanos(due);
  upkeep_due_nanos_.store(INT64_MAX);
  const absl::Time next = std::min(log->Maintain(now), now + interval);
  // The log may have asked for more in the meantime: that stands.
  std::int64_t expected = INT64_MAX;
  upkeep_due_nanos_.compare_exchange_strong(expected, absl::ToUnixNanos(next));
  return expected == INT64_MAX ? next : absl::InfinitePast();
}

}  // namespace rill::engine
