// ConsumerGroupHeartbeat, versions 0 to 1 (KIP-848).
//
// A member joins (epoch 0), goes on, or leaves (-1; -2 for a static member that comes back), and is
// led to what the broker assigns to it: what it must give up first, then what is free, then what
// others give up. An answer names the assignment where it is new, or where the member told all that
// there is to tell. From version 1 on members make their ids themselves.
//
// A classic group of consumers becomes a consumer group with all its members when one joins in this
// way, where group.consumer.migration.policy has it so, and they go on as members by JoinGroup,
// SyncGroup and Heartbeat; it becomes a classic one again when the last of the others has left.
//
// A regular expression stands for the topics whose whole name it matches, internal ones too, and
// which the member may describe whose heartbeat has it looked at. That is done with the first
// heartbeat after a topic came or went, and every group.consumer.regex.refresh.interval.ms.
//
// Deviations: regular expressions are resolved before the answer, where Kafka answers first, and
// looks no more often than every ten seconds. In a group that is not there, a member that does not
// join is UNKNOWN_MEMBER_ID, and joins; Kafka's GROUP_ID_NOT_FOUND ends it. A member that joins
// under the id of one that is there goes on as that one, with nothing that it has not been given;
// Kafka fences it until its own session has run out. Racks are shown, and not heeded.
#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "net/authorize.h"
#include "net/error_text.h"
#include "net/group_code.h"
#include "net/handlers.h"
#include "net/text_pattern.h"

namespace rill::net {
namespace {

using Request = wire::ConsumerGroupHeartbeatRequest;
using Response = wire::ConsumerGroupHeartbeatResponse;

constexpr int kFirstWithOwnIds = 1;
constexpr std::int32_t kNotSaid = -1;

std::optional<engine::IdPartitions> OwnedOf(const Request& request) {
  if (!request.topic_partitions.has_value()) return std::nullopt;
  engine::IdPartitions owned;
  for (const auto& topic : *request.topic_partitions) {
    for (const std::int32_t index : topic.partitions) owned.insert({topic.topic_id, index});
  }
  return owned;
}

engine::ConsumerHeartbeat EventOf(const Call& call, const Request& request) {
  engine::ConsumerHeartbeat event{.group_id = request.group_id,
                                  .member_id = request.member_id,
                                  .member_epoch = request.member_epoch,
                                  .instance_id = request.instance_id,
                                  .rack_id = request.rack_id,
                                  .client_id = call.client_id,
                                  .client_host = call.client_host,
                                  .subscribed_topics = request.subscribed_topic_names,
                                  .subscribed_regex = request.subscribed_topic_regex,
                                  .server_assignor = request.server_assignor,
                                  .owned = OwnedOf(request),
                                  .makes_own_id = call.version >= kFirstWithOwnIds};
  if (request.rebalance_timeout_ms != kNotSaid) {
    event.rebalance_timeout = absl::Milliseconds(request.rebalance_timeout_ms);
  }
  return event;
}

Response::Assignment AssignmentOf(const engine::IdPartitions& partitions) {
  Response::Assignment assignment;
  for (const engine::IdPartition& at : partitions) {
    auto& topics = assignment.topic_partitions;
    if (topics.empty() || topics.back().topic_id != at.topic) topics.push_back({at.topic, {}});
    topics.back().partitions.push_back(at.partition);
  }
  return assignment;
}

Response Failure(ErrorCode error, const std::string& message) {
  Response response;
  response.error_code = error;
  response.error_message = NullIfEmpty(ErrorText(message));
  return response;
}

bool MayDescribeTopics(const Call& call, const Request& request) {
  const auto& topics = request.subscribed_topic_names;
  return !topics.has_value() || std::all_of(topics->begin(), topics->end(), [&](const auto& topic) {
    return MayUseTopic(call, AclOperation::kDescribe, topic);
  });
}

engine::RegexResolver ResolverOf(const Call& call) {
  return
      [&call](const std::string& regex,
              const std::vector<std::string>& names) -> absl::StatusOr<std::vector<std::string>> {
        const auto pattern = TextPattern::Parse(regex);
        if (!pattern.ok()) return pattern.status();
        std::vector<std::string> topics;
        for (const std::string& name : names) {
          if (call.node.ending->has_begun()) return absl::UnavailableError("the node stops");
          if (pattern->Matches(name) && MayUseTopic(call, AclOperation::kDescribe, name)) {
            topics.push_back(name);
          }
        }
        return topics;
      };
}

}  // namespace

bool ResolvesRegexes(const Call& call, const Request& request) {
  return call.node.engine->groups()->ResolvesRegexes(EventOf(call, request));
}

wire::ConsumerGroupHeartbeatResponse HandleConsumerGroupHeartbeat(const Call& call,
                                                                  const Request& request) {
  if (const ErrorCode error = CheckCoordinator(call, AclOperation::kRead, request.group_id);
      error != ErrorCode::kNone) {
    return Failure(error, "");
  }
  if (!call.node.engine->config()->has_consumer_groups) {
    return Failure(ErrorCode::kUnsupportedVersion,
                   "group.coordinator.rebalance.protocols has no consumer");
  }
  if (!MayDescribeTopics(call, request)) {
    return Failure(ErrorCode::kTopicAuthorizationFailed,
                   "the client is not authorized to see a topic that it subscribes to");
  }
  const auto told =
      call.node.engine->groups()->ConsumerGroupHeartbeat(EventOf(call, request), ResolverOf(call));
  if (told.error != ErrorCode::kNone) return Failure(told.error, told.error_message);
  Response response;
  response.member_id = told.member_id;
  response.member_epoch = told.member_epoch;
  response.heartbeat_interval_ms =
      static_cast<std::int32_t>(absl::ToInt64Milliseconds(told.heartbeat_interval));
  if (told.assignment.has_value()) response.assignment = AssignmentOf(*told.assignment);
  return response;
}

}  // namespace rill::net
