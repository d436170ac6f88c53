#include "cli/operator_log.h"

#include <string>

#include "absl/strings/ascii.h"
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

// Names in it are clients' own: none may look like a line of ours, or speak to the terminal.
std::string OnOneLine(std::string_view line) {
  std::string safe;
  safe.reserve(line.size());
  for (const char c : line) {
    if (c == '\n') {
      safe += "\\n";
    } else if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      safe += c;
    }
  }
  return safe;
}

}  // namespace

void OperatorLog::Write(LogLevel level, std::string_view line) {
  if (level == LogLevel::kDebug) return;
  absl::MutexLock lock(&mutex_);
  const std::string time =
      absl::FormatTime("%Y-%m-%d %H:%M:%E3S", absl::Now(), absl::LocalTimeZone());
  err_.Write(fmt::format("{} {} {}\n", time, LevelName(level), OnOneLine(line)));
}

}  // namespace rill::cli
