#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "asio/io_context.hpp"
#include "asio/local/stream_protocol.hpp"
#include "io/file_descriptor.h"

namespace rill::net {

// The socket file in a data folder that other processes of the same user connect to; gone with
// this. Used by the one who holds the folder's lock.
class FolderSocket {
 public:
  using Acceptor = asio::local::stream_protocol::acceptor;

  // Listens. A file that a process left there which was killed is replaced. AlreadyExists where
  // somebody listens there, another node of this process, or where a file is there that is no
  // socket; Unavailable where the folder's file system has no sockets; PermissionDenied.
  static absl::StatusOr<std::unique_ptr<FolderSocket>> Listen(asio::io_context& io,
                                                              const std::string& folder);
  ~FolderSocket();

  Acceptor& acceptor() { return acceptor_; }
  const std::string& path() const { return path_; }

 private:
  FolderSocket(asio::io_context& io, io::FileDescriptor folder, std::string path)
      : folder_(std::move(folder)), path_(std::move(path)), acceptor_(io) {}
  absl::Status Open();
  // Makes way for a new one.
  absl::Status RemoveStale() const;
  absl::Status Failure(const char* what, int error) const;
  // The path to bind and connect to.
  std::string ShortPath() const;

  const io::FileDescriptor folder_;
  const std::string path_;
  Acceptor acceptor_;
  // The file that this made; there may be another by now.
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace rill::net
