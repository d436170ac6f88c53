#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "base/uuid.h"
#include "wire/messages/fetch.h"

namespace rill::net {

// The partitions that a client fetches again and again, so that it names only those of which
// something changed, and is told only of those (KIP-227). Used by one request at a time.
class FetchSession {
 public:
  struct Partition {
    wire::FetchRequest::Topic::Partition asked;
    // What the client was told last; -1 before.
    std::int64_t told_high_watermark = -1;
    std::int64_t told_log_start_offset = -1;
  };

  struct Key {
    std::string topic;
    base::Uuid topic_id;
    std::int32_t partition = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  using Partitions = absl::btree_map<Key, Partition>;

  explicit FetchSession(bool names_topics_by_id) : names_topics_by_id_(names_topics_by_id) {}

  std::int32_t id() const { return id_; }
  void set_id(std::int32_t id) { id_ = id; }
  bool names_topics_by_id() const { return names_topics_by_id_; }
  // That the next request has to say: 1 in the one after it was made.
  std::int32_t epoch() const { return epoch_; }
  void NextEpoch();

  // Takes in what a request names, and lets go of what it no longer wants.
  void Update(const wire::FetchRequest& request);

  bool empty() const { return partitions_.empty(); }
  std::size_t size() const { return partitions_.size(); }
  // About, in memory.
  std::size_t size_bytes() const { return size_bytes_; }

  // Null where the session does not have it. Both stay until the next Update.
  Partition* Find(const Key& key);
  // All partitions, each once, beginning behind the one that records were last given of, so that
  // no partition's records keep those of others away for good.
  std::vector<Partitions::value_type*> InTurn();
  void SetLastGiven(const Key& key) { last_given_ = key; }

 private:
  void Forget(const Key& key);

  std::int32_t id_ = 0;
  const bool names_topics_by_id_;
  std::int32_t epoch_ = 1;
  std::size_t size_bytes_ = 0;
  Partitions partitions_;
  Key last_given_;
};

}  // namespace rill::net
