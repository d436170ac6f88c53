#include "net/tool_node.h"

#include <set>
#include <string>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "net/config_resource.h"
#include "net/wire_client.h"
#include "rill/engine.h"
#include "rill/node.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/metadata.h"

namespace rill::net {
namespace {

using wire::ApiKey;

std::set<std::int16_t> KeysOf(WireClient& client) {
  const auto response =
      client.Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, 0, wire::ApiVersionsRequest());
  std::set<std::int16_t> keys;
  for (const auto& api : response.api_keys) keys.insert(api.api_key);
  return keys;
}

TEST_CASE("A node over an engine that only reads tells of topics and groups, and takes nothing") {
  const test::TemporaryFolder folder;
  Engine writer = Open(folder.path()).value();
  REQUIRE(writer.CreateTopic("orders").ok());
  const Engine reader = Open(folder.path(), {.read_only = true}).value();
  auto node = ToolNode::StartReading(reader);
  REQUIRE(node.ok());
  WireClient client(node->port());
  const std::set<std::int16_t> keys = KeysOf(client);
  for (const ApiKey key : {ApiKey::kMetadata, ApiKey::kListOffsets, ApiKey::kListGroups}) {
    CHECK(keys.contains(static_cast<std::int16_t>(key)));
  }
  for (const ApiKey key : {ApiKey::kProduce, ApiKey::kFetch, ApiKey::kJoinGroup,
                           ApiKey::kOffsetCommit, ApiKey::kCreateTopics, ApiKey::kDeleteGroups}) {
    CHECK_FALSE(keys.contains(static_cast<std::int16_t>(key)));
  }
  wire::MetadataRequest all;
  all.topics.reset();
  const auto metadata = client.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, all);
  REQUIRE(metadata.topics.size() == 1);
  CHECK(metadata.topics[0].name == "orders");
  CHECK_FALSE(metadata.cluster_id.value_or("").empty());
  CHECK(client.Ask<wire::ListGroupsResponse>(ApiKey::kListGroups, 4, wire::ListGroupsRequest())
            .groups.empty());
  client.SendBytes(WireClient::Frame(ApiKey::kCreateTopics, 5, 9, wire::CreateTopicsRequest()));
  CHECK(client.IsClosed());
  CHECK(node->Stop().ok());
}

TEST_CASE("A node is for an engine that writes, and one that reads has a node of its own") {
  const test::TemporaryFolder folder;
  const Engine writer = Open(folder.path()).value();
  const Engine reader = Open(folder.path(), {.read_only = true}).value();
  CHECK(absl::IsFailedPrecondition(Node::Start(reader, {.listen = "127.0.0.1:0"}).status()));
  CHECK(absl::IsFailedPrecondition(ToolNode::Start(reader).status()));
  CHECK(absl::IsFailedPrecondition(ToolNode::StartReading(writer).status()));
}

TEST_CASE("A tool is let in, whatever limits there are for the connections of clients") {
  const Engine engine = Open("mem:").value();
  {
    const auto node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
    WireClient admin(node.port());
    const wire::IncrementalAlterConfigsRequest limits = {
        {{static_cast<std::int8_t>(ConfigResource::kBroker),
          "",
          {{"max.connections", 0, "1"},
           {"max.connections.per.ip", 0, "0"},
           {"max.connections.per.ip.overrides", 0, "10.0.0.5:1"}}}},
        false};
    const auto altered = admin.Ask<wire::IncrementalAlterConfigsResponse>(
        ApiKey::kIncrementalAlterConfigs, 1, limits);
    REQUIRE(altered.responses.at(0).error_code == ErrorCode::kNone);
    CHECK(WireClient(node.port()).IsClosed());
  }
  const auto node = ToolNode::Start(engine).value();
  WireClient one(node.port());
  WireClient two(node.port());
  CHECK_FALSE(KeysOf(one).empty());
  CHECK_FALSE(KeysOf(two).empty());
}

}  // namespace
}  // namespace rill::net
