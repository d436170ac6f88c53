#include "cli/operator_log.h"

#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

const char* LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarning:
      return "WARN";
    case LogLevel::kError:
      break;
  }
  return "ERROR";
}

}  // namespace

void OperatorLog::Write(LogLevel level, std::string_view line) {
  if (level == LogLevel::kDebug) return;
  absl::MutexLock lock(&mutex_);
  const std::string time =
      absl::FormatTime("%Y-%m-%d %H:%M:%E3S", absl::Now(), absl::LocalTimeZone());
  err_.Write(fmt::format("{} {} {}\n", time, LevelName(level), line));
}

}  // namespace rill::cli
