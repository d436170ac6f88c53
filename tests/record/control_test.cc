#include "record/control.h"

#include <string>

#include "batches.h"
#include "catch.h"
#include "rill/error.h"

namespace rill::record {
namespace {

using namespace std::string_view_literals;

std::string_view Bytes(const auto& array) { return {array.data(), array.size()}; }

TEST_CASE("control record keys are a version and a type") {
  CHECK((Bytes(EncodeControlKey(ControlType::kAbort)) == "\0\0\0\0"sv));
  CHECK((Bytes(EncodeControlKey(ControlType::kCommit)) == "\0\0\0\1"sv));
  CHECK((Bytes(EncodeControlKey(ControlType::kKraftVoters)) == "\0\0\0\6"sv));
  for (int type = 0; type <= 6; ++type) {
    const auto decoded = DecodeControlKey(Bytes(EncodeControlKey(static_cast<ControlType>(type))));
    CHECK(*decoded == static_cast<ControlType>(type));
    CHECK(ControlTypeName(*decoded) != std::string("UNKNOWN"));
  }
}

TEST_CASE("control records of later versions and types are read as far as they are known") {
  CHECK(*DecodeControlKey("\0\5\0\1more"sv) == ControlType::kCommit);
  CHECK(*DecodeControlKey("\0\0\0\7"sv) == ControlType::kUnknown);
  CHECK(*DecodeControlKey("\0\0\xff\xff"sv) == ControlType::kUnknown);
  CHECK(*DecodeEndTxnMarker("\0\1\0\0\0\x09more"sv) == 9);
}

TEST_CASE("short or negative control records are corrupt") {
  for (const std::string_view key : {""sv, "\0"sv, "\0\0\0"sv, "\xff\xff\0\0"sv}) {
    CHECK(DecodeControlKey(key).status().code() == absl::StatusCode::kDataLoss);
  }
  CHECK_FALSE(DecodeControlKey(std::string_view()).ok());
  for (const std::string_view value : {""sv, "\0\0\0\0\0"sv, "\xff\xff\0\0\0\0"sv}) {
    const auto decoded = DecodeEndTxnMarker(value);
    CHECK(decoded.status().code() == absl::StatusCode::kDataLoss);
    CHECK(GetErrorCode(decoded.status()) == ErrorCode::kCorruptMessage);
  }
}

TEST_CASE("a transaction marker goes through a control batch") {
  for (const std::int32_t epoch : {0, 12, -1, INT32_MAX}) {
    BatchBuilder builder(
        {.producer_id = 5, .producer_epoch = 2, .is_transactional = true, .is_control = true});
    const ControlKey key = EncodeControlKey(ControlType::kCommit);
    const EndTxnMarkerValue value = EncodeEndTxnMarker(epoch);
    REQUIRE(builder.Append({.key = Bytes(key), .value = Bytes(value), .timestamp_ms = 1}).ok());
    const BatchView batch = SealAndParse(builder);
    CHECK(batch.is_control());
    const auto records = ReadRecords(batch);
    REQUIRE(records.size() == 1);
    CHECK(*DecodeControlKey(records[0].key) == ControlType::kCommit);
    CHECK(*DecodeEndTxnMarker(records[0].value) == epoch);
  }
}

}  // namespace
}  // namespace rill::record
