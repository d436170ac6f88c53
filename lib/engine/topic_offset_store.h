#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "engine/group/offset_records.h"
#include "engine/group_service.h"
#include "engine/memory_offset_store.h"
#include "engine/topic_state.h"
#include "rill/clock.h"
#include "rill/offset_store.h"

namespace rill::engine {

// Offsets and memberships of groups in the topic __consumer_offsets, keys and values as Kafka
// writes them. All of a group is in one partition, the one that Kafka would choose. What the topic
// says is held in memory, too; it is read once, when the store is made. Thread-safe; groups wait
// for each other's appends, and for the flush of those, by chance only.
class TopicOffsetStore final : public OffsetStore, public GroupRecords {
 public:
  // `topic` gives __consumer_offsets; with `create`, it makes it when it is missing. Null without.
  using TopicSource = std::function<absl::StatusOr<std::shared_ptr<TopicState>>(bool create)>;

  // Whether there is such a partition. Called under a lock of this store.
  using PartitionCheck = std::function<bool(const TopicPartition&)>;

  // Reads what the topic holds, if it is there. DataLoss when a record cannot be understood.
  static absl::StatusOr<std::shared_ptr<TopicOffsetStore>> Open(TopicSource topic,
                                                                PartitionCheck exists, Clock* clock,
                                                                Compression compression);

  using Offsets = GroupRecords::Offsets;
  // NotFound (UNKNOWN_TOPIC_OR_PARTITION) for a partition that is not there, InvalidArgument for
  // names that a record cannot hold (INVALID_GROUP_ID and others) and for more offsets than fit
  // into one batch (MESSAGE_TOO_LARGE).
  absl::Status Commit(const std::string& group, const Offsets& offsets) override;
  absl::Status CommitIf(const std::function<absl::Status()>& check, const std::string& group,
                        const Offsets& offsets, std::optional<absl::Duration> retention) override;
  // Both wait for a commit of the group that is under way: who is given a partition begins behind
  // what its last owner could still commit.
  absl::StatusOr<Offsets> Fetch(const std::string& group,
                                const std::vector<TopicPartition>& partitions) override {
    absl::MutexLock lock(&LockOf(group));
    return memory_.Fetch(group, partitions);
  }
  absl::StatusOr<Offsets> FetchAll(const std::string& group) override {
    absl::MutexLock lock(&LockOf(group));
    return memory_.FetchAll(group);
  }
  absl::StatusOr<std::vector<std::string>> Groups() override { return memory_.Groups(); }
  absl::Status DeleteGroup(const std::string& group) override;
  absl::Status DeleteGroupIf(const std::function<absl::Status()>& check,
                             const std::string& group) override;
  absl::Status DeleteOffsetsIf(
      const std::function<absl::StatusOr<std::set<TopicPartition>>()>& which,
      const std::string& group) override;
  absl::StatusOr<std::size_t> ExpireOffsets(
      const std::string& group,
      const std::function<std::set<TopicPartition>(const TimesOfOffsets&)>& which,
      const std::function<void()>& none_left) override;
  absl::Status DeleteTopic(const std::string& topic) override;

  // InvalidArgument (INVALID_GROUP_ID, INVALID_REQUEST) for names that a record cannot hold.
  absl::Status StoreGroup(const std::string& group, const GroupMetadataValue& value) override;
  absl::Status EraseGroup(const std::string& group) override;
  // In as many batches as max.message.bytes asks for. What can be written is, whatever cannot.
  absl::Status StoreConsumerGroup(const std::string& group,
                                  std::span<const ConsumerGroupRecord> records) override;

  // The memberships that were read; none from then on.
  std::map<std::string, GroupMetadataValue> TakeGroupsRead() {
    return std::exchange(groups_read_, {});
  }
  // The same of groups whose partitions the broker assigns.
  StoredConsumerGroups TakeConsumerGroupsRead();

 private:
  // A key with its value; no value is a tombstone.
  using Entry = std::pair<std::string, std::optional<std::string>>;

  TopicOffsetStore(TopicSource topic, PartitionCheck exists, Clock* clock, Compression compression)
      : topic_(std::move(topic)),
        exists_(std::move(exists)),
        clock_(clock),
        compression_(compression) {}

  absl::Status Read(const TopicState& topic);
  absl::Status Take(const RecordView& record);
  // Of one group there is one commit, or forgetting, at a time, so that memory and topic agree on
  // what came last.
  std::size_t StripeOf(const std::string& group) const;
  absl::Mutex& LockOf(const std::string& group) { return stripes_[StripeOf(group)]; }

  // Under the group's lock.
  absl::Status CheckThere(const std::string& group, const Offsets& offsets) const;
  // Under the group's lock. Forgets its offsets of these partitions, in as many batches as
  // max.message.bytes asks for. After a failure those of some batches are forgotten and the others
  // stand.
  absl::Status Forget(const std::string& group,
                      const std::function<bool(const TopicPartition&)>& which);
  absl::Status ForgetTopic(const std::string& topic, std::size_t stripe);
  absl::Status Flush();
  absl::Status AppendTombstones(const std::string& group,
                                const std::vector<TopicPartition>& partitions);
  // The largest batch that the topic takes, in bytes.
  absl::StatusOr<std::size_t> BatchLimit() const;
  // Appends the entries as one batch to the group's partition.
  absl::Status Append(const std::string& group, const std::vector<Entry>& entries);

  const TopicSource topic_;
  const PartitionCheck exists_;
  Clock* const clock_;
  const Compression compression_;
  std::map<std::string, GroupMetadataValue> groups_read_;
  StoredConsumerGroups consumer_groups_read_;

  std::array<absl::Mutex, 64> stripes_;
  MemoryOffsetStore memory_;
};

}  // namespace rill::engine
