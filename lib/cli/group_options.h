#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/command_line.h"
#include "cli/kafka_tool.h"
#include "client/remote/groups.h"

namespace rill::cli {

extern const KafkaTool kConsumerGroupsTool;

// InvalidArgument, in the words of Kafka's tool, where options are missing or do not go together.
absl::Status CheckGroupWords(const CommandLine& line);

// The --timeout, how long one thing is tried; 30 s without it. InvalidArgument for no number.
absl::StatusOr<absl::Duration> GroupTimeoutOf(const CommandLine& line);
// What --list lists, by --state and --type. InvalidArgument for what is no state or type.
absl::StatusOr<remote::GroupFilter> GroupFilterOf(const CommandLine& line);
// A number of --to-offset or --shift-by.
absl::StatusOr<std::int64_t> LongOf(const CommandLine& line, std::string_view option);

}  // namespace rill::cli
