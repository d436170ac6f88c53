#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "cli/command_line.h"
#include "cli/configs_options.h"
#include "cli/dump_output.h"
#include "client/remote/admin_client.h"

namespace rill::cli {

// kafka-configs of users, clients and addresses, whose configs are quotas.
absl::Status DescribeQuotas(const CommandLine& line, const ConfigEntities& entities,
                            remote::AdminClient& client, TextWriter& out);
// Unimplemented for SCRAM credentials.
absl::Status AlterQuotas(const ConfigEntities& entities,
                         const std::vector<std::pair<std::string, std::string>>& to_add,
                         const std::vector<std::string>& to_delete, remote::AdminClient& client);

}  // namespace rill::cli
