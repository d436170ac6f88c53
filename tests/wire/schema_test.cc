// What holds of all tables, and of structs that no message of Kafka's has.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/kafka_bytes.h"
#include "catch.h"
#include "wire/api.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/member.h"
#include "wire/messages/header.h"
#include "wire/place.h"
#include "wire/print.h"

namespace rill::wire {

struct Corner {
  struct Inner {
    std::uint16_t port = 0;
    std::string note;

    bool operator==(const Inner&) const = default;
  };
  std::vector<std::string> blobs;
  std::string last = "z";
  Inner inner;
  std::int32_t first = 7;
};

template <>
inline constexpr std::array kFields<Corner::Inner> = {
    Member<&Corner::Inner::port>("port"),
    Member<&Corner::Inner::note>("note").Tagged(0),
};

template <>
inline constexpr std::array kFields<Corner> = {
    Member<&Corner::blobs>("blobs").AsBytes(),
    Member<&Corner::last>("last").Tagged(4),
    Member<&Corner::inner>("inner").Tagged(2),
    Member<&Corner::first>("first").Tagged(1),
};

template <>
const Message& MessageOf<Corner>() {
  static constexpr Message kMessage = Describe<Corner>("Corner", 0, 0, 0);
  return kMessage;
}

namespace {

using std::string_view_literals::operator""sv;

std::string JsonOf(std::string_view bytes) {
  base::KafkaReader reader(bytes, "corner");
  std::string json;
  const auto status = AppendMessageJson(MessageOf<Corner>(), 0, reader, json);
  return status.ok() ? json : "error: " + std::string(status.message());
}

TEST_CASE("Tagged fields are written by the number of their tags, those with defaults left out") {
  Corner corner;
  std::string bytes;
  REQUIRE(Encode(corner, 0, bytes).ok());
  CHECK(bytes == "\1\0"sv);
  corner = {.blobs = {"\xFF", ""}, .last = "a", .inner = {.port = 65535, .note = "n"}, .first = 1};
  bytes.clear();
  REQUIRE(Encode(corner, 0, bytes).ok());
  CHECK(bytes == "\3\2\xFF\1\3\1\4\0\0\0\1\2\7\xFF\xFF\1\0\2\2n\4\2\2a"sv);
  base::KafkaReader reader(bytes, "corner");
  const auto read = Decode<Corner>(0, reader);
  REQUIRE(read.ok());
  CHECK(read->blobs == corner.blobs);
  CHECK(read->last == "a");
  CHECK(read->inner.port == 65535);
  CHECK(read->inner.note == "n");
  CHECK(read->first == 1);
  CHECK(JsonOf(bytes) ==
        R"({"blobs":["/w==",""],"last":"a","inner":{"port":65535,"note":"n"},"first":1})");
}

TEST_CASE("Of a tagged field that comes twice the last counts") {
  base::KafkaReader reader("\1\2\4\2\2a\4\2\2b"sv, "corner");
  CHECK(Decode<Corner>(0, reader)->last == "b");
}

TEST_CASE("A tagged field with its default in it is not printed") {
  CHECK(JsonOf("\1\3\1\4\0\0\0\7\2\3\0\0\0\4\2\2z"sv) == R"({"blobs":[]})");
}

TEST_CASE("A message whose strings take more memory than allowed is refused") {
  const std::string bytes = "\2\x1A" + std::string(25, 'x') + "\1\4\x1A\x1A" + std::string(25, 'y');
  for (const auto& [allowed, is_read] : {std::pair(82, true), std::pair(81, false)}) {
    base::KafkaReader reader(bytes, "corner");
    const auto read = Decode<Corner>(0, reader, {.max_memory = static_cast<std::size_t>(allowed)});
    CHECK(read.ok() == is_read);
    if (!is_read) CHECK(GetErrorCode(read.status()) == ErrorCode::kInvalidRequest);
  }
}

void CheckFields(std::span<const Field> fields, const Message& message) {
  for (const Field& field : fields) {
    INFO(message.name << ": " << field.name);
    CHECK(field.place.member != nullptr);
    // A reader of hostile bytes makes null of a field by that.
    const bool may_be_null = field.nullable_since != kNeverVersion;
    CHECK(may_be_null == (field.place.reset != nullptr));
    const bool is_tagged = field.tag >= 0;
    CHECK((!is_tagged || field.since >= message.flexible_since));
    CHECK_FALSE((is_tagged && may_be_null && field.type == FieldType::kStruct && !field.is_array));
    CHECK(field.since <= message.last_version);
    CHECK(field.until >= message.first_version);
    CHECK((field.type == FieldType::kStruct) == (field.place.defaults != nullptr));
    CheckFields(field.fields, message);
  }
}

TEST_CASE("Every table of the protocol can be gone by without a doubt") {
  for (const Api& api : Apis()) {
    CHECK(FindApi(static_cast<std::int16_t>(api.key)) == &api);
    const Message& request = api.request();
    const Message& response = api.response();
    CHECK(request.first_version == response.first_version);
    CHECK(request.last_version == response.last_version);
    CHECK(request.flexible_since == response.flexible_since);
    CheckFields(request.fields, request);
    CheckFields(response.fields, response);
  }
  CheckFields(MessageOf<RequestHeader>().fields, MessageOf<RequestHeader>());
  CheckFields(MessageOf<ResponseHeader>().fields, MessageOf<ResponseHeader>());
}

}  // namespace
}  // namespace rill::wire
