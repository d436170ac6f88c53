#include "cli/reset_plan.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "cli/java_arguments.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

// Jackson's CSV puts what is longer into quotes, and what has a character below '-'.
constexpr std::size_t kMaxPlain = 24;
constexpr char kFirstPlain = '-';

std::string Quoted(const std::string& text) {
  const bool is_plain = text.size() <= kMaxPlain && !text.empty() &&
                        std::all_of(text.begin(), text.end(), [](char c) {
                          return static_cast<unsigned char>(c) >= kFirstPlain;
                        });
  if (is_plain) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

// The fields of a line; nothing where a quote is not closed.
std::optional<std::vector<std::string>> FieldsOf(std::string_view line) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (is_quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (is_quoted) return std::nullopt;
  return fields;
}

}  // namespace

absl::StatusOr<ResetPlan> ReadResetPlan(std::string_view text,
                                        const std::vector<std::string>& groups) {
  ResetPlan plan;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    auto fields = FieldsOf(line);
    if (fields && fields->size() == 3 && groups.size() == 1) {
      fields->insert(fields->begin(), groups[0]);
    }
    const auto partition =
        fields && fields->size() == 4 ? ParseJavaNumber<std::int32_t>((*fields)[2]) : std::nullopt;
    const auto offset = partition ? ParseJavaNumber<std::int64_t>((*fields)[3]) : std::nullopt;
    if (!offset) {
      return absl::InvalidArgumentError(fmt::format(
          "line {} is \"{}\", and not topic,partition,offset, or the same behind a group", number,
          line));
    }
    plan[(*fields)[0]][{(*fields)[1], *partition}] = *offset;
  }
  if (plan.empty()) return absl::InvalidArgumentError("there is no line with an offset");
  return plan;
}

std::string ResetLine(const std::string* group, const TopicPartition& partition,
                      std::int64_t offset) {
  const std::string of_group = group == nullptr ? "" : Quoted(*group) + ",";
  return fmt::format("{}{},{},{}\n", of_group, Quoted(partition.topic), partition.partition,
                     offset);
}

}  // namespace rill::cli
