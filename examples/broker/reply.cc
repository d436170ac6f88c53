#include "reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

void Reply::Simple(std::string_view text) {
  fmt::format_to(std::back_inserter(bytes_), "+{}\r\n", text);
}

void Reply::Error(const absl::Status& status) {
  std::string text(status.message());
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  bytes_ += text.starts_with('-') ? "" : "-ERR ";
  bytes_ += text + "\r\n";
}

void Reply::Integer(std::int64_t number) {
  fmt::format_to(std::back_inserter(bytes_), ":{}\r\n", number);
}

void Reply::Bulk(std::string_view bytes) {
  fmt::format_to(std::back_inserter(bytes_), "${}\r\n", bytes.size());
  bytes_.append(bytes).append("\r\n");
}

void Reply::Array(std::size_t size) { fmt::format_to(std::back_inserter(bytes_), "*{}\r\n", size); }

void Reply::NullArray() { bytes_ += "*-1\r\n"; }

void Reply::Raw(std::string_view written) { bytes_ += written; }
