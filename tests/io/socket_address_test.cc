#include "io/socket_address.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "catch.h"
#include "io/file_descriptor.h"
#include "temporary_folder.h"

namespace rill::io {
namespace {

FileDescriptor NewSocket() { return FileDescriptor(::socket(AF_UNIX, SOCK_STREAM, 0)); }

// A socket file `name` in `folder` at which nobody listens yet.
FileDescriptor Bound(const std::string& folder, const std::string& name) {
  const FileDescriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY));
  sockaddr_un at = {};
  at.sun_family = AF_UNIX;
  const std::string path = SocketPath(opened.get(), name);
  REQUIRE(path.size() < sizeof at.sun_path);
  path.copy(at.sun_path, sizeof at.sun_path - 1);
  FileDescriptor bound = NewSocket();
  REQUIRE(::bind(bound.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  return bound;
}

TEST_CASE("A socket in a folder with a long path is bound and connected to") {
  const test::TemporaryFolder top;
  const std::string folder = top.path() + "/" + std::string(200, 'a') + "/" + std::string(200, 'b');
  std::filesystem::create_directories(folder);
  const FileDescriptor server = Bound(folder, "s");
  const std::string path = folder + "/s";
  CHECK(ConnectToSocket(NewSocket().get(), path) == ECONNREFUSED);
  REQUIRE(::listen(server.get(), 1) == 0);
  const FileDescriptor client = NewSocket();
  REQUIRE(ConnectToSocket(client.get(), path) == 0);
  const FileDescriptor accepted(::accept(server.get(), nullptr, nullptr));
  REQUIRE(::send(client.get(), "x", 1, 0) == 1);
  char got = 0;
  CHECK(::recv(accepted.get(), &got, 1, 0) == 1);
  CHECK(got == 'x');
}

TEST_CASE("Connecting to a socket that cannot be returns why") {
  const test::TemporaryFolder top;
  std::ofstream(top.path() + "/file") << "text";
  const auto error_of = [&](const std::string& path) {
    return ConnectToSocket(NewSocket().get(), path);
  };
  CHECK(error_of(top.path() + "/none") == ENOENT);
  CHECK(error_of(top.path() + "/none/s") == ENOENT);
  CHECK(error_of(top.path() + "/file/s") == ENOTDIR);
  CHECK(error_of(top.path() + "/file") == ECONNREFUSED);
  CHECK(error_of(top.path() + "/" + std::string(100, 'n')) == ENAMETOOLONG);
  CHECK(error_of("no-socket-here") == ENOENT);
}

}  // namespace
}  // namespace rill::io
