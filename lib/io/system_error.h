#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace rill::io {

// A system call's failure as a status of the seam (file_system.h lists the kinds). `error` is the
// errno, `operation` an infinitive ("open", "reserve space in"), `path` what it was done to. The
// message tells all three, and what to do where the reason is a limit that a user can raise.
absl::Status SystemError(int error, std::string_view operation, std::string_view path);

}  // namespace rill::io
