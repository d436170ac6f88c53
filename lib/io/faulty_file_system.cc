#include "io/faulty_file_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "io/memory_file_system.h"
#include "io/path.h"
#include "io/storage_copy.h"
#include "io/storage_history.h"
#include "io/system_error.h"

namespace rill::io {

using testing::FileCall;

struct FaultyFileSystem::State {
  FaultPlan plan;
  const std::unique_ptr<FileSystem> memory = NewMemoryFileSystem();

  // One lock over all calls: what is in memory and what the history says of it change together.
  mutable absl::Mutex mu;
  std::shared_ptr<Inode> root ABSL_GUARDED_BY(mu) = std::make_shared<Inode>();
  std::uint64_t capacity ABSL_GUARDED_BY(mu) = UINT64_MAX;

  absl::Status Check(FileCall call, std::string_view operation, const std::string& path) {
    const int error = plan.Next(call, path).error;
    return error == 0 ? absl::OkStatus() : SystemError(error, operation, path);
  }

  absl::Status Sync(Inode& inode, const std::string& path) {
    const absl::Status status = Check(FileCall::kSync, "sync", path);
    absl::MutexLock lock(&mu);
    if (status.ok()) return inode.SyncFile();
    if (auto failed = inode.FailSync(); !failed.ok()) return failed;
    return status;
  }

  // Null when there is nothing at `path`.
  std::shared_ptr<Inode> Find(const std::string& path) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    std::shared_ptr<Inode> inode = root;
    for (const std::string& name : SplitPath(path)) {
      const auto child = inode->names.find(name);
      if (child == inode->names.end()) return nullptr;
      inode = child->second;
    }
    return inode;
  }
  std::shared_ptr<Inode> FindFolderOf(const std::string& path) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return Find(ParentPath(NormalPath(path)));
  }
  static std::string NameOf(const std::string& path) { return SplitPath(path).back(); }

  // The inode of a file that is in memory, made when it was not known.
  absl::StatusOr<std::shared_ptr<Inode>> Know(const std::string& path)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    std::shared_ptr<Inode> inode = Find(path);
    if (inode != nullptr) return inode;
    auto file = memory->Open(path, OpenMode::kReadWrite);
    if (!file.ok()) return file.status();
    inode = std::make_shared<Inode>();
    inode->file = *std::move(file);
    FindFolderOf(path)->Apply({NameOf(path), inode, ""});
    return inode;
  }

  // As Know, and a power cut takes neither the file nor the folders above it away.
  absl::Status KnowSynced(const std::string& path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    std::shared_ptr<Inode> folder = root;
    for (const std::string& name : SplitPath(ParentPath(NormalPath(path)))) {
      std::shared_ptr<Inode>& child = folder->names[name];
      if (child == nullptr) child = std::make_shared<Inode>();
      folder->synced_names[name] = child;
      folder = child;
    }
    auto inode = Know(path);
    if (!inode.ok()) return inode.status();
    folder->synced_names[NameOf(path)] = *inode;
    (*inode)->forgotten.clear();
    return (*inode)->SyncFile();
  }

  static void CollectPaths(const Inode& folder, const std::string& path,
                           std::vector<std::string>& out) {
    for (const auto& [name, node] : folder.names) {
      const std::string child_path = path + "/" + name;
      if (node->is_folder()) {
        CollectPaths(*node, child_path, out);
      } else {
        out.push_back(child_path);
      }
    }
  }

  static std::uint64_t UsedBy(const Inode& root) {
    std::set<const Inode*> counted;  // a file with several names takes its space once
    return UsedBy(root, counted);
  }
  static std::uint64_t UsedBy(const Inode& inode, std::set<const Inode*>& counted) {
    if (!inode.is_folder()) {
      return counted.insert(&inode).second ? inode.file->Size().value_or(0) : 0;
    }
    std::uint64_t used = 0;
    for (const auto& [name, node] : inode.names) used += UsedBy(*node, counted);
    return used;
  }
  // How far a file of `size` bytes could grow on this disk.
  std::uint64_t LargestSize(std::uint64_t size) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    if (capacity == UINT64_MAX) return UINT64_MAX;
    const std::uint64_t used = UsedBy(*root);
    return used < capacity ? size + (capacity - used) : size;
  }
};

class FaultyFileSystem::FaultyMapping final : public Mapping {
 public:
  FaultyMapping(std::shared_ptr<State> state, std::shared_ptr<Inode> inode, std::string path,
                std::unique_ptr<Mapping> mapping)
      : Mapping(mapping->data(), mapping->size()),
        state_(std::move(state)),
        inode_(std::move(inode)),
        path_(std::move(path)),
        mapping_(std::move(mapping)) {}

  void Populate(std::size_t offset, std::size_t length) override {
    mapping_->Populate(offset, length);
  }
  absl::Status Sync() override { return state_->Sync(*inode_, path_); }

 private:
  const std::shared_ptr<State> state_;
  const std::shared_ptr<Inode> inode_;
  const std::string path_;
  const std::unique_ptr<Mapping> mapping_;
};

class FaultyFileSystem::FaultyFile final : public File {
 public:
  FaultyFile(std::shared_ptr<State> state, std::shared_ptr<Inode> inode, std::unique_ptr<File> file)
      : state_(std::move(state)), inode_(std::move(inode)), file_(std::move(file)) {}

  const std::string& path() const override { return file_->path(); }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, char* out, std::size_t size) override {
    if (auto status = Check(FileCall::kRead, "read"); !status.ok()) return status;
    return file_->ReadAt(offset, out, size);
  }
  absl::StatusOr<std::uint64_t> Size() override {
    if (auto status = Check(FileCall::kStat, "ask for the size of"); !status.ok()) return status;
    return file_->Size();
  }
  absl::Status WriteAt(std::uint64_t offset, std::string_view bytes) override;
  absl::Status Truncate(std::uint64_t size) override;
  absl::Status Allocate(std::uint64_t size) override;
  void CacheZeros(std::uint64_t offset, std::uint64_t length) override;
  absl::Status Sync() override { return state_->Sync(*inode_, path()); }
  absl::StatusOr<std::unique_ptr<Mapping>> Map(std::size_t length, MapMode mode) override {
    if (auto status = Check(FileCall::kMap, "map"); !status.ok()) return status;
    absl::MutexLock lock(&state_->mu);
    auto mapping = file_->Map(length, mode);
    if (!mapping.ok()) return mapping.status();
    return std::make_unique<FaultyMapping>(state_, inode_, path(), *std::move(mapping));
  }

 private:
  absl::Status Check(FileCall call, std::string_view operation) {
    return state_->Check(call, operation, path());
  }
  bool Fits(std::uint64_t size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu) {
    const std::uint64_t now = file_->Size().value_or(0);
    return size <= now || size <= state_->LargestSize(now);
  }

  const std::shared_ptr<State> state_;
  const std::shared_ptr<Inode> inode_;
  const std::unique_ptr<File> file_;
};

absl::Status FaultyFileSystem::FaultyFile::WriteAt(std::uint64_t offset, std::string_view bytes) {
  FaultPlan::Outcome outcome = state_->plan.Next(FileCall::kWrite, path());
  absl::MutexLock lock(&state_->mu);
  const std::uint64_t now = file_->Size().value_or(0);
  const std::uint64_t largest = std::max(now, state_->LargestSize(now));
  const std::uint64_t room = largest > offset ? largest - offset : 0;
  if (outcome.error == 0 && bytes.size() > room) outcome = {ENOSPC, room};
  if (outcome.error == 0) return file_->WriteAt(offset, bytes);
  const std::size_t written = std::min<std::uint64_t>(outcome.written, room);
  if (auto put = file_->WriteAt(offset, bytes.substr(0, written)); !put.ok()) return put;
  return SystemError(outcome.error, "write to", path());
}

absl::Status FaultyFileSystem::FaultyFile::Truncate(std::uint64_t size) {
  if (auto status = Check(FileCall::kTruncate, "truncate"); !status.ok()) return status;
  absl::MutexLock lock(&state_->mu);
  if (!Fits(size)) return SystemError(ENOSPC, "truncate", path());
  return file_->Truncate(size);
}

absl::Status FaultyFileSystem::FaultyFile::Allocate(std::uint64_t size) {
  if (auto status = Check(FileCall::kAllocate, "reserve space in"); !status.ok()) return status;
  absl::MutexLock lock(&state_->mu);
  if (!Fits(size)) return SystemError(ENOSPC, "reserve space in", path());
  return file_->Allocate(size);
}

// A call that nobody is told the outcome of is not counted, and has no faults of its own. But it
// stores its zeros, so that whoever lets it loose on what is stored there loses that here, too.
void FaultyFileSystem::FaultyFile::CacheZeros(std::uint64_t offset, std::uint64_t length) {
  absl::MutexLock lock(&state_->mu);
  char bytes[4096];
  for (std::uint64_t at = offset; at < offset + length; at += sizeof bytes) {
    const std::size_t size = std::min<std::uint64_t>(sizeof bytes, offset + length - at);
    const auto read = file_->ReadAt(at, bytes, size);
    if (!read.ok()) return;
    // Zeros over zeros change nothing, and would take memory.
    const bool is_zeros =
        *read == size && std::all_of(bytes, bytes + size, [](char c) { return c == 0; });
    if (is_zeros) continue;
    if (!file_->WriteAt(at, std::string(size, '\0')).ok()) return;
  }
}

FaultyFileSystem::FaultyFileSystem() : state_(std::make_shared<State>()) {}
FaultyFileSystem::~FaultyFileSystem() = default;

FaultPlan& FaultyFileSystem::plan() { return state_->plan; }

void FaultyFileSystem::SetCapacity(std::uint64_t bytes) {
  absl::MutexLock lock(&state_->mu);
  state_->capacity = bytes;
}

std::uint64_t FaultyFileSystem::UsedBytes() const {
  absl::MutexLock lock(&state_->mu);
  return State::UsedBy(*state_->root);
}

std::vector<std::string> FaultyFileSystem::Paths() const {
  absl::MutexLock lock(&state_->mu);
  std::vector<std::string> paths;
  State::CollectPaths(*state_->root, "", paths);
  return paths;
}

absl::StatusOr<std::string> FaultyFileSystem::Contents(const std::string& path) const {
  absl::MutexLock lock(&state_->mu);
  const std::shared_ptr<Inode> inode = state_->Find(path);
  if (inode == nullptr) return SystemError(ENOENT, "read", path);
  if (inode->is_folder()) return SystemError(EISDIR, "read", path);
  const auto image = ReadImage(*inode->file);
  if (!image.ok()) return image.status();
  return ToBytes(*image);
}

absl::Status FaultyFileSystem::Put(const std::string& path, std::string_view contents) {
  absl::MutexLock lock(&state_->mu);
  const std::string parent = ParentPath(NormalPath(path));
  if (auto made = state_->memory->CreateDirectories(parent); !made.ok()) return made;
  auto file = state_->memory->Open(path, OpenMode::kCreate);
  if (!file.ok()) return file.status();
  if (auto cut = (*file)->Truncate(0); !cut.ok()) return cut;
  if (auto written = (*file)->WriteAt(0, contents); !written.ok()) return written;
  return state_->KnowSynced(path);
}

std::unique_ptr<FaultyFileSystem> FaultyFileSystem::PowerLoss(std::uint64_t seed) const {
  auto after = std::make_unique<FaultyFileSystem>();
  State& state = *after->state_;
  std::mt19937_64 random(seed);
  absl::MutexLock lock(&state_->mu);
  if (!CopySurvivors(*state_->root, *state.memory, random).ok()) return nullptr;
  auto root = AdoptTree(*state.memory);
  if (!root.ok()) return nullptr;
  absl::MutexLock after_lock(&state.mu);
  state.root = *std::move(root);
  return after;
}

std::unique_ptr<FaultyFileSystem> FaultyFileSystem::ProcessKill() const {
  auto after = std::make_unique<FaultyFileSystem>();
  State& state = *after->state_;
  absl::MutexLock lock(&state_->mu);
  auto root = CopyTree(state_->root, *state.memory);
  if (!root.ok()) return nullptr;
  absl::MutexLock after_lock(&state.mu);
  state.root = *std::move(root);
  return after;
}

absl::StatusOr<std::unique_ptr<File>> FaultyFileSystem::Open(const std::string& path,
                                                             OpenMode mode) {
  const char* const operation = mode == OpenMode::kCreateNew ? "create" : "open";
  if (auto status = state_->Check(FileCall::kOpen, operation, path); !status.ok()) return status;
  absl::MutexLock lock(&state_->mu);
  auto file = state_->memory->Open(path, mode);
  if (!file.ok()) return file.status();
  auto inode = state_->Know(path);
  if (!inode.ok()) return inode.status();
  return std::make_unique<FaultyFile>(state_, *std::move(inode), *std::move(file));
}

absl::Status FaultyFileSystem::CreateDirectories(const std::string& path) {
  const absl::Status status = state_->Check(FileCall::kCreateDirectory, "create folder", path);
  if (!status.ok()) return status;
  absl::MutexLock lock(&state_->mu);
  if (auto made = state_->memory->CreateDirectories(path); !made.ok()) return made;
  std::shared_ptr<Inode> folder = state_->root;
  for (const std::string& name : SplitPath(path)) {
    if (!folder->names.contains(name)) folder->Apply({name, std::make_shared<Inode>(), ""});
    folder = folder->names[name];
  }
  return absl::OkStatus();
}

absl::Status FaultyFileSystem::RemoveDirectory(const std::string& path) {
  const absl::Status status = state_->Check(FileCall::kRemove, "remove folder", path);
  if (!status.ok()) return status;
  absl::MutexLock lock(&state_->mu);
  if (auto removed = state_->memory->RemoveDirectory(path); !removed.ok()) return removed;
  state_->FindFolderOf(path)->Apply({State::NameOf(path), nullptr, ""});
  return absl::OkStatus();
}

absl::Status FaultyFileSystem::Remove(const std::string& path) {
  if (auto status = state_->Check(FileCall::kRemove, "remove", path); !status.ok()) return status;
  absl::MutexLock lock(&state_->mu);
  if (auto removed = state_->memory->Remove(path); !removed.ok()) return removed;
  state_->FindFolderOf(path)->Apply({State::NameOf(path), nullptr, ""});
  return absl::OkStatus();
}

absl::Status FaultyFileSystem::Rename(const std::string& from, const std::string& to) {
  const int error = state_->plan.Next(FileCall::kRename, from, to).error;
  if (error != 0) return SystemError(error, fmt::format("rename {} to", from), to);
  absl::MutexLock lock(&state_->mu);
  if (auto renamed = state_->memory->Rename(from, to); !renamed.ok()) return renamed;
  const std::shared_ptr<Inode> node = state_->Find(from);
  if (node == state_->Find(to)) return absl::OkStatus();  // both names stay, as on a disk
  const std::shared_ptr<Inode> source = state_->FindFolderOf(from);
  const std::shared_ptr<Inode> target = state_->FindFolderOf(to);
  if (source == target) {
    source->Apply({State::NameOf(to), node, State::NameOf(from)});
    return absl::OkStatus();
  }
  // No file system loses a file between two folders, and none would keep half of a rename. What is
  // synced at once cannot be torn.
  target->Apply({State::NameOf(to), node, ""});
  source->Apply({State::NameOf(from), nullptr, ""});
  target->SyncNames();
  source->SyncNames();
  return absl::OkStatus();
}

absl::Status FaultyFileSystem::Link(const std::string& from, const std::string& to) {
  const int error = state_->plan.Next(FileCall::kLink, from, to).error;
  if (error != 0) return SystemError(error, fmt::format("link {} to", from), to);
  absl::MutexLock lock(&state_->mu);
  if (auto linked = state_->memory->Link(from, to); !linked.ok()) return linked;
  state_->FindFolderOf(to)->Apply({State::NameOf(to), state_->Find(from), ""});
  return absl::OkStatus();
}

absl::StatusOr<std::uint64_t> FaultyFileSystem::LinkCount(const std::string& path) {
  const absl::Status status = state_->Check(FileCall::kStat, "ask for the links of", path);
  if (!status.ok()) return status;
  return state_->memory->LinkCount(path);
}

absl::StatusOr<std::vector<DirectoryEntry>> FaultyFileSystem::List(const std::string& path) {
  if (auto status = state_->Check(FileCall::kList, "list", path); !status.ok()) return status;
  return state_->memory->List(path);
}

absl::StatusOr<bool> FaultyFileSystem::Exists(const std::string& path) {
  if (auto status = state_->Check(FileCall::kStat, "look for", path); !status.ok()) return status;
  return state_->memory->Exists(path);
}

absl::StatusOr<std::uint64_t> FaultyFileSystem::FileSize(const std::string& path) {
  const absl::Status status = state_->Check(FileCall::kStat, "ask for the size of", path);
  if (!status.ok()) return status;
  return state_->memory->FileSize(path);
}

absl::Status FaultyFileSystem::SyncDirectory(const std::string& path) {
  const absl::Status status = state_->Check(FileCall::kSyncDirectory, "sync folder", path);
  if (!status.ok()) return status;
  absl::MutexLock lock(&state_->mu);
  if (auto synced = state_->memory->SyncDirectory(path); !synced.ok()) return synced;
  state_->Find(path)->SyncNames();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<FileLock>> FaultyFileSystem::Lock(const std::string& path) {
  if (auto status = state_->Check(FileCall::kLock, "lock", path); !status.ok()) return status;
  absl::MutexLock lock(&state_->mu);
  auto held = state_->memory->Lock(path);
  if (!held.ok()) return held.status();
  if (auto inode = state_->Know(path); !inode.ok()) return inode.status();
  return held;
}

absl::StatusOr<std::unique_ptr<FileLock>> FaultyFileSystem::LockShared(const std::string& path) {
  if (auto status = state_->Check(FileCall::kLock, "lock", path); !status.ok()) return status;
  absl::MutexLock lock(&state_->mu);
  return state_->memory->LockShared(path);
}

absl::StatusOr<LockHolder> FaultyFileSystem::HolderOf(const std::string& path) {
  absl::MutexLock lock(&state_->mu);
  return state_->memory->HolderOf(path);
}

}  // namespace rill::io
