#pragma once

#include <cstdint>
#include <string>

namespace rill::testing {

// What the process that is going to be killed tells the one that looks afterwards, through a pipe:
// each message in one write that no kill divides. One thread produces to each partition, one
// commits, one changes the catalogue.
struct Report {
  enum Kind : std::int32_t {
    kAcknowledged,  // record `number` is at `offset` of `partition` of the topic kRecords
    kCommitBegun,   // of the offsets `offset` and `number` of the partitions 0 and 1
    kCommitted,
    kChangeBegun,    // the topic "t<topic>" gets `partition` partitions and retention.ms=`number`;
    kChanged,        // with no partitions, it is deleted
    kDeletionBegun,  // of the records of `partition` of kRecords below `offset`
    kFailed,         // something that must not: `number` says in which thread
  };
  Kind kind = kFailed;
  std::int32_t topic = 0;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::uint64_t number = 0;
};

inline constexpr char kRecords[] = "records";
inline constexpr int kRecordPartitions = 2;
inline constexpr int kChangedTopics = 3;
inline constexpr char kKilledGroup[] = "group";
inline constexpr std::int64_t kRetentionBytes = 300000;
inline constexpr std::int64_t kFirstTimestampMs = 1767225600000;

// Numbers of records that nobody had before, for each thread that produces.
struct NextNumbers {
  std::uint64_t of[kRecordPartitions] = {0, 1};
};

// Uses an engine on `folder` with all its might until the process is killed. Exits with a status
// other than that of a kill when something fails.
[[noreturn]] void UseUntilKilled(const std::string& folder, int pipe, std::uint64_t seed,
                                 const NextNumbers& next);

}  // namespace rill::testing
