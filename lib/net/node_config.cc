#include "net/node_config.h"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"

namespace rill::net {
namespace {

using engine::ConfigSpec;
using engine::ConfigType;

constexpr ConfigSpec kSpecs[] = {
    {.name = "auto.create.topics.enable",
     .type = ConfigType::kBoolean,
     .default_value = "true",
     .effect = "Whether a topic that a client asks for, and that is not there, is made."},
    {.name = "connections.max.idle.ms",
     .type = ConfigType::kLong,
     .default_value = "600000",
     .min = 1,
     .may_be_negative = true,
     .effect = "A connection on which nothing came for that long is closed. Negative: none is."},
    {.name = "delete.topic.enable",
     .type = ConfigType::kBoolean,
     .default_value = "true",
     .effect = "Whether clients may delete topics. (The program of the node may.)"},
    {.name = "fetch.max.bytes",
     .type = ConfigType::kInt,
     .default_value = "57671680",
     .min = 1024,
     .effect = "The most bytes of records in one response to Fetch, but for a first batch that is "
               "larger."},
    {.name = kConnectionsOfAll,
     .type = ConfigType::kInt,
     .default_value = "2147483647",
     .min = 1,  // without any nobody could set it back
     .is_dynamic = true,
     .effect = "Connections that the node has at a time; more are closed as they come."},
    {.name = kConnectionsOfAddress,
     .type = ConfigType::kInt,
     .default_value = "2147483647",
     .min = 0,
     .is_dynamic = true,
     .effect = "Those of one IP address; more are closed as they come. 0 only with "
               "max.connections.per.ip.overrides."},
    {.name = kConnectionsOfNamedAddresses,
     .type = ConfigType::kString,
     .default_value = "",
     .is_dynamic = true,
     .effect = "The same of some addresses: 10.0.0.5:100,2001:db8::1:20. Names are not looked up."},
    {.name = "max.incremental.fetch.session.cache.slots",
     .type = ConfigType::kInt,
     .default_value = "1000",
     .min = 0,
     .effect = "Fetch sessions that the node keeps for clients, in up to 64 MiB; who gets none "
               "names all of its partitions each time."},
    {.name = "queued.max.request.bytes",
     .type = ConfigType::kLong,
     .default_value = "268435456",
     .min = -1,
     .effect =
         "What requests that are coming in may have of memory together, beyond 72 KiB a "
         "connection, and answers that are not read yet as much again, beyond 16 KiB: more wait "
         "for others, for 30 s, and are closed then; who lets others wait is closed before. At "
         "least socket.request.max.bytes; -1 is as much as they want, Kafka's default."},
    {.name = "quota.window.num",
     .type = ConfigType::kInt,
     .default_value = "11",
     .min = 1,
     .max = 1000,
     .effect = "Over how many windows of time the rates of clients are taken that have quotas."},
    {.name = "quota.window.size.seconds",
     .type = ConfigType::kInt,
     .default_value = "1",
     .min = 1,
     .effect = "How long such a window is."},
    {.name = "socket.request.max.bytes",
     .type = ConfigType::kInt,
     .default_value = "104857600",
     .min = 1,
     .effect = "The largest request; the connection that one comes on is closed."},
    {.name = "telemetry.max.bytes",
     .type = ConfigType::kInt,
     .default_value = "1048576",
     .min = 1,
     .effect = "The most bytes of metrics, as they come, that a client may push at once."},
};

constexpr ConfigSpec kFixedSpecs[] = {
    {.name = "advertised.listeners",
     .type = ConfigType::kList,
     .effect = "What clients are told to connect to: NodeOptions::advertise."},
    {.name = "default.replication.factor",
     .type = ConfigType::kInt,
     .default_value = "1",
     .effect = "Nothing is replicated."},
    {.name = "listener.security.protocol.map",
     .type = ConfigType::kString,
     .default_value = "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
     .effect = "What each listener speaks: with names of one's own, PLAINTEXT."},
    {.name = "listeners",
     .type = ConfigType::kList,
     .effect = "Where clients connect: NodeOptions::listen, with the ports that were taken."},
    {.name = "log.dirs", .type = ConfigType::kList, .effect = "The folder of the engine."},
    {.name = "min.insync.replicas",
     .type = ConfigType::kInt,
     .default_value = "1",
     .effect = "Nothing is replicated."},
    {.name = "num.network.threads",
     .type = ConfigType::kInt,
     .default_value = "1",
     .effect = "Threads that serve connections: NodeOptions::threads."},
    {.name = "offsets.topic.replication.factor",
     .type = ConfigType::kInt,
     .default_value = "1",
     .effect = "Nothing is replicated. Kafka's default is 3."},
    {.name = "process.roles",
     .type = ConfigType::kList,
     .default_value = "broker,controller",
     .effect = "A node is alone, and so its own controller."},
    {.name = "remote.log.storage.system.enable",
     .type = ConfigType::kBoolean,
     .default_value = "false",
     .effect = "There is no tiered storage."},
    {.name = "unclean.leader.election.enable",
     .type = ConfigType::kBoolean,
     .default_value = "false",
     .effect = "Nothing is replicated."},
};

const ConfigSpec* Find(std::string_view name) { return engine::FindConfigSpec(kSpecs, name); }

absl::StatusOr<engine::ConfigMap> Check(const engine::ConfigMap& configs) {
  engine::ConfigMap checked;
  for (const auto& [name, value] : configs) {
    const ConfigSpec* spec = Find(name);
    if (spec == nullptr) {
      std::vector<std::string_view> names;
      for (const ConfigSpec& known : kSpecs) names.push_back(known.name);
      return engine::ConfigError(
          fmt::format("a node has no config {}{}", name, engine::DidYouMean(name, names)));
    }
    auto text = CheckBrokerConfigValue(*spec, value);
    if (!text.ok()) return text.status();
    checked.emplace(name, *std::move(text));
  }
  return checked;
}

}  // namespace

std::span<const ConfigSpec> NodeConfigSpecs() { return kSpecs; }

std::span<const ConfigSpec> FixedConfigSpecs() { return kFixedSpecs; }

absl::StatusOr<std::string> CheckBrokerConfigValue(const ConfigSpec& spec, std::string_view text) {
  auto checked = engine::CheckConfigValue(spec, text);
  if (!checked.ok() || spec.name != kConnectionsOfNamedAddresses) return checked;
  if (const auto limits = ParseAddressLimits(*checked); !limits.ok()) return limits.status();
  return checked;
}

absl::StatusOr<NodeConfig> ParseNodeConfig(const engine::ConfigMap& configs) {
  auto checked = Check(configs);
  if (!checked.ok()) return checked.status();
  NodeConfig config;
  config.values = *std::move(checked);
  const auto text = [&](std::string_view name) -> std::string_view {
    const auto set = config.values.find(std::string(name));
    return set != config.values.end() ? std::string_view(set->second) : Find(name)->default_value;
  };
  const auto integer = [&](std::string_view name) { return engine::ConfigInteger(text(name)); };
  config.auto_create_topics_enable = engine::ConfigBoolean(text("auto.create.topics.enable"));
  config.delete_topic_enable = engine::ConfigBoolean(text("delete.topic.enable"));
  constexpr std::int64_t kForEverMs = std::int64_t{1} << 40;
  const std::int64_t max_idle = integer("connections.max.idle.ms");
  config.connections_max_idle =
      std::chrono::milliseconds(max_idle < 0 ? kForEverMs : std::min(max_idle, kForEverMs));
  config.fetch_max_bytes = static_cast<std::size_t>(integer("fetch.max.bytes"));
  const auto some = CheckLetsClientsIn(
      ConnectionLimitsIn({.given = config.values, .of_cluster = {}, .of_broker = {}}));
  if (!some.ok()) return some;
  config.max_incremental_fetch_session_cache_slots =
      static_cast<std::size_t>(integer("max.incremental.fetch.session.cache.slots"));
  config.socket_request_max_bytes = static_cast<std::size_t>(integer("socket.request.max.bytes"));
  config.quota_windows.count = static_cast<int>(integer("quota.window.num"));
  config.quota_windows.length = absl::Seconds(integer("quota.window.size.seconds"));
  config.telemetry_max_bytes = static_cast<std::size_t>(integer("telemetry.max.bytes"));
  std::int64_t queued = integer("queued.max.request.bytes");
  if (!config.values.contains("queued.max.request.bytes")) {
    queued = std::max<std::int64_t>(queued, integer("socket.request.max.bytes"));
  }
  config.queued_max_request_bytes =
      queued < 0 ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(queued);
  if (config.queued_max_request_bytes < config.socket_request_max_bytes) {
    return engine::ConfigError(
        fmt::format("queued.max.request.bytes is {}, which no request of up to {} bytes "
                    "(socket.request.max.bytes) has room in",
                    queued, config.socket_request_max_bytes));
  }
  return config;
}

ConnectionLimits ConnectionLimitsIn(const engine::ConfigLayers& layers) {
  const auto text = [&](std::string_view name) {
    const auto set = layers.Find(name);
    return set.empty() ? Find(name)->default_value : set.front().value;
  };
  const auto integer = [&](std::string_view name) {
    return static_cast<int>(engine::ConfigInteger(text(name)));
  };
  return {.of_all = integer(kConnectionsOfAll),
          .of_address = integer(kConnectionsOfAddress),
          .of_named_addresses =
              ParseAddressLimits(text(kConnectionsOfNamedAddresses)).value_or(AddressLimits())};
}

}  // namespace rill::net
