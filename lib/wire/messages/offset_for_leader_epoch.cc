#include "wire/messages/offset_for_leader_epoch.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<OffsetForLeaderEpochRequest::Topic::Partition> = {
    Member<&OffsetForLeaderEpochRequest::Topic::Partition::partition>("partition"),
    Member<&OffsetForLeaderEpochRequest::Topic::Partition::current_leader_epoch>(
        "currentLeaderEpoch")
        .Since(2)
        .Ignorable(),
    Member<&OffsetForLeaderEpochRequest::Topic::Partition::leader_epoch>("leaderEpoch")};

template <>
inline constexpr std::array kFields<OffsetForLeaderEpochRequest::Topic> = {
    Member<&OffsetForLeaderEpochRequest::Topic::topic>("topic"),
    Member<&OffsetForLeaderEpochRequest::Topic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<OffsetForLeaderEpochRequest> = {
    Member<&OffsetForLeaderEpochRequest::replica_id>("replicaId").Since(3).Ignorable(),
    Member<&OffsetForLeaderEpochRequest::topics>("topics")};

template <>
const Message& MessageOf<OffsetForLeaderEpochRequest>() {
  static constexpr Message kMessage =
      Describe<OffsetForLeaderEpochRequest>("OffsetForLeaderEpochRequest", 2, 4, 4);
  return kMessage;
}

template <>
inline constexpr std::array kFields<OffsetForLeaderEpochResponse::Topic::EpochEndOffset> = {
    Member<&OffsetForLeaderEpochResponse::Topic::EpochEndOffset::error_code>("errorCode"),
    Member<&OffsetForLeaderEpochResponse::Topic::EpochEndOffset::partition>("partition"),
    Member<&OffsetForLeaderEpochResponse::Topic::EpochEndOffset::leader_epoch>("leaderEpoch")
        .Since(1)
        .Ignorable(),
    Member<&OffsetForLeaderEpochResponse::Topic::EpochEndOffset::end_offset>("endOffset")};

template <>
inline constexpr std::array kFields<OffsetForLeaderEpochResponse::Topic> = {
    Member<&OffsetForLeaderEpochResponse::Topic::topic>("topic"),
    Member<&OffsetForLeaderEpochResponse::Topic::partitions>("partitions")};

template <>
inline constexpr std::array kFields<OffsetForLeaderEpochResponse> = {
    Member<&OffsetForLeaderEpochResponse::throttle_time_ms>("throttleTimeMs").Since(2).Ignorable(),
    Member<&OffsetForLeaderEpochResponse::topics>("topics")};

template <>
const Message& MessageOf<OffsetForLeaderEpochResponse>() {
  static constexpr Message kMessage =
      Describe<OffsetForLeaderEpochResponse>("OffsetForLeaderEpochResponse", 2, 4, 4);
  return kMessage;
}

}  // namespace rill::wire
