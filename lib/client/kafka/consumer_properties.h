#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rill/consumer.h"

namespace rill::client {

// What ConsumerOptions say, as librdkafka's properties. InvalidArgument (INVALID_CONFIG) where
// librdkafka has none of the assignors.
absl::StatusOr<std::map<std::string, std::string>> PropertiesOf(const ConsumerOptions& options);

}  // namespace rill::client
