#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "expected_state.h"
#include "numbered_record.h"
#include "rill/rill.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {

// Does at random what an application does with an engine, one thing after the other, and notes what
// must and what may be found afterwards: what is under way before it is begun, what is promised
// once it is acknowledged.
class Workload {
 public:
  // All must outlive it. The numbers of records begin at `next_number`, which moves on.
  Workload(Engine& engine, ManualClock& clock, std::mt19937_64& random, ExpectedState& expected,
           std::uint64_t& next_number);

  // An error where there is no reason for one.
  absl::Status DoSomething();
  // Closes the engine, which promises everything.
  absl::Status Close();

  // Notes what cannot be taken back at this moment, in the middle of anything: records that were
  // shown where they are flushed first, and deletions that readers see.
  void NoteWhatIsShown(ExpectedState& expected) const;

 private:
  struct Opened {
    Partition partition;
    // From this offset on, everything is flushed before it is shown; none: it is not.
    std::optional<std::int64_t> flushed_from;
  };

  std::uint64_t Random(std::uint64_t below) { return random_() % below; }
  bool Chance(std::uint64_t one_in) { return Random(one_in) == 0; }
  std::string SomeTopic();
  TopicPartition SomePartition(const std::string& topic);
  std::map<std::string, std::string> SomeConfigs();
  bool DeletesRecords(const std::string& topic) const;
  absl::StatusOr<Partition> Open(const TopicPartition& name);
  std::int64_t FlushMessages(const std::string& topic) const;
  // What is under way until it is acknowledged, and then is there.
  void BeginChange(const std::string& name, std::optional<ExpectedTopic> after);
  void EndChange();
  // The next records of a partition.
  std::vector<NumberedRecord> BeginRecords(const TopicPartition& name, std::size_t count);
  absl::Status EndRecords(const TopicPartition& name, std::int64_t last_offset);
  void EndCommit();

  absl::Status Create();
  absl::Status Delete();
  absl::Status Grow();
  absl::Status Alter();
  absl::Status Send();
  absl::Status Append(const TopicPartition& name, const std::vector<NumberedRecord>& records);
  absl::Status MakeSingle();
  absl::Status SendSingly(const TopicPartition& name, std::size_t count);
  absl::Status SendTogether(const TopicPartition& name, std::size_t count);
  absl::Status Claim(const TopicPartition& name);
  absl::Status NoteWhatIsSeen(const TopicPartition& name, std::int64_t end);
  absl::Status Consume();
  absl::Status DeleteGroup();
  absl::Status DeleteRecords();
  absl::Status Flush();
  absl::Status Maintain();

  Engine& engine_;
  ManualClock& clock_;
  std::mt19937_64& random_;
  ExpectedState& expected_;
  std::uint64_t& next_number_;
  std::map<TopicPartition, Opened> open_;
  std::optional<Producer> single_;
  std::optional<Producer> together_;
};

}  // namespace rill::testing
