#include "cli/record_deletion.h"

#include <cstddef>
#include <limits>
#include <set>
#include <string>

#include "cli/group_topics.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "nlohmann/json.hpp"

namespace rill::cli {
namespace {

using Json = nlohmann::json;

// The library destroys and prints a value by recursion: what is nested deeper could be made to take
// all of the stack. The format has three levels.
constexpr int kMaxDepth = 64;
// How much is shown of what the parser says, which ends with all of a string that is not closed.
constexpr std::size_t kMaxReason = 160;

absl::Status Bad(const std::string& message) { return absl::InvalidArgumentError(message); }

// "line 1, column 2: ..." of "[json.exception.parse_error.101] parse error at line 1, ...".
std::string ReasonOf(std::string_view what) {
  if (const std::size_t end = what.find("] "); end != std::string_view::npos) {
    what.remove_prefix(end + 2);
  }
  constexpr std::string_view kWhere = "parse error at ";
  if (what.starts_with(kWhere)) what.remove_prefix(kWhere.size());
  return fmt::format("{}{}", what.substr(0, kMaxReason), what.size() > kMaxReason ? "..." : "");
}

absl::StatusOr<Json> Parse(std::string_view text) {
  bool is_too_deep = false;
  const auto keeps = [&](int depth, Json::parse_event_t event, const Json&) {
    const bool begins =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    is_too_deep |= begins && depth >= kMaxDepth;
    return !is_too_deep;
  };
  std::string reason;
  try {
    Json json = Json::parse(text, keeps);
    if (!is_too_deep) return json;
  } catch (const Json::exception& error) {
    reason = ReasonOf(error.what());
  }
  if (is_too_deep) {
    return Bad(fmt::format("The JSON is nested more than {} levels deep", kMaxDepth));
  }
  return Bad(fmt::format("The input string is not a valid JSON: {}", reason));
}

// The field of an object, where it is there and of that kind.
absl::StatusOr<std::int64_t> IntegerIn(const Json& object, const char* name, std::int64_t largest) {
  const auto field = object.find(name);
  if (field == object.end()) return Bad(fmt::format("No such field exists: `{}`", name));
  const bool is_signed = field->is_number_integer() && !field->is_number_unsigned();
  const bool fits = field->is_number_unsigned() &&
                    field->get<std::uint64_t>() <= static_cast<std::uint64_t>(largest);
  if (!is_signed && !fits) {
    return Bad(fmt::format("`{}` is no number up to {}: {}", name, largest, field->dump()));
  }
  return field->get<std::int64_t>();
}

absl::Status ReadPartition(const Json& object, std::map<TopicPartition, std::int64_t>& offsets,
                           std::set<std::string>& twice) {
  if (!object.is_object())
    return Bad(fmt::format("Expected JSON object, received {}", object.dump()));
  const auto topic = object.find("topic");
  if (topic == object.end()) return Bad("No such field exists: `topic`");
  if (!topic->is_string()) return Bad(fmt::format("`topic` is no text: {}", topic->dump()));
  const auto partition = IntegerIn(object, "partition", std::numeric_limits<std::int32_t>::max());
  if (!partition.ok()) return partition.status();
  const auto offset = IntegerIn(object, "offset", std::numeric_limits<std::int64_t>::max());
  if (!offset.ok()) return offset.status();
  if (*partition < 0) return Bad(fmt::format("`partition` cannot be {}", *partition));
  const TopicPartition name{topic->get<std::string>(), static_cast<std::int32_t>(*partition)};
  if (!offsets.emplace(name, *offset).second) twice.insert(NameOf(name));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::map<TopicPartition, std::int64_t>> ParseRecordDeletion(std::string_view text) {
  const auto parsed = Parse(text);
  if (!parsed.ok()) return parsed.status();
  const Json& json = *parsed;
  if (!json.is_object()) return Bad(fmt::format("Expected JSON object, received {}", json.dump()));
  if (json.contains("version")) {
    const auto version = IntegerIn(json, "version", std::numeric_limits<std::int32_t>::max());
    if (!version.ok()) return version.status();
    if (*version != 1) {
      return Bad(fmt::format("Not supported version field value {}", *version));
    }
  }
  const auto partitions = json.find("partitions");
  if (partitions == json.end()) return Bad("Missing partitions field");
  if (!partitions->is_array()) {
    return Bad(fmt::format("Expected JSON array, received {}", partitions->dump()));
  }
  std::map<TopicPartition, std::int64_t> offsets;
  std::set<std::string> twice;
  for (const Json& partition : *partitions) {
    if (auto read = ReadPartition(partition, offsets, twice); !read.ok()) return read;
  }
  if (twice.empty()) return offsets;
  return Bad(fmt::format("Offset json file contains duplicate topic partitions: {}",
                         fmt::join(twice, ",")));
}

}  // namespace rill::cli
