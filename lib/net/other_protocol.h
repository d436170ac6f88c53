#pragma once

#include <cstdint>
#include <string_view>

namespace rill::net {

// What to do where the first bytes of another protocol, TLS's or HTTP's, were read as the length of
// a request, to stand behind what is wrong with it. Empty for any other length.
std::string_view AdviceOnOtherProtocol(std::int32_t frame_size);

}  // namespace rill::net
