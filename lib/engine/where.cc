#include "engine/where.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "fmt/format.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

// The lock, the catalogue or a checkpoint, and a segment that is written.
constexpr int kMinOpenFiles = 8;

absl::Status Refuse(const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kUnknownServerError, message);
}

// "kafka" of "kafka://host:9092"; empty for a path. One letter is no scheme.
std::string_view SchemeOf(std::string_view where) {
  const auto colon = where.find(':');
  if (colon == std::string_view::npos || colon < 2) return {};
  const std::string_view scheme = where.substr(0, colon);
  const bool is_scheme = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  });
  return is_scheme ? scheme : std::string_view();
}

}  // namespace

absl::StatusOr<std::string> CheckWhere(const std::string& where) {
  if (where.empty()) {
    return Refuse("nothing was named to open; give \"mem:\" or the path of a folder");
  }
  if (where == kMemory) return where;
  if (where == "mem") {
    return Refuse(
        "cannot open \"mem\": topics in memory are \"mem:\"; give \"./mem\" if a folder "
        "is meant");
  }
  if (where.starts_with('~')) {
    return Refuse(
        fmt::format("cannot open \"{0}\": \"~\" stands for a home folder in a shell only; "
                    "give the path itself (\"./{0}\" if that is one)",
                    where));
  }
  if (where.find('\0') != std::string::npos) {
    return Refuse(fmt::format("cannot open \"{}\": a path cannot hold a byte of zero",
                              where.substr(0, where.find('\0'))));
  }
  const std::string_view scheme = SchemeOf(where);
  if (scheme == "mem") {
    return Refuse(fmt::format("cannot open \"{}\": \"mem:\" takes nothing behind it", where));
  }
  if (!scheme.empty()) {
    return Refuse(fmt::format(
        "cannot open \"{}\": the scheme \"{}\" is not known; give \"mem:\", "
        "\"kafka://host:port\", \"kafka://unix:<folder>\" or a path (\"./{}\" if that is "
        "one)",
        where, scheme, where));
  }
  const auto end = where.find_last_not_of('/');
  return end == std::string::npos ? std::string("/") : where.substr(0, end + 1);
}

absl::StatusOr<std::string> AbsoluteFolder(std::string folder) {
  if (folder.starts_with('/')) return folder;
  std::error_code error;
  const std::filesystem::path here = std::filesystem::current_path(error);
  if (error) {
    return MakeError(absl::StatusCode::kFailedPrecondition, ErrorCode::kUnknownServerError,
                     fmt::format("cannot open \"{}\": the working folder is not known: {}", folder,
                                 error.message()));
  }
  while (folder.starts_with("./")) folder.erase(0, folder.find_first_not_of('/', 1));
  if (folder == ".") return here.string();
  return (here / folder).string();
}

absl::Status CheckOptions(const Options& options) {
  if (options.max_open_files < kMinOpenFiles) {
    return Refuse(fmt::format("Options::max_open_files={} is too low; valid: >= {}",
                              options.max_open_files, kMinOpenFiles));
  }
  if (options.maintenance != Options::Maintenance::kOwnThread &&
      options.maintenance != Options::Maintenance::kByCaller) {
    return Refuse("Options::maintenance must be kOwnThread or kByCaller");
  }
  return absl::OkStatus();
}

}  // namespace rill::engine
