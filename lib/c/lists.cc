#include "c/lists.h"

#include <utility>

#include "c/convert.h"

namespace rill::c {
namespace {

static_assert(RILL_CONFIG_OF_TOPIC == static_cast<int>(ConfigSource::kDynamicTopicConfig));
static_assert(RILL_CONFIG_OF_ENGINE == static_cast<int>(ConfigSource::kStaticBrokerConfig));
static_assert(RILL_CONFIG_DEFAULT == static_cast<int>(ConfigSource::kDefaultConfig));
static_assert(RILL_CONFIG_OF_BROKER == static_cast<int>(ConfigSource::kDynamicBrokerConfig));
static_assert(RILL_CONFIG_OF_ALL_BROKERS ==
              static_cast<int>(ConfigSource::kDynamicDefaultBrokerConfig));

Partitions::Offsets WithoutOffsets(const std::vector<TopicPartition>& partitions) {
  Partitions::Offsets offsets;
  for (const TopicPartition& partition : partitions) offsets[partition] = {.offset = -1};
  return offsets;
}

}  // namespace

Strings::Strings(std::vector<std::string> strings) : rill_strings(), text(std::move(strings)) {
  pointers.reserve(text.size());
  for (const std::string& item : text) pointers.push_back(item.c_str());
  count = pointers.size();
  items = pointers.data();
}

Partitions::Partitions(const std::vector<TopicPartition>& partitions)
    : Partitions(WithoutOffsets(partitions)) {}

Partitions::Partitions(Offsets committed) : rill_partitions(), offsets(std::move(committed)) {
  shown.reserve(offsets.size());
  for (const auto& [partition, at] : offsets) {
    shown.push_back({.topic = partition.topic.c_str(),
                     .metadata = at.metadata.empty() ? nullptr : at.metadata.c_str(),
                     .offset = at.offset,
                     .partition = partition.partition,
                     .leader_epoch = at.leader_epoch});
  }
  count = shown.size();
  items = shown.data();
}

TopicDescribed::TopicDescribed(TopicDescription topic)
    : rill_topic_description(), description(std::move(topic)) {
  shown.reserve(description.configs.size());
  for (const auto& [config, value] : description.configs) {
    shown.push_back({.name = config.c_str(),
                     .value = value.value.c_str(),
                     .source = static_cast<std::int32_t>(value.source),
                     .reserved = 0});
  }
  name = description.name.c_str();
  id = description.id.c_str();
  partitions = description.partitions;
  is_internal = description.is_internal ? 1 : 0;
  config_count = shown.size();
  configs = shown.data();
}

GroupDescribed::GroupDescribed(GroupDescription of)
    : rill_group_description(), description(std::move(of)) {
  for (const GroupMember& member : description.members) {
    assignments.push_back(ShowPartitions(member.assignment));
    shown.push_back({.member_id = member.member_id.c_str(),
                     .group_instance_id = member.group_instance_id.c_str(),
                     .client_id = member.client_id.c_str(),
                     .host = member.host.c_str(),
                     .assignment_count = assignments.back().size(),
                     .assignment = assignments.back().data()});
  }
  group = description.group.c_str();
  state = GroupStateName(description.state);
  assignor = description.assignor.c_str();
  member_count = shown.size();
  members = shown.data();
  generation = description.generation;
}

}  // namespace rill::c

extern "C" {

void rill_strings_free(rill_strings* strings) { delete static_cast<rill::c::Strings*>(strings); }

void rill_partitions_free(rill_partitions* partitions) {
  delete static_cast<rill::c::Partitions*>(partitions);
}

void rill_topic_description_free(rill_topic_description* description) {
  delete static_cast<rill::c::TopicDescribed*>(description);
}

void rill_group_description_free(rill_group_description* description) {
  delete static_cast<rill::c::GroupDescribed*>(description);
}

}  // extern "C"
