#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "catch.h"
#include "engine/handles.h"
#include "engine/local_engine.h"
#include "net/call.h"
#include "net/handlers.h"
#include "rill/record_batch.h"
#include "wire/decode.h"
#include "wire/encode.h"

namespace rill::net {

// What handlers see of a node, without its connections.
class NodeUnderTest {
 public:
  explicit NodeUnderTest(const std::string& where = "mem:", const engine::ConfigMap& configs = {},
                         const engine::ConfigMap& node_configs = {}) {
    Options options;
    options.maintenance = Options::Maintenance::kByCaller;
    options.configs = configs;
    auto engine = engine::LocalEngine::Open(where, options);
    REQUIRE(engine.ok());
    auto config = ParseNodeConfig(node_configs);
    REQUIRE(config.ok());
    node_.emplace(*std::move(engine), *std::move(config));
  }

  engine::LocalEngine& engine() { return *node_->engine; }
  Call At(int version) const { return {*node_, advertised_, client_host_, version}; }
  std::int32_t id() { return engine().properties().node_id; }

  // What a client of `version` reads of the handler's answer.
  template <typename Response, typename Request>
  Response Ask(Response (*handle)(const Call&, const Request&), const Request& request,
               int version) {
    const Call call = {*node_, advertised_, client_host_, version};
    std::string bytes;
    const auto encoded = wire::Encode(handle(call, request), version, bytes);
    INFO("version " << version << ": " << encoded.ToString());
    REQUIRE(encoded.ok());
    base::KafkaReader reader(bytes, "the answer");
    auto response = wire::Decode<Response>(version, reader);
    REQUIRE(response.ok());
    return *std::move(response);
  }

  // The same in all versions, where all answer alike; the last one's answer.
  template <typename Response, typename Request>
  Response AskInAll(Response (*handle)(const Call&, const Request&), const Request& request) {
    const wire::Message& message = wire::MessageOf<Response>();
    for (int version = message.first_version; version < message.last_version; ++version) {
      Ask(handle, request, version);
    }
    return Ask(handle, request, message.last_version);
  }

  void MakeTopic(const std::string& name, int partitions, const engine::ConfigMap& configs = {}) {
    REQUIRE(engine().CreateTopic(name, {partitions, configs}).ok());
  }
  log::PartitionLog& Log(const std::string& topic, std::int32_t partition = 0) {
    const auto found = engine().FindTopic(topic);
    REQUIRE(found.ok());
    const auto state = (*found)->OpenPartition(partition);
    REQUIRE(state.ok());
    return *(*state)->log();
  }
  void Append(const std::string& topic, int records) {
    for (int i = 0; i < records; ++i) {
      REQUIRE(Log(topic).AppendRecord({.key = "k", .value = "v"}).ok());
    }
  }

 private:
  std::optional<NodeContext> node_;
  const HostPort advertised_ = {"node.example", 9092};
  const std::string client_host_ = "/127.0.0.1";
};

}  // namespace rill::net
