#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace rill::net {

// What Kafka tells clients of a listener that has no host: the name of this machine's address, or
// the address, where nobody has a name for it that leads back to it. May ask a name server. The
// same as Java's InetAddress.getLocalHost().getCanonicalHostName(). Unavailable where the machine's
// name has no address.
absl::StatusOr<std::string> MachineName();

}  // namespace rill::net
