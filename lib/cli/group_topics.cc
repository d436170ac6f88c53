#include "cli/group_topics.h"

#include <cstdint>

#include "cli/java_arguments.h"
#include "cli/java_text.h"
#include "fmt/format.h"

namespace rill::cli {

absl::StatusOr<GroupTopics> ParseGroupTopics(const std::vector<std::string>& words) {
  GroupTopics topics;
  for (const std::string& word : words) {
    if (word.find(':') == std::string::npos) {
      topics.whole.push_back(word);
      continue;
    }
    const std::vector<std::string> parts = JavaSplit(word, ':');
    if (parts.size() != 2) {
      return absl::InvalidArgumentError(
          fmt::format("Invalid topic arg '{}', expected topic name and partitions", word));
    }
    for (const std::string& partition : JavaSplit(parts[1], ',')) {
      const auto index = ParseJavaNumber<std::int32_t>(partition);
      if (!index) {
        return absl::InvalidArgumentError(
            fmt::format("Invalid partition '{}' specified in topic arg '{}''", partition, word));
      }
      topics.partitions.push_back({parts[0], *index});
    }
  }
  return topics;
}

std::string NameOf(const TopicPartition& partition) {
  return fmt::format("{}-{}", partition.topic, partition.partition);
}

}  // namespace rill::cli
