#include "client/kafka/socket_place.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "engine/socket_file.h"
#include "engine/where.h"
#include "fmt/format.h"
#include "io/path.h"
#include "rill/error.h"

namespace rill::client {
namespace {

enum class Kind { kNothing, kFolder, kSocket, kOther };

absl::StatusOr<Kind> KindOf(const std::string& path) {
  struct stat found = {};
  if (::stat(path.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) return Kind::kFolder;
    return S_ISSOCK(found.st_mode) ? Kind::kSocket : Kind::kOther;
  }
  if (errno == ENOENT || errno == ENOTDIR) return Kind::kNothing;
  const std::string text = fmt::format("{}: {}", path, std::strerror(errno));
  if (errno == EACCES) return absl::PermissionDeniedError(text);
  if (errno == ENAMETOOLONG || errno == ELOOP) return absl::InvalidArgumentError(text);
  return absl::UnavailableError(text);
}

absl::Status IsNeither(const std::string& path) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnknownServerError,
                   fmt::format("{} is neither a folder nor a socket: name the folder that a node "
                               "serves",
                               path));
}

// Of a folder that is there.
absl::StatusOr<SocketPlace> SocketIn(const std::string& folder, const std::string& path) {
  SocketPlace place = {
      path == "/" ? path + engine::kSocketFile : fmt::format("{}/{}", path, engine::kSocketFile),
      folder};
  const auto kind = KindOf(place.socket);
  if (!kind.ok()) return kind.status();
  if (*kind == Kind::kSocket) return place;
  if (*kind != Kind::kNothing) return IsNeither(place.socket);
  return absl::UnavailableError("no node serves this folder: " + HowToServe(folder));
}

bool NamesSocketFile(const std::string& path) {
  return path.substr(path.rfind('/') + 1) == engine::kSocketFile;
}

}  // namespace

std::string HowToServe(const std::string& folder) {
  return fmt::format("start `rill serve --data-dir {}`, or a rill::Node with folder_socket there",
                     folder);
}

absl::StatusOr<SocketPlace> FindSocket(const std::string& path) {
  const auto named = engine::CheckWhere(path);
  if (!named.ok()) return named.status();
  const auto absolute = engine::AbsoluteFolder(*named);
  if (!absolute.ok()) return absolute.status();
  const auto kind = KindOf(*absolute);
  if (!kind.ok()) return kind.status();
  if (*kind == Kind::kFolder) return SocketIn(*named, *absolute);
  if (*kind == Kind::kSocket) return SocketPlace{*absolute, io::ParentPath(*named)};
  if (*kind == Kind::kOther) return IsNeither(*named);
  if (NamesSocketFile(*absolute)) {
    const std::string folder = io::ParentPath(*absolute);
    const auto above = KindOf(folder);
    if (above.ok() && *above == Kind::kFolder) return SocketIn(io::ParentPath(*named), folder);
  }
  return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownServerError,
                   fmt::format("there is no folder {}", *named));
}

}  // namespace rill::client
