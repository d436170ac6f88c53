// DescribeTopicPartitions, version 0.
//
// Partitions of topics in order of name, all for an empty list, up to `response_partition_limit` at
// a time and 2000 at most: then `next_cursor` says where the next request is to go on. A topic that
// is asked for and is not there has an error. A cursor at no partition, or at a topic that is not
// among those that are asked for, is INVALID_REQUEST for each of them.
//
// Topics that who asks may not see are left out of all, and TOPIC_AUTHORIZATION_FAILED by name.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "engine/topic_name.h"
#include "net/handlers.h"
#include "net/identity.h"
#include "net/operations.h"
#include "net/place_of.h"

namespace rill::net {
namespace {

using Request = wire::DescribeTopicPartitionsRequest;
using Response = wire::DescribeTopicPartitionsResponse;

// Kafka's max.request.partition.size.limit, as it is by default.
constexpr std::int32_t kMostPartitions = 2000;

bool IsCursorRight(const Request& request) {
  const auto& cursor = request.cursor;
  if (!cursor.has_value()) return true;
  if (cursor->partition_index < 0) return false;
  return request.topics.empty() ||
         std::any_of(request.topics.begin(), request.topics.end(),
                     [&](const auto& topic) { return topic.name == cursor->topic_name; });
}

// In order, from the cursor on.
std::set<std::string> NamesOf(const Call& call, const Request& request) {
  std::set<std::string> names;
  for (const auto& topic : request.topics) names.insert(topic.name);
  if (request.topics.empty()) {
    for (const auto& topic : call.node.engine->topics(true)) names.insert(topic->name());
  }
  if (request.cursor.has_value()) {
    names.erase(names.begin(), names.lower_bound(request.cursor->topic_name));
  }
  return names;
}

void ShowPartition(const Call& call, const engine::PartitionState& partition,
                   Response::Topic& topic) {
  const std::int32_t node = NodeId(call);
  auto& shown = topic.partitions.emplace_back();
  shown.partition_index = partition.index();
  shown.leader_id = node;
  shown.leader_epoch = LeaderEpochOf(partition);
  shown.replica_nodes = {node};
  shown.isr_nodes = {node};
  shown.eligible_leader_replicas.emplace();
  shown.last_known_elr.emplace();
}

// Its partitions from `first` on, `left` of them at most.
void ShowTopic(const Call& call, const engine::TopicState& topic, std::int32_t first,
               std::int32_t& left, Response& response) {
  auto& shown = response.topics.emplace_back();
  shown.name = topic.name();
  shown.topic_id = topic.uuid();
  shown.is_internal = topic.is_internal();
  shown.topic_authorized_operations = TopicOperations(call, topic.name());
  const auto partitions = topic.partitions();
  const auto count = static_cast<std::int32_t>(partitions.size());
  std::int32_t next = first;
  for (; next < count && left > 0; ++next, --left) {
    ShowPartition(call, *partitions[static_cast<std::size_t>(next)], shown);
  }
  if (next < count) response.next_cursor = Response::Cursor{topic.name(), next};
}

void ShowError(const std::string& name, ErrorCode code, Response& response) {
  auto& shown = response.topics.emplace_back();
  shown.name = name;
  shown.error_code = code;
}

void ShowMissing(const std::string& name, const absl::Status& status, Response& response) {
  const auto legal = engine::CheckTopicName(name);
  ShowError(name, CodeOf(legal.ok() ? status : legal), response);
}

}  // namespace

Response HandleDescribeTopicPartitions(const Call& call, const Request& request) {
  Response response;
  const auto& cursor = request.cursor;
  if (!IsCursorRight(request)) {
    for (const auto& topic : request.topics) {
      ShowError(topic.name, ErrorCode::kInvalidRequest, response);
    }
    return response;
  }
  std::int32_t left = std::clamp(request.response_partition_limit, 1, kMostPartitions);
  for (const std::string& name : NamesOf(call, request)) {
    if (left == 0) {
      response.next_cursor = Response::Cursor{name, 0};
      break;
    }
    const bool goes_on = cursor.has_value() && cursor->topic_name == name;
    const auto topic = FindTopic(call, name, AclOperation::kDescribe);
    if (topic.ok()) {
      ShowTopic(call, **topic, goes_on ? cursor->partition_index : 0, left, response);
    } else if (!request.topics.empty()) {
      ShowMissing(name, topic.status(), response);
    }
    if (response.next_cursor.has_value()) break;
  }
  return response;
}

}  // namespace rill::net
