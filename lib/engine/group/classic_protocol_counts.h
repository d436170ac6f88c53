#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/group/member.h"

namespace rill::engine {

// Which protocols the classic members of a consumer group know, kept up to date, for a member may
// name any number of them. Plain state; not thread-safe.
class ClassicProtocolCounts {
 public:
  void Add(const std::vector<GroupProtocol>& known) { Count(known, 1); }
  void Remove(const std::vector<GroupProtocol>& known) { Count(known, -1); }

  // Whether all of the members know one of `protocols`; of no members all know any.
  bool KnowOneOf(const std::vector<GroupProtocol>& protocols) const {
    return std::any_of(protocols.begin(), protocols.end(), [&](const GroupProtocol& protocol) {
      const auto found = counts_.find(protocol.name);
      return (found == counts_.end() ? 0 : found->second) == members_;
    });
  }

 private:
  void Count(const std::vector<GroupProtocol>& known, int change) {
    members_ += change;
    for (const GroupProtocol& protocol : known) {
      const auto count = counts_.try_emplace(protocol.name, 0).first;
      count->second += change;
      if (count->second == 0) counts_.erase(count);
    }
  }

  int members_ = 0;
  absl::flat_hash_map<std::string, int> counts_;  // by name
};

}  // namespace rill::engine
