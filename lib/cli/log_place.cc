#include "cli/log_place.h"

#include <utility>

#include "cli/app_words.h"
#include "cli/folder_in_use.h"
#include "client/remote/bootstrap.h"
#include "fmt/format.h"
#include "rill/options.h"

namespace rill::cli {
namespace {

LogPlace PlaceOfFolder(std::string folder, LogUse use) {
  // Who only reads does so in the files, without a copy, also those that another user serves.
  if (use == LogUse::kReadAndWrite) {
    const auto node = FindNode(folder);
    if (node.ok()) return {LogKind::kCluster, remote::ToString(*node)};
  }
  return {LogKind::kFolder, std::move(folder)};
}

}  // namespace

absl::StatusOr<LogPlace> PlaceOf(const CommandContext& context, const CommandLine& line,
                                 const ClientProperties& properties, LogUse use) {
  if (line.Has("bootstrap-server") && line.Has("data-dir")) {
    return absl::InvalidArgumentError(
        "--bootstrap-server is a cluster and --data-dir is a folder: give one of them");
  }
  if (line.Has("data-dir")) {
    const auto folder = line.Value("data-dir", "");
    if (!folder.ok()) return folder.status();
    auto path = FolderOf(context, *folder);
    if (!path.ok()) return path.status();
    return PlaceOfFolder(*std::move(path), use);
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
  if (place.kind == LogKind::kFolder) {
    Options options;
    options.read_only = use == LogUse::kRead;
    auto engine = OpenFolder(context, tool.name, place.where, std::move(options));
    if (engine.ok() || use == LogUse::kRead) return engine;
    return WithWay(context, place.where, engine.status());
  }
  Options options;
  options.log_sink = [&err = context.err, name = tool.name](LogLevel level, std::string_view text) {
    if (level < LogLevel::kWarning) return;
    err.Write(fmt::format("rill {}: {}\n", name, text));
  };
  options.configs = std::move(connection);
  auto engine = rill::Open("kafka://" + place.where, options);
  if (!engine.ok()) return WithPlaceHint(engine.status());
  return engine;
}

void TellPassedOver(const CommandContext& context, const KafkaTool& tool,
                    const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    context.err.Write(fmt::format("rill {}: {}\n", tool.name, line));
  }
}

}  // namespace rill::cli
