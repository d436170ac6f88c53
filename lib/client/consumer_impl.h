#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock_reader.h"
#include "base/look_before_sleep.h"
#include "base/sleep_timer.h"
#include "base/wakeup.h"
#include "client/assigned_partitions.h"
#include "client/async_commits.h"
#include "client/consumer_signal.h"
#include "client/membership.h"
#include "client/poll_pace.h"
#include "engine/local_engine.h"
#include "rill/consumer.h"

namespace rill::client {

// InvalidArgument names the option that is out of range, wherever the topics are.
absl::Status CheckConsumerOptions(const ConsumerOptions& options);

// What Commit(records) commits: where each of their partitions goes on. DataLoss: their Check
// fails.
absl::StatusOr<std::map<TopicPartition, OffsetAndMetadata>> EndsOf(const Records& records);

// What is behind rill::Consumer. Not thread-safe, but for Wakeup.
class ConsumerImpl {
 public:
  using Partitions = std::vector<TopicPartition>;
  using Offsets = std::map<TopicPartition, OffsetAndMetadata>;
  using CommitCallback = Consumer::CommitCallback;

  // InvalidArgument for options out of range.
  static absl::StatusOr<std::unique_ptr<ConsumerImpl>> Create(
      std::shared_ptr<engine::LocalEngine> engine, const ConsumerOptions& options);
  ~ConsumerImpl();

  absl::Status Subscribe(const std::vector<std::string>& topics);
  absl::Status SubscribePattern(const std::string& pattern);
  absl::Status Unsubscribe();
  absl::Status Assign(const Partitions& partitions);
  std::vector<std::string> subscription() const;
  Partitions assignment() const { return assigned_.names(); }

  absl::StatusOr<Records> Poll(absl::Duration timeout);
  void Wakeup();

  // consumer_positions.cc
  absl::Status Seek(const TopicPartition& partition, std::int64_t offset);
  using Finder = std::function<absl::StatusOr<std::int64_t>(const AssignedPartition&)>;
  // Moves `partitions`, or all, to where `find` says.
  absl::Status SeekAll(const Partitions& partitions, const Finder& find);
  absl::StatusOr<std::int64_t> Position(const TopicPartition& partition);
  absl::StatusOr<std::int64_t> Lag(const TopicPartition& partition);
  absl::Status SetPaused(const Partitions& partitions, bool paused);
  Partitions paused() const;

  // consumer_commits.cc
  absl::StatusOr<OffsetAndMetadata> Committed(const TopicPartition& partition);
  absl::Status Commit();
  absl::Status Commit(const Records& records);
  absl::Status Commit(const Offsets& offsets);
  void CommitAsync(std::optional<Offsets> offsets, CommitCallback callback);

  // Of the engine.
  bool is_in_child() const { return engine_->is_in_child(); }
  absl::Status WhyInChild() const { return engine_->CheckOpen(); }

  const std::string& member_id() const { return membership_.member_id(); }
  absl::Status Close();

 private:
  enum class Mode { kNothing, kAssigned, kSubscribed };

  ConsumerImpl(std::shared_ptr<engine::LocalEngine> engine, const ConsumerOptions& options,
               std::vector<engine::Assignor> assignors);

  absl::Status CheckOpen() const;
  // CheckOpen, for calls that may not be made from within a listener or a CommitCallback.
  absl::Status CheckMayChange() const;
  absl::Status CheckGroup() const;
  absl::Status BecomeSubscribed(Subscription subscription);
  absl::Status BecomeNothing(bool keep_place);
  absl::StatusOr<Records> PollUntil(base::Deadline deadline);
  absl::StatusOr<Records> LookForRecords();
  bool HasNews() const;
  bool Sleep(base::Deadline deadline, base::SleepTimer& timer);
  Membership::Events MembershipEvents();
  void Tell(const std::function<void(const Partitions&)>& listener, const Partitions& partitions);

  absl::StatusOr<AssignedPartition*> FindAssigned(const TopicPartition& name);
  absl::StatusOr<std::vector<AssignedPartition*>> FindAll(const Partitions& names);
  // Decides where to begin in partitions that have no position yet.
  absl::Status DecidePositions();

  Offsets Positions() const;
  absl::Status Store(const Offsets& offsets);
  using TopicPtr = std::shared_ptr<engine::TopicState>;
  // The topic whose log the offset is one of.
  absl::StatusOr<TopicPtr> CheckCommit(const TopicPartition& partition,
                                       const OffsetAndMetadata& committed);
  void RunAsyncCommits();
  // With auto-commit, stores the positions that changed.
  absl::Status AutoCommit();
  // The same; a failure goes to the log.
  void LastAutoCommit() { NoteAutoCommit(AutoCommit()); }
  void NoteAutoCommit(const absl::Status& status);
  void AutoCommitIfDue();

  const std::shared_ptr<engine::LocalEngine> engine_;
  const ConsumerOptions options_;
  const base::ClockReader clock_;
  const std::shared_ptr<ConsumerSignal> signal_ = std::make_shared<ConsumerSignal>();
  Mode mode_ = Mode::kNothing;
  bool closed_ = false;
  AssignedPartitions assigned_;
  Membership membership_;
  AsyncCommits async_commits_;
  Offsets stored_;  // what this consumer committed last
  std::int64_t next_auto_commit_nanos_ = 0;
  int busy_polls_ = 0;  // in a row that need not sleep
  base::LookBeforeSleep look_;
  PollPace pace_;
  engine::PollCounters polled_;
};

}  // namespace rill::client
