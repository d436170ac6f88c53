#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/kafka_bytes.h"
#include "wire/schema.h"

namespace rill::wire {

// Bytes of the length of a value (an element, in an array) where lengths are not compact.
constexpr std::size_t FixedLengthSize(const Field& field) {
  return field.type == FieldType::kString ? sizeof(std::int16_t) : sizeof(std::int32_t);
}

// Strings have at most so many bytes, compact or not.
inline constexpr std::size_t kMaxStringSize = base::KafkaWriter::kMaxString;

// Reads the length of a string, bytes or an array; nothing for null, and for what is no length,
// which fails the reader. `fixed_size` is how many bytes it takes where lengths are not compact: 2
// for strings, else 4; `name` is the field's, for errors.
std::optional<std::uint32_t> ReadLength(base::KafkaReader& reader, bool is_compact,
                                        std::size_t fixed_size, const char* name);

}  // namespace rill::wire
