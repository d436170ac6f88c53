#include <algorithm>
#include <optional>
#include <utility>

#include "client/kafka/kafka_engine.h"
#include "client/remote/groups.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

std::optional<GroupState> StateOf(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(GroupState::kReconciling); ++i) {
    const auto state = static_cast<GroupState>(i);
    if (name == GroupStateName(state)) return state;
  }
  return std::nullopt;
}

absl::Status NoSuchGroup(const std::string& group) {
  return MakeError(absl::StatusCode::kNotFound, ErrorCode::kGroupIdNotFound,
                   fmt::format("there is no group \"{}\"", group));
}

// Groups of consumers, whose protocol the newer ones (KIP-848) do not name.
bool IsOfConsumers(const remote::GroupListing& group) {
  return group.protocol_type == "consumer" || group.protocol_type.empty();
}

GroupMember MemberOf(const remote::GroupMember& member) {
  GroupMember told;
  told.member_id = member.id;
  told.group_instance_id = member.instance_id.value_or("");
  told.client_id = member.client_id;
  told.host = member.host;
  told.assignment = member.assigned;
  std::sort(told.assignment.begin(), told.assignment.end());
  return told;
}

}  // namespace

std::vector<GroupListing> KafkaEngine::ListGroups() {
  const auto groups =
      Admin([](remote::AdminClient& client) { return remote::ListGroups(client, {}); });
  if (!groups.ok()) {
    environment_->Say(LogLevel::kError, "groups cannot be listed: " + groups.status().ToString());
    return {};
  }
  std::vector<GroupListing> listings;
  for (const remote::GroupListing& group : *groups) {
    const auto state = StateOf(group.state);
    if (IsOfConsumers(group) && state) listings.push_back({group.id, *state});
  }
  std::sort(listings.begin(), listings.end(),
            [](const auto& a, const auto& b) { return a.group < b.group; });
  return listings;
}

absl::StatusOr<GroupDescription> KafkaEngine::DescribeGroup(const std::string& group) {
  const auto described =
      Admin([&](remote::AdminClient& client) { return remote::DescribeGroup(client, group); });
  if (!described.ok()) return described.status();
  const auto state = StateOf(described->state);
  if (!state || state == GroupState::kDead) return NoSuchGroup(group);
  GroupDescription description;
  description.group = group;
  description.state = *state;
  description.generation = described->epoch.value_or(-1);
  description.assignor = described->assignor;
  for (const auto& member : described->members) description.members.push_back(MemberOf(member));
  return description;
}

absl::Status KafkaEngine::DeleteGroup(const std::string& group) {
  return Admin([&](remote::AdminClient& client) { return remote::DeleteGroup(client, group); });
}

absl::StatusOr<std::map<TopicPartition, OffsetAndMetadata>> KafkaEngine::CommittedOffsets(
    const std::string& group) {
  const auto committed =
      Admin([&](remote::AdminClient& client) { return remote::FetchOffsets(client, group); });
  if (!committed.ok()) return committed.status();
  std::map<TopicPartition, OffsetAndMetadata> offsets;
  for (const auto& one : *committed) {
    offsets[one.partition] = {one.offset, one.leader_epoch, one.metadata};
  }
  return offsets;
}

}  // namespace rill::client
