#pragma once

#include <cstdint>
#include <string>

#include "net/call.h"

namespace rill::net {

// What who asks may do to a thing, as bits of Kafka's AclOperation codes, which is how authorised
// operations are told (KIP-430); without an authorizer all that can be done to things of the kind.
std::int32_t TopicOperations(const Call& call, const std::string& topic);
std::int32_t GroupOperations(const Call& call, const std::string& group);
std::int32_t ClusterOperations(const Call& call);

}  // namespace rill::net
