#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rill/engine.h"

namespace rill::testing {

enum class Crash { kNone, kKill, kPowerCut };  // by what is lost

struct ExpectedPartition {
  // The number of the record at each offset, whatever is acknowledged of it.
  std::vector<std::uint64_t> numbers;
  std::int64_t acknowledged = 0;  // the offset up to which a kill takes nothing
  std::int64_t durable = 0;       // the offset up to which a power cut takes nothing
  std::int64_t start = 0;         // the highest offset at which the log may begin
  // It is compacted, or was: a record with a later one of its key may be gone, and a tombstone.
  bool is_compacted = false;

  std::int64_t end() const { return static_cast<std::int64_t>(numbers.size()); }
};

struct ExpectedTopic {
  std::string id;  // empty: not known, for the topic may or may not have been made
  std::map<std::string, std::string> configs;
  std::vector<ExpectedPartition> partitions;
};

using GroupOffsets = std::map<std::string, std::map<TopicPartition, std::int64_t>>;

// What an engine acknowledged, and what of the change that was under way may be there: all that may
// be found when it is opened again. The changes are made one after the other.
struct ExpectedState {
  std::int64_t first_timestamp_ms = 0;
  std::map<std::string, ExpectedTopic> topics;
  // The topic as it may be by a change that was not acknowledged; none: it may be gone.
  std::optional<std::pair<std::string, std::optional<ExpectedTopic>>> topic_change;
  // What groups have after none, one, two, ... of the commits.
  std::vector<GroupOffsets> commits = {{}};
  std::size_t acknowledged_commits = 0;
  std::size_t durable_commits = 0;

  ExpectedPartition& partition(const TopicPartition& partition) {
    return topics.at(partition.topic).partitions.at(static_cast<std::size_t>(partition.partition));
  }
  // All that was acknowledged survives a power cut.
  void MarkDurable();
};

// Compares an engine that was opened after `crash` with what is expected, and takes what was found
// for what must be there from now on. Returns what is wrong; empty: nothing.
std::string TakeFound(Engine& engine, Crash crash, ExpectedState& expected);

// The offset of the first record of the partition, from `offset` on, that is not the one expected
// there, cannot be read, or should not be gone or there again; none: all up to `end` are as they
// should be.
std::optional<std::int64_t> FirstWrongRecord(const Partition& partition, std::int64_t offset,
                                             std::int64_t end, const ExpectedPartition& expected,
                                             std::int64_t first_timestamp_ms);

}  // namespace rill::testing
