#include "net/peer_watch.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "io/file_descriptor.h"

namespace rill::net {
namespace {

// The end of the stream, or an error, is what is next to be read.
bool HasEnded(int socket) {
  char next = 0;
  const ssize_t got =
      io::RetryOnSignal([&] { return ::recv(socket, &next, 1, MSG_PEEK | MSG_DONTWAIT); });
  return got == 0 || (got < 0 && errno != EAGAIN);
}

}  // namespace

struct PeerWatch::State {
  Socket* socket = nullptr;
  bool has_gone = false;
};

PeerWatch::PeerWatch(Socket& socket) : state_(std::make_shared<State>(State{&socket})) {}

PeerWatch::~PeerWatch() { state_->socket = nullptr; }

std::shared_ptr<void> PeerWatch::Watch(std::shared_ptr<Wake> wake) {
  state_->socket->async_wait(
      Socket::wait_read, [state = state_, wake = std::move(wake)](const asio::error_code& ended) {
        if (state->socket == nullptr) return;
        // The node may have closed it meanwhile: then nobody is there, either.
        if (state->socket->is_open()) {
          if (ended || !HasEnded(state->socket->native_handle())) return;
        }
        state->has_gone = true;
        wake->Notify();
      });
  return {nullptr, [state = state_](void*) {
            asio::error_code ignored;
            if (state->socket != nullptr && state->socket->is_open()) {
              state->socket->cancel(ignored);
            }
          }};
}

absl::Status ClientHasGone() {
  return absl::CancelledError("the client went while its request waited");
}

bool PeerWatch::has_gone() const { return state_->has_gone; }

}  // namespace rill::net
