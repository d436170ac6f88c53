#pragma once

#include <optional>

#include "absl/status/status.h"
#include "asio/awaitable.hpp"
#include "base/kafka_bytes.h"
#include "net/answer.h"
#include "net/call.h"
#include "net/node_apis.h"
#include "net/workers.h"

namespace rill::net {

// Answers a request as a ServeFunction (net/api_table.h) does: asks the application's handlers of
// its key, where there are any, and then rill's own.
asio::awaitable<absl::Status> ServeApi(const NodeApis::Entry& api, const Call& call,
                                       base::KafkaReader& body, Workers& workers, Answer& answer);

// The same as a ServeAtOnceFunction does; nullopt, too, where the application has handlers of its
// key, or it may have to wait.
std::optional<absl::Status> ServeApiAtOnce(const NodeApis::Entry& api, const Call& call,
                                           base::KafkaReader& body, Answer& answer);

}  // namespace rill::net
