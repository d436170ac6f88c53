#include <string>

#include "catch.h"
#include "cli/record_deletion.h"
#include "with_node.h"

// `rill delete-records`, as kafka-delete-records.
namespace rill::cli {
namespace {

TEST_CASE("Records below an offset are deleted, and what fails is told by partition") {
  WithNode node;
  node.Out("topics", "--create --topic orders --partitions 3");
  for (const int partition : {0, 1, 2}) node.Send("orders", partition, 4);
  node.Write("below.json",
             R"({"partitions": [{"topic": "orders", "partition": 0, "offset": 3},
                                {"topic": "orders", "partition": 1, "offset": -1},
                                {"topic": "orders", "partition": 2, "offset": 100}],
                 "version": 1})");
  CHECK(node.Out("delete-records", "--offset-json-file below.json") ==
        "Executing records delete operation\n"
        "Records delete operation completed:\n"
        "partition: orders-0\tlow_watermark: 3\n"
        "partition: orders-1\tlow_watermark: 4\n"
        "partition: orders-2\terror: org.apache.kafka.common.errors.OffsetOutOfRangeException: The "
        "requested offset is not within the range of offsets maintained by the server.\n");
  CHECK(node.Out("get-offsets", "--topic orders --time earliest") ==
        "orders:0:3\norders:1:4\norders:2:0\n");
}

TEST_CASE("A file that is none deletes nothing") {
  WithNode node;
  node.Write("bad.json", "nope");
  const Ran ran = node.Run("delete-records", "--offset-json-file bad.json");
  CHECK(ran.exit_code == 1);
  CHECK(ran.out.empty());
  CHECK(ran.err.starts_with(
      "rill delete-records: bad.json: The input string is not a valid JSON: line 1, column 2: "));
  node.Write("empty.json", "{}");
  CHECK(node.Run("delete-records", "--offset-json-file empty.json").err ==
        "rill delete-records: empty.json: Missing partitions field\n");
  CHECK(node.Run("delete-records", "--offset-json-file none.json").exit_code == 1);
  CHECK(node.Run("delete-records", "")
            .err.starts_with("Missing required argument \"[offset-json-file]\"\n"));
}

TEST_CASE("A topic that is not there is named") {
  WithNode node;
  node.Out("topics", "--create --topic orders");
  node.Write("below.json",
             R"({"partitions": [{"topic": "orders", "partition": 0, "offset": 0},
                                {"topic": "nope", "partition": 0, "offset": 0}]})");
  const Ran ran = node.Run("delete-records", "--offset-json-file below.json");
  CHECK(ran.exit_code == 1);
  CHECK(ran.out == "Executing records delete operation\n");
  CHECK(ran.err ==
        "rill delete-records: there is no topic nope: This server does not host this "
        "topic-partition.\n");
}

TEST_CASE("What the file lacks, or has too much of, is named") {
  const struct {
    const char* text;
    const char* told;
  } cases[] = {
      {"", "The input string is not a valid JSON: line 1, column 1: "},
      {"{\n  \"partitions\": [,]}", "The input string is not a valid JSON: line 2, column 18: "},
      {R"({"version": 1e999})", "The input string is not a valid JSON: number overflow"},
      {"[]", "Expected JSON object"},
      {"{}", "Missing partitions field"},
      {R"({"version": 2, "partitions": []})", "Not supported version field value 2"},
      {R"({"version": "1", "partitions": []})", "`version` is no number"},
      {R"({"partitions": {}})", "Expected JSON array"},
      {R"({"partitions": [1]})", "Expected JSON object"},
      {R"({"partitions": [{"partition": 0, "offset": 1}]})", "No such field exists: `topic`"},
      {R"({"partitions": [{"topic": 1, "partition": 0, "offset": 1}]})", "`topic` is no text"},
      {R"({"partitions": [{"topic": "a", "offset": 1}]})", "No such field exists: `partition`"},
      {R"({"partitions": [{"topic": "a", "partition": 4294967296, "offset": 1}]})",
       "`partition` is no number up to 2147483647"},
      {R"({"partitions": [{"topic": "a", "partition": -1, "offset": 1}]})", "cannot be -1"},
      {R"({"partitions": [{"topic": "a", "partition": 0, "offset": 1.5}]})",
       "`offset` is no number"},
      {R"({"partitions": [{"topic": "a", "partition": 0, "offset": 18446744073709551615}]})",
       "`offset` is no number"},
      {R"({"partitions": [{"topic": "a", "partition": 0, "offset": 1},
                          {"topic": "a", "partition": 0, "offset": 2}]})",
       "duplicate topic partitions: a-0"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.text);
    const auto parsed = ParseRecordDeletion(one.text);
    CHECK(parsed.status().code() == absl::StatusCode::kInvalidArgument);
    CAPTURE(std::string(parsed.status().message()));
    CHECK(Contains(std::string(parsed.status().message()), one.told));
  }
  const auto parsed =
      ParseRecordDeletion(R"({"partitions": [{"topic": "a", "partition": 0, "offset": -1}]})");
  REQUIRE(parsed.ok());
  CHECK(parsed->at({"a", 0}) == -1);
}

TEST_CASE("What is nested deeply is refused, whole or broken, and takes no stack for that") {
  const std::string open(100000, '[');
  const std::string objects = [] {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += R"({"partitions":)";
    return text;
  }();
  for (const std::string& text : {open + std::string(open.size(), ']'), open, objects}) {
    const auto parsed = ParseRecordDeletion(text);
    CHECK(parsed.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(parsed.status().message() == "The JSON is nested more than 64 levels deep");
  }
  // As deep as may be: refused for what it is.
  const auto parsed = ParseRecordDeletion(std::string(64, '[') + "1" + std::string(64, ']'));
  CHECK(Contains(std::string(parsed.status().message()), "Expected JSON object"));
  CHECK(ParseRecordDeletion(std::string(65, '[') + std::string(65, ']')).status().message() ==
        "The JSON is nested more than 64 levels deep");
}

TEST_CASE("A string that is not closed is not told as a whole") {
  const auto parsed = ParseRecordDeletion("{\"" + std::string(1000000, 'x'));
  CHECK(Contains(std::string(parsed.status().message()), "line 1, column "));
  CHECK(parsed.status().message().size() < 300);
}

}  // namespace
}  // namespace rill::cli
