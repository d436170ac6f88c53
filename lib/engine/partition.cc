#include "rill/partition.h"

#include <utility>

#include "engine/handles.h"
#include "engine/partition_state.h"
#include "engine/topic_name.h"
#include "fmt/format.h"
#include "log/partition_log.h"
#include "rill/error.h"

// A Partition is made with its log open (TopicState::OpenPartition), and the log itself knows when
// it was closed or deleted.
namespace rill {

Partition::Partition(std::shared_ptr<engine::PartitionState> state) : state_(std::move(state)) {}

const std::string& Partition::topic() const { return state_->topic(); }

std::int32_t Partition::index() const { return state_->index(); }

namespace {

absl::Status CheckNotInternal(const Partition& partition) {
  if (!engine::IsInternalTopic(partition.topic())) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidTopic,
                   fmt::format("{} is the engine's own and takes no records from applications",
                               partition.topic()));
}

// What a client may send: a log writes control records itself, and transactions need a coordinator.
absl::Status CheckProduced(const Partition& partition, std::string_view bytes) {
  if (auto status = CheckNotInternal(partition); !status.ok()) return status;
  const auto batch = ParseBatch(bytes);
  if (!batch.ok()) return absl::OkStatus();  // the log says what is wrong with it
  const bool is_whole = batch->record_count() == batch->last_offset_delta() + 1;
  if (!batch->is_control() && !batch->is_transactional() && is_whole) return absl::OkStatus();
  if (!CheckCrc(*batch).ok()) return absl::OkStatus();  // the same: this may not be what was sent
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                   fmt::format("{}-{}: {}", partition.topic(), partition.index(),
                               !is_whole ? "the batch has gaps in its offsets, or no records"
                                         : "control and transactional batches are not taken"));
}

absl::Status CheckAppended(const Partition& partition, std::span<const RecordData> records) {
  if (auto status = CheckNotInternal(partition); !status.ok()) return status;
  if (!records.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                   fmt::format("nothing to append to {}-{}: no record was given", partition.topic(),
                               partition.index()));
}

absl::Status AddTo(BatchBuilder& builder, const Partition& partition,
                   std::span<const RecordData> records, std::int64_t now_ms) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    RecordData record = records[i];
    if (record.timestamp_ms == kNoTimestamp) record.timestamp_ms = now_ms;
    if (auto added = builder.Append(record); !added.ok()) {
      return MakeError(added.code(), GetErrorCode(added),
                       fmt::format("{}-{}: record {} of those given: {}", partition.topic(),
                                   partition.index(), i, std::string(added.message())));
    }
  }
  return absl::OkStatus();
}

absl::Status Refused(engine::PartitionState& state, absl::Status status) {
  state.log()->CountRefusedAppend();
  return status;
}

}  // namespace

absl::StatusOr<AppendResult> Partition::Append(std::span<const RecordData> records) {
  if (auto own = state_->CheckNoChild(); !own.ok()) return own;
  if (auto status = CheckAppended(*this, records); !status.ok()) return Refused(*state_, status);
  if (records.size() == 1) return state_->log()->AppendRecord(records.front());
  BatchBuilder builder;
  if (auto status = AddTo(builder, *this, records, state_->NowMs()); !status.ok()) {
    return Refused(*state_, status);
  }
  const auto batch = builder.Seal();
  if (!batch.ok()) return Refused(*state_, batch.status());
  return state_->log()->Append(*batch, log::BatchOrigin::kBuiltHere);
}

absl::StatusOr<AppendResult> Partition::AppendBatch(std::string_view batch) {
  if (auto own = state_->CheckNoChild(); !own.ok()) return own;
  if (auto status = CheckProduced(*this, batch); !status.ok()) return Refused(*state_, status);
  return state_->log()->Append(batch, log::BatchOrigin::kValidate);
}

absl::StatusOr<Records> Partition::Read(std::int64_t offset, const ReadOptions& options) const {
  if (auto own = state_->CheckNoChild(); !own.ok()) return own;
  return state_->log()->Read(offset, options);
}

absl::Status Partition::WaitFor(std::int64_t offset, absl::Duration timeout) const {
  if (auto own = state_->CheckNoChild(); !own.ok()) return own;
  return state_->log()->WaitFor(offset, timeout);
}

std::int64_t Partition::log_start_offset() const { return state_->log()->log_start_offset(); }

std::int64_t Partition::high_watermark() const { return state_->log()->high_watermark(); }

std::int64_t Partition::log_end_offset() const { return state_->log()->log_end_offset(); }

std::uint64_t Partition::size_bytes() const {
  return state_->CheckNoChild().ok() ? state_->log()->size_bytes() : 0;
}

absl::StatusOr<TimestampedOffset> Partition::OffsetForTime(absl::Time time) const {
  if (auto own = state_->CheckNoChild(); !own.ok()) return own;
  return state_->log()->OffsetForTime(time);
}

absl::StatusOr<std::int64_t> Partition::DeleteRecordsBefore(std::int64_t offset) {
  if (auto own = state_->CheckNoChild(); !own.ok()) return own;
  return state_->log()->DeleteRecordsBefore(offset);
}

PartitionMetrics Partition::Metrics() const {
  return state_->CheckNoChild().ok() ? state_->Metrics() : PartitionMetrics();
}

absl::Status Partition::Flush() {
  if (auto own = state_->CheckNoChild(); !own.ok()) return own;
  return state_->log()->Flush();
}

}  // namespace rill
