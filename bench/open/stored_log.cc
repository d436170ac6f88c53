#include "stored_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

namespace rill::bench {
namespace {

constexpr std::uint64_t kWritten = std::uint64_t{16} << 10;  // of each segment

}  // namespace

StoredLog::StoredLog(std::uint64_t bytes, std::uint64_t segment_bytes) {
  const std::uint64_t segments = (bytes + segment_bytes - 1) / segment_bytes;
  Engine engine = Require(Open(path()));
  const Topic topic = Require(engine.CreateTopic(
      "stored", {.partitions = 1,
                 .configs = {{"retention.ms", "-1"},
                             {"internal.segment.bytes", fmt::format("{}", kWritten)}}}));
  Partition partition = Require(topic.partition(0));
  const std::string value(1000, 'v');
  const RecordData record = {.value = value};
  Require(partition.Append({&record, 1}).status());
  // As many to each as fit, and the last one full.
  const std::uint64_t records = segments * (kWritten / partition.size_bytes());
  for (std::uint64_t i = 1; i < records; ++i) Require(partition.Append({&record, 1}).status());
  Require(engine.Close());

  std::vector<std::filesystem::path> logs;
  for (const auto& entry : std::filesystem::directory_iterator(path() + "/stored-0")) {
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  }
  if (logs.size() != segments) Require(absl::InternalError("another number of segments"));
  std::sort(logs.begin(), logs.end());
  logs.pop_back();  // where the log goes on stands what was written
  for (const auto& log : logs) std::filesystem::resize_file(log, segment_bytes);
}

}  // namespace rill::bench
