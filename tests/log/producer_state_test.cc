#include "log/producer_state.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "catch.h"
#include "io/memory_file_system.h"
#include "record/control.h"
#include "rill/error.h"

namespace rill::log {
namespace {

constexpr std::int64_t kProducer = 4242;

struct Spec {
  std::int32_t sequence = 0;
  std::int16_t epoch = 0;
  int records = 1;
  std::int64_t offset = 0;
  bool transactional = false;
  std::int64_t producer = kProducer;
  std::int64_t timestamp_ms = 1000;
};

std::string DataBatch(const Spec& spec) {
  BatchOptions options;
  options.base_offset = spec.offset;
  options.producer_id = spec.producer;
  options.producer_epoch = spec.epoch;
  options.base_sequence = spec.sequence;
  options.is_transactional = spec.transactional;
  BatchBuilder builder(options);
  for (int i = 0; i < spec.records; ++i) {
    REQUIRE(builder.Append({.value = "v", .timestamp_ms = spec.timestamp_ms}).ok());
  }
  return std::string(*builder.Seal());
}

std::string Marker(const Spec& spec, bool commit, std::int32_t coordinator_epoch = 0) {
  BatchOptions options;
  options.base_offset = spec.offset;
  options.producer_id = spec.producer;
  options.producer_epoch = spec.epoch;
  options.is_transactional = true;
  options.is_control = true;
  BatchBuilder builder(options);
  const auto key =
      record::EncodeControlKey(commit ? record::ControlType::kCommit : record::ControlType::kAbort);
  const auto value = record::EncodeEndTxnMarker(coordinator_epoch);
  REQUIRE(builder
              .Append({.key = {key.data(), key.size()},
                       .value = {value.data(), value.size()},
                       .timestamp_ms = spec.timestamp_ms})
              .ok());
  return std::string(*builder.Seal());
}

BatchView View(const std::string& bytes) { return *ParseBatch(bytes); }

void Append(ProducerState& state, const Spec& spec) {
  const std::string batch = DataBatch(spec);
  const auto checked = state.Check(View(batch));
  INFO(checked.status().ToString());
  REQUIRE(checked.ok());
  REQUIRE_FALSE(checked->has_value());
  REQUIRE(state.Update(View(batch)).ok());
}

ErrorCode Refusal(const ProducerState& state, const Spec& spec) {
  const std::string batch = DataBatch(spec);
  const auto checked = state.Check(View(batch));
  return checked.ok() ? ErrorCode::kNone : GetErrorCode(checked.status());
}

std::optional<ProducerState::Batch> Duplicate(const ProducerState& state, const Spec& spec) {
  const std::string batch = DataBatch(spec);
  const auto checked = state.Check(View(batch));
  REQUIRE(checked.ok());
  return *checked;
}

TEST_CASE("Batches without a producer id are neither checked nor remembered") {
  ProducerState state("orders-0");
  Append(state, {.sequence = kNoSequence, .epoch = -1, .offset = 7, .producer = kNoProducerId});
  CHECK(state.producer_count() == 0);
  CHECK(state.end_offset() == 8);
}

TEST_CASE("A producer that is not known may begin with any sequence") {
  ProducerState state("orders-0");
  Append(state, {.sequence = 77, .epoch = 3});
  CHECK(state.producer_count() == 1);
}

TEST_CASE("The next sequence is accepted, a gap is not") {
  ProducerState state("orders-0");
  Append(state, {.sequence = 0, .records = 3, .offset = 100});
  CHECK(Refusal(state, {.sequence = 4}) == ErrorCode::kOutOfOrderSequenceNumber);
  CHECK(Refusal(state, {.sequence = 2}) == ErrorCode::kOutOfOrderSequenceNumber);
  Append(state, {.sequence = 3, .records = 2, .offset = 103});
  CHECK(Refusal(state, {.sequence = 4}) == ErrorCode::kOutOfOrderSequenceNumber);
  CHECK(Refusal(state, {.sequence = 5}) == ErrorCode::kNone);
}

TEST_CASE("A repetition of one of the last five batches is answered with its offsets") {
  ProducerState state("orders-0");
  for (int i = 0; i < 6; ++i) {
    Append(state, {.sequence = 2 * i, .records = 2, .offset = 10 + 2 * i});
  }
  for (int i = 1; i < 6; ++i) {
    const auto earlier = Duplicate(state, {.sequence = 2 * i, .records = 2});
    REQUIRE(earlier.has_value());
    CHECK(earlier->first_offset == 10 + 2 * i);
    CHECK(earlier->last_offset == 11 + 2 * i);
    CHECK(earlier->timestamp_ms == 1000);
  }
  // The first is forgotten; the same start with another length is another batch.
  CHECK(Refusal(state, {.sequence = 0, .records = 2}) == ErrorCode::kOutOfOrderSequenceNumber);
  CHECK(Refusal(state, {.sequence = 10, .records = 1}) == ErrorCode::kOutOfOrderSequenceNumber);
}

TEST_CASE("Sequences go on at zero after the largest") {
  ProducerState state("orders-0");
  Append(state, {.sequence = INT32_MAX - 1, .records = 3, .offset = 0});  // MAX-1, MAX, 0
  CHECK(Duplicate(state, {.sequence = INT32_MAX - 1, .records = 3})->last_sequence == 0);
  CHECK(Refusal(state, {.sequence = 2}) == ErrorCode::kOutOfOrderSequenceNumber);
  Append(state, {.sequence = 1, .offset = 3});

  ProducerState edge("orders-1");
  Append(edge, {.sequence = INT32_MAX, .offset = 0});
  Append(edge, {.sequence = 0, .offset = 1});
}

TEST_CASE("An older epoch is fenced, a newer one begins at zero") {
  ProducerState state("orders-0");
  Append(state, {.sequence = 0, .epoch = 5});
  CHECK(Refusal(state, {.sequence = 1, .epoch = 4}) == ErrorCode::kInvalidProducerEpoch);
  CHECK(Refusal(state, {.sequence = 1, .epoch = 6}) == ErrorCode::kOutOfOrderSequenceNumber);
  Append(state, {.sequence = 0, .epoch = 6, .offset = 1});
  CHECK(Refusal(state, {.sequence = 0, .epoch = 5}) == ErrorCode::kInvalidProducerEpoch);
  const auto status = state.Check(View(DataBatch({.sequence = 9, .epoch = 6}))).status();
  CHECK(status.message() ==
        "orders-0: batch of producer 4242, epoch 6, from sequence 9: sequence 1 of epoch 6 comes "
        "next; batches between are missing or were sent twice too late to be remembered");
}

TEST_CASE("A producer id without a sequence or an epoch is refused") {
  ProducerState state("orders-0");
  CHECK(Refusal(state, {.sequence = -1}) == ErrorCode::kInvalidRecord);
  CHECK(Refusal(state, {.sequence = 0, .epoch = -1}) == ErrorCode::kInvalidRecord);
}

TEST_CASE(
    "A transaction holds the stable offset back until its marker is below the high watermark") {
  ProducerState state("orders-0");
  CHECK(state.first_unstable_offset() == std::nullopt);
  Append(state, {.sequence = 0, .records = 2, .offset = 10, .transactional = true});
  Append(state, {.sequence = 0, .offset = 12, .transactional = true, .producer = 7});
  CHECK(state.first_unstable_offset() == 10);
  CHECK(Refusal(state, {.sequence = 2}) == ErrorCode::kInvalidRequest);

  const auto first = state.Update(View(Marker({.offset = 13}, /*commit=*/false)));
  REQUIRE(first.ok());
  REQUIRE(first->has_value());
  CHECK((*first)->producer_id == kProducer);
  CHECK((*first)->first_offset == 10);
  CHECK((*first)->last_offset == 13);
  CHECK((*first)->is_aborted);
  CHECK((*first)->last_stable_offset == 12);
  CHECK(state.first_unstable_offset() == 10);
  state.OnHighWatermark(13);
  CHECK(state.first_unstable_offset() == 10);
  state.OnHighWatermark(14);
  CHECK(state.first_unstable_offset() == 12);

  const auto second = state.Update(View(Marker({.offset = 14, .producer = 7}, /*commit=*/true)));
  REQUIRE(second.ok());
  REQUIRE(second->has_value());
  CHECK_FALSE((*second)->is_aborted);
  CHECK((*second)->last_stable_offset == 15);
  state.OnHighWatermark(15);
  CHECK(state.first_unstable_offset() == std::nullopt);
}

TEST_CASE("A marker without data of its producer completes nothing but fences its epoch") {
  ProducerState state("orders-0");
  const auto marked = state.Update(View(Marker({.epoch = 3}, /*commit=*/true)));
  REQUIRE(marked.ok());
  CHECK_FALSE(marked->has_value());
  CHECK(Refusal(state, {.sequence = 0, .epoch = 2}) == ErrorCode::kInvalidProducerEpoch);
  CHECK(Refusal(state, {.sequence = 0, .epoch = 3}) == ErrorCode::kNone);
}

TEST_CASE("A marker of an older coordinator is refused") {
  ProducerState state("orders-0");
  REQUIRE(state.Update(View(Marker({}, true, /*coordinator_epoch=*/8))).ok());
  CHECK(state.Check(View(Marker({.offset = 1}, true, 8))).ok());
  CHECK(GetErrorCode(state.Check(View(Marker({.offset = 1}, true, 7))).status()) ==
        ErrorCode::kInvalidRequest);
}

TEST_CASE("A control batch that holds no marker is damage") {
  ProducerState state("orders-0");
  BatchOptions options;
  options.producer_id = kProducer;
  options.producer_epoch = 0;
  options.is_control = true;
  BatchBuilder builder(options);
  REQUIRE(builder.Append({.key = "ab", .value = ""}).ok());
  const std::string batch(*builder.Seal());
  CHECK(state.Update(View(batch)).status().code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("Idle producers expire, those in a transaction do not") {
  ProducerState state("orders-0");
  Append(state, {.sequence = 0, .offset = 0, .producer = 1, .timestamp_ms = 1000});
  Append(state, {.sequence = 0, .offset = 1, .producer = 2, .timestamp_ms = 1001});
  Append(state,
         {.sequence = 0, .offset = 2, .transactional = true, .producer = 3, .timestamp_ms = 0});
  state.RemoveExpired(/*now_ms=*/2000, /*expiration_ms=*/1000);
  CHECK(state.producer_count() == 2);
  CHECK(Refusal(state, {.sequence = 9, .producer = 1}) == ErrorCode::kNone);
  CHECK(Refusal(state, {.sequence = 9, .producer = 2}) == ErrorCode::kOutOfOrderSequenceNumber);
}

TEST_CASE("A snapshot has Kafka's bytes") {
  ProducerState state("orders-0");
  Append(state, {.sequence = 5, .epoch = 1, .records = 3, .offset = 16, .timestamp_ms = 258});
  const std::string bytes = state.FormatSnapshot();
  const std::string entries(
      "\0\0\0\1"                           // one entry
      "\0\0\0\0\0\0\x10\x92"               // producer id 4242
      "\0\1"                               // epoch
      "\0\0\0\7"                           // last sequence
      "\0\0\0\0\0\0\0\x12"                 // last offset
      "\0\0\0\2"                           // offset delta
      "\0\0\0\0\0\0\1\2"                   // timestamp
      "\xff\xff\xff\xff"                   // coordinator epoch
      "\xff\xff\xff\xff\xff\xff\xff\xff",  // no transaction
      50);
  std::string expected("\0\1", 2);
  char crc[4];
  base::StoreBigEndian(crc, base::Crc32c(entries));
  expected.append(crc, 4).append(entries);
  CHECK(bytes == expected);
}

TEST_CASE("State comes back from a snapshot with each producer's last batch") {
  ProducerState state("orders-0");
  Append(state, {.sequence = 0, .records = 2, .offset = 0});
  Append(state, {.sequence = 2, .records = 2, .offset = 2});
  Append(state, {.sequence = 0, .offset = 4, .transactional = true, .producer = 9});
  const auto memory = io::NewMemoryFileSystem();
  io::FileSystem& files = *memory;
  REQUIRE(files.CreateDirectories("/orders-0").ok());
  REQUIRE(state.SaveSnapshot(files, "/orders-0", /*sync=*/true).ok());

  ProducerState loaded("orders-0");
  REQUIRE(loaded.LoadSnapshot(files, "/orders-0", 5).ok());
  CHECK(loaded.end_offset() == 5);
  CHECK(loaded.producer_count() == 2);
  CHECK(loaded.first_unstable_offset() == 4);
  CHECK(Duplicate(loaded, {.sequence = 2, .records = 2})->first_offset == 2);
  CHECK(Refusal(loaded, {.sequence = 0, .records = 2}) == ErrorCode::kOutOfOrderSequenceNumber);
  Append(loaded, {.sequence = 4, .offset = 5});
  CHECK(absl::IsNotFound(loaded.LoadSnapshot(files, "/orders-0", 6)));
}

TEST_CASE("A snapshot damaged in any byte or cut anywhere is refused, and changes nothing") {
  ProducerState state("orders-0");
  Append(state, {.sequence = 0, .offset = 0});
  Append(state, {.sequence = 0, .offset = 1, .producer = 8});
  const std::string sound = state.FormatSnapshot();
  ProducerState loaded("orders-0");
  for (std::size_t at = 0; at < sound.size(); ++at) {
    CAPTURE(at);
    std::string flipped = sound;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    CHECK(loaded.ParseSnapshot(flipped, 2, "s").code() == absl::StatusCode::kDataLoss);
    CHECK(loaded.ParseSnapshot(sound.substr(0, at), 2, "s").code() == absl::StatusCode::kDataLoss);
  }
  CHECK(loaded.producer_count() == 0);
  // An entry that the snapshot's own offset contradicts.
  CHECK(loaded.ParseSnapshot(sound, 1, "s").code() == absl::StatusCode::kDataLoss);
  CHECK(loaded.ParseSnapshot(sound, 2, "s").ok());
}

TEST_CASE("Snapshot files carry the offset in twenty digits") {
  CHECK(ProducerSnapshotName(1500) == "00000000000000001500.snapshot");
}

}  // namespace
}  // namespace rill::log
