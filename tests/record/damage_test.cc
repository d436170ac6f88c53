#include <zlib.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "batches.h"
#include "catch.h"
#include "record/layout.h"
#include "rill/error.h"
#include "rill/record_batch.h"

namespace rill::record {
namespace {

std::string SmallBatch(Compression codec) {
  BatchBuilder builder({.compression = codec, .base_offset = 5, .partition_leader_epoch = 1});
  const Header headers[] = {{"h", "v"}};
  REQUIRE(builder.Append({.key = "key", .value = "value", .timestamp_ms = 1000}).ok());
  REQUIRE(builder.Append({.key = "other", .headers = headers, .timestamp_ms = 900}).ok());
  return std::string(*builder.Seal());
}

// On the heap to the byte, so that AddressSanitizer sees a read past the end.
struct Exact {
  explicit Exact(std::string_view bytes) : data(new char[bytes.size()]), size(bytes.size()) {
    std::memcpy(data.get(), bytes.data(), size);
  }
  std::string_view view() const { return {data.get(), size}; }
  std::unique_ptr<char[]> data;
  std::size_t size;
};

absl::Status ParseAndValidate(std::string_view bytes) {
  const Exact exact(bytes);
  const auto batch = ParseBatch(exact.view());
  return batch.ok() ? ValidateBatch(*batch) : batch.status();
}

// The CRC put right, so that what is behind it gets looked at.
void FixCrc(std::string& bytes) {
  base::StoreBigEndian(bytes.data() + kCrcAt,
                       base::Crc32c(std::string_view(bytes).substr(kAttributesAt)));
}

template <typename T>
absl::Status WithField(std::string bytes, std::size_t at, T value) {
  base::StoreBigEndian(bytes.data() + at, value);
  FixCrc(bytes);
  return ParseAndValidate(bytes);
}

// The fields outside the CRC whose damage only what stands around the batch can show.
bool IsUnguarded(std::size_t at) {
  return at < kBatchLengthAt || (at >= kPartitionLeaderEpochAt && at < kMagicAt);
}

TEST_CASE("every flipped bit is noticed, but in the base offset and the leader epoch") {
  for (const Compression codec : kCodecs) {
    const std::string sound = SmallBatch(codec);
    for (std::size_t at = 0; at < sound.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        INFO(CompressionName(codec) << ", byte " << at << ", bit " << bit);
        std::string damaged = sound;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
        const absl::Status status = ParseAndValidate(damaged);
        const bool negative_offset = at == 0 && bit == 7;
        CHECK(status.ok() == (IsUnguarded(at) && !negative_offset));
        if (!status.ok()) CHECK(GetErrorCode(status) != ErrorCode::kUnknownServerError);
      }
    }
  }
}

TEST_CASE("every truncation is told as bytes that end too early") {
  for (const Compression codec : kCodecs) {
    const std::string sound = SmallBatch(codec);
    for (std::size_t size = 0; size < sound.size(); ++size) {
      const Exact exact(std::string_view(sound).substr(0, size));
      const auto batch = ParseBatch(exact.view());
      CHECK(batch.status().code() == absl::StatusCode::kOutOfRange);
      CHECK(GetErrorCode(batch.status()) == ErrorCode::kCorruptMessage);
    }
  }
}

TEST_CASE("a batch whose length was cut to fit its bytes is not taken for sound") {
  for (const Compression codec : kCodecs) {
    const std::string sound = SmallBatch(codec);
    for (std::size_t size = 17; size < sound.size(); ++size) {
      std::string cut = sound.substr(0, size);
      base::StoreBigEndian(cut.data() + kBatchLengthAt, static_cast<std::int32_t>(size - 12));
      if (size > kAttributesAt) FixCrc(cut);
      INFO(CompressionName(codec) << ", " << size << " bytes");
      CHECK(ParseAndValidate(cut).code() == absl::StatusCode::kDataLoss);
    }
  }
}

TEST_CASE("what follows a batch does not matter") {
  const std::string two = SmallBatch(Compression::kNone) + SmallBatch(Compression::kLz4);
  const auto first = ParseBatch(two);
  REQUIRE(first.ok());
  CHECK(ValidateBatch(*first).ok());
  const auto second = ParseBatch(std::string_view(two).substr(first->size()));
  REQUIRE(second.ok());
  CHECK(second->compression() == Compression::kLz4);
}

TEST_CASE("message formats 0 and 1 are named and refused, and known by their checksum") {
  for (const char magic : {'\0', '\1'}) {
    // offset, length, CRC, magic, attributes, [timestamp], null key, value "x"
    std::string message(12 + 4, '\0');
    message += magic;
    message += '\0';
    if (magic == 1) message += std::string(8, '\0');
    message += std::string("\xff\xff\xff\xff\0\0\0\1x", 9);
    base::StoreBigEndian(message.data() + 8, static_cast<std::int32_t>(message.size() - 12));
    message[7] = 42;
    CHECK(ParseBatch(message).status().code() == absl::StatusCode::kDataLoss);
    base::StoreBigEndian(
        message.data() + 12,
        static_cast<std::uint32_t>(
            crc32_z(0, reinterpret_cast<const Bytef*>(message.data() + 16), message.size() - 16)));
    const auto batch = ParseBatch(message);
    CHECK(batch.status().code() == absl::StatusCode::kUnimplemented);
    CHECK(GetErrorCode(batch.status()) == ErrorCode::kUnsupportedForMessageFormat);
    CHECK(std::string(batch.status().message()).find("offset 42") != std::string::npos);
  }
}

TEST_CASE("an unknown format is corruption") {
  for (const int magic : {3, 127, -1}) {
    std::string bytes = SmallBatch(Compression::kNone);
    bytes[kMagicAt] = static_cast<char>(magic);
    CHECK(ParseBatch(bytes).status().code() == absl::StatusCode::kDataLoss);
  }
}

TEST_CASE("zeros are not a batch, and the stopper of a live log reads as its end") {
  const std::string zeros(4096, '\0');
  CHECK(ParseBatch(zeros).status().code() == absl::StatusCode::kDataLoss);
  std::string stopper = zeros;
  base::StoreBigEndian(stopper.data() + kBatchLengthAt, std::int32_t{0x7fffffff});
  stopper[kMagicAt] = 2;
  CHECK(ParseBatch(stopper).status().code() == absl::StatusCode::kOutOfRange);
}

TEST_CASE("impossible lengths, offsets and counts are refused before anything relies on them") {
  const std::string sound = SmallBatch(Compression::kNone);
  for (const std::int32_t length : {-1, 0, 13, 14, 48, INT32_MIN}) {
    INFO("length " << length);
    std::string bytes = sound;
    base::StoreBigEndian(bytes.data() + kBatchLengthAt, length);
    CHECK(ParseBatch(bytes).status().code() == absl::StatusCode::kDataLoss);
  }
  CHECK(WithField(sound, kBaseOffsetAt, std::int64_t{-1}).code() == absl::StatusCode::kDataLoss);
  CHECK(WithField(sound, kBaseOffsetAt, INT64_MAX).code() == absl::StatusCode::kDataLoss);
  CHECK(WithField(sound, kBaseOffsetAt, INT64_MAX - 1).code() == absl::StatusCode::kDataLoss);
  CHECK(WithField(sound, kBaseOffsetAt, INT64_MAX - 2).ok());
  for (const std::int32_t delta : {-1, 0, INT32_MIN}) {
    CHECK(WithField(sound, kLastOffsetDeltaAt, delta).code() == absl::StatusCode::kDataLoss);
  }
  for (const std::int32_t count : {-1, 0, 1, 3, INT32_MAX, INT32_MIN}) {
    CHECK(WithField(sound, kRecordCountAt, count).code() == absl::StatusCode::kDataLoss);
  }
}

TEST_CASE("a batch may end past its last record, as compaction leaves it") {
  CHECK(WithField(SmallBatch(Compression::kNone), kLastOffsetDeltaAt, std::int32_t{9}).ok());
}

TEST_CASE("a timestamp past the batch's maximum is noticed, unless the log's time holds") {
  const std::string sound = SmallBatch(Compression::kNone);
  CHECK(WithField(sound, kMaxTimestampAt, std::int64_t{999}).code() == absl::StatusCode::kDataLoss);
  std::string stamped = sound;
  base::StoreBigEndian(stamped.data() + kAttributesAt, kLogAppendTimeBit);
  CHECK(WithField(stamped, kMaxTimestampAt, std::int64_t{999}).ok());
}

TEST_CASE("codecs without a meaning are refused, attribute bits without one are ignored") {
  const std::string sound = SmallBatch(Compression::kNone);
  for (const int codec : {5, 6, 7}) {
    const absl::Status status = WithField(sound, kAttributesAt, static_cast<std::int16_t>(codec));
    CHECK(status.code() == absl::StatusCode::kDataLoss);
    CHECK(std::string(status.message()).find(std::to_string(codec)) != std::string::npos);
  }
  CHECK(WithField(sound, kAttributesAt, std::int16_t{0x7f80}).ok());
}

// One record, whose bytes behind its length are `body`.
absl::Status ValidateRecord(std::string_view body) {
  std::string bytes = SmallBatch(Compression::kNone).substr(0, kBatchHeaderSize);
  bytes += static_cast<char>(body.size() * 2);
  bytes += body;
  base::StoreBigEndian(bytes.data() + kBatchLengthAt, static_cast<std::int32_t>(bytes.size() - 12));
  base::StoreBigEndian(bytes.data() + kRecordCountAt, std::int32_t{1});
  FixCrc(bytes);
  return ParseAndValidate(bytes);
}

TEST_CASE("records with impossible fields are refused") {
  using namespace std::string_view_literals;
  // attributes, timestamp delta, offset delta, key, value, headers
  CHECK(ValidateRecord("\0\0\0\1\1\0"sv).ok());
  CHECK(ValidateRecord("\0\0\0\2k\2v\0"sv).ok());
  CHECK(ValidateRecord("\0\0\x02\x02k\x02v\x02\x02h\x01"sv).ok());
  const std::string_view bad[] = {
      "\0\0\0\1\1\0\0"sv,       // a byte behind the headers
      "\0\0\0\1\1"sv,           // no header count
      "\0\0\0\3\1\0"sv,         // key of -2 bytes
      "\0\0\0\1\3\0"sv,         // value of -2 bytes
      "\0\0\0\x7e\1\0"sv,       // a key past the record
      "\0\0\0\1\x7e\0"sv,       // a value past the record
      "\0\0\0\1\1\1"sv,         // -1 headers
      "\0\0\0\1\1\2"sv,         // a header that is not there
      "\0\0\0\1\1\2\2h"sv,      // a header without a value
      "\0\0\0\1\1\2\1\1"sv,     // a header without a name
      "\0\0\0\1\1\x7e\2h\1"sv,  // more headers than fit
      "\0\0\1\1\1\0"sv,         // offset delta -1
      "\0\0\4\1\1\0"sv,         // an offset past the batch's last
      "\0\2\0\1\1\0"sv,         // a timestamp past the batch's maximum
      "\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\1\1\0"sv,  // an over-long number
      "\0\0\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1\1\1\0"sv,      // an offset that wraps around
  };
  for (const std::string_view body : bad) {
    INFO("the case at " << &body - bad);
    CHECK(ValidateRecord(body).code() == absl::StatusCode::kDataLoss);
  }
}

TEST_CASE("offsets that do not rise are refused") {
  std::string bytes = SmallBatch(Compression::kNone).substr(0, kBatchHeaderSize);
  for (int i = 0; i < 2; ++i) bytes += std::string("\x0c\0\0\0\1\1\0", 7);
  base::StoreBigEndian(bytes.data() + kBatchLengthAt, static_cast<std::int32_t>(bytes.size() - 12));
  FixCrc(bytes);
  CHECK(ParseAndValidate(bytes).code() == absl::StatusCode::kDataLoss);
}

// With a header each, which keeps the short way of the checks from passing them.
std::string BatchWithHeaders(const std::vector<char>& offset_deltas) {
  std::string bytes = SmallBatch(Compression::kNone).substr(0, kBatchHeaderSize);
  for (const char delta : offset_deltas) {
    bytes += std::string("\x16\0\0", 3) + static_cast<char>(2 * delta);
    bytes += std::string("\2k\2v\2\2h\1", 8);
  }
  const auto count = static_cast<std::int32_t>(offset_deltas.size());
  base::StoreBigEndian(bytes.data() + kBatchLengthAt, static_cast<std::int32_t>(bytes.size() - 12));
  base::StoreBigEndian(bytes.data() + kRecordCountAt, count);
  base::StoreBigEndian(bytes.data() + kLastOffsetDeltaAt, count);
  FixCrc(bytes);
  return bytes;
}

TEST_CASE("behind any number of records with headers, an offset that does not rise is refused") {
  for (char count = 2; count < 10; ++count) {
    CAPTURE(static_cast<int>(count));
    std::vector<char> deltas;
    for (char i = 0; i < count; ++i) deltas.push_back(i);
    CHECK(ParseAndValidate(BatchWithHeaders(deltas)).ok());
    deltas.back() = static_cast<char>(count - 2);
    CHECK(ParseAndValidate(BatchWithHeaders(deltas)).code() == absl::StatusCode::kDataLoss);
  }
}

TEST_CASE("a batch that compaction emptied is sound") {
  for (const Compression codec : kCodecs) {
    std::string bytes = SmallBatch(codec).substr(0, kBatchHeaderSize);
    base::StoreBigEndian(bytes.data() + kBatchLengthAt,
                         static_cast<std::int32_t>(bytes.size() - 12));
    base::StoreBigEndian(bytes.data() + kRecordCountAt, std::int32_t{0});
    FixCrc(bytes);
    CHECK(ParseAndValidate(bytes).ok());
  }
}

TEST_CASE("parsing a record never reads past the end it was given") {
  SeededRandom random;
  INFO("RILL_SEED=" << random.seed());
  for (int i = 0; i < 200'000; ++i) {
    // Mostly small numbers, so that many get past the first field.
    std::string bytes(random.UpTo(40), '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(random.OneIn(6) ? random.UpTo(255) : random.UpTo(12));
    if (!bytes.empty() && random.OneIn(2)) bytes[0] = static_cast<char>(2 * (bytes.size() - 1));
    const Exact exact(bytes);
    RecordView record;
    const char* const end = exact.data.get() + exact.size;
    const char* const next = record.Parse(exact.data.get(), end, INT64_MAX, INT64_MAX);
    if (next == nullptr) continue;
    REQUIRE(next <= end);
    const auto inside = [&](std::string_view field) {
      return IsNull(field) ||
             (field.data() >= exact.data.get() && field.data() + field.size() <= next);
    };
    REQUIRE(inside(record.key()));
    REQUIRE(inside(record.value()));
    for (const Header& header : record.headers()) {
      REQUIRE(inside(header.name));
      REQUIRE(inside(header.value));
    }
    record.headers().Check();
  }
}

}  // namespace
}  // namespace rill::record
