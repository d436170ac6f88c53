#include <string>

#include "catch.h"
#include "cli/message_decoder.h"

namespace rill::cli {
namespace {

using std::string_view_literals::operator""sv;

TEST_CASE("Records that a decoder does not know are told in their place") {
  const auto decoder = NewOffsetsDecoder();
  const auto key = [&decoder](std::string_view bytes, std::string_view value) {
    const auto decoded = decoder->Decode({.offset = 3, .key = bytes, .value = value});
    REQUIRE(decoded.ok());
    return decoded->key.value().text + (decoded->payload ? " / " + decoded->payload->text : "");
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
        ->payload.value()
        .text;
  };
  const std::string rest = R"(,"assignment":"eA=="}]}})";
  CHECK(payload("consumer").ends_with(R"("subscription":{"topics":[],"userData":null})" + rest));
  CHECK(payload("connect").ends_with(R"("subscription":"AAAAAAAA/////w==")" + rest));
}

TEST_CASE("A transaction's state is told by its name, and by its number where it has none") {
  const auto decoder = NewTransactionLogDecoder();
  const auto state = [&decoder](char number) {
    std::string value("\0\0\0\0\0\0\0\0\0\2\0\0\0\0\xEA\x60", 16);
    value += number;
    value += "\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1"sv;
    const std::string text =
        decoder->Decode({.offset = 0, .key = "\0\0\0\1t"sv, .value = value})->payload->text;
    const std::size_t begin = text.find("transactionStatus");
    REQUIRE(begin != std::string::npos);
    return text.substr(begin, text.find(',', begin) - begin);
  };
  CHECK(state(0) == R"(transactionStatus":"Empty")");
  CHECK(state(5) == R"(transactionStatus":"CompleteAbort")");
  CHECK(state(7) == R"(transactionStatus":"PrepareEpochFence")");
  CHECK(state(8) == R"(transactionStatus":"8")");
  CHECK(state(-1) == R"(transactionStatus":"-1")");
}

TEST_CASE("Metadata records that cannot be read are told in their place") {
  const auto decoder = NewClusterMetadataDecoder();
  const auto payload = [&decoder](std::string_view value) {
    return decoder->Decode({.offset = 3, .key = {}, .value = value})->payload.value().text;
  };
  CHECK(payload("\1\x14\0\0"sv) == R"({"type":"NO_OP_RECORD","version":0,"data":{}})");
  CHECK(payload("\1\x1D\0\0\0\0\7\0"sv) ==
        R"({"type":"UNREGISTER_CONTROLLER_RECORD","version":0,"data":{"controllerId":7}})");
  for (const std::string_view bad : {"\1\x14\0\0x"sv, "\1\x14\1\0"sv, "\1\x7F\0\0"sv,
                                     "\2\x14\0\0"sv, "\1"sv, ""sv, std::string_view()}) {
    CHECK(payload(bad).starts_with("Error at 3, skipping. "));
  }
}

}  // namespace
}  // namespace rill::cli
