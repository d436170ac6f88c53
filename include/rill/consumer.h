#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rill/export.h"
#include "rill/group.h"
#include "rill/records.h"

namespace rill {

namespace client {
class ConsumerImpl;
class ClusterConsumer;
}  // namespace client

// Where a consumer begins in a partition for which its group has no offset, or one out of range
// (Kafka's auto.offset.reset).
enum class OffsetReset { kLatest, kEarliest, kNone };
inline constexpr OffsetReset kLatest = OffsetReset::kLatest;
inline constexpr OffsetReset kEarliest = OffsetReset::kEarliest;
inline constexpr OffsetReset kNoReset = OffsetReset::kNone;  // an error from Poll instead

// Which records of transactions are shown (KIP-98). There are no transactions in this process yet:
// a consumer with kReadCommitted is refused (Unimplemented), but for one over a cluster.
enum class IsolationLevel { kReadUncommitted, kReadCommitted };

// Told of changes of a subscribed consumer's assignment, from within Poll, Close, Unsubscribe or
// Assign, in the thread that calls them; also from the destructor of a Consumer and from an
// assignment to it, for both close it. In these two its name may not stand for it any more: a
// listener that uses the consumer, or anything that is destroyed before it, needs a Close first.
// Elsewhere the consumer may be used inside, except for Poll, Close, Subscribe, Unsubscribe and
// Assign (FailedPrecondition). Listeners must not throw.
struct RebalanceListener {
  // About to lose these; the place to commit what was processed of them (a CommitAsync is done when
  // this returns).
  std::function<void(const std::vector<TopicPartition>&)> on_revoked = {};
  // Given these, in addition to what is kept.
  std::function<void(const std::vector<TopicPartition>&)> on_assigned = {};
  // Lost without a chance to commit: the group went on without this member. Empty: on_revoked.
  std::function<void(const std::vector<TopicPartition>&)> on_lost = {};
};

struct ConsumerOptions {
  // The group whose offsets are used. Empty: no group; Subscribe and commits are refused. At most
  // 32,767 bytes.
  std::string group = {};
  // Static membership (KIP-345): a name that a restarted consumer takes its place back by. This and
  // client_id have at most 32,730 bytes: with 37 more they become a member id.
  std::string group_instance_id = {};
  std::string client_id = "rill";
  OffsetReset reset = OffsetReset::kLatest;
  IsolationLevel isolation_level = IsolationLevel::kReadUncommitted;
  // Commit the position by time, in Poll, before a rebalance, and in Close (Kafka's default is on;
  // here it is off, for a commit should follow the work).
  bool enable_auto_commit = false;
  absl::Duration auto_commit_interval = absl::Seconds(5);
  // Most records that a Poll gives, and most stored bytes, in all and of a partition.
  std::int64_t max_poll_records = 500;
  std::size_t fetch_max_bytes = std::size_t{50} << 20;
  std::size_t max_partition_fetch_bytes = std::size_t{1} << 20;
  // A subscribed consumer that does not poll for this long loses its partitions to the others.
  absl::Duration max_poll_interval = absl::Minutes(5);
  // Assignors in order of preference: "range", "roundrobin", "sticky", "cooperative-sticky".
  std::vector<std::string> partition_assignment_strategy = {"range", "cooperative-sticky"};
  RebalanceListener rebalance_listener = {};
  // Over a cluster: librdkafka's properties of this consumer alone ("heartbeat.interval.ms", ...),
  // which win over all that the options above and Options::configs say (docs/guide/cluster.md).
  // Elsewhere it must be empty (InvalidArgument, INVALID_CONFIG).
  std::map<std::string, std::string> configs = {};
};

// Reads records, alone or as a member of a group. Not thread-safe, except Wakeup: one thread at a
// time uses a consumer, and what Poll returned may go to others.
class RILL_EXPORT Consumer {
 public:
  Consumer(Consumer&&) noexcept;
  Consumer& operator=(Consumer&&) noexcept;
  // Closes; with auto-commit, commits.
  ~Consumer();

  // Joins the group as a member that wants these topics; those that do not exist yet are taken up
  // when they do. Replaces what was subscribed or assigned; a last automatic commit that fails is
  // logged. No topics are Unsubscribe, as with Kafka's clients. FailedPrecondition
  // (INVALID_GROUP_ID) without a group.
  absl::Status Subscribe(const std::vector<std::string>& topics);
  // The same, for every topic (internal ones excepted) whose whole name matches the ECMAScript
  // regular expression, now and later. InvalidArgument when it is not one, or has more than 1,000
  // bytes. It is matched, in Poll, with the name of each topic whenever there is a new one. An
  // expression with repetitions in repetitions, as "(a+)+b", can take a time that doubles with
  // each letter of a name, which nothing ends: take no expressions from strangers.
  absl::Status SubscribePattern(const std::string& pattern);
  // Leaves the group's membership and forgets the assignment. Returns why the last automatic commit
  // failed, but leaves all the same.
  absl::Status Unsubscribe();
  // Takes these partitions, without membership. NotFound (UNKNOWN_TOPIC_OR_PARTITION), or why a log
  // cannot be opened; then the consumer keeps what it had. A last automatic commit of that which
  // fails is logged.
  absl::Status Assign(const std::vector<TopicPartition>& partitions);

  std::vector<std::string> subscription() const;
  std::vector<TopicPartition> assignment() const;

  // Records from the current positions on, which move behind them. Waits until there are some, at
  // most `timeout`; then an empty Records. Does the consumer's part of rebalances. Errors:
  //   OutOfRange (OFFSET_OUT_OF_RANGE)    with kNoReset: no offset to begin at, or one out of
  //                                       range; names the partition
  //   DataLoss (CORRUPT_MESSAGE)          a damaged batch at the position; names the offset to Seek
  //                                       to in order to go on, if there is one
  //   NotFound (UNKNOWN_TOPIC_OR_PARTITION)   the topic of an assigned partition was deleted
  //   ResourceExhausted, PermissionDenied, FailedPrecondition, DataLoss (KAFKA_STORAGE_ERROR)
  //                                       a log that cannot be opened, or read; a later Poll tries
  //                                       again, and a member reads its other partitions meanwhile.
  //                                       ResourceExhausted also from decompressing
  //   Cancelled                           Wakeup was called
  //   FailedPrecondition                  nothing subscribed or assigned; closed; called from a
  //                                       listener or CommitCallback; or the group does not take
  //                                       the member: fenced (FENCED_INSTANCE_ID), no assignor in
  //                                       common (INCONSISTENT_GROUP_PROTOCOL), full
  //                                       (GROUP_MAX_SIZE_REACHED), cannot be written down
  //                                       (COORDINATOR_NOT_AVAILABLE; the log sink has the reason)
  //   whatever the offset store says
  absl::StatusOr<Records> Poll(absl::Duration timeout);

  // Makes the Poll that is waiting, or else the next one, return Cancelled. From any thread, as
  // long as the consumer is there and is not moved; not from a signal handler.
  void Wakeup();

  // Moves the position of an assigned partition. FailedPrecondition when it is not assigned.
  absl::Status Seek(const TopicPartition& partition, std::int64_t offset);
  // For all of `partitions`; empty: all that are assigned, and FailedPrecondition when none is yet:
  // a group assigns within Poll.
  absl::Status SeekToBeginning(const std::vector<TopicPartition>& partitions = {});
  absl::Status SeekToEnd(const std::vector<TopicPartition>& partitions = {});
  // To the first record of that time or later; to the end when there is none.
  absl::Status SeekToTime(absl::Time time, const std::vector<TopicPartition>& partitions = {});

  // The offset that Poll will read next.
  absl::StatusOr<std::int64_t> Position(const TopicPartition& partition);
  // What the group committed; NotFound when nothing.
  absl::StatusOr<OffsetAndMetadata> Committed(const TopicPartition& partition);
  // Offsets between the position and the end that may be read.
  absl::StatusOr<std::int64_t> Lag(const TopicPartition& partition);

  // Poll gives nothing of paused partitions; they stay assigned.
  absl::Status Pause(const std::vector<TopicPartition>& partitions);
  absl::Status Resume(const std::vector<TopicPartition>& partitions);
  std::vector<TopicPartition> paused() const;

  // Commits the positions, the ends of `records`, or the given offsets, and returns when they are
  // stored. Nothing is stored when any one partition is refused. Errors:
  //   FailedPrecondition (INVALID_GROUP_ID)      no group
  //   Aborted (ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, REBALANCE_IN_PROGRESS, FENCED_INSTANCE_ID)
  //     the group went on without this member, or took the partition from it: it is another's now;
  //     Poll joins again. After Assign: the group has members, which commit for it
  //   NotFound (UNKNOWN_TOPIC_OR_PARTITION)      no such partition, or its topic was deleted
  //   InvalidArgument                            a negative offset, a leader epoch below -1
  //   InvalidArgument (OFFSET_METADATA_TOO_LARGE, MESSAGE_TOO_LARGE)   metadata above
  //     offset.metadata.max.bytes; more offsets than fit into one batch
  //   DataLoss                                   records.Check() fails
  //   whatever the offset store says
  absl::Status Commit();
  absl::Status Commit(const Records& records);
  absl::Status Commit(const std::map<TopicPartition, OffsetAndMetadata>& offsets);
  // The same, without waiting: done at the latest by the next Poll, Commit or Close, in the order
  // of the calls. The callback (may be null) runs in that call, or at once when the consumer is
  // closed; the same may be done in it as in a RebalanceListener, and it must not throw either. A
  // commit that is asked for in it has its turn in the next such call; on a closed consumer none.
  using CommitCallback = std::function<void(const absl::Status&)>;
  void CommitAsync(CommitCallback callback = nullptr);
  void CommitAsync(const std::map<TopicPartition, OffsetAndMetadata>& offsets,
                   CommitCallback callback = nullptr);

  // The member's name in its group; empty before it joined.
  std::string member_id() const;

  // Commits (with auto-commit), leaves the group and lets everything go. A static member's place is
  // kept for max_poll_interval. Returns why the last automatic commit failed, but closes all the
  // same. Calling it again is OK.
  absl::Status Close();

 private:
  friend class Engine;
  explicit Consumer(std::unique_ptr<client::ConsumerImpl> impl);
  explicit Consumer(std::unique_ptr<client::ClusterConsumer> cluster);
  std::unique_ptr<client::ConsumerImpl> impl_;        // null: over a cluster, or moved from
  std::unique_ptr<client::ClusterConsumer> cluster_;  // null: over this process's engine
};

}  // namespace rill
