#pragma once

#include <string>

namespace rill::io {

// Who holds a lock that conflicts with an exclusive one on the file behind `fd`, in words to put
// after "held by": "process 1234 (java)", "another engine of this process", or "another process"
// when the system does not tell. Reads /proc; for error messages.
std::string DescribeLockHolder(int fd);

}  // namespace rill::io
