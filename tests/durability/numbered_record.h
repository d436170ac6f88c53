#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "rill/record.h"

namespace rill::testing {

// A record of which every byte follows from its number, so that whoever finds it knows what must
// stand there.
struct NumberedRecord {
  std::int64_t timestamp_ms = 0;
  std::string key;
  std::optional<std::string> value;  // none: a tombstone

  std::string_view value_view() const {
    return value ? std::string_view(*value) : std::string_view();
  }
};

// A few are longer than a page, which a power cut can tear.
inline NumberedRecord RecordOf(std::uint64_t number, std::int64_t first_timestamp_ms) {
  std::mt19937_64 random(number);
  NumberedRecord record;
  record.timestamp_ms = first_timestamp_ms + static_cast<std::int64_t>(number);
  record.key = "key " + std::to_string(random() % 5);
  if (random() % 16 == 0) return record;
  std::string& value = record.value.emplace(random() % (random() % 8 == 0 ? 9000 : 300), '\0');
  for (char& byte : value) byte = static_cast<char>(random());
  return record;
}

inline bool IsRecord(const RecordView& found, const NumberedRecord& record) {
  return found.timestamp_ms() == record.timestamp_ms && found.key() == record.key &&
         IsNull(found.value()) == !record.value.has_value() && found.value() == record.value_view();
}

}  // namespace rill::testing
