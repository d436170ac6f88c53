#include "net/answer_room.h"

#include <chrono>

#include "asio/this_coro.hpp"
#include "fmt/format.h"
#include "net/wake.h"

namespace rill::net {
namespace {

constexpr std::chrono::seconds kPatience(30);

}  // namespace

asio::awaitable<absl::StatusOr<std::unique_ptr<AnswerMemory::Place>>> AwaitAnswerRoom(
    const Call& call, AnswerSize size, Answer& answer) {
  const auto wake = std::make_shared<Wake>(co_await asio::this_coro::executor);
  auto place = std::make_unique<AnswerMemory::Place>(*call.node.answer_memory, size, wake);
  const auto stopping = call.node.stopping->Observe([wake] { wake->Notify(); });
  const auto watch = call.peer != nullptr ? call.peer->Watch(wake) : nullptr;
  const auto begun = Wake::Clock::now();
  const auto has_ended = [&] { return call.node.stopping->has_begun() || HasGone(call.peer); };
  bool is_over = false;
  while (!place->IsItsTurn() && !is_over && !has_ended()) {
    is_over = !co_await wake->WaitUntil(begun + kPatience);
  }
  answer.waited += Wake::Clock::now() - begun;
  if (call.node.stopping->has_begun()) {
    co_return absl::UnavailableError("the node stops, and a request waited for others' answers");
  }
  if (HasGone(call.peer)) co_return ClientHasGone();
  if (!is_over) co_return place;
  co_return absl::ResourceExhaustedError(fmt::format(
      "answers of all connections have the memory that there is for them "
      "(queued.max.request.bytes), for their clients do not read, and {} s did not change that",
      kPatience.count()));
}

}  // namespace rill::net
