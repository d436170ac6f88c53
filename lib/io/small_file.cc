#include "io/small_file.h"

#include <fmt/format.h>

#include "io/path.h"
#include "rill/error.h"

namespace rill::io {
namespace {

absl::Status WriteNewFile(FileSystem& files, const std::string& path, std::string_view contents,
                          bool sync) {
  auto file = files.Open(path, OpenMode::kCreate);
  if (!file.ok()) return file.status();
  // One may be left over from a process that died here.
  if (auto cut = (*file)->Truncate(0); !cut.ok()) return cut;
  if (auto written = (*file)->WriteAt(0, contents); !written.ok()) return written;
  return sync ? (*file)->Sync() : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadSmallFile(FileSystem& files, const std::string& path,
                                          std::uint64_t max_size) {
  auto file = files.Open(path, OpenMode::kRead);
  if (!file.ok()) return file.status();
  const auto size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size > max_size) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                     fmt::format("cannot read {}: it has {} bytes where at most {} are expected; "
                                 "is it the file that its name says?",
                                 path, *size, max_size));
  }
  std::string contents(*size, '\0');
  const auto got = (*file)->ReadAt(0, contents.data(), contents.size());
  if (!got.ok()) return got.status();
  contents.resize(*got);
  return contents;
}

absl::Status ReplaceSmallFile(FileSystem& files, const std::string& path, std::string_view contents,
                              bool sync) {
  const std::string temporary = path + ".tmp";
  absl::Status done = WriteNewFile(files, temporary, contents, sync);
  if (done.ok()) done = files.Rename(temporary, path);
  if (!done.ok()) {
    // Of no use to anybody, and it takes space; the failure itself is what matters to the caller.
    files.Remove(temporary).IgnoreError();
    return done;
  }
  return sync ? files.SyncDirectory(ParentPath(path)) : absl::OkStatus();
}

}  // namespace rill::io
