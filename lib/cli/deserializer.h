#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rill::cli {

// Appends bytes as one of Kafka's deserializers and Java's toString show them. InvalidArgument, in
// the words of that one's SerializationException, for bytes that are no such value; then nothing is
// appended.
using Deserializer = absl::Status (*)(std::string_view bytes, std::string& out);

// The deserializer that a class of org.apache.kafka.common.serialization is. InvalidArgument names
// a class that is none of those, and what there is.
absl::StatusOr<Deserializer> FindDeserializer(std::string_view class_name);

}  // namespace rill::cli
