#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rill::engine {

// Configs by name, in text.
using ConfigMap = std::map<std::string, std::string>;

enum class ConfigType { kBoolean, kInt, kLong, kDouble, kString, kList };

// "boolean", "int", "long", "double", "string", "list", as Kafka's documentation says.
const char* ConfigTypeName(ConfigType type);

// One config: what Kafka's definition says of it, and what rill does with it.
struct ConfigSpec {
  std::string_view name;
  ConfigType type = ConfigType::kString;
  std::string_view default_value = {};
  // Numbers: the smallest and the largest allowed.
  double min = std::numeric_limits<double>::lowest();
  double max = std::numeric_limits<double>::max();
  // A number below `min` that is allowed all the same.
  std::int64_t also = INT64_MIN;
  // Integers: any negative one, too, whatever `min` says.
  bool may_be_negative = false;
  // Strings and lists: the allowed values; empty for any.
  std::span<const std::string_view> choices = {};
  // Lists of "partition:broker" pairs, or "*".
  bool is_replica_list = false;
  // Configs of an engine or a node: whether they may be set while it runs, as in Kafka.
  bool is_dynamic = false;
  // What it does here, for the documentation.
  std::string_view effect = {};
};

// The one with that name; null where there is none.
const ConfigSpec* FindConfigSpec(std::span<const ConfigSpec> specs, std::string_view name);

// What values are allowed, e.g. ">= -1", "1..9 or -1", ">= 1 or negative", "compact, delete"; empty
// for any of the type.
std::string ValidValues(const ConfigSpec& spec);

// `text` as the config's value: trimmed, and checked against type and range. InvalidArgument
// (INVALID_CONFIG) names the config and what is allowed.
absl::StatusOr<std::string> CheckConfigValue(const ConfigSpec& spec, std::string_view text);

// Readers of values that CheckConfigValue let through.
std::int64_t ConfigInteger(std::string_view value);
double ConfigDouble(std::string_view value);
bool ConfigBoolean(std::string_view value);
// What a comma-separated list holds, without white space around it; points into `value`, which may
// be any text.
std::vector<std::string_view> ConfigListItems(std::string_view value);
// Whether it holds `item`.
bool ConfigListHas(std::string_view value, std::string_view item);

absl::Status ConfigError(const std::string& message);

// "; did you mean retention.ms?" where one of `names` is near; else nothing.
std::string DidYouMean(std::string_view name, std::span<const std::string_view> names);

}  // namespace rill::engine
