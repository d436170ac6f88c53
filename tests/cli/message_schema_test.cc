#include "cli/message_schema.h"

#include <set>
#include <string>

#include "catch.h"
#include "cli/internal_messages.h"
#include "cli/message_decoder.h"

namespace rill::cli {
namespace {

using std::string_view_literals::operator""sv;

constexpr Field kPoint[] = {Int16("x"), String("name").Nullable()};
constexpr Field kFields[] = {
    Int32("always"),
    Int64("old").Until(0),
    Bool("tagged").Since(1).Tagged(0),
    Array(Struct("points", kPoint)).Nullable(1),
    Bytes("bytes").Since(1),
    Uuid("id").Since(1).Tagged(3),
    String("note").Since(1).Nullable(1).Tagged(2).NullByDefault(),
};
constexpr Message kMessage = {"Example", kFields, 1, 1};

std::string Json(int version, std::string_view bytes) {
  engine::KafkaReader reader(bytes, "example");
  std::string json;
  const absl::Status status = AppendMessageJson(kMessage, version, reader, json);
  return status.ok() ? json : "error: " + std::string(status.message());
}

TEST_CASE("A message of a version without compact lengths is read") {
  CHECK(Json(0, "\0\0\0\7\0\0\0\0\0\0\0\1\0\0\0\2\0\1\0\1a\xFF\xFE\xFF\xFF"sv) ==
        R"({"always":7,"old":1,"points":[{"x":1,"name":"a"},{"x":-2,"name":null}]})");
}

TEST_CASE("A message with compact lengths and tagged fields is read") {
  CHECK(Json(1, "\0\0\0\7\0\2\xFF\0"sv) == R"({"always":7,"points":null,"bytes":"/w=="})");
  CHECK(Json(1, "\0\0\0\7\2\0\5\2a\0\1\1\0\1\1"sv) ==
        R"({"always":7,"tagged":true,"points":[{"x":5,"name":"a"}],"bytes":""})");
}

TEST_CASE("Tagged fields stand in their declared place, unknown ones nowhere, defaults nowhere") {
  CHECK(Json(1, "\0\0\0\7\1\1\3\0\1\0\2\1\0\x09\3xyz"sv) ==
        R"({"always":7,"points":[],"bytes":""})");
  CHECK(Json(1, "\0\0\0\7\1\1\2\2\2\2a\3\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"sv) ==
        R"({"always":7,"points":[],"bytes":"","id":"AAAAAAAAAAAAAAAAAAAAAQ","note":"a"})");
}

TEST_CASE("Bytes that are no such message are an error that says where") {
  CHECK(Json(2, "").starts_with("error: Example of version 2"));
  CHECK(Json(-1, "").starts_with("error: Example of version -1"));
  CHECK(Json(0, "\0\0"sv).starts_with("error: bad example (2 bytes) at byte 0"));
  CHECK(Json(0, "\0\0\0\7\0\0\0\0\0\0\0\1\xFF\xFF\xFF\xFF"sv).starts_with("error: "));  // null
  CHECK(Json(0, "\0\0\0\7\0\0\0\0\0\0\0\1\x7F\xFF\xFF\xFF"sv).starts_with("error: "));
  CHECK(Json(0, "\0\0\0\7\0\0\0\0\0\0\0\1\xFF\xFF\xFF\x00"sv).starts_with("error: "));
  CHECK(Json(1, "\0\0\0\7\1\1\1\0\x7F\0"sv).starts_with("error: "));  // a tagged field too long
}

TEST_CASE("Every cut of a message is an error") {
  const std::string_view whole = "\0\0\0\7\2\0\5\2a\0\3\xFF\xFE\1\0\1\1"sv;
  REQUIRE_FALSE(Json(1, whole).starts_with("error"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(Json(1, whole.substr(0, size)).starts_with("error"));
  }
}

TEST_CASE("Records that a decoder does not know are told in their place") {
  const auto decoder = NewOffsetsDecoder();
  const auto key = [&decoder](std::string_view bytes, std::string_view value) {
    const auto decoded = decoder->Decode({.offset = 3, .key = bytes, .value = value});
    REQUIRE(decoded.ok());
    return decoded->key.value() + (decoded->payload ? " / " + *decoded->payload : "");
  };
  CHECK(key("\0\x63"sv, {}) == "Unknown record type 99 at offset 3, skipping.");
  CHECK(key("\0\1"sv, {}).starts_with("Error at offset 3, skipping. "));
  CHECK(key("\0\2\0\1g"sv, "\0\x09"sv).starts_with("Error at offset 3, skipping. "));
  CHECK(key("\0\2\0\1g"sv, {}) == R"({"type":"2","data":{"group":"g"}} / <DELETE>)");
  CHECK_FALSE(decoder->Decode({.offset = 3, .key = {}, .value = "x"}).ok());
}

TEST_CASE("Members' bytes that are no consumers' messages stay bytes") {
  const auto decoder = NewOffsetsDecoder();
  const auto payload = [&decoder](std::string_view protocol_type) {
    std::string value("\0\0\0", 3);
    value += static_cast<char>(protocol_type.size());
    value += protocol_type;
    value += "\0\0\0\1\xFF\xFF\xFF\xFF\0\0\0\1"sv;
    value += "\0\1m\0\1c\0\1h\0\0\0\1"sv;
    value += "\0\0\0\x0A\0\0\0\0\0\0\xFF\xFF\xFF\xFF"sv;  // a subscription to nothing
    value += "\0\0\0\1x"sv;                               // and what is no assignment
    return decoder->Decode({.offset = 0, .key = "\0\2\0\1g"sv, .value = value})
        ->payload.value_or("none");
  };
  const std::string rest = R"(,"assignment":"eA=="}]}})";
  CHECK(payload("consumer").ends_with(R"("subscription":{"topics":[],"userData":null})" + rest));
  CHECK(payload("connect").ends_with(R"("subscription":"AAAAAAAA/////w==")" + rest));
}

TEST_CASE("Metadata records that cannot be read are told in their place") {
  const auto decoder = NewClusterMetadataDecoder();
  const auto payload = [&decoder](std::string_view value) {
    return decoder->Decode({.offset = 3, .key = {}, .value = value})->payload.value_or("none");
  };
  CHECK(payload("\1\x14\0\0"sv) == R"({"type":"NO_OP_RECORD","version":0,"data":{}})");
  for (const std::string_view bad : {"\1\x14\0\0x"sv, "\1\x14\1\0"sv, "\1\x7F\0\0"sv,
                                     "\2\x14\0\0"sv, "\1"sv, ""sv, std::string_view()}) {
    CHECK(payload(bad).starts_with("Error at 3, skipping. "));
  }
}

void CheckFields(std::span<const Field> fields) {
  std::set<std::string> names;
  std::set<int> tags;
  for (const Field& field : fields) {
    INFO(field.name);
    CHECK(names.insert(field.name).second);
    CHECK((field.tag < 0 || tags.insert(field.tag).second));
    CHECK((field.type == FieldType::kStruct) == !field.fields.empty());
    CheckFields(field.fields);
  }
}

TEST_CASE("The descriptions of Kafka's messages do not contradict themselves") {
  for (const auto kinds : {OffsetsTopicKinds(), TransactionTopicKinds(), ShareStateTopicKinds()}) {
    std::set<int> types;
    for (const RecordKind& kind : kinds) {
      CHECK(types.insert(kind.type).second);
      CheckFields(kind.key->fields);
      CheckFields(kind.value->fields);
    }
  }
  std::set<int> types;
  for (const MetadataKind& kind : ClusterMetadataKinds()) {
    CHECK(types.insert(kind.type).second);
    CheckFields(kind.value->fields);
  }
}

}  // namespace
}  // namespace rill::cli
