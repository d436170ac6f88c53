#include <limits>
#include <string>
#include <vector>

#include "batches.h"
#include "catch.h"
#include "rill/error.h"
#include "rill/record_batch.h"

namespace rill::record {
namespace {

TEST_CASE("what was appended to a batch is read back, with every codec") {
  for (const Compression codec : kCodecs) {
    INFO(CompressionName(codec));
    BatchBuilder builder({.compression = codec, .base_offset = 1000, .partition_leader_epoch = 7});
    const Header headers[] = {{"trace", "abc"}, {"", std::string_view()}, {"trace", ""}};
    REQUIRE(builder.Append({.key = "k1", .value = "v1", .timestamp_ms = 50}).ok());
    REQUIRE(builder.Append({.value = "v2", .headers = headers, .timestamp_ms = 40}).ok());
    REQUIRE(builder.Append({.key = "", .timestamp_ms = 60}).ok());
    const BatchView batch = SealAndParse(builder);
    CHECK(batch.compression() == codec);
    CHECK(batch.base_offset() == 1000);
    CHECK(batch.next_offset() == 1003);
    CHECK(batch.record_count() == 3);
    CHECK(batch.partition_leader_epoch() == 7);
    CHECK(batch.base_timestamp_ms() == 50);
    CHECK(batch.max_timestamp_ms() == 60);
    const std::vector<OwnedRecord> expected = {
        {.offset = 1000, .timestamp_ms = 50, .key = "k1", .value = "v1"},
        {.offset = 1001,
         .timestamp_ms = 40,
         .null_key = true,
         .value = "v2",
         .headers = {{"trace", "abc"}, {"", "<null>"}, {"trace", ""}}},
        {.offset = 1002, .timestamp_ms = 60, .null_value = true}};
    CHECK(ReadRecords(batch) == expected);
  }
}

TEST_CASE("a null and an empty string are told apart in keys, values and header values") {
  BatchBuilder builder;
  const Header headers[] = {{"null", std::string_view()}, {"empty", ""}};
  REQUIRE(builder.Append({.key = std::string_view(), .value = "", .headers = headers}).ok());
  REQUIRE(builder.Append({.key = std::string(), .value = std::string_view()}).ok());
  const BatchView batch = SealAndParse(builder);
  BatchWalker walker(batch, batch.payload());
  REQUIRE(walker.Next());
  CHECK(IsNull(walker.record().key()));
  CHECK_FALSE(IsNull(walker.record().value()));
  CHECK(walker.record().headers().size() == 2);
  CHECK(IsNull(walker.record().headers().Last("null")));
  CHECK_FALSE(IsNull(walker.record().headers().Last("empty")));
  CHECK(IsNull(walker.record().headers().Last("absent")));
  REQUIRE(walker.Next());
  CHECK_FALSE(IsNull(walker.record().key()));
  CHECK(IsNull(walker.record().value()));
  CHECK(walker.record().headers().empty());
}

TEST_CASE("the last of several headers with one name is the one that is found") {
  BatchBuilder builder;
  const Header headers[] = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
  REQUIRE(builder.Append({.headers = headers}).ok());
  const BatchView batch = SealAndParse(builder);
  BatchWalker walker(batch, batch.payload());
  REQUIRE(walker.Next());
  CHECK(walker.record().headers().Last("a") == "3");
  CHECK(walker.record().headers().Last("b") == "2");
}

TEST_CASE("records without a timestamp stay without one") {
  BatchBuilder builder;
  REQUIRE(builder.Append({.value = "a"}).ok());
  REQUIRE(builder.Append({.value = "b"}).ok());
  const BatchView batch = SealAndParse(builder);
  CHECK(batch.max_timestamp_ms() == kNoTimestamp);
  for (const auto& record : ReadRecords(batch)) CHECK(record.timestamp_ms == kNoTimestamp);
}

TEST_CASE("timestamps at the ends of their range survive") {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  BatchBuilder builder;
  for (const std::int64_t t : {kMost, kLeast, std::int64_t{0}, kMost, std::int64_t{-1}}) {
    REQUIRE(builder.Append({.timestamp_ms = t}).ok());
  }
  const BatchView batch = SealAndParse(builder);
  CHECK(batch.max_timestamp_ms() == kMost);
  const auto records = ReadRecords(batch);
  CHECK(records[0].timestamp_ms == kMost);
  CHECK(records[1].timestamp_ms == kLeast);
  CHECK(records[2].timestamp_ms == 0);
  CHECK(records[4].timestamp_ms == -1);
}

TEST_CASE("with log append time every record shows the batch's time") {
  BatchBuilder builder(
      {.timestamp_type = TimestampType::kLogAppendTime, .log_append_time_ms = 777});
  REQUIRE(builder.Append({.value = "a", .timestamp_ms = 5}).ok());
  REQUIRE(builder.Append({.value = "b", .timestamp_ms = 9000}).ok());
  const BatchView batch = SealAndParse(builder);
  CHECK(batch.timestamp_type() == TimestampType::kLogAppendTime);
  CHECK(batch.max_timestamp_ms() == 777);
  for (const auto& record : ReadRecords(batch)) CHECK(record.timestamp_ms == 777);
}

TEST_CASE("a delete horizon takes the place of the base timestamp and moves no record's time") {
  BatchBuilder builder({.delete_horizon_ms = 5000});
  REQUIRE(builder.Append({.key = "k", .timestamp_ms = 100}).ok());
  REQUIRE(builder.Append({.key = "k", .timestamp_ms = 8000}).ok());
  const BatchView batch = SealAndParse(builder);
  CHECK(batch.has_delete_horizon());
  CHECK(batch.base_timestamp_ms() == 5000);
  CHECK(batch.max_timestamp_ms() == 8000);
  const auto records = ReadRecords(batch);
  CHECK(records[0].timestamp_ms == 100);
  CHECK(records[1].timestamp_ms == 8000);
}

TEST_CASE("what a batch says of its producer and transaction is read back") {
  BatchBuilder builder({.producer_id = 0x1122334455667788,
                        .producer_epoch = 0x7fff,
                        .base_sequence = 0x7ffffffe,
                        .is_transactional = true});
  REQUIRE(builder.Append({.value = "v"}).ok());
  const BatchView batch = SealAndParse(builder);
  CHECK(batch.has_producer_id());
  CHECK(batch.producer_id() == 0x1122334455667788);
  CHECK(batch.producer_epoch() == 0x7fff);
  CHECK(batch.base_sequence() == 0x7ffffffe);
  CHECK(batch.is_transactional());
  CHECK_FALSE(batch.is_control());

  BatchBuilder plain;
  REQUIRE(plain.Append({.value = "v"}).ok());
  const BatchView anonymous = SealAndParse(plain);
  CHECK_FALSE(anonymous.has_producer_id());
  CHECK(anonymous.producer_id() == kNoProducerId);
  CHECK(anonymous.producer_epoch() == kNoProducerEpoch);
  CHECK(anonymous.base_sequence() == kNoSequence);
}

TEST_CASE("records may be appended with holes between their offsets, and only upwards") {
  BatchBuilder builder({.base_offset = 10});
  REQUIRE(builder.AppendAt(2, {.value = "a"}).ok());
  REQUIRE(builder.AppendAt(70, {.value = "b"}).ok());
  const absl::Status again = builder.AppendAt(70, {.value = "c"});
  CHECK(again.code() == absl::StatusCode::kInvalidArgument);
  CHECK(builder.AppendAt(-1, {.value = "c"}).code() == absl::StatusCode::kInvalidArgument);
  REQUIRE(builder.Append({.value = "d"}).ok());
  const BatchView batch = SealAndParse(builder);
  CHECK(batch.record_count() == 3);
  CHECK(batch.last_offset() == 81);
  const auto records = ReadRecords(batch);
  CHECK(records[0].offset == 12);
  CHECK(records[1].offset == 80);
  CHECK(records[2].offset == 81);
}

TEST_CASE("no record follows the last possible offset delta") {
  BatchBuilder builder;
  REQUIRE(builder.AppendAt(std::numeric_limits<std::int32_t>::max(), {.value = "last"}).ok());
  const std::size_t before = builder.size();
  const absl::Status full = builder.Append({.value = "one more"});
  CHECK(full.code() == absl::StatusCode::kResourceExhausted);
  CHECK(GetErrorCode(full) == ErrorCode::kRecordListTooLarge);
  CHECK(builder.size() == before);
  CHECK(builder.record_count() == 1);
  CHECK(SealAndParse(builder).last_offset() == std::numeric_limits<std::int32_t>::max());
}

TEST_CASE("a value can be written in place") {
  BatchBuilder builder;
  const Header headers[] = {{"h", "x"}};
  for (int i = 0; i < 100; ++i) {
    const auto value = builder.AppendInPlace("key", 1000, headers, i);
    REQUIRE(value.ok());
    std::fill_n(*value, 1000, static_cast<char>('a' + i % 26));
  }
  const auto records = ReadRecords(SealAndParse(builder));
  REQUIRE(records.size() == 100);
  for (int i = 0; i < 100; ++i) {
    CHECK(records[i].value == std::string(1000, static_cast<char>('a' + i % 26)));
    CHECK(records[i].headers.size() == 1);
  }
}

TEST_CASE("a record that does not fit a batch is refused and the batch stays as it was") {
  BatchBuilder builder;
  REQUIRE(builder.Append({.value = "first"}).ok());
  const auto huge = builder.AppendInPlace("k", std::numeric_limits<std::int32_t>::max(), {}, 0);
  CHECK(huge.status().code() == absl::StatusCode::kResourceExhausted);
  CHECK(GetErrorCode(huge.status()) == ErrorCode::kRecordListTooLarge);
  const auto absurd = builder.AppendInPlace("k", std::numeric_limits<std::size_t>::max(), {}, 0);
  CHECK(absurd.status().code() == absl::StatusCode::kResourceExhausted);
  const Header nameless[] = {{std::string_view(), "v"}};
  const absl::Status null_name = builder.Append({.value = "v", .headers = nameless});
  CHECK(null_name.code() == absl::StatusCode::kInvalidArgument);
  CHECK(GetErrorCode(null_name) == ErrorCode::kInvalidRecord);
  CHECK(builder.record_count() == 1);
  CHECK(ReadRecords(SealAndParse(builder)).size() == 1);
}

TEST_CASE("a batch without records is not sealed") {
  BatchBuilder builder;
  CHECK(builder.Seal().status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(builder.record_count() == 0);
  CHECK(builder.size() == kBatchHeaderSize);
  CHECK(builder.max_timestamp_ms() == kNoTimestamp);
}

TEST_CASE("a builder that was cleared builds the next batch as a new one would") {
  for (const Compression codec : kCodecs) {
    BatchBuilder builder({.compression = codec});
    for (int i = 0; i < 50; ++i) {
      REQUIRE(builder.Append({.key = "old", .value = "old", .timestamp_ms = 99}).ok());
    }
    REQUIRE(builder.Seal().ok());
    const BatchOptions next{.compression = codec, .base_offset = 50, .producer_id = 4};
    builder.Clear(next);
    CHECK(builder.size() == kBatchHeaderSize);
    BatchBuilder fresh(next);
    REQUIRE(builder.Append({.value = "new", .timestamp_ms = 3}).ok());
    REQUIRE(fresh.Append({.value = "new", .timestamp_ms = 3}).ok());
    CHECK(*builder.Seal() == *fresh.Seal());
  }
}

TEST_CASE("appending goes on behind a seal") {
  for (const Compression codec : kCodecs) {
    BatchBuilder builder({.compression = codec});
    REQUIRE(builder.Append({.value = "a"}).ok());
    REQUIRE(builder.Seal().ok());
    REQUIRE(builder.Append({.value = "b"}).ok());
    CHECK(ReadRecords(SealAndParse(builder)).size() == 2);
  }
}

TEST_CASE("a moved builder takes its batch along") {
  BatchBuilder first;
  REQUIRE(first.Append({.value = "a"}).ok());
  BatchBuilder second(std::move(first));
  REQUIRE(second.Append({.value = "b"}).ok());
  first = BatchBuilder({.base_offset = 9});
  REQUIRE(first.Append({.value = "c"}).ok());
  CHECK(ReadRecords(SealAndParse(second)).size() == 2);
  CHECK(SealAndParse(first).base_offset() == 9);
}

TEST_CASE("a record never takes more than MaxRecordSize says") {
  const std::string long_value(70'000, 'v');
  const Header headers[] = {{"name", long_value}, {"", std::string_view()}};
  const RecordData records[] = {{},
                                {.key = "k", .value = long_value, .timestamp_ms = 1},
                                {.key = "", .headers = headers, .timestamp_ms = INT64_MIN}};
  BatchBuilder builder;
  for (const RecordData& record : records) {
    const std::size_t before = builder.size();
    REQUIRE(builder.Append(record).ok());
    CHECK(builder.size() - before <= MaxRecordSize(record));
  }
}

TEST_CASE("codecs have Kafka's names") {
  std::vector<std::string> names;
  for (const Compression codec : kCodecs) names.emplace_back(CompressionName(codec));
  CHECK(names == std::vector<std::string>{"none", "gzip", "snappy", "lz4", "zstd"});
}

}  // namespace
}  // namespace rill::record
