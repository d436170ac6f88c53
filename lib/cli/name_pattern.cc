#include "cli/name_pattern.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace rill::cli {

absl::StatusOr<NamePattern> NamePattern::Parse(std::string_view text) {
  std::string expression(text);
  std::replace(expression.begin(), expression.end(), ',', '|');
  std::erase(expression, ' ');
  const std::size_t begin = std::min(expression.find_first_not_of("\"'"), expression.size());
  expression.erase(0, begin);
  expression.erase(expression.find_last_not_of("\"'") + 1);
  try {
    return NamePattern(std::regex(expression));
  } catch (const std::regex_error&) {
    return absl::InvalidArgumentError(fmt::format("{} is an invalid regex.", expression));
  }
}

bool NamePattern::Matches(const std::string& name) const {
  return std::regex_match(name, pattern_);
}

}  // namespace rill::cli
