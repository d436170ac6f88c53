#include "log/partition_metadata.h"

#include <algorithm>

#include "fmt/format.h"
#include "io/small_file.h"
#include "log/checkpoint_file.h"

namespace rill::log {
namespace {

constexpr std::string_view kVersionLine = "version: 0";
constexpr std::string_view kTopicIdField = "topic_id: ";
constexpr std::size_t kTopicIdSize = 22;
constexpr std::uint64_t kMaxFileSize = 1024;

bool IsTopicId(std::string_view text) {
  return text.size() == kTopicIdSize && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

}  // namespace

absl::StatusOr<PartitionMetadata> ParsePartitionMetadata(std::string_view text,
                                                         const std::string& path) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto newline = text.find('\n');
  if (text.substr(0, newline) != kVersionLine) {
    return CheckpointDamage(path, 1, fmt::format("is not \"{}\"", kVersionLine));
  }
  std::string_view id = newline == std::string_view::npos ? "" : text.substr(newline + 1);
  if (!id.starts_with(kTopicIdField) || !IsTopicId(id.substr(kTopicIdField.size()))) {
    return CheckpointDamage(path, 2,
                            fmt::format("is not \"{}\" and {} characters of URL-safe base 64",
                                        kTopicIdField, kTopicIdSize));
  }
  return PartitionMetadata{std::string(id.substr(kTopicIdField.size()))};
}

std::string FormatPartitionMetadata(const PartitionMetadata& metadata) {
  // No newline at the end: Kafka writes none.
  return fmt::format("{}\n{}{}", kVersionLine, kTopicIdField, metadata.topic_id);
}

absl::StatusOr<PartitionMetadata> ReadPartitionMetadata(io::FileSystem& files,
                                                        const std::string& path) {
  const auto text = io::ReadSmallFile(files, path, kMaxFileSize);
  if (!text.ok()) return text.status();
  return ParsePartitionMetadata(*text, path);
}

absl::Status WritePartitionMetadata(io::FileSystem& files, const std::string& path,
                                    const PartitionMetadata& metadata) {
  return io::ReplaceSmallFile(files, path, FormatPartitionMetadata(metadata));
}

}  // namespace rill::log
