#include "wire/messages/list_config_resources.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<ListConfigResourcesRequest> = {
    Member<&ListConfigResourcesRequest::resource_types>("resourceTypes").Since(1)};

template <>
const Message& MessageOf<ListConfigResourcesRequest>() {
  static constexpr Message kMessage =
      Describe<ListConfigResourcesRequest>("ListConfigResourcesRequest", 0, 1, 0);
  return kMessage;
}

template <>
inline constexpr std::array kFields<ListConfigResourcesResponse::ConfigResource> = {
    Member<&ListConfigResourcesResponse::ConfigResource::resource_name>("resourceName"),
    Member<&ListConfigResourcesResponse::ConfigResource::resource_type>("resourceType")
        .Since(1)
        .Ignorable()};

template <>
inline constexpr std::array kFields<ListConfigResourcesResponse> = {
    Member<&ListConfigResourcesResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&ListConfigResourcesResponse::error_code>("errorCode"),
    Member<&ListConfigResourcesResponse::config_resources>("configResources")};

template <>
const Message& MessageOf<ListConfigResourcesResponse>() {
  static constexpr Message kMessage =
      Describe<ListConfigResourcesResponse>("ListConfigResourcesResponse", 0, 1, 0);
  return kMessage;
}

}  // namespace rill::wire
