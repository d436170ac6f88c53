// CreateTopics, versions 2 to 7.
//
// Makes the topics one after the other, or only says whether it would (`validate_only`); one answer
// for each that is asked for, in order, also for one that is named twice, which is INVALID_REQUEST.
// So is __cluster_metadata: a Kafka broker would take its folder for its own metadata. -1
// partitions are num.partitions; a replica assignment gives their number, too. From version 5 on
// the answer has the configs, for who may see them.
//
// More than 10,000 partitions in all are POLICY_VIOLATION for each topic, as with Kafka.
//
// Deviations: a replication factor other than 1, or -1, is INVALID_REPLICATION_FACTOR, and an
// assignment to anybody but this node INVALID_REPLICA_ASSIGNMENT: there are no other nodes yet. A
// topic is there when the answer comes, whatever `timeout_ms` says; Kafka makes it, too, and
// answers REQUEST_TIMED_OUT where that is 0 or less.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "engine/topic_name.h"
#include "fmt/format.h"
#include "net/authorize.h"
#include "net/error_text.h"
#include "net/handlers.h"
#include "net/identity.h"
#include "net/named_topics.h"
#include "net/place_of.h"
#include "net/refuse.h"
#include "net/shown_configs.h"

namespace rill::net {
namespace {

using Asked = wire::CreateTopicsRequest::Topic;
using Answered = wire::CreateTopicsResponse::Topic;

constexpr int kFirstWithConfigs = 5;
constexpr std::int64_t kMostPartitions = 10'000;

std::int64_t CountPartitions(const Call& call, const wire::CreateTopicsRequest& request) {
  std::int64_t count = 0;
  for (const Asked& asked : request.topics) {
    if (!asked.assignments.empty()) {
      count += static_cast<std::int64_t>(asked.assignments.size());
    } else if (asked.num_partitions == -1) {
      count += call.node.engine->config()->num_partitions;
    } else {
      count += std::max(asked.num_partitions, 0);
    }
  }
  return count;
}

absl::Status CheckAssignments(const Call& call, const Asked& asked) {
  if (asked.num_partitions != -1 || asked.replication_factor != -1) {
    return RefuseRequest(
        "with a replica assignment, partitions and replication factor are both -1");
  }
  std::set<std::int32_t> indexes;
  for (const auto& assignment : asked.assignments) {
    indexes.insert(assignment.partition_index);
    if (assignment.broker_ids.size() == 1 && assignment.broker_ids[0] == NodeId(call)) continue;
    return Refuse(ErrorCode::kInvalidReplicaAssignment,
                  fmt::format("partition {} is not assigned to broker {}, the only one there is",
                              assignment.partition_index, NodeId(call)));
  }
  const bool is_dense = indexes.size() == asked.assignments.size() && *indexes.begin() == 0 &&
                        *indexes.rbegin() + 1 == static_cast<std::int32_t>(indexes.size());
  if (is_dense) return absl::OkStatus();
  return Refuse(ErrorCode::kInvalidReplicaAssignment,
                "the partitions assigned are not 0, 1, 2, ... each once");
}

absl::StatusOr<TopicOptions> OptionsOf(const Call& call, const Asked& asked) {
  TopicOptions options;
  options.partitions = asked.num_partitions;
  if (!asked.assignments.empty()) {
    if (auto status = CheckAssignments(call, asked); !status.ok()) return status;
    options.partitions = static_cast<int>(asked.assignments.size());
  } else if (asked.num_partitions != -1 && asked.num_partitions < 1) {
    return Refuse(ErrorCode::kInvalidPartitions, "a topic has at least 1 partition");
  } else if (asked.replication_factor != -1 && asked.replication_factor != 1) {
    return Refuse(ErrorCode::kInvalidReplicationFactor,
                  fmt::format("a replication factor of {} is not possible: there is 1 broker",
                              asked.replication_factor));
  }
  for (const auto& config : asked.configs) {
    if (!config.value.has_value()) {
      return Refuse(ErrorCode::kInvalidConfig,
                    fmt::format("the config {} has no value", config.name));
    }
    options.configs[config.name] = *config.value;
  }
  return options;
}

absl::StatusOr<TopicDescription> Make(const Call& call, const std::string& name,
                                      const TopicOptions& options, bool only_validate) {
  engine::LocalEngine& engine = *call.node.engine;
  if (auto may = CheckCreateTopic(call, name); !may.ok()) return may;
  if (only_validate) return engine.DescribeNewTopic(name, options);
  if (auto made = engine.CreateTopic(name, options); !made.ok()) return made.status();
  return engine.DescribeTopic(name);
}

void Show(const Call& call, const TopicDescription& topic, Answered& answered) {
  answered.topic_id = base::Uuid::Parse(topic.id).value_or(base::Uuid());
  const auto may = CheckTopic(call, AclOperation::kDescribeConfigs, answered.name);
  if (!may.ok()) {
    answered.configs.reset();
    answered.topic_config_error_code = CodeOf(may);
    return;
  }
  answered.num_partitions = topic.partitions;
  answered.replication_factor = 1;
  if (call.version < kFirstWithConfigs) return;
  for (const auto& [name, value] : topic.configs) {
    answered.configs->push_back(
        {.name = name, .value = value.value, .config_source = WireSource(value.source)});
  }
}

// Of the request as a whole; OK where it may be looked at.
absl::Status CheckOne(const Asked& asked, const NamedTopics& named, std::int64_t partitions) {
  if (partitions > kMostPartitions) {
    return Refuse(ErrorCode::kPolicyViolation,
                  "Excessively large number of partitions per request.");
  }
  if (auto once = named.CheckOnce(asked.name); !once.ok()) return once;
  return engine::CheckMayBeMade(asked.name);
}

Answered CreateOne(const Call& call, const Asked& asked, const absl::Status& checked,
                   bool only_validate) {
  Answered answered;
  answered.name = asked.name;
  answered.error_message.reset();
  auto options = checked.ok() ? OptionsOf(call, asked) : absl::StatusOr<TopicOptions>(checked);
  const auto made = options.ok() ? Make(call, asked.name, *options, only_validate)
                                 : absl::StatusOr<TopicDescription>(options.status());
  if (made.ok()) {
    Show(call, *made, answered);
  } else {
    answered.error_code = CodeOf(made.status());
    answered.error_message = ErrorText(made.status());
  }
  return answered;
}

}  // namespace

wire::CreateTopicsResponse HandleCreateTopics(const Call& call,
                                              const wire::CreateTopicsRequest& request) {
  NamedTopics named;
  for (const Asked& asked : request.topics) named.Add(asked.name);
  wire::CreateTopicsResponse response;
  const std::int64_t partitions = CountPartitions(call, request);
  for (const Asked& asked : request.topics) {
    if (!named.IsFirst(asked.name)) continue;
    response.topics.push_back(
        CreateOne(call, asked, CheckOne(asked, named, partitions), request.validate_only));
  }
  return response;
}

}  // namespace rill::net
