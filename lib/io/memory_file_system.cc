#include "io/memory_file_system.h"

#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "io/memory_content.h"
#include "io/memory_file.h"
#include "io/path.h"
#include "io/system_error.h"
#include "rill/error.h"

namespace rill::io {
namespace {

constexpr std::size_t kMaxName = 255;  // as on Linux's file systems

// A file (it has content) or a folder (it has children).
struct Node {
  std::shared_ptr<MemoryContent> content;
  std::map<std::string, std::shared_ptr<Node>> children;
  std::uint64_t links = 1;  // names of a file
  // How many share its lock; kExclusive: one has it alone.
  std::atomic<int> locks = 0;
  static constexpr int kExclusive = -1;

  bool is_folder() const { return content == nullptr; }
};

class MemoryFileLock final : public FileLock {
 public:
  explicit MemoryFileLock(std::shared_ptr<Node> node) : node_(std::move(node)) {}
  ~MemoryFileLock() override { node_->locks -= node_->locks < 0 ? Node::kExclusive : 1; }

 private:
  const std::shared_ptr<Node> node_;
};

class MemoryFileSystem final : public FileSystem {
 public:
  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  absl::Status CreateDirectories(const std::string& path) override;
  absl::Status RemoveDirectory(const std::string& path) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Link(const std::string& from, const std::string& to) override;
  absl::StatusOr<std::uint64_t> LinkCount(const std::string& path) override;
  absl::StatusOr<std::vector<DirectoryEntry>> List(const std::string& path) override;
  absl::StatusOr<bool> Exists(const std::string& path) override;
  absl::StatusOr<std::uint64_t> FileSize(const std::string& path) override;
  void CacheZeros(const std::string&, const FileId&, std::uint64_t, std::uint64_t) override {}
  absl::Status SyncDirectory(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<FileLock>> LockShared(const std::string& path) override;
  absl::StatusOr<LockHolder> HolderOf(const std::string& path) override;
  bool IsShared() const override { return false; }
  bool IsDurable() const override { return false; }

 private:
  // Where a path leads: the folder that has or could have it, its name there, and the node itself
  // (null when there is none). The root has no folder and no name.
  struct Place {
    int error = 0;
    Node* folder = nullptr;
    std::string name = {};
    std::shared_ptr<Node> node = {};
  };

  absl::StatusOr<std::unique_ptr<FileLock>> TakeLock(const std::string& path, OpenMode mode);
  Place Find(const std::string& path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // As Find; an error (ENOENT, EISDIR, ENOTDIR) unless there is a file or a folder, as wanted.
  Place FindFile(const std::string& path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Place FindFolder(const std::string& path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  int OpenNode(const std::string& path, OpenMode mode, std::shared_ptr<Node>& node)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  int RenameNode(const std::string& from, const std::string& to) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  absl::Mutex mu_;
  const std::shared_ptr<Node> root_ = std::make_shared<Node>();
};

MemoryFileSystem::Place MemoryFileSystem::Find(const std::string& path) {
  Place place{.node = root_};
  for (const std::string& name : SplitPath(path)) {
    if (place.node == nullptr) return {.error = ENOENT};
    if (!place.node->is_folder()) return {.error = ENOTDIR};
    if (name.size() > kMaxName) return {.error = ENAMETOOLONG};
    place.folder = place.node.get();
    place.name = name;
    const auto child = place.folder->children.find(name);
    place.node = child == place.folder->children.end() ? nullptr : child->second;
  }
  return place;
}

MemoryFileSystem::Place MemoryFileSystem::FindFile(const std::string& path) {
  Place place = Find(path);
  if (place.error != 0) return place;
  if (place.node == nullptr) return {.error = ENOENT};
  if (place.node->is_folder()) return {.error = EISDIR};
  return place;
}

MemoryFileSystem::Place MemoryFileSystem::FindFolder(const std::string& path) {
  Place place = Find(path);
  if (place.error != 0) return place;
  if (place.node == nullptr) return {.error = ENOENT};
  if (!place.node->is_folder()) return {.error = ENOTDIR};
  return place;
}

int MemoryFileSystem::OpenNode(const std::string& path, OpenMode mode,
                               std::shared_ptr<Node>& node) {
  const bool create = mode == OpenMode::kCreate || mode == OpenMode::kCreateNew;
  const Place place = Find(path);
  if (place.error != 0) return place.error;
  node = place.node;
  if (node != nullptr) {
    if (mode == OpenMode::kCreateNew) return EEXIST;
    return node->is_folder() ? EISDIR : 0;
  }
  if (!create) return ENOENT;
  node = std::make_shared<Node>();
  node->content = std::make_shared<MemoryContent>();
  place.folder->children.emplace(place.name, node);
  return 0;
}

absl::StatusOr<std::unique_ptr<File>> MemoryFileSystem::Open(const std::string& path,
                                                             OpenMode mode) {
  absl::MutexLock lock(&mu_);
  std::shared_ptr<Node> node;
  if (const int error = OpenNode(path, mode, node); error != 0) {
    return SystemError(error, mode == OpenMode::kCreateNew ? "create" : "open", path);
  }
  return NewMemoryFile(node->content, path, mode != OpenMode::kRead);
}

absl::Status MemoryFileSystem::CreateDirectories(const std::string& path) {
  absl::MutexLock lock(&mu_);
  Node* folder = root_.get();
  for (const std::string& name : SplitPath(path)) {
    if (name.size() > kMaxName) return SystemError(ENAMETOOLONG, "create folder", path);
    std::shared_ptr<Node>& child = folder->children[name];
    if (child == nullptr) child = std::make_shared<Node>();
    if (!child->is_folder()) return SystemError(ENOTDIR, "create folder", path);
    folder = child.get();
  }
  return absl::OkStatus();
}

absl::Status MemoryFileSystem::RemoveDirectory(const std::string& path) {
  absl::MutexLock lock(&mu_);
  Place place = FindFolder(path);
  if (place.error == 0 && place.folder == nullptr) place.error = EBUSY;
  if (place.error == 0 && !place.node->children.empty()) place.error = ENOTEMPTY;
  if (place.error != 0) return SystemError(place.error, "remove folder", path);
  place.folder->children.erase(place.name);
  return absl::OkStatus();
}

absl::Status MemoryFileSystem::Remove(const std::string& path) {
  absl::MutexLock lock(&mu_);
  const Place place = FindFile(path);
  if (place.error != 0) return SystemError(place.error, "remove", path);
  --place.node->links;
  place.folder->children.erase(place.name);
  return absl::OkStatus();
}

int MemoryFileSystem::RenameNode(const std::string& from, const std::string& to) {
  const Place source = Find(from);
  if (source.error != 0) return source.error;
  if (source.node == nullptr) return ENOENT;
  if (source.folder == nullptr) return EBUSY;
  const Place target = Find(to);
  if (target.error != 0) return target.error;
  if (target.folder == nullptr) return EBUSY;
  if (source.node == target.node && !source.node->is_folder()) return 0;
  if (source.node->is_folder()) {
    if (target.node != nullptr) return EEXIST;
    if (NormalPath(to).starts_with(NormalPath(from) + "/")) return EINVAL;
  } else if (target.node != nullptr && target.node->is_folder()) {
    return EISDIR;
  }
  if (target.node != nullptr) --target.node->links;
  target.folder->children[target.name] = source.node;
  source.folder->children.erase(source.name);
  return 0;
}

absl::Status MemoryFileSystem::Rename(const std::string& from, const std::string& to) {
  absl::MutexLock lock(&mu_);
  if (const int error = RenameNode(from, to); error != 0) {
    return SystemError(error, fmt::format("rename {} to", from), to);
  }
  return absl::OkStatus();
}

absl::Status MemoryFileSystem::Link(const std::string& from, const std::string& to) {
  absl::MutexLock lock(&mu_);
  const Place source = FindFile(from);
  Place target = Find(to);
  if (target.error == 0 && target.node != nullptr) target.error = EEXIST;
  const int error = source.error != 0 ? source.error : target.error;
  if (error != 0) return SystemError(error, fmt::format("link {} to", from), to);
  target.folder->children[target.name] = source.node;
  ++source.node->links;
  return absl::OkStatus();
}

absl::StatusOr<std::uint64_t> MemoryFileSystem::LinkCount(const std::string& path) {
  absl::MutexLock lock(&mu_);
  const Place place = FindFile(path);
  if (place.error != 0) return SystemError(place.error, "ask for the links of", path);
  return place.node->links;
}

absl::StatusOr<std::vector<DirectoryEntry>> MemoryFileSystem::List(const std::string& path) {
  absl::MutexLock lock(&mu_);
  const Place place = FindFolder(path);
  if (place.error != 0) return SystemError(place.error, "list", path);
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, node] : place.node->children) {
    entries.push_back({name, node->is_folder(), node->is_folder() ? 0 : node->content->size()});
  }
  return entries;
}

absl::StatusOr<bool> MemoryFileSystem::Exists(const std::string& path) {
  absl::MutexLock lock(&mu_);
  const Place place = Find(path);
  if (place.error == ENAMETOOLONG) return SystemError(place.error, "look for", path);
  return place.error == 0 && place.node != nullptr;
}

absl::StatusOr<std::uint64_t> MemoryFileSystem::FileSize(const std::string& path) {
  absl::MutexLock lock(&mu_);
  const Place place = FindFile(path);
  if (place.error != 0) return SystemError(place.error, "ask for the size of", path);
  return place.node->content->size();
}

absl::Status MemoryFileSystem::SyncDirectory(const std::string& path) {
  absl::MutexLock lock(&mu_);
  const Place place = FindFolder(path);
  if (place.error != 0) return SystemError(place.error, "sync folder", path);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<FileLock>> MemoryFileSystem::Lock(const std::string& path) {
  return TakeLock(path, OpenMode::kCreate);
}

absl::StatusOr<std::unique_ptr<FileLock>> MemoryFileSystem::LockShared(const std::string& path) {
  return TakeLock(path, OpenMode::kRead);
}

absl::StatusOr<LockHolder> MemoryFileSystem::HolderOf(const std::string& path) {
  absl::MutexLock lock(&mu_);
  const Place place = FindFile(path);
  if (place.error == ENOENT) return LockHolder::kNobody;
  if (place.error != 0) return SystemError(place.error, "ask for", path);
  return place.node->locks == Node::kExclusive ? LockHolder::kOurs : LockHolder::kNobody;
}

absl::StatusOr<std::unique_ptr<FileLock>> MemoryFileSystem::TakeLock(const std::string& path,
                                                                     OpenMode mode) {
  const bool is_shared = mode == OpenMode::kRead;
  absl::MutexLock lock(&mu_);
  std::shared_ptr<Node> node;
  if (const int error = OpenNode(path, mode, node); error != 0) {
    return SystemError(error, "open lock file", path);
  }
  if (node->locks == Node::kExclusive || (!is_shared && node->locks > 0)) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
        fmt::format("cannot lock {}: it is held by another engine of this process", path));
  }
  node->locks += is_shared ? 1 : Node::kExclusive;
  return std::make_unique<MemoryFileLock>(std::move(node));
}

}  // namespace

std::unique_ptr<FileSystem> NewMemoryFileSystem() { return std::make_unique<MemoryFileSystem>(); }

}  // namespace rill::io
