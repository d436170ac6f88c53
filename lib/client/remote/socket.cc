#include "client/remote/socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

#include "fmt/format.h"
#include "io/socket_address.h"

namespace rill::remote {
namespace {

// How much room is made before the bytes are there: a length that lies costs no more.
constexpr std::size_t kPiece = std::size_t{64} << 10;

constexpr std::chrono::milliseconds kFullQueueWait(10);

std::string ErrorText(int error) { return std::strerror(error); }

int MillisecondsUntil(Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<long long>(left.count(), 0, INT_MAX));
}

absl::Status AwaitEvents(int descriptor, short events, Deadline deadline) {
  pollfd wanted{descriptor, events, 0};
  while (true) {
    const int ready = ::poll(&wanted, 1, MillisecondsUntil(deadline));
    if (ready > 0) return absl::OkStatus();
    if (ready == 0) return absl::DeadlineExceededError("the time is over");
    if (errno != EINTR) return absl::UnavailableError(ErrorText(errno));
  }
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

absl::StatusOr<std::unique_ptr<addrinfo, FreeAddresses>> Resolve(const BrokerAddress& address) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(address.port);
  const int error = ::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &list);
  if (error != 0) {
    return absl::NotFoundError(
        fmt::format("\"{}\" is the name of no host: {}", address.host, ::gai_strerror(error)));
  }
  return std::unique_ptr<addrinfo, FreeAddresses>(list);
}

absl::Status FinishConnect(int descriptor, Deadline deadline) {
  if (auto ready = AwaitEvents(descriptor, POLLOUT, deadline); !ready.ok()) return ready;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? absl::OkStatus() : absl::UnavailableError(ErrorText(error));
}

absl::Status ConnectError(int error) {
  const std::string text = ErrorText(error);
  if (error == EACCES) return absl::PermissionDeniedError(text);
  return absl::UnavailableError(text);
}

absl::Status ConnectDescriptor(int descriptor, const sockaddr* to, socklen_t size,
                               Deadline deadline) {
  if (::connect(descriptor, to, size) == 0) return absl::OkStatus();
  if (errno != EINPROGRESS && errno != EINTR) return ConnectError(errno);
  return FinishConnect(descriptor, deadline);
}

absl::StatusOr<io::FileDescriptor> ConnectTo(const addrinfo& to, Deadline deadline) {
  io::FileDescriptor descriptor(
      ::socket(to.ai_family, to.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to.ai_protocol));
  if (!descriptor.valid()) return absl::UnavailableError(ErrorText(errno));
  const int now = 1;
  ::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
  auto done = ConnectDescriptor(descriptor.get(), to.ai_addr, to.ai_addrlen, deadline);
  if (!done.ok()) return done;
  return descriptor;
}

// The time that is left, shared with the addresses behind it: one where nothing is heard must not
// cost those that answer.
Deadline ShareOf(Deadline deadline, const addrinfo& to) {
  int left = 1;
  for (const addrinfo* next = to.ai_next; next != nullptr; next = next->ai_next) ++left;
  const auto now = std::chrono::steady_clock::now();
  return now + (deadline - now) / left;
}

// A socket that is not there is a node that is not there, and may be in a moment.
absl::Status FileConnectError(int error, const std::string& path) {
  if (error == ENOENT || error == ENOTDIR) {
    return absl::UnavailableError("no node listens there: there is no such socket");
  }
  if (error == ECONNREFUSED) {
    struct stat found = {};
    if (::stat(path.c_str(), &found) == 0 && !S_ISSOCK(found.st_mode)) {
      return absl::InvalidArgumentError("that is no socket: name the one in a node's folder");
    }
    return absl::UnavailableError("no node listens there: the socket is what a killed one left");
  }
  if (error == ENAMETOOLONG || error == ELOOP) {
    return absl::InvalidArgumentError(ErrorText(error));
  }
  return ConnectError(error);
}

absl::StatusOr<io::FileDescriptor> ConnectToFile(const std::string& path, Deadline deadline) {
  io::FileDescriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor.valid()) return absl::UnavailableError(ErrorText(errno));
  int error = io::ConnectToSocket(descriptor.get(), path);
  // Its queue is full, and there is nothing to wait for it by.
  while (error == EAGAIN && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kFullQueueWait);
    error = io::ConnectToSocket(descriptor.get(), path);
  }
  if (error == EINPROGRESS || error == EINTR) {
    if (auto done = FinishConnect(descriptor.get(), deadline); !done.ok()) return done;
  } else if (error != 0) {
    return FileConnectError(error, path);
  }
  return descriptor;
}

}  // namespace

bool IsHost(const std::string& name) { return Resolve({name, 0}).ok(); }

absl::StatusOr<Socket> Socket::Connect(const BrokerAddress& address, Deadline deadline) {
  if (address.is_unix()) {
    auto descriptor = ConnectToFile(address.host.substr(kUnixPrefix.size()), deadline);
    if (!descriptor.ok()) return descriptor.status();
    return Socket(*std::move(descriptor));
  }
  const auto list = Resolve(address);
  if (!list.ok()) return list.status();
  absl::Status last = absl::UnavailableError("the host has no address");
  for (const addrinfo* to = list->get(); to != nullptr; to = to->ai_next) {
    auto descriptor = ConnectTo(*to, ShareOf(deadline, *to));
    if (descriptor.ok()) return Socket(*std::move(descriptor));
    last = descriptor.status();
  }
  return last;
}

absl::Status Socket::Await(short events, Deadline deadline) const {
  return AwaitEvents(descriptor_.get(), events, deadline);
}

absl::Status Socket::Send(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (auto ready = Await(POLLOUT, deadline); !ready.ok()) return ready;
    } else if (errno != EINTR) {
      return absl::UnavailableError(ErrorText(errno));
    }
  }
  return absl::OkStatus();
}

absl::Status Socket::Receive(std::size_t size, std::string& to, Deadline deadline) {
  while (size > 0) {
    const std::size_t have = to.size();
    const std::size_t want = std::min(size, kPiece);
    to.resize(have + want);
    const ssize_t got = ::recv(descriptor_.get(), to.data() + have, want, 0);
    const int error = errno;
    to.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return absl::UnavailableError("the connection was closed");
    if (got > 0) {
      size -= static_cast<std::size_t>(got);
    } else if (error == EAGAIN) {
      if (auto ready = Await(POLLIN, deadline); !ready.ok()) return ready;
    } else if (error != EINTR) {
      return absl::UnavailableError(ErrorText(error));
    }
  }
  return absl::OkStatus();
}

}  // namespace rill::remote
