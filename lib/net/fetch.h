#pragma once

#include "absl/status/status.h"
#include "asio/awaitable.hpp"
#include "base/kafka_bytes.h"
#include "net/answer.h"
#include "net/call.h"
#include "net/workers.h"

namespace rill::net {

// Answers Fetch, as a ServeFunction (net/api_table.h).
asio::awaitable<absl::Status> ServeFetch(const Call& call, base::KafkaReader& body,
                                         Workers& workers, Answer& answer);

}  // namespace rill::net
