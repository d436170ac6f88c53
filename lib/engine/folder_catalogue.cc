#include "engine/folder_catalogue.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/catalogue_file.h"
#include "engine/data_folder.h"
#include "fmt/format.h"
#include "io/small_file.h"
#include "log/partition_metadata.h"

namespace rill::engine {
namespace {

// The writer may be in the middle of a change, which it cannot be twice in a row for long.
constexpr int kTries = 3;

absl::StatusOr<CatalogueImage> OfFolders(io::FileSystem& files, const std::string& directory,
                                         const LogSink& sink) {
  const auto entries = files.List(directory);
  if (!entries.ok()) return entries.status();
  std::map<std::string, CatalogueTopic> topics;
  for (const io::DirectoryEntry& entry : *entries) {
    const auto partition = entry.is_directory ? ParsePartitionFolderName(entry.name) : std::nullopt;
    if (!partition || partition->partition >= kMaxPartitionsPerTopic) continue;
    const auto metadata = log::ReadPartitionMetadata(
        files, directory + "/" + entry.name + "/" + log::kPartitionMetadataFile);
    const auto id = metadata.ok() ? base::Uuid::Parse(metadata->topic_id) : std::nullopt;
    if (!id) {
      if (sink) {
        sink(LogLevel::kWarning, fmt::format("{}/{} is left out: its {} has no id of a topic",
                                             directory, entry.name, log::kPartitionMetadataFile));
      }
      continue;
    }
    CatalogueTopic& topic = topics[partition->topic];
    topic.id = *id;
    topic.partitions = std::max(topic.partitions, partition->partition + 1);
  }
  CatalogueImage image;
  for (auto& [name, topic] : topics) {
    const TopicChange change{name, std::move(topic)};
    if (image.Check(change).ok()) image.Apply(change);
  }
  return image;
}

}  // namespace

absl::StatusOr<CatalogueImage> ReadFolderCatalogue(io::FileSystem& files,
                                                   const std::string& directory,
                                                   const LogSink& sink) {
  const std::string path = directory + "/" + kCatalogueFile;
  absl::Status status;
  for (int i = 0; i < kTries; ++i) {
    const auto bytes = io::ReadSmallFile(files, path, kMaxCatalogueSize);
    if (absl::IsNotFound(bytes.status())) return OfFolders(files, directory, sink);
    if (!bytes.ok()) return bytes.status();
    auto contents = ParseCatalogue(*bytes, path);
    if (contents.ok()) return std::move(contents->image);
    status = contents.status();
    if (!absl::IsDataLoss(status)) break;
  }
  return status;
}

}  // namespace rill::engine
