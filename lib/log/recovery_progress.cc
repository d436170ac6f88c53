#include "log/recovery_progress.h"

#include "fmt/format.h"

namespace rill::log {
namespace {

constexpr std::int64_t kTellEveryNanos = std::int64_t{2} * 1'000'000'000;
constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

}  // namespace

void RecoveryProgress::Look(std::uint64_t bytes) {
  next_look_ = bytes + kLookEvery;
  const std::int64_t now = clock_.TickNanos();
  if (now - told_at_ < kTellEveryNanos) return;
  told_at_ = now;
  if (!environment_.sink) return;
  environment_.sink(LogLevel::kInfo,
                    fmt::format("{}: recovering, {} of {} MiB ({} %)", name_, bytes / kMebibyte,
                                total_bytes_ / kMebibyte, bytes * 100 / total_bytes_));
}

}  // namespace rill::log
