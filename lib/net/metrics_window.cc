#include "net/metrics_window.h"

#include <algorithm>
#include <utility>

namespace rill::net {

double MetricsMoment::IdleSince(const MetricsMoment& earlier) const {
  const std::chrono::duration<double> time = at - earlier.at;
  if (cpu_times.empty() || time.count() <= 0) return 1;
  double idle = 0;
  for (const auto& [thread, cpu_time] : cpu_times) {
    const auto before = earlier.cpu_times.find(thread);
    std::chrono::duration<double> busy = cpu_time;
    if (before != earlier.cpu_times.end()) busy -= before->second;
    idle += std::clamp(1 - busy / time, 0.0, 1.0);
  }
  return idle / static_cast<double>(cpu_times.size());
}

const RequestCounts* MetricsMoment::Find(const NodeApis::Entry* api) const {
  for (const RequestCounts& counts : requests) {
    if (counts.api == api) return &counts;
  }
  return nullptr;
}

MetricsWindow::MetricsWindow(std::chrono::steady_clock::time_point at) {
  auto begin = std::make_shared<MetricsMoment>();
  begin->at = at;
  older_ = newer_ = std::move(begin);
}

MetricsWindow::Moment MetricsWindow::Turn(Moment now) {
  absl::MutexLock lock(&mutex_);
  if (now->at - newer_->at >= kLength) older_ = std::exchange(newer_, std::move(now));
  return older_;
}

}  // namespace rill::net
