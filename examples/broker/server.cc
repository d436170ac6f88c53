#include "server.h"

#include <absl/status/status.h>
#include <absl/time/clock.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace {

// After a client could not be taken, for want of descriptors or memory.
constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);

// Binds and listens; the port that it is, or 0 and errno.
std::uint16_t Listen(int fd, std::uint16_t port) {
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(fd, any, size) != 0 || ::listen(fd, SOMAXCONN) != 0) return 0;
  return ::getsockname(fd, any, &size) == 0 ? ntohs(address.sin_port) : 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Broker& broker, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const std::uint16_t bound = fd >= 0 ? Listen(fd, port) : std::uint16_t{0};
  if (bound == 0) {
    const auto status =
        absl::ErrnoToStatus(errno, fmt::format("cannot listen on 127.0.0.1:{}", port));
    if (fd >= 0) ::close(fd);
    return status;
  }
  return std::unique_ptr<Server>(new Server(broker, fd, bound));
}

Server::Server(Broker& broker, int fd, std::uint16_t port)
    : broker_(broker), fd_(fd), port_(port), accepting_([this] { Accept(); }) {}

Server::~Server() {
  ::shutdown(fd_, SHUT_RDWR);  // ends the wait in accept
  accepting_.join();
  for (Served& served : clients_) served.client.Stop();
  for (Served& served : clients_) served.thread.join();
  ::close(fd_);
}

void Server::Accept() {
  for (;;) {
    const int client = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0 && errno == EINVAL) return;  // it listens no more
    LetGoOfThoseThatAreOver();
    if (client >= 0) {
      Take(client);
    } else if (errno != ECONNABORTED) {
      absl::SleepFor(kAcceptPause);
    }
  }
}

void Server::Take(int fd) {
  if (clients_.size() >= kMaxClients) {
    constexpr std::string_view kRefusal = "-ERR max number of clients reached\r\n";
    ::send(fd, kRefusal.data(), kRefusal.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::close(fd);
    return;
  }
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  Served& served = clients_.emplace_back(fd);
  served.thread = std::thread([this, &served] {
    served.client.Serve(broker_);
    served.is_over = true;
  });
}

void Server::LetGoOfThoseThatAreOver() {
  std::erase_if(clients_, [](Served& served) {
    if (!served.is_over) return false;
    served.thread.join();
    return true;
  });
}
