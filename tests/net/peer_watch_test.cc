#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "catch.h"
#include "net/wire_client.h"
#include "rill/handler.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/fetch.h"
#include "wire/messages/join_group.h"

// Clients that go while their requests wait for something.
namespace rill::net {
namespace {

using wire::ApiKey;

bool AwaitConnections(const Node& node, int count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (node.connections() != count && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return node.connections() == count;
}

wire::JoinGroupRequest JoinOf(const std::string& member_id) {
  wire::JoinGroupRequest request;
  request.group_id = "billing";
  request.session_timeout_ms = 60'000;
  request.rebalance_timeout_ms = 60'000;
  request.member_id = member_id;
  request.protocol_type = "consumer";
  request.protocols.push_back({"range", ""});
  return request;
}

// From version 3 on a member joins at once, without being told its id first.
constexpr int kJoinVersion = 3;

TEST_CASE("A client that goes while it waits for its group lets its connection go") {
  Engine engine = Open("mem:").value();
  const auto node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  WireClient first(node.port());
  const auto joined =
      first.Ask<wire::JoinGroupResponse>(ApiKey::kJoinGroup, kJoinVersion, JoinOf(""));
  REQUIRE(joined.error_code == ErrorCode::kNone);
  // Waits for the first to join again, which it does not.
  auto second = std::make_unique<WireClient>(node.port());
  second->SendBytes(WireClient::Frame(ApiKey::kJoinGroup, kJoinVersion, 1, JoinOf("")));
  CHECK_FALSE(second->HasAnswer(200));
  CHECK(node.connections() == 2);
  second = nullptr;
  CHECK(AwaitConnections(node, 1));
  // The one that stays is answered all the same.
  const auto versions =
      first.Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, 0, wire::ApiVersionsRequest());
  CHECK(versions.error_code == ErrorCode::kNone);
}

TEST_CASE("A client that waits for its group is answered after another one has gone") {
  Engine engine = Open("mem:").value();
  const auto node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  WireClient first(node.port());
  const auto joined =
      first.Ask<wire::JoinGroupResponse>(ApiKey::kJoinGroup, kJoinVersion, JoinOf(""));
  WireClient second(node.port());
  second.SendBytes(WireClient::Frame(ApiKey::kJoinGroup, kJoinVersion, 7, JoinOf("")));
  CHECK_FALSE(second.HasAnswer(100));
  first.Ask<wire::JoinGroupResponse>(ApiKey::kJoinGroup, kJoinVersion, JoinOf(joined.member_id));
  const auto told = second.Receive<wire::JoinGroupResponse>(ApiKey::kJoinGroup, kJoinVersion, 7);
  CHECK(told.error_code == ErrorCode::kNone);
  const auto versions =
      second.Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, 0, wire::ApiVersionsRequest());
  CHECK(versions.error_code == ErrorCode::kNone);
}

TEST_CASE("A client that goes while a Fetch waits long lets its connection go") {
  Engine engine = Open("mem:").value();
  REQUIRE(engine.CreateTopic("orders").ok());
  const auto node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  wire::FetchRequest request;
  request.max_wait_ms = 500'000;
  request.min_bytes = 1;
  request.max_bytes = 1'000'000;
  request.session_epoch = -1;
  auto& asked = request.topics.emplace_back();
  asked.topic = "orders";
  asked.partitions.emplace_back().partition_max_bytes = 1000;
  auto client = std::make_unique<WireClient>(node.port());
  client->SendBytes(WireClient::Frame(ApiKey::kFetch, 12, 1, request));
  CHECK_FALSE(client->HasAnswer(200));
  client = nullptr;
  CHECK(AwaitConnections(node, 0));
}

TEST_CASE("A client that goes while an application has its request lets its connection go") {
  Engine engine = Open("mem:").value();
  std::unique_ptr<ClientRequest> kept;
  const ApiHandler keeps = {.key = ApiKey::kHeartbeat, .handle = [&](ClientRequest request) {
                              kept = std::make_unique<ClientRequest>(std::move(request));
                            }};
  const auto node = Node::Start(engine, {.listen = "127.0.0.1:0", .handlers = {keeps}}).value();
  auto client = std::make_unique<WireClient>(node.port());
  client->SendBytes(std::string("\0\0\0\x15\0\x0c\0\0\0\0\0\7\xff\xff\0\1g\0\0\0\1\0\2me", 25));
  CHECK_FALSE(client->HasAnswer(200));
  CHECK(node.connections() == 1);
  client = nullptr;
  CHECK(AwaitConnections(node, 0));
}

}  // namespace
}  // namespace rill::net
