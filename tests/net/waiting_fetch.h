#pragma once

#include <string>

#include "wire/messages/fetch.h"

namespace rill::net {

// Of partition 0 of the empty topic `name`: it waits until there is something, and for longer than
// a test.
inline wire::FetchRequest WaitingFetch(const std::string& name) {
  wire::FetchRequest request;
  request.max_wait_ms = 500'000;
  request.min_bytes = 1;
  request.max_bytes = 1000;
  request.session_epoch = -1;
  auto& topic = request.topics.emplace_back();
  topic.topic = name;
  topic.partitions.emplace_back().partition_max_bytes = 1000;
  return request;
}

}  // namespace rill::net
