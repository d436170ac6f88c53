// DescribeLogDirs, versions 1 to 5.
//
// The folder that the engine is in, how large the logs of the partitions are that are asked for
// (all for a null list), and from version 4 on how much room there is. A partition that nobody has
// used has 0 bytes; one that is not there is left out, as in Kafka.
//
// Deviations: what is in memory is in the folder "mem:", without a room. A partition whose log
// cannot be opened is left out.
#include <optional>
#include <utility>

#include "net/authorize.h"
#include "net/handlers.h"
#include "net/place_of.h"

namespace rill::net {
namespace {

using LogDir = wire::DescribeLogDirsResponse::LogDir;

std::optional<std::uint64_t> SizeOf(engine::PartitionState& partition) {
  if (!partition.WasUsed()) return 0;
  const auto log = partition.OpenLog();
  return log.ok() ? std::optional((*log)->size_bytes()) : std::nullopt;
}

void AddPartition(const Call& call, engine::PartitionState& partition, LogDir::Topic& topic) {
  if (call.node.ending->has_begun()) return;  // logs that are opened take long
  const auto size = SizeOf(partition);
  if (!size) return;
  auto& shown = topic.partitions.emplace_back();
  shown.partition_index = partition.index();
  shown.partition_size = static_cast<std::int64_t>(*size);
}

void AddTopic(LogDir::Topic topic, LogDir& dir) {
  if (!topic.partitions.empty()) dir.topics.push_back(std::move(topic));
}

void AddAll(const Call& call, LogDir& dir) {
  for (const auto& topic : call.node.engine->topics(true)) {
    LogDir::Topic shown;
    shown.name = topic->name();
    for (const auto& partition : topic->partitions()) AddPartition(call, *partition, shown);
    AddTopic(std::move(shown), dir);
  }
}

void AddAsked(const Call& call, const wire::DescribeLogDirsRequest::Topic& asked, LogDir& dir) {
  const auto topic = call.node.engine->FindTopic(asked.topic);
  if (!topic.ok()) return;
  LogDir::Topic shown;
  shown.name = asked.topic;
  for (const std::int32_t index : asked.partitions) {
    if (const auto partition = (*topic)->partition(index)) AddPartition(call, *partition, shown);
  }
  AddTopic(std::move(shown), dir);
}

}  // namespace

wire::DescribeLogDirsResponse HandleDescribeLogDirs(const Call& call,
                                                    const wire::DescribeLogDirsRequest& request) {
  const engine::LocalEngine& engine = *call.node.engine;
  wire::DescribeLogDirsResponse response;
  const auto may = CheckCluster(call, AclOperation::kDescribe);
  response.error_code = CodeOf(may.ok() ? engine.CheckOpen() : may);
  if (response.error_code != ErrorCode::kNone) return response;
  LogDir& dir = response.results.emplace_back();
  dir.log_dir = engine.directory();
  if (const auto space = engine.disk_space()) {
    dir.total_bytes = static_cast<std::int64_t>(space->total);
    dir.usable_bytes = static_cast<std::int64_t>(space->usable);
  }
  if (!request.topics.has_value()) {
    AddAll(call, dir);
    return response;
  }
  for (const auto& asked : *request.topics) AddAsked(call, asked, dir);
  return response;
}

}  // namespace rill::net
