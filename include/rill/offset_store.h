#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/export.h"
#include "rill/group.h"
#include "rill/records.h"

namespace rill {

// Where consumer groups keep their offsets. An engine has one (Options::offset_store); by default
// it is the compacted topic __consumer_offsets, written as Kafka writes it. An application that
// keeps its results in a database implements this to keep results and offsets in one transaction
// (examples/sqlite_offsets).
//
// Calls come from the threads that consume, several at a time, and for the clients of a node from
// one of the node's; implementations are thread-safe. They may call the engine. What keeps them
// waiting keeps other groups of the node's clients waiting, too, and the node's Stop.
//
// The engine checks membership and generation before it calls, and does not hold the group still
// from there on: the store's own COMMIT is not fenced. A member that spends longer than its
// max_poll_interval before or in it loses its partitions, and its commit may come after the next
// owner's and set the offset back; so may one that takes longer than the deletion of its topic, and
// then stands for the next topic of that name. Keep commits short; or, in the transaction, move an
// offset only from where this consumer began to read, and roll back when another stands there.
class RILL_EXPORT OffsetStore {
 public:
  virtual ~OffsetStore() = default;

  // Stores all of `offsets` for `group`, or nothing. Returns when they would be found again.
  virtual absl::Status Commit(const std::string& group,
                              const std::map<TopicPartition, OffsetAndMetadata>& offsets) = 0;

  // What is stored for each of `partitions`; those without an offset are left out.
  virtual absl::StatusOr<std::map<TopicPartition, OffsetAndMetadata>> Fetch(
      const std::string& group, const std::vector<TopicPartition>& partitions) = 0;

  // Everything that is stored for `group`.
  virtual absl::StatusOr<std::map<TopicPartition, OffsetAndMetadata>> FetchAll(
      const std::string& group) = 0;

  // Groups that have offsets stored, in order.
  virtual absl::StatusOr<std::vector<std::string>> Groups() = 0;

  // Forgets the group. OK when there is nothing.
  virtual absl::Status DeleteGroup(const std::string& group) = 0;

  // Forgets what all groups stored for the topic, which was deleted. Until this is OK no topic of
  // that name can be made: who wants to make one waits for a call that is under way, and it is
  // called again when one is to be made, and when the engine is opened. Making a topic of that name
  // in here is Unavailable; waiting in here for another thread that does so never ends.
  virtual absl::Status DeleteTopic(const std::string& topic) = 0;
};

// Offsets in memory, gone with the object.
RILL_EXPORT std::shared_ptr<OffsetStore> NewMemoryOffsetStore();

}  // namespace rill
