#include "net/other_protocol.h"

#include <array>
#include <string>

#include "base/bytes.h"

namespace rill::net {
namespace {

// A record of TLS is its type, and a version whose first byte has been 3 since SSL 3.0.
constexpr std::string_view kTlsHandshake("\x16\x03", 2);
constexpr std::array<std::string_view, 5> kHttpMethods = {"GET ", "HEAD", "POST", "PUT ", "OPTI"};

}  // namespace

std::string_view AdviceOnOtherProtocol(std::int32_t frame_size) {
  std::string bytes(sizeof(frame_size), '\0');
  base::StoreBigEndian(bytes.data(), frame_size);
  if (bytes.starts_with(kTlsHandshake)) {
    return "; these are the first bytes of TLS, which is not spoken here: set the client's "
           "security.protocol to PLAINTEXT";
  }
  for (const std::string_view method : kHttpMethods) {
    if (bytes == method) {
      return "; these are the first bytes of HTTP, which is spoken at the node's HTTP port only";
    }
  }
  return "";
}

}  // namespace rill::net
