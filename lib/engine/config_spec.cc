#include "engine/config_spec.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "base/near_name.h"
#include "base/parse_number.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<double> ParseDouble(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

bool IsReplicaPair(std::string_view item) {
  const auto colon = item.find(':');
  if (colon == std::string_view::npos) return false;
  const auto partition = base::ParseNumber<std::int32_t>(item.substr(0, colon));
  const auto broker = base::ParseNumber<std::int32_t>(item.substr(colon + 1));
  return partition.value_or(-1) >= 0 && broker.value_or(-1) >= 0;
}

bool IsAllowedInteger(const ConfigSpec& spec, std::int64_t value) {
  if (value == spec.also || (spec.may_be_negative && value < 0)) return true;
  // Bounds are doubles; those in use are exact, or stand for the type's own largest value.
  return static_cast<double>(value) >= spec.min && static_cast<double>(value) <= spec.max;
}

bool IsAllowedNumber(const ConfigSpec& spec, std::string_view text) {
  switch (spec.type) {
    case ConfigType::kInt: {
      const auto value = base::ParseNumber<std::int32_t>(text);
      return value && IsAllowedInteger(spec, *value);
    }
    case ConfigType::kLong: {
      const auto value = base::ParseNumber<std::int64_t>(text);
      return value && IsAllowedInteger(spec, *value);
    }
    default: {
      const auto value = ParseDouble(text);
      return value && *value >= spec.min && *value <= spec.max;
    }
  }
}

bool IsAllowedList(const ConfigSpec& spec, std::string_view text) {
  if (spec.is_replica_list && text == "*") return true;
  std::vector<std::string_view> items = ConfigListItems(text);
  for (const std::string_view item : items) {
    if (spec.is_replica_list && !IsReplicaPair(item)) return false;
    if (!spec.choices.empty() && std::count(spec.choices.begin(), spec.choices.end(), item) == 0) {
      return false;
    }
  }
  std::sort(items.begin(), items.end());
  return std::adjacent_find(items.begin(), items.end()) == items.end();
}

bool IsAllowed(const ConfigSpec& spec, std::string_view text) {
  switch (spec.type) {
    case ConfigType::kBoolean:
      return Lower(text) == "true" || Lower(text) == "false";
    case ConfigType::kList:
      return IsAllowedList(spec, text);
    case ConfigType::kString:
      return spec.choices.empty() ||
             std::count(spec.choices.begin(), spec.choices.end(), text) != 0;
    default:
      return IsAllowedNumber(spec, text);
  }
}

// One spelling for each value, without white space or newlines within.
std::string Canonical(const ConfigSpec& spec, std::string_view value) {
  if (spec.type == ConfigType::kBoolean) return Lower(value);
  if (spec.type == ConfigType::kList)
    return fmt::format("{}", fmt::join(ConfigListItems(value), ","));
  return std::string(value);
}

std::string Bound(double bound) { return fmt::format("{:.17g}", bound); }

}  // namespace

const char* ConfigTypeName(ConfigType type) {
  switch (type) {
    case ConfigType::kBoolean:
      return "boolean";
    case ConfigType::kInt:
      return "int";
    case ConfigType::kLong:
      return "long";
    case ConfigType::kDouble:
      return "double";
    case ConfigType::kString:
      return "string";
    case ConfigType::kList:
      return "list";
  }
  return "";
}

const ConfigSpec* FindConfigSpec(std::span<const ConfigSpec> specs, std::string_view name) {
  const auto found = std::find_if(specs.begin(), specs.end(),
                                  [&](const ConfigSpec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

std::string ValidValues(const ConfigSpec& spec) {
  if (spec.type == ConfigType::kBoolean) return "true, false";
  if (spec.is_replica_list) return "partition:broker pairs or *";
  if (!spec.choices.empty()) return fmt::format("{}", fmt::join(spec.choices, ", "));
  const bool has_min = spec.min != std::numeric_limits<double>::lowest();
  const bool has_max = spec.max != std::numeric_limits<double>::max();
  std::string valid;
  if (has_min && has_max) {
    valid = fmt::format("{}..{}", Bound(spec.min), Bound(spec.max));
  } else if (has_min) {
    valid = fmt::format(">= {}", Bound(spec.min));
  }
  if (spec.may_be_negative) valid += " or negative";
  if (spec.also != INT64_MIN) valid += fmt::format(" or {}", spec.also);
  return valid;
}

absl::Status ConfigError(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig, message);
}

absl::StatusOr<std::string> CheckConfigValue(const ConfigSpec& spec, std::string_view text) {
  const std::string_view value = Trim(text);
  if (IsAllowed(spec, value)) return Canonical(spec, value);
  const std::string valid = ValidValues(spec);
  return ConfigError(fmt::format("config {} cannot be \"{}\"; type {}{}{}", spec.name, text,
                                 ConfigTypeName(spec.type),
                                 valid.empty() ? "" : ", valid: ", valid));
}

std::int64_t ConfigInteger(std::string_view value) {
  return base::ParseNumber<std::int64_t>(value).value_or(0);
}

double ConfigDouble(std::string_view value) { return ParseDouble(value).value_or(0); }

bool ConfigBoolean(std::string_view value) { return value == "true"; }

std::vector<std::string_view> ConfigListItems(std::string_view value) {
  std::vector<std::string_view> items;
  if (Trim(value).empty()) return items;
  for (;;) {
    const auto comma = value.find(',');
    items.push_back(Trim(value.substr(0, comma)));
    if (comma == std::string_view::npos) return items;
    value.remove_prefix(comma + 1);
  }
}

bool ConfigListHas(std::string_view value, std::string_view item) {
  const auto items = ConfigListItems(value);
  return std::find(items.begin(), items.end(), item) != items.end();
}

std::string DidYouMean(std::string_view name, std::span<const std::string_view> names) {
  const auto nearest = base::NearestName(name, names);
  return nearest ? fmt::format("; did you mean {}?", *nearest) : std::string();
}

}  // namespace rill::engine
