#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "io/file_system.h"

namespace rill::log {

// The file of a segment that is not begun yet, made ahead of the roll that will want it: with its
// first reserve, mapped, and the pages of that present. All that is left to the roll is to name it.
//
// Until then it has a name that every open of the log takes for a leftover, and removes. Nothing
// that was acknowledged ever stands in it. Not thread-safe.
class NextSegment {
 public:
  static constexpr std::uint64_t kReserve = std::uint64_t{256} << 10;

  // `limit` is the size that the segment will be rolled at, in bytes. Errors as of the files.
  static absl::StatusOr<std::unique_ptr<NextSegment>> Make(io::FileSystem* files,
                                                           const std::string& directory,
                                                           std::uint32_t limit);
  // Removes the file, unless it got its name.
  ~NextSegment();
  NextSegment(const NextSegment&) = delete;
  NextSegment& operator=(const NextSegment&) = delete;

  std::uint32_t limit() const { return limit_; }
  // Bytes that are reserved, and whose pages are there.
  std::uint64_t reserved() const { return reserved_; }
  const std::shared_ptr<io::Mapping>& mapping() const { return mapping_; }
  // Of the file that is mapped.
  const io::FileId& file_id() const { return file_id_; }

  // Gives the file its name, with a stopper at its beginning. On an error it has the old one.
  absl::Status Become(const std::string& log_path, std::int64_t base_offset);

 private:
  NextSegment(io::FileSystem* files, std::string path, std::uint32_t limit)
      : files_(files), path_(std::move(path)), limit_(limit) {}

  absl::Status Fill();

  io::FileSystem* const files_;
  std::string path_;  // empty: it got its name
  const std::uint32_t limit_;
  std::uint64_t reserved_ = 0;
  std::shared_ptr<io::Mapping> mapping_;
  io::FileId file_id_;
};

}  // namespace rill::log
