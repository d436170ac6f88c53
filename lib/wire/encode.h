#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wire/schema.h"

namespace rill::wire {

// What the four bytes before a message can say.
inline constexpr std::size_t kMaxMessageSize = std::numeric_limits<std::int32_t>::max();

// A message whose records stay where they are, for those who hand them on without a copy.
struct EncodedPieces {
  // Records that belong before the byte at `position` of `bytes`.
  struct Records {
    std::size_t position = 0;
    std::string_view bytes;
  };

  std::string bytes;             // all but the records
  std::vector<Records> records;  // by ascending position
};

// Appends the struct at `object`, which `message` describes, as a message of `version`; its records
// must not stand in `out`. InvalidArgument (UNSUPPORTED_VERSION) where the version is not spoken,
// and (INVALID_REQUEST) where it cannot say what the struct holds: null, or a string above 32,767
// bytes, where there is none; a field that it does not have, with another value than its default,
// that may not be left out; more than kMaxMessageSize. Then `out` is as it was.
absl::Status EncodeMessage(const Message& message, int version, const void* object,
                           std::string& out);
absl::Status EncodeMessage(const Message& message, int version, const void* object,
                           EncodedPieces& out);

// The bytes that EncodeMessage would append, records included, or its status.
absl::StatusOr<std::size_t> EncodedMessageSize(const Message& message, int version,
                                               const void* object);

// A field of a version as it stands in a message. `member` holds what the version can say.
std::string EncodedField(const Field& field, int version, bool is_flexible, const void* member);

template <typename Struct, typename Out>
absl::Status Encode(const Struct& object, int version, Out& out) {
  return EncodeMessage(MessageOf<Struct>(), version, &object, out);
}

template <typename Struct>
absl::StatusOr<std::size_t> EncodedSize(const Struct& object, int version) {
  return EncodedMessageSize(MessageOf<Struct>(), version, &object);
}

}  // namespace rill::wire
