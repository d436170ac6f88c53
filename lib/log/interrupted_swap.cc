#include "log/interrupted_swap.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "log/segment.h"
#include "log/segment_name.h"
#include "log/segment_scan.h"
#include "rill/error.h"

namespace rill::log {
namespace {

// The files of a segment; the log first, for it tells where a swap stands.
constexpr const char* kSegmentSuffixes[] = {kLogSuffix, kOffsetIndexSuffix, kTimeIndexSuffix,
                                            kTransactionIndexSuffix};

struct SegmentFile {
  std::int64_t base_offset;
  std::string suffix;  // ".log", ".index", ...
};

// What the name says of a segment's file that ends with `stage`, or nothing.
std::optional<SegmentFile> ParseStage(std::string_view name, std::string_view stage) {
  for (const char* suffix : kSegmentSuffixes) {
    const auto base_offset = ParseSegmentName(name, std::string(suffix).append(stage));
    if (base_offset.has_value()) return SegmentFile{*base_offset, suffix};
  }
  return std::nullopt;
}

absl::Status Damaged(const std::string& path, std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                   fmt::format("{}: a compacted segment is damaged: {}", path, what));
}

// Not what a disk that cannot be read says, which is DataLoss too.
bool IsDamage(const absl::Status& status) {
  return absl::IsDataLoss(status) && GetErrorCode(status) == ErrorCode::kCorruptMessage;
}

class SwapFinisher {
 public:
  SwapFinisher(const LogEnvironment& environment, const std::string& directory,
               const std::string& name)
      : environment_(environment), files_(*environment.files), directory_(directory), name_(name) {}

  absl::Status Finish();
  absl::StatusOr<InterruptedSwap> Look();

 private:
  absl::Status ListFiles();
  absl::Status Undo();
  bool NoOldOneIsGone() const;
  absl::Status ReadNewSegments();
  absl::Status ReadNewSegment(std::int64_t base_offset);
  absl::Status RemoveOldSegments();
  absl::Status RenameNewFiles();
  std::string PathOf(const SegmentFile& file, const char* stage) const {
    return SegmentStem(directory_, file.base_offset) + file.suffix + stage;
  }
  void Say(LogLevel level, const std::string& line) const {
    if (environment_.sink) environment_.sink(level, fmt::format("{}: {}", name_, line));
  }

  const LogEnvironment& environment_;
  io::FileSystem& files_;
  const std::string& directory_;
  const std::string& name_;
  std::vector<SegmentFile> new_;  // .swap
  std::vector<SegmentFile> old_;
  std::int64_t first_cleaned_ = INT64_MAX;  // the lowest base offset of a .cleaned file
  // What the new segments cover; nothing where they are not to be believed.
  std::int64_t begin_ = INT64_MAX;
  std::int64_t end_ = INT64_MIN;
  std::vector<InterruptedSwap::NewSegment> read_;
};

absl::Status SwapFinisher::Finish() {
  if (auto status = ListFiles(); !status.ok()) return status;
  if (new_.empty()) return absl::OkStatus();
  if (auto status = Undo(); !status.ok()) return status;
  auto status = ReadNewSegments();
  if (IsDamage(status) && NoOldOneIsGone()) {
    Say(LogLevel::kWarning,
        fmt::format("{}; the segments that it was made from stay", std::string(status.message())));
    first_cleaned_ = 0;
    begin_ = INT64_MAX;
    status = Undo();
  } else if (IsDamage(status)) {
    // There is nothing better; recovery and readers meet the damage.
    Say(LogLevel::kWarning, std::string(status.message()));
    status = absl::OkStatus();
  }
  if (status.ok()) status = RemoveOldSegments();
  if (status.ok()) status = RenameNewFiles();
  return status.ok() ? files_.SyncDirectory(directory_) : status;
}

absl::StatusOr<InterruptedSwap> SwapFinisher::Look() {
  if (auto status = ListFiles(); !status.ok()) return status;
  std::erase_if(new_, [&](const SegmentFile& file) { return file.base_offset >= first_cleaned_; });
  const auto status = ReadNewSegments();
  if (IsDamage(status) && NoOldOneIsGone()) return InterruptedSwap();
  if (!status.ok() && !IsDamage(status)) return status;
  InterruptedSwap left{std::move(read_), begin_, end_};
  for (const SegmentFile& file : new_) {
    if (file.suffix == kOffsetIndexSuffix) left.indexed.insert(file.base_offset);
  }
  return left;
}

absl::Status SwapFinisher::ListFiles() {
  auto entries = files_.List(directory_);
  if (!entries.ok()) return entries.status();
  for (const io::DirectoryEntry& entry : *entries) {
    if (entry.is_directory) continue;
    if (auto file = ParseStage(entry.name, kCleanedSuffix); file.has_value()) {
      first_cleaned_ = std::min(first_cleaned_, file->base_offset);
    } else if (file = ParseStage(entry.name, kSwapSuffix); file.has_value()) {
      new_.push_back(*std::move(file));
    } else if (file = ParseStage(entry.name, ""); file.has_value()) {
      old_.push_back(*std::move(file));
    }
  }
  // As long as a new segment's log is there, what is done here is done again after another death.
  std::stable_partition(new_.begin(), new_.end(),
                        [](const SegmentFile& file) { return file.suffix != kLogSuffix; });
  return absl::OkStatus();
}

// Before the .cleaned files go, for without those the .swap files would count.
absl::Status SwapFinisher::Undo() {
  std::vector<SegmentFile> kept;
  for (SegmentFile& file : new_) {
    if (file.base_offset < first_cleaned_) {
      kept.push_back(std::move(file));
      continue;
    }
    const std::string path = PathOf(file, kSwapSuffix);
    if (auto status = files_.Remove(path); !status.ok()) return status;
    Say(LogLevel::kInfo, fmt::format("{} is removed: its segment was not in place yet", path));
  }
  new_ = std::move(kept);
  return absl::OkStatus();
}

// The old segments go in order, and the first one has the base offset of the first new one.
bool SwapFinisher::NoOldOneIsGone() const {
  return std::any_of(old_.begin(), old_.end(), [&](const SegmentFile& file) {
    return file.base_offset == begin_ && file.suffix == kLogSuffix;
  });
}

absl::Status SwapFinisher::ReadNewSegments() {
  absl::Status damage;
  for (const SegmentFile& file : new_) {
    if (file.suffix != kLogSuffix) continue;
    auto status = ReadNewSegment(file.base_offset);
    if (!status.ok() && !IsDamage(status)) return status;
    damage.Update(status);
  }
  return damage;
}

absl::Status SwapFinisher::ReadNewSegment(std::int64_t base_offset) {
  begin_ = std::min(begin_, base_offset);
  end_ = std::max(end_, base_offset);
  const std::string path = PathOf({base_offset, kLogSuffix}, kSwapSuffix);
  auto file = files_.Open(path, io::OpenMode::kRead);
  if (!file.ok()) return file.status();
  auto size = (*file)->Size();
  if (!size.ok()) return size.status();
  read_.push_back({base_offset, base_offset});
  if (*size == 0) return absl::OkStatus();
  if (*size > kMaxSegmentBytes) return Damaged(path, fmt::format("it has {} bytes", *size));
  auto mapping = (*file)->Map(*size, io::MapMode::kRead);
  if (!mapping.ok()) return mapping.status();
  absl::Status damage;
  const ScanResult scan =
      ScanBatches({(*mapping)->data(), *size}, 0, base_offset, ScanDepth::kFrames,
                  [&](BatchView batch, std::uint32_t) { damage.Update(CheckCrc(batch)); });
  end_ = std::max(end_, scan.next_offset);
  read_.back() = {base_offset, scan.next_offset, scan.sound_end, *std::move(mapping)};
  damage.Update(scan.damage);
  if (!damage.ok() && !absl::IsDataLoss(damage) && !absl::IsOutOfRange(damage)) {
    return MakeError(damage.code(), GetErrorCode(damage),
                     fmt::format("{}: {}", path, std::string(damage.message())));
  }
  if (!damage.ok()) return Damaged(path, std::string(damage.message()));
  if (scan.sound_end == *size) return absl::OkStatus();
  return Damaged(path, fmt::format("its batches end at byte {} of {}", scan.sound_end, *size));
}

absl::Status SwapFinisher::RemoveOldSegments() {
  for (const SegmentFile& file : old_) {
    if (file.base_offset < begin_ || file.base_offset >= end_) continue;
    if (auto status = files_.Remove(PathOf(file, "")); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Each segment's log first: as long as that has its suffix, index files without one are old.
absl::Status SwapFinisher::RenameNewFiles() {
  for (const char* suffix : kSegmentSuffixes) {
    for (const SegmentFile& file : new_) {
      if (file.suffix != suffix) continue;
      const std::string path = PathOf(file, "");
      if (auto status = files_.Rename(path + kSwapSuffix, path); !status.ok()) return status;
      if (suffix == kLogSuffix) {
        Say(LogLevel::kInfo, fmt::format("{}: compaction is finished here", path));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FinishInterruptedSwap(const LogEnvironment& environment, const std::string& directory,
                                   const std::string& name) {
  return SwapFinisher(environment, directory, name).Finish();
}

absl::StatusOr<InterruptedSwap> ReadInterruptedSwap(io::FileSystem& files,
                                                    const std::string& directory) {
  LogEnvironment environment;
  environment.files = &files;
  return SwapFinisher(environment, directory, "").Look();
}

}  // namespace rill::log
