#include "net/tool_node.h"

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

constexpr char kListen[] = "127.0.0.1:0";

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

absl::StatusOr<std::shared_ptr<engine::LocalEngine>> LocalOf(const Engine& engine) {
  const auto& local = EngineAccess::Local(engine);
  if (local != nullptr) return local;
  return absl::FailedPreconditionError("this Engine was moved from, or is over a cluster");
}

}  // namespace

absl::StatusOr<ToolNode> ToolNode::Start(const Engine& engine) {
  const auto local = LocalOf(engine);
  if (!local.ok()) return local.status();
  if (auto may = (*local)->CheckMayWrite(); !may.ok()) return may;
  auto server = Server::Start(*local, {.listen = kListen}, Admission::Limits::kNone);
  if (!server.ok()) return server.status();
  return ToolNode(*std::move(server));
}

absl::StatusOr<ToolNode> ToolNode::StartReading(const Engine& engine) {
  const auto local = LocalOf(engine);
  if (!local.ok()) return local.status();
  if (auto ready = (*local)->ReadForNode(); !ready.ok()) return ready;
  auto server = Server::Start(*local,
                              {.listen = kListen,
                               .configs = {{"auto.create.topics.enable", "false"}},
                               .hidden_apis = HiddenApis()},
                              Admission::Limits::kNone);
  if (!server.ok()) return server.status();
  return ToolNode(*std::move(server));
}

ToolNode::ToolNode(std::unique_ptr<Server> server) : server_(std::move(server)) {}
ToolNode::ToolNode(ToolNode&&) noexcept = default;
ToolNode::~ToolNode() = default;

std::uint16_t ToolNode::port() const { return server_->listeners().front().at.port; }

absl::Status ToolNode::Stop() { return server_->Stop(); }

}  // namespace rill::net
