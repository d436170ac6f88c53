#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rill/records.h"

namespace rill::engine {

// What consumers tell each other through the coordinator, which does not look into it: the bytes of
// Kafka's embedded consumer protocol, as the Java client 4.3 writes them. Topic names have at most
// 32,767 bytes.

inline constexpr std::int16_t kConsumerProtocolVersion = 3;
inline constexpr char kConsumerProtocolType[] = "consumer";

// A member's metadata in JoinGroup.
struct ConsumerSubscription {
  std::vector<std::string> topics = {};
  std::optional<std::string> user_data = {};  // the assignor's own
  std::vector<TopicPartition> owned_partitions = {};
  std::int32_t generation = -1;  // in which they were owned; -1: not said
  std::string rack = {};         // empty: none

  friend bool operator==(const ConsumerSubscription&, const ConsumerSubscription&) = default;
};

// A member's part in SyncGroup.
struct ConsumerAssignment {
  std::vector<TopicPartition> partitions = {};
  std::optional<std::string> user_data = {};

  friend bool operator==(const ConsumerAssignment&, const ConsumerAssignment&) = default;
};

// Topics and owned partitions are written in order, each topic once. An assignment keeps the order
// of its topics' first appearance. `version` is 0 to 3; older ones leave out what they do not know.
std::string EncodeSubscription(const ConsumerSubscription& subscription,
                               std::int16_t version = kConsumerProtocolVersion);
std::string EncodeAssignment(const ConsumerAssignment& assignment,
                             std::int16_t version = kConsumerProtocolVersion);

// InvalidArgument (INVALID_RECORD) when the bytes are none; the message says what and where. Newer
// versions are read as the newest that is known, and what follows it is left unread.
absl::StatusOr<ConsumerSubscription> DecodeSubscription(std::string_view bytes);
absl::StatusOr<ConsumerAssignment> DecodeAssignment(std::string_view bytes);

// The version that the bytes of a subscription are written in, or the newest that is known.
std::int16_t SubscriptionVersion(std::string_view bytes);

// User data of the assignor "sticky": what the member had, and in which generation. Without one it
// is written as -1; bytes of before Kafka 2.3 have none.
struct StickyUserData {
  std::vector<TopicPartition> partitions = {};
  std::optional<std::int32_t> generation = {};
};
std::string EncodeStickyUserData(const StickyUserData& data);
// Nothing is an error: bytes that cannot be read say that the member had nothing in generation -1.
StickyUserData DecodeStickyUserData(std::string_view bytes);

// User data of the assignor "cooperative-sticky": the generation.
std::string EncodeCooperativeUserData(std::int32_t generation);
// -1 when the bytes are too few.
std::int32_t DecodeCooperativeUserData(std::string_view bytes);

}  // namespace rill::engine
