#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "catch.h"
#include "fmt/format.h"
#include "json_rows.h"
#include "rill/record_batch.h"
#include "run_command.h"

// What `rill dump-log --json` prints.
namespace rill::cli {
namespace {

using std::string_view_literals::operator""sv;

constexpr char kLog[] = "00000000000000000000.log";

std::string Batch(RecordData record, BatchOptions options = {}) {
  BatchBuilder builder(options);
  record.timestamp_ms = 1000;
  REQUIRE(builder.Append(record).ok());
  return std::string(builder.Seal().value());
}

std::vector<JsonRow> Dump(DumpFolder& folder, const std::string& words) {
  const Ran ran = folder.Dump("--json " + words);
  INFO(ran.err);
  CHECK(ran.exit_code == 0);
  return RowsIn(ran.out);
}

// The one record of a log that has this batch.
JsonRow RecordOf(const std::string& batch, const std::string& words = "--print-data-log") {
  DumpFolder folder;
  folder.Write(kLog, batch);
  const auto rows = Dump(folder, words + " --files " + kLog);
  REQUIRE(rows.size() == 2);
  CHECK(rows[1]["type"] == "record");
  return rows[1];
}

TEST_CASE("A batch is an object, and what stands behind the last one is one, too") {
  DumpFolder folder;
  const std::string batch = Batch({.key = "k", .value = "v"});
  folder.Write(kLog, batch + std::string(20, '\1'));
  const auto rows = Dump(folder, std::string("--files ") + kLog);
  REQUIRE(rows.size() == 2);
  CHECK(NamesIn(rows[0]) ==
        "type file baseOffset lastOffset count baseSequence lastSequence producerId producerEpoch "
        "partitionLeaderEpoch isTransactional isControl deleteHorizonMs position timestampType "
        "timestamp size magic compressCodec crc isValid");
  CHECK(rows[0]["type"] == "batch");
  CHECK(rows[0]["file"] == kLog);
  CHECK(rows[0]["count"] == 1);
  CHECK(rows[0]["producerId"] == -1);
  CHECK(rows[0]["deleteHorizonMs"].is_null());
  CHECK(rows[0]["timestampType"] == "CreateTime");
  CHECK(rows[0]["timestamp"] == 1000);
  CHECK(rows[0]["size"] == batch.size());
  CHECK(rows[0]["compressCodec"] == "none");
  CHECK(rows[0]["isValid"] == true);
  CHECK(rows[1].dump() == fmt::format(R"({{"type":"invalidBytes","file":"{}","position":{},)"
                                      R"("size":20}})",
                                      kLog, batch.size()));
}

TEST_CASE("A record is an object, with its key and value on request") {
  const std::string batch = Batch({.key = "k", .value = "v"});
  const JsonRow record = RecordOf(batch);
  CHECK(NamesIn(record) ==
        "type file offset timestampType timestamp keySize valueSize sequence headerKeys key "
        "payload");
  CHECK(record["offset"] == 0);
  CHECK(record["timestamp"] == 1000);
  CHECK(record["keySize"] == 1);
  CHECK(record["key"] == "k");
  CHECK(record["payload"] == "v");
  CHECK_FALSE(RecordOf(batch, "--deep-iteration").contains("key"));
  CHECK(NamesIn(RecordOf(batch, "--print-data-log --skip-record-metadata")) ==
        "type file key payload");
}

TEST_CASE("Bytes that are no UTF-8 stand in base 64 in a field of another name, null as null") {
  const JsonRow record = RecordOf(Batch({.value = "\xff\xfe\0"sv}));
  CHECK(record["key"].is_null());
  CHECK(record["keySize"] == -1);
  CHECK(record["payloadBase64"] == "//4A");
  CHECK_FALSE(record.contains("payload"));
  const JsonRow text = RecordOf(Batch({.key = "", .value = "\u20ac\xef\xbf\xbd\n\0\""sv}));
  CHECK(text["key"] == "");
  CHECK(text["payload"] == std::string("\u20ac\xef\xbf\xbd\n\0\"", 9));
}

TEST_CASE("Decoders of numbers give numbers, that of bytes gives text") {
  const std::string batch = Batch({.key = "\0\0\0\7"sv, .value = "\xff\0"sv});
  const JsonRow record =
      RecordOf(batch,
               "--key-decoder-class org.apache.kafka.tools.api.IntegerDecoder "
               "--value-decoder-class org.apache.kafka.tools.api.DefaultDecoder");
  CHECK(record["key"] == 7);
  CHECK(record["payload"] == "ff00");
}

TEST_CASE("Control records have a type, and what belongs to it") {
  const auto control = [](std::string_view key, std::string_view value) {
    return RecordOf(Batch({.key = key, .value = value}, {.is_control = true}));
  };
  const JsonRow commit = control("\0\0\0\1"sv, "\0\0\0\0\0\7"sv);
  CHECK(commit["controlType"] == "COMMIT");
  CHECK(commit["coordinatorEpoch"] == 7);
  CHECK_FALSE(commit.contains("payload"));
  const JsonRow version = control("\0\0\0\5"sv, "\0\0\0\1\0"sv);
  CHECK(version["controlType"] == "KRAFT_VERSION");
  CHECK(version["data"].dump() == R"({"version":0,"kRaftVersion":1})");
  CHECK(control("\0\0\0\x63"sv, "x"sv)["controlType"] == "UNKNOWN(99)");
}

TEST_CASE("What ends a dump is told on standard error, behind the objects before it") {
  DumpFolder folder;
  const std::string good = Batch({.key = "k", .value = "v"});
  std::string bad = Batch({.key = "k", .value = "v"}, {.base_offset = 1});
  bad[22] = 7;  // a codec that nobody knows
  folder.Write(kLog, good + bad);
  const std::string words = std::string("--deep-iteration --files ") + kLog;
  const Ran text = folder.Dump(words);
  const Ran json = folder.Dump("--json " + words);
  CHECK(json.exit_code == 1);
  CHECK(json.err == text.err);
  CHECK(RowsIn(json.out).size() == 2);
}

TEST_CASE("Index entries, aborted transactions and producers are objects") {
  DumpFolder folder;
  const std::string batch = Batch({.key = "k", .value = "v"});
  folder.Write(kLog, batch);
  folder.Write("00000000000000000000.index", std::string(8, '\0'));
  const auto entries = Dump(folder, "--files 00000000000000000000.index");
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].dump() ==
        R"({"type":"offsetIndexEntry","file":"00000000000000000000.index","offset":0,)"
        R"("position":0})");
  CHECK(Dump(folder, "--index-sanity-check --files 00000000000000000000.index").at(0).dump() ==
        R"({"type":"passedSanityCheck","file":"00000000000000000000.index"})");
  CHECK(Dump(folder, "--verify-index-only --files 00000000000000000000.index").empty());
  const auto aborted = [](char id) {
    std::string entry(34, '\0');
    entry[9] = id;
    return entry;
  };
  folder.Write("3.txnindex", aborted(7) + aborted(8));
  const auto transactions = Dump(folder, "--files 3.txnindex");
  REQUIRE(transactions.size() == 2);
  CHECK(transactions[1].dump() ==
        R"({"type":"abortedTransaction","file":"3.txnindex","version":0,"producerId":8,)"
        R"("firstOffset":0,"lastOffset":0,"lastStableOffset":0})");
}

}  // namespace
}  // namespace rill::cli
