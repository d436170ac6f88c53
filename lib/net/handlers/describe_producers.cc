// DescribeProducers, version 0.
//
// Of each partition the producers that number their batches, as far as the log remembers them: the
// last sequence number and time of each.
//
// Deviations: a partition that is asked for twice is answered once. No producer is in a
// transaction: there is no transaction coordinator yet.
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "net/error_text.h"
#include "net/handlers.h"
#include "net/place_of.h"

namespace rill::net {
namespace {

using Partition = wire::DescribeProducersResponse::Topic::Partition;

Partition Describe(const absl::StatusOr<std::shared_ptr<engine::TopicState>>& topic,
                   std::int32_t index) {
  Partition described;
  described.partition_index = index;
  if (IsUnused(topic, index)) return described;
  const auto log = LogOf(topic, index, -1);
  const auto producers = log.ok() ? (*log)->ActiveProducers() : log.status();
  if (!producers.ok()) {
    described.error_code = CodeOf(producers.status());
    described.error_message = ErrorText(producers.status());
    return described;
  }
  for (const auto& producer : *producers) {
    described.active_producers.push_back(
        {producer.producer_id, producer.epoch, producer.last_sequence, producer.last_timestamp_ms,
         producer.coordinator_epoch, producer.transaction_first_offset});
  }
  return described;
}

}  // namespace

wire::DescribeProducersResponse HandleDescribeProducers(
    const Call& call, const wire::DescribeProducersRequest& request) {
  wire::DescribeProducersResponse response;
  std::set<std::pair<std::string_view, std::int32_t>> seen;
  for (const auto& asked : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.name = asked.name;
    const auto topic = FindTopic(call, asked.name, AclOperation::kRead);
    for (const std::int32_t index : asked.partition_indexes) {
      if (call.node.ending->has_begun()) return response;  // logs that are opened take long
      if (!seen.emplace(asked.name, index).second) continue;
      answered.partitions.push_back(Describe(topic, index));
    }
  }
  return response;
}

}  // namespace rill::net
