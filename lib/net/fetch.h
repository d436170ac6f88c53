#pragma once

#include "absl/status/status.h"
#include "asio/awaitable.hpp"
#include "asio/thread_pool.hpp"
#include "base/kafka_bytes.h"
#include "net/answer.h"
#include "net/call.h"

namespace rill::net {

// Answers Fetch, as a ServeFunction (net/api_table.h).
asio::awaitable<absl::Status> ServeFetch(const Call& call, base::KafkaReader& body,
                                         asio::thread_pool& workers, Answer& answer);

}  // namespace rill::net
