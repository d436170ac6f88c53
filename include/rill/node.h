#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rill/engine.h"
#include "rill/export.h"
#include "rill/handler.h"

namespace rill {

class Authorizer;
class ClientQuotaCallback;
namespace net {
class Server;
}

// What a client pushed of its metrics (KIP-714).
struct ClientTelemetry {
  std::string client_instance_id;  // Kafka's text of a UUID, as TopicDescription::id
  std::string client_id;
  // OpenTelemetry's MetricsData (version 1, protobuf), unpacked. Stays for the call.
  std::string_view metrics;
  bool is_terminating = false;  // the client ends, and pushes no more
};

// How a node listens.
struct NodeOptions {
  // Where clients connect: "host:port", with an address in brackets where it has colons
  // ("[::1]:9092"). Port 0 takes one that is free. "0.0.0.0" and "[::]" are all addresses of the
  // machine; then `advertise` says which of them clients are told. Without a host (":9092") they
  // are all addresses, too, and clients are told the machine's name, as with Kafka: Start asks the
  // system for its address, which may ask a name server.
  //
  // Or several, as Kafka's config "listeners" has them, each with a name of its own:
  // "INTERNAL://10.0.0.5:9092,EXTERNAL://:19092". All speak plaintext. One without a name is
  // PLAINTEXT.
  std::string listen = "127.0.0.1:9092";
  // Whether it listens in the engine's folder, too, on the socket "rill.sock", for processes of the
  // same user on this machine, which rill::Open takes as "kafka://unix:<folder>". Then `listen` may
  // be empty: no port. The file goes with Stop; what a killed process left is replaced. Not for
  // "mem:".
  bool folder_socket = false;
  // What clients are told to connect to, as "host:port". Empty: `listen`, with the port it has. Of
  // several listeners by name, as "EXTERNAL://broker.example:19092": clients of each are told where
  // to find that one, and one that is not named here tells where it listens.
  std::string advertise = {};
  // Where the node tells over HTTP how it is, as "host:port", for those who watch it: GET /metrics
  // (Prometheus's text format, docs/guide/metrics.md), /healthz (200 while the engine is open, else
  // 503) and /readyz (the same, and 503 once the node stops). Whoever can connect there can read
  // them. Empty: nowhere.
  std::string http = {};
  // The threads that serve connections; 1 to 1024. Each has at most one file of records open while
  // it sends, in addition to Options::max_open_files. SIGPIPE is blocked in them, and so in what
  // `handlers` and `authorizer` start from them.
  int threads = 1;
  // How long Stop waits for requests that are being answered.
  absl::Duration drain = absl::Seconds(10);
  // The node's own configs, by the names of Kafka's broker configs: "socket.request.max.bytes",
  // "connections.max.idle.ms", "max.connections", "auto.create.topics.enable", ...
  // docs/reference/configs.md lists them. An unknown name or a value out of range is refused.
  std::map<std::string, std::string> configs = {};
  // What the application answers itself, before rill's own handlers, in their place or beside them
  // (rill/handler.h). Several of one key are asked one after the other.
  std::vector<ApiHandler> handlers = {};
  // Who may do what; null: whoever can connect may do all. See authorizer.h.
  std::shared_ptr<Authorizer> authorizer = {};
  // How much clients may have, in place of the quotas that Kafka's tools set; null: those hold. See
  // client_quota.h.
  std::shared_ptr<ClientQuotaCallback> client_quota_callback = {};
  // Requests that clients are not told of, and that close the connection.
  std::vector<wire::ApiKey> hidden_apis = {};
  // Receives what clients push of their metrics, by the subscriptions that are set as Kafka's
  // client metrics ("kafka-configs --entity-type client-metrics"). Runs in threads of the node's,
  // in several at a time; until it returns the client waits, and Stop; it must not throw. Empty:
  // clients are told that nobody wants to know, and push nothing.
  std::function<void(const ClientTelemetry&)> telemetry = {};
};

// Makes an engine a Kafka broker: while there is one, clients that speak Kafka's protocol produce
// to the engine's topics and read them, beside the producers and consumers of this process, over
// the same logs and the same groups. Thread-safe, but for moving and destruction.
//
//   auto node = rill::Node::Start(*engine, {.listen = "127.0.0.1:9092"});
//
// The engine may be closed before the node is: clients are answered with errors then.
class RILL_EXPORT Node {
 public:
  // Begins to listen. `engine` is one that writes its folder, or "mem:".
  //   InvalidArgument      `options` out of range; an address that is none; `listen` is empty, and
  //                        folder_socket is not set, or names all addresses of the machine as
  //                        0.0.0.0 or [::], without `advertise`; `advertise` is of a listener that
  //                        there is not; a listener that is there twice, or by Kafka's name for TLS
  //                        or SASL; handlers that cannot be
  //   FailedPrecondition   the engine is closed, read-only or over a cluster; folder_socket without
  //                        a folder
  //   AlreadyExists        somebody listens there; or a file is in the place of the folder's socket
  //   PermissionDenied     of a port that is reserved
  //   Unavailable          the system refuses for another reason, which the message has; or it has
  //                        no address for the machine's name
  static absl::StatusOr<Node> Start(const Engine& engine, const NodeOptions& options = {});

  Node(Node&&) noexcept;
  Node& operator=(Node&&) noexcept;
  // Stop, where nobody has called it.
  ~Node();

  // The port it listens on, that of the first of several; 0 without one.
  std::uint16_t port() const;
  // Where it listens and what clients are told, with the ports that were taken, as Kafka's configs
  // "listeners" and "advertised.listeners" have it: "PLAINTEXT://127.0.0.1:9092". Empty without a
  // port.
  std::string listeners() const;
  std::string advertised_listeners() const;
  // The port of NodeOptions::http; 0 without it.
  std::uint16_t http_port() const;
  // Connections at the moment, without those for HTTP.
  int connections() const;

  // Takes no more connections and no more requests, answers those that were taken (requests that
  // wait for records are answered with what there is), closes all connections, and ends the node's
  // threads. The engine goes on. DeadlineExceeded when NodeOptions::drain was over before all were
  // answered; all is closed then, too. The application's calls (handlers, the authorizer,
  // callbacks) are waited for, however long they take. Calling it again is OK.
  // FailedPrecondition in a thread of the node's own (a handler, the authorizer, a callback), which
  // it would wait for; nor must the node be destroyed there.
  absl::Status Stop();

 private:
  explicit Node(std::unique_ptr<net::Server> server);
  std::unique_ptr<net::Server> server_;
};

}  // namespace rill
