#include "cli/java_time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "base/parse_number.h"
#include "cli/java_arguments.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

constexpr char kFormat[] = "%Y-%m-%d%ET%H:%M:%S%Ez";
constexpr std::uint64_t kMostMilliseconds = 999;

absl::Status Unparseable(std::string_view text) {
  return absl::InvalidArgumentError(fmt::format("Unparseable date: \"{}\"", text));
}

// Takes the number and the letter at the front of `rest`: "-30M".
struct Part {
  double number = 0;
  char unit = 0;
};
std::optional<Part> TakePart(std::string_view& rest) {
  const std::size_t end = rest.find_first_not_of("+-0123456789.");
  if (end == std::string_view::npos) return std::nullopt;
  const auto number = ParseJavaDouble(rest.substr(0, end));
  const char unit = rest[end];
  const bool is_whole = rest.substr(0, end).find('.') == std::string_view::npos;
  rest.remove_prefix(end + 1);
  if (!number || (!is_whole && unit != 'S')) return std::nullopt;
  return Part{*number, unit};
}

}  // namespace

absl::StatusOr<absl::Time> ParseJavaDateTime(std::string_view text) {
  const std::size_t t = text.find('T');
  if (t == std::string_view::npos || t + 1 == text.size()) {
    return absl::InvalidArgumentError(
        "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format");
  }
  std::string full(text);
  if (text.find_first_of("+-Z", t) == std::string_view::npos) full += 'Z';
  // Java's pattern wants milliseconds, and reads them as a number: ".1" is one.
  const std::size_t point = full.find('.', t);
  const std::size_t zone = full.find_first_of("+-Z", t);
  if (point >= zone) return Unparseable(full);
  const auto milliseconds =
      base::ParseNumber<std::uint64_t>(std::string_view(full).substr(point + 1, zone - point - 1));
  if (!milliseconds || *milliseconds > kMostMilliseconds) return Unparseable(full);
  absl::Time time;
  std::string error;
  const std::string whole = full.substr(0, point) + full.substr(zone);
  // The parser would take spaces before and behind.
  const bool has_space = full.find_first_of(" \t\n") != std::string::npos;
  if (has_space || !absl::ParseTime(kFormat, whole, &time, &error)) return Unparseable(full);
  return time + absl::Milliseconds(*milliseconds);
}

absl::StatusOr<absl::Duration> ParseJavaDuration(std::string_view text) {
  const absl::Status wrong =
      absl::InvalidArgumentError("Text cannot be parsed to a Duration: write it as P1DT2H30M");
  const std::string upper = absl::AsciiStrToUpper(std::string(text));
  std::string_view rest = upper;
  const bool is_negative = rest.starts_with('-');
  if (is_negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (!rest.starts_with('P') || rest.size() < 2 || rest.ends_with('T')) return wrong;
  rest.remove_prefix(1);
  absl::Duration duration;
  std::string_view allowed = "D";  // units in their order, each once
  while (!rest.empty()) {
    if (rest[0] == 'T' && allowed.size() <= 1) {
      rest.remove_prefix(1);
      allowed = "HMS";
      continue;
    }
    const auto part = TakePart(rest);
    const std::size_t at = part ? allowed.find(part->unit) : std::string_view::npos;
    if (at == std::string_view::npos) return wrong;
    allowed.remove_prefix(at + 1);
    const absl::Duration unit = part->unit == 'D'   ? absl::Hours(24)
                                : part->unit == 'H' ? absl::Hours(1)
                                : part->unit == 'M' ? absl::Minutes(1)
                                                    : absl::Seconds(1);
    duration += part->number * unit;
  }
  return is_negative ? -duration : duration;
}

}  // namespace rill::cli
