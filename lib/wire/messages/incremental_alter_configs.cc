#include "wire/messages/incremental_alter_configs.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<IncrementalAlterConfigsRequest::Resource::Config> = {
    Member<&IncrementalAlterConfigsRequest::Resource::Config::name>("name"),
    Member<&IncrementalAlterConfigsRequest::Resource::Config::config_operation>("configOperation"),
    Member<&IncrementalAlterConfigsRequest::Resource::Config::value>("value").Nullable()};

template <>
inline constexpr std::array kFields<IncrementalAlterConfigsRequest::Resource> = {
    Member<&IncrementalAlterConfigsRequest::Resource::resource_type>("resourceType"),
    Member<&IncrementalAlterConfigsRequest::Resource::resource_name>("resourceName"),
    Member<&IncrementalAlterConfigsRequest::Resource::configs>("configs")};

template <>
inline constexpr std::array kFields<IncrementalAlterConfigsRequest> = {
    Member<&IncrementalAlterConfigsRequest::resources>("resources"),
    Member<&IncrementalAlterConfigsRequest::validate_only>("validateOnly")};

template <>
const Message& MessageOf<IncrementalAlterConfigsRequest>() {
  static constexpr Message kMessage =
      Describe<IncrementalAlterConfigsRequest>("IncrementalAlterConfigsRequest", 0, 1, 1);
  return kMessage;
}

template <>
inline constexpr std::array kFields<IncrementalAlterConfigsResponse::Resource> = {
    Member<&IncrementalAlterConfigsResponse::Resource::error_code>("errorCode"),
    Member<&IncrementalAlterConfigsResponse::Resource::error_message>("errorMessage").Nullable(),
    Member<&IncrementalAlterConfigsResponse::Resource::resource_type>("resourceType"),
    Member<&IncrementalAlterConfigsResponse::Resource::resource_name>("resourceName")};

template <>
inline constexpr std::array kFields<IncrementalAlterConfigsResponse> = {
    Member<&IncrementalAlterConfigsResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&IncrementalAlterConfigsResponse::responses>("responses")};

template <>
const Message& MessageOf<IncrementalAlterConfigsResponse>() {
  static constexpr Message kMessage =
      Describe<IncrementalAlterConfigsResponse>("IncrementalAlterConfigsResponse", 0, 1, 1);
  return kMessage;
}

}  // namespace rill::wire
