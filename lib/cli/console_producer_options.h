#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "cli/client_configs.h"
#include "cli/client_properties.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/kafka_tool.h"

namespace rill::cli {

extern const KafkaTool kConsoleProducerTool;

// What the words of a console producer ask for.
struct ConsoleProducerWords {
  std::string topic;
  bool sync = false;
  ClientProperties reader;
  ClientProperties properties;  // of the producer
};

// InvalidArgument, in the words of Kafka's tool, where options are missing or do not go together.
absl::Status CheckConsoleProducerWords(const CommandLine& line);

// Reads them; `kind` is that of the log. Options that are old are told on `out`, as Kafka's tool
// does. InvalidArgument says what is wrong.
absl::StatusOr<ConsoleProducerWords> ReadConsoleProducerWords(const CommandContext& context,
                                                              const CommandLine& line,
                                                              LogKind kind);

}  // namespace rill::cli
