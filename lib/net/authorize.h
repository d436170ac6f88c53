#pragma once

#include <string>

#include "absl/status/status.h"
#include "net/call.h"
#include "rill/authorizer.h"

namespace rill::net {

// Whether who asks may do that; everybody may where the application has no authorizer.
bool MayUseTopic(const Call& call, AclOperation operation, const std::string& topic);
bool MayUseGroup(const Call& call, AclOperation operation, const std::string& group);
bool MayUseCluster(const Call& call, AclOperation operation);
// Whether who asks may make the topic: as any, or as this one.
bool MayCreateTopic(const Call& call, const std::string& topic);

// PermissionDenied (TOPIC_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED,
// CLUSTER_AUTHORIZATION_FAILED) where who asks may not.
absl::Status CheckTopic(const Call& call, AclOperation operation, const std::string& topic);
absl::Status CheckGroup(const Call& call, AclOperation operation, const std::string& group);
absl::Status CheckCluster(const Call& call, AclOperation operation);
absl::Status CheckCreateTopic(const Call& call, const std::string& topic);

}  // namespace rill::net
