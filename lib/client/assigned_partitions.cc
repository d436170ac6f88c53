#include "client/assigned_partitions.h"

#include <algorithm>
#include <set>
#include <utility>

#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {

absl::StatusOr<AssignedPartition> AssignedPartitions::Open(const TopicPartition& name) const {
  auto topic = engine_->FindTopic(name.topic);
  if (!topic.ok()) return topic.status();
  auto state = (*topic)->OpenPartition(name.partition);
  if (!state.ok()) return state.status();
  return AssignedPartition{.name = name, .topic = *topic, .log = (*state)->log()};
}

AssignedPartitions::Opened AssignedPartitions::OpenAll(const std::vector<TopicPartition>& names) {
  Opened opened;
  for (const TopicPartition& name : std::set<TopicPartition>(names.begin(), names.end())) {
    const AssignedPartition* const had = Find(name);
    if (had != nullptr && !had->topic->deleted()) {
      opened.kept.push_back(name);
      continue;
    }
    auto partition = Open(name);
    if (partition.ok()) {
      opened.added.push_back(*std::move(partition));
    } else if (deleted_is_error_ || !absl::IsNotFound(partition.status())) {
      opened.failed.push_back(name);
      opened.first_failure.Update(partition.status());
    }
  }
  return opened;
}

void AssignedPartitions::Adopt(Opened opened) {
  std::vector<AssignedPartition> next = std::move(opened.added);
  for (const TopicPartition& name : opened.kept) next.push_back(std::move(*Find(name)));
  std::sort(next.begin(), next.end(),
            [](const AssignedPartition& a, const AssignedPartition& b) { return a.name < b.name; });
  partitions_ = std::move(next);
  if (watching_) Watch();
}

absl::Status AssignedPartitions::Set(const std::vector<TopicPartition>& partitions) {
  Opened opened = OpenAll(partitions);
  if (!opened.first_failure.ok()) return opened.first_failure;
  Adopt(std::move(opened));
  return absl::OkStatus();
}

absl::Status AssignedPartitions::SetWhatOpens(const std::vector<TopicPartition>& partitions,
                                              std::vector<TopicPartition>& left_out) {
  Opened opened = OpenAll(partitions);
  left_out = std::move(opened.failed);
  const absl::Status first_failure = opened.first_failure;
  Adopt(std::move(opened));
  return first_failure;
}

AssignedPartition* AssignedPartitions::Find(const TopicPartition& name) {
  const auto at = std::lower_bound(
      partitions_.begin(), partitions_.end(), name,
      [](const AssignedPartition& p, const TopicPartition& n) { return p.name < n; });
  return at != partitions_.end() && at->name == name ? &*at : nullptr;
}

std::vector<TopicPartition> AssignedPartitions::names() const {
  std::vector<TopicPartition> names;
  for (const AssignedPartition& partition : partitions_) names.push_back(partition.name);
  return names;
}

absl::Status AssignedPartitions::Reset(AssignedPartition& partition, OffsetReset reset) {
  switch (reset) {
    case OffsetReset::kEarliest:
      partition.position = partition.log->log_start_offset();
      return absl::OkStatus();
    case OffsetReset::kLatest:
      partition.position = partition.log->high_watermark();
      return absl::OkStatus();
    case OffsetReset::kNone:
      break;
  }
  const auto& [topic, index] = partition.name;
  const std::string found = partition.position.has_value()
                                ? fmt::format("offset {} is out of range", *partition.position)
                                : "there is no committed offset to begin at";
  return MakeError(
      absl::StatusCode::kOutOfRange, ErrorCode::kOffsetOutOfRange,
      fmt::format("{}-{}: {}, and ConsumerOptions::reset is kNoReset; the log has {} to "
                  "{}: Seek to one of them",
                  topic, index, found, partition.log->log_start_offset(),
                  partition.log->high_watermark()));
}

absl::Status AssignedPartitions::ReadOne(AssignedPartition& partition, const ReadOptions& limits,
                                         OffsetReset reset, Records& records) {
  for (;;) {
    auto read = partition.log->Read(*partition.position, limits);
    if (read.ok()) {
      if (!read->ranges().empty()) partition.position = read->ranges().back().next_offset;
      records = *std::move(read);
      return absl::OkStatus();
    }
    if (read.status().code() != absl::StatusCode::kOutOfRange) return read.status();
    // The log may be cut again between the reset and the read: then once more.
    if (auto status = Reset(partition, reset); !status.ok()) return status;
    if (*partition.position == partition.log->high_watermark()) return absl::OkStatus();
  }
}

absl::StatusOr<Records> AssignedPartitions::Read(const ConsumerOptions& options) {
  Records all;
  ReadOptions limits{.max_bytes = 0, .max_records = options.max_poll_records};
  std::size_t bytes_left = options.fetch_max_bytes;
  const std::size_t begin = next_;
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    const std::size_t at = (begin + i) % partitions_.size();
    AssignedPartition& partition = partitions_[at];
    if (!HasNews(partition)) continue;
    limits.max_bytes = std::min(bytes_left, options.max_partition_fetch_bytes);
    Records records;
    if (auto status = ReadOne(partition, limits, options.reset, records); !status.ok()) {
      if (partition.topic->deleted() && !deleted_is_error_) continue;
      if (!all.empty()) break;  // the next call says it again
      next_ = at + 1;           // and the one after that reads the others
      return status;
    }
    next_ = at + 1;
    bytes_left -= std::min(bytes_left, records.stored_bytes());
    for (const Records::Range& range : records.ranges()) {
      limits.max_records -= range.next_offset - range.first_offset;
    }
    all.Append(std::move(records));
    if (limits.max_records <= 0 || bytes_left == 0) break;
  }
  return all;
}

void AssignedPartitions::Watch() {
  watching_ = true;
  for (AssignedPartition& partition : partitions_) {
    if (partition.watch != nullptr) continue;
    partition.watch = partition.log->Observe([signal = signal_] { signal->wakeup.Notify(); });
  }
}

void AssignedPartitions::Unwatch() {
  if (!std::exchange(watching_, false)) return;
  for (AssignedPartition& partition : partitions_) partition.watch.reset();
}

bool AssignedPartitions::HasNews(const AssignedPartition& partition) const {
  if (partition.is_paused || !partition.position.has_value()) return false;
  if (partition.topic->deleted()) return deleted_is_error_;
  return *partition.position != partition.log->high_watermark();
}

bool AssignedPartitions::HasNews() const {
  return std::any_of(partitions_.begin(), partitions_.end(),
                     [this](const AssignedPartition& partition) { return HasNews(partition); });
}

}  // namespace rill::client
