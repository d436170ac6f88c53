#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/command_context.h"
#include "client/remote/bootstrap.h"
#include "rill/engine.h"
#include "rill/options.h"

namespace rill::cli {

// Whether somebody has the data folder open for writing.
bool IsInUse(const CommandContext& context, const std::string& folder);

// The socket of the node that serves the folder, in another process or this one. Otherwise why none
// answers there: Unavailable, PermissionDenied, ...
absl::StatusOr<remote::BrokerAddress> FindNode(const std::string& folder);

// The refusal of a folder that is in use, with what to do instead, unless it says that itself; any
// other status as it is.
absl::Status WithWay(const CommandContext& context, const std::string& folder,
                     const absl::Status& refused);

// FailedPrecondition for a folder with files of somebody else's: a data folder that is made in it
// would be a mistake of who typed its name.
absl::Status CheckMayBeDataFolder(const CommandContext& context, const std::string& folder);

// Opens a data folder, and tells what it has to say: warnings, and on a terminal, while it opens,
// what of it is recovered and how far that has come. Errors as rill::Open, and
// CheckMayBeDataFolder.
absl::StatusOr<Engine> OpenTold(const CommandContext& context, const std::string& folder,
                                Options options, std::function<void(std::string_view)> tell);

// The same for the tool of that name, and a folder that is there.
absl::StatusOr<Engine> OpenFolder(const CommandContext& context, std::string_view tool,
                                  const std::string& folder, Options options = {});

}  // namespace rill::cli
