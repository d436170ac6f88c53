#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "asio/any_io_executor.hpp"
#include "asio/awaitable.hpp"
#include "asio/post.hpp"
#include "asio/redirect_error.hpp"
#include "asio/steady_timer.hpp"
#include "asio/use_awaitable.hpp"

namespace rill::net {

// Wakes one coroutine, from any thread. To be held by std::make_shared: a call of Notify may be
// under way when the coroutine goes on.
class Wake : public std::enable_shared_from_this<Wake> {
 public:
  using Clock = std::chrono::steady_clock;

  // `executor` runs one thread, the coroutine's.
  explicit Wake(const asio::any_io_executor& executor) : timer_(executor) {}

  // Ends the wait that is under way, or the next one. Costs one atomic while an earlier call was
  // not seen yet.
  void Notify() {
    if (notified_.exchange(true)) return;
    asio::post(timer_.get_executor(), [self = shared_from_this()] { self->timer_.cancel(); });
  }

  // Until Notify or `deadline`; returns whether it was Notify. What is posted by Notify runs in the
  // coroutine's own thread, so it cannot come between the look at notified_ and the wait; what an
  // earlier one posted, which was seen before it ran, ends the wait and not the loop.
  asio::awaitable<bool> WaitUntil(Clock::time_point deadline) {
    while (!notified_.load() && deadline > Clock::now()) {
      timer_.expires_at(deadline);
      asio::error_code ended;
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    }
    co_return notified_.exchange(false);
  }

 private:
  asio::steady_timer timer_;
  std::atomic<bool> notified_ = false;
};

}  // namespace rill::net
