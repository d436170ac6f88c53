#pragma once

#include <cstdint>

#include "base/counter.h"
#include "base/latency_recorder.h"
#include "base/sum_of_parts.h"

namespace rill::engine {

// What consumers counted together.
struct PollCounts {
  std::uint64_t polls = 0;
  std::uint64_t empty_polls = 0;
};

// A consumer's own, for it is used by one thread at a time.
struct PollCounters {
  base::Counter polls;
  base::Counter empty_polls;

  void AddTo(PollCounts& counts) const {
    counts.polls += polls.value();
    counts.empty_polls += empty_polls.value();
  }
};

// What the producers and consumers of an engine have done.
struct ClientMetrics {
  base::SumOfParts<PollCounters, PollCounts> consumers;
  base::LatencyRecorder send_wait;
  // Records that producers refused before a log had them.
  base::SharedCounter refused_sends;
};

}  // namespace rill::engine
