#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "net/request_metrics.h"

namespace rill::net {

// What was counted until a moment.
struct MetricsMoment {
  std::chrono::steady_clock::time_point at;
  std::vector<RequestCounts> requests;
  std::map<std::thread::id, std::chrono::nanoseconds> cpu_times;

  // What the threads had left of their time since `earlier`: 0 to 1.
  double IdleSince(const MetricsMoment& earlier) const;
  // Null where there were none of that kind.
  const RequestCounts* Find(const NodeApis::Entry* api) const;
};

// Remembers moments, so that a page can say what was lately: since 5 to 10 minutes before, since
// it was last asked where that is longer, or since the node began. Who looks does not change what
// others see. Thread-safe.
class MetricsWindow {
 public:
  using Moment = std::shared_ptr<const MetricsMoment>;
  static constexpr std::chrono::minutes kLength = std::chrono::minutes(5);

  // Begins at that time.
  explicit MetricsWindow(std::chrono::steady_clock::time_point at);

  // With what `now` is to be compared.
  Moment Turn(Moment now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  Moment older_ ABSL_GUARDED_BY(mutex_);
  Moment newer_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rill::net
