#include "net/go_on_in.h"

#include <sys/types.h>
#include <unistd.h>

#include <vector>

#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "asio/io_context.hpp"
#include "asio/thread_pool.hpp"
#include "catch.h"

namespace rill::net {
namespace {

asio::awaitable<void> ThereAndBack(asio::io_context& own, asio::thread_pool& pool,
                                   std::vector<pid_t>& seen) {
  seen.push_back(gettid());
  co_await GoOnIn(pool.get_executor());
  seen.push_back(gettid());
  co_await GoOnIn(own.get_executor());
  seen.push_back(gettid());
}

// (By the system's number: a compiler takes std::this_thread::get_id() for the same on both sides
// of a suspension.)
TEST_CASE("What may take long runs in another thread, and what comes behind it in the own one") {
  asio::io_context own(1);
  asio::thread_pool pool(1);
  std::vector<pid_t> seen;
  asio::co_spawn(own, ThereAndBack(own, pool, seen), asio::detached);
  own.run();
  REQUIRE(seen.size() == 3);
  CHECK(seen[0] == gettid());
  CHECK(seen[1] != gettid());
  CHECK(seen[2] == gettid());
}

}  // namespace
}  // namespace rill::net
