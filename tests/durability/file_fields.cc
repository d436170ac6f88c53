#include "file_fields.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "fmt/format.h"
#include "log/stopper.h"
#include "rill/record_batch.h"

namespace rill::testing {
namespace {

// The fields of a batch's header that are not under its CRC, and the CRC.
const char* BatchField(std::size_t at) {
  if (at < 8) return "base offset";
  if (at < 12) return "batch length";
  if (at < 16) return "leader epoch";
  if (at < 17) return "magic";
  if (at < 21) return "CRC";
  return "what the CRC covers";
}

std::vector<std::string> BatchFields(std::string_view bytes, std::int64_t log_start) {
  std::vector<std::string> fields;
  while (fields.size() < bytes.size()) {
    const auto batch = ParseBatch(bytes.substr(fields.size()));
    if (!batch.ok()) break;
    const bool is_deleted = batch->next_offset() <= log_start;
    for (std::size_t i = 0; i < batch->size(); ++i) {
      fields.emplace_back(is_deleted ? "a batch of deleted records" : BatchField(i));
    }
  }
  for (std::size_t i = 0; fields.size() < bytes.size(); ++i) {
    fields.emplace_back(i < log::kStopperSize ? "stopper" : "reserve");
  }
  return fields;
}

std::vector<std::string> EntryFields(std::size_t size, std::size_t first_size,
                                     std::size_t entry_size, const char* first,
                                     const char* second) {
  std::vector<std::string> fields;
  for (std::size_t i = 0; i < size; ++i) {
    fields.emplace_back(i % entry_size < first_size ? first : second);
  }
  return fields;
}

// By the place in its line: words, and what stands between them.
std::vector<std::string> TextFields(std::string_view bytes,
                                    const std::vector<std::string>& first_lines,
                                    const std::vector<std::string>& words) {
  std::vector<std::string> fields;
  std::size_t line = 0;
  std::size_t word = 0;
  for (const char c : bytes) {
    const bool separates = c == ' ' || c == '\n';
    if (separates) {
      fields.emplace_back("spaces and line ends");
    } else {
      fields.push_back(line < first_lines.size() ? first_lines[line] : words.at(word));
    }
    word = c == '\n' ? 0 : word + (c == ' ' ? 1 : 0);
    line += c == '\n' ? 1 : 0;
  }
  return fields;
}

// "name=value" a line.
std::vector<std::string> PropertyFields(std::string_view bytes) {
  std::vector<std::string> fields;
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    const std::string_view line = bytes.substr(0, size);
    const std::size_t equals = line.find('=');
    for (std::size_t i = 0; i < size; ++i) {
      if (equals == line.npos) {
        fields.emplace_back("comment");
      } else {
        fields.push_back(i <= equals || line[i] == '\n' ? "names, line ends and escapes"
                                                        : std::string(line.substr(0, equals)));
      }
    }
    bytes.remove_prefix(size);
  }
  return fields;
}

}  // namespace

FileFields FieldsOf(const std::string& path, const std::string& bytes, const std::string& segment,
                    std::int64_t log_start) {
  const std::string name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(".log")) return {segment + ".log", BatchFields(bytes, log_start)};
  if (name.ends_with(".index")) {
    return {segment + ".index", EntryFields(bytes.size(), 4, 8, "offset", "position")};
  }
  if (name.ends_with(".timeindex")) {
    return {segment + ".timeindex", EntryFields(bytes.size(), 8, 12, "timestamp", "offset")};
  }
  if (name == "rill.catalogue") return {name, BatchFields(bytes, 0)};
  if (name == "meta.properties") return {name, PropertyFields(bytes)};
  if (name == "leader-epoch-checkpoint") {
    return {name, TextFields(bytes, {"version", "count"}, {"epoch", "offset"})};
  }
  if (name.ends_with("-offset-checkpoint")) {
    return {name, TextFields(bytes, {"version", "count"}, {"topic", "partition", "offset"})};
  }
  if (name == "partition.metadata") return {name, TextFields(bytes, {}, {"names", "values"})};
  const bool has_number = name.find_first_not_of("0123456789") == name.find('.');
  return {has_number ? name.substr(name.find('.')) : name,
          std::vector<std::string>(bytes.size(), "all")};
}

}  // namespace rill::testing
