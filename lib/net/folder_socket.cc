#include "net/folder_socket.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "asio/error.hpp"
#include "engine/socket_file.h"
#include "fmt/format.h"
#include "io/socket_address.h"

namespace rill::net {
namespace {

using asio::local::stream_protocol;
using engine::kSocketFile;

constexpr mode_t kOwnerAlone = 0600;

bool Answers(asio::io_context& io, const stream_protocol::endpoint& place) {
  stream_protocol::socket socket(io);
  asio::error_code error;
  socket.connect(place, error);
  return !error;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FolderSocket>> FolderSocket::Listen(asio::io_context& io,
                                                                   const std::string& folder) {
  io::FileDescriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const int error = errno;
  const bool is_open = opened.valid();
  std::unique_ptr<FolderSocket> socket(
      new FolderSocket(io, std::move(opened), folder + "/" + kSocketFile));
  if (!is_open) return socket->Failure("opening the folder", error);
  if (auto listening = socket->Open(); !listening.ok()) return listening;
  return socket;
}

FolderSocket::~FolderSocket() {
  asio::error_code ignored;
  acceptor_.close(ignored);
  struct stat found = {};
  const bool is_own = inode_ != 0 &&
                      ::fstatat(folder_.get(), kSocketFile, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
                      found.st_ino == inode_ && found.st_dev == device_;
  if (is_own) ::unlinkat(folder_.get(), kSocketFile, 0);
}

std::string FolderSocket::ShortPath() const { return io::SocketPath(folder_.get(), kSocketFile); }

absl::Status FolderSocket::Failure(const char* what, int error) const {
  const std::string text = fmt::format("{}: {}: {}", path_, what, std::strerror(error));
  if (error == EADDRINUSE || error == EEXIST) return absl::AlreadyExistsError(text);
  if (error == EACCES || error == EROFS) return absl::PermissionDeniedError(text);
  return absl::UnavailableError(text);
}

// Nobody connects before listen, so the file's mode is set in time. (The process's umask is not a
// library's to change.)
absl::Status FolderSocket::Open() {
  if (auto removed = RemoveStale(); !removed.ok()) return removed;
  asio::error_code error;
  acceptor_.open(stream_protocol(), error);
  if (!error) acceptor_.bind(ShortPath(), error);
  if (error) return Failure("making the socket", error.value());
  struct stat made = {};
  if (::fstatat(folder_.get(), kSocketFile, &made, AT_SYMLINK_NOFOLLOW) != 0 ||
      ::fchmodat(folder_.get(), kSocketFile, kOwnerAlone, 0) != 0) {
    return Failure("making the socket the owner's", errno);
  }
  device_ = made.st_dev;
  inode_ = made.st_ino;
  acceptor_.listen(Acceptor::max_listen_connections, error);
  return error ? Failure("listening", error.value()) : absl::OkStatus();
}

// Whoever calls this holds the folder's lock, so a process that listens there is this one.
absl::Status FolderSocket::RemoveStale() const {
  struct stat found = {};
  if (::fstatat(folder_.get(), kSocketFile, &found, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT ? absl::OkStatus() : Failure("looking for a socket", errno);
  }
  if (!S_ISSOCK(found.st_mode)) {
    return absl::AlreadyExistsError(
        fmt::format("{} is there and is no socket: move it away", path_));
  }
  asio::io_context io;
  if (Answers(io, ShortPath())) {
    return absl::AlreadyExistsError(
        fmt::format("another node of this process listens on {} already", path_));
  }
  const int removed = ::unlinkat(folder_.get(), kSocketFile, 0);
  return removed == 0 ? absl::OkStatus() : Failure("removing what a killed process left", errno);
}

}  // namespace rill::net
