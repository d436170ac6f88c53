#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/buffer.h"
#include "io/file_system.h"
#include "rill/record_batch.h"

namespace rill::cli {

// A batch, or a message of format 0 or 1, as it stands in a .log file. `bytes` belong to the
// SegmentFile until its next read. Only its length has been checked: nothing else is sound.
struct Frame {
  std::int64_t position = 0;
  std::string_view bytes;  // from its base offset on: all of it, or its header only

  std::int64_t base_offset() const;
  std::size_t size = 0;  // of the whole, in bytes
  std::int8_t magic() const;
  bool is_old_format() const { return magic() < 2; }
  // The header of a batch of format 2 (and of later ones, which Kafka's tool takes for 2, too).
  BatchView batch() const { return BatchView(bytes.data()); }
  std::int64_t last_offset() const;
};

// A .log file read frame by frame, by Kafka's rules for where it ends: at the first frame that is
// larger than what is left. So a log that is being written can be read: what its writer keeps
// behind the last batch looks like such a frame. The size is the one at opening; nothing is mapped,
// since a writer may cut the file while it is read. Not thread-safe.
class SegmentFile {
 public:
  // How much of a frame is read.
  enum class Depth { kHeader, kWhole };
  // Larger batches are refused where they must be read whole. Kafka's tool runs in as much memory.
  static constexpr std::size_t kMaxFrameSize = std::size_t{256} << 20;
  // The least length that a frame can have: a message of format 0 with neither key nor value.
  static constexpr std::int32_t kMinFrameLength = 14;

  // Errors as FileSystem::Open; FailedPrecondition for a file of 2 GiB and more.
  static absl::StatusOr<SegmentFile> Open(io::FileSystem& files, const std::string& path);

  std::int64_t size() const { return size_; }

  // The frame at `position` of the file's first `end` bytes; nothing where they end. DataLoss for a
  // length that cannot be.
  absl::StatusOr<std::optional<Frame>> Read(std::int64_t position, std::int64_t end, Depth depth);

  // The same error, saying that it is of the frame at `position` of this file.
  absl::Status Locate(std::int64_t position, const absl::Status& error) const;

 private:
  SegmentFile(std::unique_ptr<io::File> file, std::int64_t size)
      : file_(std::move(file)), size_(size) {}
  absl::Status Damage(std::int64_t position, const std::string& what) const;
  absl::StatusOr<std::string_view> ReadBytes(std::int64_t position, std::size_t size);

  std::unique_ptr<io::File> file_;
  std::int64_t size_;
  base::Buffer buffer_;
};

}  // namespace rill::cli
