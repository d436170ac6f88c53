#include "net/log_limit.h"

#include <utility>

#include "fmt/format.h"

namespace rill::net {

void LogLimit::Log(LogLevel level, const std::string& line, Clock::time_point now) {
  if (level == LogLevel::kError) return say_(level, line);
  const auto left_out = Take(now);
  if (!left_out.has_value()) return;
  if (*left_out > 0) {
    say_(level, fmt::format("{} lines like the next one were left out: no more than {} are said in "
                            "{} s",
                            *left_out, most_,
                            std::chrono::duration_cast<std::chrono::seconds>(time_).count()));
  }
  say_(level, line);
}

std::optional<std::uint64_t> LogLimit::Take(Clock::time_point now) {
  absl::MutexLock lock(&mutex_);
  if (said_ == 0 || now - begun_ >= time_) {
    begun_ = now;
    said_ = 0;
  }
  if (said_ >= most_) {
    ++left_out_;
    return std::nullopt;
  }
  ++said_;
  return std::exchange(left_out_, 0);
}

}  // namespace rill::net
