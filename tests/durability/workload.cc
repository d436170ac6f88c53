#include "workload.h"

#include <algorithm>
#include <array>
#include <utility>

namespace rill::testing {
namespace {

constexpr std::array kTopics = {"a", "b", "c"};
constexpr char kFlushMessages[] = "flush.messages";
constexpr char kCleanupPolicy[] = "cleanup.policy";
constexpr std::size_t kMostPartitions = 3;

// What compaction took stays gone when the policy is another one.
void MarkCompacted(ExpectedTopic& topic) {
  if (!topic.configs.contains(kCleanupPolicy)) return;
  for (ExpectedPartition& partition : topic.partitions) partition.is_compacted = true;
}

}  // namespace

Workload::Workload(Engine& engine, ManualClock& clock, std::mt19937_64& random,
                   ExpectedState& expected, std::uint64_t& next_number)
    : engine_(engine),
      clock_(clock),
      random_(random),
      expected_(expected),
      next_number_(next_number) {
  for (const auto& [topic, state] : expected_.topics) {
    for (std::size_t i = 0; i < state.partitions.size(); ++i) {
      if (state.partitions[i].end() > 0) Open({topic, static_cast<std::int32_t>(i)}).IgnoreError();
    }
  }
}

absl::Status Workload::DoSomething() {
  if (expected_.topics.empty()) return Create();
  switch (Random(24)) {
    case 0:
      return expected_.topics.size() < kTopics.size() ? Create() : Delete();
    case 1:
      return Chance(2) ? Grow() : Alter();
    case 2:
      return Alter();
    case 3:
      return DeleteRecords();
    case 4:
      return Chance(3) ? DeleteGroup() : Consume();
    case 5:
    case 6:
    case 7:
      return Consume();
    case 8:
      return Flush();
    case 9:
    case 10:
    case 11:
      return Maintain();
    default:
      return Send();
  }
}

absl::Status Workload::Close() {
  single_.reset();
  together_.reset();
  auto closed = engine_.Close();
  if (closed.ok()) expected_.MarkDurable();
  return closed;
}

void Workload::NoteWhatIsShown(ExpectedState& expected) const {
  for (const auto& [name, opened] : open_) {
    if (!expected.topics.contains(name.topic)) continue;
    ExpectedPartition& partition = expected.partition(name);
    partition.start = std::max(partition.start, opened.partition.log_start_offset());
    const std::int64_t shown = opened.partition.high_watermark();
    if (opened.flushed_from && shown > *opened.flushed_from) {
      partition.durable = std::max(partition.durable, shown);
    }
  }
}

std::string Workload::SomeTopic() {
  auto topic = expected_.topics.begin();
  std::advance(topic, Random(expected_.topics.size()));
  return topic->first;
}

TopicPartition Workload::SomePartition(const std::string& topic) {
  const std::size_t partitions = expected_.topics.at(topic).partitions.size();
  return {topic, static_cast<std::int32_t>(Random(partitions))};
}

// Segments of a few batches, by the size of their indexes: segment.bytes begins at 1 MiB.
std::map<std::string, std::string> Workload::SomeConfigs() {
  std::map<std::string, std::string> configs = {{"segment.bytes", "1048576"}};
  if (Chance(2)) configs[kFlushMessages] = "1";
  if (Chance(6)) configs[kFlushMessages] = "3";
  if (!Chance(3)) {
    configs["index.interval.bytes"] = "0";
    configs["segment.index.bytes"] = Chance(2) ? "12" : "40";
  }
  if (Chance(4)) configs["retention.bytes"] = "2000";
  if (Chance(6)) configs["retention.ms"] = "60000";
  if (Chance(6)) configs["segment.ms"] = "1000";
  if (Chance(6)) configs["flush.ms"] = "500";
  if (Chance(2)) configs["file.delete.delay.ms"] = "0";
  if (Chance(2)) {
    configs[kCleanupPolicy] = Chance(2) ? "compact" : "compact,delete";
    configs["min.cleanable.dirty.ratio"] = "0";
    if (Chance(2)) configs["delete.retention.ms"] = "1000";
  }
  return configs;
}

bool Workload::DeletesRecords(const std::string& topic) const {
  const auto& configs = expected_.topics.at(topic).configs;
  const auto policy = configs.find(kCleanupPolicy);
  return policy == configs.end() || policy->second != "compact";
}

absl::StatusOr<Partition> Workload::Open(const TopicPartition& name) {
  if (const auto found = open_.find(name); found != open_.end()) return found->second.partition;
  const auto topic = engine_.FindTopic(name.topic);
  if (!topic.ok()) return topic.status();
  auto partition = topic->partition(name.partition);
  if (!partition.ok()) return partition;
  Opened opened = {*partition, std::nullopt};
  if (FlushMessages(name.topic) == 1) opened.flushed_from = 0;
  open_.emplace(name, opened);
  return partition;
}

std::int64_t Workload::FlushMessages(const std::string& topic) const {
  const auto& configs = expected_.topics.at(topic).configs;
  const auto found = configs.find(kFlushMessages);
  return found == configs.end() ? INT64_MAX : std::stoll(found->second);
}

void Workload::BeginChange(const std::string& name, std::optional<ExpectedTopic> after) {
  expected_.topic_change = {name, std::move(after)};
}

void Workload::EndChange() {
  auto& [name, after] = *expected_.topic_change;
  if (after.has_value()) {
    expected_.topics[name] = *std::move(after);
  } else {
    expected_.topics.erase(name);
  }
  expected_.topic_change.reset();
}

absl::Status Workload::Create() {
  std::string name = kTopics[Random(kTopics.size())];
  while (expected_.topics.contains(name)) name = kTopics[Random(kTopics.size())];
  ExpectedTopic topic;
  topic.configs = SomeConfigs();
  topic.partitions.resize(1 + Random(2));
  MarkCompacted(topic);
  BeginChange(name, topic);
  const auto made = engine_.CreateTopic(
      name, {.partitions = static_cast<int>(topic.partitions.size()), .configs = topic.configs});
  if (!made.ok()) return made.status();
  EndChange();
  expected_.topics.at(name).id = made->id();
  return absl::OkStatus();
}

// With what groups have in it, for good: a new topic of the name is read from its beginning.
absl::Status Workload::Delete() {
  const std::string name = SomeTopic();
  BeginChange(name, std::nullopt);
  std::erase_if(open_, [&](const auto& entry) { return entry.first.topic == name; });
  if (auto deleted = engine_.DeleteTopic(name); !deleted.ok()) return deleted;
  EndChange();
  GroupOffsets left = expected_.commits.back();
  for (auto& [group, offsets] : left) {
    std::erase_if(offsets, [&](const auto& entry) { return entry.first.topic == name; });
  }
  std::erase_if(left, [](const auto& entry) { return entry.second.empty(); });
  if (left == expected_.commits.back()) return absl::OkStatus();
  expected_.commits.push_back(std::move(left));
  expected_.acknowledged_commits = expected_.durable_commits = expected_.commits.size() - 1;
  return absl::OkStatus();
}

absl::Status Workload::Grow() {
  const std::string name = SomeTopic();
  ExpectedTopic after = expected_.topics.at(name);
  if (after.partitions.size() == kMostPartitions) return absl::OkStatus();
  after.partitions.resize(after.partitions.size() + 1);
  MarkCompacted(after);
  BeginChange(name, after);
  auto grown = engine_.CreatePartitions(name, static_cast<int>(after.partitions.size()));
  if (grown.ok()) EndChange();
  return grown;
}

absl::Status Workload::Alter() {
  const std::string name = SomeTopic();
  ExpectedTopic after = expected_.topics.at(name);
  std::map<std::string, std::optional<std::string>> changes;
  for (const auto& [config, value] : after.configs) changes[config] = std::nullopt;
  after.configs = SomeConfigs();
  for (const auto& [config, value] : after.configs) changes[config] = value;
  MarkCompacted(after);
  BeginChange(name, after);
  if (auto changed = engine_.AlterTopicConfigs(name, changes); !changed.ok()) return changed;
  EndChange();
  for (auto& [partition, opened] : open_) {
    if (partition.topic != name) continue;
    if (FlushMessages(name) != 1) {
      opened.flushed_from.reset();
    } else if (!opened.flushed_from) {
      opened.flushed_from = opened.partition.high_watermark();
    }
  }
  return absl::OkStatus();
}

}  // namespace rill::testing
