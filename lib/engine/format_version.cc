#include "engine/format_version.h"

#include "base/parse_number.h"
#include "fmt/format.h"

namespace rill::engine {
namespace {

constexpr std::string_view kPrefix = "version=";

}  // namespace

std::string FormatVersionText(const FormatVersion& version) {
  std::string text = fmt::format("{}{}", kPrefix, version.major);
  if (version.minor != 0) text += fmt::format(".{}", version.minor);
  return text;
}

std::optional<FormatVersion> ParseFormatVersion(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  const std::string_view numbers = text.substr(kPrefix.size());
  const auto point = numbers.find('.');
  const auto major = base::ParseNumber<std::int32_t>(numbers.substr(0, point));
  const std::string_view minor_text =
      point == std::string_view::npos ? "0" : numbers.substr(point + 1);
  const auto minor = base::ParseNumber<std::int32_t>(minor_text);
  if (!major || !minor || *major < 1 || *minor < 0) return std::nullopt;
  const FormatVersion version{.major = *major, .minor = *minor};
  if (FormatVersionText(version) != text) return std::nullopt;  // "version=01", "version=1.0"
  return version;
}

}  // namespace rill::engine
