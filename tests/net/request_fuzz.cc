#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "asio/co_spawn.hpp"
#include "asio/executor_work_guard.hpp"
#include "asio/io_context.hpp"
#include "engine/local_engine.h"
#include "net/call.h"
#include "net/request.h"
#include "net/serve_api.h"
#include "net/telemetry.h"
#include "net/workers.h"
#include "rill/record_batch.h"

// A request of any kind, as a connection hands it on: the input is a frame without its length, and
// so has the key and the version. It is answered, or refused with a status; what it claims to hold
// is never believed. The engine stays from one input to the next, as a server's does.
namespace rill::net {
namespace {

// Of each third request both sides are read and written by a handler, as an application's would;
// what it reads it writes again, unless a version cannot say it.
void ReadAndPass(const ClientRequest& request) {
  const auto read = request.Read();
  if (!read.ok()) return request.Pass();
  request.Pass(*read, [](const ClientRequest& passed, const wire::AnyMessage& response) {
    if (!response.Write().ok()) std::abort();
    passed.Answer(response);
  });
}

NodeApis OwnApis() {
  std::vector<ApiHandler> handlers;
  for (const ServedApi& served : ServedApis()) {
    const bool is_own =
        static_cast<int>(served.key) % 3 == 0 && served.key != wire::ApiKey::kApiVersions;
    if (is_own) handlers.push_back({.key = served.key, .handle = ReadAndPass});
  }
  return NodeApis::Make(handlers, {}).value();
}

std::unique_ptr<NodeContext> MakeNode() {
  Options options;
  options.maintenance = Options::Maintenance::kByCaller;
  options.max_disk_bytes = std::uint64_t{64} << 20;
  options.max_buffer_bytes = std::size_t{16} << 20;
  const auto engine = engine::LocalEngine::Open("mem:", options).value();
  constexpr std::size_t kMostPushed = std::size_t{1} << 20;
  const auto telemetry = std::make_shared<Telemetry>(
      engine, [](const ClientTelemetry&) {}, kMostPushed);
  auto node = std::make_unique<NodeContext>(engine, ParseNodeConfig({}).value(), OwnApis(),
                                            /*own_authorizer=*/nullptr, telemetry);
  const auto subscribe = [](const engine::ConfigMap&) -> absl::StatusOr<engine::ConfigMap> {
    return engine::ConfigMap{{"metrics", "*"}, {"match", "client_id=.*"}};
  };
  if (!engine->ReplaceResourceConfigs("client-metrics/all", subscribe, false).ok()) std::abort();
  TopicOptions small{.partitions = 2, .configs = {{"retention.bytes", "1000000"}}};
  auto topic = node->engine->CreateTopic("orders", small).value();
  BatchBuilder builder;
  for (int i = 0; i < 10; ++i) {
    if (!builder.Append({.key = "k", .value = "v", .timestamp_ms = 1000 + i}).ok()) std::abort();
  }
  const auto batch = builder.Seal().value();
  if (!(*topic->OpenPartition(0))->log()->Append(batch, log::BatchOrigin::kBuiltHere).ok()) {
    std::abort();
  }
  node->stopping->Begin();  // nothing waits
  return node;
}

void Serve(std::string_view frame) {
  static const std::unique_ptr<const NodeContext> made = MakeNode();
  const NodeContext& node = *made;
  static const HostPort advertised{"127.0.0.1", 9092};
  static const std::string host = "/127.0.0.1";
  static Workers workers;
  auto request = ReadRequest(node.apis, frame);
  if (!request.ok()) return;
  Answer answer;
  if (!BeginAnswer(*request, answer).ok()) std::abort();
  if (request->api == nullptr) {
    if (!AnswerUnknownApiVersions(answer).ok()) std::abort();
    return;
  }
  const Call call{node, advertised, host, request->version, request->client_id};
  // A worker may still be on its way out of this when the answer has come back.
  static asio::io_context io(1);
  io.restart();
  const auto work = asio::make_work_guard(io);
  asio::co_spawn(io, ServeApi(*request->api, call, request->body, workers, answer),
                 [&](const std::exception_ptr& thrown, const absl::Status&) {
                   if (thrown) std::abort();
                   io.stop();
                 });
  io.run();
  // What is deleted in memory by retention makes room for what comes.
  node.engine->RunMaintenance();
}

}  // namespace
}  // namespace rill::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rill::net::Serve({reinterpret_cast<const char*>(data), size});
  return 0;
}
