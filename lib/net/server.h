#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "asio/awaitable.hpp"
#include "asio/executor_work_guard.hpp"
#include "asio/io_context.hpp"
#include "asio/ip/tcp.hpp"
#include "net/admission.h"
#include "net/call.h"
#include "net/connection.h"
#include "net/folder_socket.h"
#include "net/http_server.h"
#include "net/listeners.h"
#include "net/log_limit.h"
#include "net/workers.h"
#include "rill/node.h"

namespace rill::net {

// Its listeners, the threads that serve their connections, each with an event loop of its own, and
// the workers for what waits for the disk. A connection stays in its thread. Thread-safe.
class Server {
 public:
  // An engine that only reads has to have been prepared (ReadForNode), and what it cannot answer to
  // be hidden.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      std::shared_ptr<engine::LocalEngine> engine, const NodeOptions& options,
      Admission::Limits limits = Admission::Limits::kOfConfigs);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // With the ports and names that they have. None where it has no port.
  std::vector<Listener> listeners() const;
  // 0 where nothing is served over HTTP.
  std::uint16_t http_port() const { return http_ == nullptr ? std::uint16_t{0} : http_->port(); }
  int connections() const { return connections_.load(); }
  absl::Status Stop() ABSL_LOCKS_EXCLUDED(stop_mutex_);

 private:
  struct Loop {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    std::set<std::shared_ptr<Connection>> connections;  // of the loop's own thread
    std::uint64_t reads = 0;                            // the same: of all of them
    std::thread thread;
  };

  struct Port {
    Listener listener;
    std::unique_ptr<asio::ip::tcp::acceptor> acceptor;
  };

  Server(std::shared_ptr<engine::LocalEngine> engine, NodeConfig config, NodeApis apis,
         std::shared_ptr<Telemetry> telemetry, const NodeOptions& options,
         Admission::Limits limits);
  absl::Status Listen(const Listener& asked);
  void NoteFacts();
  absl::Status ListenForHttp(const std::string& place);
  absl::Status ListenInFolder();
  void Run();
  // `told` is where those that it takes are told to connect to.
  template <typename Acceptor>
  asio::awaitable<void> Accept(Acceptor& acceptor, const HostPort& told);
  asio::awaitable<void> Serve(Loop& loop, Connection::Socket socket, Connection::Peer peer,
                              std::string address, const HostPort& told);
  // Closes connections on which nothing comes.
  asio::awaitable<void> CloseIdle(Loop& loop);
  // Runs `act` with each connection, in its thread.
  void ForEachConnection(void (Connection::*act)());
  // Until no connection is left; false where `patience` was over before.
  bool AwaitNone(absl::Duration patience) ABSL_LOCKS_EXCLUDED(mutex_);
  bool IsInOwnThread();

  NodeContext node_;
  const absl::Duration drain_;
  Admission admission_;
  LogLimit connections_log_;  // of those that were closed
  LogLimit accept_log_;       // of those that could not be taken
  HostPort advertised_in_folder_;
  Workers workers_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<Port> ports_;  // in the first loop; the same ones from Run on
  // In the first loop; any of them may be null.
  std::unique_ptr<FolderSocket> folder_socket_;
  std::unique_ptr<HttpServer> http_;
  std::atomic<int> connections_ = 0;
  absl::Mutex mutex_;  // what AwaitNone sleeps on
  absl::Mutex stop_mutex_;
  bool stopped_ ABSL_GUARDED_BY(stop_mutex_) = true;  // until it runs
};

}  // namespace rill::net
