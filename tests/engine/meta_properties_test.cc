#include "engine/meta_properties.h"

#include "catch.h"
#include "io/memory_file_system.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

constexpr char kText[] =
    "#\n#Mon Nov 23 00:46:55 UTC 2026\nnode.id=1\ndirectory.id=JyB8wCJSjr0G4KlwjaDOpw\nversion=1\n"
    "cluster.id=cmlsbC1vcmFjbGUtMDAwMQ\n";

TEST_CASE("The properties that Kafka wrote are read") {
  const auto meta = ParseMetaProperties(kText, "meta.properties");
  REQUIRE(meta.ok());
  CHECK(meta->cluster_id == "cmlsbC1vcmFjbGUtMDAwMQ");
  CHECK(meta->directory_id == "JyB8wCJSjr0G4KlwjaDOpw");
  CHECK(meta->node_id == 1);
  CHECK(ParseMetaProperties("version = 1\r\n!x\ncluster.id=a b\nnode.id=7\n\n"
                            "directory.id=JyB8wCJSjr0G4KlwjaDOpw",
                            "m")
            ->cluster_id == "a b");
}

TEST_CASE("Properties are made once and found again") {
  const auto files = io::NewMemoryFileSystem();
  REQUIRE(files->CreateDirectories("/data").ok());
  const auto made = LoadMetaProperties(*files, "/data");
  REQUIRE(made.ok());
  CHECK(made->cluster_id.size() == 22);
  const auto found = LoadMetaProperties(*files, "/data");
  REQUIRE(found.ok());
  CHECK(found->cluster_id == made->cluster_id);
  CHECK(found->directory_id == made->directory_id);
  CHECK(found->node_id == made->node_id);
}

TEST_CASE("A new folder takes the node's number that is given, and keeps it") {
  const auto files = io::NewMemoryFileSystem();
  REQUIRE(files->CreateDirectories("/data").ok());
  CHECK(LoadMetaProperties(*files, "/data", 7)->node_id == 7);
  CHECK(LoadMetaProperties(*files, "/data", 7)->node_id == 7);
  CHECK(LoadMetaProperties(*files, "/data")->node_id == 7);
  const auto refused = LoadMetaProperties(*files, "/data", 8).status();
  CHECK(refused.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(GetErrorCode(refused) == ErrorCode::kInvalidConfig);
  CHECK(std::string(refused.message()) ==
        "/data/meta.properties is of node 7, and node.id is 8: leave it out or give 7, or give "
        "another folder");
  CHECK(LoadMetaProperties(*files, "/data")->node_id == 7);
}

TEST_CASE("Damaged properties are refused with the file and what is wrong") {
  const std::string rest = "cluster.id=x\ndirectory.id=JyB8wCJSjr0G4KlwjaDOpw\n";
  for (const auto& [text, told] : std::vector<std::pair<std::string, std::string>>{
           {"", "meta.properties: has no version"},
           {"version\n", "meta.properties: line 1 is not \"name=value\""},
           {"version=1\nversion=1\n", "meta.properties: line 2 repeats a name"},
           {"version=1\n", "meta.properties: has no cluster.id"},
           {"version=1\n" + rest, "meta.properties: has no node.id"},
           {"version=1\nnode.id=-1\n" + rest, "meta.properties: has no node.id"},
           {"version=1\nnode.id=1\ncluster.id=x\n", "meta.properties: has no directory.id"},
           {"version=1\nnode.id=1\ncluster.id=x\ndirectory.id=AAAAAAAAAAAAAAAAAAAAAA\n",
            "meta.properties: has no directory.id"}}) {
    const auto status = ParseMetaProperties(text, "meta.properties").status();
    CAPTURE(text);
    CHECK(status.code() == absl::StatusCode::kDataLoss);
    CHECK(std::string(status.message()).find(told) == 0);
  }
  CHECK(ParseMetaProperties("version=0\nbroker.id=1\n", "m").status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace rill::engine
