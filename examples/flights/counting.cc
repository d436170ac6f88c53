#include "counting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <map>
#include <utility>

#include "flight.h"
#include "ingest.h"

namespace {

using Tallies = std::map<rill::TopicPartition, Tally>;

std::string Names(const std::vector<rill::TopicPartition>& partitions) {
  std::vector<int> numbers;
  for (const auto& partition : partitions) numbers.push_back(partition.partition);
  return fmt::format("{}", fmt::join(numbers, ", "));
}

// The tally that was committed with the partition's offset; empty when nothing was.
absl::StatusOr<Tally> LoadTally(rill::Consumer& consumer, const rill::TopicPartition& partition) {
  auto committed = consumer.Committed(partition);
  if (absl::IsNotFound(committed.status())) return Tally();
  if (!committed.ok()) return committed.status();
  return Tally::Parse(committed->metadata);
}

absl::Status Count(const rill::Records& records, Tallies& tallies) {
  for (const rill::Record& record : records) {
    auto flight = ParseFlight(record.value());
    if (!flight.ok()) return flight.status();
    Tally& tally = tallies[{record.topic(), record.partition()}];
    auto status = tally.Add(flight->origin, flight->delay_minutes, LineOf(record));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CommitWithTallies(rill::Consumer& consumer, const rill::Records& records,
                               const Tallies& tallies) {
  std::map<rill::TopicPartition, rill::OffsetAndMetadata> offsets;
  for (const auto& range : records.ranges()) {
    const auto tally = tallies.find(range.partition());
    if (tally == tallies.end()) continue;
    offsets[range.partition()] = {.offset = range.next_offset, .metadata = tally->second.Format()};
  }
  return consumer.Commit(offsets);
}

bool LostPartitions(const absl::Status& status) { return absl::IsAborted(status); }

void DieIfAsked(CountingState& state) {
  if (state.polls_until_death.load() < 0) return;
  if (state.polls_until_death.fetch_sub(1) == 0) std::raise(SIGKILL);
}

}  // namespace

absl::Status CountFlights(rill::Engine& engine, const std::string& topic, int number,
                          CountingState& state, const std::function<bool()>& leave) {
  Tallies tallies;
  std::vector<rill::TopicPartition> assigned;
  rill::ConsumerOptions options;
  options.group = kGroup;
  options.client_id = fmt::format("counter-{}", number);
  options.reset = rill::kEarliest;
  options.partition_assignment_strategy = {"range"};  // all are revoked, then all assigned anew
  options.rebalance_listener.on_revoked = [&](const auto& partitions) {
    for (const auto& partition : partitions) tallies.erase(partition);
  };
  options.rebalance_listener.on_assigned = [&](const auto& partitions) {
    if (!state.stop.load()) {
      state.say(fmt::format("consumer {} has partitions {}", number, Names(partitions)));
    }
    assigned.insert(assigned.end(), partitions.begin(), partitions.end());
  };
  auto consumer = engine.NewConsumer(options);
  if (!consumer.ok()) return consumer.status();
  if (auto status = consumer->Subscribe({topic}); !status.ok()) return status;

  while (!state.stop.load() && !leave()) {
    auto records = consumer->Poll(absl::Milliseconds(100));
    if (!records.ok()) return records.status();
    for (const auto& partition : std::exchange(assigned, {})) {
      auto tally = LoadTally(*consumer, partition);
      if (!tally.ok()) return tally.status();
      tallies[partition] = *std::move(tally);
    }
    if (records->empty()) continue;
    if (auto status = Count(*records, tallies); !status.ok()) return status;
    DieIfAsked(state);
    auto status = CommitWithTallies(*consumer, *records, tallies);
    if (LostPartitions(status)) {
      tallies.clear();  // what was counted is another's to count again
      continue;
    }
    if (!status.ok()) return status;
    for (const auto& range : records->ranges()) {
      state.counted.fetch_add(range.next_offset - range.first_offset);
    }
  }
  if (!state.stop.load()) state.say(fmt::format("consumer {} leaves the group", number));
  return consumer->Close();
}

absl::StatusOr<Tally> CommittedTally(rill::Engine& engine) {
  auto offsets = engine.CommittedOffsets(kGroup);
  if (!offsets.ok()) return offsets.status();
  Tally all;
  for (const auto& [partition, committed] : *offsets) {
    auto tally = Tally::Parse(committed.metadata);
    if (!tally.ok()) return tally.status();
    all.Merge(*tally);
  }
  return all;
}
