#include "wire/messages/header.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<RequestHeader> = {
    Member<&RequestHeader::request_api_key>("requestApiKey"),
    Member<&RequestHeader::request_api_version>("requestApiVersion"),
    Member<&RequestHeader::correlation_id>("correlationId"),
    Member<&RequestHeader::client_id>("clientId").Since(1).Nullable(1).NeverFlexible()};

template <>
const Message& MessageOf<RequestHeader>() {
  static constexpr Message kMessage = Describe<RequestHeader>("RequestHeader", 1, 2, 2);
  return kMessage;
}

template <>
inline constexpr std::array kFields<ResponseHeader> = {
    Member<&ResponseHeader::correlation_id>("correlationId")};

template <>
const Message& MessageOf<ResponseHeader>() {
  static constexpr Message kMessage = Describe<ResponseHeader>("ResponseHeader", 0, 1, 1);
  return kMessage;
}

}  // namespace rill::wire
