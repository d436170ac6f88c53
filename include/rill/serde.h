#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/export.h"
#include "rill/record.h"

namespace rill {

// How values of a type become the bytes of a key or a value, and come back. rill brings it for
//
//   std::string, std::string_view, std::span and std::vector of bytes   as they are
//   bool, integers of 1 to 8 bytes, float, double                       big-endian, as Kafka's
//                                                                       serializers write them
//   std::optional<T>                                                    as T, or null
//   rill::None                                                          always null
//
// For a type of your own, specialise it. What is written is one of
//
//   static std::string_view View(const T&);            the bytes are there already; not copied, and
//                                                      must live as long as the T
//   static constexpr std::size_t kSize = ...;          always as many, made on the stack
//   static void Write(const T&, char* out);
//
//   static std::size_t Size(const T&);                 first how many, then which; up to 256 bytes
//   static void Write(const T&, char* out);            are made on the stack
//
// and what is read is, for bytes that are not null (wrap the type in std::optional where they may
// be), and may end or be damaged anywhere,
//
//   static absl::StatusOr<T> Read(std::string_view bytes);
//
// A T that views the bytes (std::string_view, std::span) is valid as long as the Records it is
// from.
template <typename T>
struct Serde;

// No key, or no value: null.
struct None {
  friend bool operator==(None, None) = default;
};

namespace serde_internal {

// InvalidArgument (INVALID_RECORD), with what was found and expected.
RILL_EXPORT absl::Status WrongSize(std::size_t found, std::size_t expected);
RILL_EXPORT absl::Status UnexpectedNull();

template <typename T>
concept Number = std::is_arithmetic_v<T> && sizeof(T) <= 8;

template <typename T>
concept Byte =
    std::same_as<T, char> || std::same_as<T, unsigned char> || std::same_as<T, std::byte>;

template <typename T>
concept HasView = requires(const T& value) {
  { Serde<T>::View(value) } -> std::same_as<std::string_view>;
};

template <typename T>
concept HasFixedSize = requires(const T& value, char* out) {
  { Serde<T>::kSize } -> std::convertible_to<std::size_t>;
  Serde<T>::Write(value, out);
};

template <typename T>
concept HasSize = requires(const T& value, char* out) {
  { Serde<T>::Size(value) } -> std::convertible_to<std::size_t>;
  Serde<T>::Write(value, out);
};

template <std::size_t kBytes>
using Unsigned = std::conditional_t<
    kBytes == 1, std::uint8_t,
    std::conditional_t<kBytes == 2, std::uint16_t,
                       std::conditional_t<kBytes == 4, std::uint32_t, std::uint64_t>>>;

template <typename U>
constexpr U Swap(U value) {
  if constexpr (sizeof(U) == 8) return __builtin_bswap64(value);
  if constexpr (sizeof(U) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(U) == 2) return __builtin_bswap16(value);
  return value;
}

template <Byte T>
std::string_view Bytes(const T* data, std::size_t size) {
  // Nothing is not null.
  return size == 0 ? std::string_view("")
                   : std::string_view(reinterpret_cast<const char*>(data), size);
}

}  // namespace serde_internal

namespace serde_internal {

template <typename T>
struct CanWrite : std::bool_constant<HasView<T> || HasFixedSize<T> || HasSize<T>> {};
template <typename T>
struct CanWrite<std::optional<T>> : CanWrite<T> {};
template <>
struct CanWrite<None> : std::true_type {};

template <typename T>
    struct CanRead : std::bool_constant < requires(std::string_view bytes) {
  { Serde<T>::Read(bytes) } -> std::same_as<absl::StatusOr<T>>;
} > {};
template <typename T>
struct CanRead<std::optional<T>> : CanRead<T> {};
template <>
struct CanRead<None> : std::true_type {};

}  // namespace serde_internal

// Types whose values become bytes, and types that bytes become.
template <typename T>
concept Serializable = serde_internal::CanWrite<T>::value;
template <typename T>
concept Deserializable = serde_internal::CanRead<T>::value;

template <>
struct Serde<std::string_view> {
  static std::string_view View(std::string_view value) { return value; }  // null stays null
  static absl::StatusOr<std::string_view> Read(std::string_view bytes) { return bytes; }
};

template <>
struct Serde<std::string> {
  static std::string_view View(const std::string& value) { return value; }
  static absl::StatusOr<std::string> Read(std::string_view bytes) { return std::string(bytes); }
};

template <serde_internal::Byte T>
struct Serde<std::span<const T>> {
  static std::string_view View(std::span<const T> value) {
    return serde_internal::Bytes(value.data(), value.size());
  }
  static absl::StatusOr<std::span<const T>> Read(std::string_view bytes) {
    return std::span<const T>(reinterpret_cast<const T*>(bytes.data()), bytes.size());
  }
};

template <serde_internal::Byte T>
struct Serde<std::vector<T>> {
  static std::string_view View(const std::vector<T>& value) {
    return serde_internal::Bytes(value.data(), value.size());
  }
  static absl::StatusOr<std::vector<T>> Read(std::string_view bytes) {
    const T* const begin = reinterpret_cast<const T*>(bytes.data());
    return std::vector<T>(begin, begin + bytes.size());
  }
};

template <serde_internal::Number T>
struct Serde<T> {
  static constexpr std::size_t kSize = sizeof(T);
  using Bits = serde_internal::Unsigned<kSize>;

  static void Write(T value, char* out) {
    const Bits bits = serde_internal::Swap(std::bit_cast<Bits>(value));
    std::memcpy(out, &bits, kSize);
  }
  static absl::StatusOr<T> Read(std::string_view bytes) {
    if (bytes.size() != kSize) [[unlikely]]
      return serde_internal::WrongSize(bytes.size(), kSize);
    Bits bits;
    std::memcpy(&bits, bytes.data(), kSize);
    if constexpr (std::same_as<T, bool>)
      return bits != 0;
    else
      return std::bit_cast<T>(serde_internal::Swap(bits));
  }
};

// The bytes of a T, for as long as this and the T live.
template <Serializable T>
class Serialized {
 public:
  explicit Serialized(const T& value) {
    if constexpr (serde_internal::HasView<T>) {
      bytes_ = Serde<T>::View(value);
    } else if constexpr (serde_internal::HasFixedSize<T>) {
      Serde<T>::Write(value, room_.data());
      bytes_ = {room_.data(), room_.size()};
    } else {
      const std::size_t size = Serde<T>::Size(value);
      if (size > room_.size()) heap_ = std::make_unique_for_overwrite<char[]>(size);
      char* const out = heap_ != nullptr ? heap_.get() : room_.data();
      Serde<T>::Write(value, out);
      bytes_ = {out, size};
    }
  }
  Serialized(const Serialized&) = delete;
  Serialized& operator=(const Serialized&) = delete;

  std::string_view bytes() const { return bytes_; }

 private:
  static constexpr std::size_t Room() {
    if constexpr (serde_internal::HasView<T>)
      return 0;
    else if constexpr (serde_internal::HasFixedSize<T>)
      return Serde<T>::kSize;
    else
      return 256;
  }
  struct Nothing {};
  static constexpr bool kMayNeedHeap =
      !serde_internal::HasView<T> && !serde_internal::HasFixedSize<T>;

  std::string_view bytes_;
  [[no_unique_address]] std::array<char, Room()> room_;
  [[no_unique_address]] std::conditional_t<kMayNeedHeap, std::unique_ptr<char[]>, Nothing> heap_;
};

template <Serializable T>
class Serialized<std::optional<T>> {
 public:
  explicit Serialized(const std::optional<T>& value) {
    if (value.has_value()) inner_.emplace(*value);
  }
  std::string_view bytes() const { return inner_ ? inner_->bytes() : std::string_view(); }

 private:
  std::optional<Serialized<T>> inner_;
};

template <>
class Serialized<None> {
 public:
  explicit Serialized(None) {}
  std::string_view bytes() const { return {}; }
};

namespace serde_internal {

template <typename T>
struct Reader {
  static absl::StatusOr<T> Read(std::string_view bytes) {
    if constexpr (!std::same_as<T, std::string_view>) {  // whose null is a value
      if (IsNull(bytes)) [[unlikely]]
        return UnexpectedNull();
    }
    return Serde<T>::Read(bytes);
  }
};

template <typename T>
struct Reader<std::optional<T>> {
  static absl::StatusOr<std::optional<T>> Read(std::string_view bytes) {
    if (IsNull(bytes)) return std::optional<T>();
    auto value = Serde<T>::Read(bytes);
    if (!value.ok()) [[unlikely]]
      return value.status();
    return std::optional<T>(*std::move(value));
  }
};

template <>
struct Reader<None> {
  static absl::StatusOr<None> Read(std::string_view) { return None(); }
};

}  // namespace serde_internal

// The T that `bytes` hold. InvalidArgument (INVALID_RECORD) for null where T has no null, or
// whatever Serde<T>::Read says.
template <Deserializable T>
absl::StatusOr<T> Deserialize(std::string_view bytes) {
  return serde_internal::Reader<T>::Read(bytes);
}

}  // namespace rill
