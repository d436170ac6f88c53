#include <algorithm>

#include "cli/dump_files.h"
#include "cli/dump_printer.h"
#include "cli/entry_file.h"
#include "cli/index_entries.h"
#include "cli/segment_file.h"
#include "fmt/format.h"
#include "log/segment_name.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

absl::Status CheckSanity(DumpContext& context, const DumpFile& file, EntryFile& index,
                         std::int64_t base_offset) {
  const auto bytes = index.At(index.count() - 1);
  if (!bytes.ok()) return bytes.status();
  const std::int64_t last = ReadOffsetEntry(*bytes, base_offset).offset;
  if (last < base_offset) {
    return CorruptIndex(
        file,
        fmt::format("its last entry is of offset {}, below the base offset {}", last, base_offset));
  }
  if (index.size() % kOffsetEntrySize != 0) {
    return CorruptIndex(file, fmt::format("has {} bytes, which is no multiple of {}", index.size(),
                                          kOffsetEntrySize));
  }
  context.printer.PrintSoundIndex();
  return absl::OkStatus();
}

// The last offset of the batch that an entry points at.
absl::StatusOr<std::int64_t> FindLastOffset(const DumpFile& file, SegmentFile& log,
                                            const OffsetIndexEntry& entry,
                                            std::int32_t max_message_size) {
  const auto bad = [&file, &entry](const std::string& what) {
    return CorruptIndex(file, fmt::format("the entry of offset {} points at position {}, {}",
                                          entry.offset, entry.position, what));
  };
  if (entry.position < 0 || entry.position > log.size()) {
    return bad(fmt::format("outside of the log, which has {} bytes", log.size()));
  }
  const std::int64_t end =
      std::min<std::int64_t>(log.size(), std::int64_t{entry.position} + max_message_size);
  const auto frame = log.Read(entry.position, end, SegmentFile::Depth::kHeader);
  if (!frame.ok()) return frame.status();
  if (!frame->has_value()) {
    return bad(fmt::format("where no batch of at most {} bytes (--max-message-size) stands",
                           max_message_size));
  }
  return (*frame)->last_offset();
}

}  // namespace

absl::Status DumpOffsetIndex(DumpContext& context, const DumpFile& file, IndexCheck check,
                             std::int32_t max_message_size) {
  const auto base_offset = file.BaseOffset();
  if (!base_offset.ok()) return base_offset.status();
  auto log = SegmentFile::Open(context.files, file.stem() + log::kLogSuffix);
  if (!log.ok()) return log.status();
  auto index = EntryFile::Open(context.files, file.absolute, kOffsetEntrySize);
  if (!index.ok()) return index.status();
  if (index->count() == 0) {
    context.printer.PrintEmptyIndex();
    return absl::OkStatus();
  }
  if (check == IndexCheck::kSanity) return CheckSanity(context, file, *index, *base_offset);
  if (max_message_size < 0) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
        fmt::format("--max-message-size is {}, and must be at least 0", max_message_size));
  }
  for (std::uint64_t i = 0; i < index->count(); ++i) {
    const auto bytes = index->At(i);
    if (!bytes.ok()) return bytes.status();
    const OffsetIndexEntry entry = ReadOffsetEntry(*bytes, *base_offset);
    if (entry.offset == *base_offset && i > 0) break;  // zeros of space that is reserved
    const auto found = FindLastOffset(file, *log, entry, max_message_size);
    if (!found.ok()) return found.status();
    if (*found != entry.offset) {
      context.problems.AddIndexMismatch(file.absolute, entry.offset, *found);
    }
    if (check == IndexCheck::kPrint) context.printer.PrintEntry(entry);
  }
  return absl::OkStatus();
}

}  // namespace rill::cli
