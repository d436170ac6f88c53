#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/dump_output.h"
#include "client/remote/admin_client.h"

namespace rill::cli {

// kafka-consumer-groups --reset-offsets, of `groups`. A failure's message is what Kafka's tool
// tells; InvalidArgument without a code of Kafka's is told with its help.
absl::Status ResetOffsets(const CommandContext& context, const CommandLine& line,
                          const std::vector<std::string>& groups, remote::AdminClient& client,
                          TextWriter& out, TextWriter& err);

}  // namespace rill::cli
