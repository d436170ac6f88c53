#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "c/call.h"
#include "c/convert.h"
#include "c/handles.h"

using rill::c::Call;
using rill::c::Cleared;

namespace {

// The records of one batch, with their headers.
class BatchData {
 public:
  BatchData(const rill_producer_record* records, std::size_t count) : headers_(count) {
    data_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const rill::ProducerRecord record = rill::c::RecordOf(records[i], headers_[i]);
      data_.push_back({.key = record.key,
                       .value = record.value,
                       .headers = record.headers,
                       .timestamp_ms = record.timestamp.has_value() ? records[i].timestamp_ms
                                                                    : rill::kNoTimestamp});
    }
  }

  std::span<const rill::RecordData> records() const { return data_; }

 private:
  std::vector<std::vector<rill::Header>> headers_;
  std::vector<rill::RecordData> data_;
};

absl::Status CheckNoPartition(const rill_producer_record* records, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if ((records[i].set & RILL_SET_PARTITION) == 0) continue;
    return absl::InvalidArgumentError("a record of rill_partition_append names a partition");
  }
  return absl::OkStatus();
}

absl::Status Give(const absl::StatusOr<rill::AppendResult>& appended, rill_append_result* result) {
  if (appended.ok() && result != nullptr) {
    *result = {.base_offset = appended->base_offset,
               .last_offset = appended->last_offset,
               .log_append_time_ms = appended->log_append_time_ms};
  }
  return appended.status();
}

}  // namespace

extern "C" {

rill_status rill_partition_append(rill_partition* partition, const rill_producer_record* records,
                                  size_t count, rill_append_result* result, rill_error* error) {
  return Call(error, {{"partition", partition}}, [&]() -> absl::Status {
    if (auto status = rill::c::CheckRecords(records, count); !status.ok()) return status;
    if (auto status = CheckNoPartition(records, count); !status.ok()) return status;
    const BatchData batch(records, count);
    return Give(partition->partition.Append(batch.records()), result);
  });
}

rill_status rill_partition_append_batch(rill_partition* partition, const void* batch, size_t size,
                                        rill_append_result* result, rill_error* error) {
  return Call(error, {{"partition", partition}, {"batch", batch}}, [&] {
    return Give(partition->partition.AppendBatch(rill::c::BytesOf({batch, size})), result);
  });
}

rill_status rill_partition_read(const rill_partition* partition, int64_t offset, size_t max_bytes,
                                int64_t max_records, rill_records** out, rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"partition", partition}}, [&]() -> absl::Status {
    const rill::ReadOptions options{
        .max_bytes = max_bytes,
        .max_records = max_records < 0 ? std::numeric_limits<std::int64_t>::max() : max_records};
    auto records = partition->partition.Read(offset, options);
    if (!records.ok()) return records.status();
    *out = new rill_records(*std::move(records));
    return absl::OkStatus();
  });
}

rill_status rill_partition_wait_for(const rill_partition* partition, int64_t offset,
                                    int64_t timeout_ms, rill_error* error) {
  return Call(error, {{"partition", partition}},
              [&] { return partition->partition.WaitFor(offset, rill::c::Timeout(timeout_ms)); });
}

int64_t rill_partition_log_start_offset(const rill_partition* partition) {
  return partition != nullptr ? partition->partition.log_start_offset() : -1;
}

int64_t rill_partition_high_watermark(const rill_partition* partition) {
  return partition != nullptr ? partition->partition.high_watermark() : -1;
}

int64_t rill_partition_log_end_offset(const rill_partition* partition) {
  return partition != nullptr ? partition->partition.log_end_offset() : -1;
}

uint64_t rill_partition_size_bytes(const rill_partition* partition) {
  return partition != nullptr ? partition->partition.size_bytes() : 0;
}

rill_status rill_partition_offset_for_time(const rill_partition* partition, int64_t time_ms,
                                           int64_t* offset, int64_t* timestamp_ms,
                                           rill_error* error) {
  return Call(error, {{"partition", partition}, {"offset", offset}}, [&]() -> absl::Status {
    const auto found = partition->partition.OffsetForTime(absl::FromUnixMillis(time_ms));
    if (!found.ok()) return found.status();
    *offset = found->offset;
    if (timestamp_ms != nullptr) *timestamp_ms = found->timestamp_ms;
    return absl::OkStatus();
  });
}

rill_status rill_partition_delete_records_before(rill_partition* partition, int64_t offset,
                                                 int64_t* log_start, rill_error* error) {
  return Call(error, {{"partition", partition}}, [&]() -> absl::Status {
    const auto start = partition->partition.DeleteRecordsBefore(offset);
    if (start.ok() && log_start != nullptr) *log_start = *start;
    return start.status();
  });
}

rill_status rill_partition_flush(rill_partition* partition, rill_error* error) {
  return Call(error, {{"partition", partition}}, [&] { return partition->partition.Flush(); });
}

void rill_partition_free(rill_partition* partition) { delete partition; }

}  // extern "C"
