#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/command_line.h"
#include "cli/dump_output.h"
#include "client/remote/admin_client.h"

namespace rill::cli {

// kafka-topics --describe: prints the topics that the options ask for, those of them that they
// report.
absl::Status DescribeTopics(const CommandLine& line, remote::AdminClient& client, TextWriter& out);

// The names of the topics that --topic and --exclude-internal leave, in their order. NotFound where
// --topic is given and none is left, unless `may_be_missing`.
absl::StatusOr<std::vector<std::string>> TopicNames(const CommandLine& line,
                                                    remote::AdminClient& client,
                                                    bool may_be_missing);

}  // namespace rill::cli
