#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "client/remote/admin_client.h"

namespace rill::cli {

// What the properties of a --command-config file say of a client, over what `options` says:
// bootstrap.servers, client.id, request.timeout.ms, default.api.timeout.ms, retry.backoff.ms and
// socket.connection.setup.timeout.ms. `name` is the file's, for errors. InvalidArgument for a value
// that none of them can have, Unimplemented for what asks for TLS or SASL; both name the line. What
// else a client of Kafka's may have is passed over.
absl::StatusOr<remote::AdminOptions> ReadCommandConfig(std::string_view text,
                                                       const std::string& name,
                                                       remote::AdminOptions options);

}  // namespace rill::cli
