#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/client_properties.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/kafka_tool.h"

namespace rill::cli {

extern const KafkaTool kProducerPerfTool;

// What the keys of the records are: none, numbers one after the other, or by chance.
enum class KeyDistribution { kNone, kRange, kRandom };

// What the words of a producer's performance test ask for.
struct ProducerPerfWords {
  std::string topic;
  std::int64_t records = 0;
  std::int64_t warmup_records = 0;
  // What is sent: random letters, of this size; or one of these; or the record's number.
  std::int32_t record_size = 0;
  std::vector<std::string> payloads;
  KeyDistribution keys = KeyDistribution::kNone;
  std::int32_t key_range = 0;  // keys are below it
  std::int64_t seed = 0;       // of all that is by chance
  double throughput = -1;      // records a second; below 0: no limit
  absl::Duration reporting_interval = absl::Seconds(5);
  bool print_metrics = false;
  ClientProperties properties;
};

// Reads them. InvalidArgument, in the words of Kafka's tool, says what is wrong; Unimplemented for
// transactions.
absl::StatusOr<ProducerPerfWords> ReadProducerPerfWords(const CommandContext& context,
                                                        const CommandLine& line);

}  // namespace rill::cli
