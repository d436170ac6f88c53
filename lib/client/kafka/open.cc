#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

#include "client/cluster.h"
#include "client/kafka/client_config.h"
#include "client/kafka/kafka_engine.h"
#include "client/remote/bootstrap.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

// Of an operation on topics or groups; while brokers move, or do not answer.
constexpr absl::Duration kAdminTimeout = absl::Seconds(60);
constexpr absl::Duration kConnectTimeout = absl::Seconds(10);

absl::Status Refuse(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig, message);
}

// Options of engines in this process: one that is set is not passed over in silence.
absl::Status CheckOptions(const Options& options) {
  const Options usual;
  const std::pair<const char*, bool> meaningless[] = {
      {"create_if_missing=false", !options.create_if_missing},
      {"read_only", options.read_only},
      {"maintenance=kByCaller", options.maintenance != usual.maintenance},
      {"max_buffer_bytes", options.max_buffer_bytes != usual.max_buffer_bytes},
      {"max_disk_bytes", options.max_disk_bytes.has_value()},
      {"max_open_files", options.max_open_files != usual.max_open_files},
      {"clock", options.clock != nullptr},
      {"offset_store", options.offset_store != nullptr},
      {"storage", options.storage != nullptr},
  };
  for (const auto& [name, is_set] : meaningless) {
    if (!is_set) continue;
    return Refuse(fmt::format("Options::{} means nothing over a cluster (\"kafka://...\")", name));
  }
  return absl::OkStatus();
}

// Topics and groups are asked for over connections of rill's own, which speak neither TLS nor SASL.
absl::Status CheckProtocol(const std::map<std::string, std::string>& configs) {
  const auto found = configs.find("security.protocol");
  if (found == configs.end()) return absl::OkStatus();
  std::string protocol = found->second;
  std::transform(protocol.begin(), protocol.end(), protocol.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (protocol == "plaintext") return absl::OkStatus();
  return absl::UnimplementedError(
      fmt::format("security.protocol={}: what an engine asks of a cluster beside producing and "
                  "consuming cannot be asked with TLS or SASL yet",
                  found->second));
}

}  // namespace

absl::StatusOr<std::shared_ptr<ClusterEngine>> OpenCluster(const std::string& where,
                                                           const Options& options) {
  if (auto sound = CheckOptions(options); !sound.ok()) return sound;
  if (auto sound = ClientConfig().SetAll(options.configs); !sound.ok()) return sound;
  if (auto can = CheckProtocol(options.configs); !can.ok()) return can;
  remote::AdminOptions admin;
  auto addresses = remote::ParseBootstrap(where.substr(kClusterScheme.size()));
  if (!addresses.ok()) {
    return Refuse(
        fmt::format("cannot open \"{}\": {}", where, std::string(addresses.status().message())));
  }
  std::string servers;
  for (const remote::BrokerAddress& address : *addresses) {
    if (address.is_unix()) {
      return absl::UnimplementedError(
          fmt::format("cannot open \"{}\": librdkafka connects over TCP alone; name the node's "
                      "host and port",
                      where));
    }
    if (!servers.empty()) servers += ',';
    servers += remote::ToString(address);
  }
  admin.bootstrap = *std::move(addresses);
  admin.connection.connect_timeout = kConnectTimeout;
  admin.timeout = kAdminTimeout;
  if (const auto id = options.configs.find("client.id"); id != options.configs.end()) {
    admin.connection.client_id = id->second;
  }
  auto environment = std::make_shared<ClusterEnvironment>(std::move(admin), servers, options);
  // Whether anybody is there.
  const auto cluster =
      environment->WithAdmin([](remote::AdminClient& client) { return client.DescribeCluster(); });
  if (!cluster.ok()) {
    return absl::Status(
        cluster.status().code(),
        fmt::format("cannot open \"{}\": {}", where, std::string(cluster.status().message())));
  }
  return std::make_shared<KafkaEngine>(std::move(environment));
}

}  // namespace rill::client
