#include "cli/line_reader.h"

#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "cli/java_text.h"
#include "cli/name_pattern.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

constexpr std::string_view kSpecial = "\\^$.|?*+()[]{}";

// std::regex recurses by the length of the text times, at worst, that of the pattern, and was seen
// to take up to 165 bytes of stack for each, twice that with a sanitizer. A stack has 8 MiB mostly.
constexpr std::size_t kMaxRegexWork = 20'000;

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

void SetText(const ClientProperties& properties, const std::string& name, std::string& text) {
  if (const auto found = properties.find(name); found != properties.end()) text = found->second;
}

bool IsTrue(const ClientProperties& properties, const std::string& name) {
  const auto found = properties.find(name);
  return found != properties.end() && absl::AsciiStrToLower(JavaTrim(found->second)) == "true";
}

}  // namespace

absl::StatusOr<LineReader> LineReader::New(const ClientProperties& properties) {
  LineReader reader;
  reader.parses_key_ = IsTrue(properties, "parse.key");
  reader.parses_headers_ = IsTrue(properties, "parse.headers");
  reader.ignores_errors_ = IsTrue(properties, "ignore.error");
  SetText(properties, "key.separator", reader.key_separator_);
  SetText(properties, "headers.delimiter", reader.headers_delimiter_);
  SetText(properties, "headers.separator", reader.headers_separator_);
  SetText(properties, "headers.key.separator", reader.headers_key_separator_);
  if (properties.contains("null.marker")) {
    reader.null_marker_.emplace();
    SetText(properties, "null.marker", *reader.null_marker_);
  }
  if (reader.headers_separator_.find_first_of(kSpecial) != std::string::npos) {
    auto pattern = ParseRegex(reader.headers_separator_);
    if (!pattern.ok()) return pattern.status();
    reader.headers_pattern_ = *std::move(pattern);
  }
  if (auto apart = reader.CheckSeparators(); !apart.ok()) return apart;
  return reader;
}

absl::Status LineReader::CheckSeparators() const {
  const auto same = [](std::string_view a, std::string_view b) {
    return Wrong(fmt::format("{} and {} may not be equal", a, b));
  };
  if (headers_delimiter_ == headers_separator_) {
    return same("headers.delimiter", "headers.separator");
  }
  if (headers_delimiter_ == headers_key_separator_) {
    return same("headers.delimiter", "headers.key.separator");
  }
  if (headers_separator_ == headers_key_separator_) {
    return same("headers.separator", "headers.key.separator");
  }
  const std::pair<const std::string&, const char*> separators[] = {
      {key_separator_, "key.separator"},
      {headers_separator_, "headers.separator"},
      {headers_delimiter_, "headers.delimiter"},
      {headers_key_separator_, "headers.key.separator"}};
  for (const auto& [separator, name] : separators) {
    if (IsMarker(separator)) return same("null.marker", name);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string_view>> LineReader::TakeField(
    std::string_view line, std::string_view separator, const char* what,
    std::string_view& rest) const {
  const std::size_t end = rest.find(separator);
  if (end == std::string_view::npos) {
    if (ignores_errors_) return std::nullopt;
    return Wrong(fmt::format("No {} found on line number {}: '{}'", what, line_number_, line));
  }
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(end + separator.size());
  return field;
}

absl::StatusOr<ProducerRecord> LineReader::Parse(std::string_view line) {
  ++line_number_;
  headers_.clear();
  std::string_view rest = line;
  ProducerRecord record;
  if (parses_headers_) {
    const auto headers = TakeField(line, headers_delimiter_, "headers delimiter", rest);
    if (!headers.ok()) return headers.status();
    if (*headers && !IsMarker(**headers)) {
      if (auto split = SplitHeaders(**headers); !split.ok()) return split;
      record.headers = headers_;
    }
  }
  if (parses_key_) {
    const auto key = TakeField(line, key_separator_, "key separator", rest);
    if (!key.ok()) return key.status();
    if (*key && !IsMarker(**key)) record.key = **key;
  }
  if (!IsMarker(rest)) record.value = rest;
  return record;
}

absl::Status LineReader::CheckRegexWork(std::string_view text) const {
  if (!headers_pattern_) return absl::OkStatus();
  const std::size_t most = kMaxRegexWork / headers_separator_.size();
  if (text.size() <= most) return absl::OkStatus();
  return Wrong(
      fmt::format("The headers on line number {} have {} bytes, and may have {} where "
                  "headers.separator is a regular expression as '{}' is; one without any of {} "
                  "splits headers of any size",
                  line_number_, text.size(), most, headers_separator_, kSpecial));
}

// As String.split: without empty parts at the end, but a text that has no separator is one part.
absl::Status LineReader::SplitHeaders(std::string_view text) {
  if (auto safe = CheckRegexWork(text); !safe.ok()) return safe;
  std::vector<std::string_view> parts;
  const char* const end = text.data() + text.size();
  const char* begin = text.data();
  std::cmatch match;
  while (headers_pattern_ && std::regex_search(begin, end, match, *headers_pattern_) &&
         match.length() > 0) {
    parts.emplace_back(begin, static_cast<std::size_t>(match.position()));
    begin += match.position() + match.length();
  }
  std::string_view rest(begin, static_cast<std::size_t>(end - begin));
  while (!headers_pattern_ && !headers_separator_.empty()) {
    const std::size_t at = rest.find(headers_separator_);
    if (at == std::string_view::npos) break;
    parts.push_back(rest.substr(0, at));
    rest.remove_prefix(at + headers_separator_.size());
  }
  const bool is_whole = parts.empty();
  parts.push_back(rest);
  while (!is_whole && !parts.empty() && parts.back().empty()) parts.pop_back();
  for (const std::string_view part : parts) {
    if (auto added = AddHeader(part); !added.ok()) return added;
  }
  return absl::OkStatus();
}

absl::Status LineReader::AddHeader(std::string_view pair) {
  const std::size_t end = pair.find(headers_key_separator_);
  if (end == std::string_view::npos) {
    if (!ignores_errors_) {
      return Wrong(fmt::format("No header key separator found in pair '{}' on line number {}", pair,
                               line_number_));
    }
    headers_.push_back({pair, {}});
    return absl::OkStatus();
  }
  const std::string_view key = pair.substr(0, end);
  if (IsMarker(key)) {
    return Wrong(
        fmt::format("Header keys should not be equal to the null marker '{}' as they can't be null",
                    *null_marker_));
  }
  const std::string_view value = pair.substr(end + headers_key_separator_.size());
  headers_.push_back({key, IsMarker(value) ? std::string_view() : value});
  return absl::OkStatus();
}

}  // namespace rill::cli
