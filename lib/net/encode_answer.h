#pragma once

#include "absl/status/status.h"
#include "net/answer.h"
#include "net/call.h"
#include "wire/encode.h"

namespace rill::net {

// Puts `response` behind what the answer holds, and notes the errors that stand in it, and what it
// takes.
template <typename Response>
absl::Status EncodeAnswer(const Response& response, const Call& call, Answer& answer) {
  CountErrors(response, answer.errors);
  absl::Status encoded = wire::Encode(response, call.version, answer.frame);
  answer.memory.Hold(*call.node.answer_memory, answer.frame.bytes.capacity());
  return encoded;
}

}  // namespace rill::net
