#pragma once

#include <optional>
#include <span>

#include "absl/status/status.h"
#include "asio/awaitable.hpp"
#include "base/kafka_bytes.h"
#include "net/answer.h"
#include "net/workers.h"
#include "wire/api.h"

namespace rill::net {

struct Call;

// Answers a request: reads its body off `body`, whose bytes stay until it is answered, and puts the
// response behind what `answer` holds. Runs in the connection's thread, in between in one of
// `workers` where it may wait for the disk. A status closes the connection.
using ServeFunction = asio::awaitable<absl::Status> (*)(const Call& call, base::KafkaReader& body,
                                                        Workers& workers, Answer& answer);

// The same at once, with nothing that is waited for; nullopt, and nothing done, where there is no
// room for the answer.
using ServeAtOnceFunction = std::optional<absl::Status> (*)(const Call& call,
                                                            base::KafkaReader& body,
                                                            Answer& answer);

struct ServedApi {
  wire::ApiKey key;
  ServeFunction serve;
  ServeAtOnceFunction serve_at_once = nullptr;  // null: it may have to wait
};

// The requests that rill answers, by ascending key.
std::span<const ServedApi> ServedApis();

}  // namespace rill::net
