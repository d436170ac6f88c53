#include "log/segment_name.h"

#include <charconv>

#include "fmt/format.h"

namespace rill::log {
namespace {

constexpr std::size_t kDigits = 20;

}  // namespace

std::string SegmentStem(const std::string& directory, std::int64_t base_offset) {
  return fmt::format("{}/{:020}", directory, base_offset);
}

std::optional<std::int64_t> ParseSegmentName(std::string_view name, std::string_view suffix) {
  if (name.size() != kDigits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  std::int64_t base_offset = 0;
  const char* const end = name.data() + kDigits;
  const auto [parsed, error] = std::from_chars(name.data(), end, base_offset);
  if (error != std::errc() || parsed != end || base_offset < 0) return std::nullopt;
  return base_offset;
}

std::optional<std::int64_t> ParseIndexName(std::string_view name) {
  for (const char* suffix : {kOffsetIndexSuffix, kTimeIndexSuffix, kTransactionIndexSuffix}) {
    if (const auto base_offset = ParseSegmentName(name, suffix)) return base_offset;
  }
  return std::nullopt;
}

}  // namespace rill::log
