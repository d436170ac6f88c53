#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "base/parse_number.h"

// How Java reads and prints values: Kafka's tools are Java programs, and what ours print must be
// the same.
namespace rill::cli {

// Appends `bytes` as Java shows a string that it decoded from them: UTF-8, with U+FFFD in the place
// of each malformed sequence. A surrogate written in three bytes is one such sequence.
void AppendJavaText(std::string_view bytes, std::string& out);

// Appends `bytes`, decoded the same way, as a JSON string in quotes.
void AppendJsonString(std::string_view bytes, std::string& out);

// Appends a JSON string that holds `bytes` in base 64, with padding.
void AppendJsonBase64(std::string_view bytes, std::string& out);

// The number as Java's Double.toString shows it: "1.0", "1.0E10".
std::string JavaDouble(double value);

// The decimal number that `text` is, all of it; unlike base::ParseNumber, a plus may precede it.
template <std::integral T>
std::optional<T> ParseJavaNumber(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return base::ParseNumber<T>(text);
}

// `path` as java.io.File holds it: without repeated slashes and without one at the end.
std::string JavaPath(std::string_view path);

}  // namespace rill::cli
