#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "base/kafka_bytes.h"
#include "base/uuid.h"

namespace rill::wire {

// Reads an id; zeros where the bytes end early, which fails the reader.
inline base::Uuid ReadUuid(base::KafkaReader& reader) {
  std::array<std::uint8_t, base::Uuid::kSize> bytes = {};
  const std::string_view raw = reader.Raw(bytes.size());
  std::copy(raw.begin(), raw.end(), bytes.begin());
  return base::Uuid(bytes);
}

}  // namespace rill::wire
