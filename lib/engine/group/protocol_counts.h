#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "engine/group/member.h"

namespace rill::engine {

// How many members know each protocol, kept up to date, for a member may name any number of them.
// Of no members all know any protocol, as in Kafka. Plain state; not thread-safe.
class ProtocolCounts {
 public:
  void Add(const std::vector<GroupProtocol>& known) { Count(known, 1); }
  void Remove(const std::vector<GroupProtocol>& known) { Count(known, -1); }

  bool AllKnow(const GroupProtocol& protocol) const {
    const auto found = counts_.find(protocol.name);
    return (found == counts_.end() ? 0 : found->second) == members_;
  }
  bool AllKnowOneOf(const std::vector<GroupProtocol>& protocols) const {
    return std::any_of(protocols.begin(), protocols.end(),
                       [&](const GroupProtocol& protocol) { return AllKnow(protocol); });
  }

 private:
  void Count(const std::vector<GroupProtocol>& known, int change) {
    members_ += change;
    absl::flat_hash_set<std::string_view> names;  // a member may name one twice
    for (const GroupProtocol& protocol : known) {
      if (!names.insert(protocol.name).second) continue;
      const auto count = counts_.try_emplace(protocol.name, 0).first;
      count->second += change;
      if (count->second == 0) counts_.erase(count);
    }
  }

  int members_ = 0;
  absl::flat_hash_map<std::string, int> counts_;  // by name
};

}  // namespace rill::engine
