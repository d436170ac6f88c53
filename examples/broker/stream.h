#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rill/rill.h"

// A stream is a topic with one partition, whose name is the stream's key. What a Kafka client, or
// another part of the program, writes there is in the stream, too.

struct Stream {
  rill::Topic topic;
  rill::Partition log;
};

// NotFound where there is no such topic; FailedPrecondition (Redis's WRONGTYPE) where it has other
// than one partition.
absl::StatusOr<Stream> FindStream(const rill::Engine& engine, const std::string& key);
// The same, made when it is missing. InvalidArgument where a topic cannot have that name.
absl::StatusOr<Stream> FindOrMakeStream(rill::Engine& engine, const std::string& key);

// What one reply may show, so that nobody needs more memory than this by asking.
inline constexpr std::size_t kMaxReply = std::size_t{16} << 20;

struct Entry {
  std::int64_t offset = 0;
  std::string reply;  // as it goes to the client
};

struct Entries {
  std::vector<Entry> list;
  std::size_t bytes = 0;  // of all replies
  bool is_cut = false;    // there are more, but no room for them
};

// Offsets from `begin` up to, but without, `end`.
struct OffsetRange {
  std::int64_t begin = 0;
  std::int64_t end = INT64_MAX;
};

// The first `most` entries of the range that are there; fewer where they would take more than
// `room` bytes, but one in any case.
absl::StatusOr<Entries> ReadEntries(const rill::Partition& log, OffsetRange range,
                                    std::int64_t most, std::size_t room);
// The last ones, the last of them first.
absl::StatusOr<Entries> ReadEntriesBackwards(const rill::Partition& log, OffsetRange range,
                                             std::int64_t most, std::size_t room);

// What a client sleeps on that waits for the next entry of any of some streams. Not thread-safe.
class Arrivals {
 public:
  // From here on, every record that comes into one of these ends the next Wait. Streams that are
  // not there are left out.
  static absl::StatusOr<Arrivals> Watch(rill::Engine& engine, const std::vector<std::string>& keys);

  // Until there is something to look at, at most so long.
  absl::Status Wait(absl::Duration timeout);

 private:
  // Without a group: it is only asked whether there is something new.
  std::optional<rill::Consumer> consumer_;
};
