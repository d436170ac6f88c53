#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "cli/java_arguments.h"
#include "cli/java_log.h"
#include "cli/java_text.h"
#include "fmt/format.h"

// Values of configs of Kafka's clients, read and refused as these do.
namespace rill::cli {

template <std::integral T>
constexpr const char* JavaTypeName() {
  return sizeof(T) == sizeof(std::int32_t) ? "INT" : "LONG";
}

// Sets `value` to the number in `text`, of Java's type T and at least `least`.
template <std::integral T, typename Value>
absl::Status SetNumber(std::string_view name, std::string_view text, T least, Value& value) {
  const auto number = ParseJavaNumber<T>(JavaTrim(text));
  if (!number) {
    return WrongClientConfig(name, text, fmt::format("Not a number of type {}", JavaTypeName<T>()));
  }
  if (*number < least) {
    return WrongClientConfig(name, text, fmt::format("Value must be at least {}", least));
  }
  value = static_cast<Value>(*number);
  return absl::OkStatus();
}

template <std::integral T>
absl::Status SetMilliseconds(std::string_view name, std::string_view text, T least,
                             absl::Duration& value) {
  std::int64_t milliseconds = 0;
  auto set = SetNumber<T>(name, text, least, milliseconds);
  if (set.ok()) value = absl::Milliseconds(milliseconds);
  return set;
}

inline absl::Status SetBoolean(std::string_view name, std::string_view text, bool& value) {
  const std::string word = absl::AsciiStrToLower(JavaTrim(text));
  if (word != "true" && word != "false") {
    return WrongClientConfig(name, text, "Expected value to be either true or false");
  }
  value = word == "true";
  return absl::OkStatus();
}

}  // namespace rill::cli
