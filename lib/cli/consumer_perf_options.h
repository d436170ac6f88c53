#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/client_properties.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/java_date_format.h"
#include "cli/kafka_tool.h"

namespace rill::cli {

extern const KafkaTool kConsumerPerfTool;

// What the words of a consumer's performance test ask for.
struct ConsumerPerfWords {
  std::string topic;    // or, where it is empty,
  std::string include;  // a regular expression
  std::int64_t records = 0;
  absl::Duration timeout = absl::Seconds(10);
  absl::Duration reporting_interval = absl::Seconds(5);
  JavaDateFormat date_format;
  bool show_detailed_stats = false;
  bool print_metrics = false;
  bool has_group = false;       // somebody named it
  ClientProperties properties;  // of the consumer
};

// InvalidArgument, in the words of Kafka's tool, for what is told before the help: options that are
// missing or do not go together. Old names are told of.
absl::Status CheckConsumerPerfWords(const CommandContext& context, const CommandLine& line);
// Reads them. Errors are told alone, behind the names of the columns.
absl::StatusOr<ConsumerPerfWords> ReadConsumerPerfWords(const CommandContext& context,
                                                        const CommandLine& line);

}  // namespace rill::cli
