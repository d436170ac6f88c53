#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "base/parse_number.h"

// How Java reads what stands on a command line: Kafka's tools are Java programs, and ours must take
// the same.
namespace rill::cli {

// The decimal number that `text` is, all of it; unlike base::ParseNumber, a plus may precede it.
template <std::integral T>
std::optional<T> ParseJavaNumber(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return base::ParseNumber<T>(text);
}

// The number that Double.parseDouble makes of `text`, for what people write: decimals, exponents,
// "NaN" and "Infinity".
std::optional<double> ParseJavaDouble(std::string_view text);
// What Double.toString and Float.toString make of `value`: "1024.0", "1.0E7".
std::string FormatJavaDouble(double value);
std::string FormatJavaFloat(float value);
// What String.format makes of it by "%.4f", for 4 `digits`.
std::string FormatJavaFixed(double value, int digits);

// `path` as java.io.File holds it: without repeated slashes and without one at the end.
std::string JavaPath(std::string_view path);

}  // namespace rill::cli
