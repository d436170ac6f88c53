#include <limits>
#include <utility>

#include "fmt/format.h"
#include "log/segmented_log.h"
#include "rill/error.h"

namespace rill::log {

// Between creation and Publish or destruction the append lock is held: the room behind the end of
// the log is this record's alone.
class ClaimedRecordBatch final : public ClaimedBatch {
 public:
  ClaimedRecordBatch(SegmentedLog* log, const record::SingleRecordBatch& batch,
                     std::size_t value_size)
      : log_(log), batch_(batch), value_size_(value_size) {}

  ~ClaimedRecordBatch() override {
    if (log_ != nullptr) Unlock();
  }

  absl::Status Begin(const RecordData& record) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    log_->append_mutex_.Lock();
    return log_->BeginRecord(batch_, record, PartitionLog::kReadClock, timestamp_ms_, room_,
                             value_);
  }

  char* value() override { return value_; }
  std::size_t value_size() const override { return value_size_; }

  absl::StatusOr<AppendResult> Publish() override ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (log_ == nullptr) return absl::FailedPreconditionError("this claim was published already");
    SegmentedLog* const log = log_;
    const AppendResult result = log->FinishRecord(batch_, room_, timestamp_ms_);
    const std::int64_t flush_target = log->FlushTarget();
    Unlock();
    auto status = log->Acknowledge(flush_target);
    if (status.ok()) return result;
    log->append_failures_.Add(1);
    return status;
  }

 private:
  void Unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    std::exchange(log_, nullptr)->append_mutex_.Unlock();
  }

  SegmentedLog* log_;  // null once the lock is let go
  const record::SingleRecordBatch batch_;
  const std::size_t value_size_;
  std::int64_t timestamp_ms_ = kNoTimestamp;
  char* room_ = nullptr;
  char* value_ = nullptr;
};

absl::StatusOr<std::unique_ptr<ClaimedBatch>> SegmentedLog::Claim(const RecordData& record,
                                                                  std::size_t value_size) {
  auto claim = TryClaim(record, value_size);
  if (!claim.ok()) append_failures_.Add(1);
  return claim;
}

absl::StatusOr<std::unique_ptr<ClaimedBatch>> SegmentedLog::TryClaim(const RecordData& record,
                                                                     std::size_t value_size) {
  if (value_size > std::numeric_limits<std::int32_t>::max()) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, ErrorCode::kMessageTooLarge,
        fmt::format("{}: a value of {} bytes is more than a batch can hold", name_, value_size));
  }
  const record::SingleRecordBatch batch(record, static_cast<std::int64_t>(value_size));
  auto claim = std::make_unique<ClaimedRecordBatch>(this, batch, value_size);
  if (auto status = claim->Begin(record); !status.ok()) return status;
  return claim;
}

}  // namespace rill::log
