#include "rill/testing/faulty_storage.h"

#include <utility>

#include "io/faulty_file_system.h"

namespace rill::testing {

struct FaultyStorage::Impl {
  explicit Impl(std::unique_ptr<io::FaultyFileSystem> f) : files(std::move(f)) {}
  const std::unique_ptr<io::FaultyFileSystem> files;
};

struct FaultyStorageAccess {
  static io::FaultyFileSystem& Files(const FaultyStorage& storage) { return *storage.impl_->files; }
};

FaultyStorage::FaultyStorage()
    : impl_(std::make_unique<Impl>(std::make_unique<io::FaultyFileSystem>())) {}
FaultyStorage::FaultyStorage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FaultyStorage::~FaultyStorage() = default;

void FaultyStorage::Fail(const FileFault& fault) { impl_->files->plan().Add(fault); }

void FaultyStorage::FailNext(FileCall call, const std::string& path_part, int error) {
  Fail({.call = call, .path_part = path_part, .error = error});
}

void FaultyStorage::ClearFaults() { impl_->files->plan().Clear(); }

std::int64_t FaultyStorage::calls(FileCall call) const { return impl_->files->plan().calls(call); }

void FaultyStorage::Watch(Watcher watcher) { impl_->files->plan().Watch(std::move(watcher)); }

void FaultyStorage::SetCapacity(std::uint64_t bytes) { impl_->files->SetCapacity(bytes); }

std::uint64_t FaultyStorage::used_bytes() const { return impl_->files->UsedBytes(); }

std::shared_ptr<FaultyStorage> FaultyStorage::PowerLoss(std::uint64_t seed) const {
  auto files = impl_->files->PowerLoss(seed);
  if (files == nullptr) return nullptr;
  return std::shared_ptr<FaultyStorage>(
      new FaultyStorage(std::make_unique<Impl>(std::move(files))));
}

std::shared_ptr<FaultyStorage> FaultyStorage::ProcessKill() const {
  auto files = impl_->files->ProcessKill();
  if (files == nullptr) return nullptr;
  return std::shared_ptr<FaultyStorage>(
      new FaultyStorage(std::make_unique<Impl>(std::move(files))));
}

std::vector<std::string> FaultyStorage::Files() const { return impl_->files->Paths(); }

absl::StatusOr<std::string> FaultyStorage::ReadFile(const std::string& path) const {
  return impl_->files->Contents(path);
}

absl::Status FaultyStorage::WriteFile(const std::string& path, std::string_view contents) {
  return impl_->files->Put(path, contents);
}

}  // namespace rill::testing

namespace rill::io {

FaultyFileSystem& FileSystemOf(const testing::FaultyStorage& storage) {
  return testing::FaultyStorageAccess::Files(storage);
}

}  // namespace rill::io
