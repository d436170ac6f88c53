#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/file_system.h"

namespace rill::test {

// Another file system, whose syncs, reads and mappings of files a test sees before they happen.
class WrappedFileSystem : public io::FileSystem {
 public:
  explicit WrappedFileSystem(io::FileSystem& base) : base_(base) {}

  absl::StatusOr<std::unique_ptr<io::File>> Open(const std::string& path,
                                                 io::OpenMode mode) override {
    auto file = base_.Open(path, mode);
    if (!file.ok()) return file.status();
    return std::make_unique<WrappedFile>(*this, *std::move(file));
  }
  absl::Status CreateDirectories(const std::string& path) override {
    return base_.CreateDirectories(path);
  }
  absl::Status RemoveDirectory(const std::string& path) override {
    return base_.RemoveDirectory(path);
  }
  absl::Status Remove(const std::string& path) override { return base_.Remove(path); }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    return base_.Rename(from, to);
  }
  absl::Status Link(const std::string& from, const std::string& to) override {
    return base_.Link(from, to);
  }
  absl::StatusOr<std::uint64_t> LinkCount(const std::string& path) override {
    return base_.LinkCount(path);
  }
  absl::StatusOr<std::vector<io::DirectoryEntry>> List(const std::string& path) override {
    return base_.List(path);
  }
  absl::StatusOr<bool> Exists(const std::string& path) override { return base_.Exists(path); }
  absl::StatusOr<std::uint64_t> FileSize(const std::string& path) override {
    return base_.FileSize(path);
  }
  absl::Status SyncDirectory(const std::string& path) override { return base_.SyncDirectory(path); }
  absl::StatusOr<std::unique_ptr<io::FileLock>> Lock(const std::string& path) override {
    return base_.Lock(path);
  }
  absl::StatusOr<std::unique_ptr<io::FileLock>> LockShared(const std::string& path) override {
    return base_.LockShared(path);
  }
  absl::StatusOr<io::LockHolder> HolderOf(const std::string& path) override {
    return base_.HolderOf(path);
  }
  bool IsShared() const override { return base_.IsShared(); }
  bool IsDurable() const override { return base_.IsDurable(); }

 protected:
  // Instead of a sync of the base's, of a file or a mapping of it.
  virtual absl::Status OnSync(const std::string& path, const std::function<absl::Status()>& sync) {
    static_cast<void>(path);
    return sync();
  }
  // Instead of File::ReadAt and File::Map of a file of the base's.
  virtual absl::StatusOr<std::size_t> OnRead(io::File& file, std::uint64_t offset, char* out,
                                             std::size_t size) {
    return file.ReadAt(offset, out, size);
  }
  virtual absl::StatusOr<std::unique_ptr<io::Mapping>> OnMap(io::File& file, std::size_t length,
                                                             io::MapMode mode) {
    return file.Map(length, mode);
  }

 private:
  class WrappedMapping final : public io::Mapping {
   public:
    WrappedMapping(WrappedFileSystem& owner, std::string path, std::unique_ptr<io::Mapping> mapping)
        : Mapping(mapping->data(), mapping->size()),
          owner_(owner),
          path_(std::move(path)),
          mapping_(std::move(mapping)) {}

    void Populate(std::size_t offset, std::size_t length) override {
      mapping_->Populate(offset, length);
    }
    absl::Status Sync() override {
      return owner_.OnSync(path_, [this] { return mapping_->Sync(); });
    }

   private:
    WrappedFileSystem& owner_;
    const std::string path_;
    const std::unique_ptr<io::Mapping> mapping_;
  };

  class WrappedFile final : public io::File {
   public:
    WrappedFile(WrappedFileSystem& owner, std::unique_ptr<io::File> file)
        : owner_(owner), file_(std::move(file)) {}

    const std::string& path() const override { return file_->path(); }
    absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, char* out, std::size_t size) override {
      return owner_.OnRead(*file_, offset, out, size);
    }
    absl::Status WriteAt(std::uint64_t offset, std::string_view bytes) override {
      return file_->WriteAt(offset, bytes);
    }
    absl::StatusOr<std::uint64_t> Size() override { return file_->Size(); }
    absl::Status Truncate(std::uint64_t size) override { return file_->Truncate(size); }
    absl::Status Allocate(std::uint64_t size) override { return file_->Allocate(size); }
    absl::Status Sync() override {
      return owner_.OnSync(path(), [this] { return file_->Sync(); });
    }
    absl::StatusOr<std::unique_ptr<io::Mapping>> Map(std::size_t length,
                                                     io::MapMode mode) override {
      auto mapping = owner_.OnMap(*file_, length, mode);
      if (!mapping.ok()) return mapping.status();
      return std::make_unique<WrappedMapping>(owner_, path(), *std::move(mapping));
    }

   private:
    WrappedFileSystem& owner_;
    const std::unique_ptr<io::File> file_;
  };

  io::FileSystem& base_;
};

}  // namespace rill::test
