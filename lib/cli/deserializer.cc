#include "cli/deserializer.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <iterator>
#include <utility>

#include "base/bytes.h"
#include "cli/java_arguments.h"
#include "fmt/format.h"
#include "wire/java_text.h"

namespace rill::cli {
namespace {

constexpr std::string_view kPackage = "org.apache.kafka.common.serialization.";

absl::Status WrongSize(std::string_view name, std::size_t size) {
  return absl::InvalidArgumentError(
      fmt::format("Size of data received by {} is not {}", name, size));
}

absl::Status ShowString(std::string_view bytes, std::string& out) {
  wire::AppendJavaText(bytes, out);
  return absl::OkStatus();
}

// Java shows where the array stands in its memory, which nobody can use.
absl::Status ShowByteArray(std::string_view bytes, std::string& out) {
  out.append(bytes);
  return absl::OkStatus();
}

absl::Status ShowByteBuffer(std::string_view bytes, std::string& out) {
  fmt::format_to(std::back_inserter(out), "java.nio.HeapByteBuffer[pos=0 lim={} cap={}]",
                 bytes.size(), bytes.size());
  return absl::OkStatus();
}

absl::Status ShowBytes(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    if (c >= ' ' && c <= '~' && c != '\\') {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "\\x{:02X}", static_cast<unsigned char>(c));
    }
  }
  return absl::OkStatus();
}

template <std::integral T>
absl::Status ShowInteger(std::string_view bytes, std::string& out) {
  constexpr std::string_view kName = sizeof(T) == 2   ? "ShortDeserializer"
                                     : sizeof(T) == 4 ? "IntegerDeserializer"
                                                      : "LongDeserializer";
  if (bytes.size() != sizeof(T)) return WrongSize(kName, sizeof(T));
  fmt::format_to(std::back_inserter(out), "{}", base::LoadBigEndian<T>(bytes.data()));
  return absl::OkStatus();
}

absl::Status ShowFloat(std::string_view bytes, std::string& out) {
  if (bytes.size() != sizeof(float)) return WrongSize("Deserializer", sizeof(float));
  out += FormatJavaFloat(std::bit_cast<float>(base::LoadBigEndian<std::uint32_t>(bytes.data())));
  return absl::OkStatus();
}

absl::Status ShowDouble(std::string_view bytes, std::string& out) {
  if (bytes.size() != sizeof(double)) return WrongSize("Deserializer", sizeof(double));
  out += FormatJavaDouble(std::bit_cast<double>(base::LoadBigEndian<std::uint64_t>(bytes.data())));
  return absl::OkStatus();
}

absl::Status ShowBoolean(std::string_view bytes, std::string& out) {
  if (bytes.size() != 1) return WrongSize("BooleanDeserializer", 1);
  if (bytes[0] != 0 && bytes[0] != 1) {
    return absl::InvalidArgumentError(
        fmt::format("Unexpected byte received by BooleanDeserializer: {}",
                    static_cast<int>(static_cast<signed char>(bytes[0]))));
  }
  out += bytes[0] == 1 ? "true" : "false";
  return absl::OkStatus();
}

// Five hexadecimal numbers, of which Java takes what fits: "1-1-1-1-1" is one.
absl::Status ShowUuid(std::string_view bytes, std::string& out) {
  const absl::Status wrong = absl::InvalidArgumentError("Error parsing data into UUID");
  constexpr int kDigits[] = {8, 4, 4, 4, 12};
  constexpr std::size_t kLongest = 36;
  if (bytes.size() > kLongest) return wrong;
  std::string uuid;
  for (std::size_t part = 0; part < std::size(kDigits); ++part) {
    const bool is_last = part + 1 == std::size(kDigits);
    const std::size_t end = is_last ? bytes.size() : bytes.find('-');
    if (end == std::string_view::npos || end == 0) return wrong;
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(bytes.data(), bytes.data() + end, number, 16);
    if (error != std::errc() || stop != bytes.data() + end) return wrong;
    number &= (std::uint64_t{1} << (4 * kDigits[part])) - 1;
    fmt::format_to(std::back_inserter(uuid), "{}{:0{}x}", part == 0 ? "" : "-", number,
                   kDigits[part]);
    bytes.remove_prefix(is_last ? end : end + 1);
  }
  out += uuid;
  return absl::OkStatus();
}

absl::Status ShowVoid(std::string_view, std::string&) {
  return absl::InvalidArgumentError("Data should be null for a VoidDeserializer.");
}

constexpr std::pair<std::string_view, Deserializer> kDeserializers[] = {
    {"BooleanDeserializer", ShowBoolean},
    {"ByteArrayDeserializer", ShowByteArray},
    {"ByteBufferDeserializer", ShowByteBuffer},
    {"BytesDeserializer", ShowBytes},
    {"DoubleDeserializer", ShowDouble},
    {"FloatDeserializer", ShowFloat},
    {"IntegerDeserializer", ShowInteger<std::int32_t>},
    {"LongDeserializer", ShowInteger<std::int64_t>},
    {"ShortDeserializer", ShowInteger<std::int16_t>},
    {"StringDeserializer", ShowString},
    {"UUIDDeserializer", ShowUuid},
    {"VoidDeserializer", ShowVoid},
};

}  // namespace

absl::StatusOr<Deserializer> FindDeserializer(std::string_view class_name) {
  std::string there;
  for (const auto& [name, deserializer] : kDeserializers) {
    if (class_name.starts_with(kPackage) && class_name.substr(kPackage.size()) == name) {
      return deserializer;
    }
    there += fmt::format("{}{}", there.empty() ? "" : ", ", name);
  }
  return absl::InvalidArgumentError(
      fmt::format("there is no deserializer {}; rill is no Java program, and knows these of {}: {}",
                  class_name, kPackage.substr(0, kPackage.size() - 1), there));
}

}  // namespace rill::cli
