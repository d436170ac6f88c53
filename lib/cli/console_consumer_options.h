#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/client_properties.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/kafka_tool.h"
#include "cli/record_formatter.h"

namespace rill::cli {

extern const KafkaTool kConsoleConsumerTool;

// Where a partition is read from, beside an offset.
inline constexpr std::int64_t kFromLatest = -1;
inline constexpr std::int64_t kFromEarliest = -2;

// What the words of a console consumer ask for.
struct ConsoleConsumerWords {
  std::string topic;                      // or, where it is empty,
  std::string include;                    // a regular expression
  std::optional<std::int32_t> partition;  // of the topic; else all
  std::int64_t offset = kFromLatest;      // in that partition
  std::int32_t max_messages = -1;         // -1: no limit
  absl::Duration timeout = absl::InfiniteDuration();
  bool skip_message_on_error = false;
  bool enable_systest_events = false;
  bool has_group = false;       // somebody named it
  ClientProperties properties;  // of the consumer
  std::unique_ptr<RecordFormatter> formatter;
};

// Reads them. Options that are old are told on `out`, as Kafka's tool does. Errors are what is to
// be told, before the help where they are kInvalidArgument.
absl::StatusOr<ConsoleConsumerWords> ReadConsoleConsumerWords(const CommandContext& context,
                                                              const CommandLine& line);

}  // namespace rill::cli
