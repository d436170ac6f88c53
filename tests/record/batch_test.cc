#include <string>
#include <vector>

#include "catch.h"
#include "rill/error.h"
#include "rill/record_batch.h"

namespace rill {
namespace {

std::vector<RecordView> Walk(BatchView batch) {
  std::vector<RecordView> records;
  const std::string_view area = batch.payload();
  const char* p = area.data();
  const char* const end = p + area.size();
  while (p != end) {
    RecordView record;
    p = record.Parse(p, end, batch.base_offset(), batch.base_timestamp_ms());
    REQUIRE(p != nullptr);
    records.push_back(record);
  }
  return records;
}

TEST_CASE("what was appended to a batch is read back") {
  BatchBuilder builder({.base_offset = 1000, .partition_leader_epoch = 7});
  const Header headers[] = {{"trace", "abc"}, {"", std::string_view()}, {"trace", ""}};
  REQUIRE(builder.Append({.key = "k1", .value = "v1", .timestamp_ms = 50}).ok());
  REQUIRE(builder.Append({.value = "v2", .headers = headers, .timestamp_ms = 40}).ok());
  REQUIRE(builder.Append({.key = "", .timestamp_ms = 60}).ok());
  const auto bytes = builder.Seal();
  REQUIRE(bytes.ok());
  const auto batch = ParseBatch(*bytes);
  REQUIRE(batch.ok());
  CHECK(ValidateBatch(*batch).ToString() == "OK");
  CHECK(batch->size() == bytes->size());
  CHECK(batch->base_offset() == 1000);
  CHECK(batch->next_offset() == 1003);
  CHECK(batch->partition_leader_epoch() == 7);
  CHECK(batch->max_timestamp_ms() == 60);
  const auto records = Walk(*batch);
  REQUIRE(records.size() == 3);
  CHECK(records[0].key() == "k1");
  CHECK(records[0].value() == "v1");
  CHECK(records[0].timestamp_ms() == 50);
  CHECK(records[1].timestamp_ms() == 40);
  CHECK(IsNull(records[1].key()));
  CHECK(records[1].headers().size() == 3);
  CHECK(records[1].headers().Last("trace").empty());
  CHECK_FALSE(IsNull(records[1].headers().Last("trace")));
  CHECK(records[2].offset() == 1002);
  CHECK_FALSE(IsNull(records[2].key()));
  CHECK(IsNull(records[2].value()));
}

}  // namespace
}  // namespace rill
