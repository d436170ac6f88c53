#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/command_line.h"
#include "cli/dump_output.h"
#include "client/remote/admin_client.h"

namespace rill::cli {

// kafka-consumer-groups --describe, of `groups`. A failure's message is what Kafka's tool tells.
absl::Status DescribeGroups(const CommandLine& line, const std::vector<std::string>& groups,
                            remote::AdminClient& client, TextWriter& out, TextWriter& err);

// What a future of Kafka's admin client says of a failure, and what becomes of that where its tool
// wraps it once more.
absl::Status AsExecution(const absl::Status& status);
absl::Status AsRuntime(const absl::Status& status);

}  // namespace rill::cli
