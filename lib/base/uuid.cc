#include "base/uuid.h"

#include <algorithm>

#include "base/random.h"

namespace rill::base {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kReservedBelow = 100;

std::array<std::uint8_t, Uuid::kSize> RandomBytes() {
  std::array<std::uint8_t, Uuid::kSize> bytes;
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    const std::uint64_t word = Random64();
    for (std::size_t j = 0; j < 8; ++j) bytes[i + j] = static_cast<std::uint8_t>(word >> (8 * j));
  }
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);  // version 4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);  // variant of RFC 4122
  return bytes;
}

}  // namespace

Uuid Uuid::Random() {
  for (;;) {
    const Uuid id(RandomBytes());
    if (!id.IsReserved() && id.ToString().front() != '-') return id;
  }
}

bool Uuid::IsReserved() const {
  return std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t b) { return b == 0; }) &&
         bytes_.back() < kReservedBelow;
}

std::string Uuid::ToString() const {
  std::string text;
  text.reserve(kTextSize);
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::uint8_t byte : bytes_) {
    bits = bits << 8 | byte;
    held += 8;
    while (held >= 6) {
      held -= 6;
      text.push_back(kAlphabet[bits >> held & 63]);
    }
  }
  text.push_back(kAlphabet[bits << (6 - held) & 63]);  // 128 = 21 * 6 + 2
  return text;
}

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  std::array<std::uint8_t, kSize> bytes;
  std::size_t filled = 0;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[filled++] = static_cast<std::uint8_t>(bits >> held);
    }
  }
  const bool canonical = (bits & ((1u << held) - 1)) == 0;
  if (filled != kSize || !canonical) return std::nullopt;
  return Uuid(bytes);
}

}  // namespace rill::base
