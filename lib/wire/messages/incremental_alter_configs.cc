#include "wire/messages/incremental_alter_configs.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using AlterConfigsResourceResponse = IncrementalAlterConfigsResponse::AlterConfigsResourceResponse;
using AlterConfigsResource = IncrementalAlterConfigsRequest::AlterConfigsResource;
using AlterableConfig = IncrementalAlterConfigsRequest::AlterConfigsResource::AlterableConfig;

}  // namespace

template <>
inline constexpr std::array kFields<AlterableConfig> = {
    Member<&AlterableConfig::name>("name"),
    Member<&AlterableConfig::config_operation>("configOperation"),
    Member<&AlterableConfig::value>("value").Nullable()};

template <>
inline constexpr std::array kFields<AlterConfigsResource> = {
    Member<&AlterConfigsResource::resource_type>("resourceType"),
    Member<&AlterConfigsResource::resource_name>("resourceName"),
    Member<&AlterConfigsResource::configs>("configs")};

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
inline constexpr std::array kFields<AlterConfigsResourceResponse> = {
    Member<&AlterConfigsResourceResponse::error_code>("errorCode"),
    Member<&AlterConfigsResourceResponse::error_message>("errorMessage").Nullable(),
    Member<&AlterConfigsResourceResponse::resource_type>("resourceType"),
    Member<&AlterConfigsResourceResponse::resource_name>("resourceName")};

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
