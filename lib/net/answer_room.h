#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "asio/awaitable.hpp"
#include "net/answer.h"
#include "net/answer_memory.h"
#include "net/call.h"

namespace rill::net {

// Waits in line until answers have room for one more, and notes in `answer` how long. What it
// returns is kept until the answer has its share. ResourceExhausted where that takes too long,
// Unavailable where the node stops meanwhile, Cancelled where the client goes: then the connection
// is to be closed.
asio::awaitable<absl::StatusOr<std::unique_ptr<AnswerMemory::Place>>> AwaitAnswerRoom(
    const Call& call, AnswerSize size, Answer& answer);

}  // namespace rill::net
