#pragma once

#include "asio/awaitable.hpp"
#include "asio/bind_executor.hpp"
#include "asio/post.hpp"
#include "asio/use_awaitable.hpp"

namespace rill::net {

// The rest of the coroutine runs in a thread of `executor`'s. (Without bind_executor the pool's
// thread would hand it back to the coroutine's own executor at once.)
template <typename Executor>
asio::awaitable<void> GoOnIn(Executor executor) {
  co_await asio::post(asio::bind_executor(executor, asio::use_awaitable));
}

}  // namespace rill::net
