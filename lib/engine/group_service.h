#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/group/consumer_group_coordinator.h"
#include "engine/group/coordinator.h"
#include "engine/group/offset_expiry.h"
#include "engine/group/subscribed_topics.h"
#include "engine/maintenance.h"
#include "rill/clock.h"
#include "rill/group.h"
#include "rill/offset_store.h"

namespace rill::engine {

// The engine's own store of offsets, which also has the membership of groups written down, so that
// a group's generation goes on after a restart. Thread-safe.
class GroupRecords {
 public:
  using Offsets = CommittedOffsets;

  virtual ~GroupRecords() = default;
  // OffsetStore::Commit, unless `check` refuses: it is asked once no other commit of the group can
  // come in between, and no topic's offsets can be forgotten. `retention` is CommitRequest's.
  virtual absl::Status CommitIf(const std::function<absl::Status()>& check,
                                const std::string& group, const Offsets& offsets,
                                std::optional<absl::Duration> retention) = 0;
  // OffsetStore::DeleteGroup, unless `check` refuses: it is asked once no commit of the group can
  // come in between.
  virtual absl::Status DeleteGroupIf(const std::function<absl::Status()>& check,
                                     const std::string& group) = 0;
  // Forgets the group's offsets of the partitions that `which` names, or nothing where it refuses:
  // it is asked once no commit of the group can come in between.
  virtual absl::Status DeleteOffsetsIf(
      const std::function<absl::StatusOr<std::set<TopicPartition>>()>& which,
      const std::string& group) = 0;
  // Forgets those of the group's offsets that `which` names, and calls `none_left` where that
  // leaves it without; both are called once no commit of the group can come in between. Returns how
  // many were forgotten.
  virtual absl::StatusOr<std::size_t> ExpireOffsets(
      const std::string& group,
      const std::function<std::set<TopicPartition>(const TimesOfOffsets&)>& which,
      const std::function<void()>& none_left) = 0;
  virtual absl::Status StoreGroup(const std::string& group, const GroupMetadataValue& value) = 0;
  virtual absl::Status EraseGroup(const std::string& group) = 0;
  // Records of a group whose partitions the broker assigns (KIP-848), in order.
  virtual absl::Status StoreConsumerGroup(const std::string& group,
                                          std::span<const ConsumerGroupRecord> records) = 0;
};

// Those of `names`, all topics', that a regular expression stands for and that who asks may see;
// InvalidArgument, with what is wrong, where it is none. Keeps the order.
using RegexResolver = std::function<absl::StatusOr<std::vector<std::string>>(
    const std::string& regex, const std::vector<std::string>& names)>;
absl::StatusOr<std::vector<std::string>> NoRegexes(const std::string& regex,
                                                   const std::vector<std::string>& names);

// Hosts the group coordinators, the classic protocol's and that of KIP-848: gives them the time,
// carries out what they want done, and brings answers to those who wait for them. Thread-safe.
//
// A group id is of one of the two at a time. One that has no members becomes the other's when
// somebody joins by the other's protocol. One that has becomes, or stays, a consumer group where
// they are consumers, with members of both protocols, until the last of KIP-848's has left: its
// online migration.
//
// Its lock is not held while an answer is delivered or offsets are stored: an application's store
// may call back, and groups hold each other up at commits by chance only. A commit is validated
// first and stored then. In the engine's own store that is one step; an application's store may be
// given a commit that was valid and is overtaken, while under way, by the next owner's
// (offset_store.h).
class GroupService final : public MaintenanceTask {
 public:
  struct Parts {
    Clock* clock = nullptr;
    GroupConfig config;
    ConsumerGroupConfig consumer_config = {};
    // What a group has of its own. Called under the service's lock.
    ConsumerGroupTimesSource consumer_times = {};
    MemberIdSource new_member_id;
    std::shared_ptr<OffsetStore> offsets;
    std::shared_ptr<GroupRecords> records;  // null: groups are not written down
    // What consumer groups may subscribe to; there are none without it. Called under the service's
    // lock, and without it.
    std::shared_ptr<const GroupTopics> topics = {};
    std::int64_t max_metadata_bytes = 4096;
    // How long `records` keeps offsets (engine/group/offset_expiry.h), and how often that is looked
    // at.
    absl::Duration offsets_retention = absl::InfiniteDuration();
    absl::Duration offsets_retention_check_interval = absl::InfiniteDuration();
    // Asks for Run to be called at a time. Called without a lock.
    std::function<void(absl::Time)> schedule;
    // For the log; called without a lock.
    std::function<void(const std::string& line)> warn = {};
    std::function<void(const std::string& line)> inform = {};
  };
  // Whoever commits to it, or asks it, may be kept waiting for as long as the application likes.
  bool has_the_applications_offset_store() const { return parts_.records == nullptr; }

  explicit GroupService(Parts parts)
      : parts_(std::move(parts)),
        groups_(parts_.config, parts_.new_member_id),
        consumers_(parts_.consumer_config, parts_.new_member_id, parts_.consumer_times) {}

  // The answer may come before the call returns, in this thread, or later in another.
  void Join(const JoinRequest& request, const std::function<void(const JoinResponse&)>& answer);
  void Sync(const SyncRequest& request, const std::function<void(const SyncResponse&)>& answer);
  ErrorCode Heartbeat(const HeartbeatRequest& request);
  // Makes `observer` run whenever a rebalance of the group begins, in whichever thread began it,
  // until the returned token is gone. One more run may be under way then.
  std::shared_ptr<void> Observe(const std::string& group, std::function<void()> observer);
  LeaveResponse Leave(const LeaveRequest& request);

  // KIP-848: joins, stays in, or leaves a group whose partitions are assigned here.
  // GROUP_ID_NOT_FOUND where the group is of the classic protocol and stays it. `resolve` is
  // called, in this thread and without a lock, for what is to be subscribed to by regular
  // expression. Whether the next call, with this request, would ask its resolver.
  bool ResolvesRegexes(const ConsumerHeartbeat& request);
  ConsumerHeartbeatResponse ConsumerGroupHeartbeat(ConsumerHeartbeat request,
                                                   const RegexResolver& resolve = NoRegexes);
  // NotFound (GROUP_ID_NOT_FOUND), also of a group of the classic protocol.
  absl::StatusOr<DescribedConsumerGroup> DescribeConsumers(const std::string& group);
  // Whether a member of that epoch may ask for the group's offsets: in a group of KIP-848 it must
  // be one. Without an id and an epoch (-1), and in other groups, anybody may.
  ErrorCode ValidateFetch(const std::string& group, const std::string& member_id,
                          std::int32_t member_epoch);

  using Offsets = CommittedOffsets;
  // Whether what the offsets stand in is still there.
  using TopicCheck = std::function<absl::Status()>;
  // Stores offsets for a member, or for a consumer that is none. Aborted with the coordinator's
  // code when the group went on without the member; InvalidArgument (OFFSET_METADATA_TOO_LARGE);
  // or what `topics` says. All are stored or none; where an error is that of some partitions alone,
  // `refused`, which may be null, is set to these.
  absl::Status Commit(
      const CommitRequest& request, const Offsets& offsets,
      const TopicCheck& topics = [] { return absl::OkStatus(); },
      std::vector<TopicPartition>* refused = nullptr);
  absl::StatusOr<Offsets> Fetch(const std::string& group,
                                const std::vector<TopicPartition>& partitions);
  absl::StatusOr<Offsets> FetchAll(const std::string& group);

  std::vector<GroupListing> List();
  absl::StatusOr<GroupDescription> Describe(const std::string& group);
  absl::Status Delete(const std::string& group);
  // What the classic coordinator tells of the group, in bytes that it does not look into. A group
  // that only has offsets is Empty. NotFound (GROUP_ID_NOT_FOUND), also of a group of KIP-848.
  absl::StatusOr<DescribedGroup> DescribeMembers(const std::string& group);
  // All groups, by id.
  std::vector<ListedGroup> ListAll();
  // Forgets the group's offsets of these partitions, but those of topics that a member may
  // subscribe to, which are returned. NotFound (GROUP_ID_NOT_FOUND); FailedPrecondition
  // (NON_EMPTY_GROUP) where the members are no consumers; Unimplemented (UNSUPPORTED_VERSION) where
  // an application keeps the offsets, whose store forgets whole groups only.
  absl::StatusOr<std::set<std::string>> DeleteOffsets(
      const std::string& group, const std::vector<TopicPartition>& partitions);

  // A group that was written down before the restart. It is empty until AwaitMembers: members of
  // this process ended with it, and others have nothing to speak through.
  void Restore(const std::string& group, GroupMetadataValue value);
  // Clients can connect from now on: groups that nobody has changed since they were restored have
  // their members again, each of which has its session timeout to speak up, as in Kafka.
  void AwaitMembers();
  void RestoreConsumerGroup(const std::string& group, StoredConsumerGroup stored);
  // The same with its members, who live on in another process: for who only tells of groups.
  void RestoreToShow(const std::string& group, const GroupMetadataValue& value);
  void RestoreConsumerGroupToShow(const std::string& group, const StoredConsumerGroup& stored);

  // MaintenanceTask: timeouts, and offsets that have expired.
  absl::Time Run(absl::Time now) override;

  // Answers all that wait; the engine closes.
  void Close();

 private:
  using Answers = std::vector<std::function<void()>>;

  absl::Time Now() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Time NextDeadline() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Carries out `effects` and those that follow from them; what is to be answered goes to
  // `answers`, to be called without the lock.
  void CarryOut(Effects effects, Answers& answers) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ResolvedRegexes Resolve(const ConsumerHeartbeat& request, const RegexResolver& resolve);
  void CarryOut(ConsumerGroupEffects effects, Answers& answers)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Queue(Effects effects, std::deque<Effect>& queue);
  // A join of the classic protocol, also where the group has been of the other one.
  Effects JoinClassic(const JoinRequest& request, RequestToken token, Answers& answers)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // group_service_migration.cc: members of the classic protocol in groups of the other one, and
  // groups that change theirs.
  Effects JoinConsumers(const JoinRequest& request, RequestToken token, Answers& answers)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AdoptClassic(const ConsumerHeartbeat& request, ConsumerGroupEffects& effects)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // To the log, once the lock is free.
  void Inform(std::string line, Answers& answers);
  void Warn(std::string line, Answers& answers);
  ConsumerHeartbeatResponse TakeHeartbeat(const ConsumerHeartbeat& request, Answers& answers)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Downgrade(const std::string& group, Answers& answers) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  template <typename Answer, typename Waiting>
  void TakeAnswer(const Answer& answer, Waiting& waiting, Answers& answers)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ErrorCode Store(const StoreGroup& store, Answers& answers) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Erase(const std::string& group, Answers& answers) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Validate(const CommitRequest& request, const Offsets& offsets,
                        const TopicCheck& topics, std::vector<TopicPartition>* refused);
  // Writes down that the group has none of the members any more that AwaitMembers would bring back:
  // what is about to be done is not for groups that have some.
  absl::Status GiveUpAbsent(const std::string& group) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Behind tombstones of those that AwaitMembers would bring back.
  absl::Status StoreConsumerGroup(const std::string& group,
                                  std::span<const ConsumerGroupRecord> records)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  SubscribedTopics Subscribed(const std::string& group) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Those of `partitions` that may be forgotten; the topics of the others go to `subscribed`.
  absl::StatusOr<std::set<TopicPartition>> Deletable(const std::string& group,
                                                     const std::vector<TopicPartition>& partitions,
                                                     std::set<std::string>& subscribed);
  // Takes the group from the coordinator, unless it has members.
  absl::Status Forget(const std::string& group, Answers& answers);
  ErrorCode ForgetLocked(const std::string& group, Answers& answers)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // group_service_expiry.cc
  bool ExpiryIsDue(absl::Time* next) ABSL_LOCKS_EXCLUDED(mutex_);
  void ExpireOffsets();
  std::set<TopicPartition> Expired(const std::string& group, const TimesOfOffsets& times);
  void AddAbsent(const std::string& group, SubscribedTopics& topics) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CallObservers(const std::string& group, Answers& answers)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Finish(const Answers& answers, absl::Time deadline);

  const Parts parts_;
  absl::Mutex mutex_;
  GroupCoordinator groups_ ABSL_GUARDED_BY(mutex_);
  ConsumerGroupCoordinator consumers_ ABSL_GUARDED_BY(mutex_);
  // What was written down of groups that had members before the restart, until AwaitMembers.
  absl::flat_hash_map<std::string, GroupMetadataValue> absent_ ABSL_GUARDED_BY(mutex_);
  StoredConsumerGroups absent_consumers_ ABSL_GUARDED_BY(mutex_);
  absl::Time latest_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time next_expiry_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  RequestToken next_token_ ABSL_GUARDED_BY(mutex_) = 1;
  absl::flat_hash_map<RequestToken, std::function<void(const JoinResponse&)>> joins_
      ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<RequestToken, std::function<void(const SyncResponse&)>> syncs_
      ABSL_GUARDED_BY(mutex_);
  // Those that are gone are taken out when the group rebalances, and when another comes.
  std::multimap<std::string, std::weak_ptr<std::function<void()>>> observers_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::engine
