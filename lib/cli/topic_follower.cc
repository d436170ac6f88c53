#include "cli/topic_follower.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace rill::cli {

std::vector<TopicPartition> TopicFollower::Wanted() const {
  std::vector<std::string> names;
  if (!pattern_) {
    names.push_back(topic_);
  } else {
    for (const std::string& name : engine_.ListTopics()) {
      if (std::regex_match(name, *pattern_)) names.push_back(name);
    }
  }
  std::vector<TopicPartition> wanted;
  for (const std::string& name : names) {
    const auto topic = engine_.FindTopic(name);
    if (!topic.ok()) continue;
    for (std::int32_t i = 0; i < topic->partition_count(); ++i) wanted.push_back({name, i});
  }
  return wanted;
}

absl::Status TopicFollower::Update(Consumer& consumer) {
  std::vector<TopicPartition> wanted = Wanted();
  std::sort(wanted.begin(), wanted.end());
  const bool is_first = !std::exchange(is_begun_, true);
  if (wanted == assigned_) return absl::OkStatus();
  std::vector<TopicPartition> added;
  std::set_difference(wanted.begin(), wanted.end(), assigned_.begin(), assigned_.end(),
                      std::back_inserter(added));
  if (auto status = consumer.Assign(wanted); !status.ok()) return status;
  assigned_ = std::move(wanted);
  if (is_first || added.empty()) return absl::OkStatus();
  return consumer.SeekToBeginning(added);
}

}  // namespace rill::cli
