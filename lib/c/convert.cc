#include "c/convert.h"

#include "fmt/format.h"

namespace rill::c {
namespace {

constexpr std::uint32_t kKnownBits = RILL_SET_TIMESTAMP | RILL_SET_PARTITION;

absl::Status NullItem(const char* what, std::size_t index) {
  return absl::InvalidArgumentError(fmt::format("{} of item {} is null", what, index));
}

absl::Status CheckList(const void* items, std::size_t count) {
  if (items != nullptr || count == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("a list of {} items is null", count));
}

bool IsSound(rill_bytes bytes) { return bytes.data != nullptr || bytes.size == 0; }

absl::Status CheckHeaders(const rill_producer_record& record, std::size_t index) {
  if (auto status = CheckList(record.headers, record.header_count); !status.ok()) return status;
  for (std::size_t i = 0; i < record.header_count; ++i) {
    const rill_header& header = record.headers[i];
    if (!IsSound(header.name) || !IsSound(header.value)) {
      return absl::InvalidArgumentError(
          fmt::format("record {}: header {} has a size, but no data", index, i));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> StringsOf(const char* const* items, std::size_t count) {
  if (auto status = CheckList(items, count); !status.ok()) return status;
  std::vector<std::string> strings;
  strings.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (items[i] == nullptr) return NullItem("the name", i);
    strings.emplace_back(items[i]);
  }
  return strings;
}

absl::StatusOr<std::vector<TopicPartition>> PartitionsOf(const rill_topic_partition* items,
                                                         std::size_t count) {
  if (auto status = CheckList(items, count); !status.ok()) return status;
  std::vector<TopicPartition> partitions;
  partitions.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (items[i].topic == nullptr) return NullItem("the topic", i);
    partitions.push_back({items[i].topic, items[i].partition});
  }
  return partitions;
}

absl::StatusOr<std::map<TopicPartition, OffsetAndMetadata>> OffsetsOf(
    const rill_topic_partition* items, std::size_t count) {
  if (auto status = CheckList(items, count); !status.ok()) return status;
  std::map<TopicPartition, OffsetAndMetadata> offsets;
  for (std::size_t i = 0; i < count; ++i) {
    const rill_topic_partition& item = items[i];
    if (item.topic == nullptr) return NullItem("the topic", i);
    offsets[{item.topic, item.partition}] = {
        .offset = item.offset,
        .leader_epoch = item.leader_epoch,
        .metadata = item.metadata != nullptr ? item.metadata : ""};
  }
  return offsets;
}

std::vector<rill_topic_partition> ShowPartitions(std::span<const TopicPartition> partitions) {
  std::vector<rill_topic_partition> shown;
  shown.reserve(partitions.size());
  for (const TopicPartition& partition : partitions) {
    shown.push_back({.topic = partition.topic.c_str(),
                     .metadata = nullptr,
                     .offset = -1,
                     .partition = partition.partition,
                     .leader_epoch = -1});
  }
  return shown;
}

absl::Status CheckRecords(const rill_producer_record* records, std::size_t count) {
  if (auto status = CheckList(records, count); !status.ok()) return status;
  for (std::size_t i = 0; i < count; ++i) {
    const rill_producer_record& record = records[i];
    if (!IsSound(record.key) || !IsSound(record.value)) {
      return absl::InvalidArgumentError(fmt::format("record {}: its {} has a size, but no data", i,
                                                    IsSound(record.key) ? "value" : "key"));
    }
    if ((record.set & ~kKnownBits) != 0) {
      return absl::InvalidArgumentError(
          fmt::format("record {}: set={:#x} has bits that mean nothing", i, record.set));
    }
    if (auto status = CheckHeaders(record, i); !status.ok()) return status;
  }
  return absl::OkStatus();
}

ProducerRecord RecordOf(const rill_producer_record& record, std::vector<Header>& headers) {
  headers.clear();
  for (std::size_t i = 0; i < record.header_count; ++i) {
    headers.push_back({BytesOf(record.headers[i].name), BytesOf(record.headers[i].value)});
  }
  ProducerRecord result{
      .key = BytesOf(record.key), .value = BytesOf(record.value), .headers = headers};
  if ((record.set & RILL_SET_TIMESTAMP) != 0) {
    result.timestamp = absl::FromUnixMillis(record.timestamp_ms);
  }
  if ((record.set & RILL_SET_PARTITION) != 0) result.partition = record.partition;
  return result;
}

}  // namespace rill::c
