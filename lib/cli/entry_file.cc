#include "cli/entry_file.h"

#include "fmt/format.h"
#include "rill/error.h"

namespace rill::cli {

absl::StatusOr<EntryFile> EntryFile::Open(io::FileSystem& files, const std::string& path,
                                          std::size_t entry_size) {
  auto file = files.Open(path, io::OpenMode::kRead);
  if (!file.ok()) return file.status();
  const auto size = (*file)->Size();
  if (!size.ok()) return size.status();
  return EntryFile(*std::move(file), *size, entry_size);
}

absl::StatusOr<const char*> EntryFile::At(std::uint64_t index) {
  const std::uint64_t at = index * entry_size_;
  if (at < stretch_at_ || at + entry_size_ > stretch_at_ + stretch_.size()) {
    if (!stretch_.Reserve(kStretch)) {
      return MakeError(absl::StatusCode::kResourceExhausted, ErrorCode::kUnknownServerError,
                       fmt::format("{}: no memory for {} bytes", file_->path(), kStretch));
    }
    const auto read = file_->ReadAt(at, stretch_.data(), kStretch);
    if (!read.ok()) return read.status();
    stretch_.Resize(*read);
    stretch_at_ = at;
  }
  if (stretch_.size() < entry_size_) {
    return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
                     fmt::format("{}: had {} bytes, and ends before byte {} now", file_->path(),
                                 size_, at + entry_size_));
  }
  return stretch_.data() + (at - stretch_at_);
}

}  // namespace rill::cli
