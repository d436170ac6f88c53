#include <algorithm>

#include "cli/dump_files.h"
#include "cli/dump_printer.h"
#include "cli/entry_file.h"
#include "cli/frame_records.h"
#include "cli/index_entries.h"
#include "cli/segment_file.h"
#include "fmt/format.h"
#include "log/segment_name.h"

namespace rill::cli {
namespace {

class TimeIndexDump {
 public:
  TimeIndexDump(DumpContext& context, const DumpFile& file, std::int64_t base_offset,
                SegmentFile log, EntryFile offsets, EntryFile times)
      : context_(context),
        file_(file),
        base_offset_(base_offset),
        log_(std::move(log)),
        offsets_(std::move(offsets)),
        times_(std::move(times)) {}

  absl::Status CheckSanity() {
    if (times_.count() > 0) {
      const auto first = EntryAt(0);
      if (!first.ok()) return first.status();
      const auto last = EntryAt(times_.count() - 1);
      if (!last.ok()) return last.status();
      if (last->timestamp_ms < first->timestamp_ms) {
        return CorruptIndex(file_,
                            fmt::format("its last entry is of time {}, before the first one's {}",
                                        last->timestamp_ms, first->timestamp_ms));
      }
      if (last->offset < base_offset_) {
        return CorruptIndex(file_,
                            fmt::format("its last entry is of offset {}, below the base offset {}",
                                        last->offset, base_offset_));
      }
    }
    if (times_.size() % kTimeEntrySize != 0) {
      return CorruptIndex(file_, fmt::format("has {} bytes, which is no multiple of {}",
                                             times_.size(), kTimeEntrySize));
    }
    context_.printer.PrintSoundIndex();
    return absl::OkStatus();
  }

  absl::Status Run(bool prints) {
    std::int64_t previous_ms = kNoTimestamp;
    for (std::uint64_t i = 0; i < times_.count(); ++i) {
      const auto entry = EntryAt(i);
      if (!entry.ok()) return entry.status();
      if (entry->offset == base_offset_ && i > 0) break;  // zeros of space that is reserved
      if (auto status = CheckEntry(*entry, previous_ms); !status.ok()) return status;
      if (prints) context_.printer.PrintEntry(*entry);
      previous_ms = entry->timestamp_ms;
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<TimeIndexEntry> EntryAt(std::uint64_t index) {
    const auto bytes = times_.At(index);
    if (!bytes.ok()) return bytes.status();
    return ReadTimeEntry(*bytes, base_offset_);
  }

  absl::Status CheckEntry(const TimeIndexEntry& entry, std::int64_t previous_ms) {
    const auto position = FindPosition(entry.offset);
    if (!position.ok()) return position.status();
    const auto frame = FindFrame(*position, entry.offset);
    if (!frame.ok()) return frame.status();
    DumpProblems& problems = context_.problems;
    const std::int64_t found = frame->has_value() ? (*frame)->last_offset() : -1;
    if (!frame->has_value() || found != entry.offset) {
      problems.AddOffsetNotFound(file_.absolute, entry.offset, found);
      return absl::OkStatus();
    }
    const auto max_ms = MaxTimestamp(**frame);
    if (!max_ms.ok()) return max_ms.status();
    if (*max_ms != entry.timestamp_ms) {
      problems.AddTimeMismatch(file_.absolute, entry.timestamp_ms, *max_ms);
    }
    if (previous_ms >= entry.timestamp_ms) {
      problems.AddTimeDisorder(file_.absolute, entry.timestamp_ms, previous_ms);
    }
    return absl::OkStatus();
  }

  // Where to look for `offset` in the log, by the offset index: at the last entry that does not
  // pass it, or at the start. An index out of order leads somewhere, as Kafka's search does.
  absl::StatusOr<std::int64_t> FindPosition(std::int64_t offset) {
    std::uint64_t below = 0;  // entries that are known not to pass `offset`
    std::uint64_t end = offsets_.count();
    while (below < end) {
      const std::uint64_t middle = below + (end - below) / 2;
      const auto bytes = offsets_.At(middle);
      if (!bytes.ok()) return bytes.status();
      if (ReadOffsetEntry(*bytes, base_offset_).offset <= offset) {
        below = middle + 1;
      } else {
        end = middle;
      }
    }
    if (below == 0) return 0;
    const auto bytes = offsets_.At(below - 1);
    if (!bytes.ok()) return bytes.status();
    const std::int64_t position = ReadOffsetEntry(*bytes, base_offset_).position;
    if (position < 0 || position > log_.size()) {
      return CorruptIndex(file_,
                          fmt::format("the offset index beside it points at position {} of a log "
                                      "of {} bytes",
                                      position, log_.size()));
    }
    return position;
  }

  // The first frame from `position` on that reaches `offset`, with its header only.
  absl::StatusOr<std::optional<Frame>> FindFrame(std::int64_t position, std::int64_t offset) {
    while (true) {
      auto frame = log_.Read(position, log_.size(), SegmentFile::Depth::kHeader);
      if (!frame.ok() || !frame->has_value() || (*frame)->last_offset() >= offset) return frame;
      position += static_cast<std::int64_t>((*frame)->size);
    }
  }

  absl::StatusOr<std::int64_t> MaxTimestamp(const Frame& found) {
    const auto frame = log_.Read(found.position, log_.size(), SegmentFile::Depth::kWhole);
    if (!frame.ok()) return frame.status();
    std::int64_t max_ms = kNoTimestamp;
    if (!frame->has_value()) return max_ms;  // cut by its writer a moment ago
    const auto status = records_.ForEach(**frame, [&max_ms](const FrameRecord& record) {
      max_ms = std::max(max_ms, record.timestamp_ms);
      return absl::OkStatus();
    });
    if (!status.ok()) return log_.Locate(found.position, status);
    return max_ms;
  }

  DumpContext& context_;
  const DumpFile& file_;
  std::int64_t base_offset_;
  SegmentFile log_;
  EntryFile offsets_;
  EntryFile times_;
  FrameRecords records_;
};

}  // namespace

absl::Status DumpTimeIndex(DumpContext& context, const DumpFile& file, IndexCheck check) {
  const auto base_offset = file.BaseOffset();
  if (!base_offset.ok()) return base_offset.status();
  auto log = SegmentFile::Open(context.files, file.stem() + log::kLogSuffix);
  if (!log.ok()) return log.status();
  auto offsets =
      EntryFile::Open(context.files, file.stem() + log::kOffsetIndexSuffix, kOffsetEntrySize);
  if (!offsets.ok()) return offsets.status();
  auto times = EntryFile::Open(context.files, file.absolute, kTimeEntrySize);
  if (!times.ok()) return times.status();
  TimeIndexDump dump(context, file, *base_offset, *std::move(log), *std::move(offsets),
                     *std::move(times));
  return check == IndexCheck::kSanity ? dump.CheckSanity() : dump.Run(check == IndexCheck::kPrint);
}

}  // namespace rill::cli
