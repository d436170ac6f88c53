#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/remote/bootstrap.h"
#include "client/remote/socket.h"
#include "wire/api.h"
#include "wire/messages/api_versions.h"
#include "wire/schema.h"

namespace rill::remote {

struct ConnectionOptions {
  std::string client_id = "rill";
  absl::Duration connect_timeout = absl::Seconds(10);  // until it has said which versions it speaks
  absl::Duration request_timeout = absl::Seconds(30);
  // An answer that claims to be larger, in bytes, ends the connection.
  std::size_t max_answer_size = std::size_t{100} << 20;
};

inline constexpr int kNewestVersion = std::numeric_limits<int>::max();

// A connection to one broker of Kafka's protocol, whose calls block: one request, its answer. Not
// thread-safe.
class Connection {
 public:
  // Connects and asks which versions the broker answers; an old broker is asked in the version that
  // it knows (KIP-511). Unavailable or DeadlineExceeded where nobody answers, InvalidArgument where
  // what answers speaks something else.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const BrokerAddress& address,
                                                          const ConnectionOptions& options);

  const BrokerAddress& address() const { return address_; }
  // What the broker said of itself.
  const wire::ApiVersionsResponse& versions() const { return versions_; }
  // After an error of Ask whose cause is not the request, the connection is of no use any more.
  bool is_broken() const { return is_broken_; }

  // The newest version that both sides speak, no newer than `newest`. Unimplemented
  // (UNSUPPORTED_VERSION) where there is none, in the words of Kafka's Java client.
  absl::StatusOr<int> VersionOf(wire::ApiKey key, int newest = kNewestVersion) const;

  // The answer to a request of `version`. InvalidArgument where the version cannot say what the
  // request holds, or the answer is none; Unavailable where the connection ends; DeadlineExceeded
  // after the request timeout.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Ask(wire::ApiKey key, int version, const Request& request) {
    Response response;
    absl::Status asked = AskMessage(key, version, &request, &response);
    if (!asked.ok()) return asked;
    return response;
  }

 private:
  Connection(BrokerAddress address, const ConnectionOptions& options, Socket socket)
      : address_(std::move(address)), options_(options), socket_(std::move(socket)) {}

  absl::Status Negotiate();
  absl::Status AskMessage(wire::ApiKey key, int version, const void* request, void* response);
  absl::StatusOr<std::string> Frame(const wire::Api& api, int version, std::int32_t id,
                                    const void* request) const;
  absl::StatusOr<std::string> Exchange(const std::string& frame);
  absl::Status ReadAnswer(const wire::Api& api, int version, std::int32_t id,
                          const std::string& frame, void* response) const;
  // The status with what was asked of whom.
  absl::Status Told(const wire::Api& api, const absl::Status& status) const;

  const BrokerAddress address_;
  const ConnectionOptions options_;
  Socket socket_;
  wire::ApiVersionsResponse versions_;
  Deadline deadline_ = Deadline::max();  // of all that is asked
  std::int32_t next_id_ = 1;
  bool is_broken_ = false;
};

}  // namespace rill::remote
