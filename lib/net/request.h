#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/kafka_bytes.h"
#include "net/answer.h"
#include "net/node_apis.h"

namespace rill::net {

// A request of which the header was read.
struct Request {
  const NodeApis::Entry* api = nullptr;  // null: of ApiVersions, in a version that is not known
  int version = 0;
  std::int32_t correlation_id = 0;
  std::string client_id;
  base::KafkaReader body;
};

// Reads the header of `frame`, which is a request without the four bytes of its length, and which
// the result points into. InvalidArgument where the connection is to be closed, as Kafka closes it:
// the header is none (INVALID_REQUEST), or names a request or a version that is not answered
// (UNSUPPORTED_VERSION).
absl::StatusOr<Request> ReadRequest(const NodeApis& apis, std::string_view frame);

// Begins the frame of the answer: room for its length, and the header.
absl::Status BeginAnswer(const Request& request, Answer& answer);
// The whole answer to a request without an API (KIP-511).
absl::Status AnswerUnknownApiVersions(Answer& answer);
// Puts the length into the frame. ResourceExhausted where it passes what a length can say.
absl::Status FinishAnswer(Answer& answer);

}  // namespace rill::net
