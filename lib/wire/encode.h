#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wire/schema.h"

namespace rill::wire {

// Appends the struct at `object`, which `message` describes, as a message of `version`.
// InvalidArgument where the version is not spoken, or cannot say what the struct holds: null, or a
// string above 32,767 bytes, where there is none, or a field that it does not have, with another
// value than its default, and that may not be left out. Then `out` is as it was.
absl::Status EncodeMessage(const Message& message, int version, const void* object,
                           std::string& out);

// The bytes that EncodeMessage would append, or its status.
absl::StatusOr<std::size_t> EncodedMessageSize(const Message& message, int version,
                                               const void* object);

template <typename Struct>
absl::Status Encode(const Struct& object, int version, std::string& out) {
  return EncodeMessage(MessageOf<Struct>(), version, &object, out);
}

template <typename Struct>
absl::StatusOr<std::size_t> EncodedSize(const Struct& object, int version) {
  return EncodedMessageSize(MessageOf<Struct>(), version, &object);
}

}  // namespace rill::wire
