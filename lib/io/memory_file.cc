#include "io/memory_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "io/page.h"
#include "io/system_error.h"
#include "rill/error.h"

namespace rill::io {
namespace {

class MemoryMapping final : public Mapping {
 public:
  MemoryMapping(std::shared_ptr<MemoryContent> pinned, char* data, std::size_t size)
      : Mapping(data, size), pinned_(std::move(pinned)) {}
  ~MemoryMapping() override { pinned_->Unpin(); }

  void Populate(std::size_t offset, std::size_t length) override {
    PopulatePages(data(), size(), offset, length);
  }
  absl::Status Sync() override { return absl::OkStatus(); }

 private:
  const std::shared_ptr<MemoryContent> pinned_;
};

class MemoryFile final : public File {
 public:
  MemoryFile(std::shared_ptr<MemoryContent> content, std::string path, bool writable)
      : content_(std::move(content)), path_(std::move(path)), writable_(writable) {}

  const std::string& path() const override { return path_; }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, char* out, std::size_t size) override {
    return content_->Read(offset, out, size);
  }
  absl::Status WriteAt(std::uint64_t offset, std::string_view bytes) override {
    return ToStatus(writable_ ? content_->Write(offset, bytes) : EBADF, "write to");
  }
  absl::StatusOr<std::uint64_t> Size() override { return content_->size(); }
  absl::Status Truncate(std::uint64_t size) override {
    return ToStatus(writable_ ? content_->Resize(size) : EBADF, "truncate");
  }
  absl::Status Allocate(std::uint64_t size) override {
    return ToStatus(writable_ ? content_->Extend(size) : EBADF, "reserve space in");
  }
  absl::Status Sync() override { return absl::OkStatus(); }

  absl::StatusOr<std::unique_ptr<Mapping>> Map(std::size_t length, MapMode mode) override {
    if (mode == MapMode::kReadWrite && !writable_) return ToStatus(EACCES, "map");
    char* data = nullptr;
    if (const int error = content_->Pin(length, data); error != 0) return ToStatus(error, "map");
    return std::make_unique<MemoryMapping>(content_, data, length);
  }

 private:
  absl::Status ToStatus(int error, const char* operation) const {
    if (error == 0) return absl::OkStatus();
    if (error != EBUSY) return SystemError(error, operation, path_);
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                     fmt::format("cannot {} {}: it would grow past what it is mapped with; map the "
                                 "length it is to reach, or unmap it first",
                                 operation, path_));
  }

  const std::shared_ptr<MemoryContent> content_;
  const std::string path_;
  const bool writable_;
};

}  // namespace

std::unique_ptr<File> NewMemoryFile(std::shared_ptr<MemoryContent> content, std::string path,
                                    bool writable) {
  return std::make_unique<MemoryFile>(std::move(content), std::move(path), writable);
}

}  // namespace rill::io
