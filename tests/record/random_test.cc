#include <deque>
#include <string>
#include <vector>

#include "batches.h"
#include "catch.h"

namespace rill::record {
namespace {

// A record with the strings that it was made of.
OwnedRecord RandomRecord(SeededRandom& random, std::int64_t offset) {
  OwnedRecord record{.offset = offset};
  const auto size = [&] { return random.OneIn(20) ? random.UpTo(20'000) : random.UpTo(100); };
  record.timestamp_ms = static_cast<std::int64_t>(
      random.OneIn(10) ? random.UpTo(UINT64_MAX) : 1'700'000'000'000 + random.UpTo(20'000));
  record.null_key = random.OneIn(3);
  if (!record.null_key) record.key = random.Bytes(size());
  record.null_value = random.OneIn(5);
  if (!record.null_value) record.value = random.Bytes(size());
  for (std::uint64_t left = random.OneIn(3) ? random.UpTo(5) : 0; left > 0; --left) {
    record.headers.emplace_back(random.Bytes(random.UpTo(70)),
                                random.OneIn(4) ? "<null>" : random.Bytes(random.UpTo(70)));
  }
  return record;
}

absl::Status Append(BatchBuilder& builder, const OwnedRecord& record, std::int32_t delta) {
  std::vector<Header> headers;
  for (const auto& [name, value] : record.headers) {
    headers.push_back({name, value == "<null>" ? std::string_view() : std::string_view(value)});
  }
  return builder.AppendAt(
      delta, {.key = record.null_key ? std::string_view() : std::string_view(record.key),
              .value = record.null_value ? std::string_view() : std::string_view(record.value),
              .headers = headers,
              .timestamp_ms = record.timestamp_ms});
}

TEST_CASE("random batches come back as they were written, with every codec and option") {
  SeededRandom random;
  INFO("RILL_SEED=" << random.seed());
  BatchBuilder builder;
  for (int round = 0; round < 300; ++round) {
    const BatchOptions options{
        .compression = kCodecs[random.UpTo(4)],
        .base_offset = static_cast<std::int64_t>(random.UpTo(1'000'000'000'000)),
        .partition_leader_epoch = static_cast<std::int32_t>(random.UpTo(1000)),
        .timestamp_type =
            random.OneIn(4) ? TimestampType::kLogAppendTime : TimestampType::kCreateTime,
        .log_append_time_ms = 1'800'000'000'000,
        .delete_horizon_ms = random.OneIn(5) ? 1'900'000'000'000 : kNoTimestamp,
        .producer_id = static_cast<std::int64_t>(random.UpTo(100)) - 1,
        .is_transactional = random.OneIn(3)};
    builder.Clear(options);
    std::vector<OwnedRecord> expected;
    std::int32_t delta = -1;
    for (std::uint64_t left = 1 + random.UpTo(60); left > 0; --left) {
      delta += 1 + static_cast<std::int32_t>(random.OneIn(5) ? random.UpTo(10'000) : 0);
      expected.push_back(RandomRecord(random, options.base_offset + delta));
      REQUIRE(Append(builder, expected.back(), delta).ok());
      if (options.timestamp_type == TimestampType::kLogAppendTime) {
        expected.back().timestamp_ms = options.log_append_time_ms;
      }
    }
    const BatchView batch = SealAndParse(builder);
    CHECK(batch.last_offset() == options.base_offset + delta);
    CHECK(batch.producer_id() == options.producer_id);
    CHECK(batch.crc() == ReferenceCrc32c(batch.bytes().substr(21)));
    REQUIRE((ReadRecords(batch) == expected));
  }
}

}  // namespace
}  // namespace rill::record
