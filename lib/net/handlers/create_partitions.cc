// CreatePartitions, versions 0 to 3.
//
// Gives topics more partitions, or only says whether it would (`validate_only`); `count` is how
// many there are then. One answer for each topic that is asked for, in order; one that is named
// twice is INVALID_REQUEST.
//
// Deviations: an assignment to anybody but this node is INVALID_REPLICA_ASSIGNMENT: there are no
// other nodes yet. The engine's own topics do not grow (INVALID_TOPIC_EXCEPTION).
#include <map>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "net/authorize.h"
#include "net/handlers.h"
#include "net/identity.h"
#include "net/place_of.h"
#include "net/refuse.h"

namespace rill::net {
namespace {

using Asked = wire::CreatePartitionsRequest::Topic;
using Answered = wire::CreatePartitionsResponse::Topic;

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

Answered GrowOne(const Call& call, const Asked& asked, bool is_named_twice, bool only_validate) {
  const absl::Status grown = is_named_twice
                                 ? RefuseRequest("the topic is named twice in the request")
                                 : Grow(call, asked, only_validate);
  Answered answered;
  answered.name = asked.name;
  answered.error_code = CodeOf(grown);
  if (!grown.ok()) answered.error_message = std::string(grown.message());
  return answered;
}

}  // namespace

wire::CreatePartitionsResponse HandleCreatePartitions(
    const Call& call, const wire::CreatePartitionsRequest& request) {
  std::map<std::string, int> named;
  for (const Asked& asked : request.topics) ++named[asked.name];
  wire::CreatePartitionsResponse response;
  for (const Asked& asked : request.topics) {
    response.results.push_back(GrowOne(call, asked, named[asked.name] > 1, request.validate_only));
  }
  return response;
}

}  // namespace rill::net
