#pragma once

#include <memory>
#include <regex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/local_engine.h"

namespace rill::client {

// Which topics a consumer wants: names, or all that match a pattern. Cheap to copy.
class Subscription {
 public:
  Subscription() = default;
  // Sorted, each once.
  explicit Subscription(std::vector<std::string> topics);
  // InvalidArgument when `pattern` is no ECMAScript regular expression.
  static absl::StatusOr<Subscription> Matching(const std::string& pattern);

  // The topics as they are now, in order: those named, whether they exist or not; or those that
  // match, but for internal ones.
  std::vector<std::string> Topics(const engine::LocalEngine& engine) const;

  bool is_pattern() const { return pattern_ != nullptr; }
  // The same, of a pattern among topics that are known, in their order.
  std::vector<std::string> Among(std::vector<std::string> existing) const;

 private:
  std::vector<std::string> topics_;
  std::shared_ptr<const std::regex> pattern_;  // null: by name
};

}  // namespace rill::client
