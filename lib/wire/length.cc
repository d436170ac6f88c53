#include "wire/length.h"

#include "fmt/format.h"

namespace rill::wire {

std::optional<std::uint32_t> ReadLength(base::KafkaReader& reader, bool is_compact,
                                        std::size_t fixed_size, const char* name) {
  std::int64_t length = 0;
  if (is_compact) {
    length = std::int64_t{reader.UnsignedVarint()} - 1;
  } else {
    length = fixed_size == sizeof(std::int16_t) ? reader.Int<std::int16_t>()
                                                : reader.Int<std::int32_t>();
  }
  if (!reader.ok()) return std::nullopt;
  const bool is_string = fixed_size == sizeof(std::int16_t);
  const bool is_too_long = is_string && length > static_cast<std::int64_t>(kMaxStringSize);
  if (length < -1 || is_too_long) reader.Fail(fmt::format("{} of length {}", name, length));
  if (length < 0 || !reader.ok()) return std::nullopt;
  return static_cast<std::uint32_t>(length);
}

}  // namespace rill::wire
