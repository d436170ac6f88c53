#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "engine/group/consumer_group_events.h"
#include "engine/group/consumer_group_records.h"

namespace rill::engine {

// What the records of __consumer_offsets say of a group whose partitions the broker assigns.
struct StoredConsumerGroup {
  struct Member {
    std::optional<ConsumerGroupMemberValue> details = {};
    IdPartitions target = {};
    std::optional<ConsumerGroupCurrentValue> current = {};
  };

  std::optional<std::int32_t> epoch = {};  // nullopt: there is no such group
  std::int32_t assignment_epoch = 0;
  std::map<std::string, Member> members = {};  // by id; those without details are none
  std::map<std::string, std::vector<std::string>> regexes = {};  // the topics that each stands for

  // Records that forget all but the epochs, for they are of before.
  ConsumerGroupEffects Tombstones(const std::string& group) const;
};
using StoredConsumerGroups = std::map<std::string, StoredConsumerGroup>;  // by id

// Takes one record more; no value is a tombstone. The errors of decoding it.
absl::Status TakeConsumerGroupRecord(const ConsumerGroupRecordKey& key,
                                     const std::optional<std::string_view>& value,
                                     StoredConsumerGroups& groups);

}  // namespace rill::engine
