#include "wire/messages/alter_configs.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using AlterConfigsResourceResponse = AlterConfigsResponse::AlterConfigsResourceResponse;
using AlterConfigsResource = AlterConfigsRequest::AlterConfigsResource;
using AlterableConfig = AlterConfigsRequest::AlterConfigsResource::AlterableConfig;

}  // namespace

template <>
inline constexpr std::array kFields<AlterableConfig> = {
    Member<&AlterableConfig::name>("name"), Member<&AlterableConfig::value>("value").Nullable()};

template <>
inline constexpr std::array kFields<AlterConfigsResource> = {
    Member<&AlterConfigsResource::resource_type>("resourceType"),
    Member<&AlterConfigsResource::resource_name>("resourceName"),
    Member<&AlterConfigsResource::configs>("configs")};

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
inline constexpr std::array kFields<AlterConfigsResourceResponse> = {
    Member<&AlterConfigsResourceResponse::error_code>("errorCode"),
    Member<&AlterConfigsResourceResponse::error_message>("errorMessage").Nullable(),
    Member<&AlterConfigsResourceResponse::resource_type>("resourceType"),
    Member<&AlterConfigsResourceResponse::resource_name>("resourceName")};

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
