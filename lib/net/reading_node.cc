#include "net/reading_node.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "client/engine_access.h"
#include "engine/local_engine.h"
#include "net/api_table.h"
#include "net/server.h"
#include "rill/node.h"

namespace rill::net {
namespace {

constexpr wire::ApiKey kTold[] = {
    wire::ApiKey::kListOffsets,           wire::ApiKey::kMetadata,
    wire::ApiKey::kOffsetFetch,           wire::ApiKey::kFindCoordinator,
    wire::ApiKey::kDescribeGroups,        wire::ApiKey::kListGroups,
    wire::ApiKey::kApiVersions,           wire::ApiKey::kDescribeConfigs,
    wire::ApiKey::kDescribeLogDirs,       wire::ApiKey::kDescribeCluster,
    wire::ApiKey::kConsumerGroupDescribe, wire::ApiKey::kDescribeTopicPartitions};

std::vector<wire::ApiKey> HiddenApis() {
  std::vector<wire::ApiKey> hidden;
  for (const ServedApi& served : ServedApis()) {
    const bool is_told =
        std::find(std::begin(kTold), std::end(kTold), served.key) != std::end(kTold);
    if (!is_told) hidden.push_back(served.key);
  }
  return hidden;
}

}  // namespace

absl::StatusOr<ReadingNode> ReadingNode::Start(const Engine& engine) {
  const auto& local = EngineAccess::Local(engine);
  if (local == nullptr) {
    return absl::FailedPreconditionError("this Engine was moved from, or is over a cluster");
  }
  if (auto ready = local->ReadForNode(); !ready.ok()) return ready;
  auto server = Server::Start(local, {.listen = "127.0.0.1:0",
                                      .configs = {{"auto.create.topics.enable", "false"}},
                                      .hidden_apis = HiddenApis()});
  if (!server.ok()) return server.status();
  return ReadingNode(*std::move(server));
}

ReadingNode::ReadingNode(std::unique_ptr<Server> server) : server_(std::move(server)) {}
ReadingNode::ReadingNode(ReadingNode&&) noexcept = default;
ReadingNode::~ReadingNode() = default;

std::uint16_t ReadingNode::port() const { return server_->listeners().front().at.port; }

absl::Status ReadingNode::Stop() { return server_->Stop(); }

}  // namespace rill::net
