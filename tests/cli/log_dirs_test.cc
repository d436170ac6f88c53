#include <string>

#include "catch.h"
#include "nlohmann/json.hpp"
#include "with_node.h"

// `rill log-dirs`, as kafka-log-dirs.
namespace rill::cli {
namespace {

// The JSON behind the two lines that are none.
std::string JsonOf(const std::string& out) {
  const std::string before =
      "Querying brokers for log directories information\n"
      "Received log directory information from brokers 1\n";
  REQUIRE(out.starts_with(before));
  return out.substr(before.size());
}

TEST_CASE("Logs are printed as JSON with their sizes, those of some topics on request") {
  WithNode node;
  node.Out("topics", "--create --topic orders --partitions 2");
  node.Out("topics", "--create --topic bills");
  node.Send("orders", 1, 3);
  const std::string text = JsonOf(node.Out("log-dirs", "--describe --topic-list orders"));
  CHECK(
      text.starts_with("{\"brokers\":[{\"broker\":1,\"logDirs\":[{\"partitions\":["
                       "{\"partition\":\"orders-"));
  CHECK(text.ends_with("}],\"version\":1}\n"));
  const auto json = nlohmann::json::parse(text);
  const auto& folder = json["brokers"][0]["logDirs"][0];
  CHECK(folder["error"].is_null());
  REQUIRE(folder["partitions"].size() == 2);
  for (const auto& log : folder["partitions"]) {
    CHECK((log["size"].get<int>() > 0) == (log["partition"] == "orders-1"));
    CHECK(log["offsetLag"] == 0);
    CHECK(log["isFuture"] == false);
  }
  CHECK(Contains(node.Out("log-dirs", "--describe"), "bills-0"));
  CHECK(Contains(node.Out("log-dirs", "--describe --topic-list none"), "\"partitions\":[]"));
}

TEST_CASE("Brokers that are not there are named") {
  WithNode node;
  CHECK(JsonOf(node.Out("log-dirs", "--describe --broker-list 1")).size() > 2);
  const Ran ran = node.Run("log-dirs", "--describe --broker-list 1,7");
  CHECK(ran.exit_code == 1);
  CHECK(
      ran.err ==
      "ERROR: The given brokers do not exist from --broker-list: 7. Current existent brokers: 1\n");
  CHECK(node.Run("log-dirs", "--describe --broker-list x").err == "For input string: \"x\"\n");
  CHECK(node.Run("log-dirs", "").err.starts_with("Missing required argument \"[describe]\"\n"));
}

}  // namespace
}  // namespace rill::cli
