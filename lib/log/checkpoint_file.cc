#include "log/checkpoint_file.h"

#include "base/parse_number.h"
#include "fmt/format.h"
#include "io/small_file.h"
#include "rill/error.h"

namespace rill::log {
namespace {

constexpr int kVersion = 0;
constexpr std::size_t kMaxShownText = 80;

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string Shown(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, kMaxShownText)) {
    if (c >= 0x20 && c < 0x7f) {
      shown.push_back(c);
    } else {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return shown;
}

}  // namespace

absl::Status CheckpointDamage(const std::string& path, std::size_t line, std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kKafkaStorageError,
                   fmt::format("{}, line {}: {}", path, line, what));
}

std::vector<std::string_view> SplitCheckpointLine(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const auto end = line.find(' ');
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

absl::StatusOr<std::vector<std::string_view>> ParseCheckpointLines(std::string_view text,
                                                                   const std::string& path) {
  auto lines = SplitLines(text);
  if (lines.empty()) return lines;
  const auto version = base::ParseNumber<int>(lines[0]);
  if (!version || *version != kVersion) {
    return CheckpointDamage(
        path, 1, fmt::format("version \"{}\", where {} is known", Shown(lines[0]), kVersion));
  }
  if (lines.size() < 2) return CheckpointDamage(path, 2, "the number of entries is missing");
  const auto count = base::ParseNumber<std::uint64_t>(lines[1]);
  if (!count) {
    return CheckpointDamage(path, 2, fmt::format("\"{}\" is no number", Shown(lines[1])));
  }
  lines.erase(lines.begin(), lines.begin() + 2);
  if (*count != lines.size()) {
    return CheckpointDamage(
        path, 2, fmt::format("announces {} entries, {} are there", *count, lines.size()));
  }
  // A number that lost its last digits is a number, so only the line's end tells that it is whole.
  if (text.back() != '\n') {
    return CheckpointDamage(path, lines.size() + kFirstEntryLine - 1, "is cut off, with no end");
  }
  return lines;
}

std::string FormatCheckpointLines(const std::vector<std::string>& lines) {
  std::string text = fmt::format("{}\n{}\n", kVersion, lines.size());
  for (const std::string& line : lines) {
    text += line;
    text += '\n';
  }
  return text;
}

absl::StatusOr<OffsetCheckpoint> ParseOffsetCheckpoint(std::string_view text,
                                                       const std::string& path) {
  auto lines = ParseCheckpointLines(text, path);
  if (!lines.ok()) return lines.status();
  OffsetCheckpoint offsets;
  for (std::size_t i = 0; i < lines->size(); ++i) {
    const std::string_view line = (*lines)[i];
    const auto fields = SplitCheckpointLine(line);
    const auto damage = [&](std::string_view what) {
      return CheckpointDamage(path, i + kFirstEntryLine,
                              fmt::format("\"{}\" {}", Shown(line), what));
    };
    if (fields.size() != 3 || fields[0].empty()) return damage("is not \"topic partition offset\"");
    const auto partition = base::ParseNumber<std::int32_t>(fields[1]);
    const auto offset = base::ParseNumber<std::int64_t>(fields[2]);
    if (!partition || *partition < 0) return damage("has no partition number in second place");
    if (!offset || *offset < 0) return damage("has no offset in third place");
    if (!offsets.emplace(TopicPartition{std::string(fields[0]), *partition}, *offset).second) {
      return damage("repeats a partition");
    }
  }
  return offsets;
}

std::string FormatOffsetCheckpoint(const OffsetCheckpoint& offsets) {
  std::vector<std::string> lines;
  lines.reserve(offsets.size());
  for (const auto& [partition, offset] : offsets) {
    lines.push_back(fmt::format("{} {} {}", partition.topic, partition.partition, offset));
  }
  return FormatCheckpointLines(lines);
}

absl::StatusOr<OffsetCheckpoint> ReadOffsetCheckpoint(io::FileSystem& files,
                                                      const std::string& path) {
  const auto text = io::ReadSmallFile(files, path, kMaxCheckpointFileSize);
  if (absl::IsNotFound(text.status())) return OffsetCheckpoint();
  if (!text.ok()) return text.status();
  return ParseOffsetCheckpoint(*text, path);
}

absl::Status WriteOffsetCheckpoint(io::FileSystem& files, const std::string& path,
                                   const OffsetCheckpoint& offsets) {
  return io::ReplaceSmallFile(files, path, FormatOffsetCheckpoint(offsets));
}

}  // namespace rill::log
