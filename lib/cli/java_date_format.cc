#include "cli/java_date_format.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

constexpr std::string_view kLetters = "yMdHmsS";
constexpr char kQuote = '\'';

// The part at the front: letters that are the same, quoted text, or one other character.
std::string_view TakePart(std::string_view& rest) {
  std::size_t size = 1;
  if (rest[0] == kQuote) {
    const std::size_t end = rest.find(kQuote, 1);
    size = end == std::string_view::npos ? rest.size() : end + 1;
  } else if (absl::ascii_isalpha(static_cast<unsigned char>(rest[0])) != 0) {
    size = std::min(rest.find_first_not_of(rest[0]), rest.size());
  }
  const std::string_view part = rest.substr(0, size);
  rest.remove_prefix(size);
  return part;
}

std::int64_t FieldOf(char letter, const absl::TimeZone::CivilInfo& when) {
  switch (letter) {
    case 'y':
      return when.cs.year();
    case 'M':
      return when.cs.month();
    case 'd':
      return when.cs.day();
    case 'H':
      return when.cs.hour();
    case 'm':
      return when.cs.minute();
    case 's':
      return when.cs.second();
    default:
      return absl::ToInt64Milliseconds(when.subsecond);
  }
}

}  // namespace

absl::StatusOr<JavaDateFormat> JavaDateFormat::Parse(std::string_view pattern) {
  for (std::string_view rest = pattern; !rest.empty();) {
    const std::string_view part = TakePart(rest);
    if (part[0] == kQuote && (part.size() < 2 || part.back() != kQuote)) {
      return absl::InvalidArgumentError("Unterminated quote");
    }
    const bool is_letter = absl::ascii_isalpha(static_cast<unsigned char>(part[0])) != 0;
    const bool is_name = part[0] == 'M' && part.size() > 2;
    if (is_name || (is_letter && kLetters.find(part[0]) == std::string_view::npos)) {
      return absl::InvalidArgumentError(
          fmt::format("{} in the date format \"{}\": rill knows y, M (as a number), d, H, m, s "
                      "and S of Java's",
                      part, pattern));
    }
  }
  return JavaDateFormat(pattern);
}

std::string JavaDateFormat::Format(absl::Time time) const {
  const auto when = absl::LocalTimeZone().At(time);
  std::string text;
  for (std::string_view rest = pattern_; !rest.empty();) {
    const std::string_view part = TakePart(rest);
    if (part == "''") {
      text += kQuote;
    } else if (part[0] == kQuote) {
      text += part.substr(1, part.size() - 2);
    } else if (kLetters.find(part[0]) == std::string_view::npos) {
      text += part;
    } else {
      std::int64_t field = FieldOf(part[0], when);
      if (part == "yy") field %= 100;
      text += fmt::format("{:0{}}", field, part.size());
    }
  }
  return text;
}

}  // namespace rill::cli
