#include "wire/messages/init_producer_id.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<InitProducerIdRequest> = {
    Member<&InitProducerIdRequest::transactional_id>("transactionalId").Nullable(),
    Member<&InitProducerIdRequest::transaction_timeout_ms>("transactionTimeoutMs"),
    Member<&InitProducerIdRequest::producer_id>("producerId").Since(3),
    Member<&InitProducerIdRequest::producer_epoch>("producerEpoch").Since(3)};

template <>
const Message& MessageOf<InitProducerIdRequest>() {
  static constexpr Message kMessage =
      Describe<InitProducerIdRequest>("InitProducerIdRequest", 0, 5, 2);
  return kMessage;
}

template <>
inline constexpr std::array kFields<InitProducerIdResponse> = {
    Member<&InitProducerIdResponse::throttle_time_ms>("throttleTimeMs").Ignorable(),
    Member<&InitProducerIdResponse::error_code>("errorCode"),
    Member<&InitProducerIdResponse::producer_id>("producerId"),
    Member<&InitProducerIdResponse::producer_epoch>("producerEpoch")};

template <>
const Message& MessageOf<InitProducerIdResponse>() {
  static constexpr Message kMessage =
      Describe<InitProducerIdResponse>("InitProducerIdResponse", 0, 5, 2);
  return kMessage;
}

}  // namespace rill::wire
