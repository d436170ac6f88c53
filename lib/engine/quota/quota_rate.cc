#include "engine/quota/quota_rate.h"

#include <algorithm>

namespace rill::engine {

void QuotaRate::Forget(absl::Time now, const QuotaWindows& windows) {
  const absl::Duration reach = windows.count * windows.length;
  std::erase_if(windows_, [&](const Window& window) { return now - window.begin >= reach; });
}

void QuotaRate::Record(double amount, absl::Time now, const QuotaWindows& windows) {
  Forget(now, windows);
  if (windows_.empty() || now - windows_.back().begin >= windows.length) {
    windows_.push_back({now, 0});
  }
  windows_.back().amount += amount;
}

absl::Duration QuotaRate::TimeAbove(double bound, absl::Time now, const QuotaWindows& windows) {
  Forget(now, windows);
  if (windows_.empty()) return absl::ZeroDuration();
  const absl::Duration since_first = now - windows_.front().begin;
  const auto full = static_cast<int>(absl::FDivDuration(since_first, windows.length));
  const int missing = std::max(windows.count - 1 - full, 0);
  const absl::Duration passed =
      std::max(since_first + missing * windows.length, absl::Milliseconds(1));
  // What passes longer than that brings the rate down to the bound.
  const absl::Duration wanted = absl::Seconds(Amount(now, windows) / bound);
  return std::max(wanted - passed, absl::ZeroDuration());
}

double QuotaRate::Amount(absl::Time now, const QuotaWindows& windows) {
  Forget(now, windows);
  double amount = 0;
  for (const Window& window : windows_) amount += window.amount;
  return amount;
}

bool QuotaRate::IsOver(absl::Time now, const QuotaWindows& windows) const {
  return windows_.empty() || now - windows_.back().begin >= windows.count * windows.length;
}

}  // namespace rill::engine
