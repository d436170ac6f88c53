#include "wire/messages/describe_client_quotas.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using EntryData = DescribeClientQuotasResponse::EntryData;
using ComponentData = DescribeClientQuotasRequest::ComponentData;
using ValueData = DescribeClientQuotasResponse::EntryData::ValueData;
using EntityData = DescribeClientQuotasResponse::EntryData::EntityData;

}  // namespace

template <>
inline constexpr std::array kFields<ComponentData> = {
    Member<&ComponentData::entity_type>("entityType"),
    Member<&ComponentData::match_type>("matchType"),
    Member<&ComponentData::match>("match").Nullable()};

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
inline constexpr std::array kFields<EntityData> = {
    Member<&EntityData::entity_type>("entityType"),
    Member<&EntityData::entity_name>("entityName").Nullable()};

template <>
inline constexpr std::array kFields<ValueData> = {Member<&ValueData::key>("key"),
                                                  Member<&ValueData::value>("value")};

template <>
inline constexpr std::array kFields<EntryData> = {Member<&EntryData::entity>("entity"),
                                                  Member<&EntryData::values>("values")};

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
