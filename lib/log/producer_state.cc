#include "log/producer_state.h"

#include <algorithm>

#include "fmt/format.h"
#include "record/control.h"
#include "rill/error.h"
#include "rill/record.h"

namespace rill::log {
namespace {

// Sequences count up to INT32_MAX and go on at 0.
std::int32_t AddToSequence(std::int32_t sequence, std::int32_t count) {
  return static_cast<std::int32_t>((std::int64_t{sequence} + count) & INT32_MAX);
}

std::int32_t LastSequence(BatchView batch) {
  if (batch.base_sequence() == kNoSequence) return kNoSequence;
  return AddToSequence(batch.base_sequence(), batch.last_offset_delta());
}

}  // namespace

void ProducerState::Entry::SetEpoch(std::int16_t new_epoch) {
  if (epoch == new_epoch) return;
  batch_count = 0;
  epoch = new_epoch;
}

void ProducerState::Entry::Add(const Batch& batch) {
  if (batch_count == kRememberedBatches) {
    std::move(batches.begin() + 1, batches.end(), batches.begin());
    --batch_count;
  }
  batches[batch_count++] = batch;
  last_timestamp_ms = batch.timestamp_ms;
}

std::string ProducerState::Describe(BatchView batch) const {
  return fmt::format("{}: batch of producer {}, epoch {}, from sequence {}", log_name_,
                     batch.producer_id(), batch.producer_epoch(), batch.base_sequence());
}

absl::StatusOr<std::optional<ProducerState::Batch>> ProducerState::Check(BatchView batch) const {
  if (!batch.has_producer_id()) return std::nullopt;
  static const Entry kUnknown;
  const auto found = producers_.find(batch.producer_id());
  const Entry& entry = found == producers_.end() ? kUnknown : found->second;
  if (batch.is_control()) {
    if (auto sound = CheckMarker(entry, batch); !sound.ok()) return sound;
    return std::nullopt;
  }
  if (batch.base_sequence() < 0 || batch.producer_epoch() < 0) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                     Describe(batch) +
                         ": a producer that has an id numbers its batches from 0, in "
                         "an epoch from 0");
  }
  if (entry.epoch == batch.producer_epoch()) {
    for (std::size_t i = 0; i < entry.batch_count; ++i) {
      const Batch& earlier = entry.batches[i];
      if (earlier.first_sequence == batch.base_sequence() &&
          earlier.last_sequence == LastSequence(batch)) {
        return earlier;
      }
    }
  }
  if (auto sound = CheckEpoch(entry, batch); !sound.ok()) return sound;
  if (auto sound = CheckSequence(entry, batch); !sound.ok()) return sound;
  if (entry.transaction_first_offset >= 0 && !batch.is_transactional()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kInvalidRequest,
                     fmt::format("{}: is not part of the transaction that this producer has open "
                                 "since offset {}",
                                 Describe(batch), entry.transaction_first_offset));
  }
  return std::nullopt;
}

absl::Status ProducerState::CheckEpoch(const Entry& entry, BatchView batch) const {
  if (batch.producer_epoch() >= entry.epoch) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidProducerEpoch,
      fmt::format("{}: epoch {} of this producer was seen already; another instance has taken over",
                  Describe(batch), entry.epoch));
}

absl::Status ProducerState::CheckSequence(const Entry& entry, BatchView batch) const {
  if (entry.epoch == kNoProducerEpoch) return absl::OkStatus();
  std::int32_t expected = 0;
  if (entry.epoch == batch.producer_epoch() && entry.batch_count > 0) {
    expected = AddToSequence(entry.last_batch()->last_sequence, 1);
  }
  if (batch.base_sequence() == expected) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, ErrorCode::kOutOfOrderSequenceNumber,
      fmt::format("{}: sequence {} of epoch {} comes next; batches between are missing or were "
                  "sent twice too late to be remembered",
                  Describe(batch), expected, batch.producer_epoch()));
}

absl::Status ProducerState::CheckMarker(const Entry& entry, BatchView batch) const {
  if (auto sound = CheckEpoch(entry, batch); !sound.ok()) return sound;
  const auto marker = ParseMarker(batch);
  if (!marker.ok()) return marker.status();
  if (marker->coordinator_epoch >= entry.coordinator_epoch) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, ErrorCode::kInvalidRequest,
      fmt::format("{}: the marker's coordinator epoch {} is below {}, which was seen "
                  "already",
                  Describe(batch), marker->coordinator_epoch, entry.coordinator_epoch));
}

absl::StatusOr<ProducerState::Marker> ProducerState::ParseMarker(BatchView batch) const {
  const auto damage = [&](std::string_view what) {
    return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage,
                     fmt::format("{}, offset {}: a control batch of a producer that holds no "
                                 "end-of-transaction marker: {}",
                                 log_name_, batch.base_offset(), what));
  };
  const std::string_view payload = batch.payload();
  RecordView record;
  if (batch.compression() != Compression::kNone || batch.record_count() != 1 ||
      record.Parse(payload.data(), payload.data() + payload.size(), batch.base_offset(),
                   batch.base_timestamp_ms()) == nullptr) {
    return damage("not one uncompressed record");
  }
  const auto type = record::DecodeControlKey(record.key());
  if (!type.ok()) return damage(std::string(type.status().message()));
  if (*type != record::ControlType::kAbort && *type != record::ControlType::kCommit) {
    return damage(record::ControlTypeName(*type));
  }
  const auto coordinator_epoch = record::DecodeEndTxnMarker(record.value());
  if (!coordinator_epoch.ok()) return damage(std::string(coordinator_epoch.status().message()));
  return Marker{*type == record::ControlType::kAbort, *coordinator_epoch};
}

absl::StatusOr<std::optional<CompletedTransaction>> ProducerState::Update(BatchView batch) {
  std::optional<CompletedTransaction> completed;
  if (batch.has_producer_id()) {
    if (!batch.is_control()) {
      UpdateData(batch);
    } else if (batch.record_count() > 0) {  // compaction leaves empty ones behind
      auto ended = UpdateMarker(batch);
      if (!ended.ok()) return ended.status();
      completed = *ended;
    }
  }
  end_offset_ = batch.next_offset();
  return completed;
}

void ProducerState::UpdateData(BatchView batch) {
  Entry& entry = producers_[batch.producer_id()];
  entry.SetEpoch(batch.producer_epoch());
  entry.Add({.first_sequence = batch.base_sequence(),
             .last_sequence = LastSequence(batch),
             .first_offset = batch.base_offset(),
             .last_offset = batch.last_offset(),
             .timestamp_ms = batch.max_timestamp_ms()});
  if (batch.is_transactional() && entry.transaction_first_offset < 0) {
    entry.transaction_first_offset = batch.base_offset();
    undecided_[batch.base_offset()] = batch.producer_id();
  }
}

absl::StatusOr<std::optional<CompletedTransaction>> ProducerState::UpdateMarker(BatchView batch) {
  const auto marker = ParseMarker(batch);
  if (!marker.ok()) return marker.status();
  Entry& entry = producers_[batch.producer_id()];
  entry.SetEpoch(batch.producer_epoch());
  entry.coordinator_epoch = marker->coordinator_epoch;
  entry.last_timestamp_ms = batch.max_timestamp_ms();
  const std::int64_t first_offset = entry.transaction_first_offset;
  if (first_offset < 0) return std::nullopt;  // a transaction without data here
  entry.transaction_first_offset = -1;
  undecided_.erase(first_offset);
  unstable_[first_offset] = batch.base_offset();
  return CompletedTransaction{.producer_id = batch.producer_id(),
                              .first_offset = first_offset,
                              .last_offset = batch.base_offset(),
                              .is_aborted = marker->is_abort,
                              .last_stable_offset = undecided_.empty() ? batch.base_offset() + 1
                                                                       : undecided_.begin()->first};
}

std::optional<std::int64_t> ProducerState::first_unstable_offset() const {
  std::optional<std::int64_t> first;
  if (!undecided_.empty()) first = undecided_.begin()->first;
  if (!unstable_.empty() && (!first || unstable_.begin()->first < *first)) {
    first = unstable_.begin()->first;
  }
  return first;
}

void ProducerState::OnHighWatermark(std::int64_t offset) {
  std::erase_if(unstable_, [&](const auto& entry) { return entry.second < offset; });
}

void ProducerState::RemoveExpired(std::int64_t now_ms, std::int64_t expiration_ms) {
  absl::erase_if(producers_, [&](const auto& producer) {
    const Entry& entry = producer.second;
    return entry.transaction_first_offset < 0 && entry.last_timestamp_ms <= now_ms - expiration_ms;
  });
}

void ProducerState::Reset(std::int64_t offset) {
  producers_.clear();
  undecided_.clear();
  unstable_.clear();
  end_offset_ = offset;
}

}  // namespace rill::log
