#include "wire/messages/create_partitions.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using CreatePartitionsTopicResult = CreatePartitionsResponse::CreatePartitionsTopicResult;
using CreatePartitionsTopic = CreatePartitionsRequest::CreatePartitionsTopic;
using CreatePartitionsAssignment =
    CreatePartitionsRequest::CreatePartitionsTopic::CreatePartitionsAssignment;

}  // namespace

template <>
inline constexpr std::array kFields<CreatePartitionsAssignment> = {
    Member<&CreatePartitionsAssignment::broker_ids>("brokerIds")};

template <>
inline constexpr std::array kFields<CreatePartitionsTopic> = {
    Member<&CreatePartitionsTopic::name>("name"), Member<&CreatePartitionsTopic::count>("count"),
    Member<&CreatePartitionsTopic::assignments>("assignments").Nullable()};

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
inline constexpr std::array kFields<CreatePartitionsTopicResult> = {
    Member<&CreatePartitionsTopicResult::name>("name"),
    Member<&CreatePartitionsTopicResult::error_code>("errorCode"),
    Member<&CreatePartitionsTopicResult::error_message>("errorMessage").Nullable()};

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
