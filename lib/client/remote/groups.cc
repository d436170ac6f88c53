#include "client/remote/groups.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "client/remote/error_text.h"
#include "client/remote/group_member.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/list_groups.h"

namespace rill::remote {
namespace {

using wire::ApiKey;

// From these versions on groups are listed by state, and by type.
constexpr int kStatesSince = 4;
constexpr int kTypesSince = 5;
constexpr char kClassic[] = "Classic";
constexpr char kConsumerProtocol[] = "consumer";

// Kafka's words for states and types, which brokers write in letters of their own.
constexpr std::string_view kWords[] = {"PreparingRebalance",
                                       "CompletingRebalance",
                                       "Stable",
                                       "Dead",
                                       "Empty",
                                       "Assigning",
                                       "Reconciling",
                                       "NotReady",
                                       "Classic",
                                       "Consumer",
                                       "Share",
                                       "Streams"};

std::string InKafkasLetters(const std::string& word) {
  const std::string lower = absl::AsciiStrToLower(word);
  for (const std::string_view known : kWords) {
    if (absl::AsciiStrToLower(std::string(known)) == lower) return std::string(known);
  }
  return word;
}

absl::Status Unsupported(const std::string& message) {
  return ToStatus(ErrorCode::kUnsupportedVersion, message);
}

// What a broker of this version is asked for. A broker that knows no types has classic groups only.
absl::StatusOr<wire::ListGroupsRequest> ListRequest(const GroupFilter& filter, int version) {
  wire::ListGroupsRequest request{filter.states, filter.types};
  if (!filter.states.empty() && version < kStatesSince) {
    return Unsupported(fmt::format(
        "The broker only supports ListGroups v{}, but we need v4 or newer to request groups by "
        "states.",
        version));
  }
  if (filter.types.empty() || version >= kTypesSince) return request;
  if (std::find(filter.types.begin(), filter.types.end(), kClassic) == filter.types.end()) {
    return Unsupported(fmt::format(
        "The broker only supports ListGroups v{}, but we need v5 or newer to request groups by "
        "type. Requested group types: [{}].",
        version, fmt::join(filter.types, ", ")));
  }
  request.types_filter.clear();
  return request;
}

absl::StatusOr<wire::ListGroupsResponse> ListOf(AdminClient& client, std::int32_t broker,
                                                const GroupFilter& filter) {
  const auto connection = client.Find(Target::Broker(broker));
  if (!connection.ok()) return connection.status();
  const auto version = (*connection)->VersionOf(ApiKey::kListGroups);
  if (!version.ok()) return version.status();
  const auto request = ListRequest(filter, *version);
  if (!request.ok()) return request.status();
  return client.Ask<wire::ListGroupsResponse>(
      Target::Broker(broker), ApiKey::kListGroups, [&](int) { return *request; },
      [](const wire::ListGroupsResponse& response) { return response.error_code; });
}

// By the request of the newer protocol, which does not find classic groups.
absl::StatusOr<GroupDescription> DescribeConsumerGroup(AdminClient& client,
                                                       const std::string& group) {
  using Response = wire::ConsumerGroupDescribeResponse;
  const auto response = client.Ask<Response>(
      Target::Coordinator(group), ApiKey::kConsumerGroupDescribe,
      [&](int) { return wire::ConsumerGroupDescribeRequest{.group_ids = {group}}; },
      [](const Response& answer) {
        return answer.groups.empty() ? ErrorCode::kNone : answer.groups.front().error_code;
      });
  if (!response.ok()) return response.status();
  if (response->groups.size() != 1) return ToStatus(ErrorCode::kGroupIdNotFound);
  const auto& described = response->groups.front();
  auto status = ToStatus(described.error_code, described.error_message);
  if (!status.ok()) return status;
  GroupDescription result;
  result.id = group;
  result.state = InKafkasLetters(described.group_state);
  result.assignor = described.assignor_name;
  result.epoch = described.group_epoch;
  result.assignment_epoch = described.assignment_epoch;
  for (const auto& member : described.members) result.members.push_back(MemberOf(member));
  return result;
}

absl::StatusOr<GroupDescription> DescribeClassicGroup(AdminClient& client,
                                                      const std::string& group) {
  using Response = wire::DescribeGroupsResponse;
  const auto response = client.Ask<Response>(
      Target::Coordinator(group), ApiKey::kDescribeGroups,
      [&](int) { return wire::DescribeGroupsRequest{.groups = {group}}; },
      [](const Response& answer) {
        return answer.groups.empty() ? ErrorCode::kNone : answer.groups.front().error_code;
      });
  if (!response.ok()) return response.status();
  if (response->groups.size() != 1) return ToStatus(ErrorCode::kGroupIdNotFound);
  const auto& described = response->groups.front();
  auto status = ToStatus(described.error_code, described.error_message);
  if (!status.ok()) return status;
  if (!described.protocol_type.empty() && described.protocol_type != kConsumerProtocol) {
    return absl::InvalidArgumentError(
        fmt::format("GroupId {} is not a consumer group ({}).", group, described.protocol_type));
  }
  GroupDescription result;
  result.id = group;
  result.state = InKafkasLetters(described.group_state);
  result.assignor = described.protocol_data;
  for (const auto& member : described.members) {
    auto read = MemberOf(member);
    if (!read.ok()) return read.status();
    result.members.push_back(*std::move(read));
  }
  return result;
}

}  // namespace

absl::StatusOr<std::vector<GroupListing>> ListGroups(AdminClient& client,
                                                     const GroupFilter& filter) {
  const auto cluster = client.DescribeCluster();
  if (!cluster.ok()) return cluster.status();
  std::vector<GroupListing> groups;
  for (const Broker& broker : cluster->brokers) {
    const auto response = ListOf(client, broker.id, filter);
    if (!response.ok()) return response.status();
    if (auto status = ToStatus(response->error_code); !status.ok()) return status;
    for (const auto& group : response->groups) {
      groups.push_back({group.group_id, group.protocol_type, InKafkasLetters(group.group_state),
                        InKafkasLetters(group.group_type)});
    }
  }
  return groups;
}

absl::StatusOr<GroupDescription> DescribeGroup(AdminClient& client, const std::string& group) {
  auto described = DescribeConsumerGroup(client, group);
  const bool may_be_classic = absl::IsUnimplemented(described.status()) ||
                              GetErrorCode(described.status()) == ErrorCode::kGroupIdNotFound;
  if (may_be_classic) {
    auto classic = DescribeClassicGroup(client, group);
    // Where neither request finds it, Kafka's client keeps what the first was told.
    const bool keeps_first = absl::IsNotFound(described.status()) &&
                             GetErrorCode(classic.status()) == ErrorCode::kGroupIdNotFound;
    if (!keeps_first) described = std::move(classic);
  }
  if (!described.ok()) return described;
  const auto coordinator = client.CoordinatorOf(group);
  if (!coordinator.ok()) return coordinator.status();
  described->coordinator = *coordinator;
  return described;
}

absl::Status DeleteGroup(AdminClient& client, const std::string& group) {
  const auto response = client.Ask<wire::DeleteGroupsResponse>(
      Target::Coordinator(group), ApiKey::kDeleteGroups,
      [&](int) { return wire::DeleteGroupsRequest{.groups_names = {group}}; },
      [](const wire::DeleteGroupsResponse& answer) {
        return answer.results.empty() ? ErrorCode::kNone : answer.results.front().error_code;
      });
  if (!response.ok()) return response.status();
  for (const auto& result : response->results) {
    if (auto status = ToStatus(result.error_code); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace rill::remote
