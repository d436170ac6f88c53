#include "engine/meta_properties.h"

#include <map>
#include <optional>

#include "base/java_properties.h"
#include "base/parse_number.h"
#include "base/uuid.h"
#include "fmt/format.h"
#include "io/small_file.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

constexpr std::uint64_t kMaxFileSize = 64 << 10;
constexpr std::int32_t kFirstNodeId = 1;

absl::Status Damage(const std::string& path, std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
                   fmt::format("{}: {}", path, what));
}

using Properties = std::map<std::string, std::string, std::less<>>;

// Stricter than Java, which neither Kafka's file nor ours needs: a name without a value, or one
// that is there twice, is damage.
absl::StatusOr<Properties> ParseProperties(std::string_view text, const std::string& path) {
  const auto parsed = base::ParseJavaProperties(text);
  if (!parsed.ok()) return Damage(path, std::string(parsed.status().message()));
  Properties properties;
  for (const base::Property& property : *parsed) {
    if (property.value.empty()) {
      return Damage(path, fmt::format("line {} is not \"name=value\"", property.line));
    }
    if (!properties.emplace(property.name, property.value).second) {
      return Damage(path, fmt::format("line {} repeats a name", property.line));
    }
  }
  return properties;
}

std::string Value(const Properties& properties, std::string_view name) {
  const auto found = properties.find(name);
  return found == properties.end() ? "" : found->second;
}

}  // namespace

absl::StatusOr<MetaProperties> ParseMetaProperties(std::string_view text, const std::string& path) {
  const auto properties = ParseProperties(text, path);
  if (!properties.ok()) return properties.status();
  const std::string version = Value(*properties, "version");
  if (version.empty()) return Damage(path, "has no version");
  if (version != "1") {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                     fmt::format("{}: has version {}, where 1 (Kafka 4) is known", path, version));
  }
  MetaProperties meta;
  meta.cluster_id = Value(*properties, "cluster.id");
  if (meta.cluster_id.empty()) return Damage(path, "has no cluster.id");
  const auto node_id = base::ParseNumber<std::int32_t>(Value(*properties, "node.id"));
  if (!node_id || *node_id < 0) return Damage(path, "has no node.id that is a number from 0");
  meta.node_id = *node_id;
  meta.directory_id = Value(*properties, "directory.id");
  const auto directory_id = base::Uuid::Parse(meta.directory_id);
  if (!directory_id || directory_id->IsReserved()) {
    return Damage(path, "has no directory.id that is a UUID in 22 characters");
  }
  return meta;
}

std::string FormatMetaProperties(const MetaProperties& properties) {
  return fmt::format("#\nnode.id={}\ndirectory.id={}\nversion=1\ncluster.id={}\n",
                     properties.node_id, properties.directory_id, properties.cluster_id);
}

absl::StatusOr<MetaProperties> ReadMetaProperties(io::FileSystem& files,
                                                  const std::string& directory) {
  const std::string path = directory + "/" + kMetaPropertiesFile;
  const auto text = io::ReadSmallFile(files, path, kMaxFileSize);
  if (!text.ok()) return text.status();
  return ParseMetaProperties(*text, path);
}

absl::StatusOr<MetaProperties> LoadMetaProperties(io::FileSystem& files,
                                                  const std::string& directory,
                                                  std::optional<std::int32_t> node_id) {
  const std::string path = directory + "/" + kMetaPropertiesFile;
  auto found = ReadMetaProperties(files, directory);
  if (found.ok() && node_id.value_or(found->node_id) != found->node_id) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kInvalidConfig,
                     fmt::format("{} is of node {}, and node.id is {}: leave it out or give {}, or "
                                 "give another folder",
                                 path, found->node_id, *node_id, found->node_id));
  }
  if (!absl::IsNotFound(found.status())) return found;
  const MetaProperties fresh = {.cluster_id = base::Uuid::Random().ToString(),
                                .node_id = node_id.value_or(kFirstNodeId),
                                .directory_id = base::Uuid::Random().ToString()};
  if (auto written = io::ReplaceSmallFile(files, path, FormatMetaProperties(fresh));
      !written.ok()) {
    return written;
  }
  return fresh;
}

}  // namespace rill::engine
