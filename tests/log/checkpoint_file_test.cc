#include "log/checkpoint_file.h"

#include "catch.h"
#include "io/memory_file_system.h"
#include "rill/error.h"

namespace rill::log {
namespace {

constexpr char kText[] = "0\n3\norders 0 1500\norders 1 17\npay.ments_x 12 9223372036854775807\n";

TEST_CASE("An offset checkpoint reads what Kafka writes and writes it back the same") {
  const auto offsets = ParseOffsetCheckpoint(kText, "checkpoint");
  REQUIRE(offsets.ok());
  CHECK(*offsets == OffsetCheckpoint{{{"orders", 0}, 1500},
                                     {{"orders", 1}, 17},
                                     {{"pay.ments_x", 12}, INT64_MAX}});
  CHECK(FormatOffsetCheckpoint(*offsets) == kText);
  CHECK(FormatOffsetCheckpoint({}) == "0\n0\n");
}

TEST_CASE("An empty offset checkpoint, as Kafka makes it before its first write, has no offsets") {
  const auto offsets = ParseOffsetCheckpoint("", "checkpoint");
  REQUIRE(offsets.ok());
  CHECK(offsets->empty());
}

TEST_CASE("Every damage of an offset checkpoint is told with file and line") {
  const struct {
    const char* text;
    const char* told;
  } cases[] = {
      {"1\n0\n", "here/checkpoint, line 1: version \"1\""},
      {"x\n0\n", "here/checkpoint, line 1: version \"x\""},
      {"0", "here/checkpoint, line 2: the number of entries is missing"},
      {"0\n-1\n", "here/checkpoint, line 2: \"-1\" is no number"},
      {"0\n99999999999999999999\n", "here/checkpoint, line 2"},
      {"0\n2\na 0 1\n", "here/checkpoint, line 2: announces 2 entries, 1 are there"},
      {"0\n1\na 0 1\nb 0 1\n", "here/checkpoint, line 2: announces 1 entries, 2 are there"},
      {"0\n1\na 0\n", "here/checkpoint, line 3: \"a 0\" is not \"topic partition offset\""},
      {"0\n1\n 0 1\n", "here/checkpoint, line 3"},
      {"0\n1\na 0 1 \n", "here/checkpoint, line 3"},
      {"0\n1\na -1 1\n", "here/checkpoint, line 3: \"a -1 1\" has no partition number"},
      {"0\n1\na 2147483648 1\n", "has no partition number"},
      {"0\n2\na 0 1\na 1 -1\n", "here/checkpoint, line 4: \"a 1 -1\" has no offset"},
      {"0\n1\na 0 9223372036854775808\n", "has no offset"},
      {"0\n1\na 0 1\x01\n", "line 3: \"a 0 1\\x01\" has no offset"},
      {"0\n1\na 0 1", "here/checkpoint, line 3: is cut off, with no end"},
      {"0\n2\na 0 1\na 0 2\n", "here/checkpoint, line 4: \"a 0 2\" repeats a partition"},
  };
  for (const auto& one : cases) {
    const auto status = ParseOffsetCheckpoint(one.text, "here/checkpoint").status();
    CAPTURE(one.text, status.ToString());
    CHECK(status.code() == absl::StatusCode::kDataLoss);
    CHECK(GetErrorCode(status) == ErrorCode::kKafkaStorageError);
    CHECK(std::string(status.message()).find(one.told) != std::string::npos);
  }
}

TEST_CASE("A checkpoint cut anywhere is damaged") {
  const std::string whole = kText;
  for (std::size_t size = 1; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(ParseOffsetCheckpoint(whole.substr(0, size), "checkpoint").ok());
  }
}

TEST_CASE("A checkpoint file that is missing reads as empty, and a written one as written") {
  const auto memory = io::NewMemoryFileSystem();
  io::FileSystem& files = *memory;
  REQUIRE(files.CreateDirectories("/data").ok());
  const auto missing = ReadOffsetCheckpoint(files, "/data/checkpoint");
  REQUIRE(missing.ok());
  CHECK(missing->empty());

  const OffsetCheckpoint offsets = {{{"a", 0}, 1}};
  REQUIRE(WriteOffsetCheckpoint(files, "/data/checkpoint", {{{"longer-before", 7}, 1234567}}).ok());
  REQUIRE(WriteOffsetCheckpoint(files, "/data/checkpoint", offsets).ok());
  const auto read = ReadOffsetCheckpoint(files, "/data/checkpoint");
  REQUIRE(read.ok());
  CHECK(*read == offsets);
  const auto left = files.List("/data");
  REQUIRE(left.ok());
  CHECK(left->size() == 1);  // no ".tmp" stays behind
}

}  // namespace
}  // namespace rill::log
