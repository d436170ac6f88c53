#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/options.h"

namespace rill::engine {

// The folder that `where` names; for "mem:" that itself. InvalidArgument for nothing at all and for
// a scheme that is not known.
absl::StatusOr<std::string> CheckWhere(const std::string& where);

// InvalidArgument names the option that is out of range.
absl::Status CheckOptions(const Options& options);

}  // namespace rill::engine
