#include "engine/local_engine.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/clock_reader.h"
#include "engine/log_cleaner.h"
#include "engine/log_upkeep.h"
#include "engine/topic_config.h"
#include "engine/where.h"
#include "fmt/format.h"
#include "log/segment_name.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

absl::Status Prefixed(std::string_view prefix, const absl::Status& status) {
  return MakeError(status.code(), GetErrorCode(status),
                   fmt::format("{}: {}", prefix, std::string(status.message())));
}

// Tells every few seconds how many of a folder's partitions are open, where that takes long. What
// takes long within one the log tells (log::RecoveryProgress).
class OpeningProgress {
 public:
  OpeningProgress(const EngineEnvironment& environment, std::ptrdiff_t total)
      : environment_(environment), total_(total), clock_(environment.clock()) {}

  void Next() {
    ++opened_;
    const std::int64_t now = clock_.TickNanos();
    if (now - told_at_ < kTellEveryNanos) return;
    told_at_ = now;
    environment_.Say(LogLevel::kInfo, fmt::format("{}: opening, {} of {} partitions",
                                                  environment_.directory(), opened_, total_));
  }

 private:
  static constexpr std::int64_t kTellEveryNanos = std::int64_t{2} * 1'000'000'000;

  const EngineEnvironment& environment_;
  const std::ptrdiff_t total_;
  const base::ClockReader clock_;
  std::int64_t told_at_ = clock_.TickNanos();
  std::ptrdiff_t opened_ = 0;
};

bool IsPartitionFolder(const io::DirectoryEntry& entry) {
  return entry.is_directory && !IsDeletedFolderName(entry.name) &&
         ParsePartitionFolderName(entry.name).has_value();
}

// Bytes of what rill may have in the folder: its files, and the folders of partitions. A folder
// that is not there has none.
absl::StatusOr<std::uint64_t> FolderUse(io::FileSystem& files, const std::string& directory) {
  const auto entries = files.List(directory);
  if (absl::IsNotFound(entries.status())) return 0;
  if (!entries.ok()) return entries.status();
  std::uint64_t bytes = 0;
  for (const io::DirectoryEntry& entry : *entries) {
    if (!entry.is_directory) {
      bytes += entry.size;
    } else if (ParsePartitionFolderName(entry.name) || IsDeletedFolderName(entry.name)) {
      const auto inner = DiskUse(files, directory + "/" + entry.name);
      // The folder is not locked yet: who holds it may have taken this one away meanwhile. What may
      // not be looked into is for its partition to tell of.
      if (absl::IsNotFound(inner.status()) || absl::IsPermissionDenied(inner.status())) continue;
      if (!inner.ok()) return inner.status();
      bytes += *inner;
    }
  }
  return bytes;
}

}  // namespace

// Writes each checkpoint file at its own interval.
class LocalEngine::CheckpointWriter final : public MaintenanceTask {
 public:
  CheckpointWriter(LocalEngine* engine, absl::Time now)
      : engine_(engine),
        recovery_points_{engine->config()->recovery_checkpoint_interval, now},
        log_starts_{engine->config()->log_start_checkpoint_interval, now},
        high_watermarks_{engine->config()->high_watermark_checkpoint_interval, now} {}

  absl::Time Run(absl::Time now) override {
    const auto written =
        engine_->WriteCheckpoints({.recovery_points = recovery_points_.IsDue(now),
                                   .log_starts = log_starts_.IsDue(now),
                                   .high_watermarks = high_watermarks_.IsDue(now)});
    if (!written.ok()) engine_->Say(LogLevel::kError, written.ToString());
    return std::min({recovery_points_.next, log_starts_.next, high_watermarks_.next});
  }

 private:
  struct Timer {
    Timer(absl::Duration every, absl::Time now)
        : interval(std::max(every, absl::Milliseconds(1))), next(now + interval) {}
    bool IsDue(absl::Time now) {
      const bool was_set_back = next - now > interval;
      if (now < next && !was_set_back) return false;
      next = now + interval;
      return true;
    }
    absl::Duration interval;
    absl::Time next;
  };

  LocalEngine* const engine_;
  Timer recovery_points_;
  Timer log_starts_;
  Timer high_watermarks_;
};

LocalEngine::LocalEngine(std::shared_ptr<EngineEnvironment> environment)
    : environment_(std::move(environment)) {}

LocalEngine::~LocalEngine() { Close().IgnoreError(); }

absl::StatusOr<std::shared_ptr<LocalEngine>> LocalEngine::Open(const std::string& where,
                                                               const Options& options) {
  auto directory = CheckWhere(where);
  if (!directory.ok()) return directory.status();
  // A folder stays the same one when the application changes its working folder.
  if (*directory != kMemory && options.storage == nullptr) directory = AbsoluteFolder(*directory);
  if (!directory.ok()) return directory.status();
  if (auto sound = CheckOptions(options); !sound.ok()) return sound;
  auto config = ParseEngineConfig(options.configs);
  if (!config.ok()) return config.status();
  std::shared_ptr<LocalEngine> engine(new LocalEngine(
      std::make_shared<EngineEnvironment>(*directory, options, *std::move(config))));
  if (options.read_only) {
    if (auto opened = engine->OpenToRead(options); !opened.ok()) return opened;
  } else {
    if (auto opened = engine->OpenFolder(options); !opened.ok()) return opened;
    if (auto opened = engine->OpenGroups(options); !opened.ok()) return opened;
    engine->FinishDeletes();
  }
  engine->StartTasks();
  if (options.maintenance == Options::Maintenance::kOwnThread) {
    if (auto started = engine->environment_->maintenance()->StartThread(); !started.ok()) {
      return started;
    }
  }
  return engine;
}

absl::Status LocalEngine::OpenFolder(const Options& options) {
  io::FileSystem& files = environment_->files();
  const auto in_use = FolderUse(files, environment_->directory());
  if (!in_use.ok()) return in_use.status();
  environment_->ChargeDisk(*in_use);
  auto folder = DataFolder::Open(&files, environment_->directory(),
                                 options.create_if_missing || environment_->directory() == kMemory,
                                 environment_->sink(), config()->node_id);
  if (!folder.ok()) return folder.status();
  folder_ = *std::move(folder);
  absl::MutexLock lock(&change_mutex_);
  auto catalogue =
      CatalogueFile::Open(&files, folder_->path(), environment_->clock(), environment_->sink());
  if (!catalogue.ok()) return catalogue.status();
  catalogue_ = *std::move(catalogue);
  if (auto begun = folder_->BeginWriting(); !begun.ok()) return begun;
  ShowOthers();
  {
    absl::MutexLock checkpoint_lock(&checkpoint_mutex_);
    checkpoints_ = folder_->checkpoints();
  }
  if (auto read = ReadFolder(); !read.ok()) return read;
  is_open_ = true;
  return absl::OkStatus();
}

// Before any log is opened. Others can do without, and see less; this process has to go on.
void LocalEngine::ShowOthers() {
  if (!environment_->files().IsShared()) return;
  auto page = SharedPage::Create(&environment_->files(), folder_->path());
  if (page.ok()) return environment_->SetPage(*std::move(page));
  Say(LogLevel::kWarning, fmt::format("other processes will not see how far the logs reach: {}",
                                      std::string(page.status().message())));
}

absl::Status LocalEngine::ReadFolder() {
  ReadResourceConfigs();
  const auto topics = catalogue_->image().topics();
  for (const auto& [name, topic] : topics) {
    if (topic.deleting) continue;  // FinishDeletes
    if (auto sound = CheckTopicConfigs(topic.configs, *config()); !sound.ok()) {
      return Prefixed(fmt::format("topic {} in {}", name, folder_->path()), sound.status());
    }
    AddTopic(name, topic);
  }
  const auto entries = environment_->files().List(folder_->path());
  if (!entries.ok()) return entries.status();
  OpeningProgress progress(*environment_,
                           std::count_if(entries->begin(), entries->end(), IsPartitionFolder));
  std::set<TopicPartition> found;
  for (const io::DirectoryEntry& entry : *entries) {
    if (!entry.is_directory || IsDeletedFolderName(entry.name)) continue;
    const auto partition = ParsePartitionFolderName(entry.name);
    if (partition.has_value()) found.insert(*partition);
    const auto topic = partition ? topics.find(partition->topic) : topics.end();
    if (topic != topics.end() && topic->second.deleting) continue;  // FinishDeletes
    const auto opened =
        partition ? OpenExisting(*partition) : absl::NotFoundError("not the folder of a partition");
    if (!opened.ok()) {
      Say(absl::IsNotFound(opened) ? LogLevel::kWarning : LogLevel::kError,
          fmt::format("{}/{} is left alone: {}", folder_->path(), entry.name,
                      std::string(opened.message())));
    }
    if (partition.has_value()) progress.Next();
  }
  OpenLost(found);
  TellStrangeCheckpoints();
  return absl::OkStatus();
}

// A topic is in the catalogue before a checkpoint speaks of it, and longer: whoever is only in a
// checkpoint has a damaged name there, and the partition that it was begins without its offset.
void LocalEngine::TellStrangeCheckpoints() const {
  const auto& topics = catalogue_->image().topics();
  const auto is_known = [&](const TopicPartition& partition) {
    const auto topic = topics.find(partition.topic);
    return topic != topics.end() && partition.partition < topic->second.partitions;
  };
  const auto tell = [&](const char* file, const std::optional<log::OffsetCheckpoint>& offsets) {
    for (const auto& [partition, offset] : offsets.value_or(log::OffsetCheckpoint())) {
      if (is_known(partition)) continue;
      Say(LogLevel::kWarning,
          fmt::format("{}/{}: offset {} is not used: {} has no partition {}-{}", folder_->path(),
                      file, offset, kCatalogueFile, partition.topic, partition.partition));
      return;  // the others of a folder from elsewhere say the same
    }
  };
  const FolderCheckpoints& left = folder_->checkpoints();
  tell(log::kRecoveryPointCheckpoint, left.recovery_points);
  tell(log::kLogStartCheckpoint, left.log_starts);
  tell(log::kHighWatermarkCheckpoint, left.high_watermarks);
  tell(log::kCleanerCheckpoint, left.first_dirty);
}

// Partitions that had flushed records, and have no folder any more: their offsets are not given out
// again.
void LocalEngine::OpenLost(const std::set<TopicPartition>& found) {
  for (const auto& [partition, flushed] :
       folder_->checkpoints().recovery_points.value_or(log::OffsetCheckpoint())) {
    const bool is_known = flushed > 0 && !found.contains(partition) && HasPartition(partition);
    if (!is_known) continue;
    Say(LogLevel::kError, fmt::format("{}/{}-{} is gone, with its records", folder_->path(),
                                      partition.topic, partition.partition));
    if (auto opened = OpenExisting(partition); !opened.ok()) {
      Say(LogLevel::kError, std::string(opened.message()));
    }
  }
}

// A partition that cannot be opened does not keep the others from being used: its calls try again,
// and tell why.
absl::Status LocalEngine::OpenExisting(const TopicPartition& partition) {
  const auto topic = FindTopic(partition.topic);
  const auto state = topic.ok() ? (*topic)->partition(partition.partition) : nullptr;
  if (state == nullptr) return absl::NotFoundError("the catalogue has no such partition");
  const FolderCheckpoints& left = folder_->checkpoints();
  state->SetCheckpoint({.clean_shutdown = folder_->was_clean(),
                        .recovery_point = OffsetIn(left.recovery_points, partition).value_or(0),
                        .log_start_offset = OffsetIn(left.log_starts, partition).value_or(0),
                        .high_watermark = OffsetIn(left.high_watermarks, partition).value_or(0),
                        .first_dirty_offset = OffsetIn(left.first_dirty, partition).value_or(-1)});
  auto opened = state->OpenLog().status();
  if (!opened.ok() && IsUnused(partition)) state->SetUnused();
  return opened;
}

// Whether the partition's folder was made for an append that came to nothing, on a full disk for
// one: nothing is lost by taking it for what it is.
bool LocalEngine::IsUnused(const TopicPartition& partition) const {
  const auto entries = environment_->files().List(
      folder_->path() + "/" + PartitionFolderName(partition.topic, partition.partition));
  const FolderCheckpoints& left = folder_->checkpoints();
  return entries.ok() && OffsetIn(left.recovery_points, partition).value_or(0) == 0 &&
         OffsetIn(left.log_starts, partition).value_or(0) == 0 &&
         std::none_of(entries->begin(), entries->end(), [](const io::DirectoryEntry& entry) {
           return entry.name.ends_with(log::kLogSuffix);
         });
}

void LocalEngine::StartTasks() {
  const auto upkeep = std::make_shared<LogUpkeep>(this);
  environment_->SetLogUpkeep(upkeep.get());
  environment_->maintenance()->Add(upkeep, /*is_woken_by_all=*/false);
  if (watch() != nullptr) return;
  environment_->maintenance()->Add(std::make_shared<CheckpointWriter>(this, clock()->Now()),
                                   /*is_woken_by_all=*/false);
  if (!config()->log_cleaner_enable) return;
  environment_->maintenance()->Add(std::make_shared<LogCleaner>(this), /*is_woken_by_all=*/false);
}

absl::Status LocalEngine::WriteCheckpoints(const CheckpointFiles& due) {
  absl::MutexLock lock(&checkpoint_mutex_);
  log::OffsetCheckpoint recovered;
  log::OffsetCheckpoint started;
  log::OffsetCheckpoint shown;
  log::OffsetCheckpoint compacted;
  for (const auto& topic : topics(/*include_internal=*/true)) {
    for (const auto& partition : topic->partitions()) {
      const auto known = partition->Checkpoint();
      if (!known) continue;
      const TopicPartition& name = partition->topic_partition();
      recovered[name] = known->recovery_point;
      shown[name] = known->high_watermark;
      if (known->log_start_offset > 0) started[name] = known->log_start_offset;
      if (known->first_dirty_offset >= 0) compacted[name] = known->first_dirty_offset;
    }
  }
  absl::Status first;
  const auto write = [&](bool is_due, log::OffsetCheckpoint now, auto& written, auto how) {
    if (!is_due || now == written) return;
    written.reset();  // either may be there after a failure
    const auto status = (folder_.get()->*how)(now);
    if (status.ok()) written = std::move(now);
    first.Update(status);
  };
  write(due.recovery_points, std::move(recovered), checkpoints_.recovery_points,
        &DataFolder::WriteRecoveryPoints);
  write(due.log_starts, std::move(started), checkpoints_.log_starts, &DataFolder::WriteLogStarts);
  write(due.high_watermarks, std::move(shown), checkpoints_.high_watermarks,
        &DataFolder::WriteHighWatermarks);
  write(due.first_dirty, std::move(compacted), checkpoints_.first_dirty,
        &DataFolder::WriteFirstDirtyOffsets);
  return first;
}

void LocalEngine::AddTask(std::shared_ptr<MaintenanceTask> task) {
  environment_->maintenance()->Add(std::move(task), /*is_woken_by_all=*/true);
}

void LocalEngine::RemoveTask(MaintenanceTask* task) { environment_->maintenance()->Remove(task); }

void LocalEngine::ScheduleMaintenance(absl::Time at) {
  environment_->maintenance()->ScheduleAll(at);
}

absl::Time LocalEngine::RunMaintenance() { return environment_->maintenance()->Run(); }

absl::Status LocalEngine::Flush() {
  if (auto open = CheckOpen(); !open.ok()) return open;
  if (auto may = CheckMayWrite(); !may.ok()) return may;
  absl::Status first;
  for (const auto& topic : topics(/*include_internal=*/true)) {
    for (const auto& partition : topic->partitions()) {
      const auto& log = partition->log();
      if (log == nullptr || topic->deleted()) continue;
      auto flushed = log->Flush();
      // A topic that was deleted meanwhile has nothing left to flush.
      if (!topic->deleted()) first.Update(flushed);
    }
  }
  return first;
}

std::optional<io::DiskSpace> LocalEngine::disk_space() const {
  return environment_->files().SpaceAt(environment_->directory());
}

EngineUse LocalEngine::resource_use() const {
  const io::LimitedFileSystem& limits = environment_->limits();
  return {.buffer_bytes = buffers()->used(),
          .disk_bytes = limits.used_bytes(),
          .open_files = static_cast<int>(limits.open_files()),
          .mappings = static_cast<int>(limits.mappings())};
}

absl::Status LocalEngine::Close() {
  environment_->SetClosed();
  // Tasks and groups may make changes, so they end before the lock is taken.
  environment_->maintenance()->RemoveAll();
  if (groups_ != nullptr) groups_->Close();
  absl::MutexLock lock(&change_mutex_);
  const auto nothing_is_imported = [this] {
    change_mutex_.AssertReaderHeld();
    return imports_under_way_ == 0;
  };
  change_mutex_.Await(absl::Condition(&nothing_is_imported));
  const bool was_open = std::exchange(is_open_, false);
  if (was_open) environment_->maintenance()->StopThread();
  absl::Status status = CloseLogs();
  if (was_open && watch() == nullptr) {
    status.Update(CloseFolder(/*logs_are_whole=*/status.ok()));
  }
  // While the folder is still held: the next writer makes a page of its own.
  if (environment_->page() != nullptr) environment_->page()->Close();
  environment_->SetPage(nullptr);
  if (watch() != nullptr) watch()->Close();
  catalogue_.reset();
  folder_.reset();
  return was_open ? status : absl::OkStatus();
}

absl::Status LocalEngine::CloseLogs() {
  absl::Status first;
  for (const auto& topic : topics(/*include_internal=*/true)) {
    for (const auto& partition : topic->partitions()) first.Update(partition->Close());
  }
  return first;
}

// The mark of a clean shutdown is written last, and only when everything is known to be whole: the
// next open trusts it and recovers nothing.
absl::Status LocalEngine::CloseFolder(bool logs_are_whole) {
  if (auto written = WriteCheckpoints(CheckpointFiles::All()); !written.ok()) return written;
  if (!logs_are_whole) return absl::OkStatus();
  for (const auto& topic : topics(/*include_internal=*/true)) {
    for (const auto& partition : topic->partitions()) {
      if (partition->NeedsRecovery()) return absl::OkStatus();
    }
  }
  return folder_->MarkClean();
}

}  // namespace rill::engine
