#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rill::engine {

// The topics that a group's members read, gathered once for however many that are asked about.
class SubscribedTopics {
 public:
  void Add(const std::vector<std::string>& topics) { names_.insert(topics.begin(), topics.end()); }
  // A member says so little that it may read any.
  void AddAll() { are_all_ = true; }

  bool MayHave(std::string_view topic) const { return are_all_ || names_.contains(topic); }

 private:
  std::set<std::string, std::less<>> names_;
  bool are_all_ = false;
};

}  // namespace rill::engine
