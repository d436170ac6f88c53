#include <string>

#include "catch.h"
#include "with_node.h"

// `rill get-offsets`, as kafka-get-offsets.
namespace rill::cli {
namespace {

class WithRecords : public WithNode {
 public:
  WithRecords() {
    Out("topics", "--create --topic orders --partitions 2");
    Out("topics", "--create --topic bills");
    Send("orders", 0, 3);
    Send("orders", 1, 1);
  }
};

TEST_CASE("Each partition's end is printed, those of all topics without words") {
  WithRecords node;
  CHECK(node.Out("get-offsets", "--topic orders") == "orders:0:3\norders:1:1\n");
  CHECK(node.Out("get-offsets", "") == "bills:0:0\norders:0:3\norders:1:1\n");
  CHECK(node.Out("get-offsets", "--topic-partitions orders:1,bills") == "bills:0:0\norders:1:1\n");
  CHECK(node.Out("get-offsets", "--topic o.* --partitions 1,5") == "orders:1:1\n");
}

TEST_CASE("A time says which offset, and partitions without one are left out") {
  WithRecords node;
  CHECK(node.Out("get-offsets", "--topic orders --time earliest") == "orders:0:0\norders:1:0\n");
  CHECK(node.Out("get-offsets", "--topic orders --time -1") == "orders:0:3\norders:1:1\n");
  CHECK(node.Out("get-offsets", "--time 0") == "orders:0:0\norders:1:0\n");
  CHECK(node.Out("get-offsets", "--time 99999999999999").empty());
  CHECK(node.Out("get-offsets", "--time latest-tiered").empty());
}

TEST_CASE("What cannot be is told, with exit code 1") {
  WithRecords node;
  const std::string too_long = "--topic " + std::string(1001, '(');
  const struct {
    const char* words;
    const char* told;
  } cases[] = {
      {"--topic nothing",
       "Error occurred: Could not match any topic-partitions with the specified filters\n"},
      {"--topic a --topic-partitions b",
       "Error occurred: --topic-partitions cannot be used with --topic or --partitions\n"},
      {"--time soon", "Error occurred: Malformed time argument soon. Please use -1 or latest"},
      {"--partitions x", "Error occurred: --partitions expects a comma separated list"},
      {"--topic-partitions orders:x", "Error occurred: Invalid rule specification: orders:x\n"},
      {"--topic *", "Error occurred: * is an invalid regex.\n"},
      {too_long.c_str(), "Error occurred: a pattern of 1001 bytes is too long; it may have 1000\n"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.words);
    const Ran ran = node.Run("get-offsets", one.words);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out.empty());
    CHECK(ran.err.starts_with(one.told));
  }
  CHECK(RunRillLine("get-offsets --topic a")
            .err.starts_with("Missing required argument \"[bootstrap-server]\"\n"));
}

}  // namespace
}  // namespace rill::cli
