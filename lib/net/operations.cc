#include "net/operations.h"

#include <initializer_list>

#include "net/authorize.h"

namespace rill::net {
namespace {

using enum AclOperation;

template <typename May>
std::int32_t BitsOf(std::initializer_list<AclOperation> operations, const May& may) {
  std::int32_t bits = 0;
  for (const AclOperation operation : operations) {
    if (may(operation)) bits |= std::int32_t{1} << static_cast<int>(operation);
  }
  return bits;
}

}  // namespace

std::int32_t TopicOperations(const Call& call, const std::string& topic) {
  return BitsOf(
      {kRead, kWrite, kCreate, kDelete, kAlter, kDescribe, kDescribeConfigs, kAlterConfigs},
      [&](AclOperation operation) { return MayUseTopic(call, operation, topic); });
}

std::int32_t GroupOperations(const Call& call, const std::string& group) {
  return BitsOf({kRead, kDelete, kDescribe, kDescribeConfigs, kAlterConfigs},
                [&](AclOperation operation) { return MayUseGroup(call, operation, group); });
}

std::int32_t ClusterOperations(const Call& call) {
  return BitsOf({kCreate, kAlter, kDescribe, kClusterAction, kDescribeConfigs, kAlterConfigs,
                 kIdempotentWrite},
                [&](AclOperation operation) { return MayUseCluster(call, operation); });
}

}  // namespace rill::net
