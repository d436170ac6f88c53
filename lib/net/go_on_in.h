#pragma once

#include <chrono>

#include "asio/awaitable.hpp"
#include "asio/bind_executor.hpp"
#include "asio/post.hpp"
#include "asio/this_coro.hpp"
#include "asio/use_awaitable.hpp"

namespace rill::net {

// The rest of the coroutine runs in a thread of `executor`'s. (Without bind_executor the pool's
// thread would hand it back to the coroutine's own executor at once.)
template <typename Executor>
asio::awaitable<void> GoOnIn(Executor executor) {
  co_await asio::post(asio::bind_executor(executor, asio::use_awaitable));
}

// Runs `work` in a thread of `executor`'s, and goes on in the coroutine's own. How long the work
// waited for that thread is added to `waited` before it begins.
template <typename Executor, typename Work>
asio::awaitable<void> RunIn(Executor executor, std::chrono::steady_clock::duration& waited,
                            Work work) {
  const auto own_thread = co_await asio::this_coro::executor;
  const auto asked = std::chrono::steady_clock::now();
  co_await GoOnIn(executor);
  waited += std::chrono::steady_clock::now() - asked;
  work();
  co_await GoOnIn(own_thread);
}

}  // namespace rill::net
