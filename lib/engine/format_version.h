#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rill::engine {

// The version of what rill keeps in a data folder beside Kafka's files. A later major one cannot be
// read by what knows only an earlier one; a later minor one has records of further kinds, which
// others keep and pass by (docs/log-format.md has the rule).
struct FormatVersion {
  std::int32_t major = 1;
  std::int32_t minor = 0;

  friend auto operator<=>(const FormatVersion&, const FormatVersion&) = default;
};

// What this rill writes, unless a folder has a later minor version already.
inline constexpr FormatVersion kFormatVersion;

// "version=1", or "version=1.2" where the minor version is not 0.
std::string FormatVersionText(const FormatVersion& version);
// Nothing for any text that FormatVersionText does not make.
std::optional<FormatVersion> ParseFormatVersion(std::string_view text);

}  // namespace rill::engine
