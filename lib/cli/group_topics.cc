#include "cli/group_topics.h"

#include <cstdint>

#include "cli/java_arguments.h"
#include "cli/java_text.h"
#include "client/remote/topics.h"
#include "fmt/format.h"
#include "rill/error.h"

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

absl::Status NameMissing(const absl::Status& failed, const std::vector<std::string>& topics,
                         remote::AdminClient& client) {
  constexpr auto kMissing = ErrorCode::kUnknownTopicOrPartition;
  if (GetErrorCode(failed) != kMissing) return failed;
  for (const std::string& topic : topics) {
    if (GetErrorCode(remote::DescribeTopics(client, {topic}).status()) != kMissing) continue;
    return MakeError(failed.code(), kMissing,
                     fmt::format("there is no topic {}: {}", topic, std::string(failed.message())));
  }
  return failed;
}

}  // namespace rill::cli
