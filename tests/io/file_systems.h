#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/faulty_file_system.h"
#include "io/limited_file_system.h"
#include "io/memory_file_system.h"
#include "io/real_file_system.h"
#include "temporary_folder.h"

namespace rill::test {

enum class FileSystemKind { kReal, kMemory, kLimited, kFaulty };

inline std::vector<FileSystemKind> AllKinds() {
  return {FileSystemKind::kReal, FileSystemKind::kMemory, FileSystemKind::kLimited,
          FileSystemKind::kFaulty};
}

inline const char* Name(FileSystemKind kind) {
  switch (kind) {
    case FileSystemKind::kReal:
      return "real";
    case FileSystemKind::kMemory:
      return "memory";
    case FileSystemKind::kLimited:
      return "limited";
    case FileSystemKind::kFaulty:
      return "faulty";
  }
  return "?";
}

// A fresh file system of a kind, and a folder in it to work in.
class FileSystemUnderTest {
 public:
  explicit FileSystemUnderTest(FileSystemKind kind) {
    switch (kind) {
      case FileSystemKind::kReal:
        files_ = io::NewRealFileSystem();
        root_ = folder_.path();
        break;
      case FileSystemKind::kMemory:
        files_ = io::NewMemoryFileSystem();
        break;
      case FileSystemKind::kLimited:
        base_ = io::NewMemoryFileSystem();
        files_ = std::make_unique<io::LimitedFileSystem>(base_.get(), io::FileLimits{});
        break;
      case FileSystemKind::kFaulty:
        files_ = std::make_unique<io::FaultyFileSystem>();
        break;
    }
    if (!files_->CreateDirectories(root_).ok()) std::abort();
  }

  io::FileSystem& operator*() const { return *files_; }
  const std::string& root() const { return root_; }

 private:
  TemporaryFolder folder_;
  std::string root_ = "/work";
  std::unique_ptr<io::FileSystem> base_;
  std::unique_ptr<io::FileSystem> files_;
};

}  // namespace rill::test
