#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/file_system.h"

namespace rill::log {

inline constexpr char kPartitionMetadataFile[] = "partition.metadata";

// What a partition's folder says about itself: the id of its topic, as Kafka writes ids (URL-safe
// base 64, 22 characters).
//
//   version: 0
//   topic_id: Hq1Y6xyTRkaSaMQp0HGqeA
struct PartitionMetadata {
  std::string topic_id;
};

// DataLoss (KAFKA_STORAGE_ERROR) with `path` and line for anything else.
absl::StatusOr<PartitionMetadata> ParsePartitionMetadata(std::string_view text,
                                                         const std::string& path);
std::string FormatPartitionMetadata(const PartitionMetadata& metadata);

// NotFound when the file is missing.
absl::StatusOr<PartitionMetadata> ReadPartitionMetadata(io::FileSystem& files,
                                                        const std::string& path);
// Replaces the file in one step; on return it would survive a power cut.
absl::Status WritePartitionMetadata(io::FileSystem& files, const std::string& path,
                                    const PartitionMetadata& metadata);

}  // namespace rill::log
