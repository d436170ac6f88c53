#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/crc32c.h"
#include "batches.h"
#include "catch.h"
#include "record/control.h"
#include "rill/error.h"

// Reads the segments that an Apache Kafka broker wrote and says what is in them in the words of
// tests/data/golden/README.md; the expected.txt beside them is what Kafka's own classes say.
namespace rill::record {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = RILL_GOLDEN_FOLDER;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

std::string Shown(std::string_view bytes) {
  if (IsNull(bytes)) return "null";
  if (bytes.size() > 200) return fmt::format("long/{}/{:08x}", bytes.size(), base::Crc32c(bytes));
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

const char* Shown(TimestampType type) {
  return type == TimestampType::kCreateTime ? "CreateTime" : "LogAppendTime";
}

std::string BatchLine(BatchView batch, std::size_t position) {
  return fmt::format(
      "batch base_offset={} last_offset={} count={} position={} size={} codec={} type={} "
      "max_timestamp={} producer_id={} producer_epoch={} base_sequence={} leader_epoch={} "
      "transactional={} control={} delete_horizon={} crc={}\n",
      batch.base_offset(), batch.last_offset(), batch.record_count(), position, batch.size(),
      CompressionName(batch.compression()), Shown(batch.timestamp_type()), batch.max_timestamp_ms(),
      batch.producer_id(), batch.producer_epoch(), batch.base_sequence(),
      batch.partition_leader_epoch(), batch.is_transactional(), batch.is_control(),
      batch.has_delete_horizon() ? std::to_string(batch.base_timestamp_ms()) : "none", batch.crc());
}

std::string RecordLine(BatchView batch, const RecordView& record) {
  std::string line =
      fmt::format("record offset={} timestamp={} type={} key={} value={}", record.offset(),
                  record.timestamp_ms(), Shown(batch.timestamp_type()), Shown(record.key()),
                  Shown(record.value()));
  for (const Header& header : record.headers()) {
    line += fmt::format(" header={}:{}", Shown(header.name), Shown(header.value));
  }
  if (batch.is_control()) {
    const auto type = DecodeControlKey(record.key());
    REQUIRE(type.ok());
    line += fmt::format(" control={}", ControlTypeName(*type));
    if (*type == ControlType::kAbort || *type == ControlType::kCommit) {
      line += fmt::format(" coordinator_epoch={}", *DecodeEndTxnMarker(record.value()));
    }
  }
  return line + "\n";
}

std::string Describe(std::string_view segment) {
  std::string text;
  Codec codec;
  base::Buffer scratch;
  for (std::size_t position = 0; position < segment.size();) {
    const auto batch = ParseBatch(segment.substr(position));
    REQUIRE(batch.ok());
    CHECK(ValidateBatch(*batch).ToString() == "OK");
    text += BatchLine(*batch, position);
    const auto records = UncompressedRecords(*batch, codec, scratch);
    REQUIRE(records.ok());
    BatchWalker walker(*batch, *records);
    while (walker.Next()) text += RecordLine(*batch, walker.record());
    REQUIRE(walker.status().ok());
    position += batch->size();
  }
  return text;
}

// The lines of `expected.txt` about a log, without those about other files.
std::string ExpectedOf(const std::string& text, const std::string& log) {
  std::istringstream lines(text);
  std::string expected;
  bool wanted = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("log ")) wanted = line == "log " + log;
    if (wanted && (line.starts_with("batch ") || line.starts_with("record "))) {
      expected += line + "\n";
    }
  }
  return expected;
}

TEST_CASE("every batch and record that a Kafka broker wrote is read as Kafka reads it") {
  int logs = 0;
  for (const auto& entry : fs::directory_iterator(kGolden)) {
    if (!fs::exists(entry.path() / "expected.txt")) continue;
    const std::string expected = ReadFile(entry.path() / "expected.txt");
    for (const auto& file : fs::recursive_directory_iterator(entry.path())) {
      if (file.path().extension() != ".log") continue;
      INFO(file.path().lexically_relative(kGolden).string());
      CHECK(Describe(ReadFile(file.path())) == ExpectedOf(expected, file.path().filename()));
      ++logs;
    }
  }
  CHECK(logs >= 25);
}

TEST_CASE("the formats of old brokers are refused by name") {
  for (const int format : {0, 1}) {
    const auto file = fmt::format("damaged/format-{}-0/00000000000000000000.log", format);
    const auto batch = ParseBatch(ReadFile(kGolden / file));
    CHECK(GetErrorCode(batch.status()) == ErrorCode::kUnsupportedForMessageFormat);
    CHECK(std::string(batch.status().message()).find(fmt::format("format {}", format)) !=
          std::string::npos);
  }
}

}  // namespace
}  // namespace rill::record
