#include "engine/group/consumer_group_regexes.h"

#include <utility>

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

std::vector<std::string> ConsumerGroupRegexes::Keep(const std::set<std::string>& used) {
  std::vector<std::string> gone;
  for (const auto& [regex, topics] : topics_) {
    if (!used.contains(regex)) gone.push_back(regex);
  }
  for (const std::string& regex : gone) topics_.erase(regex);
  for (const std::string& regex : used) topics_.try_emplace(regex);
  return gone;
}

void ConsumerGroupRegexes::Restore(const std::string& regex, std::vector<std::string> topics) {
  if (const auto found = topics_.find(regex); found != topics_.end()) {
    found->second = std::move(topics);
  }
}

std::vector<std::string> ConsumerGroupRegexes::Take(const ResolvedRegexes& resolved,
                                                    absl::Time now) {
  // Another member's heartbeat, which began later, was sooner.
  if (version_.has_value() && resolved.version < *version_) return {};
  std::vector<std::string> changed;
  bool has_all = !topics_.empty();
  for (auto& [regex, topics] : topics_) {
    const auto found = resolved.topics.find(regex);
    if (found == resolved.topics.end() || !found->second.ok()) {
      has_all = false;
    } else if (topics != *found->second) {
      topics = *found->second;
      changed.push_back(regex);
    }
  }
  if (has_all) {
    version_ = resolved.version;
    resolved_at_ = now;
  }
  return changed;
}

bool ConsumerGroupRegexes::IsResolved(const std::string& regex) const {
  const auto found = topics_.find(regex);
  return found != topics_.end() && found->second.has_value();
}

const std::vector<std::string>& ConsumerGroupRegexes::TopicsOf(const std::string& regex) const {
  static const std::vector<std::string> kNone;
  return IsResolved(regex) ? *topics_.at(regex) : kNone;
}

}  // namespace rill::engine
