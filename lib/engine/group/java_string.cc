#include "engine/group/java_string.h"

#include <algorithm>
#include <cstddef>

namespace rill::engine {
namespace {

struct Decoded {
  std::uint32_t code_point;
  std::size_t length;
};

constexpr Decoded Malformed(std::size_t length) { return {0xFFFD, length}; }

// The character at the front of `text`, which is not empty.
Decoded DecodeFront(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xC2 || lead > 0xF4) return Malformed(1);
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t code_point = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size() || (byte(i) & 0xC0) != 0x80) return Malformed(i);
    code_point = code_point << 6 | (byte(i) & 0x3Fu);
    const bool overlong = i == 1 && ((length == 3 && code_point < 0x20) ||
                                     (length == 4 && (code_point < 0x10 || code_point > 0x10F)));
    if (overlong) return Malformed(1);
  }
  if (code_point >= 0xD800 && code_point <= 0xDFFF) return Malformed(3);
  return {code_point, length};
}

}  // namespace

std::int32_t JavaStringHash(std::string_view utf8) {
  std::uint32_t hash = 0;
  while (!utf8.empty()) {
    const auto [code_point, length] = DecodeFront(utf8);
    utf8.remove_prefix(length);
    if (code_point > 0xFFFF) {
      hash = 31 * hash + (0xD800 + ((code_point - 0x10000) >> 10));
      hash = 31 * hash + (0xDC00 + ((code_point - 0x10000) & 0x3FF));
    } else {
      hash = 31 * hash + code_point;
    }
  }
  return static_cast<std::int32_t>(hash);
}

bool JavaStringLess(std::string_view a, std::string_view b) {
  const auto [end_a, end_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (end_b == b.end()) return false;
  if (end_a == a.end()) return true;
  const auto byte_a = static_cast<unsigned char>(*end_a);
  const auto byte_b = static_cast<unsigned char>(*end_b);
  // A lead byte from F0 on stands for two surrogates, which sort before U+E000 (lead byte EE).
  const bool surrogates_a = byte_a >= 0xF0;
  const bool surrogates_b = byte_b >= 0xF0;
  if (surrogates_a != surrogates_b && byte_a >= 0xEE && byte_b >= 0xEE) return surrogates_a;
  return byte_a < byte_b;
}

}  // namespace rill::engine
