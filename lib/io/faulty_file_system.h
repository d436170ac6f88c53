#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/fault_plan.h"
#include "io/file_system.h"
#include "rill/testing/faulty_storage.h"

namespace rill::io {

// Files in memory that fail as planned and know what a power cut would leave of them. The inside of
// testing::FaultyStorage, whose header describes it.
class FaultyFileSystem final : public FileSystem {
 public:
  FaultyFileSystem();
  ~FaultyFileSystem() override;

  FaultPlan& plan();
  void SetCapacity(std::uint64_t bytes);
  std::uint64_t UsedBytes() const;
  std::unique_ptr<FaultyFileSystem> PowerLoss(std::uint64_t seed) const;
  std::unique_ptr<FaultyFileSystem> ProcessKill() const;
  // The paths, and one file's bytes, without faults.
  std::vector<std::string> Paths() const;
  absl::StatusOr<std::string> Contents(const std::string& path) const;
  // Makes or replaces a file, with the folders above it, as if it had always been there.
  absl::Status Put(const std::string& path, std::string_view contents);

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
  absl::Status SyncDirectory(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<FileLock>> LockShared(const std::string& path) override;
  absl::StatusOr<LockHolder> HolderOf(const std::string& path) override;
  bool IsShared() const override { return false; }
  // It stands for a disk.
  bool IsDurable() const override { return true; }

 private:
  struct State;
  class FaultyFile;
  class FaultyMapping;

  const std::shared_ptr<State> state_;
};

// The files of `storage`, for an engine that is opened on it. They live as long as it does.
FaultyFileSystem& FileSystemOf(const testing::FaultyStorage& storage);

}  // namespace rill::io
