#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/kafka/client_config.h"
#include "rill/consumer.h"

namespace rill::client {

// What ConsumerOptions say, as librdkafka's properties; `configs` are those that are set besides,
// and win. Where they say group.protocol=consumer, nothing is said of what the broker decides then.
//
// InvalidArgument (INVALID_CONFIG) where librdkafka has none of the assignors; Unimplemented
// (UNSUPPORTED_VERSION) where it does not know that protocol.
absl::StatusOr<std::map<std::string, std::string>> PropertiesOf(
    const ConsumerOptions& options, const std::map<std::string, std::string>& configs);

// Whether a rebalance leaves members of a group what stays with them (KIP-429, KIP-848).
bool IsCooperativeBy(const ClientConfig& config);

}  // namespace rill::client
