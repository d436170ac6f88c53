#include "expected_state.h"

#include <algorithm>
#include <set>

#include "fmt/format.h"
#include "numbered_record.h"

namespace rill::testing {
namespace {

// The configs that somebody gave the topic.
std::map<std::string, std::string> OwnConfigs(const TopicDescription& topic) {
  std::map<std::string, std::string> own;
  for (const auto& [name, config] : topic.configs) {
    if (config.source == ConfigSource::kDynamicTopicConfig) own[name] = config.value;
  }
  return own;
}

bool IsTopic(const TopicDescription& found, const ExpectedTopic& expected) {
  return (expected.id.empty() || found.id == expected.id) &&
         OwnConfigs(found) == expected.configs &&
         static_cast<std::size_t>(found.partitions) == expected.partitions.size();
}

class Finder {
 public:
  Finder(Engine& engine, Crash crash, ExpectedState& expected)
      : engine_(engine), crash_(crash), expected_(expected) {}

  std::string Find() {
    std::string wrong = TakeTopics();
    for (auto& [name, topic] : expected_.topics) {
      for (std::size_t i = 0; wrong.empty() && i < topic.partitions.size(); ++i) {
        wrong = TakePartition({name, static_cast<std::int32_t>(i)}, topic.partitions[i]);
      }
    }
    return wrong.empty() ? TakeCommits() : wrong;
  }

 private:
  std::string TakeTopics();
  std::string TakeTopic(const std::string& name, const TopicDescription* found);
  std::string TakePartition(const TopicPartition& name, ExpectedPartition& expected);
  std::string CheckOffsets(const Partition& found, const ExpectedPartition& expected) const;
  std::string TakeCommits();
  void ForgetGoneTopics();

  Engine& engine_;
  const Crash crash_;
  ExpectedState& expected_;
};

std::string Finder::TakeTopics() {
  std::map<std::string, TopicDescription> found;
  for (const std::string& name : engine_.ListTopics()) {
    auto topic = engine_.DescribeTopic(name);
    if (!topic.ok()) return topic.status().ToString();
    found[name] = *std::move(topic);
  }
  std::vector<std::string> names;
  for (const auto& [name, topic] : found) names.push_back(name);
  for (const auto& [name, topic] : expected_.topics) names.push_back(name);
  for (const std::string& name : names) {
    const auto at = found.find(name);
    auto wrong = TakeTopic(name, at == found.end() ? nullptr : &at->second);
    if (!wrong.empty()) return wrong;
  }
  expected_.topic_change.reset();
  return "";
}

std::string Finder::TakeTopic(const std::string& name, const TopicDescription* found) {
  const auto known = expected_.topics.find(name);
  const bool may_have_changed = expected_.topic_change && expected_.topic_change->first == name;
  if (found == nullptr) {
    const bool may_be_missing = known == expected_.topics.end() ||
                                (may_have_changed && !expected_.topic_change->second.has_value());
    if (!may_be_missing) return fmt::format("topic {} is gone", name);
    expected_.topics.erase(name);
    return "";
  }
  if (known != expected_.topics.end() && IsTopic(*found, known->second)) return "";
  const auto* const changed = may_have_changed ? &expected_.topic_change->second : nullptr;
  if (changed == nullptr || !changed->has_value() || !IsTopic(*found, **changed)) {
    return fmt::format("topic {} is not as it was made, grown, changed or deleted", name);
  }
  expected_.topics[name] = **changed;
  expected_.topics[name].id = found->id;
  return "";
}

std::string Finder::CheckOffsets(const Partition& found, const ExpectedPartition& expected) const {
  const std::int64_t start = found.log_start_offset();
  const std::int64_t end = found.high_watermark();
  if (found.log_end_offset() != end) return "shows less than it has";
  if (end > expected.end()) return fmt::format("ends at {}, and got {}", end, expected.end());
  if (start > expected.start) return fmt::format("begins at {}, not {}", start, expected.start);
  if (crash_ == Crash::kNone && (start != expected.start || end != expected.end())) {
    return fmt::format("has {} to {} after a clean close, not {} to {}", start, end, expected.start,
                       expected.end());
  }
  const std::int64_t least = crash_ == Crash::kPowerCut ? expected.durable : expected.acknowledged;
  if (end < least) return fmt::format("ends at {}, and {} were promised", end, least);
  return "";
}

std::string Finder::TakePartition(const TopicPartition& name, ExpectedPartition& expected) {
  const auto topic = engine_.FindTopic(name.topic);
  if (!topic.ok()) return topic.status().ToString();
  const auto found = topic->partition(name.partition);
  if (!found.ok()) return found.status().ToString();
  if (auto wrong = CheckOffsets(*found, expected); !wrong.empty()) {
    return fmt::format("{}-{} {}", name.topic, name.partition, wrong);
  }
  const std::int64_t start = found->log_start_offset();
  const std::int64_t end = found->high_watermark();
  if (const auto wrong =
          FirstWrongRecord(*found, start, end, expected, expected_.first_timestamp_ms)) {
    return fmt::format("{}-{}, offset {}: not the record that was written there", name.topic,
                       name.partition, *wrong);
  }
  expected.numbers.resize(static_cast<std::size_t>(end));
  expected.start = start;
  expected.acknowledged = end;
  // What a power cut left is on the disk. What recovery found after a kill is flushed before it is
  // shown where every record is to be; else the next power cut may have it.
  const auto& configs = expected_.topics.at(name.topic).configs;
  const auto flush = configs.find("flush.messages");
  const bool is_flushed = flush != configs.end() && flush->second == "1";
  if (crash_ != Crash::kKill || is_flushed) expected.durable = end;
  return "";
}

// Offsets in a topic that is gone are gone with it, also where the deletion was not acknowledged.
void Finder::ForgetGoneTopics() {
  for (GroupOffsets& groups : expected_.commits) {
    for (auto& [group, offsets] : groups) {
      std::erase_if(offsets, [&](const auto& entry) {
        return !expected_.topics.contains(entry.first.topic);
      });
    }
    std::erase_if(groups, [](const auto& entry) { return entry.second.empty(); });
  }
}

std::string Finder::TakeCommits() {
  GroupOffsets found;
  for (const char* group : {"g0", "g1", "g2"}) {
    auto offsets = engine_.CommittedOffsets(group);
    if (absl::IsNotFound(offsets.status())) continue;
    if (!offsets.ok()) return offsets.status().ToString();
    for (const auto& [partition, committed] : *offsets) found[group][partition] = committed.offset;
  }
  ForgetGoneTopics();
  auto& commits = expected_.commits;
  const std::size_t least = crash_ == Crash::kPowerCut ? expected_.durable_commits
                            : crash_ == Crash::kKill   ? expected_.acknowledged_commits
                                                       : commits.size() - 1;
  for (std::size_t count = commits.size(); count-- > least;) {
    if (found != commits[count]) continue;
    commits.resize(count + 1);
    expected_.acknowledged_commits = count;
    if (crash_ != Crash::kKill) expected_.durable_commits = count;
    return "";
  }
  return "the groups' offsets are those of no moment since the last that was promised";
}

}  // namespace

void ExpectedState::MarkDurable() {
  for (auto& [name, topic] : topics) {
    for (ExpectedPartition& partition : topic.partitions)
      partition.durable = partition.acknowledged;
  }
  durable_commits = acknowledged_commits;
}

std::optional<std::int64_t> FirstWrongRecord(const Partition& partition, std::int64_t offset,
                                             std::int64_t end, const ExpectedPartition& expected,
                                             std::int64_t first_timestamp_ms) {
  const auto written_at = [&](std::int64_t at) {
    return RecordOf(expected.numbers.at(static_cast<std::size_t>(at)), first_timestamp_ms);
  };
  const std::int64_t begin = offset;
  std::set<std::int64_t> found;
  while (offset < end) {
    const auto records = partition.Read(offset);
    if (!records.ok()) return offset;
    const std::int64_t next = records->ranges().front().next_offset;
    for (const Record& record : *records) {
      const bool is_in_order = record.offset() >= offset && record.offset() < next;
      if (!is_in_order || !IsRecord(record, written_at(record.offset()))) return offset;
      found.insert(record.offset());
      offset = record.offset() + 1;
    }
    if (next < offset || records->ranges().front().first_offset >= next) return offset;
    offset = next;
  }
  std::set<std::string> seen;
  std::set<std::string> deleted;  // keys whose tombstone is gone
  for (std::int64_t at = end - 1; at >= begin; --at) {
    const NumberedRecord record = written_at(at);
    const bool is_newest = seen.insert(record.key).second;
    const bool is_there = found.contains(at);
    const bool may_be_gone = expected.is_compacted && (!is_newest || !record.value.has_value());
    if (!is_there && !may_be_gone) return at;
    if (!is_there && is_newest) deleted.insert(record.key);
    if (is_there && deleted.contains(record.key)) return at;  // what it deleted is back
  }
  return std::nullopt;
}

std::string TakeFound(Engine& engine, Crash crash, ExpectedState& expected) {
  return Finder(engine, crash, expected).Find();
}

}  // namespace rill::testing
