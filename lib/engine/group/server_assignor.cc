#include "engine/group/server_assignor.h"

#include "absl/container/flat_hash_map.h"
#include "engine/group/assignor.h"

namespace rill::engine {
namespace {

constexpr ServerAssignor kAll[] = {ServerAssignor::kUniform, ServerAssignor::kRange};

// All claims are of one time: the coordinator knows what each was to have.
constexpr std::int32_t kGeneration = 1;

Assignor Underlying(ServerAssignor assignor) {
  return assignor == ServerAssignor::kRange ? Assignor::kRange : Assignor::kSticky;
}

AssignorMember InputOf(const ServerAssignorMember& member, Assignor assignor,
                       const absl::flat_hash_map<base::Uuid, std::string>& names,
                       const GroupTopicMap& topics) {
  AssignorMember input{member.member_id, member.instance_id, {}};
  // A member may name whatever it likes; only what is there costs something.
  for (const std::string& name : member.topics) {
    if (topics.contains(name)) input.subscription.topics.push_back(name);
  }
  std::vector<TopicPartition> before;
  for (const IdPartition& at : member.before) {
    const auto name = names.find(at.topic);
    if (name != names.end()) before.push_back({name->second, at.partition});
  }
  input.subscription.user_data = AssignorUserData(assignor, before, kGeneration);
  return input;
}

}  // namespace

const char* ServerAssignorName(ServerAssignor assignor) {
  return assignor == ServerAssignor::kRange ? "range" : "uniform";
}

std::optional<ServerAssignor> FindServerAssignor(std::string_view name) {
  for (const ServerAssignor assignor : kAll) {
    if (name == ServerAssignorName(assignor)) return assignor;
  }
  return std::nullopt;
}

std::vector<IdPartitions> AssignByServer(ServerAssignor assignor,
                                         const std::vector<ServerAssignorMember>& members,
                                         const GroupTopicMap& topics) {
  AssignorInput input;
  absl::flat_hash_map<base::Uuid, std::string> names;
  for (const auto& [name, topic] : topics) {
    names[topic.id] = name;
    input.partition_counts[name] = topic.partitions;
  }
  const Assignor underlying = Underlying(assignor);
  for (const ServerAssignorMember& member : members) {
    input.members.push_back(InputOf(member, underlying, names, topics));
  }
  std::vector<IdPartitions> assigned(members.size());
  const auto by_name = Assign(underlying, input);
  for (std::size_t i = 0; i < by_name.size(); ++i) {
    for (const TopicPartition& at : by_name[i]) {
      assigned[i].insert({topics.at(at.topic).id, at.partition});
    }
  }
  return assigned;
}

}  // namespace rill::engine
