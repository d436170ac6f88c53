#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/rill.h"
#include "tally.h"

inline constexpr char kGroup[] = "delays";

// What the consuming threads share with whoever watches them.
struct CountingState {
  std::atomic<std::int64_t> counted = 0;  // flights whose count is committed
  std::atomic<bool> stop = false;
  std::function<void(const std::string&)> say;  // a line for the person who watches
  // For tests: the process kills itself between the counting and the commit of this many polls from
  // now; below zero never.
  std::atomic<std::int64_t> polls_until_death = -1;
};

// One consumer of the group: counts flights until `state.stop`, or leaves the group when `leave`
// says so. Results and offsets are one: the commit of a partition's offset carries, as its
// metadata, the tally of the partition up to that offset. Whoever gets the partition next, in this
// process or a later one, goes on from both.
absl::Status CountFlights(rill::Engine& engine, const std::string& topic, int number,
                          CountingState& state, const std::function<bool()>& leave);

// The tallies of all partitions that the group has committed.
absl::StatusOr<Tally> CommittedTally(rill::Engine& engine);
