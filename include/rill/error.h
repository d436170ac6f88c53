#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "rill/export.h"

namespace rill {

// Kafka's error codes, by the numbers they have on the wire
// (https://kafka.apache.org/protocol#protocol_error_codes). Every absl::Status that rill returns
// for a failure that Kafka has a code for carries that code; GetErrorCode reads it.
enum class ErrorCode : std::int16_t {
  kUnknownServerError = -1,
  kNone = 0,
  kOffsetOutOfRange = 1,
  kCorruptMessage = 2,
  kUnknownTopicOrPartition = 3,
  kLeaderNotAvailable = 5,
  kRequestTimedOut = 7,
  kMessageTooLarge = 10,
  kOffsetMetadataTooLarge = 12,
  kCoordinatorLoadInProgress = 14,
  kCoordinatorNotAvailable = 15,
  kNotCoordinator = 16,
  kInvalidTopic = 17,
  kRecordListTooLarge = 18,
  kIllegalGeneration = 22,
  kInconsistentGroupProtocol = 23,
  kInvalidGroupId = 24,
  kUnknownMemberId = 25,
  kInvalidSessionTimeout = 26,
  kRebalanceInProgress = 27,
  kInvalidTimestamp = 32,
  kUnsupportedVersion = 35,
  kTopicAlreadyExists = 36,
  kInvalidPartitions = 37,
  kInvalidReplicationFactor = 38,
  kInvalidConfig = 40,
  kInvalidRequest = 42,
  kUnsupportedForMessageFormat = 43,
  kOutOfOrderSequenceNumber = 45,
  kDuplicateSequenceNumber = 46,
  kInvalidProducerEpoch = 47,
  kKafkaStorageError = 56,
  kUnknownProducerId = 59,
  kNonEmptyGroup = 68,
  kGroupIdNotFound = 69,
  kUnsupportedCompressionType = 76,
  kMemberIdRequired = 79,
  kGroupMaxSizeReached = 81,
  kFencedInstanceId = 82,
  kInvalidRecord = 87,
};

// The Kafka error code that `status` carries: kNone for an OK status, kUnknownServerError for a
// failure without a code of Kafka's (a full disk, an exhausted budget, a closed object).
RILL_EXPORT ErrorCode GetErrorCode(const absl::Status& status);

// Kafka's name of a code, e.g. "OFFSET_OUT_OF_RANGE"; "UNKNOWN_SERVER_ERROR" for an unknown number.
RILL_EXPORT const char* ErrorCodeName(ErrorCode code);

// A status of kind `kind` with `message`, carrying `code`. Extensions (an application's
// OffsetStore, a custom broker's handler) make their errors with it, so that they travel as rill's
// own do.
RILL_EXPORT absl::Status MakeError(absl::StatusCode kind, ErrorCode code,
                                   const std::string& message);

}  // namespace rill
