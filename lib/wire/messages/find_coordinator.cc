#include "wire/messages/find_coordinator.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<FindCoordinatorRequest> = {
    Member<&FindCoordinatorRequest::key>("key").Until(3),
    Member<&FindCoordinatorRequest::key_type>("keyType").Since(1),
    Member<&FindCoordinatorRequest::coordinator_keys>("coordinatorKeys").Since(4)};

template <>
const Message& MessageOf<FindCoordinatorRequest>() {
  static constexpr Message kMessage =
      Describe<FindCoordinatorRequest>("FindCoordinatorRequest", 0, 6, 3);
  return kMessage;
}

template <>
inline constexpr std::array kFields<FindCoordinatorResponse::Coordinator> = {
    Member<&FindCoordinatorResponse::Coordinator::key>("key").Since(4),
    Member<&FindCoordinatorResponse::Coordinator::node_id>("nodeId").Since(4),
    Member<&FindCoordinatorResponse::Coordinator::host>("host").Since(4),
    Member<&FindCoordinatorResponse::Coordinator::port>("port").Since(4),
    Member<&FindCoordinatorResponse::Coordinator::error_code>("errorCode").Since(4),
    Member<&FindCoordinatorResponse::Coordinator::error_message>("errorMessage")
        .Since(4)
        .Nullable(4)
        .Ignorable()};

template <>
inline constexpr std::array kFields<FindCoordinatorResponse> = {
    Member<&FindCoordinatorResponse::throttle_time_ms>("throttleTimeMs").Since(1).Ignorable(),
    Member<&FindCoordinatorResponse::error_code>("errorCode").Until(3),
    Member<&FindCoordinatorResponse::error_message>("errorMessage")
        .Since(1)
        .Until(3)
        .Nullable(1)
        .Ignorable(),
    Member<&FindCoordinatorResponse::node_id>("nodeId").Until(3),
    Member<&FindCoordinatorResponse::host>("host").Until(3),
    Member<&FindCoordinatorResponse::port>("port").Until(3),
    Member<&FindCoordinatorResponse::coordinators>("coordinators").Since(4)};

template <>
const Message& MessageOf<FindCoordinatorResponse>() {
  static constexpr Message kMessage =
      Describe<FindCoordinatorResponse>("FindCoordinatorResponse", 0, 6, 3);
  return kMessage;
}

}  // namespace rill::wire
