#include <algorithm>
#include <utility>

#include "base/uuid.h"
#include "fmt/format.h"
#include "log/buffer_cap.h"
#include "log/followed_log.h"
#include "log/interrupted_swap.h"
#include "log/partition_metadata.h"
#include "log/recovery_rules.h"
#include "log/segment_name.h"
#include "log/sound_end.h"
#include "rill/error.h"

// Where a log ends that nobody has open for writing: what LogLoader would find, without the changes
// that it would make.
namespace rill::log {
namespace {

// For how long a writer that was there is taken to be there: it tells of its logs before.
constexpr absl::Duration kDisturbance = absl::Milliseconds(50);

}  // namespace

// Reads the file: it may not be mapped before it is known where its batches end, for a writer that
// comes meanwhile cuts behind that.
absl::StatusOr<ScanResult> FollowedLog::ScanLeft(const Listed& listed,
                                                 std::int64_t next_base_offset,
                                                 bool validate) const {
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

// The segments as they would be once an open had finished a swap that a writer died in.
absl::Status FollowedLog::PutInPlace(std::vector<Listed>& listed) const {
  auto left = ReadInterruptedSwap(*parts_.environment.files, parts_.directory);
  if (!left.ok()) return left.status();
  for (Listed& segment : listed) segment.has_index |= left->indexed.contains(segment.base_offset);
  std::erase_if(listed, [&](const Listed& segment) {
    return segment.base_offset >= left->begin && segment.base_offset < left->end;
  });
  for (auto& fresh : left->new_segments) {
    auto index = std::make_shared<GrowingIndex>();
    IndexBuilder builder(index.get(), fresh.base_offset);
    const char* const bytes = fresh.bytes != nullptr ? fresh.bytes->data() : nullptr;
    ScanBatches({bytes, fresh.end}, 0, fresh.base_offset, ScanDepth::kFrames,
                [&](BatchView batch, std::uint32_t position) {
                  builder.Add(batch.last_offset(), batch.max_timestamp_ms(), position,
                              static_cast<std::uint32_t>(batch.size()),
                              SegmentFollower::kIndexInterval);
                });
    builder.Finish();
    Listed in_place{fresh.base_offset, fresh.end, /*has_index=*/true};
    in_place.held = Make(in_place, fresh.end);
    in_place.held->Hold(std::move(fresh.bytes), std::move(index), /*aborted=*/nullptr);
    in_place.next_offset = fresh.next_offset;
    listed.push_back(std::move(in_place));
  }
  std::sort(listed.begin(), listed.end(),
            [](const Listed& a, const Listed& b) { return a.base_offset < b.base_offset; });
  return absl::OkStatus();
}

// The topic may have been deleted meanwhile, and another of its name have the folder.
absl::Status FollowedLog::CheckFolderIsOurs() const {
  if (parts_.key.topic_id == SlotKey().topic_id) return absl::OkStatus();
  io::FileSystem& files = *parts_.environment.files;
  const auto metadata =
      ReadPartitionMetadata(files, parts_.directory + "/" + kPartitionMetadataFile);
  bool is_ours = true;
  if (metadata.ok()) {
    const auto id = base::Uuid::Parse(metadata->topic_id);
    is_ours = !id.has_value() || id->bytes() == parts_.key.topic_id;
  } else if (absl::IsNotFound(metadata.status())) {
    is_ours = segments_.Count() == 0 || files.Exists(parts_.directory).value_or(true);
  } else {
    return metadata.status();
  }
  if (is_ours) return absl::OkStatus();
  return MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition,
                   fmt::format("{}: its topic was deleted", name_));
}

// Whether that is what the log is now. A writer that is there, or comes meanwhile, may be in a
// recovery, and may have appended what is not to be seen yet: a log that is known stays so until
// that one tells of it.
absl::StatusOr<bool> FollowedLog::CatchWhatIsLeft(std::uint64_t writer,
                                                  Disturbance disturbance) const {
  const bool may_wait = disturbance == Disturbance::kKeepsWhatIsKnown && is_known_.load();
  const auto is_disturbed = [&] {
    if (!may_wait || !parts_.ends->HasWriter()) return false;
    base::MutexLock lock(&slot_mutex_);
    has_writer_until_ = base::DeadlineAfter(kDisturbance);
    return true;
  };
  if (is_disturbed()) return false;
  auto found = FindWhatIsLeft();
  if (auto ours = CheckFolderIsOurs(); !ours.ok()) return ours;
  if (!found.ok()) return found.status();
  if (is_disturbed()) return false;
  {
    base::MutexLock lock(&slot_mutex_);
    if (may_wait && left_.load() != writer) return false;  // somebody came, and may be gone
    first_base_offset_.store(found->first);
    known_start_.store(found->start);
    segments_.Replace(std::move(found->segments));
    last_ = nullptr;
    // Behind the list, which whoever sees this end reads up to it.
    known_end_.store(found->end);
    known_writer_.store(writer);
    is_known_.store(true);
    if (left_.load() == writer && writer != 0) {
      slot_ = {.slot = nullptr, .pin = nullptr, .writer = writer};
      left_.store(0);
    }
  }
  segments_.TakeBelow(StartIn(Slot()));
  return true;
}

absl::StatusOr<FollowedLog::WhatIsLeft> FollowedLog::FindWhatIsLeft() const {
  auto listed = List(Names::kAsLeft);
  if (!listed.ok()) return listed.status();
  const auto checkpoint = parts_.left->Checkpoint(parts_.partition);
  if (!checkpoint.ok()) return checkpoint.status();
  const LogCheckpoint& left = *checkpoint;
  SegmentList::Segments segments;
  std::int64_t end = 0;
  for (std::size_t i = 0; i < listed->size(); ++i) {
    const Listed& segment = (*listed)[i];
    const bool is_last = i + 1 == listed->size();
    const std::int64_t next = is_last ? INT64_MAX : (*listed)[i + 1].base_offset;
    if (segment.held != nullptr) {
      segments.push_back(segment.held);
      end = is_last ? segment.next_offset : next;
      continue;
    }
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
    const bool lost = LostItsEnd({.next_offset = end,
                                  .next_base_offset = next,
                                  .has_more_bytes = scan->sound_end < segment.size,
                                  .is_complete = segment.has_index},
                                 left);
    if (!scan->damage.ok() || lost) break;
  }
  const std::int64_t first = segments.empty() ? 0 : segments.front()->base_offset();
  const std::int64_t start = left.log_start_offset <= end ? left.log_start_offset : first;
  return WhatIsLeft{std::move(segments), first, start, std::max(end, first)};
}

}  // namespace rill::log
