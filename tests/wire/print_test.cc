#include "wire/print.h"

#include <string>

#include "catch.h"

namespace rill::wire {
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
  base::KafkaReader reader(bytes, "example");
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
  CHECK(Json(0, "\0\0"sv).starts_with("error: example (2 bytes) is malformed at byte 0"));
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

}  // namespace
}  // namespace rill::wire
