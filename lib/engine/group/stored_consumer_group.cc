#include "engine/group/stored_consumer_group.h"

#include <utility>

namespace rill::engine {
namespace {

using Type = ConsumerGroupRecordType;

template <typename Value, typename Take>
absl::Status Taken(absl::StatusOr<Value> value, Take take) {
  if (!value.ok()) return value.status();
  take(*std::move(value));
  return absl::OkStatus();
}

absl::Status TakeValue(const ConsumerGroupRecordKey& key, std::string_view bytes,
                       StoredConsumerGroup& group) {
  const auto member = [&]() -> StoredConsumerGroup::Member& { return group.members[key.member]; };
  switch (key.type) {
    case Type::kEpoch:
      return Taken(DecodeConsumerGroupEpochValue(bytes),
                   [&](auto value) { group.epoch = value.epoch; });
    case Type::kTargetEpoch:
      return Taken(DecodeConsumerGroupTargetEpochValue(bytes),
                   [&](auto value) { group.assignment_epoch = value.epoch; });
    case Type::kMember:
      return Taken(DecodeConsumerGroupMemberValue(bytes),
                   [&](auto value) { member().details = std::move(value); });
    case Type::kTarget:
      return Taken(DecodeConsumerGroupTargetValue(bytes),
                   [&](auto value) { member().target = std::move(value.partitions); });
    case Type::kCurrent:
      return Taken(DecodeConsumerGroupCurrentValue(bytes),
                   [&](auto value) { member().current = std::move(value); });
    case Type::kRegex:
      return Taken(DecodeConsumerGroupRegexValue(bytes),
                   [&](auto value) { group.regexes[key.member] = std::move(value.topics); });
  }
  return absl::OkStatus();
}

void TakeTombstone(const ConsumerGroupRecordKey& key, StoredConsumerGroup& group) {
  const auto member = group.members.find(key.member);
  const bool is_of_member = member != group.members.end();
  if (key.type == Type::kEpoch) group.epoch.reset();
  if (key.type == Type::kTargetEpoch) group.assignment_epoch = 0;
  if (key.type == Type::kMember && is_of_member) group.members.erase(member);
  if (key.type == Type::kTarget && is_of_member) member->second.target.clear();
  if (key.type == Type::kCurrent && is_of_member) member->second.current.reset();
  if (key.type == Type::kRegex) group.regexes.erase(key.member);
}

}  // namespace

absl::Status TakeConsumerGroupRecord(const ConsumerGroupRecordKey& key,
                                     const std::optional<std::string_view>& value,
                                     StoredConsumerGroups& groups) {
  if (value.has_value()) return TakeValue(key, *value, groups[key.group]);
  const auto group = groups.find(key.group);
  if (group == groups.end()) return absl::OkStatus();
  TakeTombstone(key, group->second);
  const StoredConsumerGroup& left = group->second;
  const bool is_gone = !left.epoch.has_value() && left.members.empty() && left.regexes.empty();
  if (is_gone) groups.erase(group);
  return absl::OkStatus();
}

ConsumerGroupEffects StoredConsumerGroup::Tombstones(const std::string& group) const {
  ConsumerGroupEffects tombstones;
  for (const auto& [member, stored] : members) {
    for (const Type type : {Type::kCurrent, Type::kTarget, Type::kMember}) {
      tombstones.push_back({{type, group, member}, std::nullopt});
    }
  }
  for (const auto& [regex, topics] : regexes) {
    tombstones.push_back({{Type::kRegex, group, regex}, std::nullopt});
  }
  return tombstones;
}

}  // namespace rill::engine
