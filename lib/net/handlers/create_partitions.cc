// CreatePartitions, versions 0 to 3.
//
// Gives topics more partitions, or only says whether it would (`validate_only`); `count` is how
// many there are then. One answer for each topic that is asked for, in order, also for one that is
// named twice, which is INVALID_REQUEST whatever else is wrong. More than 10,000 new ones in all
// are POLICY_VIOLATION for every topic, as with Kafka: they would have the changes' thread for
// long.
//
// Deviations: an assignment to anybody but this node is INVALID_REPLICA_ASSIGNMENT: there are no
// other nodes yet. The engine's own topics do not grow (INVALID_TOPIC_EXCEPTION).
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "net/authorize.h"
#include "net/error_text.h"
#include "net/handlers.h"
#include "net/identity.h"
#include "net/named_topics.h"
#include "net/place_of.h"
#include "net/refuse.h"

namespace rill::net {
namespace {

using Asked = wire::CreatePartitionsRequest::Topic;
using Answered = wire::CreatePartitionsResponse::Topic;

constexpr std::int64_t kMostPartitions = 10'000;

absl::Status CheckCount(const Call& call, const wire::CreatePartitionsRequest& request) {
  std::int64_t added = 0;
  for (const Asked& asked : request.topics) {
    const auto topic = call.node.engine->FindTopic(asked.name);
    if (!topic.ok()) continue;
    added += std::max<std::int64_t>(0, asked.count - (*topic)->partition_count());
  }
  if (added <= kMostPartitions) return absl::OkStatus();
  return Refuse(ErrorCode::kPolicyViolation,
                "Excessively large number of additional partitions per request.");
}

absl::Status CheckAssignments(const Call& call, const Asked& asked) {
  if (!asked.assignments.has_value()) return absl::OkStatus();
  const auto topic = call.node.engine->FindTopic(asked.name);
  if (!topic.ok()) return topic.status();
  const auto added = static_cast<std::size_t>(asked.count - (*topic)->partition_count());
  if (asked.assignments->size() != added) {
    return Refuse(ErrorCode::kInvalidReplicaAssignment,
                  fmt::format("{} partition(s) would be added, and {} assigned", added,
                              asked.assignments->size()));
  }
  for (const auto& assignment : *asked.assignments) {
    if (assignment.broker_ids.size() == 1 && assignment.broker_ids[0] == NodeId(call)) continue;
    return Refuse(ErrorCode::kInvalidReplicaAssignment,
                  fmt::format("a partition is not assigned to broker {}, the only one there is",
                              NodeId(call)));
  }
  return absl::OkStatus();
}

absl::Status Grow(const Call& call, const Asked& asked, bool only_validate) {
  if (auto may = CheckTopic(call, AclOperation::kAlter, asked.name); !may.ok()) return may;
  engine::LocalEngine& engine = *call.node.engine;
  auto status = engine.CreatePartitions(asked.name, asked.count, /*only_validate=*/true);
  if (status.ok()) status = CheckAssignments(call, asked);
  if (!status.ok() || only_validate) return status;
  return engine.CreatePartitions(asked.name, asked.count);
}

Answered GrowOne(const Call& call, const Asked& asked, const absl::Status& checked,
                 bool only_validate) {
  const absl::Status grown = checked.ok() ? Grow(call, asked, only_validate) : checked;
  Answered answered;
  answered.name = asked.name;
  answered.error_code = CodeOf(grown);
  if (!grown.ok()) answered.error_message = ErrorText(grown);
  return answered;
}

}  // namespace

wire::CreatePartitionsResponse HandleCreatePartitions(
    const Call& call, const wire::CreatePartitionsRequest& request) {
  NamedTopics named;
  for (const Asked& asked : request.topics) named.Add(asked.name);
  const absl::Status count = CheckCount(call, request);
  wire::CreatePartitionsResponse response;
  for (const Asked& asked : request.topics) {
    if (!named.IsFirst(asked.name)) continue;
    absl::Status checked = named.CheckOnce(asked.name);
    checked.Update(count);
    response.results.push_back(GrowOne(call, asked, checked, request.validate_only));
  }
  return response;
}

}  // namespace rill::net
