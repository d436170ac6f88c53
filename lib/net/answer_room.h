#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "asio/awaitable.hpp"
#include "net/answer.h"
#include "net/answer_memory.h"
#include "net/call.h"
#include "net/wake.h"

namespace rill::net {

// Room for the answer to one request, kept until this goes, by when the answer is to have its
// share. Used in the connection's thread; `call` outlives it.
class AnswerRoom {
 public:
  AnswerRoom(const Call& call, AnswerSize size) : call_(call), size_(size) {}

  // Whether there is room at once; else it has to be waited for.
  bool IsThere() const { return place_ == nullptr && call_.node.answer_memory->MayMake(size_); }

  // Waits in line until there is, and notes in `answer` how long. Where the room is gone again, the
  // next call waits in the same place of the line, with what is left of the time.
  // ResourceExhausted where that takes too long, Unavailable where the node stops meanwhile,
  // Cancelled where the client goes: then the connection is to be closed.
  asio::awaitable<absl::Status> Await(Answer& answer);

 private:
  const Call& call_;
  const AnswerSize size_;
  std::shared_ptr<Wake> wake_;  // null: it has not waited yet, and place_ neither
  std::unique_ptr<AnswerMemory::Place> place_;
  Wake::Clock::time_point until_;
};

}  // namespace rill::net
