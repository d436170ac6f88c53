#include "sides.h"

#include <fmt/format.h>

#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench_log.h"
#include "other_core.h"
#include "plain_log.h"

namespace rill::bench {
namespace {

constexpr std::size_t kValue = 1000;
constexpr std::uint64_t kRolledAt = std::uint64_t{16} << 20;
constexpr int kFilesKept = 8;
constexpr int kKeys = 20'000;

Appends Copy(Pace pace, std::chrono::milliseconds length) {
  const OtherCore other(nullptr);
  const std::string value(kValue, 'v');
  std::vector<char> memory(kValue);
  return TimeAppends(pace, length, [&] {
    std::memcpy(memory.data(), value.data(), value.size());
    asm volatile("" : : "r"(memory.data()) : "memory");  // it is looked at
    return false;
  });
}

Appends Pwrite(Pace pace, std::chrono::milliseconds length) {
  const OtherCore other(nullptr);
  PlainLog log(kRolledAt, kFilesKept);
  const std::string value(kValue, 'v');
  return TimeAppends(pace, length, [&] { return log.Append(value); });
}

// `cleanings` counts what is compacted.
Engine OpenEngine(const ScratchFolder& folder, const char* interval_ms,
                  std::shared_ptr<std::atomic<int>> cleanings = nullptr) {
  Options options;
  options.log_sink = [cleanings = std::move(cleanings)](LogLevel, std::string_view line) {
    if (cleanings != nullptr && line.find("is compacted") != std::string_view::npos) {
      cleanings->fetch_add(1);
    }
  };
  options.max_disk_bytes = std::uint64_t{64} << 30;
  options.configs = {{"log.retention.check.interval.ms", interval_ms},
                     {"log.cleaner.backoff.ms", interval_ms}};
  return Require(Open(folder.path() + "/data", options));
}

Partition MakeTopic(Engine& engine, const char* name, std::map<std::string, std::string> configs) {
  const Topic topic =
      Require(engine.CreateTopic(name, {.partitions = 1, .configs = std::move(configs)}));
  return Require(topic.partition(0));
}

// All batches are of one size: a segment is begun by each so many-th.
Appends TimeRill(Pace pace, std::chrono::milliseconds length, Partition& partition,
                 std::uint64_t segment_bytes) {
  const std::string value(kValue, 'v');
  const RecordData record = {.value = value};
  Require(partition.Append({&record, 1}).status());
  const auto in_a_segment = static_cast<std::int64_t>(segment_bytes / partition.size_bytes());
  return TimeAppends(pace, length, [&] {
    const auto result = partition.Append({&record, 1});
    Require(result.status());
    return result->base_offset % in_a_segment == 0;
  });
}

Appends Quiet(Pace pace, std::chrono::milliseconds length) {
  const OtherCore other(nullptr);
  const ScratchFolder folder;
  Engine engine = OpenEngine(folder, "60000");
  Partition partition = MakeTopic(engine, "appended", {{"retention.ms", "-1"}});
  return TimeRill(pace, length, partition, kSegmentBytes);
}

Appends Busy(Pace pace, std::chrono::milliseconds length) {
  const ScratchFolder folder;
  const auto cleanings = std::make_shared<std::atomic<int>>(0);
  Engine engine = OpenEngine(folder, "100", cleanings);
  const std::string rolled_at = fmt::format("{}", kRolledAt);
  Partition partition = MakeTopic(engine, "appended",
                                  {{"segment.bytes", rolled_at},
                                   {"retention.bytes", fmt::format("{}", kFilesKept * kRolledAt)},
                                   {"file.delete.delay.ms", "1000"},
                                   {"flush.ms", "100"}});
  Partition compacted = MakeTopic(engine, "compacted",
                                  {{"segment.bytes", rolled_at},
                                   {"cleanup.policy", "compact"},
                                   {"min.cleanable.dirty.ratio", "0.01"},
                                   {"file.delete.delay.ms", "1000"},
                                   {"flush.ms", "100"}});
  Appends appends;
  std::string value(kValue, 'v');
  std::minstd_rand random(1);
  {
    const OtherCore other([&] {
      const std::string key = fmt::format("{}", random() % kKeys);
      const RecordData record = {.key = key, .value = value};
      Require(compacted.Append({&record, 1}).status());
    });
    appends = TimeRill(pace, length, partition, kRolledAt);
  }
  const EngineMetrics metrics = engine.Metrics();
  fmt::print(stderr, "  {} rolls, {} segments deleted, {} flushes, {} cleanings\n",
             metrics.roll_latency.count(), metrics.deleted_segments, metrics.flush_latency.count(),
             cleanings->load());
  return appends;
}

}  // namespace

std::string_view NameOf(Side side) {
  switch (side) {
    case Side::kCopy:
      return "copy";
    case Side::kPwrite:
      return "pwrite, all at once";
    case Side::kQuiet:
      return "rill, nothing else to do";
    case Side::kBusy:
      return "rill, all at once";
  }
  return "";
}

std::string_view WordFor(Side side) {
  switch (side) {
    case Side::kCopy:
      return "copy";
    case Side::kPwrite:
      return "pwrite";
    case Side::kQuiet:
      return "quiet";
    case Side::kBusy:
      return "busy";
  }
  return "";
}

Appends TakeTurn(Side side, Pace pace, std::chrono::milliseconds length) {
  switch (side) {
    case Side::kCopy:
      return Copy(pace, length);
    case Side::kPwrite:
      return Pwrite(pace, length);
    case Side::kQuiet:
      return Quiet(pace, length);
    case Side::kBusy:
      return Busy(pace, length);
  }
  return {};
}

}  // namespace rill::bench
