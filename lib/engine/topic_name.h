#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace rill::engine {

inline constexpr std::size_t kMaxTopicNameSize = 249;

// The topic that group offsets are kept in.
inline constexpr char kOffsetsTopic[] = "__consumer_offsets";
inline constexpr char kTransactionsTopic[] = "__transaction_state";
// Where a Kafka broker keeps what rill keeps in its catalogue.
inline constexpr char kMetadataTopic[] = "__cluster_metadata";

// Whether Kafka takes the name: 1 to 249 of ASCII letters, digits, '.', '_' and '-', but not "."
// and
// "..". Otherwise InvalidArgument (INVALID_TOPIC_EXCEPTION) saying what is wrong.
absl::Status CheckTopicName(std::string_view name);

// INVALID_REQUEST for __cluster_metadata: a Kafka broker over the folder would take such a topic's
// log for its own metadata.
absl::Status CheckMayBeMade(std::string_view name);

// Topics whose names differ only in '.' and '_' would share the name of a metric in Kafka, which
// therefore refuses the second. Names collide when their keys are the same.
std::string TopicCollisionKey(std::string_view name);

// Topics that the engine keeps for itself.
bool IsInternalTopic(std::string_view name);

}  // namespace rill::engine
