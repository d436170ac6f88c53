#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/status/statusor.h"
#include "client.h"
#include "commands.h"

// Listens, and gives each client that connects a thread.
class Server {
 public:
  static constexpr std::size_t kMaxClients = 256;

  // At `port` of 127.0.0.1, for who connects can do anything; 0 takes one that is free. `broker`
  // must outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Broker& broker, std::uint16_t port);
  // Takes no more clients and no more requests; returns when those that it has are answered.
  ~Server();

  std::uint16_t port() const { return port_; }

 private:
  struct Served {
    explicit Served(int fd) : client(fd) {}

    Client client;
    std::atomic<bool> is_over = false;
    std::thread thread;
  };

  Server(Broker& broker, int fd, std::uint16_t port);
  void Accept();
  void Take(int fd);
  void LetGoOfThoseThatAreOver();

  Broker& broker_;
  const int fd_;
  const std::uint16_t port_;
  std::list<Served> clients_;  // the accepting thread's, until that has ended
  std::thread accepting_;
};
