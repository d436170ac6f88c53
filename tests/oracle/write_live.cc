// Appends to a topic without a pause until its standard input ends, for others to read meanwhile.
//
//   write_live DATA_FOLDER TOPIC single|paced|batches
//
//   single    one record an append, as fast as it goes
//   paced     the same, some 20,000 a second, so that a reader keeps up with the end
//   batches   batches of about 16 KiB, as fast as it goes
//
// The record at offset n has the key "key-<n modulo kPeriod>", the time kFirstTime + n modulo
// kPeriod and as value the letter 'a' + n modulo 26, n modulo kPeriod modulo 100 times: see
// java/ReadLive.java. Old segments are deleted, so the folder stays small.

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include "fmt/format.h"
#include "rill/rill.h"

namespace rill::oracle {
namespace {

constexpr std::int64_t kPeriod = 2600;  // a multiple of 26 and of 100, and of the batches' records
constexpr std::int64_t kRecordsPerBatch = 260;
constexpr std::int64_t kFirstTime = 1'000'000'000'000;
static_assert(kPeriod % 26 == 0 && kPeriod % 100 == 0 && kPeriod % kRecordsPerBatch == 0);

bool InputEnded() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (::poll(&input, 1, 0) <= 0) return false;
  char byte = 0;
  return ::read(STDIN_FILENO, &byte, 1) <= 0;
}

struct Sample {
  std::string key;
  std::string value;
  RecordData Data() const { return {key, value, {}, timestamp_ms}; }
  std::int64_t timestamp_ms = 0;
};

std::vector<Sample> Samples() {
  std::vector<Sample> samples;
  for (std::int64_t n = 0; n < kPeriod; ++n) {
    samples.push_back(
        {fmt::format("key-{}", n),
         std::string(static_cast<std::size_t>(n % 100), static_cast<char>('a' + n % 26)),
         kFirstTime + n});
  }
  return samples;
}

std::vector<std::string> SealedBatches(const std::vector<Sample>& samples) {
  std::vector<std::string> batches;
  for (std::int64_t n = 0; n < kPeriod; n += kRecordsPerBatch) {
    BatchBuilder builder;
    for (std::int64_t i = n; i < n + kRecordsPerBatch; ++i) {
      if (!builder.Append(samples[static_cast<std::size_t>(i)].Data()).ok()) std::abort();
    }
    batches.emplace_back(builder.Seal().value());
  }
  return batches;
}

// The disk is shared: the writer stops at a cap until retention has made room.
absl::Status WaitForRoom(const absl::Status& status) {
  if (status.code() != absl::StatusCode::kResourceExhausted) return status;
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return absl::OkStatus();
}

template <typename AppendAt>
absl::Status Repeat(Partition& partition, bool paced, AppendAt append_at) {
  constexpr int kAppendsBetweenLooks = 100;
  while (!InputEnded()) {
    for (int i = 0; i < kAppendsBetweenLooks; ++i) {
      const absl::Status status = append_at(partition.log_end_offset() % kPeriod);
      if (status.ok()) continue;
      if (auto fatal = WaitForRoom(status); !fatal.ok()) return fatal;
    }
    if (paced) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return absl::OkStatus();
}

absl::Status Write(Partition& partition, std::string_view mode) {
  const auto samples = Samples();
  if (mode != "batches") {
    return Repeat(partition, mode == "paced", [&](std::int64_t n) {
      const RecordData record = samples[static_cast<std::size_t>(n)].Data();
      return partition.Append({&record, 1}).status();
    });
  }
  const auto batches = SealedBatches(samples);
  return Repeat(partition, false, [&](std::int64_t n) {
    return partition.AppendBatch(batches[static_cast<std::size_t>(n / kRecordsPerBatch)]).status();
  });
}

// So large that the tool can be done with a new segment before it is full.
const char* SegmentBytes(std::string_view mode) {
  if (mode == "paced") return "20000000";
  return mode == "single" ? "500000000" : "2000000000";
}

// Who reads a segment while it is rolled has so long to finish, and so long its disk is taken.
const char* FileDeleteDelayMs(std::string_view mode) { return mode == "paced" ? "60000" : "1000"; }

absl::Status Run(const std::string& folder, const std::string& name, const std::string& mode) {
  Options options;
  options.max_disk_bytes = std::uint64_t{6} << 30;
  options.configs = {{"log.retention.check.interval.ms", "100"}};
  auto engine = Open(folder, options);
  if (!engine.ok()) return engine.status();
  const auto topic =
      engine->EnsureTopic(name, {.partitions = 1,
                                 .configs = {{"retention.ms", "-1"},
                                             {"retention.bytes", "500000000"},
                                             {"file.delete.delay.ms", FileDeleteDelayMs(mode)},
                                             {"segment.bytes", SegmentBytes(mode)}}});
  if (!topic.ok()) return topic.status();
  auto partition = topic->partition(0);
  if (!partition.ok()) return partition.status();
  const absl::Time begin = absl::Now();
  if (auto status = Write(*partition, mode); !status.ok()) return status;
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  fmt::print("{}: {} records in {:.1f} s, {:.0f} a second\n", mode, partition->log_end_offset(),
             seconds, static_cast<double>(partition->log_end_offset()) / seconds);
  return engine->Close();
}

}  // namespace
}  // namespace rill::oracle

int main(int argc, char** argv) {
  const std::string_view mode = argc == 4 ? argv[3] : "";
  if (mode != "single" && mode != "paced" && mode != "batches") {
    std::fputs("usage: write_live DATA_FOLDER TOPIC single|paced|batches\n", stderr);
    return 2;
  }
  const auto status = rill::oracle::Run(argv[1], argv[2], argv[3]);
  if (status.ok()) return 0;
  fmt::print(stderr, "write_live: {}\n", status.ToString());
  return 1;
}
