#include "log/log_check.h"

#include <utility>

#include "log/log_check_folder.h"
#include "log/log_checker.h"

namespace rill::log {

LogCheckResult CheckLog(const LogCheckOptions& options) {
  FolderFindings findings(options.name, options.directory, options.sink);
  auto folder = ListLogFolder(*options.files, options.directory, &findings);
  if (!folder.ok()) {
    findings.TellError("", folder.status());
    return {.has_sound_batches = false};
  }
  return LogChecker(options, *std::move(folder), &findings).Run();
}

}  // namespace rill::log
