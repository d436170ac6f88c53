#include "cli/log_place.h"

#include <utility>

#include "cli/app_words.h"
#include "client/remote/bootstrap.h"
#include "engine/data_folder.h"
#include "engine/socket_file.h"
#include "fmt/format.h"
#include "rill/options.h"

namespace rill::cli {
namespace {

absl::StatusOr<Engine> OpenFolder(const CommandContext& context, const std::string& folder,
                                  LogUse use, Options options) {
  options.create_if_missing = false;
  options.read_only = use == LogUse::kRead;
  auto engine = rill::Open(folder, options);
  if (engine.ok() || use == LogUse::kRead) return engine;
  const auto in_use = context.files.IsLocked(folder + "/" + engine::kLockFile);
  if (!in_use.ok() || !*in_use) return engine;
  const std::string socket = folder + "/" + engine::kSocketFile;
  const bool has_socket = context.files.Exists(socket).value_or(false);
  return absl::Status(engine.status().code(),
                      fmt::format("{}; where that serves it, go there: --bootstrap-server {}{}",
                                  std::string(engine.status().message()),
                                  has_socket ? remote::kUnixPrefix : "HOST:PORT",
                                  has_socket ? socket : std::string()));
}

}  // namespace

absl::StatusOr<LogPlace> PlaceOf(const CommandContext& context, const CommandLine& line,
                                 const ClientProperties& properties) {
  if (line.Has("bootstrap-server") && line.Has("data-dir")) {
    return absl::InvalidArgumentError(
        "--bootstrap-server is a cluster and --data-dir is a folder: give one of them");
  }
  if (line.Has("data-dir")) {
    const auto folder = line.Value("data-dir", "");
    if (!folder.ok()) return folder.status();
    auto path = FolderOf(context, *folder);
    if (!path.ok()) return path.status();
    return LogPlace{LogKind::kFolder, *std::move(path)};
  }
  auto servers = line.Value("bootstrap-server", "");
  if (!servers.ok()) return servers.status();
  const auto found = properties.find("bootstrap.servers");
  if (!line.Has("bootstrap-server") && found != properties.end()) *servers = found->second;
  if (auto right = remote::ParseBootstrap(*servers); !right.ok()) return right.status();
  return LogPlace{LogKind::kCluster, *std::move(servers)};
}

absl::StatusOr<Engine> OpenLog(const CommandContext& context, const KafkaTool& tool,
                               const LogPlace& place, LogUse use,
                               std::map<std::string, std::string> connection) {
  Options options;
  options.log_sink = [&err = context.err, name = tool.name](LogLevel level, std::string_view text) {
    if (level < LogLevel::kWarning) return;
    err << fmt::format("rill {}: {}\n", name, text);
  };
  if (place.kind == LogKind::kFolder) {
    return OpenFolder(context, place.where, use, std::move(options));
  }
  options.configs = std::move(connection);
  return rill::Open("kafka://" + place.where, options);
}

void TellPassedOver(const CommandContext& context, const KafkaTool& tool,
                    const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    context.err << fmt::format("rill {}: {}\n", tool.name, line);
  }
}

}  // namespace rill::cli
