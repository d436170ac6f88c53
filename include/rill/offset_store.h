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
// The engine has checked membership and generation before it calls. Calls come from the threads
// that consume, several at a time; implementations are thread-safe.
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

  // Forgets what all groups stored for the topic, which was deleted.
  virtual absl::Status DeleteTopic(const std::string& topic) = 0;
};

// Offsets in memory, gone with the object.
RILL_EXPORT std::shared_ptr<OffsetStore> NewMemoryOffsetStore();

}  // namespace rill
