#include "kill_child.h"

#include <unistd.h>

#include <chrono>
#include <random>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "numbered_record.h"
#include "rill/rill.h"

namespace rill::testing {
namespace {

class Child {
 public:
  Child(Engine& engine, int pipe, std::uint64_t seed) : engine_(engine), pipe_(pipe), seed_(seed) {}

  void Produce(int partition, std::uint64_t number);
  void Commit();
  void ChangeTopics();

 private:
  using Random = std::mt19937_64;

  void Tell(const Report& report) const {
    if (::write(pipe_, &report, sizeof report) != sizeof report) ::_exit(3);
  }
  template <typename Result>
  void Check(const Result& result, int thread) const {
    if (result.ok()) return;
    Tell({.kind = Report::kFailed, .number = static_cast<std::uint64_t>(thread)});
    ::_exit(4);
  }
  void SendOne(Producer& producer, const Topic& topic, int partition, std::uint64_t number);
  void SendTogether(Producer& producer, const Topic& topic, int partition,
                    const std::vector<std::uint64_t>& numbers);
  void DeleteTenth(Partition& log, int partition);
  void Change(const std::string& name, int partitions, std::uint64_t retention_ms, int& has);

  Engine& engine_;
  const int pipe_;
  const std::uint64_t seed_;
};

ProducerRecord Produced(const NumberedRecord& record, int partition) {
  return {.key = record.key,
          .value = record.value_view(),
          .partition = partition,
          .timestamp = absl::FromUnixMillis(record.timestamp_ms)};
}

void Child::SendOne(Producer& producer, const Topic& topic, int partition, std::uint64_t number) {
  const NumberedRecord record = RecordOf(number, kFirstTimestampMs);
  const auto sent = producer.Send(topic, Produced(record, partition)).Wait();
  Check(sent, 1);
  Tell({.kind = Report::kAcknowledged,
        .partition = partition,
        .offset = sent->offset,
        .number = number});
}

void Child::SendTogether(Producer& producer, const Topic& topic, int partition,
                         const std::vector<std::uint64_t>& numbers) {
  std::vector<PendingSend> pending;
  for (const std::uint64_t number : numbers) {
    const NumberedRecord record = RecordOf(number, kFirstTimestampMs);
    pending.push_back(producer.Send(topic, Produced(record, partition)));
  }
  for (std::size_t i = 0; i < pending.size(); ++i) {
    const auto sent = pending[i].Wait();
    Check(sent, 2);
    Tell({.kind = Report::kAcknowledged,
          .partition = partition,
          .offset = sent->offset,
          .number = numbers[i]});
  }
}

void Child::DeleteTenth(Partition& log, int partition) {
  const std::int64_t offset = (log.log_start_offset() * 9 + log.high_watermark()) / 10;
  Tell({.kind = Report::kDeletionBegun, .partition = partition, .offset = offset});
  Check(log.DeleteRecordsBefore(offset), 7);
}

// Records alone and in batches, with flushes and deletions in between.
void Child::Produce(int partition, std::uint64_t number) {
  Random random(seed_ + static_cast<std::uint64_t>(partition));
  const auto topic = engine_.FindTopic(kRecords);
  Check(topic, 5);
  auto single = engine_.NewProducer();
  auto together = engine_.NewProducer(
      {.linger = absl::Hours(1), .compression = Compression::kZstd, .enable_idempotence = true});
  auto log = topic->partition(partition);
  Check(single, 5);
  Check(together, 5);
  Check(log, 5);
  const auto next = [&] { return std::exchange(number, number + kRecordPartitions); };
  for (;;) {
    switch (random() % 40) {
      case 0:
        Check(log->Flush(), 6);
        break;
      case 1:
        DeleteTenth(*log, partition);
        break;
      case 2:
      case 3:
      case 4: {
        std::vector<std::uint64_t> numbers(1 + random() % 20);
        for (std::uint64_t& one : numbers) one = next();
        SendTogether(*together, *topic, partition, numbers);
        break;
      }
      default:
        SendOne(*single, *topic, partition, next());
    }
  }
}

// Both partitions at once: found later are both offsets of one commit.
void Child::Commit() {
  auto consumer = engine_.NewConsumer({.group = kKilledGroup});
  const auto topic = engine_.FindTopic(kRecords);
  Check(consumer, 8);
  Check(topic, 8);
  const auto first = topic->partition(0);
  const auto second = topic->partition(1);
  Check(first, 8);
  Check(second, 8);
  for (;;) {
    const std::int64_t offsets[] = {first->high_watermark(), second->high_watermark()};
    Report report = {.kind = Report::kCommitBegun,
                     .offset = offsets[0],
                     .number = static_cast<std::uint64_t>(offsets[1])};
    Tell(report);
    Check(consumer->Commit(
              {{{kRecords, 0}, {.offset = offsets[0]}}, {{kRecords, 1}, {.offset = offsets[1]}}}),
          9);
    report.kind = Report::kCommitted;
    Tell(report);
    std::this_thread::sleep_for(std::chrono::microseconds(300));
  }
}

void Child::Change(const std::string& name, int partitions, std::uint64_t retention_ms, int& has) {
  const std::string value = std::to_string(retention_ms);
  if (partitions == 0) {
    Check(engine_.DeleteTopic(name), 10);
  } else if (has == 0) {
    Check(
        engine_.CreateTopic(name, {.partitions = partitions, .configs = {{"retention.ms", value}}}),
        11);
  } else if (partitions > has) {
    Check(engine_.CreatePartitions(name, partitions), 12);
  } else {
    Check(engine_.AlterTopicConfigs(name, {{"retention.ms", value}}), 13);
  }
  has = partitions;
}

// Makes, grows, changes and deletes topics, and puts a record into some.
void Child::ChangeTopics() {
  Random random(seed_ + 100);
  std::vector<std::uint64_t> retention(kChangedTopics, 1);
  std::vector<int> has(kChangedTopics);
  for (int i = 0; i < kChangedTopics; ++i) {
    const auto topic = engine_.DescribeTopic(fmt::format("t{}", i));
    if (!topic.ok()) continue;
    has[i] = topic->partitions;
    retention[i] = std::stoull(topic->configs.at("retention.ms").value);
  }
  for (std::uint64_t change = seed_ % 1000 * 1000000;; ++change) {
    const auto i = static_cast<std::size_t>(random() % kChangedTopics);
    int partitions = has[i];
    const bool grows = has[i] > 0 && has[i] < 4 && random() % 3 == 0;
    if (has[i] == 0 || grows) {
      ++partitions;
    } else if (random() % 4 == 0) {
      partitions = 0;
    }
    if (partitions == has[i] || has[i] == 0) retention[i] = 10000000 + change;
    Report report = {.kind = Report::kChangeBegun,
                     .topic = static_cast<std::int32_t>(i),
                     .partition = partitions,
                     .number = retention[i]};
    Tell(report);
    Change(fmt::format("t{}", i), partitions, retention[i], has[i]);
    report.kind = Report::kChanged;
    Tell(report);
  }
}

}  // namespace

void UseUntilKilled(const std::string& folder, int pipe, std::uint64_t seed,
                    const NextNumbers& next) {
  auto engine = Open(folder, {.configs = {{"offsets.topic.num.partitions", "1"}}});
  if (!engine.ok()) ::_exit(1);
  const auto topic = engine->EnsureTopic(
      kRecords, {.partitions = kRecordPartitions,
                 .configs = {{"index.interval.bytes", "2000"},
                             {"segment.index.bytes", "80"},
                             {"retention.bytes", std::to_string(kRetentionBytes)},
                             {"retention.ms", "-1"},
                             {"file.delete.delay.ms", "5"}}});
  if (!topic.ok()) ::_exit(2);
  Child child(*engine, pipe, seed);
  std::vector<std::thread> threads;
  for (int i = 0; i < kRecordPartitions; ++i) {
    threads.emplace_back([&, i] { child.Produce(i, next.of[i]); });
  }
  threads.emplace_back([&] { child.Commit(); });
  threads.emplace_back([&] { child.ChangeTopics(); });
  for (std::thread& thread : threads) thread.join();
  ::_exit(5);
}

}  // namespace rill::testing
