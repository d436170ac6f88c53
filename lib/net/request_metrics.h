#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/counter.h"
#include "base/latency_recorder.h"
#include "engine/local_engine.h"
#include "net/answer_errors.h"
#include "net/node_apis.h"
#include "net/topic_requests.h"
#include "rill/latency_histogram.h"

namespace rill::net {

// Where the time of a request went, from when it had come whole until its answer was in the socket,
// or left to go with the next.
struct RequestTimes {
  std::chrono::nanoseconds local{};   // it was worked on
  std::chrono::nanoseconds remote{};  // it waited: for records, for its group
  std::chrono::nanoseconds send{};
};

// What the requests of one kind came to.
struct RequestCounts {
  const NodeApis::Entry* api = nullptr;
  std::map<int, std::uint64_t> versions;  // those that came
  std::map<ErrorCode, std::uint64_t> errors;
  LatencyHistogram total;
  LatencyHistogram local;
  LatencyHistogram remote;
  LatencyHistogram send;
};

// What a node counts besides, all from its start on.
enum class NodeCount : std::size_t {
  kConnections,
  kConnectionsEndedByErrors,
  kRefusedConnections,
  kPartitionsProduced,
  kPartitionsFetched,
  kFailedProduces,
  kFailedFetches,
  // These two by two: so many are under way as began and did not end.
  kFetchWaits,
  kFetchWaitsEnded,
  kGroupWaits,
  kGroupWaitsEnded,
  kSlowAnswers,  // did not go into the socket at once
  kSlowAnswersEnded,
  kCounts,
};
using NodeCounts = std::array<std::uint64_t, static_cast<std::size_t>(NodeCount::kCounts)>;

// What the requests to a node came to. Each thread that serves connections has a part of its own,
// which nobody else writes to: to count costs a few additions in memory of its processor's.
// Thread-safe.
class RequestMetrics {
 public:
  // Used by its thread alone, but for sums.
  class Part {
   public:
    Part(const NodeApis& apis, const engine::LocalEngine& engine);
    ~Part();
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    // An answered request, or one that ended its connection. Allocates with the first of a kind.
    void Count(const NodeApis::Entry& api, int version, const AnswerErrors& errors,
               const RequestTimes& times);
    void Count(NodeCount what, std::uint64_t times = 1) {
      counts_[static_cast<std::size_t>(what)].Add(times);
    }
    TopicRequests& topics() { return topics_; }

   private:
    friend class RequestMetrics;
    struct Kind;

    Kind& KindOf(std::size_t place);

    const NodeApis& apis_;
    clockid_t cpu_clock_ = {};               // of the thread
    std::vector<std::atomic<Kind*>> kinds_;  // as apis_.entries(); null until there is a request
    std::array<base::Counter, static_cast<std::size_t>(NodeCount::kCounts)> counts_;
    TopicRequests topics_;
  };

  // Both outlive it.
  RequestMetrics(const NodeApis& apis, const engine::LocalEngine& engine)
      : apis_(apis), engine_(engine) {}

  // The calling thread's. Takes a lock: to be kept.
  Part& OfThisThread() ABSL_LOCKS_EXCLUDED(mutex_);

  // Of the kinds that there were requests of, by their keys.
  std::vector<RequestCounts> Requests() const ABSL_LOCKS_EXCLUDED(mutex_);
  NodeCounts Counts() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::map<std::string, PartitionRequests> Topics() const ABSL_LOCKS_EXCLUDED(mutex_);
  // What each thread had of a processor; those that have ended are not among them.
  std::map<std::thread::id, std::chrono::nanoseconds> CpuTimes() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const NodeApis& apis_;
  const engine::LocalEngine& engine_;
  mutable absl::Mutex mutex_;
  std::map<std::thread::id, std::unique_ptr<Part>> parts_ ABSL_GUARDED_BY(mutex_);
};

// That something is under way, from `begun` to `ended`. `part` may be null: nobody counts.
class UnderWay {
 public:
  UnderWay(RequestMetrics::Part* part, NodeCount begun, NodeCount ended)
      : part_(part), ended_(ended) {
    if (part_ != nullptr) part_->Count(begun);
  }
  ~UnderWay() {
    if (part_ != nullptr) part_->Count(ended_);
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  RequestMetrics::Part* const part_;
  const NodeCount ended_;
};

}  // namespace rill::net
