#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

// Writes replies as RESP 2 has them, one behind the other.
class Reply {
 public:
  // "+OK": `text` has no newline.
  void Simple(std::string_view text);
  // "-ERR ...", or what the message says behind a '-' of its own ("-NOGROUP ...").
  void Error(const absl::Status& status);
  void Integer(std::int64_t number);
  void Bulk(std::string_view bytes);
  // Begins an array: its elements are written next.
  void Array(std::size_t size);
  void NullArray();
  // What another Reply has.
  void Raw(std::string_view written);

  const std::string& bytes() const { return bytes_; }
  void Clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};
