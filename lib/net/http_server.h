#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "asio/awaitable.hpp"
#include "asio/io_context.hpp"
#include "asio/ip/tcp.hpp"
#include "net/call.h"
#include "net/http_message.h"
#include "net/metrics_page.h"
#include "net/workers.h"

namespace rill::net {

// Tells whoever watches a node how it is, over HTTP: /metrics, /healthz and /readyz. One request a
// connection, few connections at a time: who says nothing makes room for who comes. Runs in the
// thread of its io_context, and is used there, but for Start and port.
class HttpServer {
 public:
  // What is pointed to outlives the server.
  struct Parts {
    asio::io_context* io = nullptr;
    Workers* workers = nullptr;  // for what takes long
    const NodeContext* node = nullptr;
    const std::atomic<int>* connections = nullptr;  // of the node's clients
  };
  // The statuses of ListenOn.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const HostPort& place,
                                                           const Parts& parts);

  std::uint16_t port() const { return port_; }
  // Takes no more connections, and ends those that there are.
  void Stop();

 private:
  using Socket = asio::ip::tcp::socket;
  struct Visitor {
    explicit Visitor(Socket connected) : socket(std::move(connected)) {}

    Socket socket;
    bool has_asked = false;
    bool gets_metrics = false;
  };

  HttpServer(const Parts& parts, std::unique_ptr<asio::ip::tcp::acceptor> acceptor);
  asio::awaitable<void> Accept();
  asio::awaitable<void> Serve(std::shared_ptr<Visitor> visitor);
  // False where all are being answered.
  bool MakeRoom();
  bool MayHaveMetrics() const;
  std::string Answer(const std::optional<HttpRequest>& request);
  HttpResponse ResponseTo(const HttpRequest& request);
  HttpResponse Health() const;

  const Parts parts_;
  const std::unique_ptr<asio::ip::tcp::acceptor> acceptor_;
  const std::uint16_t port_;
  MetricsPage metrics_;
  std::list<std::shared_ptr<Visitor>> visitors_;  // in the order that they came in
};

}  // namespace rill::net
