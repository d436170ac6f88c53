#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "wire/schema.h"

namespace rill::wire {

// What stands before each request. The client's id never has a compact length, for a broker that
// does not know the version has to read it.
struct RequestHeader {
  std::int16_t request_api_key = 0;
  std::int16_t request_api_version = 0;
  std::int32_t correlation_id = 0;
  std::optional<std::string> client_id = "";

  bool operator==(const RequestHeader&) const = default;
};
template <>
const Message& MessageOf<RequestHeader>();

// What stands before each response: the correlation id of the request that it answers.
struct ResponseHeader {
  std::int32_t correlation_id = 0;

  bool operator==(const ResponseHeader&) const = default;
};
template <>
const Message& MessageOf<ResponseHeader>();

}  // namespace rill::wire
