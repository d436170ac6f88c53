#include "engine/group/consumer_group_regexes.h"

#include <algorithm>

namespace rill::engine {

std::vector<std::string> ConsumerGroupRegexes::ToResolve(const std::string& wanted,
                                                         std::uint64_t topics_version,
                                                         absl::Time now,
                                                         absl::Duration interval) const {
  const bool is_due = version_ != topics_version || now >= resolved_at_ + interval;
  std::vector<std::string> regexes;
  for (const auto& [regex, topics] : topics_) {
    if (is_due || !topics.has_value()) regexes.push_back(regex);
  }
  if (!wanted.empty() && !topics_.contains(wanted)) regexes.push_back(wanted);
  return regexes;
}

void ConsumerGroupRegexes::Keep(const std::set<std::string>& used) {
  absl::erase_if(topics_, [&](const auto& entry) { return !used.contains(entry.first); });
  for (const std::string& regex : used) topics_.try_emplace(regex);
}

bool ConsumerGroupRegexes::Take(const ResolvedRegexes& resolved, absl::Time now) {
  // Another member's heartbeat, which began later, was sooner.
  if (version_.has_value() && resolved.version < *version_) return false;
  bool changed = false;
  bool has_all = !topics_.empty();
  for (auto& [regex, topics] : topics_) {
    const auto found = resolved.topics.find(regex);
    if (found == resolved.topics.end() || !found->second.ok()) {
      has_all = false;
    } else if (topics != *found->second) {
      topics = *found->second;
      changed = true;
    }
  }
  if (has_all) {
    version_ = resolved.version;
    resolved_at_ = now;
  }
  return changed;
}

const std::vector<std::string>& ConsumerGroupRegexes::TopicsOf(const std::string& regex) const {
  static const std::vector<std::string> kNone;
  const auto found = topics_.find(regex);
  const bool is_resolved = found != topics_.end() && found->second.has_value();
  return is_resolved ? *found->second : kNone;
}

}  // namespace rill::engine
