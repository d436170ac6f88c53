#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/group_printer.h"
#include "cli/json_lines.h"

namespace rill::cli {
namespace {

using remote::GroupDescription;
using remote::GroupMember;

// [{"topic": "bills", "partitions": [0, 1]}], sorted.
Json AssignmentOf(const std::vector<TopicPartition>& partitions) {
  std::map<std::string, std::set<std::int32_t>> topics;
  for (const TopicPartition& one : partitions) topics[one.topic].insert(one.partition);
  Json assignment = Json::Array();
  for (const auto& [topic, indexes] : topics) {
    assignment.Append(
        Json{{"topic", topic},
             {"partitions", std::vector<std::int32_t>(indexes.begin(), indexes.end())}});
  }
  return assignment;
}

// What no member of this protocol can have is null, as is "-" of Kafka's tables.
Json OrNullIfDash(const std::string& text) { return text == "-" ? Json(nullptr) : Json(text); }

class GroupObjects final : public GroupPrinter {
 public:
  explicit GroupObjects(TextWriter& out) : out_(out) {}

  void PrintOffsets(const GroupDescription& group, const std::vector<GroupRow>& rows) override {
    for (const GroupRow& row : rows) {
      PrintJson({{"group", group.id},
                 {"topic", row.partition.topic},
                 {"partition", row.partition.partition},
                 {"leaderEpoch", OrNull(row.leader_epoch)},
                 {"currentOffset", OrNull(row.offset)},
                 {"logEndOffset", OrNull(row.end)},
                 {"lag", OrNull(row.lag())},
                 {"consumerId", OrNullIfDash(row.consumer)},
                 {"host", OrNullIfDash(row.host)},
                 {"clientId", OrNullIfDash(row.client)}},
                out_);
    }
  }

  void PrintMembers(const GroupDescription& group, bool is_there) override {
    if (!is_there) return;
    for (const GroupMember& member : group.members) {
      PrintJson({{"group", group.id},
                 {"consumerId", member.id},
                 {"groupInstanceId", OrNull(member.instance_id)},
                 {"host", member.host},
                 {"clientId", member.client_id},
                 {"partitionCount", member.assigned.size()},
                 {"currentEpoch", OrNull(member.epoch)},
                 {"currentAssignment", AssignmentOf(member.assigned)},
                 {"targetEpoch", OrNull(group.assignment_epoch)},
                 {"targetAssignment", AssignmentOf(member.to_be_assigned)},
                 {"upgraded", OrNull(member.is_upgraded)}},
                out_);
    }
  }

  void PrintState(const GroupDescription& group) override {
    const remote::Broker& coordinator = group.coordinator;
    PrintJson({{"group", group.id},
               {"coordinator", Json{{"id", coordinator.id},
                                    {"host", coordinator.address.host},
                                    {"port", coordinator.address.port}}},
               {"assignmentStrategy", NullIfEmpty(group.assignor)},
               {"state", group.state},
               {"groupEpoch", OrNull(group.epoch)},
               {"targetAssignmentEpoch", OrNull(group.assignment_epoch)},
               {"memberCount", group.members.size()}},
              out_);
  }

 private:
  TextWriter& out_;
};

}  // namespace

std::unique_ptr<GroupPrinter> NewGroupObjects(TextWriter& out) {
  return std::make_unique<GroupObjects>(out);
}

}  // namespace rill::cli
