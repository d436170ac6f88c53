#pragma once

#include <cstdint>

#include "log/segmented_log.h"

namespace rill::log {

// Counts an append that fails, and measures one in 64: from here to Acknowledged.
//
// Whether this one is measured goes by how many batches there are, which lies beside the append
// lock: no line of memory is fetched that the append does not need. Of appends that come together
// several may be measured, or none.
class AppendProbe {
 public:
  explicit AppendProbe(SegmentedLog& log)
      : log_(log),
        began_nanos_(log.appended_.batches.value() % kOneIn == 0 ? log.clock_.TickNanos()
                                                                 : kNotMeasured) {}
  ~AppendProbe() {
    if (!acknowledged_) [[unlikely]]
      log_.append_failures_.Add(1);
  }
  AppendProbe(const AppendProbe&) = delete;
  AppendProbe& operator=(const AppendProbe&) = delete;

  void Acknowledged() {
    acknowledged_ = true;
    if (began_nanos_ != kNotMeasured) [[unlikely]]
      log_.metrics_->append_latency.Record(log_.clock_.TickNanos() - began_nanos_);
  }

 private:
  // Two looks at the clock take some 50 ns, about what a small append does.
  static constexpr std::uint64_t kOneIn = 64;
  static constexpr std::int64_t kNotMeasured = INT64_MIN;

  SegmentedLog& log_;
  const std::int64_t began_nanos_;
  bool acknowledged_ = false;
};

}  // namespace rill::log
