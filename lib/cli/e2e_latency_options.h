#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/client_properties.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/kafka_tool.h"

namespace rill::cli {

extern const KafkaTool kE2eLatencyTool;

// What the words of a latency test ask for. Sizes are in bytes.
struct E2eLatencyWords {
  std::string topic;
  std::string acks;
  std::int32_t records = 0;
  std::int32_t record_size = 0;
  std::int32_t key_size = 0;  // 0: no key
  std::int32_t headers = 0;
  std::int32_t header_key_size = 0;
  std::int32_t header_size = 0;  // -1: null
  ClientProperties properties;   // of producer and consumer
};

// The words with options, where they are the five or six without any that Kafka's tool took before
// 4.2, which `out` is told of. InvalidArgument for another number of them.
absl::StatusOr<std::vector<std::string>> WithOptions(const CommandContext& context,
                                                     std::span<const std::string> words);

// Reads them. InvalidArgument, in the words of Kafka's tool, is told before the help.
absl::StatusOr<E2eLatencyWords> ReadE2eLatencyWords(const CommandContext& context,
                                                    const CommandLine& line);

}  // namespace rill::cli
