#include "client/kafka/gathered_records.h"

#include <limits>
#include <string_view>
#include <utility>

namespace rill::client {
namespace {

// Null stays null.
std::string_view View(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), data == nullptr ? 0 : size};
}

std::vector<Header> HeadersOf(const rd_kafka_message_t& message) {
  std::vector<Header> found;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return found;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (rd_kafka_header_get_all(headers, found.size(), &name, &value, &size) ==
         RD_KAFKA_RESP_ERR_NO_ERROR) {
    found.push_back({name, View(value, size)});
  }
  return found;
}

}  // namespace

GatheredRecords::Batch& GatheredRecords::BatchFor(std::int64_t offset, const Stamp& stamp) {
  constexpr std::int64_t kFurthest = std::numeric_limits<std::int32_t>::max();
  if (!batches_.empty()) {
    Batch& last = batches_.back();
    const bool has_one_time = stamp.type == TimestampType::kCreateTime || last.stamp.ms == stamp.ms;
    if (last.stamp.type == stamp.type && has_one_time && offset - last.base_offset <= kFurthest) {
      return last;
    }
  }
  BatchOptions options;
  options.base_offset = offset;
  options.timestamp_type = stamp.type;
  if (stamp.type == TimestampType::kLogAppendTime) options.log_append_time_ms = stamp.ms;
  return batches_.emplace_back(options);
}

absl::Status GatheredRecords::Add(const rd_kafka_message_t& message) {
  const std::vector<Header> headers = HeadersOf(message);
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  Stamp stamp;
  stamp.ms = rd_kafka_message_timestamp(&message, &type);
  if (type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) stamp.type = TimestampType::kLogAppendTime;
  Batch& batch = BatchFor(message.offset, stamp);
  auto added =
      batch.builder->AppendAt(static_cast<std::int32_t>(message.offset - batch.base_offset),
                              {.key = View(message.key, message.key_len),
                               .value = View(message.payload, message.len),
                               .headers = headers,
                               .timestamp_ms = stamp.ms});
  if (!added.ok()) return added;
  if (first_offset_ < 0) first_offset_ = message.offset;
  next_offset_ = message.offset + 1;
  ++record_count_;
  size_ += message.key_len + message.len;
  return absl::OkStatus();
}

absl::Status GatheredRecords::AddTo(Records& records) {
  ShortList<Records::Run> runs;
  std::size_t stored = 0;
  for (const Batch& batch : batches_) {
    if (batch.builder->record_count() == 0) continue;
    const auto sealed = batch.builder->Seal();
    if (!sealed.ok()) return sealed.status();
    Records::Run run;
    run.begin = sealed->data();
    run.end = sealed->data() + sealed->size();
    run.first_offset = first_offset_;
    run.limit_offset = next_offset_;
    run.pin = batch.builder;
    stored += sealed->size();
    runs.push_back(std::move(run));
  }
  records.AddRange({where_, first_offset_, next_offset_}, std::move(runs), stored);
  return absl::OkStatus();
}

}  // namespace rill::client
