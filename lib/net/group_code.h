#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "net/authorize.h"
#include "net/call.h"
#include "net/place_of.h"
#include "rill/error.h"

namespace rill::net {

// Kafka's code for what a coordinator could not do: where to go, or to come again.
inline ErrorCode GroupCodeOf(const absl::Status& status) {
  const ErrorCode code = CodeOf(status);
  switch (code) {
    case ErrorCode::kBrokerNotAvailable:
      return ErrorCode::kCoordinatorNotAvailable;
    case ErrorCode::kKafkaStorageError:
      return ErrorCode::kNotCoordinator;
    case ErrorCode::kMessageTooLarge:
    case ErrorCode::kRecordListTooLarge:
      return ErrorCode::kUnknownServerError;
    default:
      return code;
  }
}

// COORDINATOR_NOT_AVAILABLE of an engine that was closed.
inline ErrorCode CheckCoordinator(const Call& call) {
  return GroupCodeOf(call.node.engine->CheckOpen());
}

// What is told before a group is looked at: the same, or GROUP_AUTHORIZATION_FAILED.
inline ErrorCode CheckCoordinator(const Call& call, AclOperation operation,
                                  const std::string& group) {
  const ErrorCode refused = CodeOf(CheckGroup(call, operation, group));
  return refused != ErrorCode::kNone ? refused : CheckCoordinator(call);
}

// The wire's nullable strings, of which an empty one means nothing.
inline std::optional<std::string> NullIfEmpty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace rill::net
