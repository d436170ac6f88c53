#include "io/socket_address.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "io/file_descriptor.h"
#include "io/path.h"

namespace rill::io {

std::string SocketPath(int folder, std::string_view name) {
  return fmt::format("/proc/self/fd/{}/{}", folder, name);
}

int ConnectToSocket(int descriptor, const std::string& path) {
  const FileDescriptor folder(::open(ParentPath(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return errno;
  const std::string at = SocketPath(folder.get(), path.substr(path.rfind('/') + 1));
  sockaddr_un to = {};
  to.sun_family = AF_UNIX;
  if (at.size() >= sizeof to.sun_path) return ENAMETOOLONG;
  std::memcpy(to.sun_path, at.c_str(), at.size() + 1);
  const auto* const address = reinterpret_cast<const sockaddr*>(&to);
  return ::connect(descriptor, address, sizeof to) == 0 ? 0 : errno;
}

}  // namespace rill::io
