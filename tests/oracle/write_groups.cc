// Commits offsets of several groups in a data folder, and prints what Kafka is to find there.
//
//   write_groups DATA_FOLDER SEED
//
// Prints a line for each offset that holds, in no order:
//   <group> <topic> <partition> <offset> <leader epoch> <metadata in hex, - if empty>

#include <cstdio>
#include <random>

#include "record_text.h"
#include "rill/rill.h"

namespace rill::oracle {
namespace {

constexpr int kTopics = 3;
constexpr int kPartitions = 4;
constexpr int kGroups = 4;
constexpr int kCommits = 40;
constexpr int kRecords = 100;

std::string TopicName(int number) { return fmt::format("source-{}", number); }

absl::Status Fill(Engine& engine) {
  for (int t = 0; t < kTopics; ++t) {
    const auto topic = engine.EnsureTopic(TopicName(t), {.partitions = kPartitions});
    if (!topic.ok()) return topic.status();
    for (int p = 0; p < kPartitions; ++p) {
      std::vector<RecordData> records(kRecords, RecordData{"key", "value", {}, kNoTimestamp});
      auto partition = topic->partition(p);
      if (!partition.ok()) return partition.status();
      if (const auto at = partition->Append(records); !at.ok()) return at.status();
    }
  }
  return absl::OkStatus();
}

std::string RandomMetadata(std::mt19937_64& random) {
  static constexpr const char* kTexts[] = {"", "checkpoint", "\xc3\xbc \"quoted\" \\",
                                           "{\"at\":7}"};
  return kTexts[random() % std::size(kTexts)];
}

absl::Status CommitOften(Consumer& consumer, std::mt19937_64& random,
                         std::map<TopicPartition, OffsetAndMetadata>& holds) {
  for (int i = 0; i < kCommits; ++i) {
    const TopicPartition at{TopicName(static_cast<int>(random() % kTopics)),
                            static_cast<std::int32_t>(random() % kPartitions)};
    const OffsetAndMetadata offset{static_cast<std::int64_t>(random() % kRecords),
                                   static_cast<std::int32_t>(random() % 3) - 1,
                                   RandomMetadata(random)};
    if (auto status = consumer.Commit({{at, offset}}); !status.ok()) return status;
    holds[at] = offset;
  }
  return absl::OkStatus();
}

// Even groups subscribe, odd ones take partitions by hand.
absl::StatusOr<Consumer> Join(Engine& engine, int number, const std::string& group) {
  if (number % 2 == 0) {
    auto consumer =
        engine.Subscribe(group, {TopicName(0), TopicName(1), TopicName(2)}, {.reset = kEarliest});
    if (!consumer.ok()) return consumer;
    if (const auto records = consumer->Poll(absl::Seconds(5)); !records.ok())
      return records.status();
    return consumer;
  }
  auto consumer = engine.NewConsumer({.group = group});
  if (!consumer.ok()) return consumer;
  std::vector<TopicPartition> all;
  for (int t = 0; t < kTopics; ++t) {
    for (int p = 0; p < kPartitions; ++p) all.push_back({TopicName(t), p});
  }
  if (auto status = consumer->Assign(all); !status.ok()) return status;
  return consumer;
}

absl::Status Run(const std::string& folder, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto engine = Open(folder);
  if (!engine.ok()) return engine.status();
  if (auto status = Fill(*engine); !status.ok()) return status;
  for (int g = 0; g < kGroups; ++g) {
    const std::string group = fmt::format("group-{}", g);
    auto consumer = Join(*engine, g, group);
    if (!consumer.ok()) return consumer.status();
    std::map<TopicPartition, OffsetAndMetadata> holds;
    if (auto status = CommitOften(*consumer, random, holds); !status.ok()) return status;
    for (const auto& [at, offset] : holds) {
      fmt::print("{} {} {} {} {} {}\n", group, at.topic, at.partition, offset.offset,
                 offset.leader_epoch, offset.metadata.empty() ? "-" : BytesText(offset.metadata));
    }
    if (auto status = consumer->Close(); !status.ok()) return status;
  }
  return engine->Close();
}

}  // namespace
}  // namespace rill::oracle

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: write_groups DATA_FOLDER SEED\n", stderr);
    return 2;
  }
  const auto status = rill::oracle::Run(argv[1], std::strtoull(argv[2], nullptr, 10));
  if (status.ok()) return 0;
  fmt::print(stderr, "write_groups: {}\n", status.ToString());
  return 1;
}
