#include "cli/partition_filter.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/parse_number.h"
#include "cli/java_arguments.h"
#include "cli/java_text.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

constexpr char kAnyTopic[] = ".*";

// A number of a range; `otherwise` where there is none.
std::optional<std::int32_t> BoundOf(std::string_view text, std::int32_t otherwise) {
  if (text.empty()) return otherwise;
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return base::ParseNumber<std::int32_t>(text);
}

}  // namespace

absl::StatusOr<PartitionFilter::Rule> PartitionFilter::ParseRule(std::string_view text) {
  const absl::Status wrong =
      absl::InvalidArgumentError(fmt::format("Invalid rule specification: {}", text));
  const std::size_t colon = text.find(':');
  const std::string_view topic = text.substr(0, colon);
  auto pattern = NamePattern::Parse(topic.empty() ? kAnyTopic : topic);
  if (!pattern.ok()) return pattern.status();
  Rule rule{*std::move(pattern)};
  if (colon == std::string_view::npos) return rule;
  const std::string_view partitions = text.substr(colon + 1);
  const std::size_t dash = partitions.find('-');
  const auto from = BoundOf(partitions.substr(0, dash), rule.from);
  if (!from) return wrong;
  if (dash == std::string_view::npos) {
    if (!partitions.empty()) rule.ids = {*from};
    return rule;
  }
  const auto to = BoundOf(partitions.substr(dash + 1), rule.to);
  if (!to) return wrong;
  rule.from = *from;
  rule.to = *to;
  return rule;
}

absl::StatusOr<PartitionFilter> PartitionFilter::OfRules(std::string_view rules) {
  PartitionFilter filter;
  for (const std::string& text : JavaSplit(rules, ',')) {
    auto rule = ParseRule(text);
    if (!rule.ok()) return rule.status();
    filter.rules_.push_back(*std::move(rule));
  }
  return filter;
}

absl::StatusOr<PartitionFilter> PartitionFilter::OfTopic(std::string_view topic,
                                                         std::string_view partitions) {
  auto pattern = NamePattern::Parse(topic);
  if (!pattern.ok()) return pattern.status();
  Rule rule{*std::move(pattern)};
  if (!partitions.empty()) {
    for (const std::string& word : JavaSplit(partitions, ',')) {
      const auto id = ParseJavaNumber<std::int32_t>(word);
      if (!id) {
        return absl::InvalidArgumentError(fmt::format(
            "--partitions expects a comma separated list of numeric partition ids, but received: "
            "{}",
            partitions));
      }
      rule.ids.insert(*id);
    }
  }
  PartitionFilter filter;
  filter.rules_.push_back(std::move(rule));
  return filter;
}

bool PartitionFilter::MatchesTopic(const std::string& topic) const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [&](const Rule& rule) { return rule.topic.Matches(topic); });
}

bool PartitionFilter::Matches(const std::string& topic, std::int32_t partition) const {
  return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    const bool is_in = rule.ids.empty() ? partition >= rule.from && partition < rule.to
                                        : rule.ids.contains(partition);
    return is_in && rule.topic.Matches(topic);
  });
}

}  // namespace rill::cli
