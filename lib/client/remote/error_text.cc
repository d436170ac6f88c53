#include "client/remote/error_text.h"

#include <algorithm>
#include <iterator>

#include "fmt/format.h"

namespace rill::remote {
namespace {

struct Told {
  ErrorCode code;
  const char* exception;
  const char* text;
};

// Held equal to the Java client's by tests/oracle/run.sh admin_tools.
constexpr Told kTold[] = {
    {ErrorCode::kUnknownServerError, "UnknownServerException",
     "The server experienced an unexpected error when processing the request."},
    {ErrorCode::kOffsetOutOfRange, "OffsetOutOfRangeException",
     "The requested offset is not within the range of offsets maintained by the server."},
    {ErrorCode::kUnknownTopicOrPartition, "UnknownTopicOrPartitionException",
     "This server does not host this topic-partition."},
    {ErrorCode::kLeaderNotAvailable, "LeaderNotAvailableException",
     "There is no leader for this topic-partition as we are in the middle of a leadership "
     "election."},
    {ErrorCode::kNotLeaderOrFollower, "NotLeaderOrFollowerException",
     "For requests intended only for the leader, this error indicates that the broker is not the "
     "current leader. For requests intended for any replica, this error indicates that the broker "
     "is not a replica of the topic partition."},
    {ErrorCode::kMessageTooLarge, "RecordTooLargeException",
     "The request included a message larger than the max message size the server will accept."},
    {ErrorCode::kRequestTimedOut, "TimeoutException", "The request timed out."},
    {ErrorCode::kBrokerNotAvailable, "BrokerNotAvailableException", "The broker is not available."},
    {ErrorCode::kReplicaNotAvailable, "ReplicaNotAvailableException",
     "The replica is not available for the requested topic-partition. Produce/Fetch requests and "
     "other requests intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER if the "
     "broker is not a replica of the topic-partition."},
    {ErrorCode::kNetworkException, "NetworkException",
     "The server disconnected before a response was received."},
    {ErrorCode::kCoordinatorLoadInProgress, "CoordinatorLoadInProgressException",
     "The coordinator is loading and hence can't process requests."},
    {ErrorCode::kCoordinatorNotAvailable, "CoordinatorNotAvailableException",
     "The coordinator is not available."},
    {ErrorCode::kNotCoordinator, "NotCoordinatorException", "This is not the correct coordinator."},
    {ErrorCode::kInvalidTopic, "InvalidTopicException",
     "The request attempted to perform an operation on an invalid topic."},
    {ErrorCode::kIllegalGeneration, "IllegalGenerationException",
     "Specified group generation id is not valid."},
    {ErrorCode::kInvalidGroupId, "InvalidGroupIdException", "The group id is invalid."},
    {ErrorCode::kUnknownMemberId, "UnknownMemberIdException",
     "The coordinator is not aware of this member."},
    {ErrorCode::kRebalanceInProgress, "RebalanceInProgressException",
     "The group is rebalancing, so a rejoin is needed."},
    {ErrorCode::kTopicAuthorizationFailed, "TopicAuthorizationException",
     "Topic authorization failed."},
    {ErrorCode::kGroupAuthorizationFailed, "GroupAuthorizationException",
     "Group authorization failed."},
    {ErrorCode::kClusterAuthorizationFailed, "ClusterAuthorizationException",
     "Cluster authorization failed."},
    {ErrorCode::kInvalidTimestamp, "InvalidTimestampException",
     "The timestamp of the message is out of acceptable range."},
    {ErrorCode::kUnsupportedSaslMechanism, "UnsupportedSaslMechanismException",
     "The broker does not support the requested SASL mechanism."},
    {ErrorCode::kUnsupportedVersion, "UnsupportedVersionException",
     "The version of API is not supported."},
    {ErrorCode::kTopicAlreadyExists, "TopicExistsException",
     "Topic with this name already exists."},
    {ErrorCode::kInvalidPartitions, "InvalidPartitionsException",
     "Number of partitions is below 1."},
    {ErrorCode::kInvalidReplicationFactor, "InvalidReplicationFactorException",
     "Replication factor is below 1 or larger than the number of available brokers."},
    {ErrorCode::kInvalidReplicaAssignment, "InvalidReplicaAssignmentException",
     "Replica assignment is invalid."},
    {ErrorCode::kInvalidConfig, "InvalidConfigurationException", "Configuration is invalid."},
    {ErrorCode::kNotController, "NotControllerException",
     "This is not the correct controller for this cluster."},
    {ErrorCode::kInvalidRequest, "InvalidRequestException",
     "This most likely occurs because of a request being malformed by the client library or the "
     "message was sent to an incompatible broker. See the broker logs for more details."},
    {ErrorCode::kUnsupportedForMessageFormat, "UnsupportedForMessageFormatException",
     "The message format version on the broker does not support the request."},
    {ErrorCode::kPolicyViolation, "PolicyViolationException",
     "Request parameters do not satisfy the configured policy."},
    {ErrorCode::kInvalidTransactionTimeout, "InvalidTxnTimeoutException",
     "The transaction timeout is larger than the maximum value allowed by the broker (as "
     "configured by transaction.max.timeout.ms)."},
    {ErrorCode::kSecurityDisabled, "SecurityDisabledException", "Security features are disabled."},
    {ErrorCode::kOperationNotAttempted, "OperationNotAttemptedException",
     "The broker did not attempt to execute this operation. This may happen for batched RPCs where "
     "some operations in the batch failed, causing the broker to respond without trying the rest."},
    {ErrorCode::kKafkaStorageError, "KafkaStorageException",
     "Disk error when trying to access log file on the disk."},
    {ErrorCode::kLogDirNotFound, "LogDirNotFoundException",
     "The user-specified log directory is not found in the broker config."},
    {ErrorCode::kReassignmentInProgress, "ReassignmentInProgressException",
     "A partition reassignment is in progress."},
    {ErrorCode::kNonEmptyGroup, "GroupNotEmptyException", "The group is not empty."},
    {ErrorCode::kGroupIdNotFound, "GroupIdNotFoundException", "The group id does not exist."},
    {ErrorCode::kTopicDeletionDisabled, "TopicDeletionDisabledException",
     "Topic deletion is disabled."},
    {ErrorCode::kFencedLeaderEpoch, "FencedLeaderEpochException",
     "The leader epoch in the request is older than the epoch on the broker."},
    {ErrorCode::kUnknownLeaderEpoch, "UnknownLeaderEpochException",
     "The leader epoch in the request is newer than the epoch on the broker."},
    {ErrorCode::kOffsetNotAvailable, "OffsetNotAvailableException",
     "The leader high watermark has not caught up from a recent leader election so the offsets "
     "cannot be guaranteed to be monotonically increasing."},
    {ErrorCode::kFencedInstanceId, "FencedInstanceIdException",
     "The broker rejected this static consumer since another consumer with the same "
     "group.instance.id has registered with a different member.id."},
    {ErrorCode::kGroupSubscribedToTopic, "GroupSubscribedToTopicException",
     "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to "
     "it."},
    {ErrorCode::kUnstableOffsetCommit, "UnstableOffsetCommitException",
     "There are unstable offsets that need to be cleared."},
    {ErrorCode::kThrottlingQuotaExceeded, "ThrottlingQuotaExceededException",
     "The throttling quota has been exceeded."},
    {ErrorCode::kResourceNotFound, "ResourceNotFoundException",
     "A request illegally referred to a resource that does not exist."},
    {ErrorCode::kDuplicateResource, "DuplicateResourceException",
     "A request illegally referred to the same resource twice."},
    {ErrorCode::kUnknownTopicId, "UnknownTopicIdException",
     "This server does not host this topic ID."},
    {ErrorCode::kBrokerIdNotRegistered, "BrokerIdNotRegisteredException",
     "The given broker ID was not registered."},
    {ErrorCode::kInconsistentTopicId, "InconsistentTopicIdException",
     "The log's topic ID did not match the topic ID in the request."},
    {ErrorCode::kInconsistentClusterId, "InconsistentClusterIdException",
     "The clusterId in the request does not match that found on the server."},
    {ErrorCode::kOffsetMovedToTieredStorage, "OffsetMovedToTieredStorageException",
     "The requested offset is moved to tiered storage."},
    {ErrorCode::kFencedMemberEpoch, "FencedMemberEpochException",
     "The member epoch is fenced by the group coordinator. The member must abandon all its "
     "partitions and rejoin."},
    {ErrorCode::kStaleMemberEpoch, "StaleMemberEpochException",
     "The member epoch is stale. The member must retry after receiving its updated member epoch "
     "via the ConsumerGroupHeartbeat API."},
    {ErrorCode::kMismatchedEndpointType, "MismatchedEndpointTypeException",
     "The request was sent to an endpoint of the wrong type."},
    {ErrorCode::kUnsupportedEndpointType, "UnsupportedEndpointTypeException",
     "This endpoint type is not supported yet."},
    {ErrorCode::kInvalidRegularExpression, "InvalidRegularExpression",
     "The regular expression is not valid."},
    {ErrorCode::kRebootstrapRequired, "RebootstrapRequiredException",
     "Client metadata is stale. The client should rebootstrap to obtain new metadata."},
};

const Told* Find(ErrorCode code) {
  const auto found = std::find_if(std::begin(kTold), std::end(kTold),
                                  [code](const Told& told) { return told.code == code; });
  return found == std::end(kTold) ? nullptr : found;
}

absl::StatusCode KindOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnknownTopicOrPartition:
    case ErrorCode::kUnknownTopicId:
    case ErrorCode::kGroupIdNotFound:
    case ErrorCode::kResourceNotFound:
      return absl::StatusCode::kNotFound;
    case ErrorCode::kTopicAlreadyExists:
      return absl::StatusCode::kAlreadyExists;
    case ErrorCode::kUnsupportedVersion:
      return absl::StatusCode::kUnimplemented;
    case ErrorCode::kTopicAuthorizationFailed:
    case ErrorCode::kGroupAuthorizationFailed:
    case ErrorCode::kClusterAuthorizationFailed:
      return absl::StatusCode::kPermissionDenied;
    case ErrorCode::kRequestTimedOut:
      return absl::StatusCode::kDeadlineExceeded;
    case ErrorCode::kUnknownServerError:
      return absl::StatusCode::kUnknown;
    default:
      return absl::StatusCode::kFailedPrecondition;
  }
}

}  // namespace

const char* ErrorText(ErrorCode code) {
  const Told* const told = Find(code);
  return told == nullptr ? ErrorCodeName(code) : told->text;
}

const char* ExceptionName(ErrorCode code) {
  const Told* const told = Find(code);
  return told == nullptr ? "ApiException" : told->exception;
}

std::string JavaError(const absl::Status& status) {
  return fmt::format("org.apache.kafka.common.errors.{}: {}", ExceptionName(GetErrorCode(status)),
                     std::string(status.message()));
}

absl::Status ToStatus(ErrorCode code, const std::optional<std::string>& message) {
  if (code == ErrorCode::kNone) return absl::OkStatus();
  return MakeError(KindOf(code), code, message.value_or(ErrorText(code)));
}

}  // namespace rill::remote
