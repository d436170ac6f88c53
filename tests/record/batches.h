#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "catch.h"
#include "record/batch_walker.h"
#include "rill/record_batch.h"

// What the tests of this floor share.
namespace rill::record {

inline constexpr Compression kCodecs[] = {Compression::kNone, Compression::kGzip,
                                          Compression::kSnappy, Compression::kLz4,
                                          Compression::kZstd};

// CRC-32C bit by bit, from the definition: shares nothing with the library that the product uses.
inline std::uint32_t ReferenceCrc32c(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78 : 0);
  }
  return ~crc;
}

// A record that owns what it says.
struct OwnedRecord {
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;
  bool null_key = false;
  bool null_value = false;
  std::string key = {};
  std::string value = {};
  std::vector<std::pair<std::string, std::string>> headers = {};

  friend bool operator==(const OwnedRecord&, const OwnedRecord&) = default;
};

inline OwnedRecord Own(const RecordView& record) {
  OwnedRecord own{.offset = record.offset(),
                  .timestamp_ms = record.timestamp_ms(),
                  .null_key = IsNull(record.key()),
                  .null_value = IsNull(record.value()),
                  .key = std::string(record.key()),
                  .value = std::string(record.value()),
                  .headers = {}};
  for (const Header& header : record.headers()) {
    own.headers.emplace_back(header.name, IsNull(header.value) ? "<null>" : header.value);
  }
  return own;
}

// The records of a sound batch.
inline std::vector<OwnedRecord> ReadRecords(BatchView batch) {
  Codec codec;
  base::Buffer scratch;
  const auto records = UncompressedRecords(batch, codec, scratch);
  REQUIRE(records.ok());
  std::vector<OwnedRecord> read;
  BatchWalker walker(batch, *records);
  while (walker.Next()) read.push_back(Own(walker.record()));
  REQUIRE(walker.status().ok());
  return read;
}

inline BatchView SealAndParse(BatchBuilder& builder) {
  const auto bytes = builder.Seal();
  REQUIRE(bytes.ok());
  const auto batch = ParseBatch(*bytes);
  REQUIRE(batch.ok());
  CHECK(batch->size() == bytes->size());
  CHECK(ValidateBatch(*batch).ToString() == "OK");
  return *batch;
}

// A generator from RILL_SEED, or from the clock of the machine; the seed is shown when a test
// fails.
class SeededRandom {
 public:
  SeededRandom() {
    const char* given = std::getenv("RILL_SEED");
    seed_ = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
    engine_.seed(seed_);
  }
  std::uint64_t seed() const { return seed_; }
  // At most `most`.
  std::uint64_t UpTo(std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(0, most)(engine_);
  }
  bool OneIn(std::uint64_t n) { return UpTo(n - 1) == 0; }
  // Bytes that repeat enough to be compressed, or noise.
  std::string Bytes(std::size_t size) {
    const std::uint64_t letters = OneIn(2) ? 255 : 3;
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(UpTo(letters));
    return bytes;
  }

 private:
  std::uint64_t seed_;
  std::mt19937_64 engine_;
};

}  // namespace rill::record
