#include "wire/messages/create_partitions.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<CreatePartitionsRequest::Topic::Assignment> = {
    Member<&CreatePartitionsRequest::Topic::Assignment::broker_ids>("brokerIds")};

template <>
inline constexpr std::array kFields<CreatePartitionsRequest::Topic> = {
    Member<&CreatePartitionsRequest::Topic::name>("name"),
    Member<&CreatePartitionsRequest::Topic::count>("count"),
    Member<&CreatePartitionsRequest::Topic::assignments>("assignments").Nullable()};

template <>
inline constexpr std::array kFields<CreatePartitionsRequest> = {
    Member<&CreatePartitionsRequest::topics>("topics"),
    Member<&CreatePartitionsRequest::timeout_ms>("timeoutMs"),
    Member<&CreatePartitionsRequest::validate_only>("validateOnly")};

template <>
const Message& MessageOf<CreatePartitionsRequest>() {
  static constexpr Message kMessage =
      Describe<CreatePartitionsRequest>("CreatePartitionsRequest", 0, 3, 2);
  return kMessage;
}

template <>
inline constexpr std::array kFields<CreatePartitionsResponse::Topic> = {
    Member<&CreatePartitionsResponse::Topic::name>("name"),
    Member<&CreatePartitionsResponse::Topic::error_code>("errorCode"),
    Member<&CreatePartitionsResponse::Topic::error_message>("errorMessage").Nullable()};

template <>
inline constexpr std::array kFields<CreatePartitionsResponse> = {
    Member<&CreatePartitionsResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&CreatePartitionsResponse::results>("results")};

template <>
const Message& MessageOf<CreatePartitionsResponse>() {
  static constexpr Message kMessage =
      Describe<CreatePartitionsResponse>("CreatePartitionsResponse", 0, 3, 2);
  return kMessage;
}

}  // namespace rill::wire
