#include "log/leader_epochs.h"

#include <algorithm>

#include "base/parse_number.h"
#include "fmt/format.h"
#include "io/small_file.h"
#include "log/checkpoint_file.h"
#include "rill/error.h"

namespace rill::log {

absl::StatusOr<bool> LeaderEpochs::Assign(std::int32_t epoch, std::int64_t start_offset) {
  if (epoch < 0 || start_offset < 0) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
        fmt::format("leader epoch {} at offset {}: neither may be negative", epoch, start_offset));
  }
  if (!entries_.empty() && entries_.back().epoch == epoch &&
      entries_.back().start_offset <= start_offset) {
    return false;
  }
  while (!entries_.empty() &&
         (entries_.back().epoch >= epoch || entries_.back().start_offset >= start_offset)) {
    entries_.pop_back();
  }
  entries_.push_back({epoch, start_offset});
  return true;
}

bool LeaderEpochs::TruncateFromEnd(std::int64_t end_offset) {
  const std::size_t before = entries_.size();
  while (!entries_.empty() && entries_.back().start_offset >= end_offset) entries_.pop_back();
  return entries_.size() != before;
}

bool LeaderEpochs::TruncateFromStart(std::int64_t start_offset) {
  const auto after = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.start_offset > start_offset;
  });
  if (after == entries_.begin()) return false;
  const auto containing = after - 1;
  if (containing == entries_.begin() && containing->start_offset == start_offset) return false;
  containing->start_offset = start_offset;
  entries_.erase(entries_.begin(), containing);
  return true;
}

std::optional<std::int32_t> LeaderEpochs::EpochForOffset(std::int64_t offset) const {
  const auto after = std::upper_bound(
      entries_.begin(), entries_.end(), offset,
      [](std::int64_t wanted, const Entry& entry) { return wanted < entry.start_offset; });
  if (after == entries_.begin()) return std::nullopt;
  return (after - 1)->epoch;
}

std::optional<LeaderEpochs::Entry> LeaderEpochs::latest() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.back();
}

LeaderEpochs::EndOffset LeaderEpochs::EndOffsetFor(std::int32_t epoch,
                                                   std::int64_t log_end_offset) const {
  if (epoch < 0 || entries_.empty()) return {};
  if (entries_.back().epoch == epoch) return {epoch, log_end_offset};
  const auto higher = std::upper_bound(
      entries_.begin(), entries_.end(), epoch,
      [](std::int32_t wanted, const Entry& entry) { return wanted < entry.epoch; });
  if (higher == entries_.end()) return {};
  if (higher == entries_.begin()) return {epoch, higher->start_offset};
  return {(higher - 1)->epoch, higher->start_offset};
}

absl::StatusOr<LeaderEpochs> LeaderEpochs::Parse(std::string_view text, const std::string& path) {
  auto lines = ParseCheckpointLines(text, path);
  if (!lines.ok()) return lines.status();
  LeaderEpochs epochs;
  for (std::size_t i = 0; i < lines->size(); ++i) {
    const std::size_t at = i + kFirstEntryLine;
    const auto fields = SplitCheckpointLine((*lines)[i]);
    if (fields.size() != 2) return CheckpointDamage(path, at, "is not \"epoch offset\"");
    const auto epoch = base::ParseNumber<std::int32_t>(fields[0]);
    const auto start_offset = base::ParseNumber<std::int64_t>(fields[1]);
    if (!epoch || *epoch < 0 || !start_offset || *start_offset < 0) {
      return CheckpointDamage(path, at, "is not \"epoch offset\"");
    }
    const auto& last = epochs.entries_;
    if (!last.empty() &&
        (last.back().epoch >= *epoch || last.back().start_offset >= *start_offset)) {
      return CheckpointDamage(
          path, at,
          fmt::format("epoch {} from offset {} does not rise above epoch {} from offset {}", *epoch,
                      *start_offset, last.back().epoch, last.back().start_offset));
    }
    epochs.entries_.push_back({*epoch, *start_offset});
  }
  return epochs;
}

std::string LeaderEpochs::Format() const {
  std::vector<std::string> lines;
  lines.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    lines.push_back(fmt::format("{} {}", entry.epoch, entry.start_offset));
  }
  return FormatCheckpointLines(lines);
}

absl::StatusOr<LeaderEpochs> LeaderEpochs::Load(io::FileSystem& files, const std::string& path) {
  const auto text = io::ReadSmallFile(files, path, kMaxCheckpointFileSize);
  if (absl::IsNotFound(text.status())) return LeaderEpochs();
  if (!text.ok()) return text.status();
  return Parse(*text, path);
}

absl::Status LeaderEpochs::Save(io::FileSystem& files, const std::string& path, bool sync) const {
  return io::ReplaceSmallFile(files, path, Format(), sync);
}

}  // namespace rill::log
