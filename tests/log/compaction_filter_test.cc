#include "log/compaction_filter.h"

#include "log_under_test.h"
#include "record/control.h"

namespace rill::log {
namespace {

constexpr std::int64_t kNow = 100000;
constexpr std::int64_t kDeleteRetention = 5000;

struct Kv {
  std::int32_t delta;
  std::string key;
  std::optional<std::string> value;
  std::int64_t timestamp_ms = 1000;
  friend bool operator==(const Kv&, const Kv&) = default;
};

std::string BatchOf(const std::vector<Kv>& records, BatchOptions options = {}) {
  BatchBuilder builder(options);
  for (const Kv& record : records) {
    RecordData data{.key = record.key, .timestamp_ms = record.timestamp_ms};
    if (record.value.has_value()) data.value = *record.value;
    REQUIRE(builder.AppendAt(record.delta, data).ok());
  }
  return std::string(builder.Seal().value());
}

std::string MarkerOf(record::ControlType type, std::int64_t offset, std::int64_t producer_id) {
  const auto key = record::EncodeControlKey(type);
  const auto value = record::EncodeEndTxnMarker(3);
  const RecordData data{
      .key = {key.data(), key.size()}, .value = {value.data(), value.size()}, .timestamp_ms = 1000};
  return SealedBatch({&data, 1}, {.base_offset = offset,
                                  .producer_id = producer_id,
                                  .producer_epoch = 0,
                                  .is_transactional = true,
                                  .is_control = true});
}

std::vector<Kv> RecordsOf(BatchView batch) {
  record::Codec codec;
  base::Buffer scratch;
  const auto bytes = record::UncompressedRecords(batch, codec, scratch);
  REQUIRE(bytes.ok());
  record::BatchWalker walker(batch, *bytes);
  std::vector<Kv> records;
  while (walker.Next()) {
    const RecordView& record = walker.record();
    Kv kv{static_cast<std::int32_t>(record.offset() - batch.base_offset()),
          std::string(record.key()), std::nullopt, record.timestamp_ms()};
    if (!IsNull(record.value())) kv.value = std::string(record.value());
    records.push_back(std::move(kv));
  }
  REQUIRE(walker.status().ok());
  return records;
}

// A filter with a map in which `newest` stands, and that reaches up to offset 99.
class Fixture {
 public:
  explicit Fixture(const std::map<std::string, std::int64_t>& newest = {}) {
    for (const auto& [key, offset] : newest) map_.Put(key, offset);
    map_.AdvanceTo(99);
    rules.now_ms = kNow;
    rules.delete_retention_ms = kDeleteRetention;
    rules.high_watermark = 1000;
  }
  CompactionRules rules;
  std::vector<CompletedTransaction> aborted;

  CompactionFilter::Kept Filter(const std::string& batch) {
    if (filter_ == nullptr) {
      transactions_ = std::make_unique<CleanedTransactions>(aborted);
      filter_ = std::make_unique<CompactionFilter>(&map_, transactions_.get(), rules);
    }
    auto kept = filter_->Filter(BatchView(batch.data()));
    REQUIRE(kept.ok());
    if (!kept->bytes.empty()) {
      const auto parsed = ParseBatch(kept->bytes);
      REQUIRE(parsed.ok());
      REQUIRE(parsed->size() == kept->bytes.size());
      REQUIRE(ValidateBatch(*parsed).ok());
    }
    return *kept;
  }
  // What stays, which must be a batch.
  BatchView Stays(const std::string& batch) {
    const auto kept = Filter(batch);
    REQUIRE_FALSE(kept.bytes.empty());
    return BatchView(kept.bytes.data());
  }
  bool Goes(const std::string& batch) { return Filter(batch).bytes.empty(); }

 private:
  base::Budget memory_{"memory", base::Budget::kUnlimited};
  OffsetMap map_ = OffsetMap::Create(10000, 100, memory_, {1, 2}).value();
  std::unique_ptr<CleanedTransactions> transactions_;
  std::unique_ptr<CompactionFilter> filter_;
};

TEST_CASE("a batch that loses nothing stays as it is, byte for byte") {
  Fixture fixture({{"a", 1}});
  const std::string batch = BatchOf({{0, "b", "x"}, {1, "a", "y"}}, {.base_offset = 0});
  const auto kept = fixture.Filter(batch);
  REQUIRE(kept.bytes.data() == batch.data());
  REQUIRE(kept.bytes == batch);
}

TEST_CASE("records with a later one of their key, and those without a key, go") {
  Fixture fixture({{"a", 12}, {"b", 50}});
  BatchBuilder builder({.base_offset = 10});
  REQUIRE(builder.Append({.key = "a", .value = "old"}).ok());
  REQUIRE(builder.Append({.value = "without a key"}).ok());
  REQUIRE(builder.Append({.key = "a", .value = "new"}).ok());
  REQUIRE(builder.Append({.key = "c", .value = "never again"}).ok());
  REQUIRE(builder.Append({.key = "b", .value = "old"}).ok());
  const BatchView kept = fixture.Stays(std::string(builder.Seal().value()));
  CHECK(kept.base_offset() == 10);
  CHECK(kept.last_offset() == 14);
  CHECK(RecordsOf(kept) == std::vector<Kv>{{2, "a", "new", -1}, {3, "c", "never again", -1}});
}

TEST_CASE("records behind what the map reaches stay, whatever it says of their key") {
  Fixture fixture({{"a", 90}});
  const std::string batch = BatchOf({{0, "a", "x"}, {1, "a", "y"}}, {.base_offset = 100});
  CHECK(fixture.Stays(batch).data() == batch.data());
}

TEST_CASE("a batch keeps codec, producer, epoch and kind of time, with its own largest timestamp") {
  for (const Compression codec : {Compression::kNone, Compression::kGzip, Compression::kSnappy,
                                  Compression::kLz4, Compression::kZstd}) {
    Fixture fixture({{"a", 50}});
    const BatchOptions options{.compression = codec,
                               .base_offset = 20,
                               .partition_leader_epoch = 4,
                               .producer_id = 7,
                               .producer_epoch = 2,
                               .base_sequence = 30,
                               .is_transactional = true};
    const BatchView kept = fixture.Stays(
        BatchOf({{0, "b", "x", 1500}, {1, "c", "x", 1200}, {2, "a", "x", 1900}}, options));
    CHECK(kept.compression() == codec);
    CHECK(kept.partition_leader_epoch() == 4);
    CHECK(kept.producer_id() == 7);
    CHECK(kept.producer_epoch() == 2);
    CHECK(kept.base_sequence() == 30);
    CHECK(kept.is_transactional());
    CHECK(kept.last_offset_delta() == 2);
    CHECK(kept.base_timestamp_ms() == 1500);
    CHECK(kept.max_timestamp_ms() == 1500);
    CHECK(RecordsOf(kept) == std::vector<Kv>{{0, "b", "x", 1500}, {1, "c", "x", 1200}});
  }
  Fixture fixture({{"a", 50}});
  const BatchView stamped = fixture.Stays(
      BatchOf({{0, "a", "x"}, {1, "b", "y"}},
              {.timestamp_type = TimestampType::kLogAppendTime, .log_append_time_ms = 1800}));
  CHECK(stamped.timestamp_type() == TimestampType::kLogAppendTime);
  CHECK(stamped.max_timestamp_ms() == 1800);
}

TEST_CASE("a tombstone gives its batch a delete horizon, once, and goes when that has passed") {
  const std::string batch =
      BatchOf({{0, "gone", std::nullopt}, {1, "b", "x", 1234}}, {.base_offset = 0});
  Fixture first({{"gone", 0}, {"b", 1}});
  const BatchView kept = first.Stays(batch);
  CHECK(kept.has_delete_horizon());
  CHECK(kept.base_timestamp_ms() == kNow + kDeleteRetention);
  CHECK(kept.max_timestamp_ms() == 1234);
  const std::vector<Kv> both = {{0, "gone", std::nullopt, 1000}, {1, "b", "x", 1234}};
  CHECK(RecordsOf(kept) == both);
  const std::string with_horizon(kept.bytes());

  Fixture before;
  before.rules.now_ms = kNow + kDeleteRetention - 1;
  CHECK(before.Stays(with_horizon).data() == with_horizon.data());
  Fixture after;
  after.rules.now_ms = kNow + kDeleteRetention;
  const BatchView last = after.Stays(with_horizon);
  CHECK(RecordsOf(last) == std::vector<Kv>{{1, "b", "x", 1234}});
  CHECK(last.has_delete_horizon());
  CHECK(last.base_timestamp_ms() == kNow + kDeleteRetention);
}

TEST_CASE("a delete.retention.ms for ever makes a horizon that never passes") {
  Fixture fixture;
  fixture.rules.delete_retention_ms = INT64_MAX;
  CHECK(fixture.Stays(BatchOf({{0, "gone", std::nullopt}})).base_timestamp_ms() == INT64_MAX);
}

TEST_CASE("an emptied batch goes, but for a producer's last one and the last below the watermark") {
  const auto batch = [](std::int64_t offset, std::int64_t producer_id) {
    return BatchOf({{0, "a", "x"}, {1, "a", "y"}}, {.compression = Compression::kZstd,
                                                    .base_offset = offset,
                                                    .partition_leader_epoch = 5,
                                                    .producer_id = producer_id,
                                                    .producer_epoch = 1,
                                                    .base_sequence = 40});
  };
  Fixture fixture({{"a", 99}});
  fixture.rules.producers[7] = {.last_data_offset = 13, .epoch = 1};
  fixture.rules.high_watermark = 22;
  CHECK(fixture.Goes(batch(10, 7)));
  const BatchView last = fixture.Stays(batch(12, 7));
  CHECK(last.size() == kBatchHeaderSize);
  CHECK(last.record_count() == 0);
  CHECK(last.base_offset() == 12);
  CHECK(last.last_offset() == 13);
  CHECK(last.partition_leader_epoch() == 5);
  CHECK(last.producer_id() == 7);
  CHECK(last.producer_epoch() == 1);
  CHECK(last.base_sequence() == 40);
  CHECK(last.compression() == Compression::kNone);
  CHECK(last.base_timestamp_ms() == kNoTimestamp);
  CHECK(last.max_timestamp_ms() == 1000);
  CHECK(fixture.Goes(batch(14, 8)));  // a producer that is not known any more
  CHECK(fixture.Stays(batch(20, 8)).record_count() == 0);
  const std::string empty(fixture.Stays(batch(12, 7)).bytes());
  CHECK(fixture.Stays(empty).bytes() == empty);
  Fixture later;
  CHECK(later.Goes(empty));
}

TEST_CASE("data of an aborted transaction goes whatever its key, and its marker follows it") {
  const BatchOptions in_transaction{.base_offset = 10,
                                    .producer_id = 7,
                                    .producer_epoch = 0,
                                    .base_sequence = 0,
                                    .is_transactional = true};
  const std::string data = BatchOf({{0, "only", "x"}}, in_transaction);
  const std::string marker = MarkerOf(record::ControlType::kAbort, 11, 7);
  Fixture first;
  first.aborted = {{.producer_id = 7, .first_offset = 10, .last_offset = 11, .is_aborted = true}};
  CHECK(first.Goes(data));
  const auto kept = first.Filter(marker);  // data of it was met
  CHECK(kept.bytes == marker);
  REQUIRE(kept.aborted.has_value());
  CHECK(kept.aborted->first_offset == 10);

  Fixture second;  // no data was met
  const std::string with_horizon(second.Stays(marker).bytes());
  CHECK(BatchView(with_horizon.data()).base_timestamp_ms() == kNow + kDeleteRetention);
  Fixture third;
  third.rules.now_ms = kNow + kDeleteRetention;
  CHECK(third.Goes(with_horizon));
  Fixture of_active_producer;
  of_active_producer.rules.now_ms = kNow + kDeleteRetention;
  of_active_producer.rules.producers[7] = {.last_data_offset = -1, .epoch = 0};
  CHECK(of_active_producer.Stays(with_horizon).record_count() == 0);
}

TEST_CASE("data of a committed transaction goes by its keys, and the marker stays with it") {
  const BatchOptions in_transaction{.base_offset = 10,
                                    .producer_id = 7,
                                    .producer_epoch = 0,
                                    .base_sequence = 0,
                                    .is_transactional = true};
  const std::string marker = MarkerOf(record::ControlType::kCommit, 11, 7);
  Fixture fixture({{"a", 50}});
  CHECK(fixture.Goes(BatchOf({{0, "a", "x"}}, in_transaction)));
  CHECK(fixture.Filter(marker).bytes == marker);
  Fixture without_data;
  CHECK(without_data.Stays(marker).has_delete_horizon());
}

TEST_CASE("control batches that are no markers of transactions stay") {
  const std::string leader_change = MarkerOf(record::ControlType::kLeaderChange, 5, kNoProducerId);
  Fixture fixture;
  CHECK(fixture.Stays(leader_change).data() == leader_change.data());
}

}  // namespace
}  // namespace rill::log
