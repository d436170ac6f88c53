#include "wire/messages/describe_configs.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<DescribeConfigsRequest::Resource> = {
    Member<&DescribeConfigsRequest::Resource::resource_type>("resourceType"),
    Member<&DescribeConfigsRequest::Resource::resource_name>("resourceName"),
    Member<&DescribeConfigsRequest::Resource::configuration_keys>("configurationKeys").Nullable()};

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
inline constexpr std::array kFields<DescribeConfigsResponse::Resource::Config::Synonym> = {
    Member<&DescribeConfigsResponse::Resource::Config::Synonym::name>("name").Since(1),
    Member<&DescribeConfigsResponse::Resource::Config::Synonym::value>("value").Since(1).Nullable(),
    Member<&DescribeConfigsResponse::Resource::Config::Synonym::source>("source").Since(1)};

template <>
inline constexpr std::array kFields<DescribeConfigsResponse::Resource::Config> = {
    Member<&DescribeConfigsResponse::Resource::Config::name>("name"),
    Member<&DescribeConfigsResponse::Resource::Config::value>("value").Nullable(),
    Member<&DescribeConfigsResponse::Resource::Config::read_only>("readOnly"),
    Member<&DescribeConfigsResponse::Resource::Config::config_source>("configSource")
        .Since(1)
        .Ignorable(),
    Member<&DescribeConfigsResponse::Resource::Config::is_sensitive>("isSensitive"),
    Member<&DescribeConfigsResponse::Resource::Config::synonyms>("synonyms").Since(1).Ignorable(),
    Member<&DescribeConfigsResponse::Resource::Config::config_type>("configType")
        .Since(3)
        .Ignorable(),
    Member<&DescribeConfigsResponse::Resource::Config::documentation>("documentation")
        .Since(3)
        .Nullable()
        .Ignorable()};

template <>
inline constexpr std::array kFields<DescribeConfigsResponse::Resource> = {
    Member<&DescribeConfigsResponse::Resource::error_code>("errorCode"),
    Member<&DescribeConfigsResponse::Resource::error_message>("errorMessage").Nullable(),
    Member<&DescribeConfigsResponse::Resource::resource_type>("resourceType"),
    Member<&DescribeConfigsResponse::Resource::resource_name>("resourceName"),
    Member<&DescribeConfigsResponse::Resource::configs>("configs")};

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
