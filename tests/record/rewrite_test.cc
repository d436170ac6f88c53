#include "record/rewrite.h"

#include <string>

#include "base/bytes.h"
#include "batches.h"
#include "catch.h"
#include "record/single_record_batch.h"

namespace rill::record {
namespace {

std::string Sealed(Compression codec) {
  BatchBuilder builder({.compression = codec, .producer_id = 3, .is_transactional = true});
  REQUIRE(builder.Append({.key = "k", .value = "v", .timestamp_ms = 100}).ok());
  REQUIRE(builder.Append({.key = "l", .value = "w", .timestamp_ms = 90}).ok());
  return std::string(*builder.Seal());
}

TEST_CASE("a log gives a sealed batch its place and epoch, and the CRC stays right") {
  std::string bytes = Sealed(Compression::kNone);
  const std::uint32_t crc = BatchView(bytes.data()).crc();
  SetBaseOffset(bytes.data(), 123'456'789'012);
  SetPartitionLeaderEpoch(bytes.data(), 44);
  const auto batch = ParseBatch(bytes);
  REQUIRE(batch.ok());
  CHECK(ValidateBatch(*batch).ok());
  CHECK(batch->crc() == crc);
  CHECK(batch->base_offset() == 123'456'789'012);
  CHECK(batch->partition_leader_epoch() == 44);
  CHECK(ReadRecords(*batch)[1].offset == 123'456'789'013);
}

TEST_CASE("stamping a batch with the log's time keeps all else and its records sound") {
  for (const Compression codec : kCodecs) {
    std::string bytes = Sealed(codec);
    StampLogAppendTime(bytes.data(), bytes.size(), 5);
    const auto batch = ParseBatch(bytes);
    REQUIRE(batch.ok());
    CHECK(ValidateBatch(*batch).ToString() == "OK");
    CHECK(batch->timestamp_type() == TimestampType::kLogAppendTime);
    CHECK(batch->compression() == codec);
    CHECK(batch->is_transactional());
    CHECK(batch->max_timestamp_ms() == 5);
    CHECK(batch->base_timestamp_ms() == 100);
    for (const auto& record : ReadRecords(*batch)) CHECK(record.timestamp_ms == 5);
  }
}

TEST_CASE("a batch of one record written in place is what the builder makes") {
  const std::string long_value(100'000, 'v');
  const Header headers[] = {{"a", "1"}, {"b", std::string_view()}};
  const RecordData records[] = {{.key = "key", .value = "value", .timestamp_ms = 9},
                                {.value = "", .headers = headers, .timestamp_ms = -1},
                                {.key = "", .value = long_value, .timestamp_ms = 1},
                                {.key = "tombstone"}};
  for (const RecordData& record : records) {
    for (const TimestampType type : {TimestampType::kCreateTime, TimestampType::kLogAppendTime}) {
      BatchBuilder builder({.base_offset = 8,
                            .partition_leader_epoch = 6,
                            .timestamp_type = type,
                            .log_append_time_ms = record.timestamp_ms});
      REQUIRE(builder.Append(record).ok());
      const std::string expected(*builder.Seal());

      const std::int64_t value_size =
          IsNull(record.value) ? -1 : static_cast<std::int64_t>(record.value.size());
      const SingleRecordBatch single(record, value_size);
      REQUIRE(single.size() == expected.size());
      std::string bytes(single.size(), '\0');
      char* value = single.Write(bytes.data(), 6, type, record.timestamp_ms);
      std::copy(record.value.begin(), record.value.end(), value);
      single.SealAt(bytes.data());
      SetBaseOffset(bytes.data(), 8);
      base::StoreBigEndian(bytes.data() + 8, static_cast<std::int32_t>(bytes.size() - 12));
      CHECK((bytes == expected));
    }
  }
}

}  // namespace
}  // namespace rill::record
