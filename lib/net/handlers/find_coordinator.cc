// FindCoordinator, versions 0 to 6.
//
// This node coordinates all groups, also one without a name, as in Kafka: who asks it for something
// is refused then. One key up to version 3, several from version 4 on.
//
// Deviations: a coordinator of transactions is not there yet, and every transactional id is refused
// (TRANSACTIONAL_ID_AUTHORIZATION_FAILED), as by InitProducerId: clients give up at once. Nor is
// one of share groups: COORDINATOR_NOT_AVAILABLE. A key type that Kafka does not have is
// INVALID_REQUEST.
#include <string>

#include "net/authorize.h"
#include "net/handlers.h"
#include "net/identity.h"

namespace rill::net {
namespace {

using Coordinator = wire::FindCoordinatorResponse::Coordinator;

constexpr std::int8_t kGroup = 0;
constexpr std::int8_t kTransaction = 1;
constexpr std::int8_t kLastKeyType = 2;
constexpr int kFirstOfSeveral = 4;

Coordinator Find(const Call& call, const std::string& key, std::int8_t key_type) {
  Coordinator found;
  found.key = key;
  found.node_id = found.port = -1;
  if (key_type < 0 || key_type > kLastKeyType) {
    found.error_code = ErrorCode::kInvalidRequest;
  } else if (key_type == kTransaction) {
    found.error_code = ErrorCode::kTransactionalIdAuthorizationFailed;
  } else if (key_type != kGroup) {
    found.error_code = ErrorCode::kCoordinatorNotAvailable;
  } else if (!MayUseGroup(call, AclOperation::kDescribe, key)) {
    found.error_code = ErrorCode::kGroupAuthorizationFailed;
  } else {
    found.node_id = NodeId(call);
    found.host = call.advertised.host;
    found.port = call.advertised.port;
  }
  return found;
}

}  // namespace

wire::FindCoordinatorResponse HandleFindCoordinator(const Call& call,
                                                    const wire::FindCoordinatorRequest& request) {
  wire::FindCoordinatorResponse response;
  if (call.version >= kFirstOfSeveral) {
    for (const std::string& key : request.coordinator_keys) {
      response.coordinators.push_back(Find(call, key, request.key_type));
    }
    return response;
  }
  const Coordinator found = Find(call, request.key, request.key_type);
  response.error_code = found.error_code;
  response.node_id = found.node_id;
  response.host = found.host;
  response.port = found.port;
  return response;
}

}  // namespace rill::net
