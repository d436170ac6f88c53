#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/kafka_bytes.h"
#include "fmt/format.h"
#include "wire/schema.h"

namespace rill::wire {

// Tagged fields of one struct: more than any client has a use for.
inline constexpr std::size_t kMaxTaggedFields = 10'000;

// Reads the tagged fields at the end of a struct, at most `most`: calls `read(field, reader)` for
// each that `version` has, with a reader of its bytes, which have to be read to their end. Passes
// over the others.
template <typename Read>
void ReadTaggedFields(std::span<const Field> fields, int version, base::KafkaReader& reader,
                      std::size_t most, Read read) {
  const std::uint32_t count = reader.UnsignedVarint();
  if (count > most) return reader.Fail(fmt::format("{} tagged fields, of at most {}", count, most));
  for (std::uint32_t left = count; left > 0 && reader.ok(); --left) {
    const std::uint32_t tag = reader.UnsignedVarint();
    const std::string_view bytes = reader.Raw(reader.UnsignedVarint());
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& known) {
      return known.tag >= 0 && static_cast<std::uint32_t>(known.tag) == tag && known.IsIn(version);
    });
    if (field == fields.end() || !reader.ok()) continue;
    base::KafkaReader inner(bytes, field->name);
    read(*field, inner);
    if (inner.remaining() > 0) inner.Fail(fmt::format("{} bytes too many", inner.remaining()));
    if (!inner.ok()) reader.Fail(std::string(inner.status().message()));
  }
}

}  // namespace rill::wire
