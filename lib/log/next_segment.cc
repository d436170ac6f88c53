#include "log/next_segment.h"

#include <algorithm>
#include <utility>

#include "log/segment_name.h"
#include "log/segment_writer.h"
#include "log/stopper.h"

namespace rill::log {

absl::StatusOr<std::unique_ptr<NextSegment>> NextSegment::Make(io::FileSystem* files,
                                                               const std::string& directory,
                                                               std::uint32_t limit) {
  std::unique_ptr<NextSegment> next(new NextSegment(files, directory + "/next-segment.tmp", limit));
  if (auto status = next->Fill(); !status.ok()) return status;
  return next;
}

NextSegment::~NextSegment() {
  mapping_ = nullptr;
  if (!path_.empty()) files_->Remove(path_).IgnoreError();  // or the next open does
}

absl::Status NextSegment::Fill() {
  auto file = files_->Open(path_, io::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  if (auto status = (*file)->Truncate(0); !status.ok()) return status;
  const auto id = (*file)->Id();
  if (!id.ok()) return id.status();
  file_id_ = *id;
  const std::uint64_t size = SegmentWriter::MappedSize(limit_);
  reserved_ = std::min(kReserve, size);
  if (auto status = (*file)->Allocate(reserved_); !status.ok()) return status;
  (*file)->CacheZeros(0, reserved_);
  auto mapping = (*file)->Map(size, io::MapMode::kReadWrite);
  if (!mapping.ok()) return mapping.status();
  mapping_ = *std::move(mapping);
  mapping_->Populate(0, reserved_);
  return absl::OkStatus();
}

// The stopper comes first: whoever finds the file under its name never meets the zeros.
absl::Status NextSegment::Become(const std::string& log_path, std::int64_t base_offset) {
  StoreStopper(mapping_->data(), base_offset);
  if (auto status = files_->Rename(path_, log_path); !status.ok()) return status;
  path_.clear();
  return absl::OkStatus();
}

}  // namespace rill::log
