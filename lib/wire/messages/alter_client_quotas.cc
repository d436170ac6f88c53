#include "wire/messages/alter_client_quotas.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using OpData = AlterClientQuotasRequest::EntryData::OpData;

}  // namespace

template <>
inline constexpr std::array kFields<AlterClientQuotasRequest::EntryData::EntityData> = {
    Member<&AlterClientQuotasRequest::EntryData::EntityData::entity_type>("entityType"),
    Member<&AlterClientQuotasRequest::EntryData::EntityData::entity_name>("entityName").Nullable()};

template <>
inline constexpr std::array kFields<OpData> = {Member<&OpData::key>("key"),
                                               Member<&OpData::value>("value"),
                                               Member<&OpData::remove>("remove")};

template <>
inline constexpr std::array kFields<AlterClientQuotasRequest::EntryData> = {
    Member<&AlterClientQuotasRequest::EntryData::entity>("entity"),
    Member<&AlterClientQuotasRequest::EntryData::ops>("ops")};

template <>
inline constexpr std::array kFields<AlterClientQuotasRequest> = {
    Member<&AlterClientQuotasRequest::entries>("entries"),
    Member<&AlterClientQuotasRequest::validate_only>("validateOnly")};

template <>
const Message& MessageOf<AlterClientQuotasRequest>() {
  static constexpr Message kMessage =
      Describe<AlterClientQuotasRequest>("AlterClientQuotasRequest", 0, 1, 1);
  return kMessage;
}

template <>
inline constexpr std::array kFields<AlterClientQuotasResponse::EntryData::EntityData> = {
    Member<&AlterClientQuotasResponse::EntryData::EntityData::entity_type>("entityType"),
    Member<&AlterClientQuotasResponse::EntryData::EntityData::entity_name>("entityName")
        .Nullable()};

template <>
inline constexpr std::array kFields<AlterClientQuotasResponse::EntryData> = {
    Member<&AlterClientQuotasResponse::EntryData::error_code>("errorCode"),
    Member<&AlterClientQuotasResponse::EntryData::error_message>("errorMessage").Nullable(),
    Member<&AlterClientQuotasResponse::EntryData::entity>("entity")};

template <>
inline constexpr std::array kFields<AlterClientQuotasResponse> = {
    Member<&AlterClientQuotasResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&AlterClientQuotasResponse::entries>("entries")};

template <>
const Message& MessageOf<AlterClientQuotasResponse>() {
  static constexpr Message kMessage =
      Describe<AlterClientQuotasResponse>("AlterClientQuotasResponse", 0, 1, 1);
  return kMessage;
}

}  // namespace rill::wire
