#include "small_folder.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "log/segment_scan.h"
#include "log/stopper.h"
#include "rill/rill.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {
namespace {

constexpr char kFolder[] = "/data";
constexpr char kGroup[] = "billing";
constexpr std::int64_t kFirstMs = 1767225600000;
constexpr int kRecords = 9;
constexpr absl::Duration kCleanerBackoff = absl::Seconds(1);
// How much of a killed writer's reserve is kept behind its stopper.
constexpr std::size_t kReserveKept = 100;

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) std::abort();
  return *std::move(result);
}
void Must(const absl::Status& status) {
  if (!status.ok()) std::abort();
}

Options OptionsFor(std::shared_ptr<FaultyStorage> storage, Clock* clock) {
  return {.maintenance = Options::Maintenance::kByCaller,
          .configs = {{"offsets.topic.num.partitions", "1"},
                      {"log.cleaner.backoff.ms",
                       std::to_string(absl::ToInt64Milliseconds(kCleanerBackoff))}},
          .clock = clock,
          .storage = std::move(storage)};
}

std::string ValueOf(int i) { return fmt::format("value {} of many", i); }

// Two of the records share a compressed batch, and all have sequence numbers.
void Fill(Engine& engine, const Topic& topic) {
  auto single = Must(engine.NewProducer({.enable_idempotence = true}));
  auto together = Must(engine.NewProducer(
      {.linger = absl::Hours(1), .compression = Compression::kLz4, .enable_idempotence = true}));
  for (int i = 0; i < kRecords; ++i) {
    const std::string value = ValueOf(i);
    const auto time = absl::FromUnixMillis(kFirstMs + i * 1000);
    Producer& producer = i == 3 || i == 4 ? together : single;
    producer.Send(topic, {.key = "k", .value = value, .timestamp = time}, nullptr);
    if (i == 4) Must(together.Flush());
  }
}

void Commit(Engine& engine, const std::string& topic, std::int64_t offset) {
  auto consumer = Must(engine.NewConsumer({.group = kGroup}));
  Must(consumer.Commit({{{topic, 0}, {.offset = offset}}}));
}

// The bytes of a killed process's log up to shortly behind its stopper.
std::string WithoutReserve(const std::string& bytes) {
  const auto scan =
      log::ScanBatches(bytes, 0, 0, log::ScanDepth::kFrames, [](BatchView, std::uint32_t) {});
  return bytes.substr(0, scan.sound_end + log::kStopperSize + kReserveKept);
}

class Observer {
 public:
  explicit Observer(Observation& out) : out_(out) {}

  LogSink sink() {
    return [this](LogLevel level, std::string_view line) {
      const bool is_told = level >= LogLevel::kWarning || line.find("dropped") != line.npos;
      if (is_told) Say(line);
    };
  }
  void Say(std::string_view line) { out_.said += fmt::format("{}\n", line); }
  void Look(Engine& engine) {
    for (const std::string& name : engine.ListTopics()) LookAtTopic(engine, name);
    const auto offsets = engine.CommittedOffsets(kGroup);
    if (!offsets.ok()) return Say(offsets.status().ToString());
    for (const auto& [partition, committed] : *offsets) {
      Note("{} stands at {} of {}-{}", kGroup, committed.offset, partition.topic,
           partition.partition);
    }
  }

 private:
  template <typename... Parts>
  void Note(fmt::format_string<Parts...> format, Parts&&... parts) {
    out_.state += fmt::format(format, std::forward<Parts>(parts)...) + "\n";
  }
  void LookAtTopic(Engine& engine, const std::string& name);
  void LookAtRecords(Partition partition);
  void Check(const Record& record);

  Observation& out_;
};

void Observer::LookAtTopic(Engine& engine, const std::string& name) {
  const auto topic = Must(engine.DescribeTopic(name));
  Note("topic {} {} {}", name, topic.id, topic.partitions);
  for (const auto& [config, value] : topic.configs) {
    if (value.source == ConfigSource::kDynamicTopicConfig) Note(" {}={}", config, value.value);
  }
  auto partition = Must(engine.FindTopic(name)).partition(0);
  if (!partition.ok()) return Say(partition.status().ToString());
  LookAtRecords(*partition);
  const RecordData more = {.key = "k", .value = "one more"};
  const auto appended = partition->Append({&more, 1});
  Note(" appends at {}", appended.ok() ? appended->base_offset : -1);
  if (!appended.ok()) out_.wrong += appended.status().ToString();
}

// From each offset, for each leads through the indexes another way.
void Observer::LookAtRecords(Partition partition) {
  Note(" offsets {} to {}", partition.log_start_offset(), partition.high_watermark());
  const std::int64_t end = partition.high_watermark();
  for (std::int64_t offset = partition.log_start_offset(); offset < std::min(end, INT64_C(50));
       ++offset) {
    const auto records = partition.Read(offset, {.max_records = 1});
    if (!records.ok()) {
      Say(records.status().ToString());
      continue;
    }
    for (const Record& record : *records) Check(record);
  }
  for (int i = 0; i <= kRecords; ++i) {
    const auto found = partition.OffsetForTime(absl::FromUnixMillis(kFirstMs + i * 1000));
    if (!found.ok()) {
      Say(found.status().ToString());
    } else {
      Note(" time {}: {}", i, found->offset);
    }
  }
}

void Observer::Check(const Record& record) {
  const std::int64_t i = (record.timestamp_ms() - kFirstMs) / 1000;
  const bool was_written = i >= 0 && i < kRecords && record.key() == "k" &&
                           record.timestamp_ms() == kFirstMs + i * 1000 &&
                           record.value() == ValueOf(static_cast<int>(i));
  Note(" record {} at {}", i, record.offset());
  if (!was_written) out_.wrong += "a record that nobody wrote\n";
}

}  // namespace

FolderFiles MakeSmallFolder(EndOfProcess end) {
  auto storage = std::make_shared<FaultyStorage>();
  ManualClock clock(absl::FromUnixMillis(kFirstMs));
  auto engine = Must(Open(kFolder, OptionsFor(storage, &clock)));
  // Segments of four batches.
  std::map<std::string, std::string> configs = {{"index.interval.bytes", "0"},
                                                {"segment.index.bytes", "24"}};
  for (const std::string name : {"orders", kCompactedTopic}) {
    if (name == kCompactedTopic) {
      configs.insert({{"cleanup.policy", "compact,delete"},
                      {"min.cleanable.dirty.ratio", "0"},
                      {"file.delete.delay.ms", "0"}});
    }
    const auto topic = Must(engine.CreateTopic(name, {.partitions = 1, .configs = configs}));
    Fill(engine, topic);
    Commit(engine, name, 2);
    Must(Must(topic.partition(0)).DeleteRecordsBefore(kLogStart).status());
  }
  Must(engine.Flush());
  // Rolled segments get their indexes, and the checkpoints say what is flushed.
  clock.Advance(absl::Minutes(11));
  engine.RunMaintenance();
  // On a machine that was slow just then, compaction has looked before the indexes were there.
  clock.Advance(2 * kCleanerBackoff);
  engine.RunMaintenance();
  Commit(engine, "orders", 5);
  if (end == EndOfProcess::kClosed) Must(engine.Close());
  FolderFiles files;
  for (const std::string& path : storage->Files()) {
    // Zeros for a segment to come, which each open removes without a look at them.
    if (path.ends_with("/next-segment.tmp")) continue;
    std::string bytes = Must(storage->ReadFile(path));
    const bool is_live_log = end == EndOfProcess::kKilled && path.ends_with(".log");
    files[path] = is_live_log ? WithoutReserve(bytes) : bytes;
  }
  return files;
}

Observation Observe(const FolderFiles& files) {
  auto storage = std::make_shared<FaultyStorage>();
  for (const auto& [path, bytes] : files) Must(storage->WriteFile(path, bytes));
  Observation seen;
  Observer observer(seen);
  ManualClock clock(absl::FromUnixMillis(kFirstMs) + absl::Minutes(20));
  Options options = OptionsFor(storage, &clock);
  options.log_sink = observer.sink();
  auto engine = Open(kFolder, options);
  if (!engine.ok()) {
    observer.Say(engine.status().ToString());
    return seen;
  }
  observer.Look(*engine);
  if (auto closed = engine->Close(); !closed.ok()) seen.wrong += closed.ToString();
  return seen;
}

}  // namespace rill::testing
