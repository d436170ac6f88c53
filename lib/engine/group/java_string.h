#pragma once

#include <cstdint>
#include <string_view>

namespace rill::engine {

// Kafka orders and hashes strings as Java does, over UTF-16 code units. Answers that must equal
// Kafka's (the partition of a group, the order in which assignors visit members) need the same over
// our UTF-8. Bytes that are not UTF-8 count as U+FFFD, as Java's decoder reads them.

// Java's String.hashCode.
std::int32_t JavaStringHash(std::string_view utf8);

// Java's String.compareTo(...) < 0. It differs from the order of the bytes only where a character
// beyond U+FFFF meets one of U+E000 to U+FFFF.
bool JavaStringLess(std::string_view a, std::string_view b);

}  // namespace rill::engine
