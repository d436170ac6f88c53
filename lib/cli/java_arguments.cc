#include "cli/java_arguments.h"

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <system_error>

#include "cli/java_text.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

// Between these Java writes no exponent.
constexpr double kPlainFrom = 1e-3;
constexpr double kPlainTo = 1e7;

std::string WithPoint(std::string digits) {
  if (digits.find('.') == std::string::npos) digits += ".0";
  return digits;
}

template <std::floating_point T>
std::string Format(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  const T size = std::fabs(value);
  if (size == 0 || (size >= static_cast<T>(kPlainFrom) && size < static_cast<T>(kPlainTo))) {
    char digits[32];
    const auto [end, error] =
        std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed);
    return WithPoint(std::string(digits, end));
  }
  char digits[32];
  const auto [end, error] =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific);
  const std::string text(digits, end);
  const std::size_t exponent = text.find('e');
  return fmt::format("{}E{}", WithPoint(text.substr(0, exponent)),
                     std::stoi(text.substr(exponent + 1)));
}

}  // namespace

std::optional<double> ParseJavaDouble(std::string_view text) {
  const std::string trimmed = JavaTrim(text);
  std::string_view rest = trimmed;
  const bool is_negative = rest.starts_with('-');
  if (is_negative || rest.starts_with('+')) rest.remove_prefix(1);
  const double sign = is_negative ? -1 : 1;
  if (rest == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (rest == "Infinity") return sign * std::numeric_limits<double>::infinity();
  const bool is_number =
      !rest.empty() && rest.find_first_not_of("0123456789.eE+-") == std::string_view::npos;
  double value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (!is_number || error != std::errc() || end != rest.data() + rest.size()) return std::nullopt;
  return sign * value;
}

std::string FormatJavaDouble(double value) { return Format(value); }
std::string FormatJavaFloat(float value) { return Format(value); }

std::string FormatJavaFixed(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : FormatJavaDouble(value);
}

std::string JavaPath(std::string_view path) {
  std::string result;
  for (const char c : path) {
    if (c != '/' || result.empty() || result.back() != '/') result += c;
  }
  if (result.size() > 1 && result.back() == '/') result.pop_back();
  return result;
}

}  // namespace rill::cli
