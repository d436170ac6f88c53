#include "io/system_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include "rill/error.h"

namespace rill::io {
namespace {

absl::StatusCode KindOf(int error) {
  switch (error) {
    case ENOENT:
      return absl::StatusCode::kNotFound;
    case EEXIST:
      return absl::StatusCode::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EBADF:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOLCK:
      return absl::StatusCode::kResourceExhausted;
    case ENOTEMPTY:
    case ENOTDIR:
    case EISDIR:
    case EBUSY:
    case EXDEV:
    case EMLINK:
    case ETXTBSY:
      return absl::StatusCode::kFailedPrecondition;
    case ENAMETOOLONG:
    case ELOOP:
    case EINVAL:
      return absl::StatusCode::kInvalidArgument;
    case EIO:
      return absl::StatusCode::kDataLoss;
    default:
      return absl::StatusCode::kInternal;
  }
}

std::string_view AdviceOn(int error) {
  switch (error) {
    case ENOSPC:
      return "; free space on its disk, or shorten the retention of topics";
    case EDQUOT:
      return "; raise the user's disk quota, or shorten the retention of topics";
    case EFBIG:
      return "; raise the process's file size limit (ulimit -f)";
    case EMFILE:
      return "; raise the process's limit (ulimit -n), or lower Options::max_open_files";
    case ENFILE:
      return "; raise the system's limit (sysctl fs.file-max)";
    case ENOMEM:
      return "; memory, address space (ulimit -v) or the number of mappings (sysctl "
             "vm.max_map_count) ran out";
    case EROFS:
      return "; remount it for writing, or choose another folder";
    case EACCES:
    case EPERM:
      return "; the process's user needs to read and write it";
    case EBADF:
      return "; it is open for reading only";
    case EISDIR:
      return "; a folder stands where a file belongs: move it away";
    case EXDEV:
      return "; hard links are within one file system";
    case ENOTDIR:
      return "; a file stands where a folder belongs: move it away";
    case EIO:
      return "; the storage failed, see the system's log";
    default:
      return "";
  }
}

ErrorCode CodeOf(absl::StatusCode kind) {
  switch (kind) {
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kInternal:
      return ErrorCode::kKafkaStorageError;
    default:
      return ErrorCode::kUnknownServerError;
  }
}

}  // namespace

absl::Status SystemError(int error, std::string_view operation, std::string_view path) {
  const absl::StatusCode kind = KindOf(error);
  return MakeError(kind, CodeOf(kind),
                   fmt::format("cannot {} {}: {}{}", operation, path,
                               std::generic_category().message(error), AdviceOn(error)));
}

}  // namespace rill::io
