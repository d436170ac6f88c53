#include "base/java_properties.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "fmt/format.h"

namespace rill::base {
namespace {

constexpr std::string_view kBlank = " \t\f";
constexpr std::size_t kHexDigits = 4;

std::string_view WithoutLeadingBlank(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

// The next line of the file, taken off `text`; lines end with \n, \r or both.
std::string_view TakeLine(std::string_view& text) {
  const auto end = text.find_first_of("\r\n");
  const std::string_view line = text.substr(0, end);
  if (end == std::string_view::npos) {
    text = {};
  } else {
    text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  return line;
}

// Whether the line goes on in the next one: a backslash that is not itself escaped ends it.
bool GoesOn(std::string_view line) {
  const auto last_other = line.find_last_not_of('\\');
  const std::size_t backslashes =
      line.size() - (last_other == std::string_view::npos ? 0 : last_other + 1);
  return backslashes % 2 == 1;
}

// The next line with those that continue it; empty for one that says nothing. `number` is that of
// the line of the file that comes next.
std::string TakeLogicalLine(std::string_view& text, int& number) {
  std::string whole;
  for (bool goes_on = true; goes_on && !text.empty();) {
    const std::string_view line = WithoutLeadingBlank(TakeLine(text));
    ++number;
    if (whole.empty() && (line.starts_with('#') || line.starts_with('!'))) break;
    goes_on = GoesOn(line);
    whole.append(line.substr(0, line.size() - (goes_on ? 1 : 0)));
  }
  return whole;
}

void AppendUtf8(std::uint32_t point, std::string& text) {
  const auto low_bits = [&](int shift) {
    return static_cast<char>(0x80 | ((point >> shift) & 0x3f));
  };
  if (point < 0x80) {
    text += static_cast<char>(point);
  } else if (point < 0x800) {
    text += {static_cast<char>(0xc0 | (point >> 6)), low_bits(0)};
  } else if (point < 0x10000) {
    text += {static_cast<char>(0xe0 | (point >> 12)), low_bits(6), low_bits(0)};
  } else {
    text += {static_cast<char>(0xf0 | (point >> 18)), low_bits(12), low_bits(6), low_bits(0)};
  }
}

// The number behind a \u that `text` begins with, which is taken off.
std::optional<std::uint32_t> TakeUnicodeEscape(std::string_view& text) {
  if (!text.starts_with("\\u") || text.size() < 2 + kHexDigits) return std::nullopt;
  std::uint32_t unit = 0;
  const char* const end = text.data() + 2 + kHexDigits;
  if (std::from_chars(text.data() + 2, end, unit, 16).ptr != end) return std::nullopt;
  text.remove_prefix(2 + kHexDigits);
  return unit;
}

// A character that is written as one \u or, beyond the first 65,536, as two.
std::optional<std::uint32_t> TakeCharacter(std::string_view& text) {
  const auto first = TakeUnicodeEscape(text);
  if (!first || *first < 0xd800 || *first > 0xdfff) return first;
  if (*first > 0xdbff) return std::nullopt;
  const auto second = TakeUnicodeEscape(text);
  if (!second || *second < 0xdc00 || *second > 0xdfff) return std::nullopt;
  return 0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00);
}

char EscapedCharacter(char letter) {
  switch (letter) {
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 'f':
      return '\f';
    default:
      return letter;
  }
}

absl::StatusOr<std::string> Unescape(std::string_view text, int line) {
  std::string plain;
  while (!text.empty()) {
    if (text.starts_with("\\u")) {
      const std::string shown(text.substr(0, 2 + kHexDigits));
      const auto point = TakeCharacter(text);
      if (!point) {
        return absl::InvalidArgumentError(fmt::format(
            "line {}: {} is no character: \\u has four hexadecimal digits behind it", line, shown));
      }
      AppendUtf8(*point, plain);
    } else if (text.front() == '\\' && text.size() > 1) {
      plain += EscapedCharacter(text[1]);
      text.remove_prefix(2);
    } else {
      plain += text.front();
      text.remove_prefix(1);
    }
  }
  return plain;
}

// Where the name ends that `line` begins with.
std::size_t EndOfName(std::string_view line) {
  std::size_t at = 0;
  while (at < line.size() && kBlank.find(line[at]) == std::string_view::npos && line[at] != '=' &&
         line[at] != ':') {
    at += line[at] == '\\' ? 2 : 1;
  }
  return std::min(at, line.size());
}

absl::StatusOr<Property> ReadProperty(std::string_view line, int number) {
  const std::size_t end = EndOfName(line);
  std::string_view rest = WithoutLeadingBlank(line.substr(end));
  if (rest.starts_with('=') || rest.starts_with(':')) rest = WithoutLeadingBlank(rest.substr(1));
  auto name = Unescape(line.substr(0, end), number);
  if (!name.ok()) return name.status();
  auto value = Unescape(rest, number);
  if (!value.ok()) return value.status();
  return Property{*std::move(name), *std::move(value), number};
}

}  // namespace

absl::StatusOr<std::vector<Property>> ParseJavaProperties(std::string_view text) {
  std::vector<Property> properties;
  for (int number = 1; !text.empty();) {
    const int first = number;
    const std::string line = TakeLogicalLine(text, number);
    if (line.empty()) continue;
    auto property = ReadProperty(line, first);
    if (!property.ok()) return property.status();
    properties.push_back(*std::move(property));
  }
  return properties;
}

}  // namespace rill::base
