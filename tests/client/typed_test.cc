#include "rill/typed.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client_test.h"
#include "order.h"

namespace rill::testing {
namespace {

template <typename T>
std::string Bytes(const T& value) {
  return std::string(Serialized<T>(value).bytes());
}

template <typename T>
void CheckRoundTrip(const T& value, std::string_view bytes) {
  CHECK(Bytes(value) == bytes);
  CHECK(Get(Deserialize<T>(bytes)) == value);
}

TEST_CASE("numbers are written as Kafka's serializers write them") {
  using namespace std::string_view_literals;
  CheckRoundTrip<std::int32_t>(1, "\0\0\0\1"sv);
  CheckRoundTrip<std::int32_t>(-2, "\xff\xff\xff\xfe"sv);
  CheckRoundTrip<std::int64_t>(std::numeric_limits<std::int64_t>::min(), "\x80\0\0\0\0\0\0\0"sv);
  CheckRoundTrip<std::int16_t>(0x1234, "\x12\x34"sv);
  CheckRoundTrip<std::uint8_t>(200, "\xc8"sv);
  CheckRoundTrip<std::uint64_t>(0x0102030405060708, "\1\2\3\4\5\6\7\x08"sv);
  CheckRoundTrip<double>(1.5, "\x3f\xf8\0\0\0\0\0\0"sv);
  CheckRoundTrip<float>(-2.0F, "\xc0\0\0\0"sv);
  CheckRoundTrip<bool>(true, "\1"sv);
  CheckRoundTrip<bool>(false, "\0"sv);
}

TEST_CASE("strings and spans of bytes are taken as they are") {
  CheckRoundTrip<std::string>("seoul", "seoul");
  CheckRoundTrip<std::string_view>("seoul", "seoul");
  CheckRoundTrip<std::vector<char>>({'a', 'b'}, "ab");
  const std::string_view text = "ab";
  const std::span<const std::byte> bytes = std::as_bytes(std::span(text));
  CHECK(Serialized<std::span<const std::byte>>(bytes).bytes().data() == text.data());
  const auto read = Get(Deserialize<std::span<const std::byte>>(text));
  CHECK(static_cast<const void*>(read.data()) == text.data());
  CHECK(read.size() == 2);
  SECTION("and what is empty is not null") {
    CHECK_FALSE(IsNull(Serialized<std::vector<char>>({}).bytes()));
    CHECK_FALSE(IsNull(Serialized<std::span<const char>>({}).bytes()));
    CHECK_FALSE(IsNull(Serialized<std::string>({}).bytes()));
    CHECK(IsNull(Serialized<std::string_view>({}).bytes()));
  }
}

TEST_CASE("null is a value of optional types, and an error for the others") {
  CHECK(IsNull(Serialized<std::optional<std::int32_t>>(std::nullopt).bytes()));
  CHECK(IsNull(Serialized<None>(None()).bytes()));
  CheckRoundTrip<std::optional<std::int32_t>>(7, std::string_view("\0\0\0\7", 4));
  CHECK(Get(Deserialize<std::optional<std::string>>({})) == std::nullopt);
  CHECK(Get(Deserialize<std::optional<std::string>>("")) == "");
  CHECK_FALSE(Deserialize<std::optional<std::int32_t>>("abc").ok());
  const auto status = Deserialize<std::string>({}).status();
  CHECK(GetErrorCode(status) == ErrorCode::kInvalidRecord);
  CHECK(Says(status, "optional"));
}

TEST_CASE("a type of the user's is written and read, however large") {
  CheckRoundTrip<Order>({3, "kim"}, std::string_view("\0\0\0\3kim", 7));
  const Order large{1, std::string(10000, 'x')};
  CHECK(Get(Deserialize<Order>(Bytes(large))) == large);
  CHECK(Bytes(std::optional<Order>(large)).size() == 10004);
}

}  // namespace
}  // namespace rill::testing
