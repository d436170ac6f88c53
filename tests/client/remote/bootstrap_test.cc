#include "client/remote/bootstrap.h"

#include <string>

#include "catch.h"

namespace rill::remote {
namespace {

TEST_CASE("Bootstrap servers are hosts with ports, commas between") {
  const auto parsed = ParseBootstrap("localhost:9092, 10.0.0.1:1 ,[::1]:65535,PLAINTEXT://kafka:9");
  REQUIRE(parsed.ok());
  CHECK(*parsed == std::vector<BrokerAddress>{
                       {"localhost", 9092}, {"10.0.0.1", 1}, {"::1", 65535}, {"kafka", 9}});
  CHECK(ToString((*parsed)[2]) == "[::1]:65535");
  CHECK(ToString((*parsed)[0]) == "localhost:9092");
}

TEST_CASE("A socket in the file system is named by its path") {
  const auto parsed = ParseBootstrap(" unix:/srv/a:b/ri,ll.sock , unix:rill.sock");
  REQUIRE(parsed.ok());
  REQUIRE(parsed->size() == 2);
  CHECK((*parsed)[0] == BrokerAddress{"unix:/srv/a:b/ri,ll.sock", 0});
  CHECK((*parsed)[0].is_unix());
  CHECK(ToString((*parsed)[0]) == "unix:/srv/a:b/ri,ll.sock");
  CHECK((*parsed)[1] == BrokerAddress{"unix:rill.sock", 0});
  CHECK(ParseBootstrap("unix:").status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("What is no host with a port is refused by name") {
  for (const char* word : {"localhost", "localhost:", ":9092", "localhost:0", "localhost:65536",
                           "localhost:9092x", "http://host/x:80"}) {
    CAPTURE(word);
    const auto parsed = ParseBootstrap(std::string("kafka:9092,") + word);
    CHECK(parsed.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(std::string(parsed.status().message())
              .starts_with(std::string("Invalid url in bootstrap.servers: ") + word));
  }
}

TEST_CASE("Bootstrap servers without a server are refused") {
  for (const char* words : {"", " ", ",", " , ,"}) {
    CAPTURE(words);
    CHECK(ParseBootstrap(words).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace rill::remote
