#include "wire/messages/describe_client_quotas.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<DescribeClientQuotasRequest::Component> = {
    Member<&DescribeClientQuotasRequest::Component::entity_type>("entityType"),
    Member<&DescribeClientQuotasRequest::Component::match_type>("matchType"),
    Member<&DescribeClientQuotasRequest::Component::match>("match").Nullable()};

template <>
inline constexpr std::array kFields<DescribeClientQuotasRequest> = {
    Member<&DescribeClientQuotasRequest::components>("components"),
    Member<&DescribeClientQuotasRequest::strict>("strict")};

template <>
const Message& MessageOf<DescribeClientQuotasRequest>() {
  static constexpr Message kMessage =
      Describe<DescribeClientQuotasRequest>("DescribeClientQuotasRequest", 0, 1, 1);
  return kMessage;
}

template <>
inline constexpr std::array kFields<DescribeClientQuotasResponse::Entry::Entity> = {
    Member<&DescribeClientQuotasResponse::Entry::Entity::entity_type>("entityType"),
    Member<&DescribeClientQuotasResponse::Entry::Entity::entity_name>("entityName").Nullable()};

template <>
inline constexpr std::array kFields<DescribeClientQuotasResponse::Entry::Value> = {
    Member<&DescribeClientQuotasResponse::Entry::Value::key>("key"),
    Member<&DescribeClientQuotasResponse::Entry::Value::value>("value")};

template <>
inline constexpr std::array kFields<DescribeClientQuotasResponse::Entry> = {
    Member<&DescribeClientQuotasResponse::Entry::entity>("entity"),
    Member<&DescribeClientQuotasResponse::Entry::values>("values")};

template <>
inline constexpr std::array kFields<DescribeClientQuotasResponse> = {
    Member<&DescribeClientQuotasResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&DescribeClientQuotasResponse::error_code>("errorCode"),
    Member<&DescribeClientQuotasResponse::error_message>("errorMessage").Nullable(),
    Member<&DescribeClientQuotasResponse::entries>("entries").Nullable()};

template <>
const Message& MessageOf<DescribeClientQuotasResponse>() {
  static constexpr Message kMessage =
      Describe<DescribeClientQuotasResponse>("DescribeClientQuotasResponse", 0, 1, 1);
  return kMessage;
}

}  // namespace rill::wire
