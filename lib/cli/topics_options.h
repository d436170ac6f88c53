#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/uuid.h"
#include "cli/command_line.h"
#include "cli/kafka_tool.h"
#include "wire/messages/create_topics.h"

namespace rill::cli {

extern const KafkaTool kTopicsTool;

// InvalidArgument, in the words of Kafka's tool, where there is no action, or more than one; and
// where, besides, options are missing or do not go together.
absl::Status CheckTopicsAction(const CommandLine& line);
absl::Status CheckTopicsWords(const CommandLine& line);

// What Kafka's TopicCommand reads when it comes to it. Errors are InvalidArgument.
absl::StatusOr<std::optional<std::int32_t>> IntegerOf(const CommandLine& line,
                                                      std::string_view option);
// The --topic-id; nothing for none and for the one that is all zero.
absl::StatusOr<std::optional<base::Uuid>> TopicIdOf(const CommandLine& line);
// The brokers of each partition, of --replica-assignment; empty without it.
absl::StatusOr<std::vector<std::vector<std::int32_t>>> AssignmentOf(const CommandLine& line);
// The topic that --create asks for.
absl::StatusOr<wire::CreateTopicsRequest::Topic> NewTopicOf(const CommandLine& line);

}  // namespace rill::cli
