#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "net/answer.h"
#include "net/call.h"
#include "wire/messages/produce.h"

namespace rill::net {

// Counts a request that is to be answered against the quotas of its client (KIP-124), and notes in
// the answer how long the client is to be quiet, which the connection sees to (KIP-219).
//
// Its time is what passed since it came, but for what it waited; its bytes count for a Produce.
void CountRequest(const Call& call, bool is_produce, Answer& answer);

// The same, and tells the client.
template <typename Response>
void Throttle(const Call& call, Response& response, Answer& answer) {
  CountRequest(call, std::is_same_v<Response, wire::ProduceResponse>, answer);
  if constexpr (requires { response.throttle_time_ms; }) {
    response.throttle_time_ms = static_cast<std::int32_t>(answer.throttle.count());
  }
}

// The same of a Fetch that has so many bytes of records to give. Whether it is to be answered
// without them.
bool IsHeldBack(const Call& call, std::size_t bytes, Answer& answer);

}  // namespace rill::net
