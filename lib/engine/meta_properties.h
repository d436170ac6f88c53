#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "io/file_system.h"

namespace rill::engine {

inline constexpr char kMetaPropertiesFile[] = "meta.properties";

// Whose data folder it is, as a Kafka node writes it (version 1):
//
//   node.id=1
//   directory.id=JyB8wCJSjr0G4KlwjaDOpw
//   version=1
//   cluster.id=cmlsbC1vcmFjbGUtMDAwMQ
struct MetaProperties {
  std::string cluster_id;
  std::int32_t node_id = 0;
  std::string directory_id;
};

// DataLoss (KAFKA_STORAGE_ERROR) with `path` and line for what is missing or malformed;
// FailedPrecondition for another version.
absl::StatusOr<MetaProperties> ParseMetaProperties(std::string_view text, const std::string& path);
std::string FormatMetaProperties(const MetaProperties& properties);

// The folder's properties. NotFound when the file is missing.
absl::StatusOr<MetaProperties> ReadMetaProperties(io::FileSystem& files,
                                                  const std::string& directory);

// The same; made, with new ids, when the file is missing. FailedPrecondition (INVALID_CONFIG) where
// it is of another node than `node_id`.
absl::StatusOr<MetaProperties> LoadMetaProperties(io::FileSystem& files,
                                                  const std::string& directory,
                                                  std::optional<std::int32_t> node_id = {});

}  // namespace rill::engine
