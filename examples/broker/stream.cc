#include "stream.h"

#include <absl/time/clock.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "entry.h"

namespace {

absl::StatusOr<Stream> ToStream(const rill::Topic& topic) {
  if (topic.partition_count() != 1) {
    return absl::FailedPreconditionError(
        "-WRONGTYPE Operation against a key holding the wrong kind of value: the topic has other "
        "than one partition");
  }
  auto log = topic.partition(0);
  if (!log.ok()) return log.status();
  return Stream{topic, *log};
}

// Adds the record; false where there is no room for it.
bool Add(const rill::Record& record, std::size_t room, Entries& entries) {
  Reply reply;
  WriteEntry(record, reply);
  const std::size_t size = reply.bytes().size();
  entries.is_cut = !entries.list.empty() && entries.bytes + size > room;
  if (entries.is_cut) return false;
  entries.list.push_back({record.offset(), reply.bytes()});
  entries.bytes += size;
  return true;
}

}  // namespace

absl::StatusOr<Stream> FindStream(const rill::Engine& engine, const std::string& key) {
  const auto topic = engine.FindTopic(key);
  if (!topic.ok()) return topic.status();
  return ToStream(*topic);
}

absl::StatusOr<Stream> FindOrMakeStream(rill::Engine& engine, const std::string& key) {
  auto found = FindStream(engine, key);
  if (!absl::IsNotFound(found.status())) return found;
  // Entries of a stream stay until somebody trims it; records of a topic, by default, for a week.
  const auto topic =
      engine.EnsureTopic(key, {.partitions = 1, .configs = {{"retention.ms", "-1"}}});
  if (!topic.ok()) return topic.status();
  return ToStream(*topic);
}

absl::StatusOr<Entries> ReadEntries(const rill::Partition& log, OffsetRange range,
                                    std::int64_t most, std::size_t room) {
  Entries entries;
  for (;;) {
    const std::int64_t left = most - std::ssize(entries.list);
    const std::int64_t begin = std::max(range.begin, log.log_start_offset());
    const std::int64_t end = std::min(range.end, log.high_watermark());
    if (left <= 0 || begin >= end) return entries;
    const auto records = log.Read(begin, {.max_records = std::min(left, end - begin)});
    const bool was_trimmed = absl::IsOutOfRange(records.status());  // since we looked
    if (was_trimmed && log.log_start_offset() > begin) continue;
    if (!records.ok()) return records.status();
    for (const rill::Record& record : *records) {
      if (!Add(record, room, entries)) return entries;
    }
    if (const auto sound = records->Check(); !sound.ok()) return sound;
    // Not the last record's offset: there may be none, where a log was compacted.
    range.begin = records->ranges().front().next_offset;
  }
}

absl::StatusOr<Entries> ReadEntriesBackwards(const rill::Partition& log, OffsetRange range,
                                             std::int64_t most, std::size_t room) {
  constexpr std::int64_t kWindow = 256;  // a log is read forwards only, and so a piece at a time
  Entries entries;
  const std::int64_t begin = std::max(range.begin, log.log_start_offset());
  std::int64_t end = std::min(range.end, log.high_watermark());
  while (begin < end && std::ssize(entries.list) < most) {
    const std::int64_t left = most - std::ssize(entries.list);
    const std::int64_t from = std::max(begin, end - std::min(left, kWindow));
    auto window = ReadEntries(log, {from, end}, kWindow, room - entries.bytes);
    if (!window.ok()) return window.status();
    std::move(window->list.rbegin(), window->list.rend(), std::back_inserter(entries.list));
    entries.bytes += window->bytes;
    entries.is_cut = window->is_cut || entries.bytes > room;
    if (entries.is_cut) return entries;
    end = from;
  }
  return entries;
}

absl::StatusOr<Arrivals> Arrivals::Watch(rill::Engine& engine,
                                         const std::vector<std::string>& keys) {
  std::vector<rill::TopicPartition> partitions;
  std::vector<std::int64_t> ends;
  for (const std::string& key : keys) {
    const auto stream = FindStream(engine, key);
    if (!stream.ok()) continue;
    partitions.push_back({key, 0});
    ends.push_back(stream->log.high_watermark());
  }
  Arrivals arrivals;
  if (partitions.empty()) return arrivals;
  auto consumer = engine.NewConsumer({.max_poll_records = 1, .fetch_max_bytes = 1});
  if (!consumer.ok()) return consumer.status();
  absl::Status status = consumer->Assign(partitions);
  for (std::size_t i = 0; status.ok() && i < ends.size(); ++i) {
    status = consumer->Seek(partitions[i], ends[i]);
  }
  if (!status.ok()) return status;
  arrivals.consumer_ = *std::move(consumer);
  return arrivals;
}

absl::Status Arrivals::Wait(absl::Duration timeout) {
  if (!consumer_.has_value()) {
    absl::SleepFor(timeout);
    return absl::OkStatus();
  }
  return consumer_->Poll(timeout).status();
}
