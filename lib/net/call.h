#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "engine/local_engine.h"
#include "net/answer_memory.h"
#include "net/fetch_sessions.h"
#include "net/host_port.h"
#include "net/node_apis.h"
#include "net/node_config.h"
#include "net/patience.h"
#include "net/peer_watch.h"
#include "net/quotas.h"
#include "net/request_memory.h"
#include "net/request_metrics.h"
#include "net/stopping.h"
#include "rill/authorizer.h"

namespace rill::net {

class Telemetry;

// What a client said of the program that it is, in ApiVersions.
struct ClientSoftware {
  std::string name;
  std::string version;
};

// What all requests to a node share. Handlers use it from several threads; it does not change.
struct NodeContext {
  // `for_telemetry` is null where nobody wants to hear of clients' metrics.
  NodeContext(std::shared_ptr<engine::LocalEngine> served, NodeConfig own_config,
              NodeApis own_apis = {}, std::shared_ptr<Authorizer> own_authorizer = {},
              std::shared_ptr<Telemetry> for_telemetry = {},
              std::shared_ptr<ClientQuotaCallback> own_quotas = {})
      : engine(std::move(served)),
        config(std::move(own_config)),
        apis(std::move(own_apis)),
        authorizer(std::move(own_authorizer)),
        telemetry(std::move(for_telemetry)),
        fetch_sessions(std::make_unique<FetchSessions>(
            FetchSessions::Limits{config.max_incremental_fetch_session_cache_slots})),
        quotas(std::make_unique<Quotas>(engine, config, std::move(own_quotas))),
        request_memory(std::make_unique<RequestMemory>(config.queued_max_request_bytes,
                                                       config.socket_request_max_bytes)),
        answer_memory(std::make_unique<AnswerMemory>(config.queued_max_request_bytes)),
        request_metrics(std::make_unique<RequestMetrics>(apis, *engine)),
        node_id(engine->properties().node_id),
        holder_patience(std::min(kHolderPatience, config.connections_max_idle / 2)),
        is_in_memory(!engine->disk_space().has_value()),
        cluster_id(engine->properties().cluster_id),
        facts{{"broker.id", std::to_string(node_id)},
              {"log.dirs", engine->directory()},
              {"node.id", std::to_string(node_id)},
              {"process.roles", "broker,controller"}} {}

  const std::shared_ptr<engine::LocalEngine> engine;
  const NodeConfig config;
  const NodeApis apis;
  const std::shared_ptr<Authorizer> authorizer;  // null: everybody may do all
  const std::shared_ptr<Telemetry> telemetry;
  const std::shared_ptr<Stopping> stopping = std::make_shared<Stopping>();
  // What was asked has had its time: nobody is waited for any more.
  const std::shared_ptr<Stopping> ending = std::make_shared<Stopping>();
  const std::unique_ptr<FetchSessions> fetch_sessions;
  const std::unique_ptr<Quotas> quotas;
  const std::unique_ptr<RequestMemory> request_memory;
  const std::unique_ptr<AnswerMemory> answer_memory;
  const std::unique_ptr<RequestMetrics> request_metrics;
  // The engine's, which no longer tells them when it was closed.
  const std::int32_t node_id;
  // For how long who has memory may let others wait for it.
  const std::chrono::milliseconds holder_patience;
  const bool is_in_memory;  // and in no folder
  const std::string cluster_id;
  // What its configs are that follow from what it is, of FixedConfigSpecs and the engine's.
  // Complete before there is a request.
  engine::ConfigMap facts;
};

// A request, besides its body. Lives until the request is answered.
struct Call {
  const NodeContext& node;
  const HostPort& advertised;      // where clients of this listener are told to connect
  const std::string& client_host;  // as Kafka shows it: "/127.0.0.1"
  int version = 0;
  std::string client_id = {};
  std::size_t request_bytes = 0;
  std::uint16_t client_port = 0;
  ClientSoftware* software = nullptr;  // of the connection; may be null
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  PeerWatch* peer = nullptr;                // null: nobody knows when the client goes
  RequestMetrics::Part* metrics = nullptr;  // of the connection's thread; null: nobody counts
  std::function<void()> let_go_of_body = {};

  // The body is not looked at any more, and others may have its memory while the request waits.
  void LetGoOfBody() const {
    if (let_go_of_body) let_go_of_body();
  }
};

}  // namespace rill::net
