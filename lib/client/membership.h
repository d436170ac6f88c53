#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "client/consumer_signal.h"
#include "client/subscription.h"
#include "engine/group/assignor.h"
#include "engine/group/events.h"
#include "engine/group_service.h"
#include "engine/local_engine.h"
#include "rill/consumer.h"

namespace rill::client {

// A consumer's membership in its group: joins, divides the work when it leads, takes its part, and
// does so again when the group asks. All of it in the threads that call Advance; the group's
// answers come in other threads, and are left in a mailbox until then. Not thread-safe.
class Membership {
 public:
  // What the membership means to the consumer. Called from Advance and Leave.
  struct Events {
    // These go to somebody else. They are still the member's while this runs.
    std::function<void(const std::vector<TopicPartition>&)> on_revoked;
    // These are somebody else's already.
    std::function<void(const std::vector<TopicPartition>&)> on_lost;
    // From now on `all`, of which `untaken` are new. What it fails to take it leaves there, to be
    // called again for.
    std::function<absl::Status(const std::vector<TopicPartition>& all,
                               std::vector<TopicPartition>& untaken)>
        on_assigned;
  };

  Membership(std::shared_ptr<engine::LocalEngine> engine, std::shared_ptr<ConsumerSignal> signal,
             const ConsumerOptions& options, std::vector<engine::Assignor> assignors,
             Events events);

  // Is a member from the next Advance on, or, where it is one, joins again with this.
  void Subscribe(Subscription subscription);
  const Subscription& subscription() const { return subscription_; }

  // Does what is to be done now, without waiting. To be called by Poll: it counts as a sign of
  // life. FailedPrecondition (FENCED_INSTANCE_ID), or why the group does not take the member; the
  // next call tries again.
  absl::Status Advance();
  // Whether Advance has something to do.
  bool HasNews() const;

  // Gives the partitions up and leaves the group. A static member keeps its place, where
  // `keep_place`.
  void Leave(bool keep_place);

  // Stores offsets of partitions that the member has, unless `topics` refuses. Aborted when the
  // group went on without it.
  absl::Status Commit(const std::map<TopicPartition, OffsetAndMetadata>& offsets,
                      const engine::GroupService::TopicCheck& topics);

  const std::string& member_id() const { return member_id_; }

 private:
  enum class State { kOutside, kJoining, kSyncing, kStable };

  // Answers to what was asked last. Shared with the group's callbacks, which may come late.
  struct Mailbox {
    absl::Mutex mutex;
    std::uint64_t question ABSL_GUARDED_BY(mutex) = 0;  // the answers to older ones are dropped
    std::optional<engine::JoinResponse> join ABSL_GUARDED_BY(mutex);
    std::optional<engine::SyncResponse> sync ABSL_GUARDED_BY(mutex);
  };

  // membership.cc: the course of things.
  bool AdvanceOnce(absl::Status& status);
  void CheckHeartbeat();
  void CheckTopics();
  std::vector<std::string> TopicIds() const;
  void Join();
  void Sync(std::vector<engine::MemberAssignment> assignments);
  absl::Status OnJoined(const engine::JoinResponse& response);
  absl::Status OnSynced(const engine::SyncResponse& response);
  absl::Status OnRefused(ErrorCode error, const char* request);
  void Lose(ErrorCode error);
  std::uint64_t Ask();
  // The generation that this member has joined, which it may not have taken note of yet.
  std::int32_t NewestGeneration() const;
  bool WaitForAnswer() const;

  // membership_assignment.cc: who gets what.
  std::string Metadata(engine::Assignor assignor) const;
  void PrepareToJoin();
  std::vector<engine::MemberAssignment> Divide(const engine::JoinResponse& response);
  absl::Status Take(std::vector<TopicPartition> assigned);
  absl::Status TakeUntaken();
  bool MayTryAgain() const { return !untaken_.empty() && base::HasPassed(next_try_); }
  void DropUntaken();
  bool IsCooperative() const;
  std::map<std::string, std::int32_t> CountPartitions(const std::set<std::string>& topics) const;

  const std::shared_ptr<engine::LocalEngine> engine_;
  const std::shared_ptr<ConsumerSignal> signal_;
  const ConsumerOptions& options_;  // the consumer's
  const std::vector<engine::Assignor> assignors_;
  const Events events_;
  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::shared_ptr<void> watch_;  // while the group wakes the consumer

  State state_ = State::kOutside;
  bool wants_to_join_ = false;
  bool is_prepared_ = false;  // PrepareToJoin was done for the next Join
  Subscription subscription_;
  std::string member_id_;
  std::int32_t generation_ = -1;
  engine::Assignor assignor_ = engine::Assignor::kRange;  // of this generation
  std::vector<TopicPartition> owned_;
  // Those of owned_ that the consumer has not been able to take yet, and when it tries again.
  std::vector<TopicPartition> untaken_;
  base::Deadline next_try_;
  // What the assignor gave last, which sticky ones are told again, also when it was given up since.
  std::optional<std::vector<TopicPartition>> last_assigned_;
  std::int32_t last_assigned_generation_ = -1;

  // What the topics were like when the work was divided.
  std::uint64_t topics_version_ = 0;
  std::vector<std::string> joined_topics_;              // this member's
  std::vector<std::string> joined_ids_;                 // of those topics
  std::map<std::string, std::int32_t> led_partitions_;  // the group's; of a leader only
};

}  // namespace rill::client
