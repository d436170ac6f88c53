#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/kafka_bytes.h"
#include "wire/schema.h"
#include "wire/tagged_fields.h"

namespace rill::wire {

// What a message from outside may ask of memory, whatever it claims to hold.
struct DecodeLimits {
  // Elements of one array, and tagged fields of one struct: more than any client has a use for. An
  // array that its bytes cannot hold is refused before.
  std::size_t max_elements = 200'000;
  std::size_t max_tagged_fields = kMaxTaggedFields;
  // Bytes of the decoded structs, strings and arrays, of the whole message. Records are not copied.
  std::size_t max_memory = std::size_t{64} << 20;
};

// Reads a message of `version` off the front of `reader` into `object`, which holds the struct that
// `message` describes, as its definition makes it. What the version does not have stays as it is;
// tagged fields that the description does not know are passed over. Records are views of the bytes
// that are read. InvalidArgument (UNSUPPORTED_VERSION) where the version is not spoken, and
// (INVALID_REQUEST) where the bytes are no such message, or ask for more than `limits`; then
// `object` holds part of it.
absl::Status DecodeMessage(const Message& message, int version, base::KafkaReader& reader,
                           void* object, const DecodeLimits& limits = {});

template <typename Struct>
absl::StatusOr<Struct> Decode(int version, base::KafkaReader& reader,
                              const DecodeLimits& limits = {}) {
  Struct decoded = {};
  absl::Status status = DecodeMessage(MessageOf<Struct>(), version, reader, &decoded, limits);
  if (!status.ok()) return status;
  return decoded;
}

}  // namespace rill::wire
