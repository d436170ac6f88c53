#include "client/subscription.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace rill::client {
namespace {

// std::regex recurses, by the pattern's nesting.
constexpr std::size_t kLongestPattern = 1000;

}  // namespace

Subscription::Subscription(std::vector<std::string> topics) : topics_(std::move(topics)) {
  std::sort(topics_.begin(), topics_.end());
  topics_.erase(std::unique(topics_.begin(), topics_.end()), topics_.end());
}

absl::StatusOr<Subscription> Subscription::Matching(const std::string& pattern) {
  if (pattern.size() > kLongestPattern) {
    return absl::InvalidArgumentError(fmt::format(
        "a pattern of {} bytes is too long; it may have {}", pattern.size(), kLongestPattern));
  }
  Subscription subscription;
  try {
    subscription.pattern_ = std::make_shared<const std::regex>(pattern);
  } catch (const std::regex_error& error) {
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" is no ECMAScript regular expression: {}", pattern, error.what()));
  }
  return subscription;
}

std::vector<std::string> Subscription::Topics(const engine::LocalEngine& engine) const {
  return pattern_ == nullptr ? topics_ : Among(engine.ListTopics(false));
}

std::vector<std::string> Subscription::Among(std::vector<std::string> existing) const {
  if (pattern_ == nullptr) return topics_;
  std::erase_if(existing,
                [this](const std::string& name) { return !std::regex_match(name, *pattern_); });
  return existing;
}

}  // namespace rill::client
