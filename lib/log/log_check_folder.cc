#include "log/log_check_folder.h"

#include <algorithm>

#include "fmt/format.h"
#include "log/leader_epochs.h"
#include "log/log_loader.h"
#include "log/partition_metadata.h"
#include "log/segment_name.h"

namespace rill::log {
namespace {

// What Kafka keeps in the folders of its metadata log and of topics with remote storage.
constexpr const char* kKnownNames[] = {kPartitionMetadataFile, kLeaderEpochCheckpoint,
                                       "quorum-state"};

bool IsKnown(const std::string& name) {
  return name.ends_with(".checkpoint") ||
         std::find(std::begin(kKnownNames), std::end(kKnownNames), name) != std::end(kKnownNames);
}

class Lister {
 public:
  explicit Lister(FolderFindings* findings) : findings_(findings) {}

  void Take(const io::DirectoryEntry& entry) {
    const std::string& name = entry.name;
    const auto base_offset = ParseSegmentName(name, kLogSuffix);
    if (base_offset) {
      TakeSegment(entry, *base_offset);
    } else if (entry.is_directory) {
      Note(name, "an unknown folder, which is left alone");
    } else if (const auto at = ParseSegmentName(name, kSnapshotSuffix)) {
      folder_.snapshots.push_back(*at);
    } else if (const auto index = ParseIndexName(name)) {
      indexes_.emplace(*index, name);
      if (name.ends_with(kTransactionIndexSuffix)) folder_.transaction_indexes.insert(*index);
    } else if (IsLeftover(name)) {
      Note(name, "left over from something that was interrupted; the next open removes it");
    } else if (name.ends_with(kSwapSuffix)) {
      Note(name, "a compaction was being put in place; the next open finishes it");
    } else if (!IsKnown(name)) {
      Note(name, "an unknown file, which is left alone");
    }
    folder_.has_epochs |= name == kLeaderEpochCheckpoint;
  }

  LogFolder Finish() {
    std::sort(folder_.snapshots.begin(), folder_.snapshots.end());
    for (const auto& [base_offset, name] : indexes_) {
      if (!folder_.segments.contains(base_offset))
        Note(name, "an index without its .log; the next open removes it");
    }
    return std::move(folder_);
  }

 private:
  void TakeSegment(const io::DirectoryEntry& entry, std::int64_t base_offset) {
    if (entry.is_directory) {
      findings_->Tell(Finding::Kind::kDamage, entry.name, std::nullopt,
                      "a folder has the name of a segment");
    } else if (entry.size > kMaxSegmentFileSize) {
      findings_->Tell(Finding::Kind::kDamage, entry.name, kMaxSegmentFileSize,
                      fmt::format("{} bytes are more than a segment can have", entry.size));
    } else {
      folder_.segments[base_offset] = entry.size;
    }
  }
  void Note(const std::string& name, const char* what) {
    findings_->Tell(Finding::Kind::kNote, name, std::nullopt, what);
  }

  FolderFindings* const findings_;
  LogFolder folder_;
  std::multimap<std::int64_t, std::string> indexes_;
};

}  // namespace

absl::StatusOr<LogFolder> ListLogFolder(io::FileSystem& files, const std::string& directory,
                                        FolderFindings* findings) {
  const auto entries = files.List(directory);
  if (!entries.ok()) return entries.status();
  Lister lister(findings);
  for (const io::DirectoryEntry& entry : *entries) lister.Take(entry);
  return lister.Finish();
}

}  // namespace rill::log
