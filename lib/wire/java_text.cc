#include "wire/java_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>

#include "fmt/format.h"

namespace rill::wire {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Sequence {
  std::size_t size = 1;  // bytes that belong together
  bool sound = false;
};

// Bytes that a sequence with this first byte has; 0 when none begins with it.
std::size_t SequenceSize(std::uint8_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

bool IsSecondByte(std::uint8_t first, std::uint8_t second) {
  const std::uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t most = first == 0xF4 ? 0x8F : 0xBF;
  return second >= least && second <= most;
}

Sequence NextSequence(std::string_view bytes) {
  const auto at = [bytes](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const std::size_t size = SequenceSize(at(0));
  if (size == 0) return {1, false};
  for (std::size_t i = 1; i < size; ++i) {
    if (i >= bytes.size()) return {i, false};
    const bool fits = i == 1 ? IsSecondByte(at(0), at(1)) : (at(i) & 0xC0) == 0x80;
    if (!fits) return {i, false};
  }
  const bool is_surrogate = size == 3 && at(0) == 0xED && at(1) >= 0xA0;
  return {size, !is_surrogate};
}

// Calls `use` with each stretch that is to be shown as it is, and with the replacements.
template <typename Use>
void Decode(std::string_view bytes, Use use) {
  std::size_t shown = 0;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Sequence next = NextSequence(bytes.substr(at));
    if (!next.sound) {
      use(bytes.substr(shown, at - shown));
      use(kReplacement);
      shown = at + next.size;
    }
    at += next.size;
  }
  use(bytes.substr(shown));
}

void AppendEscaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<std::uint8_t>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04X}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
}

}  // namespace

void AppendJavaText(std::string_view bytes, std::string& out) {
  Decode(bytes, [&out](std::string_view text) { out += text; });
}

void AppendJsonString(std::string_view bytes, std::string& out) {
  out += '"';
  Decode(bytes, [&out](std::string_view text) { AppendEscaped(text, out); });
  out += '"';
}

void AppendJsonBase64(std::string_view bytes, std::string& out) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out += '"';
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < group.size() ? static_cast<std::uint8_t>(group[i]) : 0);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= group.size() ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
    }
  }
  out += '"';
}

std::string JavaDouble(double value) {
  if (std::isnan(value)) return "\"NaN\"";
  if (std::isinf(value)) return value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  char buffer[32];
  const double size = std::fabs(value);
  const bool plain = size >= 1e-3 && size < 1e7;
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr;
  std::string text(buffer, end);
  if (plain) return text.find('.') == std::string::npos ? text + ".0" : text;
  // "1.5e+10" becomes "1.5E10", "1e-05" becomes "1.0E-5".
  const std::size_t e = text.find('e');
  std::string digits = text.substr(0, e);
  if (digits.find('.') == std::string::npos) digits += ".0";
  const char sign = text[e + 1];
  const std::size_t first_digit = std::min(text.find_first_not_of('0', e + 2), text.size() - 1);
  return digits + (sign == '-' ? "E-" : "E") + text.substr(first_digit);
}

}  // namespace rill::wire
