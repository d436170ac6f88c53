#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "catch.h"
#include "net/node_under_test.h"
#include "record/layout.h"
#include "rill/record_batch.h"
#include "wire/messages/produce.h"

// What producers are told of batches that are not taken.
namespace rill::net {
namespace {

using Answered = wire::ProduceResponse::Topic::Partition;

std::string Sealed(const std::vector<RecordData>& records, const BatchOptions& options = {}) {
  BatchBuilder builder(options);
  for (const RecordData& record : records) REQUIRE(builder.Append(record).ok());
  return std::string(builder.Seal().value());
}

std::string TwoRecords(const BatchOptions& options = {}) {
  return Sealed({{.key = "k", .value = "v", .timestamp_ms = 1000},
                 {.key = "k", .value = "w", .timestamp_ms = 1000}},
                options);
}

template <typename Number>
std::string With(std::string batch, std::size_t at, Number number) {
  base::StoreBigEndian(batch.data() + at, number);
  return batch;
}

// As its producer would have written it.
std::string WithCrc(std::string batch) {
  const std::string_view covered = std::string_view(batch).substr(record::kAttributesAt);
  return With(batch, record::kCrcAt, base::Crc32c(covered));
}

std::string WithCounts(std::int32_t last_offset_delta, std::int32_t records) {
  std::string batch = With(TwoRecords(), record::kLastOffsetDeltaAt, last_offset_delta);
  return WithCrc(With(std::move(batch), record::kRecordCountAt, records));
}

class Produced {
 public:
  explicit Produced(const engine::ConfigMap& configs = {}) {
    node_.MakeTopic("orders", 1, configs);
  }

  Answered Send(std::string_view batch, int version = 9) {
    wire::ProduceRequest request;
    request.acks = -1;
    auto& topic = request.topic_data.emplace_back();
    topic.name = "orders";
    topic.partition_data.push_back({0, batch});
    const auto response = HandleProduce(node_.At(version), request);
    REQUIRE(response.ok());
    return (*response)->responses.at(0).partition_responses.at(0);
  }
  ErrorCode CodeFor(std::string_view batch) { return Send(batch).error_code; }
  NodeUnderTest& node() { return node_; }

 private:
  NodeUnderTest node_;
};

TEST_CASE("A batch that its producer wrote wrong is invalid, and one that was damaged is corrupt") {
  Produced produced;
  const std::string sound = TwoRecords();
  const std::string_view all = sound;
  for (const std::string& wrong :
       {std::string(), std::string("abcd"), std::string(all.substr(0, 12)),
        std::string(all.substr(0, all.size() - 3)), With(sound, record::kMagicAt, std::int8_t{0}),
        With(sound, record::kMagicAt, std::int8_t{1}), WithCounts(2, 3), WithCounts(0, 1),
        WithCounts(1, 3), WithCounts(1, 1), WithCounts(1, 0), WithCounts(0, 0), WithCounts(1, -1),
        WithCounts(-1, 2), WithCounts(5, 2), WithCounts(999'999, 1'000'000), sound + sound}) {
    CAPTURE(wrong.size());
    CHECK(produced.CodeFor(wrong) == ErrorCode::kInvalidRecord);
  }
  for (const std::string& damaged : {With(sound, record::kCrcAt, std::uint32_t{7}),
                                     With(sound, record::kMagicAt, std::int8_t{3}),
                                     With(sound, record::kBatchLengthAt, std::int32_t{-1}),
                                     With(sound, record::kBatchLengthAt, std::int32_t{20}),
                                     With(sound, record::kRecordCountAt, std::int32_t{3}),
                                     With(sound, record::kLastOffsetDeltaAt, std::int32_t{7}),
                                     With(sound, sound.size() - 3, std::int8_t{9})}) {
    CHECK(produced.CodeFor(damaged) == ErrorCode::kCorruptMessage);
  }
  CHECK(produced.Send(sound).base_offset == 0);
}

TEST_CASE("Records that end early are invalid, also where they are compressed, and damage is not") {
  Produced produced;
  const std::string sound = TwoRecords();
  CHECK(produced.CodeFor(WithCrc(With(sound, sound.size() - 3, std::int8_t{127}))) ==
        ErrorCode::kInvalidRecord);
  const std::string packed = TwoRecords({.compression = Compression::kGzip});
  std::string three = With(packed, record::kLastOffsetDeltaAt, std::int32_t{2});
  three = WithCrc(With(std::move(three), record::kRecordCountAt, std::int32_t{3}));
  CHECK(produced.CodeFor(three) == ErrorCode::kInvalidRecord);
  CHECK(produced.CodeFor(WithCrc(With(packed, packed.size() - 12, std::int32_t{0}))) ==
        ErrorCode::kCorruptMessage);
  CHECK(produced.Send(packed).base_offset == 0);
}

TEST_CASE("A batch that a producer begins at another offset than 0 is refused") {
  Produced produced;
  for (const std::int64_t offset : {5, -5}) {
    const Answered answered = produced.Send(With(TwoRecords(), record::kBaseOffsetAt, offset));
    CHECK(answered.error_code == ErrorCode::kInvalidRecord);
    CHECK(answered.record_errors.empty());
  }
  // The engine's own callers may hand on what another log had.
  const auto state = (*produced.node().engine().FindTopic("orders"))->OpenPartition(0);
  auto partition = PartitionAccess::Make(*state);
  CHECK(partition.AppendBatch(With(TwoRecords(), record::kBaseOffsetAt, std::int64_t{5})).ok());
}

TEST_CASE("Records without a key that a compacted topic refuses are listed, for who reads lists") {
  Produced produced(engine::ConfigMap{{"cleanup.policy", "compact"}});
  const std::string batch =
      Sealed({{.value = "a"}, {.key = "k", .value = "b"}, {.value = "c"}, {.key = "k"}});
  const Answered answered = produced.Send(batch);
  CHECK(answered.error_code == ErrorCode::kInvalidRecord);
  REQUIRE(answered.record_errors.size() == 2);
  CHECK(answered.record_errors[0].batch_index == 0);
  CHECK(answered.record_errors[1].batch_index == 2);
  CHECK(answered.record_errors[1].batch_index_error_message ==
        answered.error_message->substr(answered.error_message->find("a record")));
  CHECK(produced.Send(batch, 7).record_errors.empty());
  CHECK(produced.Send(Sealed({{.key = "k", .value = "v"}})).record_errors.empty());
}

TEST_CASE("Records with timestamps too old or too new are listed, and no more than a thousand") {
  Produced produced(engine::ConfigMap{{"message.timestamp.before.max.ms", "1000"}});
  const std::int64_t now_ms = absl::ToUnixMillis(absl::Now());
  const Answered old = produced.Send(Sealed({{.value = "a", .timestamp_ms = now_ms - 100'000},
                                             {.value = "b", .timestamp_ms = now_ms + 10'000}}));
  CHECK(old.error_code == ErrorCode::kInvalidTimestamp);
  REQUIRE(old.record_errors.size() == 1);
  CHECK(old.record_errors[0].batch_index == 0);
  const Answered young =
      produced.Send(Sealed({{.value = "a", .timestamp_ms = now_ms},
                            {.value = "b", .timestamp_ms = now_ms + 9'000'000}}));
  CHECK(young.error_code == ErrorCode::kInvalidTimestamp);
  REQUIRE(young.record_errors.size() == 1);
  CHECK(young.record_errors[0].batch_index == 1);
  const std::vector<RecordData> many(150, RecordData{.value = "a", .timestamp_ms = 1000});
  CHECK(produced.Send(Sealed(many)).record_errors.size() == 100);
}

}  // namespace
}  // namespace rill::net
