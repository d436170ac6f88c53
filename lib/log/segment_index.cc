#include "log/segment_index.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "fmt/format.h"
#include "log/segment_name.h"
#include "rill/error.h"

namespace rill::log {
namespace {

// The index of the last of `count` entries for which `at_most` holds (it holds for a prefix of
// them), or nothing.
template <typename AtMost>
std::optional<std::size_t> LastWhere(std::size_t count, AtMost at_most) {
  std::size_t low = 0;
  std::size_t high = count;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (at_most(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return std::nullopt;
  return low - 1;
}

absl::Status WriteWhole(io::FileSystem& files, const std::string& path, const std::string& bytes,
                        bool sync) {
  // One that is there is not written over: somebody may have it mapped, or linked into a backup.
  // Nor is it gone at any time, for without it a segment with gaps would not pass for complete.
  const std::string fresh = path + ".tmp";
  auto file = files.Open(fresh, io::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  auto status = (*file)->Truncate(0);
  if (status.ok()) status = (*file)->WriteAt(0, bytes);
  if (status.ok() && sync) status = (*file)->Sync();
  if (status.ok()) status = files.Rename(fresh, path);
  if (!status.ok()) files.Remove(fresh).IgnoreError();
  return status;
}

struct MappedFile {
  std::unique_ptr<io::Mapping> mapping;
  std::size_t size = 0;
  const char* data() const { return mapping == nullptr ? nullptr : mapping->data(); }
};

absl::StatusOr<MappedFile> MapWhole(io::FileSystem& files, const std::string& path,
                                    std::size_t entry_size) {
  auto file = files.Open(path, io::OpenMode::kRead);
  if (!file.ok()) return file.status();
  auto size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size % entry_size != 0) {
    return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                     fmt::format("{}: {} bytes are no whole number of {}-byte entries", path, *size,
                                 entry_size));
  }
  MappedFile mapped;
  mapped.size = *size;
  if (*size > 0) {
    auto mapping = (*file)->Map(*size, io::MapMode::kRead);
    if (!mapping.ok()) return mapping.status();
    mapped.mapping = *std::move(mapping);
  }
  return mapped;
}

class StoredIndex final : public SegmentIndex {
 public:
  StoredIndex(MappedFile offsets, MappedFile times)
      : offsets_(std::move(offsets)), times_(std::move(times)) {}

  std::size_t offset_entries() const override { return offsets_.size / kOffsetEntrySize; }
  std::size_t time_entries() const override { return times_.size / kTimeEntrySize; }
  OffsetEntry OffsetAt(std::size_t at) const override {
    const char* p = offsets_.data() + at * kOffsetEntrySize;
    return {base::LoadBigEndian<std::uint32_t>(p), base::LoadBigEndian<std::uint32_t>(p + 4)};
  }
  TimeEntry TimeAt(std::size_t at) const override {
    const char* p = times_.data() + at * kTimeEntrySize;
    return {base::LoadBigEndian<std::int64_t>(p), base::LoadBigEndian<std::uint32_t>(p + 8)};
  }

 private:
  MappedFile offsets_;
  MappedFile times_;
};

}  // namespace

OffsetEntry SegmentIndex::FloorOffset(std::uint32_t relative_offset) const {
  const auto at = LastWhere(offset_entries(), [&](std::size_t i) {
    return OffsetAt(i).relative_offset <= relative_offset;
  });
  return at.has_value() ? OffsetAt(*at) : OffsetEntry();
}

std::size_t SegmentIndex::OffsetEntriesBelow(std::uint32_t relative_offset) const {
  const auto last = LastWhere(offset_entries(), [&](std::size_t i) {
    return OffsetAt(i).relative_offset < relative_offset;
  });
  return last.has_value() ? *last + 1 : 0;
}

TimeEntry SegmentIndex::FloorTime(std::int64_t timestamp_ms) const {
  const auto at = LastWhere(time_entries(),
                            [&](std::size_t i) { return TimeAt(i).timestamp_ms <= timestamp_ms; });
  return at.has_value() ? TimeAt(*at) : TimeEntry();
}

std::optional<OffsetEntry> SegmentIndex::LastOffset() const {
  const std::size_t size = offset_entries();
  if (size == 0) return std::nullopt;
  return OffsetAt(size - 1);
}

std::optional<TimeEntry> SegmentIndex::LastTime() const {
  const std::size_t size = time_entries();
  if (size == 0) return std::nullopt;
  return TimeAt(size - 1);
}

GrowingIndex::GrowingIndex(const SegmentIndex& stored) {
  for (std::size_t i = 0; i < stored.offset_entries(); ++i) AddOffset(stored.OffsetAt(i));
  for (std::size_t i = 0; i < stored.time_entries(); ++i) AddTime(stored.TimeAt(i));
}

void GrowingIndex::AddTime(TimeEntry entry) {
  const auto last = LastTime();
  if (last.has_value() && entry.timestamp_ms <= last->timestamp_ms) return;
  times_.Append(entry);
}

absl::Status GrowingIndex::Save(io::FileSystem& files, const std::string& stem, bool sync,
                                const std::string& stage) const {
  std::string offsets(offsets_.size() * kOffsetEntrySize, '\0');
  char* p = offsets.data();
  for (std::size_t i = 0; i < offsets_.size(); ++i) {
    p = base::StoreBigEndian(p, offsets_[i].relative_offset);
    p = base::StoreBigEndian(p, offsets_[i].position);
  }
  std::string times(times_.size() * kTimeEntrySize, '\0');
  p = times.data();
  for (std::size_t i = 0; i < times_.size(); ++i) {
    p = base::StoreBigEndian(p, times_[i].timestamp_ms);
    p = base::StoreBigEndian(p, times_[i].relative_offset);
  }
  // The file that says that the segment is complete comes last.
  auto status = WriteWhole(files, stem + kTimeIndexSuffix + stage, times, sync);
  if (!status.ok()) return status;
  return WriteWhole(files, stem + kOffsetIndexSuffix + stage, offsets, sync);
}

absl::Status RemoveIndexFiles(io::FileSystem& files, const std::string& stem) {
  for (const char* suffix : {kOffsetIndexSuffix, kTimeIndexSuffix}) {
    auto status = files.Remove(stem + suffix);
    if (!status.ok() && !absl::IsNotFound(status)) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const SegmentIndex>> OpenIndexFile(io::FileSystem& files,
                                                                  const std::string& stem,
                                                                  IndexFile which) {
  const bool offsets = which == IndexFile::kOffsets;
  auto mapped = MapWhole(files, stem + (offsets ? kOffsetIndexSuffix : kTimeIndexSuffix),
                         offsets ? kOffsetEntrySize : kTimeEntrySize);
  if (!mapped.ok()) return mapped.status();
  if (offsets) return std::make_shared<StoredIndex>(*std::move(mapped), MappedFile());
  return std::make_shared<StoredIndex>(MappedFile(), *std::move(mapped));
}

absl::StatusOr<std::shared_ptr<const SegmentIndex>> OpenStoredIndex(io::FileSystem& files,
                                                                    const std::string& stem,
                                                                    std::uint64_t log_size) {
  auto offsets = MapWhole(files, stem + kOffsetIndexSuffix, kOffsetEntrySize);
  if (!offsets.ok()) return offsets.status();
  auto times = MapWhole(files, stem + kTimeIndexSuffix, kTimeEntrySize);
  if (!times.ok()) return times.status();
  auto index = std::make_shared<StoredIndex>(*std::move(offsets), *std::move(times));
  // The first batch of a segment never has an entry, so none is zero; a power cut may have left
  // zeros.
  const auto last = index->LastOffset();
  if (last.has_value() &&
      (last->position == 0 || last->relative_offset == 0 || last->position >= log_size)) {
    return MakeError(
        absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
        fmt::format("{}.index: its last entry says that offset {} is at byte {} of a log of {} "
                    "bytes",
                    stem, last->relative_offset, last->position, log_size));
  }
  return index;
}

}  // namespace rill::log
