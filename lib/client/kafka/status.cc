#include "client/kafka/status.h"

#include "fmt/format.h"

namespace rill::client {
namespace {

using absl::StatusCode;

StatusCode KindOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kOffsetOutOfRange:
      return StatusCode::kOutOfRange;
    case ErrorCode::kUnknownTopicOrPartition:
    case ErrorCode::kUnknownTopicId:
    case ErrorCode::kGroupIdNotFound:
      return StatusCode::kNotFound;
    case ErrorCode::kTopicAlreadyExists:
      return StatusCode::kAlreadyExists;
    case ErrorCode::kMessageTooLarge:
    case ErrorCode::kRecordListTooLarge:
    case ErrorCode::kInvalidRecord:
    case ErrorCode::kInvalidTimestamp:
    case ErrorCode::kInvalidTopic:
    case ErrorCode::kInvalidPartitions:
    case ErrorCode::kInvalidReplicationFactor:
    case ErrorCode::kInvalidConfig:
    case ErrorCode::kInvalidRequest:
    case ErrorCode::kInvalidRequiredAcks:
    case ErrorCode::kOffsetMetadataTooLarge:
    case ErrorCode::kUnsupportedCompressionType:
      return StatusCode::kInvalidArgument;
    case ErrorCode::kIllegalGeneration:
    case ErrorCode::kUnknownMemberId:
    case ErrorCode::kRebalanceInProgress:
      return StatusCode::kAborted;
    case ErrorCode::kCorruptMessage:
    case ErrorCode::kKafkaStorageError:
      return StatusCode::kDataLoss;
    case ErrorCode::kTopicAuthorizationFailed:
    case ErrorCode::kGroupAuthorizationFailed:
    case ErrorCode::kClusterAuthorizationFailed:
    case ErrorCode::kTransactionalIdAuthorizationFailed:
    case ErrorCode::kSaslAuthenticationFailed:
      return StatusCode::kPermissionDenied;
    case ErrorCode::kRequestTimedOut:
      return StatusCode::kDeadlineExceeded;
    case ErrorCode::kUnsupportedVersion:
      return StatusCode::kUnimplemented;
    case ErrorCode::kLeaderNotAvailable:
    case ErrorCode::kNotLeaderOrFollower:
    case ErrorCode::kBrokerNotAvailable:
    case ErrorCode::kReplicaNotAvailable:
    case ErrorCode::kNetworkException:
    case ErrorCode::kCoordinatorLoadInProgress:
    case ErrorCode::kCoordinatorNotAvailable:
    case ErrorCode::kNotCoordinator:
    case ErrorCode::kNotController:
    case ErrorCode::kNotEnoughReplicas:
    case ErrorCode::kNotEnoughReplicasAfterAppend:
      return StatusCode::kUnavailable;
    case ErrorCode::kUnknownServerError:
      return StatusCode::kUnknown;
    default:
      return StatusCode::kFailedPrecondition;
  }
}

struct Kind {
  StatusCode status;
  ErrorCode code;
};

// Of what librdkafka says of itself: its numbers below -1.
Kind KindOfLocal(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
      return {StatusCode::kDeadlineExceeded, ErrorCode::kRequestTimedOut};
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return {StatusCode::kInvalidArgument, ErrorCode::kUnknownTopicOrPartition};
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      return {StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition};
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      return {StatusCode::kUnavailable, ErrorCode::kNetworkException};
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
      return {StatusCode::kUnavailable, ErrorCode::kCoordinatorNotAvailable};
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
      return {StatusCode::kPermissionDenied, ErrorCode::kSaslAuthenticationFailed};
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return {StatusCode::kInvalidArgument, ErrorCode::kUnknownServerError};
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
      return {StatusCode::kDataLoss, ErrorCode::kCorruptMessage};
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return {StatusCode::kOutOfRange, ErrorCode::kOffsetOutOfRange};
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
      return {StatusCode::kUnimplemented, ErrorCode::kUnsupportedVersion};
    case RD_KAFKA_RESP_ERR__FENCED:
      return {StatusCode::kFailedPrecondition, ErrorCode::kProducerFenced};
    default:
      return {StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError};
  }
}

absl::Status Make(rd_kafka_resp_err_t error, const std::string& text) {
  if (error >= RD_KAFKA_RESP_ERR_UNKNOWN) {
    const auto code = static_cast<ErrorCode>(error);
    return MakeError(KindOf(code), code, text);
  }
  const Kind kind = KindOfLocal(error);
  return MakeError(kind.status, kind.code, text);
}

}  // namespace

absl::Status StatusOf(rd_kafka_resp_err_t error, const std::string& what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return Make(error, fmt::format("{}: {}", what, rd_kafka_err2str(error)));
}

absl::Status StatusOf(rd_kafka_error_t* error, const std::string& what) {
  if (error == nullptr) return absl::OkStatus();
  auto status =
      Make(rd_kafka_error_code(error), fmt::format("{}: {}", what, rd_kafka_error_string(error)));
  rd_kafka_error_destroy(error);
  return status;
}

absl::Status AsDocumented(const absl::Status& status) {
  const ErrorCode code = GetErrorCode(status);
  if (code == ErrorCode::kNone || code == ErrorCode::kUnknownServerError) return status;
  return MakeError(KindOf(code), code, std::string(status.message()));
}

}  // namespace rill::client
