#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/bytes.h"
#include "fmt/format.h"
#include "log/append_probe.h"
#include "log/batch_policy.h"
#include "log/buffer_cap.h"
#include "log/segment_name.h"
#include "log/segmented_log.h"
#include "record/layout.h"
#include "record/rewrite.h"
#include "rill/error.h"

namespace rill::log {
namespace {

// A segment that was filled within this has the next one made ahead.
constexpr std::int64_t kSoonFilledMs = std::int64_t{60} * 1000;
constexpr std::int64_t kBetweenWarningsMs = std::int64_t{60} * 1000;
// Snapshots that wait for the maintenance, where it does not come; the oldest is of least use.
constexpr std::size_t kMostOwedSnapshots = 16;

}  // namespace

absl::Status SegmentedLog::Named(const absl::Status& status) const {
  return MakeError(status.code(), GetErrorCode(status),
                   fmt::format("{}: {}", name_, std::string(status.message())));
}

namespace {

absl::Status TooLarge(std::size_t size, std::int64_t most) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, ErrorCode::kMessageTooLarge,
      fmt::format("a batch of {} bytes passes max.message.bytes={}; send smaller batches or raise "
                  "the topic's limit",
                  size, most));
}

// In the cap's name. What is too much for it would be so the next time, too, unlike what the system
// had no memory for.
absl::Status Refused(const BufferCap& cap, const absl::Status& why) {
  if (GetErrorCode(why) != ErrorCode::kMessageTooLarge) return why;
  const absl::Status named = cap.Named(why);
  return MakeError(named.code(), ErrorCode::kMessageTooLarge, std::string(named.message()));
}

}  // namespace

// What can be known of a batch before its turn comes. `converted` holds what compression.type made
// of it.
absl::StatusOr<BatchView> SegmentedLog::CheckBatch(std::string_view bytes, BatchOrigin origin,
                                                   std::string& converted) const {
  auto batch = ParseBatch(bytes);
  if (!batch.ok()) return UnsoundBatch(bytes, batch.status());
  if (batch->size() != bytes.size()) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                     fmt::format("{} bytes follow the batch; append one batch at a time",
                                 bytes.size() - batch->size()));
  }
  const bool inspects = inspects_batches_.load(std::memory_order_relaxed);
  if (origin == BatchOrigin::kBuiltHere && !inspects) return batch;
  const auto policy = config();
  // As it came, whatever compression.type makes of it, and before much memory is had for it.
  const std::int64_t most = policy->max_message_bytes;
  if (batch->size() > static_cast<std::size_t>(most)) return TooLarge(batch->size(), most);
  const auto cap = BufferCap::Whole(*environment_.buffers);
  if (origin == BatchOrigin::kValidate) {
    record::Codec codec;
    base::Buffer scratch;
    const auto has_youngest = record::ValidateWithYoungest(*batch, codec, scratch, cap.bytes());
    if (!has_youngest.ok()) {
      // Nothing is put there that could not be had whole.
      const bool has_records = batch->compression() == Compression::kNone || scratch.size() > 0;
      return Refused(cap, UnsoundRecords(*batch, has_records, has_youngest.status()));
    }
    if (policy->message_timestamp_type == TimestampType::kCreateTime &&
        (!*has_youngest || batch->timestamp_type() != TimestampType::kCreateTime)) {
      batch = WithOwnTimestamps(*batch, cap.bytes(), converted);
      if (!batch.ok()) return Refused(cap, batch.status());
    }
  }
  if (!inspects) return batch;
  auto status = CheckRecords(*batch, *policy, NowMs(), cap.bytes());
  if (!status.ok()) return Refused(cap, status);
  auto rewritten = ApplyCompression(*batch, *policy, cap.bytes(), converted);
  if (!rewritten.ok()) return Refused(cap, rewritten.status());
  return *rewritten;
}

absl::StatusOr<AppendResult> SegmentedLog::Append(std::string_view bytes, BatchOrigin origin,
                                                  bool& is_stored) {
  is_stored = false;
  AppendProbe probe(*this);
  std::string converted;
  const auto batch = CheckBatch(bytes, origin, converted);
  if (!batch.ok()) return Named(batch.status());
  std::int64_t flush_target = -1;
  absl::StatusOr<AppendResult> result;
  {
    base::MutexLock lock(&append_mutex_);
    result = AppendSealed(*batch, flush_target, is_stored);
  }
  if (!result.ok()) {
    WarnOf(result.status());
    return result;
  }
  if (auto status = Acknowledge(flush_target); !status.ok()) return status;
  probe.Acknowledged();
  return result;
}

// Whoever appends is told each time; who watches the log, now and then.
void SegmentedLog::WarnOf(const absl::Status& refused) {
  if (!absl::IsResourceExhausted(refused)) return;
  const std::int64_t now_ms = NowMs();
  std::int64_t last_ms = refusal_told_ms_.load();
  if (last_ms > now_ms - kBetweenWarningsMs && last_ms <= now_ms) return;
  if (!refusal_told_ms_.compare_exchange_strong(last_ms, now_ms)) return;
  Say(LogLevel::kWarning, fmt::format("nothing is appended: {}", std::string(refused.message())));
}

absl::StatusOr<AppendResult> SegmentedLog::AppendSealed(BatchView batch, std::int64_t& flush_target,
                                                        bool& is_stored) {
  if (auto status = BecomeWritable(); !status.ok()) return status;
  if (auto status = CheckSize(batch.size()); !status.ok()) return status;
  if (batch.has_producer_id()) {
    auto repeated = producers_.Check(batch);
    if (!repeated.ok()) return repeated.status();
    if (repeated->has_value()) {
      // Its first append may have failed in the flush before which nobody was to see it.
      if (config_->flush_messages > 1) ShowHighWatermark(log_end_offset());
      flush_target = FlushTarget();
      is_stored = true;
      return AppendResult{(*repeated)->first_offset, (*repeated)->last_offset, kNoTimestamp};
    }
  }
  const bool stamps = config_->message_timestamp_type == TimestampType::kLogAppendTime;
  const std::int64_t now_ms = NowMs();
  if (!stamps) {
    auto status = CheckYoungest(batch.max_timestamp_ms(), *config_, now_ms);
    if (!status.ok()) return Named(status);
  }
  const Incoming incoming{stamps ? now_ms : batch.max_timestamp_ms(),
                          static_cast<std::uint32_t>(batch.size()), batch.last_offset_delta()};
  auto room = Room(incoming);
  if (!room.ok()) return room.status();

  const AppendResult result{log_end_offset(), log_end_offset() + batch.last_offset_delta(),
                            stamps ? now_ms : kNoTimestamp};
  std::memcpy(*room + kLogOverhead, batch.data() + kLogOverhead, batch.size() - kLogOverhead);
  base::StoreBigEndian(*room + record::kPartitionLeaderEpochAt, leader_epoch());
  if (stamps) record::StampLogAppendTime(*room, batch.size(), now_ms);
  Publish(incoming, result.last_offset);
  is_stored = true;
  if (batch.has_producer_id()) {
    // The batch is in the log with its offsets: the room it stands in now shows them.
    if (auto ended = producers_.Update(BatchView(*room)); !ended.ok()) return ended.status();
  }
  flush_target = FlushTarget();
  return result;
}

absl::StatusOr<AppendResult> SegmentedLog::AppendRecord(const RecordData& record,
                                                        std::int64_t now_ms) {
  AppendProbe probe(*this);
  const std::int64_t value_size =
      IsNull(record.value) ? -1 : static_cast<std::int64_t>(record.value.size());
  const record::SingleRecordBatch batch(record, value_size);
  std::int64_t flush_target = -1;
  AppendResult result;
  {
    base::MutexLock lock(&append_mutex_);
    std::int64_t timestamp_ms = 0;
    char* room = nullptr;
    char* value = nullptr;
    auto status = BeginRecord(batch, record, now_ms, timestamp_ms, room, value);
    if (!status.ok()) return status;
    if (!record.value.empty()) std::memcpy(value, record.value.data(), record.value.size());
    result = FinishRecord(batch, room, timestamp_ms);
    flush_target = FlushTarget();
  }
  if (auto status = Acknowledge(flush_target); !status.ok()) return status;
  probe.Acknowledged();
  return result;
}

absl::Status SegmentedLog::BeginRecord(const record::SingleRecordBatch& batch,
                                       const RecordData& record, std::int64_t now_ms,
                                       std::int64_t& timestamp_ms, char*& room, char*& value) {
  if (auto status = BecomeWritable(); !status.ok()) return status;
  writer_->Prefetch();
  if (auto status = CheckSize(batch.size()); !status.ok()) return status;
  if (auto status = CheckShape(record, *config_); !status.ok()) return Named(status);
  const bool stamps = config_->message_timestamp_type == TimestampType::kLogAppendTime;
  // The log's own stamps follow the order of appends: they are taken under the lock.
  if (stamps || now_ms == kReadClock) now_ms = NowMs();
  timestamp_ms = stamps || record.timestamp_ms == kNoTimestamp ? now_ms : record.timestamp_ms;
  if (timestamp_ms != now_ms) {
    auto status = CheckTimestamp(timestamp_ms, *config_, now_ms);
    if (!status.ok()) return Named(status);
  }
  auto place = Room({timestamp_ms, static_cast<std::uint32_t>(batch.size()), 0});
  if (!place.ok()) return place.status();
  room = *place;
  value = batch.Write(room, leader_epoch(), config_->message_timestamp_type, timestamp_ms);
  return absl::OkStatus();
}

AppendResult SegmentedLog::FinishRecord(const record::SingleRecordBatch& batch, char* room,
                                        std::int64_t timestamp_ms) {
  batch.SealAt(room);
  const std::int64_t offset = log_end_offset();
  Publish({timestamp_ms, static_cast<std::uint32_t>(batch.size()), 0}, offset);
  const bool stamps = config_->message_timestamp_type == TimestampType::kLogAppendTime;
  return {offset, offset, stamps ? timestamp_ms : kNoTimestamp};
}

absl::Status SegmentedLog::CheckSize(std::size_t size) const {
  if (size > static_cast<std::size_t>(config_->max_message_bytes)) {
    return Named(TooLarge(size, config_->max_message_bytes));
  }
  if (size > static_cast<std::size_t>(config_->segment_bytes)) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kRecordListTooLarge,
                     fmt::format("{}: a batch of {} bytes passes segment.bytes={}", name_, size,
                                 config_->segment_bytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<char*> SegmentedLog::Room(Incoming batch) {
  if (RollIsDue(batch)) {
    if (auto status = Roll(RollFor::kAppend); !status.ok()) return status;
  }
  if (batch.size > writer_->limit()) [[unlikely]] {
    if (auto status = Enlarge(); !status.ok()) return status;
  }
  auto room = writer_->Room(batch.size);
  if (room.ok()) [[likely]]
    return room;
  if (next_segment_ != nullptr) {
    next_segment_ = nullptr;  // what it has reserved may be what is missing here
    room = writer_->Room(batch.size);
  }
  if (!writer_->is_replaced()) return room;
  return FailWriting(Replaced(writer_->segment()->log_path()));
}

// The last segment is empty, and was opened when segment.bytes was smaller.
absl::Status SegmentedLog::Enlarge() {
  const auto segment = writer_->segment();
  const std::uint32_t former_limit = writer_->limit();
  if (auto own = writer_->CheckInPlace(); !own.ok()) {
    return writer_->is_replaced() ? FailWriting(Replaced(segment->log_path())) : own;
  }
  writer_->Release();
  writer_ = nullptr;  // and its mapping with it
  auto status = OpenEmptyWriter(segment, static_cast<std::uint32_t>(config_->segment_bytes));
  if (status.ok()) return status;
  // As it was: what was refused now may be had later.
  if (auto back = OpenEmptyWriter(segment, former_limit); !back.ok()) {
    state_ = MakeError(back.code(), GetErrorCode(back),
                       fmt::format("{} takes no more appends, for its segment could not be opened "
                                   "again ({}); close the engine and open it again",
                                   name_, back.ToString()));
    return state_;
  }
  return status;
}

absl::Status SegmentedLog::OpenEmptyWriter(const std::shared_ptr<Segment>& segment,
                                           std::uint32_t limit) {
  auto index = std::make_shared<GrowingIndex>();
  return OpenWriter(segment, log_end_offset(), index,
                    IndexBuilder(index.get(), segment->base_offset()), limit);
}

// In the file that was made ahead, where there is one: files that are made, grown and mapped here
// make the append wait for the disk.
absl::Status SegmentedLog::BeginSegment(const std::shared_ptr<Segment>& segment) {
  const auto limit = static_cast<std::uint32_t>(config_->segment_bytes);
  const auto next = std::exchange(next_segment_, nullptr);
  if (next != nullptr && next->limit() == limit) {
    auto index = std::make_shared<GrowingIndex>();
    const IndexBuilder builder(index.get(), segment->base_offset());
    auto writer = SegmentWriter::Begin(environment_.files, segment, *next, index, builder);
    if (writer.ok()) {
      Use(*std::move(writer));
      return absl::OkStatus();
    }
  }
  if (auto status = OpenEmptyWriter(segment, limit); !status.ok()) return status;
  return writer_->Room(0).status();
}

// Kafka's rule (LogSegment.shouldRoll): by size, by the time between the segment's first batch and
// this one (by the clock when batches carry no time), and when an index is full.
bool SegmentedLog::RollIsDue(Incoming batch) const {
  const std::uint64_t position = writer_->position();
  if (position == 0) return false;
  const std::uint64_t limit =
      std::min<std::uint64_t>(writer_->limit(), static_cast<std::uint64_t>(config_->segment_bytes));
  if (position + batch.size > limit) return true;
  const std::int64_t waited = first_timestamp_ms_ >= 0 && batch.max_timestamp_ms >= 0
                                  ? batch.max_timestamp_ms - first_timestamp_ms_
                                  : NowMs() - segment_created_ms_;
  if (waited > config_->max_segment_ms() - segment_jitter_ms_) return true;
  const std::int64_t relative = log_end_offset() - writer_->segment()->base_offset();
  return relative + batch.last_offset_delta > std::numeric_limits<std::int32_t>::max() ||
         writer_->IndexIsFull(config_->segment_index_bytes);
}

absl::Status SegmentedLog::Roll(RollFor purpose) {
  const std::int64_t began_nanos = clock_.TickNanos();
  const std::int64_t base_offset = log_end_offset();
  auto segment = std::make_shared<Segment>(environment_.files, SegmentStem(directory_, base_offset),
                                           base_offset, 0);
  auto rolled = std::move(writer_);
  auto status = BeginSegment(segment);
  // Where the old segment goes, there will be room.
  const bool room_will_come = purpose == RollFor::kDeletion && writer_ != nullptr;
  if (!status.ok() && !(room_will_come && absl::IsResourceExhausted(status))) {
    // A segment that is not there must not be found by the next open.
    environment_.files->Remove(segment->log_path()).IgnoreError();
    writer_ = std::move(rolled);
    return status;
  }
  rolled->FinishIndex();
  segments_.Add(segment);
  rolled_.push_back(std::move(rolled));
  unsealed_.store(rolled_.size());
  if (environment_.request_maintenance) environment_.request_maintenance();
  producers_.AdvanceTo(base_offset);
  owed_snapshots_.push_back({base_offset, producers_.FormatSnapshot()});
  if (owed_snapshots_.size() > kMostOwedSnapshots) owed_snapshots_.erase(owed_snapshots_.begin());
  const std::int64_t now_ms = NowMs();
  wants_next_segment_ =
      purpose == RollFor::kAppend && now_ms - segment_created_ms_ <= kSoonFilledMs;
  segment_created_ms_ = now_ms;
  first_timestamp_ms_ = kNoTimestamp;
  metrics_->roll_latency.Record(clock_.TickNanos() - began_nanos);
  return absl::OkStatus();
}

void SegmentedLog::Publish(Incoming batch, std::int64_t last_offset) {
  if (first_timestamp_ms_ < 0) first_timestamp_ms_ = batch.max_timestamp_ms;
  writer_->Publish(batch.size, log_end_offset(), last_offset, batch.max_timestamp_ms,
                   config_->index_interval_bytes);
  appended_.records.Add(static_cast<std::uint64_t>(last_offset - log_end_offset() + 1));
  appended_.batches.Add(1);
  appended_.bytes.Add(batch.size);
  log_end_offset_.store(last_offset + 1, std::memory_order_release);
  if (config_->flush_messages > 1) ShowHighWatermark(last_offset + 1);
}

// `offset` is the log end, which the high watermark never passes: whatever it was, it rises.
//
// Sequentially consistent, as is the look at the waiters that follows: either a waiter that is
// about to sleep sees the new high watermark, or the appender sees the waiter. Other processes see
// it first, so that this store stands between the one there and the look at whether they sleep.
// They are woken when the lock is let go.
void SegmentedLog::ShowHighWatermark(std::int64_t offset) {
  if (publisher_ != nullptr) publisher_->Publish(offset);
  high_watermark_.store(offset);
  if (publisher_ != nullptr && publisher_->HasSleeper()) must_wake_others_.store(true);
}

void SegmentedLog::WithPublisher(const std::function<void(EndPublisher&)>& tell) {
  base::MutexLock lock(&publisher_mutex_);
  if (publisher_ != nullptr) tell(*publisher_);
}

void SegmentedLog::PublishTo(std::shared_ptr<EndPublisher> publisher) {
  base::MutexLock append(&append_mutex_);
  base::MutexLock lock(&publisher_mutex_);
  publisher_.swap(publisher);
  if (publisher_ != nullptr && name_changes_ > 0) publisher_->BeginReplacement();
}

// A log that wakes may get a file of its own while a cleaning puts others in place.
void SegmentedLog::BeginNameChange() {
  base::MutexLock lock(&publisher_mutex_);
  if (name_changes_++ == 0 && publisher_ != nullptr) publisher_->BeginReplacement();
}

void SegmentedLog::EndNameChange() {
  base::MutexLock lock(&publisher_mutex_);
  if (--name_changes_ == 0 && publisher_ != nullptr) publisher_->EndReplacement();
}

std::int64_t SegmentedLog::FlushTarget() const {
  if (config_->flush_messages == INT64_MAX) return -1;
  const std::int64_t end = log_end_offset();
  return end - recovery_point() >= config_->flush_messages ? end : -1;
}

absl::Status SegmentedLog::Acknowledge(std::int64_t flush_target) {
  if (flush_target >= 0) {
    const std::int64_t began_nanos = clock_.TickNanos();
    const auto status = FlushUpTo(flush_target);
    metrics_->durable_wait.Record(clock_.TickNanos() - began_nanos);
    if (absl::IsNotFound(status) && !IsSound()) return WhyClosed();  // its folder went with it
    if (!status.ok()) return status;
  }
  data_.Notify();
  if (observer_count_.load() != 0) NotifyObservers();
  // Whoever takes this away wakes for all.
  if (must_wake_others_.load(std::memory_order_relaxed) && must_wake_others_.exchange(false)) {
    WithPublisher([](EndPublisher& publisher) { publisher.Wake(); });
  }
  if (unsealed_.load(std::memory_order_relaxed) > kMostUnsealed) [[unlikely]]
    HelpSealing();
  return absl::OkStatus();
}

}  // namespace rill::log
