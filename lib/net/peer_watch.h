#pragma once

#include <memory>

#include "absl/status/status.h"
#include "asio/generic/stream_protocol.hpp"
#include "net/wake.h"

namespace rill::net {

// Tells a request that waits for something else when its client has gone, which nobody would see:
// nothing is read of a connection while it has a request. Used in the socket's thread.
class PeerWatch {
 public:
  using Socket = asio::generic::stream_protocol::socket;

  // `socket` outlives it, and nothing else waits on it during a watch.
  explicit PeerWatch(Socket& socket);
  ~PeerWatch();
  PeerWatch(const PeerWatch&) = delete;
  PeerWatch& operator=(const PeerWatch&) = delete;

  // Until the returned token goes, `wake` is notified when the client closes. One that has sent the
  // next request already is not watched: what it sent would have to be read first.
  std::shared_ptr<void> Watch(std::shared_ptr<Wake> wake);
  bool has_gone() const;

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

// `peer` may be null: nobody knows.
inline bool HasGone(const PeerWatch* peer) { return peer != nullptr && peer->has_gone(); }

// What ends a request whose client has gone: Cancelled.
absl::Status ClientHasGone();

}  // namespace rill::net
