#include "net/authorize.h"

#include "rill/error.h"

namespace rill::net {
namespace {

bool Allows(const Call& call, AclOperation operation, AclResourceType type,
            const std::string& name) {
  Authorizer* const authorizer = call.node.authorizer.get();
  if (authorizer == nullptr) return true;
  return authorizer->Allows({call.client_id, call.client_host}, operation, type, name);
}

// What is asked for after the node's last wait is over is not begun: nobody is there to be told.
absl::Status Check(const Call& call, bool may, ErrorCode code, const char* what) {
  if (call.node.ending->has_begun()) {
    return MakeError(absl::StatusCode::kUnavailable, ErrorCode::kBrokerNotAvailable,
                     "the node stops");
  }
  if (may) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, code, what);
}

}  // namespace

bool MayUseTopic(const Call& call, AclOperation operation, const std::string& topic) {
  return Allows(call, operation, AclResourceType::kTopic, topic);
}

bool MayUseGroup(const Call& call, AclOperation operation, const std::string& group) {
  return Allows(call, operation, AclResourceType::kGroup, group);
}

bool MayUseCluster(const Call& call, AclOperation operation) {
  return Allows(call, operation, AclResourceType::kCluster, kClusterResource);
}

bool MayCreateTopic(const Call& call, const std::string& topic) {
  return MayUseCluster(call, AclOperation::kCreate) ||
         MayUseTopic(call, AclOperation::kCreate, topic);
}

absl::Status CheckTopic(const Call& call, AclOperation operation, const std::string& topic) {
  return Check(call, MayUseTopic(call, operation, topic), ErrorCode::kTopicAuthorizationFailed,
               "the client is not authorized to do this to the topic");
}

absl::Status CheckGroup(const Call& call, AclOperation operation, const std::string& group) {
  return Check(call, MayUseGroup(call, operation, group), ErrorCode::kGroupAuthorizationFailed,
               "the client is not authorized to do this to the group");
}

absl::Status CheckCluster(const Call& call, AclOperation operation) {
  return Check(call, MayUseCluster(call, operation), ErrorCode::kClusterAuthorizationFailed,
               "the client is not authorized to do this to the cluster");
}

absl::Status CheckCreateTopic(const Call& call, const std::string& topic) {
  return Check(call, MayCreateTopic(call, topic), ErrorCode::kTopicAuthorizationFailed,
               "the client is not authorized to make the topic");
}

}  // namespace rill::net
