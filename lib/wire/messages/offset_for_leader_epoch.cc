#include "wire/messages/offset_for_leader_epoch.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using OffsetForLeaderTopicResult = OffsetForLeaderEpochResponse::OffsetForLeaderTopicResult;
using OffsetForLeaderTopic = OffsetForLeaderEpochRequest::OffsetForLeaderTopic;
using EpochEndOffset = OffsetForLeaderEpochResponse::OffsetForLeaderTopicResult::EpochEndOffset;
using OffsetForLeaderPartition =
    OffsetForLeaderEpochRequest::OffsetForLeaderTopic::OffsetForLeaderPartition;

}  // namespace

template <>
inline constexpr std::array kFields<OffsetForLeaderPartition> = {
    Member<&OffsetForLeaderPartition::partition>("partition"),
    Member<&OffsetForLeaderPartition::current_leader_epoch>("currentLeaderEpoch")
        .Since(2)
        .Ignorable(),
    Member<&OffsetForLeaderPartition::leader_epoch>("leaderEpoch")};

template <>
inline constexpr std::array kFields<OffsetForLeaderTopic> = {
    Member<&OffsetForLeaderTopic::topic>("topic"),
    Member<&OffsetForLeaderTopic::partitions>("partitions")};

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
inline constexpr std::array kFields<EpochEndOffset> = {
    Member<&EpochEndOffset::error_code>("errorCode"),
    Member<&EpochEndOffset::partition>("partition"),
    Member<&EpochEndOffset::leader_epoch>("leaderEpoch").Since(1).Ignorable(),
    Member<&EpochEndOffset::end_offset>("endOffset")};

template <>
inline constexpr std::array kFields<OffsetForLeaderTopicResult> = {
    Member<&OffsetForLeaderTopicResult::topic>("topic"),
    Member<&OffsetForLeaderTopicResult::partitions>("partitions")};

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
