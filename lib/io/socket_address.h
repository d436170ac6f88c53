#pragma once

#include <string>
#include <string_view>

namespace rill::io {

// Sockets in the file system. The address of one holds 107 characters, and paths have more, so a
// folder is reached by a descriptor of it here, through /proc.

// The path of the socket `name` in the folder behind the descriptor `folder`, for an address:
// short, whatever the folder's own path is. Good in this process, as long as `folder` is open.
std::string SocketPath(int folder, std::string_view name);

// Connects `descriptor`, a socket of AF_UNIX, to the socket file `path`. Returns what connect(2)
// leaves in errno, or opening the folder does; 0 where it is connected. Thread-safe.
int ConnectToSocket(int descriptor, const std::string& path);

}  // namespace rill::io
