#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock_reader.h"
#include "log/partition_log.h"

namespace rill::log {

// Tells the operator every few seconds how far the recovery of a log has come; nothing of one that
// is over before. Not thread-safe.
class RecoveryProgress {
 public:
  // `total_bytes` are to be validated. What it is given must outlive it.
  RecoveryProgress(const LogEnvironment& environment, std::string_view name,
                   std::uint64_t total_bytes)
      : environment_(environment),
        name_(name),
        total_bytes_(total_bytes),
        clock_(environment.clock),
        told_at_(clock_.TickNanos()) {}

  // So many bytes are behind it. To be called for each batch.
  void Show(std::uint64_t bytes) {
    if (bytes >= next_look_) Look(bytes);
  }

 private:
  void Look(std::uint64_t bytes);

  // Reading the clock for each small batch would cost a part of what validating it does.
  static constexpr std::uint64_t kLookEvery = std::uint64_t{1} << 20;

  const LogEnvironment& environment_;
  const std::string_view name_;
  const std::uint64_t total_bytes_;
  const base::ClockReader clock_;
  std::int64_t told_at_;
  std::uint64_t next_look_ = kLookEvery;
};

}  // namespace rill::log
