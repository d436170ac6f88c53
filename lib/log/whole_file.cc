#include "log/whole_file.h"

#include "fmt/format.h"
#include "rill/error.h"

namespace rill::log {
namespace {

absl::Status WriteNew(io::FileSystem& files, const std::string& path, std::string_view contents,
                      bool sync) {
  auto file = files.Open(path, io::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  if (auto cut = (*file)->Truncate(0); !cut.ok()) return cut;
  if (auto wrote = (*file)->WriteAt(0, contents); !wrote.ok()) return wrote;
  return sync ? (*file)->Sync() : absl::OkStatus();
}

std::string FolderOf(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash == 0 ? 1 : slash);
}

}  // namespace

absl::StatusOr<std::string> ReadWholeFile(io::FileSystem& files, const std::string& path,
                                          std::uint64_t max_size) {
  auto file = files.Open(path, io::OpenMode::kRead);
  if (!file.ok()) return file.status();
  auto size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size > max_size) {
    return MakeError(
        absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
        fmt::format("{} has {} bytes; a sound one has {} at most", path, *size, max_size));
  }
  std::string contents(*size, '\0');
  auto read = (*file)->ReadAt(0, contents.data(), contents.size());
  if (!read.ok()) return read.status();
  contents.resize(*read);
  return contents;
}

absl::Status ReplaceFile(io::FileSystem& files, const std::string& path, std::string_view contents,
                         bool sync) {
  const std::string fresh = path + ".tmp";
  // The data is on the disk before the name is: a rename that survives a power cut must not show a
  // file whose contents did not.
  if (auto wrote = WriteNew(files, fresh, contents, sync); !wrote.ok()) {
    // The failure to write is what the caller must hear of; a leftover is overwritten next time.
    files.Remove(fresh).IgnoreError();
    return wrote;
  }
  if (auto renamed = files.Rename(fresh, path); !renamed.ok()) return renamed;
  return sync ? files.SyncDirectory(FolderOf(path)) : absl::OkStatus();
}

}  // namespace rill::log
