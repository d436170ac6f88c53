#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/fork_mark.h"
#include "client/remote/admin_client.h"
#include "rill/options.h"

namespace rill::client {

class ClusterProducer;

// What an engine over a cluster shares with its producers and consumers, which may outlive it.
// Thread-safe.
class ClusterEnvironment {
 public:
  ClusterEnvironment(remote::AdminOptions admin, std::string servers, std::string socket,
                     const Options& options)
      : admin_options_(std::move(admin)),
        servers_(std::move(servers)),
        socket_(std::move(socket)),
        configs_(options.configs),
        sink_(options.log_sink) {}

  // "host:port,host:port", for librdkafka.
  const std::string& servers() const { return servers_; }
  // The path of the socket that leads to all brokers; empty: there is none, but servers.
  const std::string& socket() const { return socket_; }
  const std::map<std::string, std::string>& configs() const { return configs_; }

  void Say(LogLevel level, const std::string& line) const {
    if (sink_) sink_(level, line);
  }

  // Keeps a producer that was destroyed from within a callback of its own, where its client cannot
  // go, until the engine closes.
  void Keep(std::shared_ptr<ClusterProducer> producer) {
    absl::MutexLock lock(&kept_mutex_);
    kept_.push_back(std::move(producer));
  }
  std::vector<std::shared_ptr<ClusterProducer>> TakeKept() {
    absl::MutexLock lock(&kept_mutex_);
    return std::exchange(kept_, {});
  }

  void SetClosed() { closed_.store(true); }
  bool closed() const { return closed_.load(); }
  absl::Status CheckOpen() const;

  bool is_in_child() const { return !fork_mark_.IsOwn(); }

  // Calls `ask` with the client for what is not produced or consumed, one call at a time; connects
  // first, where there is no connection yet.
  template <typename Ask>
  auto WithAdmin(Ask ask) -> decltype(ask(std::declval<remote::AdminClient&>())) {
    absl::MutexLock lock(&admin_mutex_);
    if (admin_ == nullptr) {
      auto connected = remote::AdminClient::Connect(admin_options_);
      if (!connected.ok()) return connected.status();
      admin_ = *std::move(connected);
    }
    return ask(*admin_);
  }

 private:
  const remote::AdminOptions admin_options_;
  const std::string servers_;
  const std::string socket_;
  const std::map<std::string, std::string> configs_;
  const LogSink sink_;
  const base::ForkMark fork_mark_;
  std::atomic<bool> closed_ = false;
  absl::Mutex kept_mutex_;
  std::vector<std::shared_ptr<ClusterProducer>> kept_ ABSL_GUARDED_BY(kept_mutex_);
  absl::Mutex admin_mutex_;
  std::unique_ptr<remote::AdminClient> admin_ ABSL_GUARDED_BY(admin_mutex_);
};

}  // namespace rill::client
