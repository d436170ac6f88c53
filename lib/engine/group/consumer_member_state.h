#pragma once

#include <cstdint>

namespace rill::engine {

// Member epochs (KIP-848) that say something else.
inline constexpr std::int32_t kJoiningEpoch = 0;
inline constexpr std::int32_t kLeavingEpoch = -1;
inline constexpr std::int32_t kStaticLeavingEpoch = -2;  // "I shall be back"

// Where a member is on its way from what it has to what it is to have, by Kafka's names and
// numbers.
enum class ConsumerMemberState : std::int8_t {
  kStable = 0,                // it has all that it is to have at its epoch
  kUnrevokedPartitions = 1,   // it must give up partitions, and has not said that it did
  kUnreleasedPartitions = 2,  // it waits for partitions that others still have
};

}  // namespace rill::engine
