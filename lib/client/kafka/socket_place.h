#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace rill::client {

// The folder of a node, or the socket in it, as "kafka://unix:..." names them.
struct SocketPlace {
  std::string socket;  // its path, from the root
  std::string folder;  // the folder that it is in, as it was named
};

// The socket that is at `path`, a folder or a socket in one. Errors say what to do:
//   InvalidArgument    it is neither; or no path, or one that no system call takes
//   NotFound           there is nothing of that name
//   PermissionDenied   it may not be looked at
//   Unavailable        the folder has no socket: no node serves it
absl::StatusOr<SocketPlace> FindSocket(const std::string& path);

// What to do where no node serves `folder`.
std::string HowToServe(const std::string& folder);

}  // namespace rill::client
