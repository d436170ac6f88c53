#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "client/kafka/kafka_consumer.h"
#include "client/kafka/status.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

// The longest that librdkafka is waited for at a time: an automatic commit may be due.
constexpr absl::Duration kLongestWait = absl::Seconds(1);
// The same while a seek is still to be done.
constexpr absl::Duration kSeekWait = absl::Milliseconds(5);

// The words that librdkafka gives an error that it puts in a message's place.
std::string TextOf(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.payload), message.payload == nullptr ? 0 : message.len};
}

absl::Status FatalError(rd_kafka_t* client) {
  std::array<char, 512> text = {};
  const auto error = rd_kafka_fatal_error(client, text.data(), text.size());
  auto status = StatusOf(error, "the consumer cannot go on");
  return MakeError(absl::StatusCode::kFailedPrecondition, GetErrorCode(status),
                   fmt::format("{} ({})", std::string(status.message()), text.data()));
}

}  // namespace

absl::StatusOr<Records> KafkaConsumer::Poll(absl::Duration timeout) {
  if (auto may = CheckMayChange(); !may.ok()) return may;
  const absl::Time deadline = absl::Now() + std::max(timeout, absl::ZeroDuration());
  for (bool first = true;; first = false) {
    if (auto open = CheckOpen(); !open.ok()) return open;
    if (mode_ == Mode::kNothing) {
      return absl::FailedPreconditionError(
          "this consumer has neither a subscription nor an assignment: Subscribe or Assign first");
    }
    if (is_woken_.exchange(false)) return absl::CancelledError("the consumer was woken up");
    if (!first) LookForDeleted();
    if (auto failed = WhileWaiting(); !failed.ok()) return failed;
    const absl::Duration left = deadline - absl::Now();
    if (!first && left <= absl::ZeroDuration()) return Records();
    Gather(std::clamp(left, absl::ZeroDuration(), kLongestWait));
    auto records = Gathered();
    if (!records.ok() || !records->ranges().empty()) return records;
    if (!failure_.ok()) return std::exchange(failure_, absl::OkStatus());
    if (auto trouble = FirstTrouble(); !trouble.ok()) return trouble;
  }
}

// What is due before there is anything to wait for.
absl::Status KafkaConsumer::WhileWaiting() {
  RunAsyncCommits();
  AutoCommitIfDue();
  if (!failure_.ok()) return std::exchange(failure_, absl::OkStatus());
  if (must_assign_) {
    if (auto decided = DecidePositions(assignment()); !decided.ok()) return decided;
    if (auto trouble = FirstTrouble(); !trouble.ok()) return trouble;
    must_assign_ = false;
    Fetch(assignment());
  }
  if (auto moved = ApplySeeks(); !moved.ok()) return moved;
  return FirstTrouble();
}

absl::Status KafkaConsumer::FirstTrouble() const {
  for (const auto& [name, partition] : assigned_) {
    if (!partition.trouble.ok()) return partition.trouble;
  }
  return absl::OkStatus();
}

bool KafkaConsumer::IsFull() const {
  return gathered_records_ >= static_cast<std::size_t>(options_.max_poll_records) ||
         gathered_size_ >= options_.fetch_max_bytes;
}

void KafkaConsumer::Gather(absl::Duration wait) {
  const bool seeks = std::any_of(assigned_.begin(), assigned_.end(),
                                 [](const auto& entry) { return entry.second.must_seek; });
  if (seeks) wait = std::min(wait, kSeekWait);
  // Rounded up, or the last millisecond would be spent in a loop.
  auto wait_ms = static_cast<int>(absl::ToInt64Milliseconds(wait + absl::Microseconds(999)));
  while (!IsFull() && failure_.ok()) {
    const KafkaMessage message(rd_kafka_consumer_poll(client_.get(), wait_ms));
    if (message == nullptr) break;
    Take(*message);
    wait_ms = gathered_.empty() ? wait_ms : 0;
    // Ends of partitions may come for ever while nobody writes.
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && gathered_.empty()) break;
  }
}

void KafkaConsumer::Take(const rd_kafka_message_t& message) {
  Assigned* partition = nullptr;
  if (message.rkt != nullptr) {
    partition = FindAssigned({rd_kafka_topic_name(message.rkt), message.partition});
  }
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR &&
      message.err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    TakeError(message, partition);
    return;
  }
  // Not ours any more, or of where it was before a seek.
  if (partition == nullptr || partition->must_seek) return;
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    TakeRecord(message, *partition);
  } else if (const auto found = gathered_.find(*partition->name); found != gathered_.end()) {
    found->second.MoveTo(message.offset);
  } else {
    partition->position = message.offset;
  }
}

void KafkaConsumer::TakeRecord(const rd_kafka_message_t& message, Assigned& partition) {
  GatheredRecords& records = gathered_.try_emplace(*partition.name, partition.name).first->second;
  const std::size_t size_before = records.size();
  if (auto added = records.Add(message); !added.ok()) {
    failure_ = added;
    // Read again by a later Poll: nothing behind it may be shown before it, and what was gathered
    // before it is still to be shown.
    partition.position = records.record_count() > 0 ? records.next_offset() : message.offset;
    partition.must_seek = true;
    return;
  }
  ++gathered_records_;
  gathered_size_ += records.size() - size_before;
}

void KafkaConsumer::TakeError(const rd_kafka_message_t& message, Assigned* partition) {
  const auto about_partition = [&](const absl::Status& status) {
    if (partition != nullptr && !partition->must_seek) partition->trouble = status;
  };
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__FATAL:
      failure_ = FatalError(client_.get());
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      if (partition == nullptr) return;
      about_partition(MakeError(
          absl::StatusCode::kOutOfRange, ErrorCode::kOffsetOutOfRange,
          fmt::format("{}-{}: there is no offset to go on at, and kNoReset: {}; seek",
                      partition->name->topic, partition->name->partition, TextOf(message))));
      return;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      // A member waits for topics that are not there yet; the group takes away what is deleted.
      if (mode_ == Mode::kSubscribed || message.rkt == nullptr) return;
      for (auto& [name, one] : assigned_) {
        if (name.topic != rd_kafka_topic_name(message.rkt)) continue;
        one.trouble =
            MakeError(absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition,
                      fmt::format("there is no {}-{} any more", name.topic, name.partition));
      }
      return;
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
      // It tries again.
      environment->Say(LogLevel::kWarning, StatusOf(message.err, TextOf(message)).ToString());
      return;
    default:
      failure_ = StatusOf(message.err, TextOf(message));
  }
}

// What was gathered; the positions move behind it.
absl::StatusOr<Records> KafkaConsumer::Gathered() {
  Records records;
  auto gathered = std::exchange(gathered_, {});
  gathered_records_ = 0;
  gathered_size_ = 0;
  absl::Status status;
  for (auto& [name, of_partition] : gathered) {
    Assigned* const partition = FindAssigned(name);
    if (partition == nullptr || of_partition.record_count() == 0) continue;
    if (!partition->must_seek) partition->position = of_partition.next_offset();
    status.Update(of_partition.AddTo(records));
  }
  if (!status.ok()) return status;
  return records;
}

void KafkaConsumer::Wakeup() {
  is_woken_.store(true);
  absl::MutexLock lock(&queue_mutex_);
  // It keeps this for a poll that is about to begin.
  if (queue_ != nullptr) rd_kafka_queue_yield(queue_.get());
}

}  // namespace rill::client
