#include "cli/name_pattern.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace rill::cli {
namespace {

constexpr std::size_t kLongestPattern = 1000;

}  // namespace

absl::StatusOr<std::regex> ParseRegex(const std::string& text) {
  if (text.size() > kLongestPattern) {
    return absl::InvalidArgumentError(fmt::format(
        "a pattern of {} bytes is too long; it may have {}", text.size(), kLongestPattern));
  }
  try {
    return std::regex(text);
  } catch (const std::regex_error& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

absl::StatusOr<NamePattern> NamePattern::Parse(std::string_view text) {
  std::string expression(text);
  std::replace(expression.begin(), expression.end(), ',', '|');
  std::erase(expression, ' ');
  const std::size_t begin = std::min(expression.find_first_not_of("\"'"), expression.size());
  expression.erase(0, begin);
  expression.erase(expression.find_last_not_of("\"'") + 1);
  auto pattern = ParseRegex(expression);
  if (pattern.ok()) return NamePattern(*std::move(pattern));
  if (expression.size() > kLongestPattern) return pattern.status();
  return absl::InvalidArgumentError(fmt::format("{} is an invalid regex.", expression));
}

bool NamePattern::Matches(const std::string& name) const {
  return std::regex_match(name, pattern_);
}

}  // namespace rill::cli
