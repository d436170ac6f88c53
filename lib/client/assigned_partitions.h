#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/consumer_signal.h"
#include "engine/local_engine.h"
#include "engine/topic_state.h"
#include "log/partition_log.h"
#include "rill/consumer.h"
#include "rill/records.h"

namespace rill::client {

// A partition that a consumer reads, and how far it is.
struct AssignedPartition {
  TopicPartition name;
  std::shared_ptr<engine::TopicState> topic;
  std::shared_ptr<log::PartitionLog> log;
  std::optional<std::int64_t> position = {};  // of the next record; empty: not decided yet
  bool is_paused = false;
  std::shared_ptr<void> watch = {};  // while the log wakes the consumer
};

// The partitions that a consumer has, in order of name. Not thread-safe.
class AssignedPartitions {
 public:
  AssignedPartitions(std::shared_ptr<engine::LocalEngine> engine,
                     std::shared_ptr<ConsumerSignal> signal)
      : engine_(std::move(engine)), signal_(std::move(signal)) {}

  // From now on these; those that were there before keep where they stand. NotFound
  // (UNKNOWN_TOPIC_OR_PARTITION), or why a log cannot be opened; then nothing has changed.
  absl::Status Set(const std::vector<TopicPartition>& partitions);
  // The same, but those whose logs cannot be opened are left out, and not held against the others:
  // `left_out` has them. Returns why the first of them cannot.
  absl::Status SetWhatOpens(const std::vector<TopicPartition>& partitions,
                            std::vector<TopicPartition>& left_out);
  // Has what `other` has, in place of what it had.
  void Replace(AssignedPartitions&& other) {
    partitions_ = std::move(other.partitions_);
    deleted_is_error_ = other.deleted_is_error_;
  }
  void Clear() { partitions_.clear(); }

  AssignedPartition* Find(const TopicPartition& name);
  std::vector<AssignedPartition>& all() { return partitions_; }
  const std::vector<AssignedPartition>& all() const { return partitions_; }
  std::vector<TopicPartition> names() const;

  // Reads from the positions on, from each partition in turn, and moves the positions. Begins with
  // the partition after the last that gave something the time before, so that none waits for the
  // others for long. Nothing is empty Records. An offset out of range is put right by `reset`.
  absl::StatusOr<Records> Read(const ConsumerOptions& options);

  // Decides where to begin by `reset`. OutOfRange (OFFSET_OUT_OF_RANGE) with kNone.
  static absl::Status Reset(AssignedPartition& partition, OffsetReset reset);

  // Whether Read fails over partitions of topics that were deleted, or passes over them: a group
  // takes them away in its own time.
  void set_deleted_is_error(bool is_error) { deleted_is_error_ = is_error; }

  // Makes all logs wake the consumer, until Unwatch.
  void Watch();
  void Unwatch();
  // Whether Read would find something: records, or an error.
  bool HasNews() const;

 private:
  bool HasNews(const AssignedPartition& partition) const;
  absl::StatusOr<AssignedPartition> Open(const TopicPartition& name) const;
  // Opens those of `names`, in order and each once, that are new.
  struct Opened {
    std::vector<AssignedPartition> added;
    std::vector<TopicPartition> kept;
    std::vector<TopicPartition> failed;
    absl::Status first_failure;
  };
  Opened OpenAll(const std::vector<TopicPartition>& names);
  void Adopt(Opened opened);
  absl::Status ReadOne(AssignedPartition& partition, const ReadOptions& limits, OffsetReset reset,
                       Records& records);

  const std::shared_ptr<engine::LocalEngine> engine_;
  const std::shared_ptr<ConsumerSignal> signal_;
  std::vector<AssignedPartition> partitions_;
  std::size_t next_ = 0;  // where Read begins
  bool watching_ = false;
  bool deleted_is_error_ = true;
};

}  // namespace rill::client
