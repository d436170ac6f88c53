#include "wire/version.h"

#include "fmt/format.h"
#include "rill/error.h"

namespace rill::wire {

absl::Status CheckVersion(const Message& message, int version) {
  if (message.Has(version)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnsupportedVersion,
                   fmt::format("{} of version {}, where versions {} to {} are known", message.name,
                               version, message.first_version, message.last_version));
}

}  // namespace rill::wire
