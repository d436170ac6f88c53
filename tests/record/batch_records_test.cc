#include "rill/batch_records.h"

#include <string>
#include <vector>

#include "catch.h"
#include "rill/error.h"

namespace rill {
namespace {

std::string BatchOf(Compression compression, int records) {
  BatchBuilder builder({.compression = compression});
  for (int i = 0; i < records; ++i) {
    REQUIRE(builder.Append({.key = std::to_string(i), .value = "value", .timestamp_ms = i}).ok());
  }
  return std::string(builder.Seal().value());
}

TEST_CASE("Each record of a batch is visited in order, whatever it is compressed by") {
  for (const Compression compression :
       {Compression::kNone, Compression::kGzip, Compression::kSnappy, Compression::kLz4,
        Compression::kZstd}) {
    const std::string bytes = BatchOf(compression, 3);
    std::vector<std::string> seen;
    CHECK(ForEachRecord(ParseBatch(bytes).value(), [&](const RecordView& record) {
            CHECK(record.offset() == static_cast<std::int64_t>(seen.size()));
            seen.push_back(std::string(record.key()) + std::string(record.value()));
            return absl::OkStatus();
          }).ok());
    CHECK(seen == std::vector<std::string>{"0value", "1value", "2value"});
  }
}

TEST_CASE("A visit that fails ends the walk, and its status is returned") {
  const std::string bytes = BatchOf(Compression::kNone, 3);
  int visited = 0;
  const auto refused = absl::PermissionDeniedError("not this one");
  CHECK(ForEachRecord(ParseBatch(bytes).value(), [&](const RecordView&) {
          return ++visited == 2 ? refused : absl::OkStatus();
        }) == refused);
  CHECK(visited == 2);
}

TEST_CASE("Records that are damaged, or larger than is wanted, are a status") {
  const auto visit = [](const RecordView&) { return absl::OkStatus(); };
  std::string damaged = BatchOf(Compression::kGzip, 3);
  damaged[61] = static_cast<char>(damaged[61] ^ 0x55);  // the first of gzip
  CHECK(absl::IsDataLoss(ForEachRecord(ParseBatch(damaged).value(), visit)));
  const std::string sound = BatchOf(Compression::kZstd, 1000);
  CHECK(absl::IsResourceExhausted(ForEachRecord(ParseBatch(sound).value(), visit, 100)));
}

}  // namespace
}  // namespace rill
