#include "engine/meta_properties.h"

#include <map>
#include <optional>

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

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\f";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

using Properties = std::map<std::string, std::string, std::less<>>;

// The part of Java's format that Kafka's values need: comments, and "key=value" a line.
absl::StatusOr<Properties> ParseProperties(std::string_view text, const std::string& path) {
  Properties properties;
  for (int line_number = 1; !text.empty(); ++line_number) {
    const auto end = text.find('\n');
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) {
      return Damage(path, fmt::format("line {} is not \"name=value\"", line_number));
    }
    if (!properties.emplace(Trim(line.substr(0, equals)), Trim(line.substr(equals + 1))).second) {
      return Damage(path, fmt::format("line {} repeats a name", line_number));
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

absl::StatusOr<MetaProperties> LoadMetaProperties(io::FileSystem& files,
                                                  const std::string& directory) {
  const std::string path = directory + "/" + kMetaPropertiesFile;
  const auto text = io::ReadSmallFile(files, path, kMaxFileSize);
  if (text.ok()) return ParseMetaProperties(*text, path);
  if (!absl::IsNotFound(text.status())) return text.status();
  const MetaProperties fresh = {.cluster_id = base::Uuid::Random().ToString(),
                                .node_id = kFirstNodeId,
                                .directory_id = base::Uuid::Random().ToString()};
  if (auto written = io::ReplaceSmallFile(files, path, FormatMetaProperties(fresh));
      !written.ok()) {
    return written;
  }
  return fresh;
}

}  // namespace rill::engine
