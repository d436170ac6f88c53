#include <algorithm>
#include <array>
#include <utility>

#include "fmt/format.h"
#include "workload.h"

// The part of the workload that is about records and what groups committed of them.
namespace rill::testing {
namespace {

constexpr std::array kGroups = {"g0", "g1", "g2"};

ProducerRecord Produced(const NumberedRecord& record, std::int32_t partition) {
  return {.key = record.key,
          .value = record.value_view(),
          .partition = partition,
          .timestamp = absl::FromUnixMillis(record.timestamp_ms)};
}

}  // namespace

std::vector<NumberedRecord> Workload::BeginRecords(const TopicPartition& name, std::size_t count) {
  std::vector<NumberedRecord> records;
  for (std::size_t i = 0; i < count; ++i) {
    expected_.partition(name).numbers.push_back(next_number_);
    records.push_back(RecordOf(next_number_++, expected_.first_timestamp_ms));
  }
  return records;
}

absl::Status Workload::EndRecords(const TopicPartition& name, std::int64_t last_offset) {
  ExpectedPartition& partition = expected_.partition(name);
  if (last_offset != partition.end() - 1) {
    return absl::InternalError(fmt::format("a record of {}-{} went to offset {}, not {}",
                                           name.topic, name.partition, last_offset,
                                           partition.end() - 1));
  }
  partition.acknowledged = partition.end();
  const std::int64_t unflushed = std::min(FlushMessages(name.topic) - 1, partition.end());
  partition.durable = std::max(partition.durable, partition.end() - unflushed);
  return absl::OkStatus();
}

absl::Status Workload::Send() {
  const TopicPartition name = SomePartition(SomeTopic());
  if (auto opened = Open(name); !opened.ok()) return opened.status();
  const std::size_t count = 1 + Random(4);
  switch (Random(4)) {
    case 0:
      return Append(name, BeginRecords(name, count));
    case 1:
      return Claim(name);
    case 2:
      return SendTogether(name, count);
    default:
      return SendSingly(name, count);
  }
}

absl::Status Workload::Append(const TopicPartition& name,
                              const std::vector<NumberedRecord>& records) {
  std::vector<RecordData> data;
  for (const NumberedRecord& record : records) {
    data.push_back(
        {.key = record.key, .value = record.value_view(), .timestamp_ms = record.timestamp_ms});
  }
  auto partition = Open(name);
  if (!partition.ok()) return partition.status();
  const auto result = partition->Append(data);
  return result.ok() ? EndRecords(name, result->last_offset) : result.status();
}

absl::Status Workload::MakeSingle() {
  if (single_) return absl::OkStatus();
  auto producer = engine_.NewProducer();
  if (producer.ok()) single_ = *std::move(producer);
  return producer.status();
}

absl::Status Workload::SendSingly(const TopicPartition& name, std::size_t count) {
  const auto topic = engine_.FindTopic(name.topic);
  if (!topic.ok()) return topic.status();
  if (auto made = MakeSingle(); !made.ok()) return made;
  for (std::size_t i = 0; i < count; ++i) {
    const auto records = BeginRecords(name, 1);
    const auto sent = single_->Send(*topic, Produced(records[0], name.partition)).Wait();
    if (!sent.ok()) return sent.status();
    if (auto ended = EndRecords(name, sent->offset); !ended.ok()) return ended;
  }
  return absl::OkStatus();
}

// One or two compressed batches with sequence numbers.
absl::Status Workload::SendTogether(const TopicPartition& name, std::size_t count) {
  const auto topic = engine_.FindTopic(name.topic);
  if (!topic.ok()) return topic.status();
  if (!together_) {
    auto producer = engine_.NewProducer(
        {.linger = absl::Hours(1), .compression = Compression::kLz4, .enable_idempotence = true});
    if (!producer.ok()) return producer.status();
    together_ = *std::move(producer);
  }
  std::optional<PendingSend> last;
  for (const NumberedRecord& record : BeginRecords(name, count)) {
    last = together_->Send(*topic, Produced(record, name.partition));
  }
  if (auto flushed = together_->Flush(); !flushed.ok()) return flushed;
  const auto sent = last->Wait();
  return sent.ok() ? EndRecords(name, sent->offset) : sent.status();
}

absl::Status Workload::Claim(const TopicPartition& name) {
  const auto topic = engine_.FindTopic(name.topic);
  if (!topic.ok()) return topic.status();
  if (auto made = MakeSingle(); !made.ok()) return made;
  const auto records = BeginRecords(name, 1);
  const std::string_view value = records[0].value_view();
  if (IsNull(value)) return Append(name, records);  // a claim always has a value
  auto claim = single_->ClaimRecord(*topic, Produced(records[0], name.partition), value.size());
  if (!claim.ok()) return claim.status();
  std::copy(value.begin(), value.end(), claim->value().begin());
  const auto published = claim->Publish();
  return published.ok() ? EndRecords(name, published->offset) : published.status();
}

// Where all is flushed before it is shown, a consumer has seen, and may commit, what no power cut
// takes back; and it never sees what is not shown.
absl::Status Workload::NoteWhatIsSeen(const TopicPartition& name, std::int64_t end) {
  auto partition = Open(name);
  if (!partition.ok()) return partition.status();
  if (const std::int64_t shown = partition->high_watermark(); end > shown) {
    return absl::InternalError(fmt::format("a consumer saw {}-{} up to offset {}, shown are {}",
                                           name.topic, name.partition, end, shown));
  }
  const auto& flushed_from = open_.at(name).flushed_from;
  ExpectedPartition& expected = expected_.partition(name);
  if (flushed_from && end > *flushed_from) expected.durable = std::max(expected.durable, end);
  return absl::OkStatus();
}

// Reads on from where a group stands, and commits.
absl::Status Workload::Consume() {
  const std::string group = kGroups[Random(kGroups.size())];
  const TopicPartition name = SomePartition(SomeTopic());
  auto consumer = engine_.NewConsumer(
      {.group = group, .reset = kEarliest, .max_poll_records = 1 + static_cast<int>(Random(6))});
  if (!consumer.ok()) return consumer.status();
  if (auto assigned = consumer->Assign({name}); !assigned.ok()) return assigned;
  const auto records = consumer->Poll(absl::ZeroDuration());
  if (!records.ok()) return records.status();
  for (const Record& record : *records) {
    const auto& numbers = expected_.partition(name).numbers;
    const std::uint64_t number = numbers.at(static_cast<std::size_t>(record.offset()));
    if (IsRecord(record, RecordOf(number, expected_.first_timestamp_ms))) continue;
    return absl::InternalError(fmt::format("{}-{}, offset {}: not the record that was written",
                                           name.topic, name.partition, record.offset()));
  }
  if (records->ranges().empty()) return absl::OkStatus();
  if (auto seen = NoteWhatIsSeen(name, records->ranges().back().next_offset); !seen.ok()) {
    return seen;
  }
  GroupOffsets after = expected_.commits.back();
  after[group][name] = records->ranges().back().next_offset;
  expected_.commits.push_back(std::move(after));
  auto committed = consumer->Commit(*records);
  if (committed.ok()) EndCommit();
  return committed;
}

void Workload::EndCommit() { expected_.acknowledged_commits = expected_.commits.size() - 1; }

absl::Status Workload::DeleteGroup() {
  const std::string group = kGroups[Random(kGroups.size())];
  GroupOffsets after = expected_.commits.back();
  if (after.erase(group) == 0) return absl::OkStatus();
  expected_.commits.push_back(std::move(after));
  auto deleted = engine_.DeleteGroup(group);
  if (deleted.ok()) EndCommit();
  return deleted;
}

absl::Status Workload::DeleteRecords() {
  const TopicPartition name = SomePartition(SomeTopic());
  if (!DeletesRecords(name.topic)) return absl::OkStatus();
  auto partition = Open(name);
  if (!partition.ok()) return partition.status();
  const std::int64_t start = partition->log_start_offset();
  const auto left = static_cast<std::uint64_t>(partition->high_watermark() - start);
  const std::int64_t offset = start + static_cast<std::int64_t>(Random(left + 1));
  expected_.partition(name).start = std::max(expected_.partition(name).start, offset);
  return partition->DeleteRecordsBefore(offset).status();
}

absl::Status Workload::Flush() {
  if (Chance(2)) {
    auto flushed = engine_.Flush();
    if (flushed.ok()) expected_.MarkDurable();
    return flushed;
  }
  const TopicPartition name = SomePartition(SomeTopic());
  auto partition = Open(name);
  if (!partition.ok()) return partition.status();
  auto flushed = partition->Flush();
  if (flushed.ok()) expected_.partition(name).durable = expected_.partition(name).acknowledged;
  return flushed;
}

absl::Status Workload::Maintain() {
  constexpr std::array kSteps = {absl::ZeroDuration(), absl::Milliseconds(400), absl::Seconds(2),
                                 absl::Seconds(61), absl::Minutes(6)};
  clock_.Advance(kSteps[Random(kSteps.size())]);
  engine_.RunMaintenance();
  return absl::OkStatus();
}

}  // namespace rill::testing
