#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli/client_properties.h"

namespace rill::cli {

enum class ClientKind { kProducer, kConsumer };

// What librdkafka calls the property `name` of Kafka's Java producer or consumer; empty where it
// has none that means the same.
std::string_view RdkafkaName(ClientKind kind, std::string_view name);

// Whether `name` says how a client proves who it is and whom it talks to.
bool IsSecurityProperty(std::string_view name);

// librdkafka's properties for those of `properties` that are such. InvalidArgument, and
// Unimplemented for what librdkafka has nothing for (key stores in Java's own format), name the
// property.
absl::StatusOr<std::map<std::string, std::string>> RdkafkaSecurity(
    const ClientProperties& properties);

}  // namespace rill::cli
