#include "log/partition_metadata.h"

#include "catch.h"
#include "io/memory_file_system.h"

namespace rill::log {
namespace {

constexpr char kText[] = "version: 0\ntopic_id: Hq1Y6xyTRkaSaMQp0HGqeA";

TEST_CASE("A partition's metadata is stored as Kafka stores it and read back") {
  CHECK(FormatPartitionMetadata({"Hq1Y6xyTRkaSaMQp0HGqeA"}) == kText);
  const auto memory = io::NewMemoryFileSystem();
  io::FileSystem& files = *memory;
  CHECK(absl::IsNotFound(ReadPartitionMetadata(files, "/partition.metadata").status()));
  REQUIRE(WritePartitionMetadata(files, "/partition.metadata", {"Hq1Y6xyTRkaSaMQp0HGqeA"}).ok());
  CHECK(ReadPartitionMetadata(files, "/partition.metadata")->topic_id == "Hq1Y6xyTRkaSaMQp0HGqeA");
}

TEST_CASE("A newline at the end of a partition's metadata is no damage") {
  CHECK(ParsePartitionMetadata(std::string(kText) + "\n", "file").ok());
}

TEST_CASE("Damaged partition metadata is told with file and line") {
  for (const char* text : {"", "version: 1\ntopic_id: Hq1Y6xyTRkaSaMQp0HGqeA", "version:0\n"}) {
    const auto status = ParsePartitionMetadata(text, "file").status();
    CAPTURE(text);
    CHECK(status.code() == absl::StatusCode::kDataLoss);
    CHECK(std::string(status.message()).find("file, line 1") == 0);
  }
  for (const char* text :
       {"version: 0", "version: 0\n", "version: 0\ntopic_id: ", "version: 0\ntopic_id: short",
        "version: 0\ntopic_id: Hq1Y6xyTRkaSaMQp0HGqe+", "version: 0\nid: Hq1Y6xyTRkaSaMQp0HGqeA",
        "version: 0\ntopic_id: Hq1Y6xyTRkaSaMQp0HGqeA\nmore"}) {
    const auto status = ParsePartitionMetadata(text, "file").status();
    CAPTURE(text);
    CHECK(status.code() == absl::StatusCode::kDataLoss);
    CHECK(std::string(status.message()).find("file, line 2") == 0);
  }
}

}  // namespace
}  // namespace rill::log
