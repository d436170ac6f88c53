#include "net/answer_room.h"

#include "asio/this_coro.hpp"
#include "fmt/format.h"
#include "net/patience.h"
#include "net/wake.h"

namespace rill::net {
asio::awaitable<absl::Status> AnswerRoom::Await(Answer& answer) {
  const auto begun = Wake::Clock::now();
  if (place_ == nullptr) {
    using enum AnswerMemory::Place::At;
    wake_ = std::make_shared<Wake>(co_await asio::this_coro::executor);
    place_ = std::make_unique<AnswerMemory::Place>(*call_.node.answer_memory, size_, wake_,
                                                   had_turn_ ? kFront : kEnd);
  }
  const auto stopping = call_.node.stopping->Observe([wake = wake_] { wake->Notify(); });
  const auto watch = call_.peer != nullptr ? call_.peer->Watch(wake_) : nullptr;
  const auto has_ended = [&] { return call_.node.stopping->has_begun() || HasGone(call_.peer); };
  bool is_over = false;
  while (!place_->IsItsTurn() && !is_over && !has_ended()) {
    is_over = !co_await wake_->WaitUntil(begun + patience_);
  }
  const auto waited = Wake::Clock::now() - begun;
  patience_ -= waited;
  answer.waited += waited;
  if (call_.node.stopping->has_begun()) {
    co_return absl::UnavailableError("the node stops, and a request waited for others' answers");
  }
  if (HasGone(call_.peer)) co_return ClientHasGone();
  if (!is_over) co_return absl::OkStatus();
  co_return absl::ResourceExhaustedError(fmt::format(
      "answers of all connections have the memory that there is for them "
      "(queued.max.request.bytes), for their clients do not read, and {} s did not change that",
      kMemoryPatience.count()));
}

void AnswerRoom::LeaveLine() {
  had_turn_ = true;
  place_.reset();
}

}  // namespace rill::net
