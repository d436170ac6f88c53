#include <string>
#include <string_view>

#include "base/bytes.h"
#include "batches.h"
#include "catch.h"
#include "rill/record_batch.h"

namespace rill::record {
namespace {

using namespace std::string_view_literals;

// A batch written down from Kafka's description of the format, field by field; the CRC is filled in
// by the bit-by-bit reference.
// clang-format off
std::string HandWrittenBatch() {
  std::string bytes;
  bytes += "\0\0\0\0\0\0\0\x64"sv;    // base offset 100
  bytes += "\0\0\0\x5e"sv;            // batch length: 94 bytes follow
  bytes += "\0\0\0\x05"sv;            // partition leader epoch 5
  bytes += "\x02"sv;                  // magic 2
  bytes += "\0\0\0\0"sv;              // CRC, below
  bytes += "\0\x10"sv;                // attributes: transactional
  bytes += "\0\0\0\x01"sv;            // last offset delta 1
  bytes += "\0\0\0\0\0\0\x03\xe8"sv;  // base timestamp 1000
  bytes += "\0\0\0\0\0\0\x03\xe8"sv;  // max timestamp 1000
  bytes += "\0\0\0\0\0\0\0\x2a"sv;    // producer id 42
  bytes += "\0\x03"sv;                // producer epoch 3
  bytes += "\0\0\0\x07"sv;            // base sequence 7
  bytes += "\0\0\0\x02"sv;            // two records
  bytes += "\x22"sv;                  // record 0: length 17 (zig-zag)
  bytes += "\0"sv;                    //   attributes
  bytes += "\0"sv;                    //   timestamp delta 0
  bytes += "\0"sv;                    //   offset delta 0
  bytes += "\x06" "key"sv;            //   key of 3 bytes
  bytes += "\x0a" "value"sv;          //   value of 5 bytes
  bytes += "\x02"sv;                  //   one header
  bytes += "\x02" "h" "\x01"sv;       //     named "h", its value null (-1)
  bytes += "\x34"sv;                  // record 1: length 26
  bytes += "\0"sv;                    //   attributes
  bytes += "\xe7\x07"sv;              //   timestamp delta -500: zig-zag 999
  bytes += "\x02"sv;                  //   offset delta 1
  bytes += "\x01"sv;                  //   key null
  bytes += "\0"sv;                    //   value empty
  bytes += "\x04"sv;                  //   two headers
  bytes += "\x06" "one" "\x02" "1"sv;         //     one: 1
  bytes += "\x06" "two" "\x10" "22222222"sv;  //     two: 22222222
  base::StoreBigEndian(bytes.data() + 17, ReferenceCrc32c(std::string_view(bytes).substr(21)));
  return bytes;
}
// clang-format on

TEST_CASE("a batch written by hand from the format's description is read") {
  const std::string bytes = HandWrittenBatch();
  REQUIRE(bytes.size() == 12 + 94);
  const auto batch = ParseBatch(bytes);
  REQUIRE(batch.ok());
  CHECK(ValidateBatch(*batch).ToString() == "OK");
  CHECK(batch->base_offset() == 100);
  CHECK(batch->last_offset() == 101);
  CHECK(batch->partition_leader_epoch() == 5);
  CHECK(batch->magic() == 2);
  CHECK(batch->attributes() == 16);
  CHECK(batch->is_transactional());
  CHECK(batch->producer_id() == 42);
  CHECK(batch->producer_epoch() == 3);
  CHECK(batch->base_sequence() == 7);
  CHECK(batch->record_count() == 2);
  const std::vector<OwnedRecord> expected = {{.offset = 100,
                                              .timestamp_ms = 1000,
                                              .key = "key",
                                              .value = "value",
                                              .headers = {{"h", "<null>"}}},
                                             {.offset = 101,
                                              .timestamp_ms = 500,
                                              .null_key = true,
                                              .headers = {{"one", "1"}, {"two", "22222222"}}}};
  CHECK(ReadRecords(*batch) == expected);
}

TEST_CASE("the builder writes the bytes that were written by hand") {
  BatchBuilder builder({.base_offset = 100,
                        .partition_leader_epoch = 5,
                        .producer_id = 42,
                        .producer_epoch = 3,
                        .base_sequence = 7,
                        .is_transactional = true});
  const Header first[] = {{"h", std::string_view()}};
  const Header second[] = {{"one", "1"}, {"two", "22222222"}};
  REQUIRE(builder.Append({.key = "key", .value = "value", .headers = first, .timestamp_ms = 1000})
              .ok());
  REQUIRE(builder.Append({.value = "", .headers = second, .timestamp_ms = 500}).ok());
  CHECK(*builder.Seal() == HandWrittenBatch());
}

}  // namespace
}  // namespace rill::record
