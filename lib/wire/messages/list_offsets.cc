#include "wire/messages/list_offsets.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<ListOffsetsRequest::Topic::Partition> = {
    Member<&ListOffsetsRequest::Topic::Partition::partition_index>("partitionIndex"),
    Member<&ListOffsetsRequest::Topic::Partition::current_leader_epoch>("currentLeaderEpoch")
        .Since(4)
        .Ignorable(),
    Member<&ListOffsetsRequest::Topic::Partition::timestamp>("timestamp")};

template <>
inline constexpr std::array kFields<ListOffsetsRequest::Topic> = {
    Member<&ListOffsetsRequest::Topic::name>("name"),
    Member<&ListOffsetsRequest::Topic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<ListOffsetsRequest> = {
    Member<&ListOffsetsRequest::replica_id>("replicaId"),
    Member<&ListOffsetsRequest::isolation_level>("isolationLevel").Since(2),
    Member<&ListOffsetsRequest::topics>("topics"),
    Member<&ListOffsetsRequest::timeout_ms>("timeoutMs").Since(10).Ignorable()};

template <>
const Message& MessageOf<ListOffsetsRequest>() {
  static constexpr Message kMessage = Describe<ListOffsetsRequest>("ListOffsetsRequest", 1, 11, 6);
  return kMessage;
}

template <>
inline constexpr std::array kFields<ListOffsetsResponse::Topic::Partition> = {
    Member<&ListOffsetsResponse::Topic::Partition::partition_index>("partitionIndex"),
    Member<&ListOffsetsResponse::Topic::Partition::error_code>("errorCode"),
    Member<&ListOffsetsResponse::Topic::Partition::timestamp>("timestamp").Since(1),
    Member<&ListOffsetsResponse::Topic::Partition::offset>("offset").Since(1),
    Member<&ListOffsetsResponse::Topic::Partition::leader_epoch>("leaderEpoch").Since(4)};

template <>
inline constexpr std::array kFields<ListOffsetsResponse::Topic> = {
    Member<&ListOffsetsResponse::Topic::name>("name"),
    Member<&ListOffsetsResponse::Topic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<ListOffsetsResponse> = {
    Member<&ListOffsetsResponse::throttle_time_ms>("throttleTimeMs").Since(2).Ignorable(),
    Member<&ListOffsetsResponse::topics>("topics")};

template <>
const Message& MessageOf<ListOffsetsResponse>() {
  static constexpr Message kMessage =
      Describe<ListOffsetsResponse>("ListOffsetsResponse", 1, 11, 6);
  return kMessage;
}

}  // namespace rill::wire
