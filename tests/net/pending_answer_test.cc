// What a coroutine waits for and somebody else delivers.

#include "net/pending_answer.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "asio/io_context.hpp"
#include "catch.h"

namespace rill::net {
namespace {

using Text = PendingAnswer<std::string>;

asio::awaitable<void> WaitFor(std::shared_ptr<Wake> wake, std::shared_ptr<Text> pending,
                              std::optional<std::string>& answer) {
  while (!(answer = pending->Take()).has_value()) {
    co_await wake->WaitUntil(Wake::Clock::time_point::max());
  }
}

TEST_CASE("an answer from another thread ends the wait for it") {
  asio::io_context io(1);
  const auto wake = std::make_shared<Wake>(io.get_executor());
  const auto pending = std::make_shared<Text>(wake);
  std::optional<std::string> answer;
  asio::co_spawn(io, WaitFor(wake, pending, answer), asio::detached);
  std::thread other([pending] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pending->Deliver("here");
  });
  io.run();
  other.join();
  CHECK(answer == "here");
}

TEST_CASE("an answer that comes when nobody waits any more goes nowhere") {
  std::shared_ptr<Text> pending;
  std::weak_ptr<Wake> wake;
  {
    asio::io_context io(1);
    const auto held = std::make_shared<Wake>(io.get_executor());
    pending = std::make_shared<Text>(held);
    wake = held;
    pending->GiveUp();
  }
  CHECK(wake.expired());  // or it would be called without the threads that it belongs to
  pending->Deliver("late");
  CHECK(pending->Take() == std::nullopt);
}

}  // namespace
}  // namespace rill::net
