#include <filesystem>
#include <string>
#include <vector>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "net/wire_client.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/fetch.h"

// What clients are told of the transactions of a topic that Kafka wrote (tests/data/golden).
namespace rill::net {
namespace {

namespace fs = std::filesystem;
using Aborted = wire::FetchResponse::Topic::Partition::AbortedTransaction;

wire::FetchResponse::Topic::Partition Fetch(WireClient& client, std::int64_t offset, int isolation,
                                            int version) {
  wire::FetchRequest request;
  request.isolation_level = static_cast<std::int8_t>(isolation);
  auto& topic = request.topics.emplace_back();
  topic.topic = "transactions";
  auto& partition = topic.partitions.emplace_back();
  partition.fetch_offset = offset;
  partition.partition_max_bytes = 1 << 20;
  const auto answer = client.Ask<wire::FetchResponse>(wire::ApiKey::kFetch, version, request);
  REQUIRE(answer.responses.size() == 1);
  REQUIRE(answer.responses[0].partitions.size() == 1);
  REQUIRE(answer.responses[0].partitions[0].error_code == ErrorCode::kNone);
  return answer.responses[0].partitions[0];
}

TEST_CASE("who asks for committed records is told which transactions were aborted") {
  const test::TemporaryFolder folder;
  const std::string from = folder.path() + "/from";
  fs::create_directories(from);
  fs::copy(RILL_SOURCE_DIR "/tests/data/golden/transactions/transactions-0",
           from + "/transactions-0", fs::copy_options::recursive);
  auto engine = Open(folder.path() + "/data");
  REQUIRE(engine.ok());
  REQUIRE(engine->ImportTopic("transactions", {from}, {{"retention.ms", "-1"}}).ok());
  const auto node = Node::Start(*engine, {.listen = "127.0.0.1:0"});
  REQUIRE(node.ok());
  WireClient client(node->port());
  for (const int version : {4, 12}) {
    CHECK(Fetch(client, 0, 0, version).aborted_transactions == std::nullopt);
    // Answers are of one segment.
    CHECK(Fetch(client, 0, 1, version).aborted_transactions == std::vector<Aborted>());
    CHECK(Fetch(client, 2, 1, version).aborted_transactions ==
          std::vector<Aborted>{{2, 3}, {3, 9}});
    CHECK(Fetch(client, 8, 1, version).aborted_transactions == std::vector<Aborted>{{3, 9}});
    CHECK(Fetch(client, 11, 1, version).aborted_transactions == std::vector<Aborted>());
  }
}

}  // namespace
}  // namespace rill::net
