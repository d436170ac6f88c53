#include "log/check_finding.h"

namespace rill::log {

void FolderFindings::Tell(Finding::Kind kind, const std::string& file,
                          std::optional<std::uint64_t> position, std::string what) {
  if (kind == Finding::Kind::kDamage || kind == Finding::Kind::kUnread) ++faults_;
  sink_({kind, folder_, file, position, std::move(what)});
}

void FolderFindings::TellError(const std::string& file, const absl::Status& status,
                               Finding::Kind damage) {
  std::string what(status.message());
  // Errors begin with the path that they are about.
  const std::string path = directory_ + "/" + file;
  if (what.starts_with(path)) {
    const auto text = what.find_first_not_of(":, ", path.size());
    what.erase(0, text == std::string::npos ? what.size() : text);
  }
  const bool is_damage = absl::IsDataLoss(status) || absl::IsOutOfRange(status);
  Tell(is_damage ? damage : Finding::Kind::kUnread, file, std::nullopt, std::move(what));
}

}  // namespace rill::log
