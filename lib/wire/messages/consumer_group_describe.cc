#include "wire/messages/consumer_group_describe.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {

template <>
inline constexpr std::array kFields<ConsumerGroupDescribeRequest> = {
    Member<&ConsumerGroupDescribeRequest::group_ids>("groupIds"),
    Member<&ConsumerGroupDescribeRequest::include_authorized_operations>(
        "includeAuthorizedOperations")};

template <>
const Message& MessageOf<ConsumerGroupDescribeRequest>() {
  static constexpr Message kMessage =
      Describe<ConsumerGroupDescribeRequest>("ConsumerGroupDescribeRequest", 0, 1, 0);
  return kMessage;
}

template <>
inline constexpr std::array kFields<ConsumerGroupDescribeResponse::TopicPartitions> = {
    Member<&ConsumerGroupDescribeResponse::TopicPartitions::topic_id>("topicId"),
    Member<&ConsumerGroupDescribeResponse::TopicPartitions::topic_name>("topicName"),
    Member<&ConsumerGroupDescribeResponse::TopicPartitions::partitions>("partitions")};

template <>
inline constexpr std::array kFields<ConsumerGroupDescribeResponse::Assignment> = {
    Member<&ConsumerGroupDescribeResponse::Assignment::topic_partitions>("topicPartitions")};

template <>
inline constexpr std::array kFields<ConsumerGroupDescribeResponse::Group::Member> = {
    Member<&ConsumerGroupDescribeResponse::Group::Member::member_id>("memberId"),
    Member<&ConsumerGroupDescribeResponse::Group::Member::instance_id>("instanceId").Nullable(),
    Member<&ConsumerGroupDescribeResponse::Group::Member::rack_id>("rackId").Nullable(),
    Member<&ConsumerGroupDescribeResponse::Group::Member::member_epoch>("memberEpoch"),
    Member<&ConsumerGroupDescribeResponse::Group::Member::client_id>("clientId"),
    Member<&ConsumerGroupDescribeResponse::Group::Member::client_host>("clientHost"),
    Member<&ConsumerGroupDescribeResponse::Group::Member::subscribed_topic_names>(
        "subscribedTopicNames"),
    Member<&ConsumerGroupDescribeResponse::Group::Member::subscribed_topic_regex>(
        "subscribedTopicRegex")
        .Nullable(),
    Member<&ConsumerGroupDescribeResponse::Group::Member::assignment>("assignment"),
    Member<&ConsumerGroupDescribeResponse::Group::Member::target_assignment>("targetAssignment"),
    Member<&ConsumerGroupDescribeResponse::Group::Member::member_type>("memberType")
        .Since(1)
        .Ignorable()};

template <>
inline constexpr std::array kFields<ConsumerGroupDescribeResponse::Group> = {
    Member<&ConsumerGroupDescribeResponse::Group::error_code>("errorCode"),
    Member<&ConsumerGroupDescribeResponse::Group::error_message>("errorMessage").Nullable(),
    Member<&ConsumerGroupDescribeResponse::Group::group_id>("groupId"),
    Member<&ConsumerGroupDescribeResponse::Group::group_state>("groupState"),
    Member<&ConsumerGroupDescribeResponse::Group::group_epoch>("groupEpoch"),
    Member<&ConsumerGroupDescribeResponse::Group::assignment_epoch>("assignmentEpoch"),
    Member<&ConsumerGroupDescribeResponse::Group::assignor_name>("assignorName"),
    Member<&ConsumerGroupDescribeResponse::Group::members>("members"),
    Member<&ConsumerGroupDescribeResponse::Group::authorized_operations>("authorizedOperations")};

template <>
inline constexpr std::array kFields<ConsumerGroupDescribeResponse> = {
    Member<&ConsumerGroupDescribeResponse::throttle_time_ms>("throttleTimeMs"),
    Member<&ConsumerGroupDescribeResponse::groups>("groups")};

template <>
const Message& MessageOf<ConsumerGroupDescribeResponse>() {
  static constexpr Message kMessage =
      Describe<ConsumerGroupDescribeResponse>("ConsumerGroupDescribeResponse", 0, 1, 0);
  return kMessage;
}

}  // namespace rill::wire
