#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"
#include "engine/group/consumer_group_events.h"

namespace rill::engine {

// The regular expressions that the members of a group subscribe with, and the topics that each
// stands for. As with Kafka they are resolved for the group, by the rights of the member whose
// heartbeat finds that it is time. Plain state; not thread-safe.
class ConsumerGroupRegexes {
 public:
  // The group's, where topics came or went since, or the interval is over; and those, with `wanted`
  // (empty: none), that were never resolved.
  std::vector<std::string> ToResolve(const std::string& wanted, std::uint64_t topics_version,
                                     absl::Time now, absl::Duration interval) const;

  // Has these and no others; new ones are not resolved yet. Returns those that are no more.
  std::vector<std::string> Keep(const std::set<std::string>& used);
  // Returns those that stand for other topics than before. What the group has no more is passed
  // over.
  std::vector<std::string> Take(const ResolvedRegexes& resolved, absl::Time now);
  // What one stood for, until it is resolved anew. It is one of those that are kept.
  void Restore(const std::string& regex, std::vector<std::string> topics);

  bool empty() const { return topics_.empty(); }
  bool IsResolved(const std::string& regex) const;
  // Sorted, each once. None where it was not resolved.
  const std::vector<std::string>& TopicsOf(const std::string& regex) const;

 private:
  absl::btree_map<std::string, std::optional<std::vector<std::string>>> topics_;
  // Of which all were resolved, and when.
  std::optional<std::uint64_t> version_;
  absl::Time resolved_at_ = absl::InfinitePast();
};

}  // namespace rill::engine
