#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/buffer.h"
#include "io/file_system.h"

namespace rill::cli {

// A file of entries of one size, as Kafka's indexes are, read a stretch at a time. What is left of
// an entry at the end is no entry. Not thread-safe.
class EntryFile {
 public:
  // `entry_size` is at most kStretch. Errors as FileSystem::Open.
  static absl::StatusOr<EntryFile> Open(io::FileSystem& files, const std::string& path,
                                        std::size_t entry_size);

  std::uint64_t size() const { return size_; }
  std::uint64_t count() const { return size_ / entry_size_; }

  // The bytes of an entry, valid until the next call; `index` is below count(). DataLoss when the
  // file was cut since it was opened.
  absl::StatusOr<const char*> At(std::uint64_t index);

 private:
  static constexpr std::size_t kStretch = 64 << 10;

  EntryFile(std::unique_ptr<io::File> file, std::uint64_t size, std::size_t entry_size)
      : file_(std::move(file)), size_(size), entry_size_(entry_size) {}

  std::unique_ptr<io::File> file_;
  std::uint64_t size_;
  std::size_t entry_size_;
  base::Buffer stretch_;
  std::uint64_t stretch_at_ = 0;
};

}  // namespace rill::cli
