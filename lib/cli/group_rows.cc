#include "cli/group_rows.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "cli/group_describe.h"
#include "client/remote/offsets.h"
#include "client/remote/topics.h"

namespace rill::cli {
namespace {

using Committed = std::map<TopicPartition, remote::CommittedOffset>;
using Ends = std::map<TopicPartition, std::int64_t>;

GroupRow RowOf(const TopicPartition& partition, const Committed& committed, const Ends& ends) {
  GroupRow row;
  row.partition = partition;
  if (const auto offset = committed.find(partition); offset != committed.end()) {
    row.offset = offset->second.offset;
    if (offset->second.leader_epoch >= 0) row.leader_epoch = offset->second.leader_epoch;
  }
  if (const auto end = ends.find(partition); end != ends.end()) row.end = end->second;
  return row;
}

// Where these partitions end, those without a leader left out.
absl::StatusOr<Ends> EndsOf(const std::set<TopicPartition>& partitions,
                            remote::AdminClient& client) {
  std::set<std::string> names;
  for (const TopicPartition& one : partitions) names.insert(one.topic);
  const auto topics = remote::DescribeTopics(client, {names.begin(), names.end()});
  if (!topics.ok()) return AsRuntime(topics.status());
  std::set<TopicPartition> led = partitions;
  for (const auto& topic : *topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.leader < 0) led.erase({topic.name, partition.index});
    }
  }
  const auto offsets = remote::ListOffsets(client, {led.begin(), led.end()}, remote::kLatestTime);
  if (!offsets.ok()) return AsRuntime(offsets.status());
  Ends ends;
  for (const auto& [partition, offset] : *offsets) {
    if (!offset.status.ok()) return AsRuntime(offset.status);
    ends[partition] = offset.offset;
  }
  return ends;
}

}  // namespace

absl::StatusOr<std::vector<GroupRow>> RowsOf(const remote::GroupDescription& group,
                                             remote::AdminClient& client) {
  const auto offsets = remote::FetchOffsets(client, group.id);
  if (!offsets.ok()) return AsRuntime(offsets.status());
  Committed committed;
  std::set<TopicPartition> of_nobody;
  for (const auto& offset : *offsets) {
    committed[offset.partition] = offset;
    of_nobody.insert(offset.partition);
  }
  std::set<TopicPartition> all = of_nobody;
  std::vector<const remote::GroupMember*> members;
  for (const auto& member : group.members) {
    all.insert(member.assigned.begin(), member.assigned.end());
    if (!member.assigned.empty()) members.push_back(&member);
  }
  const auto ends = EndsOf(all, client);
  if (!ends.ok()) return ends.status();
  std::stable_sort(members.begin(), members.end(), [](const auto* a, const auto* b) {
    return a->assigned.size() > b->assigned.size();
  });
  std::vector<GroupRow> rows;
  for (const remote::GroupMember* member : members) {
    const std::set<TopicPartition> assigned(member->assigned.begin(), member->assigned.end());
    for (const TopicPartition& partition : assigned) {
      GroupRow row = RowOf(partition, committed, *ends);
      row.consumer = member->id;
      row.host = member->host;
      row.client = member->client_id;
      rows.push_back(std::move(row));
      of_nobody.erase(partition);
    }
  }
  for (const TopicPartition& partition : of_nobody) {
    rows.push_back(RowOf(partition, committed, *ends));
  }
  return rows;
}

}  // namespace rill::cli
