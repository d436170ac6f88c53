#include "engine/data_folder.h"
#include "engine/folder_check.h"
#include "engine/local_engine.h"
#include "fmt/format.h"
#include "io/faulty_file_system.h"
#include "io/real_file_system.h"
#include "log/producer_state.h"
#include "log/segment_rebuild.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

// Opening a folder that was closed believes its index files and snapshots, as they are what makes
// it quick: so what is wrong with them is put right before.
absl::Status RepairPartition(io::FileSystem& files, const std::string& path,
                             const RepairablePartition& partition, const LogSink& sink) {
  const std::string directory = path + "/" + partition.folder;
  const auto say = [&](const std::string& line) {
    if (sink) sink(LogLevel::kInfo, line);
  };
  for (const std::int64_t base_offset : partition.indexes) {
    auto rebuilt =
        log::RebuildIndexFiles(files, directory, base_offset, partition.index_interval_bytes);
    if (!rebuilt.ok()) return rebuilt;
    say(fmt::format("{}/{:020}: the index files are made anew", directory, base_offset));
  }
  for (const std::int64_t offset : partition.snapshots) {
    const std::string snapshot = directory + "/" + log::ProducerSnapshotName(offset);
    auto removed = files.Remove(snapshot);
    if (!removed.ok() && !absl::IsNotFound(removed)) return removed;
    say(fmt::format("{}: removed; the state of producers is made from the batches", snapshot));
  }
  return absl::OkStatus();
}

absl::Status RepairFiles(io::FileSystem& files, const std::string& path,
                         const FolderCheckSummary& checked, const LogSink& sink) {
  const auto lock = files.Lock(path + "/" + kLockFile);
  if (!lock.ok()) return lock.status();
  for (const RepairablePartition& partition : checked.repairable) {
    if (auto repaired = RepairPartition(files, path, partition, sink); !repaired.ok()) {
      return repaired;
    }
  }
  return absl::OkStatus();
}

}  // namespace

// Without maintenance: retention is not to delete what somebody is about to look at.
absl::Status RepairFolder(const std::string& path, const FolderCheckSummary& checked,
                          Options options) {
  if (!checked.has_catalogue) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, ErrorCode::kKafkaStorageError,
        fmt::format("{} has no rill.catalogue: it is a folder of Apache Kafka's, whose "
                    "broker recovers it when it starts",
                    path));
  }
  const auto real = io::NewRealFileSystem();
  io::FileSystem& files = options.storage != nullptr ? io::FileSystemOf(*options.storage) : *real;
  if (auto repaired = RepairFiles(files, path, checked, options.log_sink); !repaired.ok()) {
    return repaired;
  }
  options.create_if_missing = false;
  options.maintenance = Options::Maintenance::kByCaller;
  auto engine = LocalEngine::Open(path, options);
  if (!engine.ok()) return engine.status();
  return (*engine)->Close();
}

}  // namespace rill::engine
