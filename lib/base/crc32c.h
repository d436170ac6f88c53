#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rill::base {

// CRC-32C (Castagnoli) of `bytes`, as Kafka's record batches carry it. `previous` continues a
// checksum over earlier bytes. Thread-safe.
std::uint32_t Crc32c(std::string_view bytes, std::uint32_t previous = 0);

}  // namespace rill::base
