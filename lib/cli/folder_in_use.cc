#include "cli/folder_in_use.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include "client/remote/socket.h"
#include "engine/catalogue_file.h"
#include "engine/data_folder.h"
#include "engine/socket_file.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

constexpr std::chrono::seconds kPatience(10);

std::string SocketIn(const std::string& folder) { return folder + "/" + engine::kSocketFile; }

}  // namespace

bool IsInUse(const CommandContext& context, const std::string& folder) {
  return context.files.IsLocked(folder + "/" + engine::kLockFile).value_or(false);
}

absl::StatusOr<remote::BrokerAddress> FindNode(const std::string& folder) {
  remote::BrokerAddress node = {std::string(remote::kUnixPrefix) + SocketIn(folder)};
  const auto until = std::chrono::steady_clock::now() + kPatience;
  const auto connected = remote::Socket::Connect(node, until);
  if (!connected.ok()) return connected.status();
  return node;
}

absl::Status WithWay(const CommandContext& context, const std::string& folder,
                     const absl::Status& refused) {
  if (!IsInUse(context, folder)) return refused;
  const std::string told(refused.message());
  if (!context.files.Exists(SocketIn(folder)).value_or(false)) {
    return absl::Status(refused.code(),
                        told + "; where that serves it, go there: --bootstrap-server HOST:PORT");
  }
  // The engine's own words name the socket.
  const auto node = FindNode(folder);
  if (node.ok()) return refused;
  const std::string why(node.status().message());
  if (!absl::IsPermissionDenied(node.status())) {
    return absl::Status(refused.code(), fmt::format("{}; {}", told, why));
  }
  return absl::Status(refused.code(),
                      fmt::format("{}; the socket of its node is another user's, too: go to its "
                                  "port, where it has one: --bootstrap-server HOST:PORT",
                                  told));
}

absl::Status CheckMayBeDataFolder(const CommandContext& context, const std::string& folder) {
  for (const char* ours : {engine::kCatalogueFile, engine::kLockFile}) {
    if (context.files.Exists(folder + "/" + ours).value_or(true)) return absl::OkStatus();
  }
  const auto entries = context.files.List(folder);
  if (!entries.ok()) return absl::OkStatus();  // the engine says why
  for (const io::DirectoryEntry& entry : *entries) {
    // A broker's, which kafka-storage may only have formatted: the engine says more of it. Or what
    // a new folder of other tools' may have.
    if (entry.name == "meta.properties" || entry.name == "bootstrap.checkpoint" ||
        engine::ParsePartitionFolderName(entry.name) || entry.name == "lost+found" ||
        entry.name.starts_with('.')) {
      continue;
    }
    const bool is_brokers = entry.name.ends_with("-offset-checkpoint");
    return absl::FailedPreconditionError(fmt::format(
        "{} is no data folder: it has {}, and no {}; name an empty folder to begin one{}", folder,
        entry.name, engine::kCatalogueFile,
        is_brokers ? fmt::format(". It looks like a Kafka broker's, whose topics \"rill import {} "
                                 "--data FOLDER\" copies into one of rill's",
                                 folder)
                   : ""));
  }
  return absl::OkStatus();
}

absl::StatusOr<Engine> OpenTold(const CommandContext& context, const std::string& folder,
                                Options options, std::function<void(std::string_view)> tell) {
  if (auto may = CheckMayBeDataFolder(context, folder); !may.ok()) return may;
  // Later lines, of what is deleted or compacted, would come among what is typed and printed.
  const auto is_opening = std::make_shared<std::atomic<bool>>(true);
  options.log_sink = [is_terminal = context.err_is_terminal, tell = std::move(tell), is_opening](
                         LogLevel level, std::string_view text) {
    const bool is_told =
        level >= LogLevel::kWarning || (level == LogLevel::kInfo && is_terminal && *is_opening);
    if (is_told) tell(text);
  };
  auto engine = rill::Open(folder, options);
  *is_opening = false;
  return engine;
}

absl::StatusOr<Engine> OpenFolder(const CommandContext& context, std::string_view tool,
                                  const std::string& folder, Options options) {
  options.create_if_missing = false;
  auto engine = OpenTold(context, folder, std::move(options),
                         [&context, name = std::string(tool)](std::string_view text) {
                           context.err.Write(fmt::format("rill {}: {}\n", name, text));
                         });
  // The engine's own words are for programs.
  if (!absl::IsNotFound(engine.status())) return engine;
  return absl::NotFoundError(
      fmt::format("there is no folder {}: make it, or let rill serve do so", folder));
}

}  // namespace rill::cli
