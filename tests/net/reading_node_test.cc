#include "net/reading_node.h"

#include <set>
#include <string>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "net/wire_client.h"
#include "rill/engine.h"
#include "rill/node.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/create_topics.h"
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
  auto node = ReadingNode::Start(reader);
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
  CHECK(absl::IsFailedPrecondition(ReadingNode::Start(writer).status()));
}

}  // namespace
}  // namespace rill::net
