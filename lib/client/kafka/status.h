#pragma once

#include <librdkafka/rdkafka.h>

#include <string>

#include "absl/status/status.h"
#include "rill/error.h"

namespace rill::client {

// What librdkafka or a broker says, as the public headers tell errors: of the kind that they name,
// with Kafka's code. `what` says what it was about. OK for no error.
absl::Status StatusOf(rd_kafka_resp_err_t error, const std::string& what);
// The same where librdkafka says more; takes `error`, which may be null: OK.
absl::Status StatusOf(rd_kafka_error_t* error, const std::string& what);

// An error of remote::AdminClient with the kind that the public headers name for its code.
absl::Status AsDocumented(const absl::Status& status);

}  // namespace rill::client
