#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/rill.h"
#include "stream.h"

// A consumer group of one stream. What is kept of it is the offset that the group of that name has
// committed in the topic: everything before it was acknowledged. Who has which entry beyond it is
// kept in memory alone: a broker that starts again gives all of them again. Thread-safe.
class Group {
 public:
  // What consumers may have that they did not acknowledge.
  static constexpr std::int64_t kMaxPending = 100000;
  static constexpr std::size_t kMaxConsumerName = 256;  // it stands beside each of them

  // `committer` commits for the group, and is assigned the stream. `committed` is where it stands.
  Group(rill::Consumer committer, rill::TopicPartition partition, std::int64_t committed);

  // Entries that nobody was given yet; from here on `consumer` has them.
  // ResourceExhausted where the group has kMaxPending.
  absl::StatusOr<Entries> Take(const rill::Partition& log, const std::string& consumer,
                               std::int64_t most, std::size_t room);
  // Those from `begin` on that `consumer` has and did not acknowledge, again.
  absl::StatusOr<Entries> TakeAgain(const rill::Partition& log, const std::string& consumer,
                                    std::int64_t begin, std::int64_t most, std::size_t room) const;
  // Somebody is through with these. Returns how many of them were pending; commits when all before
  // the first that still is have been acknowledged. Where that fails the next call tries again.
  absl::StatusOr<std::int64_t> Acknowledge(std::span<const std::int64_t> offsets);

 private:
  mutable std::mutex mutex_;
  rill::Consumer committer_;
  const rill::TopicPartition partition_;
  std::int64_t committed_;
  std::int64_t next_;                            // the first that nobody was given
  std::map<std::int64_t, std::string> pending_;  // offsets, and who has them
};

// The groups that somebody has used since the broker began. Thread-safe.
class Groups {
 public:
  explicit Groups(rill::Engine& engine) : engine_(engine) {}

  // A group that begins at `offset`. AlreadyExists (Redis's BUSYGROUP) where it has an offset in
  // that stream.
  absl::Status Create(const Stream& stream, const std::string& group, std::int64_t offset);
  // NotFound where it has none.
  absl::StatusOr<std::shared_ptr<Group>> Find(const Stream& stream, const std::string& group);

 private:
  absl::StatusOr<rill::Consumer> Committer(const Stream& stream, const std::string& group);

  rill::Engine& engine_;
  std::mutex mutex_;
  // By topic id, for a stream may be deleted and made again, and group.
  std::map<std::pair<std::string, std::string>, std::shared_ptr<Group>> groups_;
};
