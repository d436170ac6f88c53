#include "engine/folder_check.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "engine/folder_check_offsets.h"
#include "engine/folder_check_root.h"
#include "engine/group/offset_records.h"
#include "engine/group/stored_consumer_group.h"
#include "engine/topic_config.h"
#include "engine/topic_name.h"
#include "fmt/format.h"
#include "log/log_check.h"
#include "log/partition_metadata.h"
#include "log/segment_name.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

using Kind = log::Finding::Kind;

// That the engine can read what a record of __consumer_offsets says.
absl::Status CheckOffsetsRecord(const RecordView& record) {
  const auto key = DecodeKey(record.key());
  if (!key.ok() || IsNull(record.value())) return key.status();
  if (std::holds_alternative<OffsetCommitKey>(*key)) {
    return DecodeOffsetCommitValue(record.value()).status();
  }
  if (std::holds_alternative<GroupMetadataKey>(*key)) {
    return DecodeGroupMetadataValue(record.value()).status();
  }
  if (const auto* group = std::get_if<ConsumerGroupRecordKey>(&*key)) {
    StoredConsumerGroups groups;
    return TakeConsumerGroupRecord(*group, record.value(), groups);
  }
  return absl::OkStatus();
}

// Nobody may write what is checked. A folder that was copied without its .lock has no writer
// either.
absl::StatusOr<std::unique_ptr<io::FileLock>> KeepWritersOut(io::FileSystem& files,
                                                             const std::string& path) {
  auto lock = files.LockShared(path + "/" + kLockFile);
  if (absl::IsNotFound(lock.status())) return nullptr;
  if (!absl::IsFailedPrecondition(lock.status())) return lock;
  return MakeError(absl::StatusCode::kFailedPrecondition, GetErrorCode(lock.status()),
                   fmt::format("{}; a folder that is open cannot be checked: close it, or check a "
                               "backup of it",
                               std::string(lock.status().message())));
}

class FolderChecker {
 public:
  FolderChecker(io::FileSystem& files, const FolderCheckOptions& options)
      : files_(files), options_(options) {}

  absl::StatusOr<FolderCheckSummary> Check(const std::string& path) {
    if (auto listed = files_.List(path); !listed.ok()) return listed.status();
    const auto lock = KeepWritersOut(files_, path);
    if (!lock.ok()) return lock.status();
    log::FolderFindings findings("", path, sink());
    auto root = ReadFolderRoot(files_, path, &findings);
    if (!root.ok()) return root.status();
    root_ = *std::move(root);
    if (auto there = CheckTopicsAreThere(); !there.ok()) return there;
    summary_.has_catalogue = root_.catalogue.has_value();
    summary_.was_closed = root_.was_closed;
    AddUpBytes();
    for (const TopicPartition& partition : root_.partitions) {
      if (!IsWanted(partition)) continue;
      CheckPartition(partition);
      done_ += bytes_of_[partition];
      Progress(0);
    }
    CheckEntriesWithoutFolder(
        root_, [this](const TopicPartition& partition) { return IsWanted(partition); }, sink());
    return std::move(summary_);
  }

 private:
  log::FindingSink sink() {
    return [this](const log::Finding& finding) {
      switch (finding.kind) {
        case Kind::kDamage:
          ++summary_.damaged;
          break;
        case Kind::kUnread:
          ++summary_.unread;
          break;
        case Kind::kCut:
          ++summary_.cut;
          break;
        case Kind::kNote:
          ++summary_.notes;
          break;
      }
      if (options_.sink) options_.sink(finding);
    };
  }

  // A name that is mistyped must not pass for a sound topic.
  absl::Status CheckTopicsAreThere() const {
    for (const std::string& name : options_.topics) {
      const bool has_folder =
          std::any_of(root_.partitions.begin(), root_.partitions.end(),
                      [&](const TopicPartition& partition) { return partition.topic == name; });
      if (has_folder || (root_.catalogue && root_.catalogue->topics().contains(name))) continue;
      return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition,
                       fmt::format("there is no topic {} in {}", name, root_.path));
    }
    return absl::OkStatus();
  }

  bool IsWanted(const TopicPartition& partition) const {
    return options_.topics.empty() || options_.topics.contains(partition.topic);
  }

  std::string DirectoryOf(const TopicPartition& partition) const {
    return root_.path + "/" + PartitionFolderName(partition.topic, partition.partition);
  }

  // For the progress only: what cannot be listed is told of when its turn comes.
  void AddUpBytes() {
    for (const TopicPartition& partition : root_.partitions) {
      if (!IsWanted(partition)) continue;
      const auto entries = files_.List(DirectoryOf(partition));
      if (!entries.ok()) continue;
      std::uint64_t& bytes = bytes_of_[partition];
      for (const io::DirectoryEntry& entry : *entries) {
        if (log::ParseSegmentName(entry.name, log::kLogSuffix)) bytes += entry.size;
      }
      total_ += bytes;
    }
  }

  void Progress(std::uint64_t within) {
    if (options_.progress) options_.progress(done_ + within, total_);
  }

  void CheckPartition(const TopicPartition& partition) {
    const std::string name = PartitionFolderName(partition.topic, partition.partition);
    log::FolderFindings findings(name, DirectoryOf(partition), sink());
    ++summary_.partitions;
    if (root_.IsDeleting(partition.topic)) {
      findings.Tell(Kind::kNote, "", std::nullopt, "is being deleted, and is not looked into");
      return;
    }
    if (root_.catalogue && !root_.IsKnown(partition)) {
      findings.Tell(Kind::kNote, "", std::nullopt,
                    "rill.catalogue has no such partition: rill leaves it alone");
    }
    CheckMetadata(partition, &findings);
    log::LogCheckOptions check = {.files = &files_,
                                  .directory = DirectoryOf(partition),
                                  .name = name,
                                  .checkpoint = root_.CheckpointOf(partition),
                                  .may_have_gaps = root_.MayHaveGaps(partition),
                                  .sink = sink()};
    if (partition.topic == kOffsetsTopic) check.check_record = CheckOffsetsRecord;
    std::uint64_t within = 0;
    check.progress = [&](std::uint64_t bytes) { Progress(within += bytes); };
    const log::LogCheckResult result = log::CheckLog(check);
    summary_.batches += result.batches;
    summary_.records += result.records;
    summary_.bytes += result.bytes;
    CheckOffsets(root_, partition, result.log_end_offset, &findings);
    NoteRepairable(partition, result);
  }

  void NoteRepairable(const TopicPartition& partition, const log::LogCheckResult& result) {
    if (!root_.IsKnown(partition)) return;
    if (result.bad_indexes.empty() && result.bad_snapshots.empty()) return;
    const auto& topic = root_.catalogue->topics().at(partition.topic);
    summary_.repairable.push_back(
        {.folder = PartitionFolderName(partition.topic, partition.partition),
         .indexes = result.bad_indexes,
         .snapshots = result.bad_snapshots,
         .index_interval_bytes =
             ResolveLogConfig(topic.configs, EngineConfig()).index_interval_bytes});
  }

  // The folder's word on whose it is, against the catalogue's; in a broker's folder, against that
  // of the topic's other partitions.
  void CheckMetadata(const TopicPartition& partition, log::FolderFindings* findings) {
    const auto metadata = log::ReadPartitionMetadata(
        files_, DirectoryOf(partition) + "/" + log::kPartitionMetadataFile);
    if (absl::IsNotFound(metadata.status())) {
      findings->Tell(root_.IsKnown(partition) ? Kind::kDamage : Kind::kNote,
                     log::kPartitionMetadataFile, std::nullopt, "is missing");
      return;
    }
    if (!metadata.ok()) {
      findings->TellError(log::kPartitionMetadataFile, metadata.status());
      return;
    }
    const bool is_known = root_.IsKnown(partition);
    if (!is_known && root_.catalogue) return;
    const auto [expected, is_first] = topic_ids_.emplace(
        partition.topic, is_known ? root_.catalogue->topics().at(partition.topic).id.ToString()
                                  : metadata->topic_id);
    if (expected->second == metadata->topic_id) return;
    findings->Tell(
        Kind::kDamage, log::kPartitionMetadataFile, std::nullopt,
        fmt::format("belongs to a topic with the id {}, where {} has {}", metadata->topic_id,
                    is_known ? "rill.catalogue" : "another partition of the topic",
                    expected->second));
  }

  io::FileSystem& files_;
  const FolderCheckOptions& options_;
  FolderRoot root_;
  FolderCheckSummary summary_;
  std::map<std::string, std::string> topic_ids_;
  std::map<TopicPartition, std::uint64_t> bytes_of_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace

absl::StatusOr<FolderCheckSummary> CheckFolder(io::FileSystem& files, const std::string& path,
                                               const FolderCheckOptions& options) {
  return FolderChecker(files, options).Check(path);
}

}  // namespace rill::engine
