#include "net/go_on_in.h"

#include <thread>
#include <vector>

#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "asio/io_context.hpp"
#include "asio/thread_pool.hpp"
#include "catch.h"

namespace rill::net {
namespace {

asio::awaitable<void> ThereAndBack(asio::io_context& own, asio::thread_pool& pool,
                                   std::vector<std::thread::id>& seen) {
  seen.push_back(std::this_thread::get_id());
  co_await GoOnIn(pool.get_executor());
  seen.push_back(std::this_thread::get_id());
  co_await GoOnIn(own.get_executor());
  seen.push_back(std::this_thread::get_id());
}

TEST_CASE("What may take long runs in another thread, and what comes behind it in the own one") {
  asio::io_context own(1);
  asio::thread_pool pool(1);
  std::vector<std::thread::id> seen;
  asio::co_spawn(own, ThereAndBack(own, pool, seen), asio::detached);
  own.run();
  REQUIRE(seen.size() == 3);
  CHECK(seen[0] == std::this_thread::get_id());
  CHECK(seen[1] != std::this_thread::get_id());
  CHECK(seen[2] == std::this_thread::get_id());
}

}  // namespace
}  // namespace rill::net
