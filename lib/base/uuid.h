#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rill::base {

// The ids that Kafka gives topics, clusters and data folders: 128 bits, written in URL-safe base 64
// without padding (22 characters). A value.
class Uuid {
 public:
  static constexpr std::size_t kSize = 16;
  static constexpr std::size_t kTextSize = 22;

  // All zero: no id.
  Uuid() = default;
  explicit Uuid(const std::array<std::uint8_t, kSize>& bytes) : bytes_(bytes) {}

  // A new one, random (version 4), never one that Kafka reserves, never one whose text begins with
  // a dash (a command line would take it for an option).
  static Uuid Random();

  // Only the text that ToString makes is taken.
  static std::optional<Uuid> Parse(std::string_view text);
  std::string ToString() const;

  // Kafka keeps the hundred lowest for itself; zero is one of them.
  bool IsReserved() const;

  const std::array<std::uint8_t, kSize>& bytes() const { return bytes_; }
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Uuid& id) {
    return H::combine(std::move(h), id.bytes_);
  }

 private:
  std::array<std::uint8_t, kSize> bytes_ = {};
};

}  // namespace rill::base
