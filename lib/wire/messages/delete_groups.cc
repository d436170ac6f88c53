#include "wire/messages/delete_groups.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<DeleteGroupsRequest> = {
    Member<&DeleteGroupsRequest::groups_names>("groupsNames")};

template <>
const Message& MessageOf<DeleteGroupsRequest>() {
  static constexpr Message kMessage = Describe<DeleteGroupsRequest>("DeleteGroupsRequest", 0, 3, 2);
  return kMessage;
}

template <>
inline constexpr std::array kFields<DeleteGroupsResponse::Group> = {
    Member<&DeleteGroupsResponse::Group::group_id>("groupId"),
    Member<&DeleteGroupsResponse::Group::error_code>("errorCode"),
    Member<&DeleteGroupsResponse::Group::error_message>("errorMessage")
        .Since(3)
        .Nullable()
        .Ignorable()};

template <>
inline constexpr std::array kFields<DeleteGroupsResponse> = {
    Member<&DeleteGroupsResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&DeleteGroupsResponse::results>("results")};

template <>
const Message& MessageOf<DeleteGroupsResponse>() {
  static constexpr Message kMessage =
      Describe<DeleteGroupsResponse>("DeleteGroupsResponse", 0, 3, 2);
  return kMessage;
}

}  // namespace rill::wire
