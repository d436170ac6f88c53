#pragma once

#include <cstdint>

namespace rill::net {

// In how many segments of TCP all came that came so far; what was sent at once comes in one.
std::uint32_t SegmentsReceived(int socket);

}  // namespace rill::net
