#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/cluster.h"
#include "client/kafka/client_config.h"
#include "client/kafka/kafka_engine.h"
#include "client/kafka/socket_place.h"
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
  return absl::UnimplementedError(fmt::format(
      "security.protocol={}: \"kafka://\" speaks neither TLS nor SASL yet", found->second));
}

// Where a cluster is asked: its brokers, or the socket that leads to them.
struct ClusterPlace {
  std::vector<remote::BrokerAddress> addresses;
  std::string servers;                // for librdkafka
  std::optional<SocketPlace> socket;  // instead of servers
};

absl::StatusOr<ClusterPlace> PlaceOfBrokers(const std::string& names) {
  auto addresses = remote::ParseBootstrap(names);
  if (!addresses.ok()) return Refuse(std::string(addresses.status().message()));
  ClusterPlace place;
  for (const remote::BrokerAddress& address : *addresses) {
    if (address.is_unix()) {
      return Refuse(
          fmt::format("{0} is a socket, which leads to all brokers: name it alone, "
                      "\"{1}{0}\"",
                      address.host, kClusterScheme));
    }
    if (!place.servers.empty()) place.servers += ',';
    place.servers += remote::ToString(address);
  }
  place.addresses = *std::move(addresses);
  return place;
}

// All of `path` is one path, whatever characters it has.
absl::StatusOr<ClusterPlace> PlaceOfSocket(const std::string& path) {
  auto found = FindSocket(path);
  if (!found.ok()) return found.status();
  ClusterPlace place;
  place.addresses = {{std::string(remote::kUnixPrefix) + found->socket, 0}};
  place.socket = *std::move(found);
  return place;
}

absl::StatusOr<ClusterPlace> PlaceOf(const std::string& where) {
  const std::string names = where.substr(kClusterScheme.size());
  if (!names.starts_with(remote::kUnixPrefix)) return PlaceOfBrokers(names);
  return PlaceOfSocket(names.substr(remote::kUnixPrefix.size()));
}

absl::Status CannotOpen(const std::string& where, const absl::Status& why) {
  const std::string text = fmt::format("cannot open \"{}\": {}", where, std::string(why.message()));
  return GetErrorCode(why) == ErrorCode::kUnknownServerError
             ? absl::Status(why.code(), text)
             : MakeError(why.code(), GetErrorCode(why), text);
}

// Whether anybody is there.
absl::Status CheckAnswers(ClusterEnvironment& environment,
                          const std::optional<SocketPlace>& socket) {
  auto cluster =
      environment.WithAdmin([](remote::AdminClient& client) { return client.DescribeCluster(); });
  if (!absl::IsUnavailable(cluster.status()) || !socket) return cluster.status();
  return absl::UnavailableError(
      fmt::format("{}; {}", std::string(cluster.status().message()), HowToServe(socket->folder)));
}

}  // namespace

absl::StatusOr<std::shared_ptr<ClusterEngine>> OpenCluster(const std::string& where,
                                                           const Options& options) {
  if (auto sound = CheckOptions(options); !sound.ok()) return sound;
  if (auto sound = ClientConfig().SetAll(options.configs); !sound.ok()) return sound;
  if (auto can = CheckProtocol(options.configs); !can.ok()) return can;
  auto place = PlaceOf(where);
  if (!place.ok()) return CannotOpen(where, place.status());
  remote::AdminOptions admin;
  admin.bootstrap = std::move(place->addresses);
  admin.connection.connect_timeout = kConnectTimeout;
  admin.timeout = kAdminTimeout;
  if (const auto id = options.configs.find("client.id"); id != options.configs.end()) {
    admin.connection.client_id = id->second;
  }
  auto environment =
      std::make_shared<ClusterEnvironment>(std::move(admin), std::move(place->servers),
                                           place->socket ? place->socket->socket : "", options);
  if (auto answers = CheckAnswers(*environment, place->socket); !answers.ok()) {
    return CannotOpen(where, answers);
  }
  return std::make_shared<KafkaEngine>(std::move(environment));
}

}  // namespace rill::client
