#include "bench_log.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "unistd.h"

namespace rill::bench {

ScratchFolder::ScratchFolder() {
  static std::atomic<int> count = 0;
  const char* base = std::getenv("RILL_BENCH_DIR");  // NOLINT(concurrency-mt-unsafe): read only
  path_ = fmt::format("{}/rill-bench-{}-{}", base == nullptr ? "." : base, getpid(), count++);
  std::filesystem::create_directories(path_);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

BenchLog::BenchLog(Place place, std::int32_t partitions) {
  Options options;
  options.max_disk_bytes = std::uint64_t{64} << 30;
  const std::string where = place == Place::kMem ? "mem:" : folder_.path() + "/data";
  engine_ = Require(Open(where, options));
  topic_ = Require(engine_->CreateTopic(
      "bench",
      {.partitions = partitions,
       .configs = {{"retention.ms", "-1"}, {"segment.bytes", fmt::format("{}", kSegmentBytes)}}}));
  partition_ = Require(topic_->partition(0));
}

std::string MakeBatch() {
  const std::string value(kValueBytes, 'v');
  const RecordData record{.value = value, .timestamp_ms = absl::ToUnixMillis(absl::Now())};
  BatchBuilder builder;
  while (builder.size() + MaxRecordSize(record) <= kBatchBytes) Require(builder.Append(record));
  return std::string(Require(builder.Seal()));
}

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "rill_bench: %s\n", status.ToString().c_str());
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): nothing else runs
}

}  // namespace rill::bench
