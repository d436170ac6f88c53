#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "client/remote/admin_client.h"
#include "wire/messages/describe_log_dirs.h"

namespace rill::remote {

using LogDir = wire::DescribeLogDirsResponse::LogDir;

// The folders of a broker, with all logs in them. Errors as those of topics.h.
absl::StatusOr<std::vector<LogDir>> DescribeLogDirs(AdminClient& client, std::int32_t broker);

}  // namespace rill::remote
