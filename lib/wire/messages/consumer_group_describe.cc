#include "wire/messages/consumer_group_describe.h"

#include <array>

#include "wire/member.h"

namespace rill::wire {
namespace {

using DescribedGroup = ConsumerGroupDescribeResponse::DescribedGroup;
using Assignment = ConsumerGroupDescribeResponse::Assignment;
using TopicPartitions = ConsumerGroupDescribeResponse::TopicPartitions;

}  // namespace

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
inline constexpr std::array kFields<TopicPartitions> = {
    Member<&TopicPartitions::topic_id>("topicId"),
    Member<&TopicPartitions::topic_name>("topicName"),
    Member<&TopicPartitions::partitions>("partitions")};

template <>
inline constexpr std::array kFields<Assignment> = {
    Member<&Assignment::topic_partitions>("topicPartitions")};

template <>
inline constexpr std::array kFields<DescribedGroup::Member> = {
    Member<&DescribedGroup::Member::member_id>("memberId"),
    Member<&DescribedGroup::Member::instance_id>("instanceId").Nullable(),
    Member<&DescribedGroup::Member::rack_id>("rackId").Nullable(),
    Member<&DescribedGroup::Member::member_epoch>("memberEpoch"),
    Member<&DescribedGroup::Member::client_id>("clientId"),
    Member<&DescribedGroup::Member::client_host>("clientHost"),
    Member<&DescribedGroup::Member::subscribed_topic_names>("subscribedTopicNames"),
    Member<&DescribedGroup::Member::subscribed_topic_regex>("subscribedTopicRegex").Nullable(),
    Member<&DescribedGroup::Member::assignment>("assignment"),
    Member<&DescribedGroup::Member::target_assignment>("targetAssignment"),
    Member<&DescribedGroup::Member::member_type>("memberType").Since(1).Ignorable()};

template <>
inline constexpr std::array kFields<DescribedGroup> = {
    Member<&DescribedGroup::error_code>("errorCode"),
    Member<&DescribedGroup::error_message>("errorMessage").Nullable(),
    Member<&DescribedGroup::group_id>("groupId"),
    Member<&DescribedGroup::group_state>("groupState"),
    Member<&DescribedGroup::group_epoch>("groupEpoch"),
    Member<&DescribedGroup::assignment_epoch>("assignmentEpoch"),
    Member<&DescribedGroup::assignor_name>("assignorName"),
    Member<&DescribedGroup::members>("members"),
    Member<&DescribedGroup::authorized_operations>("authorizedOperations")};

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
