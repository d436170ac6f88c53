#include "wire/messages/alter_client_quotas.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<AlterClientQuotasRequest::Entry::Entity> = {
    Member<&AlterClientQuotasRequest::Entry::Entity::entity_type>("entityType"),
    Member<&AlterClientQuotasRequest::Entry::Entity::entity_name>("entityName").Nullable()};

template <>
inline constexpr std::array kFields<AlterClientQuotasRequest::Entry::Op> = {
    Member<&AlterClientQuotasRequest::Entry::Op::key>("key"),
    Member<&AlterClientQuotasRequest::Entry::Op::value>("value"),
    Member<&AlterClientQuotasRequest::Entry::Op::remove>("remove")};

template <>
inline constexpr std::array kFields<AlterClientQuotasRequest::Entry> = {
    Member<&AlterClientQuotasRequest::Entry::entity>("entity"),
    Member<&AlterClientQuotasRequest::Entry::ops>("ops")};

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
inline constexpr std::array kFields<AlterClientQuotasResponse::Entry::Entity> = {
    Member<&AlterClientQuotasResponse::Entry::Entity::entity_type>("entityType"),
    Member<&AlterClientQuotasResponse::Entry::Entity::entity_name>("entityName").Nullable()};

template <>
inline constexpr std::array kFields<AlterClientQuotasResponse::Entry> = {
    Member<&AlterClientQuotasResponse::Entry::error_code>("errorCode"),
    Member<&AlterClientQuotasResponse::Entry::error_message>("errorMessage").Nullable(),
    Member<&AlterClientQuotasResponse::Entry::entity>("entity")};

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
