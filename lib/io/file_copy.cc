#include "io/file_copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "io/path.h"
#include "rill/error.h"

namespace rill::io {
namespace {

constexpr std::uint64_t kChunk = std::uint64_t{1} << 20;

absl::Status CopyBytes(File& from, File& to, std::uint64_t size) {
  std::vector<char> chunk(std::min(kChunk, size));
  for (std::uint64_t at = 0; at < size;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), size - at));
    const auto got = from.ReadAt(at, chunk.data(), wanted);
    if (!got.ok()) return got.status();
    if (*got < wanted) {
      return MakeError(
          absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
          fmt::format("cannot copy {}: it has {} bytes of {}", from.path(), at + *got, size));
    }
    if (auto put = to.WriteAt(at, {chunk.data(), wanted}); !put.ok()) return put;
    at += wanted;
  }
  return to.Sync();
}

}  // namespace

absl::Status CopyFile(FileSystem& files, const std::string& from, const std::string& to,
                      std::uint64_t size) {
  auto source = files.Open(from, OpenMode::kRead);
  if (!source.ok()) return source.status();
  auto target = files.Open(to, OpenMode::kCreateNew);
  if (!target.ok()) return target.status();
  return CopyBytes(**source, **target, size);
}

absl::Status UnshareFile(FileSystem& files, const std::string& path) {
  const auto names = files.LinkCount(path);
  if (absl::IsNotFound(names.status())) return absl::OkStatus();
  if (!names.ok() || *names == 1) return names.status();
  const auto size = files.FileSize(path);
  if (!size.ok()) return size.status();
  const std::string copy = path + ".tmp";
  auto status = files.Remove(copy);  // of a process that died here
  if (status.ok() || absl::IsNotFound(status)) status = CopyFile(files, path, copy, *size);
  if (status.ok()) status = files.Rename(copy, path);
  if (status.ok()) return files.SyncDirectory(ParentPath(path));
  files.Remove(copy).IgnoreError();
  return status;
}

}  // namespace rill::io
