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
#include "asio/thread_pool.hpp"
#include "net/call.h"
#include "net/connection.h"
#include "net/http_server.h"
#include "rill/node.h"

namespace rill::net {

// A listener, the threads that serve its connections, each with an event loop of its own, and the
// workers for what waits for the disk. A connection stays in its thread. Thread-safe.
class Server {
 public:
  static absl::StatusOr<std::unique_ptr<Server>> Start(std::shared_ptr<engine::LocalEngine> engine,
                                                       const NodeOptions& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const HostPort& listening() const { return listening_; }
  // 0 where nothing is served over HTTP.
  std::uint16_t http_port() const { return http_ == nullptr ? std::uint16_t{0} : http_->port(); }
  int connections() const { return connections_.load(); }
  absl::Status Stop() ABSL_LOCKS_EXCLUDED(stop_mutex_);

 private:
  struct Loop {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    std::set<std::shared_ptr<Connection>> connections;  // of the loop's own thread
    std::thread thread;
  };

  Server(std::shared_ptr<engine::LocalEngine> engine, NodeConfig config, NodeApis apis,
         const NodeOptions& options);
  absl::Status Listen(const HostPort& place);
  absl::Status ListenForHttp(const std::string& place);
  void Run();
  asio::awaitable<void> Accept();
  asio::awaitable<void> Serve(Loop& loop, asio::ip::tcp::socket socket);
  // Closes connections on which nothing comes.
  asio::awaitable<void> CloseIdle(Loop& loop);
  // Runs `act` with each connection, in its thread.
  void ForEachConnection(void (Connection::*act)());
  // Until no connection is left; false where `patience` was over before.
  bool AwaitNone(absl::Duration patience) ABSL_LOCKS_EXCLUDED(mutex_);

  const NodeContext node_;
  const absl::Duration drain_;
  HostPort listening_;
  HostPort advertised_;
  asio::thread_pool workers_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<asio::ip::tcp::acceptor> acceptor_;  // of the first loop
  std::unique_ptr<HttpServer> http_;                   // in the first loop; may be null
  std::atomic<int> connections_ = 0;
  absl::Mutex mutex_;  // what AwaitNone sleeps on
  absl::Mutex stop_mutex_;
  bool stopped_ ABSL_GUARDED_BY(stop_mutex_) = false;
};

}  // namespace rill::net
