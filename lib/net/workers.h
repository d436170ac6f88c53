#pragma once

#include <cstddef>

#include "asio/thread_pool.hpp"

namespace rill::net {

// Logs that one request opens, in the thread for changes, before others have their turn there.
inline constexpr std::size_t kLogsOpenedAtOnce = 16;

// The threads for requests that take long, so that those of the connections go on meanwhile. What
// changes the catalogue, or waits for who does, or makes the folders of logs, has one of its own,
// as there is one catalogue and one disk; so have groups, for matching topics with regular
// expressions, and for an application's store of offsets.
// However long these take, others are told what there is. Thread-safe.
class Workers {
 public:
  asio::thread_pool::executor_type for_answers() { return answers_.get_executor(); }
  asio::thread_pool::executor_type for_changes() { return changes_.get_executor(); }
  asio::thread_pool::executor_type for_groups() { return groups_.get_executor(); }
  bool has_this_thread() {
    return for_answers().running_in_this_thread() || for_changes().running_in_this_thread() ||
           for_groups().running_in_this_thread();
  }
  // Until all that was begun is done.
  void Join() {
    answers_.join();
    changes_.join();
    groups_.join();
  }

 private:
  asio::thread_pool answers_{2};
  asio::thread_pool changes_{1};
  asio::thread_pool groups_{1};
};

}  // namespace rill::net
