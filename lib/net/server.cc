#include "net/server.h"

#include <pthread.h>
#include <signal.h>

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
#include "engine/socket_file.h"
#include "fmt/format.h"
#include "net/host_name.h"
#include "net/listen.h"
#include "net/telemetry.h"
#include "net/wake.h"

namespace rill::net {
namespace {

using asio::ip::tcp;

constexpr int kMaxThreads = 1024;
// After a connection could not be taken, for want of descriptors or memory.
constexpr std::chrono::milliseconds kAcceptPause(100);
// What there is to see in lines of the log is seen in so many, in a time in which clients may cause
// any number; and what is not, is in the metrics.
constexpr std::chrono::seconds kLogLimitTime(10);
constexpr int kMostClosedToSay = 20;
constexpr int kMostNotTakenToSay = 2;
constexpr std::chrono::milliseconds kShortestIdleCheck(10);
constexpr std::chrono::milliseconds kLongestIdleCheck(5000);
// A connection from which nothing has come for so long keeps no memory for it.
constexpr std::chrono::milliseconds kRestAfter(10000);

// What clients that came by the socket are told: its path, which is for people to read. librdkafka
// keeps 255 bytes of an address with its port, and cannot use one that it had to cut.
std::string AdvertisedPath(const std::string& path) {
  constexpr std::size_t kLongest = 240;
  return fmt::format("unix:{}", path.size() <= kLongest ? path : engine::kSocketFile);
}

absl::StatusOr<std::vector<Listener>> ListenersOf(const NodeOptions& options) {
  auto listeners = ParseListeners(options.listen, options.advertise);
  if (!listeners.ok()) return listeners;
  if (listeners->empty() && !options.folder_socket) {
    return absl::InvalidArgumentError("`listen` is empty and there is no folder_socket");
  }
  const Listener* const unreachable = FindUnreachable(*listeners);
  if (unreachable == nullptr) return listeners;
  return absl::InvalidArgumentError(
      fmt::format("\"{}\" is all addresses of this machine; say in `advertise` which one clients "
                  "are told to connect to",
                  options.listen));
}

// What `asked` tells clients when it has the port `port`.
absl::StatusOr<HostPort> AdvertisedBy(const Listener& asked, std::uint16_t port) {
  HostPort told = asked.advertised;
  if (told.port == 0) told.port = port;
  if (!told.host.empty()) return told;
  auto name = MachineName();
  if (!name.ok()) {
    return absl::UnavailableError(
        fmt::format("{}: say in `advertise` what clients are told to connect to",
                    std::string(name.status().message())));
  }
  told.host = *std::move(name);
  return told;
}

LogLimit::Say InLogOf(const NodeContext& node) {
  return
      [engine = node.engine](LogLevel level, const std::string& line) { engine->Say(level, line); };
}

template <typename Executor>
Connection::Peer PeerOf(const asio::basic_stream_socket<tcp, Executor>& socket) {
  asio::error_code gone;
  const auto peer = socket.remote_endpoint(gone);
  // One that came to all addresses is shown as one that came to its own kind.
  const HostPort place{gone ? "" : Plain(peer.address()).to_string(),
                       gone ? std::uint16_t{0} : peer.port()};
  return {ToString(place), "/" + place.host, place.port};
}

template <typename Executor>
Connection::Peer PeerOf(const asio::basic_stream_socket<asio::local::stream_protocol, Executor>&) {
  return {"a process of this machine", "/unix", 0};
}

// An answer does not wait for the next.
template <typename Executor>
void SendAtOnce(asio::basic_stream_socket<tcp, Executor>& socket) {
  asio::error_code gone;
  socket.set_option(tcp::no_delay(true), gone);
}

template <typename Executor>
void SendAtOnce(asio::basic_stream_socket<asio::local::stream_protocol, Executor>&) {}

// By which it is counted; nothing of who came by the folder's socket, or has gone.
template <typename Executor>
std::string AddressOf(const asio::basic_stream_socket<tcp, Executor>& socket) {
  asio::error_code gone;
  const auto peer = socket.remote_endpoint(gone);
  return gone ? std::string() : CountedAs(peer.address());
}

template <typename Executor>
std::string AddressOf(const asio::basic_stream_socket<asio::local::stream_protocol, Executor>&) {
  return {};
}

// In this thread: sendfile has no other way to be told that a client that goes is no reason to end
// the process.
void BlockBrokenPipe() {
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(std::shared_ptr<engine::LocalEngine> engine,
                                                      const NodeOptions& options,
                                                      Admission::Limits limits) {
  if (auto open = engine->CheckOpen(); !open.ok()) return open;
  if (options.threads < 1 || options.threads > kMaxThreads) {
    return absl::InvalidArgumentError(
        fmt::format("threads is {}; it is 1 to {}", options.threads, kMaxThreads));
  }
  const auto listeners = ListenersOf(options);
  if (!listeners.ok()) return listeners.status();
  auto config = ParseNodeConfig(options.configs);
  if (!config.ok()) return config.status();
  auto apis = NodeApis::Make(options.handlers, options.hidden_apis);
  if (!apis.ok()) return apis.status();
  std::shared_ptr<Telemetry> telemetry;
  if (options.telemetry) {
    telemetry = std::make_shared<Telemetry>(engine, options.telemetry, config->telemetry_max_bytes);
  }
  std::unique_ptr<Server> server(new Server(std::move(engine), *std::move(config), *std::move(apis),
                                            std::move(telemetry), options, limits));
  for (const Listener& listener : *listeners) {
    if (auto status = server->Listen(listener); !status.ok()) return status;
  }
  if (options.folder_socket) {
    if (auto status = server->ListenInFolder(); !status.ok()) return status;
  }
  server->NoteFacts();
  if (auto status = server->ListenForHttp(options.http); !status.ok()) return status;
  // Nothing can fail any more, and nobody has come yet. A tool's node has no clients but the tool.
  if (limits == Admission::Limits::kOfConfigs) server->node_.engine->groups()->AwaitMembers();
  server->Run();
  return server;
}

Server::Server(std::shared_ptr<engine::LocalEngine> engine, NodeConfig config, NodeApis apis,
               std::shared_ptr<Telemetry> telemetry, const NodeOptions& options,
               Admission::Limits limits)
    : node_(std::move(engine), std::move(config), std::move(apis), options.authorizer,
            std::move(telemetry), options.client_quota_callback),
      drain_(options.drain),
      admission_(&node_, limits),
      connections_log_(kMostClosedToSay, kLogLimitTime, InLogOf(node_)),
      accept_log_(kMostNotTakenToSay, kLogLimitTime, InLogOf(node_)) {
  for (int i = 0; i < options.threads; ++i) loops_.push_back(std::make_unique<Loop>());
}

Server::~Server() { Stop().IgnoreError(); }

std::vector<Listener> Server::listeners() const {
  std::vector<Listener> listeners;
  for (const Port& port : ports_) listeners.push_back(port.listener);
  return listeners;
}

absl::Status Server::Listen(const Listener& asked) {
  auto acceptor = ListenOn(loops_.front()->io, asked.at);
  if (!acceptor.ok()) return acceptor.status();
  const std::uint16_t port = (*acceptor)->local_endpoint().port();
  auto told = AdvertisedBy(asked, port);
  if (!told.ok()) return told.status();
  ports_.push_back({{asked.name, {asked.at.host, port}, *std::move(told)}, *std::move(acceptor)});
  return absl::OkStatus();
}

// Before anything runs.
void Server::NoteFacts() {
  const auto served = listeners();
  std::string protocols;
  bool has_names = false;
  for (const Listener& listener : served) {
    has_names |= listener.name != kPlaintext;
    protocols += fmt::format("{}{}:{}", protocols.empty() ? "" : ",", listener.name, kPlaintext);
  }
  if (has_names) node_.facts["listener.security.protocol.map"] = protocols;
  node_.facts["listeners"] = ListenersText(served);
  node_.facts["advertised.listeners"] = AdvertisedText(served);
  node_.facts["num.network.threads"] = fmt::format("{}", loops_.size());
}

absl::Status Server::ListenInFolder() {
  if (!node_.engine->disk_space().has_value()) {
    return absl::FailedPreconditionError("folder_socket: the engine is in no folder");
  }
  auto socket = FolderSocket::Listen(loops_.front()->io, node_.engine->directory());
  if (!socket.ok()) return socket.status();
  folder_socket_ = *std::move(socket);
  advertised_in_folder_ = {AdvertisedPath(folder_socket_->path()), 0};
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
  {
    absl::MutexLock lock(&stop_mutex_);
    stopped_ = false;
  }
  asio::io_context& first = loops_.front()->io;
  for (const Port& port : ports_) {
    asio::co_spawn(first, Accept(*port.acceptor, port.listener.advertised), asio::detached);
  }
  if (folder_socket_ != nullptr) {
    asio::co_spawn(first, Accept(folder_socket_->acceptor(), advertised_in_folder_),
                   asio::detached);
  }
  for (const auto& loop : loops_) {
    asio::co_spawn(loop->io, CloseIdle(*loop), asio::detached);
    loop->thread = std::thread([io = &loop->io] {
      BlockBrokenPipe();
      io->run();
    });
  }
}

template <typename Acceptor>
asio::awaitable<void> Server::Accept(Acceptor& acceptor, const HostPort& told) {
  for (std::size_t next = 0; !node_.stopping->has_begun(); next = (next + 1) % loops_.size()) {
    Loop& loop = *loops_[next];
    asio::error_code error;
    auto socket =
        co_await acceptor.async_accept(loop.io, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) break;
    if (error) {
      accept_log_.Log(LogLevel::kWarning,
                      fmt::format("cannot take a connection: {}", error.message()));
      asio::steady_timer pause(co_await asio::this_coro::executor, kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    std::string address = AddressOf(socket);
    if (!admission_.Admit(address, connections_.load())) continue;  // the socket closes
    connections_.fetch_add(1);
    SendAtOnce(socket);
    Connection::Peer peer = PeerOf(socket);
    asio::co_spawn(loop.io,
                   Serve(loop, Connection::Socket(std::move(socket)), std::move(peer),
                         std::move(address), told),
                   asio::detached);
  }
}

asio::awaitable<void> Server::Serve(Loop& loop, Connection::Socket socket, Connection::Peer peer,
                                    std::string address, const HostPort& told) {
  {
    const auto connection = std::make_shared<Connection>(
        std::move(socket), std::move(peer),
        Connection::Parts{&node_, &told, &workers_, &loop.reads, &connections_log_});
    loop.connections.insert(connection);
    if (!node_.stopping->has_begun()) co_await connection->Run();
    loop.connections.erase(connection);
  }
  admission_.Leave(address);
  absl::MutexLock lock(&mutex_);
  connections_.fetch_sub(1);
}

asio::awaitable<void> Server::CloseIdle(Loop& loop) {
  using std::chrono::steady_clock;
  const auto longest = node_.config.connections_max_idle;
  const auto rest_after = std::min<std::chrono::milliseconds>(kRestAfter, longest / 4);
  const auto interval = std::clamp(longest / 4, kShortestIdleCheck, kLongestIdleCheck);
  const auto wake = std::make_shared<Wake>(loop.io.get_executor());
  const auto stopping = node_.stopping->Observe([wake] { wake->Notify(); });
  while (!node_.stopping->has_begun()) {
    co_await wake->WaitUntil(steady_clock::now() + interval);
    const auto now = steady_clock::now();
    for (const auto& connection : loop.connections) {
      if (connection->idle_since() < now - longest) {
        connection->Close();
      } else {
        connection->RestIfIdle(now - rest_after);
      }
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

bool Server::IsInOwnThread() {
  return workers_.has_this_thread() || std::any_of(loops_.begin(), loops_.end(), [](auto& loop) {
           return loop->io.get_executor().running_in_this_thread();
         });
}

bool Server::AwaitNone(absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(
      absl::Condition(
          +[](Server* self) { return self->connections_.load() == 0; }, this),
      patience);
}

absl::Status Server::Stop() {
  if (IsInOwnThread()) {
    return absl::FailedPreconditionError(
        "Node::Stop in a thread of the node's, which it would wait for: stop it from another");
  }
  absl::MutexLock lock(&stop_mutex_);
  if (std::exchange(stopped_, true)) return absl::OkStatus();
  asio::post(loops_.front()->io, [this] {
    asio::error_code ignored;
    for (const Port& port : ports_) port.acceptor->close(ignored);
    if (folder_socket_ != nullptr) folder_socket_->acceptor().close(ignored);
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
  workers_.Join();
  folder_socket_ = nullptr;  // the file goes with it
  return status;
}

}  // namespace rill::net
