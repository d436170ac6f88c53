#pragma once

#include <cstdint>

namespace rill::net {

// Kafka's AclOperation codes as bits, which is how authorised operations are told (KIP-430).
enum class Operation : std::uint8_t {
  kRead = 3,
  kWrite = 4,
  kCreate = 5,
  kDelete = 6,
  kAlter = 7,
  kDescribe = 8,
  kClusterAction = 9,
  kDescribeConfigs = 10,
  kAlterConfigs = 11,
  kIdempotentWrite = 12,
};

template <typename... Operations>
constexpr std::int32_t OperationBits(Operations... operations) {
  return ((std::int32_t{1} << static_cast<int>(operations)) | ...);
}

// All that can be done to a thing of the kind: nothing is authorised yet.
inline constexpr std::int32_t kTopicOperations = OperationBits(
    Operation::kRead, Operation::kWrite, Operation::kCreate, Operation::kDelete, Operation::kAlter,
    Operation::kDescribe, Operation::kDescribeConfigs, Operation::kAlterConfigs);
inline constexpr std::int32_t kClusterOperations = OperationBits(
    Operation::kCreate, Operation::kAlter, Operation::kDescribe, Operation::kClusterAction,
    Operation::kDescribeConfigs, Operation::kAlterConfigs, Operation::kIdempotentWrite);
inline constexpr std::int32_t kGroupOperations =
    OperationBits(Operation::kRead, Operation::kDelete, Operation::kDescribe,
                  Operation::kDescribeConfigs, Operation::kAlterConfigs);

}  // namespace rill::net
