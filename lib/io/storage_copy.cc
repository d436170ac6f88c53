#include "io/storage_copy.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace rill::io {
namespace {

absl::StatusOr<std::shared_ptr<Inode>> AdoptFile(FileSystem& files, const std::string& path) {
  auto file = files.Open(path, OpenMode::kReadWrite);
  if (!file.ok()) return file.status();
  auto inode = std::make_shared<Inode>();
  inode->file = *std::move(file);
  if (auto saved = inode->SyncFile(); !saved.ok()) return saved;
  return inode;
}

absl::StatusOr<std::shared_ptr<Inode>> AdoptFolder(FileSystem& files, const std::string& path) {
  auto entries = files.List(path);
  if (!entries.ok()) return entries.status();
  auto inode = std::make_shared<Inode>();
  for (const DirectoryEntry& entry : *entries) {
    const std::string child_path = path + "/" + entry.name;
    auto child = entry.is_directory ? AdoptFolder(files, child_path) : AdoptFile(files, child_path);
    if (!child.ok()) return child.status();
    inode->names[entry.name] = *std::move(child);
  }
  inode->SyncNames();
  return inode;
}

absl::StatusOr<std::shared_ptr<File>> CreateFile(FileSystem& files, const std::string& path,
                                                 const FileImage& image) {
  auto file = files.Open(path, OpenMode::kCreateNew);
  if (!file.ok()) return file.status();
  if (auto written = WriteImage(image, **file); !written.ok()) return written;
  return std::shared_ptr<File>(*std::move(file));
}

// Where files are that were copied already: one that has several names is copied once.
using Copied = std::map<const Inode*, std::string>;

absl::Status CopySurvivorsOf(const Inode& folder, const std::string& path, FileSystem& files,
                             std::mt19937_64& random, Copied& copied_files) {
  for (const auto& [name, node] : SurvivingNames(folder, random)) {
    const std::string child_path = path + "/" + name;
    if (node->is_folder()) {
      if (auto made = files.CreateDirectories(child_path); !made.ok()) return made;
      const absl::Status copied = CopySurvivorsOf(*node, child_path, files, random, copied_files);
      if (!copied.ok()) return copied;
      continue;
    }
    const auto [copied, is_new] = copied_files.emplace(node.get(), child_path);
    if (!is_new) {
      if (auto linked = files.Link(copied->second, child_path); !linked.ok()) return linked;
      continue;
    }
    auto image = Survivor(*node, random);
    if (!image.ok()) return image.status();
    if (auto file = CreateFile(files, child_path, *image); !file.ok()) return file.status();
  }
  return absl::OkStatus();
}

class TreeCopier {
 public:
  explicit TreeCopier(FileSystem& files) : files_(files) {}

  absl::StatusOr<std::shared_ptr<Inode>> Copy(const std::shared_ptr<Inode>& root) {
    // What has a name first: what is met again in a history then is known, and what is met there
    // for the first time has none.
    auto copy = CopyNamed(root, "");
    if (!copy.ok()) return copy.status();
    while (!without_history_.empty()) {
      const auto [from, to] = without_history_.back();
      without_history_.pop_back();
      if (auto copied = CopyHistory(*from, *to); !copied.ok()) return copied;
    }
    return copy;
  }

 private:
  std::shared_ptr<Inode> NewFolder(const Inode& from) {
    auto copy = std::make_shared<Inode>();
    without_history_.emplace_back(&from, copy.get());
    return copies_[&from] = copy;
  }

  absl::StatusOr<std::shared_ptr<Inode>> NewFile(const Inode& from, const std::string& path) {
    const auto image = ReadImage(*from.file);
    if (!image.ok()) return image.status();
    auto file = CreateFile(files_, path, *image);
    if (!file.ok()) return file.status();
    auto copy = std::make_shared<Inode>();
    copy->file = *std::move(file);
    copy->synced = from.synced;
    copy->forgotten = from.forgotten;
    return copies_[&from] = copy;
  }

  absl::StatusOr<std::shared_ptr<Inode>> CopyNamedFile(const Inode& from, const std::string& path) {
    const auto [copied, is_new] = paths_.emplace(&from, path);
    if (is_new) return NewFile(from, path);
    if (auto linked = files_.Link(copied->second, path); !linked.ok()) return linked;
    return copies_[&from];
  }

  absl::StatusOr<std::shared_ptr<Inode>> CopyNamed(const std::shared_ptr<Inode>& from,
                                                   const std::string& path) {
    if (!from->is_folder()) return CopyNamedFile(*from, path);
    if (auto made = files_.CreateDirectories(path); !made.ok()) return made;
    std::shared_ptr<Inode> copy = NewFolder(*from);
    for (const auto& [name, node] : from->names) {
      auto child = CopyNamed(node, path + "/" + name);
      if (!child.ok()) return child.status();
      copy->names[name] = *std::move(child);
    }
    return copy;
  }

  // Something that a power cut can bring back, or null.
  absl::StatusOr<std::shared_ptr<Inode>> CopyNameless(const std::shared_ptr<Inode>& from) {
    if (from == nullptr) return from;
    if (const auto known = copies_.find(from.get()); known != copies_.end()) return known->second;
    if (from->is_folder()) return NewFolder(*from);  // only an empty folder loses its name
    static constexpr char kPassing[] = "/.passing";
    auto copy = NewFile(*from, kPassing);
    if (!copy.ok()) return copy.status();
    if (auto removed = files_.Remove(kPassing); !removed.ok()) return removed;
    return copy;
  }

  absl::Status CopyHistory(const Inode& from, Inode& to) {
    for (const auto& [name, node] : from.synced_names) {
      auto copy = CopyNameless(node);
      if (!copy.ok()) return copy.status();
      to.synced_names[name] = *std::move(copy);
    }
    for (const Inode::Change& change : from.changes) {
      auto copy = CopyNameless(change.node);
      if (!copy.ok()) return copy.status();
      to.changes.push_back({change.name, *std::move(copy), change.freed});
    }
    return absl::OkStatus();
  }

  FileSystem& files_;
  std::map<const Inode*, std::shared_ptr<Inode>> copies_;
  Copied paths_;  // of files that have a name
  std::vector<std::pair<const Inode*, Inode*>> without_history_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<Inode>> AdoptTree(FileSystem& files) {
  return AdoptFolder(files, "");
}

absl::Status CopySurvivors(const Inode& root, FileSystem& files, std::mt19937_64& random) {
  Copied copied;
  return CopySurvivorsOf(root, "", files, random, copied);
}

absl::StatusOr<std::shared_ptr<Inode>> CopyTree(const std::shared_ptr<Inode>& root,
                                                FileSystem& files) {
  return TreeCopier(files).Copy(root);
}

}  // namespace rill::io
