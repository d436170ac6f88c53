// InitProducerId, versions 0 to 5.
//
// An id that no other producer has had, with epoch 0, for a producer that numbers its batches. One
// that has an id already gets another: its batches are told apart by the id. An id without an
// epoch, or an epoch without an id, is INVALID_REQUEST. For who may write to some topic, or
// idempotently to the cluster.
//
// Deviations: a transactional id is refused (TRANSACTIONAL_ID_AUTHORIZATION_FAILED): there is no
// transaction coordinator yet.
#include <algorithm>

#include "net/authorize.h"
#include "net/handlers.h"
#include "net/place_of.h"

namespace rill::net {
namespace {

constexpr std::int64_t kNoProducerId = -1;
constexpr std::int16_t kNoProducerEpoch = -1;

bool MayBeIdempotent(const Call& call) {
  if (MayUseCluster(call, AclOperation::kIdempotentWrite)) return true;
  const auto topics = call.node.engine->topics(true);
  return std::any_of(topics.begin(), topics.end(), [&](const auto& topic) {
    return MayUseTopic(call, AclOperation::kWrite, topic->name());
  });
}

}  // namespace

wire::InitProducerIdResponse HandleInitProducerId(const Call& call,
                                                  const wire::InitProducerIdRequest& request) {
  wire::InitProducerIdResponse response;
  response.producer_epoch = -1;
  if (request.transactional_id.has_value()) {
    response.error_code = request.transactional_id->empty()
                              ? ErrorCode::kInvalidRequest
                              : ErrorCode::kTransactionalIdAuthorizationFailed;
    return response;
  }
  if (!MayBeIdempotent(call)) {
    response.error_code = ErrorCode::kClusterAuthorizationFailed;
    return response;
  }
  if ((request.producer_id == kNoProducerId) != (request.producer_epoch == kNoProducerEpoch)) {
    response.error_code = ErrorCode::kInvalidRequest;
    return response;
  }
  const auto id = call.node.engine->NewProducerId();
  if (!id.ok()) {
    response.error_code = CodeOf(id.status());
    return response;
  }
  response.producer_id = *id;
  response.producer_epoch = 0;
  return response;
}

}  // namespace rill::net
