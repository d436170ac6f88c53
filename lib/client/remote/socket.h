#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/remote/bootstrap.h"
#include "io/file_descriptor.h"

namespace rill::remote {

// When somebody stops waiting; the wall clock may be set meanwhile.
using Deadline = std::chrono::steady_clock::time_point;

// Whether that is an address, or a name that the system finds addresses for, however long it takes.
bool IsHost(const std::string& name);

// A connection over TCP, or a socket in the file system, whose calls block, but not beyond a
// deadline. Not thread-safe.
class Socket {
 public:
  // Tries all addresses that the host's name has, which the system is asked for first, however long
  // that takes. Unavailable where nobody answers there, or there is no socket of that name;
  // DeadlineExceeded; NotFound for a name that is no host's; PermissionDenied for a socket of
  // another user's; InvalidArgument for a path of which none can be.
  static absl::StatusOr<Socket> Connect(const BrokerAddress& address, Deadline deadline);

  // Unavailable where the other side has closed the connection or the network fails,
  // DeadlineExceeded. What was sent by then is not known.
  absl::Status Send(std::string_view bytes, Deadline deadline);
  // Reads `size` bytes behind what `to` holds, which grows as they come; errors as Send.
  absl::Status Receive(std::size_t size, std::string& to, Deadline deadline);

 private:
  explicit Socket(io::FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
  absl::Status Await(short events, Deadline deadline) const;

  io::FileDescriptor descriptor_;
};

}  // namespace rill::remote
