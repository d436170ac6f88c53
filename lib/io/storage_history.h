#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "io/file_system.h"

namespace rill::io {

// What storage loses at once: a page is written whole or not at all.
inline constexpr std::size_t kTornUnit = 4096;

// A file's bytes by page; pages that are missing are zeros.
struct FileImage {
  std::uint64_t size = 0;
  std::map<std::uint64_t, std::string> pages;
};

// The bytes of `file` now, also while others store to it through mappings (what they store at that
// moment may be in it or not).
absl::StatusOr<FileImage> ReadImage(File& file);
absl::Status WriteImage(const FileImage& image, File& file);
std::string ToBytes(const FileImage& image);

// A file or a folder, and what of it would survive a power cut. Not thread-safe.
struct Inode {
  // One name of a folder changed: `name` leads to `node` (null: to nothing), and `freed`, when
  // there is one, to nothing: a rename is one change.
  struct Change {
    std::string name;
    std::shared_ptr<Inode> node;
    std::string freed;
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;

  bool is_folder() const { return file == nullptr; }

  // Of a file: its bytes, what was last saved of them, and the pages that a failed sync left behind
  // as if they were clean.
  std::shared_ptr<File> file;
  FileImage synced;
  std::map<std::uint64_t, std::string> forgotten;

  // Of a folder: its names, those last saved, and how they came to differ.
  Names names;
  Names synced_names;
  std::vector<Change> changes;

  void Apply(Change change);
  void SyncNames();
  absl::Status SyncFile();
  absl::Status FailSync();
};

// What a power cut may leave of a file and of a folder's names.
absl::StatusOr<FileImage> Survivor(const Inode& file, std::mt19937_64& random);
Inode::Names SurvivingNames(const Inode& folder, std::mt19937_64& random);

}  // namespace rill::io
