#include "net/server.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "asio/post.hpp"
#include "asio/redirect_error.hpp"
#include "asio/steady_timer.hpp"
#include "asio/this_coro.hpp"
#include "asio/use_awaitable.hpp"
#include "fmt/format.h"
#include "net/broker_configs.h"
#include "net/listen.h"
#include "net/wake.h"

namespace rill::net {
namespace {

using asio::ip::tcp;

// For what waits for the disk, which is one.
constexpr std::size_t kWorkers = 2;
constexpr int kMaxThreads = 1024;
// After a connection could not be taken, for want of descriptors or memory.
constexpr std::chrono::milliseconds kAcceptPause(100);
constexpr std::chrono::milliseconds kShortestIdleCheck(10);
constexpr std::chrono::milliseconds kLongestIdleCheck(5000);

absl::StatusOr<HostPort> Advertised(const NodeOptions& options, const HostPort& listen) {
  if (!options.advertise.empty()) {
    auto place = ParseHostPort(options.advertise);
    if (place.ok() && (place->port == 0 || IsAnyAddress(place->host))) {
      return absl::InvalidArgumentError(
          fmt::format("clients cannot connect to \"{}\"", options.advertise));
    }
    return place;
  }
  if (!IsAnyAddress(listen.host)) return listen;
  return absl::InvalidArgumentError(
      fmt::format("\"{}\" is all addresses of this machine; say in `advertise` which one clients "
                  "are told to connect to",
                  options.listen));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(std::shared_ptr<engine::LocalEngine> engine,
                                                      const NodeOptions& options) {
  if (auto may = engine->CheckMayWrite(); !may.ok()) return may;
  if (auto open = engine->CheckOpen(); !open.ok()) return open;
  if (options.threads < 1 || options.threads > kMaxThreads) {
    return absl::InvalidArgumentError(
        fmt::format("threads is {}; it is 1 to {}", options.threads, kMaxThreads));
  }
  const auto listen = ParseHostPort(options.listen);
  if (!listen.ok()) return listen.status();
  const auto advertised = Advertised(options, *listen);
  if (!advertised.ok()) return advertised.status();
  auto config = ParseNodeConfig(options.configs);
  if (!config.ok()) return config.status();
  auto apis = NodeApis::Make(options.handlers, options.hidden_apis);
  if (!apis.ok()) return apis.status();
  std::unique_ptr<Server> server(
      new Server(std::move(engine), *std::move(config), *std::move(apis), options));
  if (auto status = server->Listen(*listen); !status.ok()) return status;
  if (auto status = server->ListenForHttp(options.http); !status.ok()) return status;
  server->advertised_ = *advertised;
  if (options.advertise.empty()) server->advertised_.port = server->listening_.port;
  server->Run();
  return server;
}

Server::Server(std::shared_ptr<engine::LocalEngine> engine, NodeConfig config, NodeApis apis,
               const NodeOptions& options)
    : node_(std::move(engine), std::move(config), std::move(apis), options.authorizer),
      drain_(options.drain),
      workers_(kWorkers) {
  for (int i = 0; i < options.threads; ++i) loops_.push_back(std::make_unique<Loop>());
}

Server::~Server() { Stop().IgnoreError(); }

absl::Status Server::Listen(const HostPort& place) {
  auto acceptor = ListenOn(loops_.front()->io, place);
  if (!acceptor.ok()) return acceptor.status();
  acceptor_ = *std::move(acceptor);
  listening_ = {place.host, acceptor_->local_endpoint().port()};
  return absl::OkStatus();
}

absl::Status Server::ListenForHttp(const std::string& text) {
  if (text.empty()) return absl::OkStatus();
  const auto place = ParseHostPort(text);
  if (!place.ok()) return place.status();
  auto http = HttpServer::Start(*place, {&loops_.front()->io, &workers_, &node_, &connections_});
  if (!http.ok()) return http.status();
  http_ = *std::move(http);
  return absl::OkStatus();
}

void Server::Run() {
  asio::co_spawn(loops_.front()->io, Accept(), asio::detached);
  for (const auto& loop : loops_) {
    asio::co_spawn(loop->io, CloseIdle(*loop), asio::detached);
    loop->thread = std::thread([io = &loop->io] { io->run(); });
  }
}

asio::awaitable<void> Server::Accept() {
  for (std::size_t next = 0; !node_.stopping->has_begun(); next = (next + 1) % loops_.size()) {
    Loop& loop = *loops_[next];
    asio::error_code error;
    auto socket =
        co_await acceptor_->async_accept(loop.io, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) break;
    if (error) {
      node_.engine->Say(LogLevel::kWarning,
                        fmt::format("cannot take a connection: {}", error.message()));
      asio::steady_timer pause(co_await asio::this_coro::executor, kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    if (connections_.load() >= MaxConnections(node_)) continue;  // the socket closes
    connections_.fetch_add(1);
    asio::co_spawn(loop.io, Serve(loop, std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> Server::Serve(Loop& loop, tcp::socket socket) {
  {
    const auto connection = std::make_shared<Connection>(
        std::move(socket), Connection::Parts{&node_, &advertised_, &workers_});
    loop.connections.insert(connection);
    if (!node_.stopping->has_begun()) co_await connection->Run();
    loop.connections.erase(connection);
  }
  absl::MutexLock lock(&mutex_);
  connections_.fetch_sub(1);
}

asio::awaitable<void> Server::CloseIdle(Loop& loop) {
  using std::chrono::steady_clock;
  const auto longest = node_.config.connections_max_idle;
  const auto interval = std::clamp(longest / 4, kShortestIdleCheck, kLongestIdleCheck);
  const auto wake = std::make_shared<Wake>(loop.io.get_executor());
  const auto stopping = node_.stopping->Observe([wake] { wake->Notify(); });
  while (!node_.stopping->has_begun()) {
    co_await wake->WaitUntil(steady_clock::now() + interval);
    const auto now = steady_clock::now();
    for (const auto& connection : loop.connections) {
      if (connection->idle_since() < now - longest) connection->Close();
    }
  }
}

void Server::ForEachConnection(void (Connection::*act)()) {
  for (const auto& loop : loops_) {
    asio::post(loop->io, [loop = loop.get(), act] {
      for (const auto& connection : loop->connections) ((*connection).*act)();
    });
  }
}

bool Server::AwaitNone(absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(
      absl::Condition(
          +[](Server* self) { return self->connections_.load() == 0; }, this),
      patience);
}

absl::Status Server::Stop() {
  absl::MutexLock lock(&stop_mutex_);
  if (std::exchange(stopped_, true) || acceptor_ == nullptr) return absl::OkStatus();
  asio::post(loops_.front()->io, [this] {
    asio::error_code ignored;
    acceptor_->close(ignored);
  });
  node_.stopping->Begin();
  ForEachConnection(&Connection::CloseWhenIdle);
  absl::Status status;
  if (!AwaitNone(drain_)) {
    status = absl::DeadlineExceededError(
        fmt::format("{} connections had a request that was not answered within {}, and were closed",
                    connections_.load(), absl::FormatDuration(drain_)));
    node_.ending->Begin();
    ForEachConnection(&Connection::Close);
    AwaitNone(absl::InfiniteDuration());
  }
  if (http_ != nullptr) asio::post(loops_.front()->io, [this] { http_->Stop(); });
  for (const auto& loop : loops_) loop->work.reset();
  for (const auto& loop : loops_) {
    if (loop->thread.joinable()) loop->thread.join();
  }
  workers_.join();
  return status;
}

}  // namespace rill::net
