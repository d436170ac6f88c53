// Metadata, versions 0 to 13.
//
// This node, which leads all partitions and is the controller, and the topics that are asked for:
// all for a null list, and in version 0 for an empty one. A topic that is asked for by name and is
// not there is made, where auto.create.topics.enable and the request allow it.
//
// Topics that who asks may not see (DESCRIBE) are left out of all, TOPIC_AUTHORIZATION_FAILED by
// name, and UNKNOWN_TOPIC_ID by id; one is made for who may (CREATE, of the cluster or the topic).
//
// Deviations: a topic that is made is answered at once, and not with LEADER_NOT_AVAILABLE first;
// but for those beyond the first hundred of a request, which are made when they are asked for
// again.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "engine/topic_name.h"
#include "net/authorize.h"
#include "net/handlers.h"
#include "net/identity.h"
#include "net/operations.h"
#include "net/place_of.h"

namespace rill::net {
namespace {

using Topic = wire::MetadataResponse::Topic;

constexpr int kFirstWithoutNames = 12;
constexpr int kMostMade = 100;

void ShowPartitions(const Call& call, const engine::TopicState& topic, Topic& shown) {
  const std::int32_t node = NodeId(call);
  const auto partitions = topic.partitions();
  shown.partitions.resize(partitions.size());
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    auto& partition = shown.partitions[i];
    partition.partition_index = static_cast<std::int32_t>(i);
    partition.leader_id = node;
    partition.leader_epoch = LeaderEpochOf(*partitions[i]);
    partition.replica_nodes = {node};
    partition.isr_nodes = {node};
  }
}

Topic Show(const Call& call, const wire::MetadataRequest& request,
           const engine::TopicState& topic) {
  Topic shown;
  shown.name = topic.name();
  shown.topic_id = topic.uuid();
  shown.is_internal = topic.is_internal();
  if (request.include_topic_authorized_operations) {
    shown.topic_authorized_operations = TopicOperations(call, topic.name());
  }
  ShowPartitions(call, topic, shown);
  return shown;
}

bool MayComeOfItself(const std::string& name) {
  return !engine::IsInternalTopic(name) && engine::CheckMayBeMade(name).ok();
}

absl::StatusOr<std::shared_ptr<engine::TopicState>> FindOrMake(const Call& call,
                                                               const std::string& name,
                                                               int& may_make) {
  engine::LocalEngine& engine = *call.node.engine;
  auto found = FindTopic(call, name, AclOperation::kDescribe);
  if (found.ok() || CodeOf(found.status()) != ErrorCode::kUnknownTopicOrPartition) return found;
  if (auto legal = engine::CheckTopicName(name); !legal.ok()) return legal;
  if (may_make < 0 || !MayComeOfItself(name)) return found;
  if (auto may = CheckCreateTopic(call, name); !may.ok()) return may;
  if (may_make == 0) {
    return MakeError(absl::StatusCode::kUnavailable, ErrorCode::kLeaderNotAvailable,
                     "the topic is not there yet");
  }
  --may_make;
  return engine.EnsureTopic(name, {});
}

absl::StatusOr<std::shared_ptr<engine::TopicState>> FindById(const Call& call,
                                                             const base::Uuid& id) {
  auto found = call.node.engine->FindTopic(id);
  if (!found.ok() || MayUseTopic(call, AclOperation::kDescribe, (*found)->name())) return found;
  return call.node.engine->FindTopic(base::Uuid());  // as one that is not there
}

// Clients that ask by id leave the name empty, if they do not leave it out.
bool IsByName(const wire::MetadataRequest::Topic& asked) {
  return asked.name.has_value() && asked.topic_id == base::Uuid();
}

bool AllowsMaking(const Call& call, const wire::MetadataRequest& request) {
  return request.allow_auto_topic_creation && call.node.config.auto_create_topics_enable;
}

Topic ShowAsked(const Call& call, const wire::MetadataRequest& request,
                const wire::MetadataRequest::Topic& asked, int& may_make) {
  const bool by_name = IsByName(asked);
  const auto found =
      by_name ? FindOrMake(call, *asked.name, may_make) : FindById(call, asked.topic_id);
  if (found.ok()) return Show(call, request, **found);
  Topic shown;
  shown.error_code = CodeOf(found.status());
  // Where a name may be missing, it is: nobody can tell it by the id.
  if (by_name) {
    shown.name = asked.name;
  } else if (call.version >= kFirstWithoutNames) {
    shown.name.reset();
  }
  shown.topic_id = asked.topic_id;
  return shown;
}

}  // namespace

bool MakesTopics(const Call& call, const wire::MetadataRequest& request) {
  if (!AllowsMaking(call, request) || !request.topics.has_value()) return false;
  return std::any_of(request.topics->begin(), request.topics->end(), [&](const auto& asked) {
    return IsByName(asked) && !call.node.engine->FindTopic(*asked.name).ok() &&
           engine::CheckTopicName(*asked.name).ok() && MayComeOfItself(*asked.name);
  });
}

wire::MetadataResponse HandleMetadata(const Call& call, const wire::MetadataRequest& request) {
  wire::MetadataResponse response;
  response.brokers.push_back({NodeId(call), call.advertised.host, call.advertised.port, {}});
  response.cluster_id = call.node.cluster_id;
  response.controller_id = NodeId(call);
  if (request.include_cluster_authorized_operations) {
    response.cluster_authorized_operations = ClusterOperations(call);
  }
  const bool all = !request.topics.has_value() || (call.version == 0 && request.topics->empty());
  if (all) {
    for (const auto& topic : call.node.engine->topics(true)) {
      if (!MayUseTopic(call, AclOperation::kDescribe, topic->name())) continue;
      response.topics.push_back(Show(call, request, *topic));
    }
    return response;
  }
  // How many topics are made; below 0: none is, and the others are not there.
  int may_make = AllowsMaking(call, request) ? kMostMade : -1;
  // Each once, however often it is asked for, as Kafka has it.
  absl::flat_hash_set<std::pair<std::string_view, base::Uuid>> seen;
  for (const auto& asked : *request.topics) {
    const std::string_view name = asked.name.has_value() ? std::string_view(*asked.name) : "";
    if (!seen.emplace(name, asked.topic_id).second) continue;
    response.topics.push_back(ShowAsked(call, request, asked, may_make));
  }
  return response;
}

}  // namespace rill::net
