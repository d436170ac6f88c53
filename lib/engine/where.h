#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/options.h"

namespace rill::engine {

inline constexpr std::string_view kMemory = "mem:";

// The folder that `where` names; for "mem:" that itself. InvalidArgument for nothing at all, for
// a scheme that is not known, and for what is not meant to be a folder of that name: "mem", "~/x".
absl::StatusOr<std::string> CheckWhere(const std::string& where);

// The folder seen from the root; fails when the working folder is gone.
absl::StatusOr<std::string> AbsoluteFolder(std::string folder);

// InvalidArgument names the option that is out of range.
absl::Status CheckOptions(const Options& options);

}  // namespace rill::engine
