#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "asio/awaitable.hpp"
#include "net/answer.h"
#include "net/answer_memory.h"
#include "net/call.h"
#include "net/patience.h"
#include "net/wake.h"

namespace rill::net {

// Room for the answer to one request, kept until this goes, by when the answer is to have its
// share. Used in the connection's thread; `call` outlives it.
class AnswerRoom {
 public:
  AnswerRoom(const Call& call, AnswerSize size) : call_(call), size_(size) {}

  // Whether there is room at once; else it has to be waited for.
  bool IsThere() const {
    const AnswerMemory& memory = *call_.node.answer_memory;
    return place_ == nullptr && (had_turn_ ? memory.HasRoom(size_) : memory.MayMake(size_));
  }

  // Waits in line until there is, and notes in `answer` how long. Who had its turn before waits at
  // the front, with what is left of the time.
  // ResourceExhausted where that takes too long, Unavailable where the node stops meanwhile,
  // Cancelled where the client goes: then the connection is to be closed.
  asio::awaitable<absl::Status> Await(Answer& answer);

  // It was its turn, but it waits for something else now, that those behind it may not want.
  void LeaveLine();

 private:
  const Call& call_;
  const AnswerSize size_;
  std::shared_ptr<Wake> wake_;
  std::unique_ptr<AnswerMemory::Place> place_;  // null: it does not wait
  Wake::Clock::duration patience_ = kMemoryPatience;
  bool had_turn_ = false;
};

}  // namespace rill::net
