#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/command_line.h"
#include "cli/java_arguments.h"
#include "fmt/format.h"

namespace rill::cli {

// The number that an option's argument is; nothing where the option is not given, or without an
// argument. InvalidArgument, in the words of Kafka's tools, for something else.
template <std::integral T>
absl::StatusOr<std::optional<T>> NumberOf(const CommandLine& line, std::string_view option) {
  if (line.Values(option).empty()) return std::nullopt;
  const auto text = line.Value(option, "");
  if (!text.ok()) return text.status();
  const auto number = ParseJavaNumber<T>(*text);
  if (number) return number;
  return absl::InvalidArgumentError(
      fmt::format("Cannot parse argument '{}' of option {}", *text, option));
}

}  // namespace rill::cli
