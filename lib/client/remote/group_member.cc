#include "client/remote/group_member.h"

#include <cstddef>

#include "base/kafka_bytes.h"

namespace rill::remote {
namespace {

// The length of a topic's name and its number of partitions, which every entry has.
constexpr std::size_t kMinTopicSize = 6;

using TopicPartitions = wire::ConsumerGroupDescribeResponse::TopicPartitions;

// ConsumerProtocolAssignment: a version, topics with partitions, and what the assignor added.
absl::StatusOr<std::vector<TopicPartition>> ReadAssignment(const std::string& bytes) {
  std::vector<TopicPartition> assigned;
  if (bytes.empty()) return assigned;
  base::KafkaReader reader(bytes, "a member's assignment");
  reader.Int<std::int16_t>();
  for (std::size_t topics = reader.ArrayLength(kMinTopicSize); topics > 0 && reader.ok();
       --topics) {
    const std::string topic = reader.String();
    for (std::size_t count = reader.ArrayLength(sizeof(std::int32_t)); count > 0; --count) {
      assigned.push_back({topic, reader.Int<std::int32_t>()});
    }
  }
  if (!reader.ok()) return reader.status();
  return assigned;
}

std::vector<TopicPartition> Flat(const std::vector<TopicPartitions>& topics) {
  std::vector<TopicPartition> partitions;
  for (const TopicPartitions& topic : topics) {
    for (const std::int32_t partition : topic.partitions) {
      partitions.push_back({topic.topic_name, partition});
    }
  }
  return partitions;
}

}  // namespace

absl::StatusOr<GroupMember> MemberOf(const wire::DescribeGroupsResponse::Group::Member& member) {
  auto assigned = ReadAssignment(member.member_assignment);
  if (!assigned.ok()) return assigned.status();
  GroupMember described;
  described.id = member.member_id;
  described.instance_id = member.group_instance_id;
  described.client_id = member.client_id;
  described.host = member.client_host;
  described.assigned = *std::move(assigned);
  return described;
}

GroupMember MemberOf(const wire::ConsumerGroupDescribeResponse::Group::Member& member) {
  GroupMember described;
  described.id = member.member_id;
  described.instance_id = member.instance_id;
  described.client_id = member.client_id;
  described.host = member.client_host;
  described.assigned = Flat(member.assignment.topic_partitions);
  described.to_be_assigned = Flat(member.target_assignment.topic_partitions);
  described.epoch = member.member_epoch;
  if (member.member_type != -1) described.is_upgraded = member.member_type == 1;
  return described;
}

}  // namespace rill::remote
