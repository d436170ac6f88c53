#include "net/answer_room.h"

#include <chrono>

#include "asio/this_coro.hpp"
#include "fmt/format.h"
#include "net/wake.h"

namespace rill::net {
namespace {

constexpr std::chrono::seconds kPatience(30);

}  // namespace

asio::awaitable<absl::Status> AnswerRoom::Await(Answer& answer) {
  const auto begun = Wake::Clock::now();
  if (wake_ == nullptr) {
    wake_ = std::make_shared<Wake>(co_await asio::this_coro::executor);
    place_ = std::make_unique<AnswerMemory::Place>(*call_.node.answer_memory, size_, wake_);
    until_ = begun + kPatience;
  }
  const auto stopping = call_.node.stopping->Observe([wake = wake_] { wake->Notify(); });
  const auto watch = call_.peer != nullptr ? call_.peer->Watch(wake_) : nullptr;
  const auto has_ended = [&] { return call_.node.stopping->has_begun() || HasGone(call_.peer); };
  bool is_over = false;
  while (!place_->IsItsTurn() && !is_over && !has_ended()) {
    is_over = !co_await wake_->WaitUntil(until_);
  }
  answer.waited += Wake::Clock::now() - begun;
  if (call_.node.stopping->has_begun()) {
    co_return absl::UnavailableError("the node stops, and a request waited for others' answers");
  }
  if (HasGone(call_.peer)) co_return ClientHasGone();
  if (!is_over) co_return absl::OkStatus();
  co_return absl::ResourceExhaustedError(fmt::format(
      "answers of all connections have the memory that there is for them "
      "(queued.max.request.bytes), for their clients do not read, and {} s did not change that",
      kPatience.count()));
}

}  // namespace rill::net
