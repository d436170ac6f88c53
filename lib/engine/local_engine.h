#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/budget.h"
#include "base/mutex.h"
#include "engine/catalogue_file.h"
#include "engine/data_folder.h"
#include "engine/engine_config.h"
#include "engine/engine_environment.h"
#include "engine/group_service.h"
#include "engine/maintenance.h"
#include "engine/resource_configs.h"
#include "engine/topic_import.h"
#include "engine/topic_state.h"
#include "io/file_system.h"
#include "rill/metrics.h"
#include "rill/offset_store.h"
#include "rill/options.h"
#include "rill/topic.h"

namespace rill::engine {

// What an engine uses at the moment.
struct EngineUse {
  std::uint64_t buffer_bytes = 0;
  std::uint64_t disk_bytes = 0;
  int open_files = 0;
  int mappings = 0;
};

// What the log cleaner saw when it last looked at all logs, for EngineMetrics.
struct CleanerGauges {
  std::atomic<std::uint64_t> max_dirty_percent = 0;
  std::atomic<std::uint64_t> uncleanable_partitions = 0;
};

// Which of the folder's checkpoint files.
struct CheckpointFiles {
  bool recovery_points = false;
  bool log_starts = false;
  bool high_watermarks = false;
  bool first_dirty = false;

  static constexpr CheckpointFiles All() { return {true, true, true, true}; }
};

// Topics and what they are stored in: everything behind rill::Engine but producers and consumers.
// Semantics and errors of the calls shared with rill::Engine are described there. Thread-safe.
//
// Locks, in the order in which they are taken (docs/architecture.md):
//   those of groups_ and offsets_
//   change_mutex_            whoever makes, changes, deletes topics, or closes; held while the
//                            catalogue is written
//   checkpoint_mutex_        whoever writes checkpoints
//   topics_mutex_            the map of topics, for an instant
//   TopicState::mutex_       its partitions and configs, for an instant
//   PartitionState::mutex_   held while a log is opened or closed
//   the log's own
//   resource_configs_mutex_, EngineEnvironment::config_mutex_  for an instant
//   Maintenance::mutex_      for an instant
class LocalEngine : public std::enable_shared_from_this<LocalEngine> {
 public:
  static absl::StatusOr<std::shared_ptr<LocalEngine>> Open(const std::string& where,
                                                           const Options& options);
  ~LocalEngine();
  LocalEngine(const LocalEngine&) = delete;
  LocalEngine& operator=(const LocalEngine&) = delete;

  absl::StatusOr<std::shared_ptr<TopicState>> CreateTopic(const std::string& name,
                                                          const TopicOptions& options);
  absl::StatusOr<std::shared_ptr<TopicState>> EnsureTopic(const std::string& name,
                                                          const TopicOptions& options);
  absl::StatusOr<std::shared_ptr<TopicState>> FindTopic(const std::string& name) const;
  // NotFound (UNKNOWN_TOPIC_ID).
  absl::StatusOr<std::shared_ptr<TopicState>> FindTopic(const base::Uuid& id) const;
  // For who looks for many, of which most may be missing: it words no error.
  std::shared_ptr<TopicState> TopicOrNull(const std::string& name) const;
  absl::Status DeleteTopic(const std::string& name);
  std::vector<std::string> ListTopics(bool include_internal) const;
  absl::StatusOr<TopicDescription> DescribeTopic(const std::string& name) const;
  // What CreateTopic would make, or its error; the topic has no id yet.
  absl::StatusOr<TopicDescription> DescribeNewTopic(const std::string& name,
                                                    const TopicOptions& options);
  // With `only_validate`: whether it would, and nothing is changed.
  absl::Status CreatePartitions(const std::string& name, int total, bool only_validate = false);
  absl::Status AlterTopicConfigs(const std::string& name,
                                 const std::map<std::string, std::optional<std::string>>& changes);
  // What the configs that a topic sets itself are to be, of what they are. Runs while no topic
  // changes; must not call the engine.
  using ConfigsChange = std::function<absl::StatusOr<ConfigMap>(const ConfigMap& own)>;
  // Puts what `change` makes of them in their place, once it is checked. Errors as those of
  // AlterTopicConfigs, and what `change` gives. With `only_validate` nothing is changed.
  absl::Status ReplaceTopicConfigs(const std::string& name, const ConfigsChange& change,
                                   bool only_validate);

  // The configs of all that is no topic, as they are now. Never null.
  std::shared_ptr<const ResourceConfigs> resource_configs() const
      ABSL_LOCKS_EXCLUDED(resource_configs_mutex_);
  // Moves whenever they change.
  std::uint64_t resource_configs_version() const { return resource_configs_version_.load(); }
  // The like of ReplaceTopicConfigs. What `change` gives is right but for the engine's own configs
  // among a broker's, which are checked here, and hold from then on. InvalidArgument
  // (INVALID_CONFIG) too where a topic's own configs would not go with them.
  absl::Status ReplaceResourceConfigs(const std::string& resource, const ConfigsChange& change,
                                      bool only_validate) ABSL_LOCKS_EXCLUDED(change_mutex_);

  // FailedPrecondition where the folder was opened only to be read.
  absl::Status CheckMayWrite() const;
  // Where the folder was opened only to be read: takes up what the catalogue says by now. Costs
  // next to nothing while it says the same.
  void LookOutside() ABSL_LOCKS_EXCLUDED(change_mutex_);
  // What is known of the process that writes the folder, where this one only reads it; else null.
  const std::shared_ptr<FolderWatch>& watch() const { return environment_->watch(); }
  // Where the folder was opened only to be read: reads what a node tells beside topics and their
  // logs, which are whose folder it is, and groups with their members and offsets, as it is written
  // down now. To be called once, before there is such a node. FailedPrecondition where the engine
  // writes.
  absl::Status ReadForNode();
  // Whether somebody, this engine too, has the folder open for writing.
  bool has_writer() const { return watch() != nullptr ? watch()->HasWriter() : !closed(); }

  // Whether the topic is there and has that partition.
  bool HasPartition(const TopicPartition& partition) const;

  // The topics there are, in order of name.
  std::vector<std::shared_ptr<TopicState>> topics(bool include_internal) const;
  // Moves whenever a topic is made, deleted or grown.
  std::uint64_t topics_version() const { return topics_version_.load(); }

  // An id for a producer that numbers its batches, which no other producer has had.
  absl::StatusOr<std::int64_t> NewProducerId();

  // Consumer groups of this process, and where they keep their offsets.
  GroupService* groups() const { return groups_.get(); }
  OffsetStore* offsets() const { return offsets_.get(); }

  Clock* clock() const { return environment_->clock(); }
  log::LogMetrics& log_metrics() const { return *environment_->log_metrics(); }
  ClientMetrics& client_metrics() const { return environment_->client_metrics(); }
  CleanerGauges& cleaner_gauges() { return cleaner_gauges_; }
  base::Budget* buffers() const { return environment_->buffers().get(); }
  const base::ForkMark& fork_mark() const { return environment_->fork_mark(); }
  // What holds now: what was given, and what was set since.
  std::shared_ptr<const EngineConfig> config() const { return environment_->config(); }
  // Of an engine that only reads: once ReadForNode has been called.
  const MetaProperties& properties() const {
    return folder_ == nullptr ? properties_read_ : folder_->properties();
  }
  // Where all of it is: a folder, from the root, or "mem:".
  const std::string& directory() const { return environment_->directory(); }
  // Where that is a folder: the room there is.
  std::optional<io::DiskSpace> disk_space() const;
  void Say(LogLevel level, const std::string& line) const { environment_->Say(level, line); }
  bool closed() const { return environment_->closed(); }
  bool is_in_child() const { return environment_->is_in_child(); }
  // FailedPrecondition when closed.
  absl::Status CheckOpen() const { return environment_->CheckOpen(); }

  // Background work of producers and groups. A task is due when it is added, when it said so, and
  // at the times of ScheduleMaintenance. A run that is under way outlasts RemoveTask. Closing the
  // engine removes all and closes them; logs can still be appended to then.
  void AddTask(std::shared_ptr<MaintenanceTask> task);
  void RemoveTask(MaintenanceTask* task);
  void ScheduleMaintenance(absl::Time at);
  absl::Time RunMaintenance();
  // How often a log asked for its upkeep.
  std::uint64_t log_wakes() const { return environment_->log_wakes(); }

  // Writes those of the checkpoint files in which something has changed.
  absl::Status WriteCheckpoints(const CheckpointFiles& due) ABSL_LOCKS_EXCLUDED(checkpoint_mutex_);

  absl::Status Flush();
  absl::StatusOr<std::shared_ptr<TopicState>> ImportTopic(
      const std::string& name, const std::vector<std::string>& folders,
      const std::map<std::string, std::string>& configs, const ImportProgress& progress = {})
      ABSL_LOCKS_EXCLUDED(change_mutex_);
  absl::Status Backup(const std::string& to) ABSL_LOCKS_EXCLUDED(change_mutex_);
  EngineUse resource_use() const;
  EngineMetrics Metrics() const;
  std::vector<PartitionMetrics> MetricsOfPartitions() const;
  absl::Status Close();

 private:
  class CheckpointWriter;

  explicit LocalEngine(std::shared_ptr<EngineEnvironment> environment);

  // local_engine.cc
  absl::Status OpenFolder(const Options& options);
  void ShowOthers();
  absl::Status ReadFolder() ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  absl::Status OpenExisting(const TopicPartition& partition);
  bool IsUnused(const TopicPartition& partition) const;
  void OpenLost(const std::set<TopicPartition>& found);
  void TellStrangeCheckpoints() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  absl::Status OpenGroups(const Options& options);
  void TellGroupsOutOfRange() const;
  void StartTasks();
  absl::Status CloseLogs();
  absl::Status CloseFolder(bool logs_are_whole) ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);

  // local_engine_import.cc
  struct Import {
    std::string directory;
    log::LogCheckpoint checkpoint;
  };
  using Imports = std::vector<Import>;  // by partition
  absl::StatusOr<std::vector<std::string>> PlacesToImportFrom(
      const std::vector<std::string>& folders) const;
  absl::Status BeginImport(const std::string& name) ABSL_LOCKS_EXCLUDED(change_mutex_);
  void EndImport(const Imports& imports) ABSL_LOCKS_EXCLUDED(change_mutex_);
  absl::StatusOr<std::shared_ptr<TopicState>> CopyAndAdd(
      const std::string& name, const std::vector<std::string>& places,
      const std::map<std::string, std::string>& configs, const ImportProgress& progress,
      Imports& imports) ABSL_LOCKS_EXCLUDED(change_mutex_);
  absl::Status CheckMayAdd(const std::string& name, const CatalogueTopic& topic)
      ABSL_LOCKS_EXCLUDED(change_mutex_);
  absl::Status CheckMayAddLocked(const std::string& name, const CatalogueTopic& topic) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  absl::Status CheckNoFolders(const std::string& name, std::int32_t partitions) const;
  absl::Status CopyForImport(const StoredTopic& stored, const TopicPartition& partition,
                             const CatalogueTopic& topic,
                             const std::function<void(std::uint64_t)>& progress, Import& import);
  absl::StatusOr<std::shared_ptr<TopicState>> MoveAndAdd(const std::string& name,
                                                         const CatalogueTopic& topic,
                                                         const Imports& imports)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  void OpenImported(const TopicState& topic);
  absl::Status MoveImports(const std::string& name, const Imports& imports);
  absl::StatusOr<std::shared_ptr<TopicState>> AddImported(const std::string& name,
                                                          const CatalogueTopic& topic,
                                                          const Imports& imports)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_) ABSL_LOCKS_EXCLUDED(checkpoint_mutex_);

  // local_engine_reading.cc
  absl::Status OpenToRead(const Options& options);
  absl::Status ReadGroups();
  void TakeUp(CatalogueImage image) ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  void TakeUpTopic(const std::string& name, const CatalogueTopic& topic)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);

  // local_engine_configs.cc
  // Whether all topics may have what they have by the broker's configs.
  absl::Status CheckAllTopicConfigs(const EngineConfig& config) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  absl::StatusOr<EngineConfig> ConfigWith(const ResourceConfigs& configs) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  void ShowResourceConfigs(const ResourceConfigs& configs)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  void TakeUpConfig(EngineConfig config) ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  void ReadResourceConfigs() ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);

  // local_engine_metrics.cc
  void AddLogMetrics(EngineMetrics& metrics) const;

  // local_engine_backup.cc
  struct BackupCheckpoints {
    void Forget(const TopicPartition& partition);
    log::OffsetCheckpoint recovery_points;
    log::OffsetCheckpoint log_starts;
    log::OffsetCheckpoint high_watermarks;
    log::OffsetCheckpoint first_dirty;
  };
  using Partitions = std::vector<std::shared_ptr<PartitionState>>;
  // What a backup is to have.
  struct BackupContents {
    MetaProperties properties;
    CatalogueImage image;
    // Those whose logs are still to be cut.
    std::vector<std::pair<std::shared_ptr<TopicState>, Partitions>> topics;
    BackupCheckpoints checkpoints;
  };
  absl::Status BackUpInto(io::FileSystem& files, const std::string& folder)
      ABSL_LOCKS_EXCLUDED(change_mutex_);
  absl::StatusOr<BackupContents> BeginBackup(io::FileSystem& files, const std::string& folder)
      ABSL_LOCKS_EXCLUDED(change_mutex_);
  static absl::Status BackUpLogs(io::FileSystem& files, const std::string& folder,
                                 const Partitions& partitions, BackupCheckpoints& checkpoints);
  static absl::Status DropFromBackup(io::FileSystem& files, const std::string& folder,
                                     const TopicState& topic, BackupContents& contents);
  absl::Status WriteBackupCatalogue(io::FileSystem& files, const std::string& folder,
                                    BackupContents contents) ABSL_LOCKS_EXCLUDED(change_mutex_);

  // local_engine_topics.cc
  // What the catalogue says.
  const CatalogueImage& image() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_) {
    return catalogue_ != nullptr ? catalogue_->image() : image_read_;
  }
  absl::Status Commit(const CatalogueCommand& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  absl::StatusOr<CatalogueTopic> NewTopic(const std::string& name,
                                          const TopicOptions& options) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  TopicDescription Describe(const std::string& name, const CatalogueTopic& topic) const;
  absl::StatusOr<std::shared_ptr<TopicState>> CreateLocked(const std::string& name,
                                                           const TopicOptions& options)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  bool IsBeingDeleted(const std::string& name) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  absl::Status ForgetLogStarts(const std::string& name) ABSL_LOCKS_EXCLUDED(checkpoint_mutex_);
  absl::Status CheckNewName(const std::string& name) const;
  // That no partition of `name` in [from, to) has a folder which another topic's log is in.
  absl::Status CheckFoldersFree(const std::string& name, int from, int to) const;
  // The topic as the catalogue has it. NotFound; FailedPrecondition when closed.
  absl::StatusOr<CatalogueTopic> Entry(const std::string& name) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  std::shared_ptr<TopicState> AddTopic(const std::string& name, const CatalogueTopic& topic,
                                       const Imports& imports = {})
      ABSL_LOCKS_EXCLUDED(topics_mutex_);
  std::shared_ptr<TopicState> RemoveTopic(const std::string& name)
      ABSL_LOCKS_EXCLUDED(topics_mutex_);
  // Removes the folders of a topic that the catalogue calls deleting, forgets its offsets and takes
  // it out of the catalogue. OK when that is done already.
  absl::Status FinishDelete(const std::string& name, const base::Uuid& id)
      ABSL_LOCKS_EXCLUDED(change_mutex_, finishing_mutex_);
  // Waits until no other thread is finishing a deletion of that name. Unavailable in the one that
  // is.
  absl::Status BeginFinishing(const std::string& name) ABSL_LOCKS_EXCLUDED(finishing_mutex_);
  absl::StatusOr<bool> IsDeleting(const std::string& name, const base::Uuid& id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  // The same where an earlier DeleteTopic could not: for one name, for all.
  absl::Status FinishEarlierDelete(const std::string& name) ABSL_LOCKS_EXCLUDED(change_mutex_);
  void FinishDeletes() ABSL_LOCKS_EXCLUDED(change_mutex_);
  absl::Status MoveFoldersAway(const std::string& name, std::int32_t partitions)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  // InvalidArgument (INVALID_TOPIC_EXCEPTION) for a topic that only the engine changes.
  absl::Status CheckNotInternal(const std::string& name, const char* what) const;
  // Removes the folders of deleted partitions, but those that are being imported. What cannot be
  // removed stays for the next time.
  absl::Status RemoveDeletedFolders() ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);

  const std::shared_ptr<EngineEnvironment> environment_;
  std::unique_ptr<DataFolder> folder_;
  MetaProperties properties_read_;  // where there is none
  std::atomic<bool> is_read_for_node_ = false;

  mutable absl::Mutex change_mutex_ ABSL_ACQUIRED_BEFORE(checkpoint_mutex_);
  // Between Open and Close. Never set where Open failed: nothing may be written then.
  bool is_open_ ABSL_GUARDED_BY(change_mutex_) = false;
  std::unique_ptr<CatalogueFile> catalogue_ ABSL_GUARDED_BY(change_mutex_);
  // Where the folder was opened only to be read, in place of it.
  CatalogueImage image_read_ ABSL_GUARDED_BY(change_mutex_);
  std::atomic<std::uint64_t> catalogue_version_ = 0;  // FolderWatch's, of image_read_

  // Close waits for the one, and nobody removes the others.
  int imports_under_way_ ABSL_GUARDED_BY(change_mutex_) = 0;
  std::set<std::string> importing_ ABSL_GUARDED_BY(change_mutex_);  // folders that are copied into

  // The names that somebody is in FinishDelete with, and who.
  absl::Mutex finishing_mutex_ ABSL_ACQUIRED_BEFORE(change_mutex_);
  std::map<std::string, std::thread::id> finishing_ ABSL_GUARDED_BY(finishing_mutex_);

  // Those of the block that the catalogue says is taken, and that no producer has yet.
  std::int64_t next_producer_id_ ABSL_GUARDED_BY(change_mutex_) = 0;
  std::int64_t producer_ids_left_ ABSL_GUARDED_BY(change_mutex_) = 0;

  absl::Mutex checkpoint_mutex_ ABSL_ACQUIRED_BEFORE(topics_mutex_);
  // As they were last read or written; what could not be, is written the next time.
  FolderCheckpoints checkpoints_ ABSL_GUARDED_BY(checkpoint_mutex_);

  mutable absl::Mutex topics_mutex_;
  std::map<std::string, std::shared_ptr<TopicState>> topics_ ABSL_GUARDED_BY(topics_mutex_);
  absl::flat_hash_map<base::Uuid, std::shared_ptr<TopicState>> topics_by_id_
      ABSL_GUARDED_BY(topics_mutex_);
  // TopicCollisionKey of each, and the name.
  std::map<std::string, std::string> collision_keys_ ABSL_GUARDED_BY(topics_mutex_);
  int next_ordinal_ ABSL_GUARDED_BY(topics_mutex_) = 0;
  std::atomic<std::uint64_t> topics_version_ = 0;

  mutable base::Mutex resource_configs_mutex_;  // for an instant
  std::shared_ptr<const ResourceConfigs> resource_configs_
      ABSL_GUARDED_BY(resource_configs_mutex_) = std::make_shared<const ResourceConfigs>();
  std::atomic<std::uint64_t> resource_configs_version_ = 0;

  CleanerGauges cleaner_gauges_;

  // Set by Open.
  std::shared_ptr<OffsetStore> offsets_;
  std::shared_ptr<GroupService> groups_;
};

}  // namespace rill::engine
