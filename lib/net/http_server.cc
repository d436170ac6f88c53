#include "net/http_server.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "asio/buffer.hpp"
#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "asio/read_until.hpp"
#include "asio/redirect_error.hpp"
#include "asio/steady_timer.hpp"
#include "asio/use_awaitable.hpp"
#include "asio/write.hpp"
#include "fmt/format.h"
#include "net/go_on_in.h"
#include "net/listen.h"

namespace rill::net {
namespace {

using asio::ip::tcp;

constexpr std::size_t kMostConnections = 32;
// Those who read metrics slowly must not keep out who asks whether the node is well.
constexpr std::ptrdiff_t kMostOfMetrics = 24;
constexpr int kSendBuffer = 1 << 16;
constexpr std::size_t kMostHeaderBytes = std::size_t{8} << 10;
constexpr std::chrono::seconds kPatience(10);

bool IsRead(const HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

bool WantsBody(const HttpRequest& request) { return request.method != "HEAD"; }

bool AsksForMetrics(const HttpRequest& request) {
  return IsRead(request) && request.path == "/metrics";
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HostPort& place,
                                                              const Parts& parts) {
  auto acceptor = ListenOn(*parts.io, place);
  if (!acceptor.ok()) return acceptor.status();
  std::unique_ptr<HttpServer> server(new HttpServer(parts, *std::move(acceptor)));
  asio::co_spawn(*parts.io, server->Accept(), asio::detached);
  return server;
}

HttpServer::HttpServer(const Parts& parts, std::unique_ptr<tcp::acceptor> acceptor)
    : parts_(parts),
      acceptor_(std::move(acceptor)),
      port_(acceptor_->local_endpoint().port()),
      metrics_(*parts.node) {}

asio::awaitable<void> HttpServer::Accept() {
  while (acceptor_->is_open()) {
    asio::error_code error;
    auto socket =
        co_await acceptor_->async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) break;
    if (error) {
      asio::steady_timer pause(*parts_.io, std::chrono::milliseconds(100));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    // The socket closes. Stop may have come since this one was accepted, and does not know it.
    if (!acceptor_->is_open() || !MakeRoom()) continue;
    // What somebody does not read stays here, where it is counted, and not in the kernel.
    socket.set_option(asio::socket_base::send_buffer_size(kSendBuffer), error);
    // Known before it is served, which begins later: Stop may come in between.
    const auto visitor = visitors_.emplace_back(std::make_shared<Visitor>(std::move(socket)));
    asio::co_spawn(*parts_.io, Serve(visitor), asio::detached);
  }
}

bool HttpServer::MakeRoom() {
  if (visitors_.size() < kMostConnections) return true;
  const auto silent = std::find_if(visitors_.begin(), visitors_.end(),
                                   [](const auto& visitor) { return !visitor->has_asked; });
  if (silent == visitors_.end()) return false;
  asio::error_code ignored;
  (*silent)->socket.close(ignored);
  visitors_.erase(silent);
  return true;
}

asio::awaitable<void> HttpServer::Serve(std::shared_ptr<Visitor> visitor) {
  Socket& socket = visitor->socket;
  asio::steady_timer patience(*parts_.io, kPatience);
  patience.async_wait([visitor](const asio::error_code& cancelled) {
    asio::error_code ignored;
    if (!cancelled) visitor->socket.close(ignored);
  });
  std::string head;
  asio::error_code gone;
  co_await asio::async_read_until(socket, asio::dynamic_buffer(head, kMostHeaderBytes), "\r\n\r\n",
                                  asio::redirect_error(asio::use_awaitable, gone));
  const bool is_whole = !gone;
  const bool is_too_long = gone == asio::error::not_found;
  if (is_whole || is_too_long) {
    visitor->has_asked = true;
    std::optional<HttpRequest> request;
    if (is_whole) request = ParseHttpRequest(head);
    const bool asks_for_metrics = request.has_value() && AsksForMetrics(*request);
    visitor->gets_metrics = asks_for_metrics && MayHaveMetrics();
    std::string bytes;
    const auto answer = [&] { bytes = Answer(request); };
    if (asks_for_metrics && !visitor->gets_metrics) {
      bytes = ToBytes({503, "too many ask for metrics\n"}, WantsBody(*request));
    } else if (visitor->gets_metrics) {
      std::chrono::steady_clock::duration waited = {};
      co_await RunIn(parts_.workers->for_answers(), waited, answer);
    } else {
      answer();
    }
    co_await asio::async_write(socket, asio::buffer(bytes),
                               asio::redirect_error(asio::use_awaitable, gone));
  }
  patience.cancel();
  visitors_.remove(visitor);
  asio::error_code ignored;
  socket.shutdown(Socket::shutdown_both, ignored);
}

bool HttpServer::MayHaveMetrics() const {
  return std::count_if(visitors_.begin(), visitors_.end(),
                       [](const auto& visitor) { return visitor->gets_metrics; }) < kMostOfMetrics;
}

std::string HttpServer::Answer(const std::optional<HttpRequest>& request) {
  if (!request.has_value()) return ToBytes({400, "this is no request in HTTP/1\n"}, true);
  return ToBytes(ResponseTo(*request), WantsBody(*request));
}

HttpResponse HttpServer::ResponseTo(const HttpRequest& request) {
  if (!IsRead(request)) return {405, "GET and HEAD are answered\n"};
  if (AsksForMetrics(request)) {
    return {200, metrics_.Text(parts_.connections->load()),
            "text/plain; version=0.0.4; charset=utf-8"};
  }
  if (request.path == "/healthz") return Health();
  if (request.path == "/readyz") {
    return parts_.node->stopping->has_begun() ? HttpResponse{503, "stopping\n"} : Health();
  }
  return {404, "there are /metrics, /healthz and /readyz\n"};
}

HttpResponse HttpServer::Health() const {
  const absl::Status open = parts_.node->engine->CheckOpen();
  if (open.ok()) return {200, "ok\n"};
  return {503, fmt::format("{}\n", std::string(open.message()))};
}

void HttpServer::Stop() {
  asio::error_code ignored;
  acceptor_->close(ignored);
  for (const auto& visitor : visitors_) visitor->socket.close(ignored);
}

}  // namespace rill::net
