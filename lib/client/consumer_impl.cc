#include "client/consumer_impl.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "base/kafka_bytes.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::client {
namespace {

// How long a subscribed consumer sleeps at most before it looks whether topics came or went, of
// which nobody tells it.
constexpr absl::Duration kTopicCheckInterval = absl::Milliseconds(250);
// After so many polls that found records at once, the logs need not wake the consumer: that costs
// those who append.
constexpr int kBusyPollsToUnwatch = 64;

absl::Status InvalidOption(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig, message);
}

// As they are written into requests and __consumer_offsets.
constexpr std::size_t kMaxString = base::KafkaWriter::kMaxString;
// A member id is a client id or an instance id, a hyphen and a UUID in text.
constexpr std::size_t kMaxInMemberId = kMaxString - 1 - 36;

absl::Status CheckLength(const char* option, const std::string& value, std::size_t limit,
                         ErrorCode code) {
  if (value.size() <= limit) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kInvalidArgument, code,
      fmt::format("ConsumerOptions::{} has {} bytes; it may have {}", option, value.size(), limit));
}

absl::Status CheckNames(const ConsumerOptions& options) {
  absl::Status first = CheckLength("group", options.group, kMaxString, ErrorCode::kInvalidGroupId);
  first.Update(CheckLength("group_instance_id", options.group_instance_id, kMaxInMemberId,
                           ErrorCode::kInvalidConfig));
  first.Update(
      CheckLength("client_id", options.client_id, kMaxInMemberId, ErrorCode::kInvalidConfig));
  return first;
}

absl::StatusOr<std::vector<engine::Assignor>> FindAssignors(const std::vector<std::string>& names) {
  if (names.empty()) {
    return InvalidOption("ConsumerOptions::partition_assignment_strategy names no assignor");
  }
  std::vector<engine::Assignor> assignors;
  for (const std::string& name : names) {
    const auto assignor = engine::FindAssignor(name);
    if (!assignor.has_value()) {
      return InvalidOption(
          fmt::format("ConsumerOptions::partition_assignment_strategy: there is no assignor "
                      "\"{}\"; those are range, roundrobin, sticky and cooperative-sticky",
                      name));
    }
    if (std::find(assignors.begin(), assignors.end(), *assignor) == assignors.end()) {
      assignors.push_back(*assignor);
    }
  }
  return assignors;
}

}  // namespace

absl::Status CheckConsumerOptions(const ConsumerOptions& options) {
  if (options.max_poll_records < 1) {
    return InvalidOption(fmt::format("ConsumerOptions::max_poll_records={} must be at least 1",
                                     options.max_poll_records));
  }
  if (options.fetch_max_bytes == 0 || options.max_partition_fetch_bytes == 0) {
    return InvalidOption(
        "ConsumerOptions::fetch_max_bytes and max_partition_fetch_bytes must be at least 1");
  }
  if (options.auto_commit_interval < absl::ZeroDuration()) {
    return InvalidOption("ConsumerOptions::auto_commit_interval must not be negative");
  }
  if (options.reset < OffsetReset::kLatest || options.reset > OffsetReset::kNone) {
    return InvalidOption("ConsumerOptions::reset must be kLatest, kEarliest or kNoReset");
  }
  if (options.max_poll_interval <= absl::ZeroDuration()) {
    return InvalidOption("ConsumerOptions::max_poll_interval must be positive");
  }
  if (options.group.empty() && (options.enable_auto_commit || !options.group_instance_id.empty())) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidGroupId,
                     "enable_auto_commit and group_instance_id need a ConsumerOptions::group");
  }
  return CheckNames(options);
}

absl::StatusOr<std::unique_ptr<ConsumerImpl>> ConsumerImpl::Create(
    std::shared_ptr<engine::LocalEngine> engine, const ConsumerOptions& options) {
  if (auto status = CheckConsumerOptions(options); !status.ok()) return status;
  if (options.isolation_level == IsolationLevel::kReadCommitted) {
    return absl::UnimplementedError(
        "ConsumerOptions::isolation_level=kReadCommitted: transactions are not there yet, and "
        "records of those that Kafka aborted could not be left out");
  }
  if (!options.configs.empty()) {
    return InvalidOption(fmt::format(
        "ConsumerOptions::configs: \"{}\" is for consumers over a cluster (\"kafka://...\")",
        options.configs.begin()->first));
  }
  auto assignors = FindAssignors(options.partition_assignment_strategy);
  if (!assignors.ok()) return assignors.status();
  if (auto status = engine->CheckOpen(); !status.ok()) return status;
  // A group is kept by the process that writes the folder.
  const auto may = engine->CheckMayWrite();
  if (!options.group.empty() && !may.ok()) return may;
  return std::unique_ptr<ConsumerImpl>(
      new ConsumerImpl(std::move(engine), options, *std::move(assignors)));
}

ConsumerImpl::ConsumerImpl(std::shared_ptr<engine::LocalEngine> engine,
                           const ConsumerOptions& options, std::vector<engine::Assignor> assignors)
    : engine_(std::move(engine)),
      options_(options),
      clock_(engine_->clock()),
      assigned_(engine_, signal_),
      membership_(engine_, signal_, options_, std::move(assignors), MembershipEvents()) {
  engine_->client_metrics().consumers.Add(&polled_);
}

ConsumerImpl::~ConsumerImpl() {
  Close().IgnoreError();
  engine_->client_metrics().consumers.Remove(&polled_);
}

absl::Status ConsumerImpl::CheckOpen() const {
  if (closed_) return absl::FailedPreconditionError("this consumer is closed");
  return engine_->CheckOpen();
}

absl::Status ConsumerImpl::CheckGroup() const {
  if (!options_.group.empty()) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, ErrorCode::kInvalidGroupId,
      "this consumer has no ConsumerOptions::group to be a member of or to commit for");
}

absl::Status ConsumerImpl::Subscribe(const std::vector<std::string>& topics) {
  return BecomeSubscribed(Subscription(topics));
}

absl::Status ConsumerImpl::SubscribePattern(const std::string& pattern) {
  auto subscription = Subscription::Matching(pattern);
  if (!subscription.ok()) return subscription.status();
  return BecomeSubscribed(*std::move(subscription));
}

absl::Status ConsumerImpl::CheckMayChange() const {
  auto may = async_commits_.CheckNotInCallback();
  return may.ok() ? CheckOpen() : may;
}

absl::Status ConsumerImpl::BecomeSubscribed(Subscription subscription) {
  if (auto status = CheckMayChange(); !status.ok()) return status;
  if (auto status = CheckGroup(); !status.ok()) return status;
  if (mode_ == Mode::kAssigned) NoteAutoCommit(BecomeNothing(false));
  mode_ = Mode::kSubscribed;
  assigned_.set_deleted_is_error(false);
  membership_.Subscribe(std::move(subscription));
  return absl::OkStatus();
}

// Leaves whatever the consumer had, after the last commits, whose failure it returns.
absl::Status ConsumerImpl::BecomeNothing(bool keep_place) {
  RunAsyncCommits();
  auto status = AutoCommit();
  membership_.Leave(keep_place);
  assigned_.Clear();
  assigned_.Unwatch();
  stored_.clear();
  mode_ = Mode::kNothing;
  return status;
}

absl::Status ConsumerImpl::Unsubscribe() {
  if (auto status = CheckMayChange(); !status.ok()) return status;
  return BecomeNothing(false);
}

absl::Status ConsumerImpl::Assign(const Partitions& partitions) {
  if (auto status = CheckMayChange(); !status.ok()) return status;
  engine_->LookOutside();
  if (mode_ == Mode::kSubscribed) {
    // Opened before the membership is left, which a wrong name must not cost.
    AssignedPartitions opened(engine_, signal_);
    if (auto status = opened.Set(partitions); !status.ok()) return status;
    NoteAutoCommit(BecomeNothing(false));
    assigned_.Replace(std::move(opened));
  } else {
    LastAutoCommit();
    assigned_.set_deleted_is_error(true);
    if (auto status = assigned_.Set(partitions); !status.ok()) return status;
  }
  stored_.clear();
  mode_ = partitions.empty() ? Mode::kNothing : Mode::kAssigned;
  return absl::OkStatus();
}

std::vector<std::string> ConsumerImpl::subscription() const {
  if (mode_ != Mode::kSubscribed) return {};
  return membership_.subscription().Topics(*engine_);
}

void ConsumerImpl::Tell(const std::function<void(const Partitions&)>& listener,
                        const Partitions& partitions) {
  if (!listener || partitions.empty()) return;
  async_commits_.CallBack([&] { listener(partitions); });
}

Membership::Events ConsumerImpl::MembershipEvents() {
  const auto keep_only = [this](const Partitions& gone) {
    Partitions kept = assigned_.names();
    std::erase_if(kept, [&](const TopicPartition& name) {
      return std::find(gone.begin(), gone.end(), name) != gone.end();
    });
    assigned_.Set(kept).IgnoreError();  // opens nothing, so cannot fail
    for (const TopicPartition& name : gone) stored_.erase(name);
  };
  return {
      .on_revoked =
          [this, keep_only](const Partitions& revoked) {
            RunAsyncCommits();
            LastAutoCommit();
            Tell(options_.rebalance_listener.on_revoked, revoked);
            // What the listener asked for, while these partitions are still the member's.
            RunAsyncCommits();
            keep_only(revoked);
          },
      .on_lost =
          [this, keep_only](const Partitions& lost) {
            const RebalanceListener& listener = options_.rebalance_listener;
            keep_only(lost);
            Tell(listener.on_lost ? listener.on_lost : listener.on_revoked, lost);
          },
      .on_assigned =
          [this](const Partitions& all, Partitions& untaken) {
            const Partitions wanted = std::exchange(untaken, {});
            auto status = assigned_.SetWhatOpens(all, untaken);
            Partitions added = wanted;
            std::erase_if(added, [&](const TopicPartition& name) {
              return std::binary_search(untaken.begin(), untaken.end(), name);
            });
            Tell(options_.rebalance_listener.on_assigned, added);
            return status;
          },
  };
}

absl::StatusOr<Records> ConsumerImpl::Poll(absl::Duration timeout) {
  if (auto status = CheckMayChange(); !status.ok()) return status;
  // Who polls all the time reads no clock.
  const bool may_sleep = timeout > absl::ZeroDuration();
  auto records = PollUntil(may_sleep ? base::DeadlineAfter(timeout) : base::Deadline::min());
  polled_.polls.Add(1);
  if (records.ok() && records->empty()) polled_.empty_polls.Add(1);
  return records;
}

absl::StatusOr<Records> ConsumerImpl::PollUntil(base::Deadline deadline) {
  base::SleepTimer timer(engine_->log_metrics().read_wait, clock_);
  const bool may_sleep = deadline != base::Deadline::min();
  if (may_sleep) pace_.Keep();
  for (bool at_once = true;; at_once = false) {
    if (auto status = CheckOpen(); !status.ok()) return status;
    if (mode_ == Mode::kNothing) {
      return absl::FailedPreconditionError(
          "this consumer has neither a subscription nor an assignment: Subscribe or Assign first");
    }
    if (signal_->woken_by_user.exchange(false)) {
      return absl::CancelledError("the consumer was woken up");
    }
    auto records = LookForRecords();
    if (!records.ok() || !records->empty()) {
      if (may_sleep && records.ok()) pace_.Found(at_once, records->stored_bytes());
      if (busy_polls_ < kBusyPollsToUnwatch && ++busy_polls_ == kBusyPollsToUnwatch) {
        assigned_.Unwatch();
      }
      return records;
    }
    if (!may_sleep || !Sleep(deadline, timer)) return Records();
  }
}

absl::StatusOr<Records> ConsumerImpl::LookForRecords() {
  engine_->LookOutside();
  RunAsyncCommits();
  AutoCommitIfDue();
  if (mode_ == Mode::kSubscribed) {
    if (auto status = membership_.Advance(); !status.ok()) return status;
  }
  if (auto status = DecidePositions(); !status.ok()) return status;
  return assigned_.Read(options_);
}

void ConsumerImpl::Wakeup() {
  signal_->Wake();
  if (engine_->watch() != nullptr) engine_->watch()->Wake();
}

bool ConsumerImpl::HasNews() const {
  return signal_->woken_by_user.load() || engine_->closed() || assigned_.HasNews() ||
         (mode_ == Mode::kSubscribed && membership_.HasNews());
}

// False when `deadline` has passed and there was nothing.
bool ConsumerImpl::Sleep(base::Deadline deadline, base::SleepTimer& timer) {
  if (base::HasPassed(deadline)) return false;
  if (engine_->watch() != nullptr) {
    if (HasNews()) return true;
    timer.FallAsleep();
    return engine_->watch()->Wait([this] { return HasNews(); }, deadline);
  }
  if (look_.For([this] { return HasNews(); }, deadline)) return true;
  busy_polls_ = 0;
  assigned_.Watch();
  const auto ticket = signal_->wakeup.Prepare();
  if (HasNews()) return true;
  // Subscribed, it also has to show that it lives, well within max_poll_interval.
  const absl::Duration longest = mode_ == Mode::kSubscribed
                                     ? std::min(kTopicCheckInterval, options_.max_poll_interval / 3)
                                     : absl::InfiniteDuration();
  const base::Deadline until = std::min(deadline, base::DeadlineAfter(longest));
  timer.FallAsleep();
  const bool woken = look_.Asleep([&] { return signal_->wakeup.Wait(ticket, until); });
  return woken || until < deadline || HasNews();
}

absl::Status ConsumerImpl::Close() {
  if (closed_) return absl::OkStatus();
  if (auto may = async_commits_.CheckNotInCallback(); !may.ok()) return may;
  const auto status = BecomeNothing(!options_.group_instance_id.empty());
  closed_ = true;
  // What callbacks asked for meanwhile.
  async_commits_.Abandon(CheckOpen());
  return status;
}

}  // namespace rill::client
