#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "log/buffer_cap.h"
#include "log/followed_log.h"
#include "log/segment_name.h"
#include "log/sound_end.h"
#include "rill/error.h"

// Where a log ends that nobody has open for writing: what LogLoader would find, without the changes
// that it would make.
namespace rill::log {

// Reads the file: it may not be mapped before it is known where its batches end, for a writer that
// comes meanwhile cuts behind that.
absl::StatusOr<ScanResult> FollowedLog::ScanLeft(const Listed& listed,
                                                 std::int64_t next_base_offset, bool validate) {
  const auto segment = Make(listed, listed.size);
  auto file = parts_.environment.files->Open(segment->log_path(), io::OpenMode::kRead);
  if (!file.ok()) return file.status();
  const auto max_size = BufferCap::Whole(*parts_.environment.buffers).bytes();
  if (validate) {
    return FindSoundEnd(**file, 0, listed.base_offset, ScanDepth::kValidate, next_base_offset,
                        max_size);
  }
  auto begin = LastIndexed(listed, **file);
  if (!begin.ok()) return begin.status();
  return FindSoundEnd(**file, begin->sound_end, begin->next_offset, ScanDepth::kOffsets,
                      next_base_offset, max_size);
}

// The batch that the last index entry leads to, if both agree; else the segment's begin: its
// position, and its base offset.
absl::StatusOr<ScanResult> FollowedLog::LastIndexed(const Listed& listed, io::File& file) const {
  const ScanResult begin{0, listed.base_offset, absl::OkStatus()};
  const auto index = OpenStoredIndex(
      *parts_.environment.files, SegmentStem(parts_.directory, listed.base_offset), listed.size);
  if (!index.ok() || (*index)->offset_entries() == 0) return begin;
  const OffsetEntry entry = (*index)->OffsetAt((*index)->offset_entries() - 1);
  char header[kBatchHeaderSize];
  const auto read = file.ReadAt(entry.position, header, sizeof header);
  if (!read.ok()) return read.status();
  const BatchView batch(header);
  // From the segment's base offset on, as the entry counts: no sum can overflow.
  const bool is_there = *read == sizeof header && batch.base_offset() >= listed.base_offset &&
                        batch.base_offset() - listed.base_offset <= entry.relative_offset;
  const bool agrees =
      is_there &&
      batch.base_offset() - listed.base_offset + batch.last_offset_delta() == entry.relative_offset;
  return agrees ? ScanResult{entry.position, batch.base_offset(), absl::OkStatus()} : begin;
}

absl::Status FollowedLog::FindWhatIsLeft() {
  auto listed = List();
  if (!listed.ok()) return listed.status();
  const LogCheckpoint left = parts_.left->Checkpoint(parts_.partition);
  SegmentList::Segments segments;
  std::int64_t end = 0;
  for (std::size_t i = 0; i < listed->size(); ++i) {
    const Listed& segment = (*listed)[i];
    const bool is_last = i + 1 == listed->size();
    const std::int64_t next = is_last ? INT64_MAX : (*listed)[i + 1].base_offset;
    const bool is_sound = left.clean_shutdown || (next <= left.recovery_point && segment.has_index);
    if (is_sound && !is_last) {
      auto complete = Complete(segment, next);
      if (!complete.ok()) return complete.status();
      segments.push_back(*std::move(complete));
      end = next;
      continue;
    }
    auto scan = ScanLeft(segment, next, !is_sound);
    if (!scan.ok()) return scan.status();
    segments.push_back(Make(segment, scan->sound_end));
    end = scan->next_offset;
    // Behind what is damaged or missing, nothing is believed.
    const bool may_have_gap = segment.has_index || next <= left.recovery_point;
    if (!scan->damage.ok() || (end != next && !may_have_gap)) break;
  }
  const std::int64_t first = segments.empty() ? 0 : segments.front()->base_offset();
  first_base_offset_.store(first);
  known_start_.store(left.log_start_offset <= end ? left.log_start_offset : first);
  known_end_.store(std::max(end, first));
  segments_.Replace(std::move(segments));
  last_ = nullptr;
  return absl::OkStatus();
}

}  // namespace rill::log
