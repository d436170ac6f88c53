#include "engine/folder_check_root.h"

#include <algorithm>
#include <utility>

#include "engine/catalogue_file.h"
#include "engine/meta_properties.h"
#include "engine/shared_page.h"
#include "engine/socket_file.h"
#include "engine/topic_config.h"
#include "engine/topic_name.h"
#include "fmt/format.h"
#include "io/small_file.h"
#include "log/segment_name.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

using Kind = log::Finding::Kind;

// Topics of Kafka's own that are compacted, whatever a catalogue says.
constexpr const char* kCompactedTopics[] = {kOffsetsTopic, kTransactionsTopic,
                                            "__share_group_state"};

constexpr const char* kRootFiles[] = {kLockFile,
                                      kCleanShutdownFile,
                                      kMetaPropertiesFile,
                                      kCatalogueFile,
                                      kSharedPageFile,
                                      kSocketFile,
                                      log::kRecoveryPointCheckpoint,
                                      log::kLogStartCheckpoint,
                                      log::kHighWatermarkCheckpoint,
                                      log::kCleanerCheckpoint,
                                      "bootstrap.checkpoint"};

constexpr std::uint64_t kMaxMetaPropertiesSize = 64 << 10;

bool IsRootFile(const std::string& name) {
  return std::find(std::begin(kRootFiles), std::end(kRootFiles), name) != std::end(kRootFiles);
}

absl::Status NoDataFolder(const std::string& path, const char* what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError,
                   fmt::format("{} is no data folder: {}", path, what));
}

class RootReader {
 public:
  RootReader(io::FileSystem& files, const std::string& path, log::FolderFindings* findings)
      : files_(files), findings_(findings) {
    root_.path = path;
  }

  absl::StatusOr<FolderRoot> Read() {
    if (auto whole = CheckBackupIsWhole(files_, root_.path); !whole.ok()) return whole;
    const auto entries = files_.List(root_.path);
    if (!entries.ok()) return entries.status();
    bool is_data_folder = false;
    bool is_partition = false;
    for (const io::DirectoryEntry& entry : *entries) {
      is_data_folder |= TakeEntry(entry);
      is_partition |= log::ParseSegmentName(entry.name, log::kLogSuffix).has_value();
    }
    if (!is_data_folder && is_partition) {
      return NoDataFolder(root_.path,
                          "it is the folder of one partition; check the folder that it "
                          "is in, with --topic");
    }
    if (!is_data_folder) {
      return NoDataFolder(root_.path, "neither rill nor Apache Kafka has left anything in it");
    }
    ReadMetaProperties();
    ReadCatalogue();
    root_.checkpoints.recovery_points = ReadCheckpoint(log::kRecoveryPointCheckpoint);
    root_.checkpoints.log_starts = ReadCheckpoint(log::kLogStartCheckpoint);
    root_.checkpoints.high_watermarks = ReadCheckpoint(log::kHighWatermarkCheckpoint);
    root_.checkpoints.first_dirty = ReadCheckpoint(log::kCleanerCheckpoint);
    return std::move(root_);
  }

 private:
  // Whether the entry shows that this is a data folder.
  bool TakeEntry(const io::DirectoryEntry& entry) {
    const std::string& name = entry.name;
    const auto partition = ParsePartitionFolderName(name);
    if (entry.is_directory && partition) {
      root_.partitions.push_back(*partition);
      return true;
    }
    if (entry.is_directory && IsDeletedFolderName(name)) {
      findings_->Tell(Kind::kNote, name, std::nullopt,
                      "of a deleted partition; the next open removes it");
      return true;
    }
    if (!entry.is_directory && IsRootFile(name)) {
      root_.was_closed |= name == kCleanShutdownFile;
      return true;
    }
    findings_->Tell(Kind::kNote, name, std::nullopt,
                    entry.is_directory ? "an unknown folder, which is left alone"
                                       : "an unknown file, which is left alone");
    return false;
  }

  void ReadMetaProperties() {
    const std::string path = root_.path + "/" + kMetaPropertiesFile;
    const auto text = io::ReadSmallFile(files_, path, kMaxMetaPropertiesSize);
    if (absl::IsNotFound(text.status())) {
      findings_->Tell(root_.partitions.empty() ? Kind::kNote : Kind::kDamage, kMetaPropertiesFile,
                      std::nullopt, "is missing; the next open makes one, with new ids");
      return;
    }
    const auto read = text.ok() ? ParseMetaProperties(*text, path).status() : text.status();
    if (!read.ok()) findings_->TellError(kMetaPropertiesFile, read);
  }

  void ReadCatalogue() {
    const std::string path = root_.path + "/" + kCatalogueFile;
    const auto bytes = io::ReadSmallFile(files_, path, kMaxCatalogueSize);
    if (absl::IsNotFound(bytes.status())) return;
    root_.catalogue.emplace();  // it is rill's folder, whatever the file says
    auto contents = bytes.ok() ? ParseCatalogue(*bytes, path) : bytes.status();
    if (!contents.ok()) {
      findings_->TellError(kCatalogueFile, contents.status());
      return;
    }
    if (contents->sound_size < bytes->size()) {
      findings_->Tell(Kind::kCut, kCatalogueFile, contents->sound_size,
                      fmt::format("the last {} bytes are of a change that was not completed; the "
                                  "next open drops them",
                                  bytes->size() - contents->sound_size));
    }
    root_.catalogue = std::move(contents->image);
    for (const auto& [name, topic] : root_.catalogue->topics()) CheckTopic(name, topic);
  }

  void CheckTopic(const std::string& name, const CatalogueTopic& topic) {
    if (topic.deleting) {
      findings_->Tell(Kind::kNote, kCatalogueFile, std::nullopt,
                      fmt::format("topic {} is being deleted; the next open finishes that", name));
    }
    const auto sound = CheckTopicConfigs(topic.configs, EngineConfig());
    if (sound.ok()) return;
    findings_->Tell(Kind::kDamage, kCatalogueFile, std::nullopt,
                    fmt::format("topic {}: {}", name, std::string(sound.status().message())));
  }

  std::optional<log::OffsetCheckpoint> ReadCheckpoint(const char* name) {
    auto offsets = log::ReadOffsetCheckpoint(files_, root_.path + "/" + name);
    if (offsets.ok()) return *std::move(offsets);
    findings_->TellError(name, offsets.status());
    return std::nullopt;
  }

  io::FileSystem& files_;
  log::FolderFindings* const findings_;
  FolderRoot root_;
};

}  // namespace

bool FolderRoot::IsKnown(const TopicPartition& partition) const {
  if (!catalogue) return false;
  const auto found = catalogue->topics().find(partition.topic);
  return found != catalogue->topics().end() && !found->second.deleting &&
         partition.partition < found->second.partitions;
}

bool FolderRoot::IsDeleting(const std::string& topic) const {
  if (!catalogue) return false;
  const auto found = catalogue->topics().find(topic);
  return found != catalogue->topics().end() && found->second.deleting;
}

bool FolderRoot::MayHaveGaps(const TopicPartition& partition) const {
  const auto is_name = [&](const char* name) { return partition.topic == name; };
  if (std::any_of(std::begin(kCompactedTopics), std::end(kCompactedTopics), is_name)) return true;
  if (OffsetIn(checkpoints.first_dirty, partition)) return true;
  return IsKnown(partition) &&
         ResolveLogConfig(catalogue->topics().at(partition.topic).configs, EngineConfig())
             .cleanup_compact;
}

log::LogCheckpoint FolderRoot::CheckpointOf(const TopicPartition& partition) const {
  log::LogCheckpoint left;
  const bool are_known =
      checkpoints.recovery_points && checkpoints.log_starts && checkpoints.high_watermarks;
  left.clean_shutdown = was_closed && are_known;
  // Of a folder that was closed nothing is torn, though a damaged checkpoint makes the next open
  // look through it.
  left.recovery_point =
      OffsetIn(checkpoints.recovery_points, partition).value_or(was_closed ? INT64_MAX : 0);
  left.log_start_offset = OffsetIn(checkpoints.log_starts, partition).value_or(0);
  left.high_watermark = OffsetIn(checkpoints.high_watermarks, partition).value_or(0);
  left.first_dirty_offset = OffsetIn(checkpoints.first_dirty, partition).value_or(-1);
  return left;
}

absl::StatusOr<FolderRoot> ReadFolderRoot(io::FileSystem& files, const std::string& path,
                                          log::FolderFindings* findings) {
  return RootReader(files, path, findings).Read();
}

}  // namespace rill::engine
