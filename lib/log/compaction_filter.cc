#include "log/compaction_filter.h"

#include <utility>

#include "record/rebuild.h"
#include "record/rewrite.h"

namespace rill::log {
namespace {

std::int64_t Sum(std::int64_t time_ms, std::int64_t delay_ms) {
  return time_ms > INT64_MAX - delay_ms ? INT64_MAX : time_ms + delay_ms;
}

}  // namespace

absl::StatusOr<CompactionFilter::Kept> CompactionFilter::Filter(BatchView batch) {
  Kept kept;
  bool may_go = false;
  if (batch.is_control()) {
    const CleanedTransactions::Marker marker = transactions_.OnControl(batch);
    may_go = marker.may_go;
    kept.aborted = marker.aborted;
  } else {
    may_go = transactions_.OnData(batch);
  }
  const bool is_due = !batch.is_control() ||
                      (batch.has_delete_horizon() && batch.base_timestamp_ms() <= rules_.now_ms);
  if (!may_go || !is_due) {
    auto bytes = FilterRecords(batch, may_go && batch.is_control());
    if (!bytes.ok()) return bytes.status();
    kept.bytes = *bytes;
  }
  const bool keeps_header = (batch.has_producer_id() && IsLastOfProducer(batch)) ||
                            batch.next_offset() == rules_.high_watermark;
  if (kept.bytes.empty() && keeps_header) {
    rebuilt_ = record::EmptiedBatch(batch);
    kept.bytes = rebuilt_;
  }
  return kept;
}

bool CompactionFilter::IsLastOfProducer(BatchView batch) const {
  const auto found = rules_.producers.find(batch.producer_id());
  if (found == rules_.producers.end()) return false;
  const LastOfProducer& last = found->second;
  if (last.last_data_offset >= 0) return batch.last_offset() == last.last_data_offset;
  return batch.is_control() && batch.producer_epoch() == last.epoch;
}

bool CompactionFilter::Keeps(BatchView batch, const RecordView& record) const {
  if (batch.is_control() || record.offset() > newest_.latest_offset()) return true;
  if (IsNull(record.key()) || record.offset() < newest_.Find(record.key())) return false;
  return !IsNull(record.value()) || !batch.has_delete_horizon() ||
         rules_.now_ms < batch.base_timestamp_ms();
}

// Empty where no record stays.
absl::StatusOr<std::string_view> CompactionFilter::FilterRecords(BatchView batch,
                                                                 bool is_marker_of_nothing) {
  const auto records =
      record::UncompressedRecords(batch, codec_, scratch_, rules_.max_records_size);
  if (!records.ok()) return records.status();
  int kept = 0;
  bool has_tombstone = false;
  record::BatchWalker walker(batch, *records);
  while (walker.Next()) {
    if (!Keeps(batch, walker.record())) continue;
    ++kept;
    has_tombstone |= IsNull(walker.record().value());
  }
  if (auto status = walker.status(); !status.ok()) return status;
  if (kept == 0) return std::string_view();
  const bool wants_horizon = (has_tombstone || is_marker_of_nothing) && !batch.has_delete_horizon();
  if (kept == batch.record_count() && !wants_horizon) return batch.bytes();
  if (wants_horizon) {
    return Rebuild(batch, *records, Sum(rules_.now_ms, rules_.delete_retention_ms));
  }
  return Rebuild(batch, *records,
                 batch.has_delete_horizon() ? batch.base_timestamp_ms() : kNoTimestamp);
}

absl::StatusOr<std::string_view> CompactionFilter::Rebuild(BatchView batch,
                                                           std::string_view records,
                                                           std::int64_t delete_horizon_ms) {
  BatchOptions options = record::OptionsOf(batch);
  options.compression = batch.compression();
  options.delete_horizon_ms = delete_horizon_ms;
  BatchBuilder builder(options);
  auto sealed = record::RebuildBatch(
      batch, records, [&](const RecordView& record) { return Keeps(batch, record); }, builder);
  if (!sealed.ok()) return sealed.status();
  rebuilt_.assign(*sealed);
  // The producer's last sequence is counted from it.
  record::SetLastOffsetDelta(rebuilt_.data(), rebuilt_.size(), batch.last_offset_delta());
  return rebuilt_;
}

}  // namespace rill::log
