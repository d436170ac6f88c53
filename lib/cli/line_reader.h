#pragma once

#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/client_properties.h"
#include "rill/producer.h"

namespace rill::cli {

// Makes records of lines, as Kafka's LineMessageReader does by its properties (parse.key,
// key.separator, parse.headers, headers.delimiter, headers.separator, headers.key.separator,
// ignore.error, null.marker). Not thread-safe.
class LineReader {
 public:
  // InvalidArgument, in the words of Kafka's class, where separators are the same.
  static absl::StatusOr<LineReader> New(const ClientProperties& properties);

  // The record that the next line is; views of the line and of this, until the next call.
  // InvalidArgument, in the words of Kafka's class, names what is missing and the line's number; in
  // rill's for headers that are too long to be split by a regular expression.
  absl::StatusOr<ProducerRecord> Parse(std::string_view line);

 private:
  LineReader() = default;
  absl::Status CheckSeparators() const;
  absl::StatusOr<std::optional<std::string_view>> TakeField(std::string_view line,
                                                            std::string_view separator,
                                                            const char* what,
                                                            std::string_view& rest) const;
  absl::Status CheckRegexWork(std::string_view text) const;
  absl::Status SplitHeaders(std::string_view text);
  absl::Status AddHeader(std::string_view pair);
  bool IsMarker(std::string_view text) const { return null_marker_ && text == *null_marker_; }

  bool parses_key_ = false;
  bool parses_headers_ = false;
  bool ignores_errors_ = false;
  std::string key_separator_ = "\t";
  std::string headers_delimiter_ = "\t";
  std::string headers_separator_ = ",";
  std::string headers_key_separator_ = ":";
  std::optional<std::string> null_marker_;
  std::optional<std::regex> headers_pattern_;  // where the separator is more than its letters
  std::vector<Header> headers_;                // of the line
  long line_number_ = 0;
};

}  // namespace rill::cli
