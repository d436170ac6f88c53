#include "io/limited_file_system.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "io/path.h"
#include "rill/error.h"

namespace rill::io {

// What all handles of one file share.
struct LimitedFileSystem::OpenedFile {
  absl::Mutex mu;
  // A file that is gone was given back whole: what its handles still do to it counts no more.
  bool removed ABSL_GUARDED_BY(mu) = false;
};

class LimitedFileSystem::LimitedMapping final : public Mapping {
 public:
  LimitedMapping(std::unique_ptr<Mapping> base, std::shared_ptr<FileUse> use)
      : Mapping(base->data(), base->size()), base_(std::move(base)), use_(std::move(use)) {
    use_->mappings.fetch_add(1, std::memory_order_relaxed);
    use_->mapped_bytes.fetch_add(size(), std::memory_order_relaxed);
  }
  ~LimitedMapping() override {
    use_->mappings.fetch_sub(1, std::memory_order_relaxed);
    use_->mapped_bytes.fetch_sub(size(), std::memory_order_relaxed);
  }

  void Populate(std::size_t offset, std::size_t length) override {
    base_->Populate(offset, length);
  }
  absl::Status Sync() override { return base_->Sync(); }
  FileId file_id() const override { return base_->file_id(); }

 private:
  const std::unique_ptr<Mapping> base_;
  const std::shared_ptr<FileUse> use_;
};

class LimitedFileSystem::LimitedLock final : public FileLock {
 public:
  LimitedLock(std::shared_ptr<FileLock> base, std::shared_ptr<FileUse> use, base::Reservation share)
      : use_(std::move(use)), share_(std::move(share)), base_(std::move(base)) {}
  absl::Status CheckInPlace() const override { return base_->CheckInPlace(); }
  const std::shared_ptr<FileLock>& base() const { return base_; }

 private:
  const std::shared_ptr<FileUse> use_;
  const base::Reservation share_;
  const std::shared_ptr<FileLock> base_;
};

class LimitedFileSystem::LimitedFile final : public File {
 public:
  LimitedFile(std::unique_ptr<File> base, std::shared_ptr<FileUse> use, base::Reservation share,
              std::shared_ptr<OpenedFile> opened)
      : use_(std::move(use)),
        share_(std::move(share)),
        opened_(std::move(opened)),
        base_(std::move(base)) {}

  const std::string& path() const override { return base_->path(); }
  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, char* out, std::size_t size) override {
    return base_->ReadAt(offset, out, size);
  }
  absl::StatusOr<std::uint64_t> Size() override { return base_->Size(); }
  absl::StatusOr<FileId> Id() override { return base_->Id(); }
  absl::Status Sync() override { return base_->Sync(); }
  int descriptor() const override { return base_->descriptor(); }
  void CacheZeros(std::uint64_t offset, std::uint64_t length) override {
    base_->CacheZeros(offset, length);
  }

  absl::Status WriteAt(std::uint64_t offset, std::string_view bytes) override;
  absl::Status Truncate(std::uint64_t size) override;
  absl::Status Allocate(std::uint64_t size) override;
  absl::StatusOr<std::unique_ptr<Mapping>> Map(std::size_t length, MapMode mode) override;

 private:
  // Runs `change`, which is to leave the file at `size` bytes, and settles what it used.
  template <typename Change>
  absl::Status Resize(std::uint64_t before, std::uint64_t size, Change change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(opened_->mu);

  const std::shared_ptr<FileUse> use_;
  const base::Reservation share_;
  const std::shared_ptr<OpenedFile> opened_;
  const std::unique_ptr<File> base_;
};

template <typename Change>
absl::Status LimitedFileSystem::LimitedFile::Resize(std::uint64_t before, std::uint64_t size,
                                                    Change change) {
  if (opened_->removed) return change();
  base::Budget& budget = use_->disk_bytes;
  const std::uint64_t growth = size > before ? size - before : 0;
  if (auto taken = budget.TryReserve(growth); !taken.ok()) {
    return absl::Status(taken.code(),
                        "cannot grow " + path() + ": " + std::string(taken.message()));
  }
  const absl::Status changed = change();
  // A change that failed may have been done in part (a write into a disk that filled up).
  const auto after = base_->Size();
  const std::uint64_t counted = before + growth;
  const std::uint64_t actual = after.ok() ? *after : counted;
  if (actual < counted) budget.Release(counted - actual);
  return changed;
}

absl::Status LimitedFileSystem::LimitedFile::WriteAt(std::uint64_t offset, std::string_view bytes) {
  auto before = base_->Size();
  if (!before.ok()) return before.status();
  const std::uint64_t end = offset + std::min<std::uint64_t>(bytes.size(), UINT64_MAX - offset);
  if (end <= *before) return base_->WriteAt(offset, bytes);
  absl::MutexLock lock(&opened_->mu);
  before = base_->Size();
  if (!before.ok()) return before.status();
  return Resize(*before, std::max(end, *before), [&] { return base_->WriteAt(offset, bytes); });
}

absl::Status LimitedFileSystem::LimitedFile::Truncate(std::uint64_t size) {
  absl::MutexLock lock(&opened_->mu);
  const auto before = base_->Size();
  if (!before.ok()) return before.status();
  return Resize(*before, size, [&] { return base_->Truncate(size); });
}

absl::Status LimitedFileSystem::LimitedFile::Allocate(std::uint64_t size) {
  absl::MutexLock lock(&opened_->mu);
  const auto before = base_->Size();
  if (!before.ok()) return before.status();
  return Resize(*before, std::max(size, *before), [&] { return base_->Allocate(size); });
}

absl::StatusOr<std::unique_ptr<Mapping>> LimitedFileSystem::LimitedFile::Map(std::size_t length,
                                                                             MapMode mode) {
  auto mapping = base_->Map(length, mode);
  if (!mapping.ok()) return mapping.status();
  return std::make_unique<LimitedMapping>(*std::move(mapping), use_);
}

LimitedFileSystem::LimitedFileSystem(FileSystem* base, const FileLimits& limits)
    : base_(base), use_(std::make_shared<FileUse>(limits)) {}

LimitedFileSystem::~LimitedFileSystem() = default;

// Files are opened for an instant, one after the other: what is remembered of those that are closed
// goes when it is as much as what is remembered of open ones.
std::shared_ptr<LimitedFileSystem::OpenedFile> LimitedFileSystem::Opened(const std::string& path) {
  if (opened_.size() >= sweep_at_) {
    absl::erase_if(opened_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = 2 * opened_.size() + kLeastSweep;
  }
  std::weak_ptr<OpenedFile>& known = opened_[NormalPath(path)];
  std::shared_ptr<OpenedFile> opened = known.lock();
  if (opened == nullptr) known = opened = std::make_shared<OpenedFile>();
  return opened;
}

absl::StatusOr<std::unique_ptr<File>> LimitedFileSystem::Open(const std::string& path,
                                                              OpenMode mode) {
  if (mode != OpenMode::kRead) {
    if (auto may = CheckMayChange(path); !may.ok()) return may;
  }
  auto share = use_->open_files.Reserve(1);
  if (!share.ok()) {
    return absl::Status(share.status().code(),
                        "cannot open " + path + ": " + std::string(share.status().message()));
  }
  // Who only reads changes no size, so nobody has to know of it, and it waits for no lock.
  if (mode == OpenMode::kRead) {
    auto file = base_->Open(path, mode);
    if (!file.ok()) return file.status();
    return std::make_unique<LimitedFile>(*std::move(file), use_, *std::move(share),
                                         std::make_shared<OpenedFile>());
  }
  absl::MutexLock lock(&mu_);
  auto file = base_->Open(path, mode);
  if (!file.ok()) return file.status();
  return std::make_unique<LimitedFile>(*std::move(file), use_, *std::move(share), Opened(path));
}

// Sizes do not change, so nothing is counted and nobody waits for the lock.
void LimitedFileSystem::CacheZeros(const std::string& path, const FileId& mapped,
                                   std::uint64_t offset, std::uint64_t length) {
  const auto share = use_->open_files.Reserve(1);
  if (share.ok() && CheckMayChange(path).ok()) base_->CacheZeros(path, mapped, offset, length);
}

absl::StatusOr<std::unique_ptr<FileLock>> LimitedFileSystem::Lock(const std::string& path) {
  auto lock = Counted(path, [&] { return base_->Lock(path); });
  if (!lock.ok()) return lock.status();
  absl::MutexLock held(&held_mutex_);
  held_ = (*lock)->base();
  return lock;
}

absl::StatusOr<std::unique_ptr<FileLock>> LimitedFileSystem::LockShared(const std::string& path) {
  return Counted(path, [&] { return base_->LockShared(path); });
}

absl::StatusOr<std::unique_ptr<LimitedFileSystem::LimitedLock>> LimitedFileSystem::Counted(
    const std::string& path,
    const std::function<absl::StatusOr<std::unique_ptr<FileLock>>()>& take) {
  auto share = use_->open_files.Reserve(1);
  if (!share.ok()) {
    return absl::Status(share.status().code(),
                        "cannot open " + path + ": " + std::string(share.status().message()));
  }
  auto lock = take();
  if (!lock.ok()) return lock.status();
  return std::make_unique<LimitedLock>(*std::move(lock), use_, *std::move(share));
}

absl::Status LimitedFileSystem::CheckLockInPlace() const {
  std::shared_ptr<FileLock> held;
  {
    absl::MutexLock lock(&held_mutex_);
    held = held_.lock();
  }
  return held != nullptr ? held->CheckInPlace() : absl::OkStatus();
}

absl::Status LimitedFileSystem::CheckMayChange(const std::string& path) const {
  const auto in_place = CheckLockInPlace();
  if (in_place.ok()) return in_place;
  return MakeError(in_place.code(), GetErrorCode(in_place),
                   "cannot change " + path + ": " + std::string(in_place.message()));
}

void LimitedFileSystem::Forget(const std::string& path, std::uint64_t size) {
  use_->disk_bytes.Release(size);
  auto known = opened_.extract(NormalPath(path));
  if (known.empty()) return;
  if (auto opened = known.mapped().lock()) {
    absl::MutexLock lock(&opened->mu);
    opened->removed = true;
  }
}

// The system takes a large file apart when the last who has it open lets go of it, which takes it
// milliseconds: that is here, after the lock, for which everybody waits who opens a file. Where the
// file cannot be opened for that, it is under the lock.
absl::Status LimitedFileSystem::Remove(const std::string& path) {
  if (auto may = CheckMayChange(path); !may.ok()) return may;
  const auto share = use_->open_files.Reserve(1);
  absl::StatusOr<std::unique_ptr<File>> last_handle = std::unique_ptr<File>();
  if (share.ok()) last_handle = base_->Open(path, OpenMode::kRead);
  absl::MutexLock lock(&mu_);
  const auto size = base_->FileSize(path);
  // A link to a folder is removed, too, and counts for nothing.
  if (!size.ok() && !absl::IsFailedPrecondition(size.status())) return size.status();
  if (auto removed = base_->Remove(path); !removed.ok()) return removed;
  Forget(path, size.value_or(0));
  return absl::OkStatus();
}

void LimitedFileSystem::Rekey(const std::string& from, const std::string& to) {
  const std::string old_path = NormalPath(from);
  const std::string new_path = NormalPath(to);
  std::vector<std::pair<std::string, std::weak_ptr<OpenedFile>>> moved;
  absl::erase_if(opened_, [&](const auto& entry) {
    const auto& [path, opened] = entry;
    if (path != old_path && !path.starts_with(old_path + "/")) return opened.expired();
    moved.emplace_back(new_path + path.substr(old_path.size()), opened);
    return true;
  });
  for (auto& [path, opened] : moved) opened_[path] = std::move(opened);
}

absl::Status LimitedFileSystem::Rename(const std::string& from, const std::string& to) {
  if (auto may = CheckMayChange(from); !may.ok()) return may;
  absl::MutexLock lock(&mu_);
  const auto replaced = base_->FileSize(to);
  if (auto renamed = base_->Rename(from, to); !renamed.ok()) return renamed;
  if (NormalPath(from) == NormalPath(to)) return absl::OkStatus();
  if (replaced.ok()) Forget(to, *replaced);
  Rekey(from, to);
  return absl::OkStatus();
}

absl::Status LimitedFileSystem::CreateDirectories(const std::string& path) {
  if (auto may = CheckMayChange(path); !may.ok()) return may;
  return base_->CreateDirectories(path);
}

absl::Status LimitedFileSystem::RemoveDirectory(const std::string& path) {
  if (auto may = CheckMayChange(path); !may.ok()) return may;
  return base_->RemoveDirectory(path);
}

absl::Status LimitedFileSystem::Link(const std::string& from, const std::string& to) {
  if (auto may = CheckMayChange(to); !may.ok()) return may;
  absl::MutexLock lock(&mu_);
  const auto size = base_->FileSize(from);
  if (!size.ok()) return size.status();
  if (auto taken = use_->disk_bytes.TryReserve(*size); !taken.ok()) {
    return absl::Status(taken.code(),
                        "cannot link " + from + " to " + to + ": " + std::string(taken.message()));
  }
  auto linked = base_->Link(from, to);
  if (!linked.ok()) use_->disk_bytes.Release(*size);
  return linked;
}

absl::StatusOr<std::uint64_t> LimitedFileSystem::LinkCount(const std::string& path) {
  return base_->LinkCount(path);
}

absl::StatusOr<std::vector<DirectoryEntry>> LimitedFileSystem::List(const std::string& path) {
  return base_->List(path);
}

absl::StatusOr<bool> LimitedFileSystem::Exists(const std::string& path) {
  return base_->Exists(path);
}

absl::StatusOr<std::uint64_t> LimitedFileSystem::FileSize(const std::string& path) {
  return base_->FileSize(path);
}

absl::StatusOr<std::optional<FileId>> LimitedFileSystem::IdOf(const std::string& path) {
  const auto id = base_->IdOf(path);
  // It says nothing of a file of ours when the folder is another one.
  if (id.ok() && id->has_value()) {
    if (auto may = CheckMayChange(path); !may.ok()) return may;
  }
  return id;
}

absl::Status LimitedFileSystem::SyncDirectory(const std::string& path) {
  return base_->SyncDirectory(path);
}

}  // namespace rill::io
