#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "io/file_system.h"
#include "rill/rill.h"

namespace rill::bench {

// Where a benchmark keeps its log.
enum class Place { kMem, kFile };

inline constexpr std::size_t kBatchBytes = 16384;
inline constexpr std::size_t kValueBytes = 100;
inline constexpr std::uint64_t kSegmentBytes = std::uint64_t{1} << 30;
// What one repetition of an append benchmark stores.
inline constexpr std::uint64_t kAppendBytes = std::uint64_t{1} << 30;
// What the scans read: more than fits any cache.
inline constexpr std::uint64_t kMemScanBytes = std::uint64_t{1} << 30;
inline constexpr std::uint64_t kFileScanBytes = std::uint64_t{4} << 30;

// A folder that is empty when made and gone when destroyed, under $RILL_BENCH_DIR or, without it,
// under the working directory: an ext4 file system, if the figures are to mean what the docs say.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// An engine with one topic of one partition, or more, without retention.
class BenchLog {
 public:
  explicit BenchLog(Place place, std::int32_t partitions = 1);

  Engine& engine() { return *engine_; }
  const Topic& topic() const { return *topic_; }
  Partition& partition() { return *partition_; }

 private:
  ScratchFolder folder_;
  std::optional<Engine> engine_;
  std::optional<Topic> topic_;
  std::optional<Partition> partition_;
};

// A sealed batch of kBatchBytes, near enough, of records with kValueBytes of value and no key.
std::string MakeBatch();

// Ends the program with the message of a failed status: a benchmark has no use for less.
void Require(const absl::Status& status);
template <typename T>
T Require(absl::StatusOr<T> result) {
  Require(result.status());
  return *std::move(result);
}

}  // namespace rill::bench
