#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/parse_number.h"
#include "bench_log.h"
#include "plain_files.h"
#include "usage.h"

// rill_sustained [volume [GIGABYTES] | flood [GIGABYTES] | topics | rolls] > sustained.json
//
// Sealed batches of 16 KiB go into topics, and by plain pwrite into files, in turns of 64 MiB: what
// else happens on the machine falls on both. Does the ratio hold
//   volume   from the first GB to the last (21 by default)?
//   flood    the same, faster than the disk can take it?
//   topics   as topics grow from 1 to 1,000?
//   rolls    as segments roll, every 1 GiB to every 16 MiB?
// But for flood, the file system is synced every 512 MiB, between the turns: else both sides are
// soon held up by the kernel until the disk has caught up, and it is that which one would measure.
// Before each side's turn the memory that it is going to fill is touched and given back: a host
// that takes free memory from its guest would have the side that comes first wait for all of it.
// Progress goes to the standard error, JSON for bench/plot.py to the standard output. Both sides
// keep their last 4 GiB; older files are deleted between the turns.
namespace rill::bench {
namespace {

constexpr std::uint64_t kTurn = std::uint64_t{64} << 20;
constexpr int kTurnsBetweenSyncs = 8;
constexpr std::uint64_t kGigabyte = 1'000'000'000;
constexpr std::uint64_t kKept = std::uint64_t{4} << 30;

// A topic of one partition each, and the plain files beside them.
class Sides {
 public:
  Sides(int topics, std::uint64_t segment_bytes)
      : topics_(topics),
        segments_kept_(static_cast<int>(kKept / topics / segment_bytes) + 1),
        plain_(folder_.path(), topics, segment_bytes) {
    Options options;
    options.max_disk_bytes = std::uint64_t{64} << 30;
    engine_ = Require(Open(folder_.path() + "/data", options));
    for (int i = 0; i < topics; ++i) {
      const Topic topic = Require(
          engine_->CreateTopic(fmt::format("topic-{}", i),
                               {.partitions = 1,
                                .configs = {{"retention.ms", "-1"},
                                            {"file.delete.delay.ms", "0"},
                                            {"segment.bytes", fmt::format("{}", segment_bytes)}}}));
      partitions_.push_back(Require(topic.partition(0)));
    }
  }

  // Appends `bytes` in batches, to one topic after the other.
  void AppendToRill(std::uint64_t bytes) {
    for (std::uint64_t done = 0; done < bytes; done += batch_.size(), ++rill_turn_) {
      Require(partitions_[rill_turn_ % topics_].AppendBatch(batch_).status());
    }
  }
  void WritePlain(std::uint64_t bytes) {
    for (std::uint64_t done = 0; done < bytes; done += batch_.size(), ++plain_turn_) {
      plain_.Write(static_cast<int>(plain_turn_ % topics_), batch_);
    }
  }

  void Sync() {
    const int folder = open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || syncfs(folder) != 0) Require(absl::InternalError("syncfs"));
    close(folder);
  }

  void DeleteOld() {
    for (int topic = 0; topic < topics_; ++topic) {
      plain_.KeepLast(topic, segments_kept_);
      Partition& partition = partitions_[topic];
      if (partition.size_bytes() <= kKept / topics_) continue;
      const auto kept =
          static_cast<double>(kKept) / topics_ / static_cast<double>(partition.size_bytes());
      const auto offsets =
          static_cast<double>(partition.high_watermark() - partition.log_start_offset());
      Require(partition
                  .DeleteRecordsBefore(partition.high_watermark() -
                                       static_cast<std::int64_t>(offsets * kept))
                  .status());
    }
  }

 private:
  int topics_;
  int segments_kept_;
  ScratchFolder folder_;
  PlainFiles plain_;
  std::optional<Engine> engine_;
  std::vector<Partition> partitions_;
  std::string batch_ = MakeBatch();
  std::uint64_t rill_turn_ = 0;
  std::uint64_t plain_turn_ = 0;
};

double Seconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Makes the kernel's free memory such that the machine need not find it first: what a turn fills,
// and as much for what goes on beside it.
void WarmMemory() {
  constexpr std::size_t kSize = 2 * kTurn;
  void* const memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) Require(absl::InternalError("mmap"));
  munmap(memory, kSize);
}

// A row of the table: the same volume on both sides.
struct Row {
  std::string name;
  double rill_seconds = 0;
  double plain_seconds = 0;
};

enum class Disk { kSettles, kIsFlooded };

Row MoveBytes(Sides& sides, const std::string& name, std::uint64_t bytes,
              Disk disk = Disk::kSettles) {
  Row row{name};
  bool rill_first = true;
  int turns = 0;
  for (std::uint64_t done = 0; done < bytes; done += kTurn, rill_first = !rill_first) {
    if (disk == Disk::kSettles && turns++ % kTurnsBetweenSyncs == 0) sides.Sync();
    const auto rill = [&] {
      WarmMemory();
      row.rill_seconds += Seconds([&] { sides.AppendToRill(kTurn); });
    };
    if (rill_first) rill();
    WarmMemory();
    row.plain_seconds += Seconds([&] { sides.WritePlain(kTurn); });
    if (!rill_first) rill();
    sides.DeleteOld();
  }
  const auto gigabytes = static_cast<double>((bytes + kTurn - 1) / kTurn * kTurn) / 1e9;
  const double rill = gigabytes / row.rill_seconds;
  const double plain = gigabytes / row.plain_seconds;
  fmt::print(stderr, "{:<24} append/batch {:5.2f} GB/s   pwrite {:5.2f} GB/s   ratio {:.2f}\n",
             name, rill, plain, rill / plain);
  return row;
}

std::vector<Row> ByVolume(std::uint64_t gigabytes, Disk disk) {
  Sides sides(1, kSegmentBytes);
  std::vector<Row> rows;
  for (std::uint64_t i = 1; i <= gigabytes; ++i) {
    rows.push_back(MoveBytes(sides, fmt::format("GB {}", i), kGigabyte, disk));
  }
  return rows;
}

std::vector<Row> ByTopics() {
  std::vector<Row> rows;
  for (const int topics : {1, 10, 100, 1000}) {
    Sides sides(topics, kSegmentBytes);
    rows.push_back(MoveBytes(sides, fmt::format("{} topics", topics), 4 * kGigabyte));
  }
  return rows;
}

std::vector<Row> ByRolls() {
  std::vector<Row> rows;
  for (const std::uint64_t megabytes : {1024, 256, 64, 16}) {
    Sides sides(1, megabytes << 20);
    rows.push_back(MoveBytes(sides, fmt::format("segments of {} MiB", megabytes), 4 * kGigabyte));
  }
  return rows;
}

void PrintJson(std::string_view what, const std::vector<Row>& rows) {
  fmt::print(R"({{"sustained": "{}", "rows": [)", what);
  for (const Row& row : rows) {
    fmt::print(R"({}{{"name": "{}", "rill_seconds": {:.4f}, "plain_seconds": {:.4f}}})",
               &row == rows.data() ? "" : ", ", row.name, row.rill_seconds, row.plain_seconds);
  }
  fmt::print("]}}\n");
}

// A descriptor for each plain file: rill needs none of them.
void AllowDescriptors() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace
}  // namespace rill::bench

int main(int argc, char** argv) {
  using namespace rill::bench;
  constexpr const char* kUsage =
      "rill_sustained [volume [GIGABYTES] | flood [GIGABYTES] | topics | rolls]";
  if (const auto answer = AnswerUsage(argc, argv, 2, kUsage)) return *answer;
  const std::string_view what = argc > 1 ? argv[1] : "volume";
  std::optional<std::uint64_t> gigabytes = 21;
  if (argc > 2) gigabytes = rill::base::ParseNumber<std::uint64_t>(argv[2]);
  if (gigabytes.value_or(0) == 0) {
    fmt::print(stderr, "GIGABYTES is a number from 1 on, not '{}'\nusage: {}\n", argv[2], kUsage);
    return 2;
  }
  AllowDescriptors();
  if (what == "volume" || what == "flood") {
    PrintJson(what, ByVolume(*gigabytes, what == "volume" ? Disk::kSettles : Disk::kIsFlooded));
  } else if (what == "topics") {
    PrintJson(what, ByTopics());
  } else if (what == "rolls") {
    PrintJson(what, ByRolls());
  } else {
    fmt::print(stderr, "usage: {}\n", kUsage);
    return 2;
  }
}
