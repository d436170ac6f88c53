#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/command_line.h"
#include "cli/kafka_tool.h"
#include "cli/standard_error.h"
#include "client/remote/groups.h"

namespace rill::cli {

extern const KafkaTool kConsumerGroupsTool;

// InvalidArgument, in the words of Kafka's tool, where options are missing or do not go together.
// Told on `err` on the way: that --reset-offsets without --execute does nothing.
absl::Status CheckGroupWords(const CommandLine& line, const StandardError& err);

// The --timeout, how long one thing is tried; 30 s without it. FailedPrecondition for no number:
// Kafka's tool is at work when it comes to that, and does not show its help.
absl::StatusOr<absl::Duration> GroupTimeoutOf(const CommandLine& line);
// What --list lists, by --state and --type. InvalidArgument for what is no state or type.
absl::StatusOr<remote::GroupFilter> GroupFilterOf(const CommandLine& line);
// A number of --to-offset or --shift-by. FailedPrecondition for another word.
absl::StatusOr<std::int64_t> LongOf(const CommandLine& line, std::string_view option);

}  // namespace rill::cli
