#include "wire/messages/alter_configs.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<AlterConfigsRequest::Resource::Config> = {
    Member<&AlterConfigsRequest::Resource::Config::name>("name"),
    Member<&AlterConfigsRequest::Resource::Config::value>("value").Nullable()};

template <>
inline constexpr std::array kFields<AlterConfigsRequest::Resource> = {
    Member<&AlterConfigsRequest::Resource::resource_type>("resourceType"),
    Member<&AlterConfigsRequest::Resource::resource_name>("resourceName"),
    Member<&AlterConfigsRequest::Resource::configs>("configs")};

template <>
inline constexpr std::array kFields<AlterConfigsRequest> = {
    Member<&AlterConfigsRequest::resources>("resources"),
    Member<&AlterConfigsRequest::validate_only>("validateOnly")};

template <>
const Message& MessageOf<AlterConfigsRequest>() {
  static constexpr Message kMessage = Describe<AlterConfigsRequest>("AlterConfigsRequest", 0, 2, 2);
  return kMessage;
}

template <>
inline constexpr std::array kFields<AlterConfigsResponse::Resource> = {
    Member<&AlterConfigsResponse::Resource::error_code>("errorCode"),
    Member<&AlterConfigsResponse::Resource::error_message>("errorMessage").Nullable(),
    Member<&AlterConfigsResponse::Resource::resource_type>("resourceType"),
    Member<&AlterConfigsResponse::Resource::resource_name>("resourceName")};

template <>
inline constexpr std::array kFields<AlterConfigsResponse> = {
    Member<&AlterConfigsResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&AlterConfigsResponse::responses>("responses")};

template <>
const Message& MessageOf<AlterConfigsResponse>() {
  static constexpr Message kMessage =
      Describe<AlterConfigsResponse>("AlterConfigsResponse", 0, 2, 2);
  return kMessage;
}

}  // namespace rill::wire
