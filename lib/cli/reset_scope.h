#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/command_line.h"
#include "cli/reset_plan.h"
#include "client/remote/admin_client.h"
#include "rill/records.h"

namespace rill::cli {

// What the group has committed. A failure's message is what Kafka's tool tells.
absl::StatusOr<PartitionOffsets> CommittedBy(const std::string& group, remote::AdminClient& client);

// The partitions whose offsets --reset-offsets is to set: those of --topic, or with --all-topics
// those of which the group has offsets; none with --from-file alone. NotFound where one is not
// there, Unavailable where it has no leader; InvalidArgument where none is named.
absl::StatusOr<std::vector<TopicPartition>> PartitionsToReset(const CommandLine& line,
                                                              const std::string& group,
                                                              remote::AdminClient& client);

}  // namespace rill::cli
