#pragma once

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/name_pattern.h"

namespace rill::cli {

// Which partitions kafka-get-offsets is asked for.
class PartitionFilter {
 public:
  // Of --topic-partitions: rules with commas between, "orders:0", "orders:1-3" (without 3),
  // "orders:1-", "orders:-3", "orders", ":0"; topics are patterns as NamePattern. InvalidArgument
  // for a rule that is none.
  static absl::StatusOr<PartitionFilter> OfRules(std::string_view rules);
  // Of --topic and --partitions: ids with commas between; empty is all.
  static absl::StatusOr<PartitionFilter> OfTopic(std::string_view topic,
                                                 std::string_view partitions);

  bool MatchesTopic(const std::string& topic) const;
  bool Matches(const std::string& topic, std::int32_t partition) const;

 private:
  struct Rule {
    NamePattern topic;
    std::int32_t from = 0;
    std::int32_t to = std::numeric_limits<std::int32_t>::max();  // not included
    std::set<std::int32_t> ids = {};                             // empty: by the range
  };
  static absl::StatusOr<Rule> ParseRule(std::string_view text);

  std::vector<Rule> rules_;
};

}  // namespace rill::cli
