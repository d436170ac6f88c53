#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/uuid.h"
#include "io/file_system.h"
#include "log/log_config.h"
#include "log/partition_log.h"

namespace rill::engine {

// A topic as it is stored in folders that nobody writes, Apache Kafka's or rill's.
struct StoredTopic {
  struct Partition {
    std::string directory;
    log::LogCheckpoint checkpoint;
    bool may_have_gaps = false;  // its folder says that it is compacted
  };
  std::vector<Partition> partitions;                 // by number
  base::Uuid id;                                     // a new one where no partition has any
  std::vector<std::unique_ptr<io::FileLock>> locks;  // keep writers out meanwhile
};

// Finds the folders of the topic's partitions in `folders`. NotFound where there are none;
// FailedPrecondition where a process has a folder open, one is neither rill's nor Kafka's, or the
// partitions are not those of one whole topic.
absl::StatusOr<StoredTopic> FindStoredTopic(io::FileSystem& files, const std::string& name,
                                            const std::vector<std::string>& folders);

// Bytes of the .log files of all its partitions.
absl::StatusOr<std::uint64_t> CountLogBytes(io::FileSystem& files, const StoredTopic& topic);

// Who follows a copy, and may end it.
struct CopyWatch {
  // Asked before each file; what it says instead of OK ends the copy.
  std::function<absl::Status()> may_go_on;
  // Called with numbers of bytes of .log files that were copied, or checked.
  std::function<void(std::uint64_t)> progress;
};

// Makes `directory` a copy of the partition, synced and closed, and returns what a checkpoint says
// of it. DataLoss (CORRUPT_MESSAGE) where something is damaged or torn, with file and position;
// FailedPrecondition for an open transaction, a compaction that was interrupted, and what rill
// cannot read; InvalidArgument where offsets are missing as compaction leaves them, and `config`
// does not compact. What was made is left for the caller to remove.
absl::StatusOr<log::LogCheckpoint> CopyPartition(const log::LogEnvironment& environment,
                                                 const StoredTopic::Partition& from,
                                                 const std::string& directory,
                                                 const TopicPartition& partition,
                                                 const log::LogConfig& config,
                                                 const CopyWatch& watch);

}  // namespace rill::engine
