#pragma once

#include <regex>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace rill::cli {

// InvalidArgument where it is no regular expression of ECMAScript's, or longer than 1,000 bytes:
// std::regex recurses by a pattern's nesting.
absl::StatusOr<std::regex> ParseRegex(const std::string& text);

// What Kafka's tools take for topics: a regular expression that the whole name has to match. Commas
// stand for "or", spaces and quotes about it are dropped. It is read by the rules of ECMAScript,
// which are Java's for what names of topics need; what only Java knows (possessive repetitions,
// \Q..\E, inline flags) is refused or means something else.
class NamePattern {
 public:
  // InvalidArgument where ParseRegex says so.
  static absl::StatusOr<NamePattern> Parse(std::string_view text);

  bool Matches(const std::string& name) const;

 private:
  explicit NamePattern(std::regex pattern) : pattern_(std::move(pattern)) {}

  std::regex pattern_;
};

}  // namespace rill::cli
