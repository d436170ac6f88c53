#include "wire/messages/describe_configs.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using DescribeConfigsResult = DescribeConfigsResponse::DescribeConfigsResult;
using DescribeConfigsResource = DescribeConfigsRequest::DescribeConfigsResource;
using DescribeConfigsResourceResult =
    DescribeConfigsResponse::DescribeConfigsResult::DescribeConfigsResourceResult;
using DescribeConfigsSynonym = DescribeConfigsResponse::DescribeConfigsResult::
    DescribeConfigsResourceResult::DescribeConfigsSynonym;

}  // namespace

template <>
inline constexpr std::array kFields<DescribeConfigsResource> = {
    Member<&DescribeConfigsResource::resource_type>("resourceType"),
    Member<&DescribeConfigsResource::resource_name>("resourceName"),
    Member<&DescribeConfigsResource::configuration_keys>("configurationKeys").Nullable()};

template <>
inline constexpr std::array kFields<DescribeConfigsRequest> = {
    Member<&DescribeConfigsRequest::resources>("resources"),
    Member<&DescribeConfigsRequest::include_synonyms>("includeSynonyms").Since(1),
    Member<&DescribeConfigsRequest::include_documentation>("includeDocumentation").Since(3)};

template <>
const Message& MessageOf<DescribeConfigsRequest>() {
  static constexpr Message kMessage =
      Describe<DescribeConfigsRequest>("DescribeConfigsRequest", 1, 4, 4);
  return kMessage;
}

template <>
inline constexpr std::array kFields<DescribeConfigsSynonym> = {
    Member<&DescribeConfigsSynonym::name>("name").Since(1),
    Member<&DescribeConfigsSynonym::value>("value").Since(1).Nullable(),
    Member<&DescribeConfigsSynonym::source>("source").Since(1)};

template <>
inline constexpr std::array kFields<DescribeConfigsResourceResult> = {
    Member<&DescribeConfigsResourceResult::name>("name"),
    Member<&DescribeConfigsResourceResult::value>("value").Nullable(),
    Member<&DescribeConfigsResourceResult::read_only>("readOnly"),
    Member<&DescribeConfigsResourceResult::config_source>("configSource").Since(1).Ignorable(),
    Member<&DescribeConfigsResourceResult::is_sensitive>("isSensitive"),
    Member<&DescribeConfigsResourceResult::synonyms>("synonyms").Since(1).Ignorable(),
    Member<&DescribeConfigsResourceResult::config_type>("configType").Since(3).Ignorable(),
    Member<&DescribeConfigsResourceResult::documentation>("documentation")
        .Since(3)
        .Nullable()
        .Ignorable()};

template <>
inline constexpr std::array kFields<DescribeConfigsResult> = {
    Member<&DescribeConfigsResult::error_code>("errorCode"),
    Member<&DescribeConfigsResult::error_message>("errorMessage").Nullable(),
    Member<&DescribeConfigsResult::resource_type>("resourceType"),
    Member<&DescribeConfigsResult::resource_name>("resourceName"),
    Member<&DescribeConfigsResult::configs>("configs")};

template <>
inline constexpr std::array kFields<DescribeConfigsResponse> = {
    Member<&DescribeConfigsResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&DescribeConfigsResponse::results>("results")};

template <>
const Message& MessageOf<DescribeConfigsResponse>() {
  static constexpr Message kMessage =
      Describe<DescribeConfigsResponse>("DescribeConfigsResponse", 1, 4, 4);
  return kMessage;
}

}  // namespace rill::wire
