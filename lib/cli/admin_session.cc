#include "cli/admin_session.h"

#include <chrono>
#include <cstdint>
#include <utility>

#include "cli/app_words.h"
#include "cli/command_config.h"
#include "client/remote/socket.h"
#include "engine/data_folder.h"
#include "engine/socket_file.h"
#include "fmt/format.h"
#include "rill/engine.h"
#include "rill/options.h"
#if RILL_HAS_NODE
#include "rill/node.h"
#endif

namespace rill::cli {
namespace {

constexpr std::uint64_t kMaxConfigSize = std::uint64_t{1} << 20;

absl::StatusOr<remote::AdminOptions> OptionsOf(const CommandContext& context,
                                               const CommandLine& line,
                                               const std::string& client_id) {
  remote::AdminOptions options;
  options.connection.client_id = client_id;
  const auto file = line.Value("command-config", "");
  if (!file.ok()) return file.status();
  if (file->empty()) return options;
  const auto text = ReadNamedFile(context, *file, kMaxConfigSize);
  if (!text.ok()) return text.status();
  return ReadCommandConfig(*text, *file, std::move(options));
}

}  // namespace

#if RILL_HAS_NODE
namespace {

bool IsListening(const remote::BrokerAddress& socket) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  return remote::Socket::Connect(socket, patience).ok();
}

}  // namespace

class AdminSession::Served {
 public:
  Served(Engine engine, Node node) : engine_(std::move(engine)), node_(std::move(node)) {}

  std::uint16_t port() const { return node_.port(); }
  absl::Status Close() {
    if (auto stopped = node_.Stop(); !stopped.ok()) return stopped;
    return engine_.Close();
  }

 private:
  Engine engine_;
  Node node_;
};

absl::Status AdminSession::Serve(const CommandContext& context, const std::string& folder,
                                 remote::AdminOptions& options) {
  const auto path = FolderOf(context, folder);
  if (!path.ok()) return path.status();
  Options how;
  how.create_if_missing = false;
  auto engine = rill::Open(*path, how);
  if (!engine.ok()) {
    const remote::BrokerAddress socket = {std::string(remote::kUnixPrefix) + *path + "/" +
                                          engine::kSocketFile};
    if (IsListening(socket)) {
      options.bootstrap = {socket};
      return absl::OkStatus();
    }
    const auto in_use = context.files.IsLocked(*path + "/" + engine::kLockFile);
    if (!in_use.ok() || !*in_use) return engine.status();
    return absl::Status(engine.status().code(),
                        std::string(engine.status().message()) +
                            "; where that serves it, ask there: --bootstrap-server HOST:PORT");
  }
  auto node = Node::Start(*engine, {.listen = "127.0.0.1:0"});
  if (!node.ok()) return node.status();
  served_ = std::make_unique<Served>(*std::move(engine), *std::move(node));
  options.bootstrap = {{"127.0.0.1", served_->port()}};
  return absl::OkStatus();
}
#else
class AdminSession::Served {
 public:
  absl::Status Close() { return absl::OkStatus(); }
};

absl::Status AdminSession::Serve(const CommandContext&, const std::string&, remote::AdminOptions&) {
  return absl::UnimplementedError(
      "--data-dir needs a rill that was built with its node (RILL_BUILD_NODE, which needs Asio)");
}
#endif

AdminSession::AdminSession() = default;
AdminSession::AdminSession(AdminSession&&) noexcept = default;
AdminSession::~AdminSession() = default;

bool NamesCluster(const CommandLine& line) {
  return line.Has("bootstrap-server") || line.Has("data-dir") || line.Has("command-config");
}

absl::StatusOr<AdminSession> AdminSession::Open(const CommandContext& context,
                                                const CommandLine& line,
                                                const std::string& client_id,
                                                std::optional<absl::Duration> timeout) {
  auto options = OptionsOf(context, line, client_id);
  if (!options.ok()) return options.status();
  if (timeout) options->timeout = *timeout;
  const auto servers = line.Value("bootstrap-server", "");
  if (!servers.ok()) return servers.status();
  const auto folder = line.Value("data-dir", "");
  if (!folder.ok()) return folder.status();
  if (line.Has("bootstrap-server") && line.Has("data-dir")) {
    return absl::InvalidArgumentError(
        "--bootstrap-server is a cluster and --data-dir is a folder: give one of them");
  }
  AdminSession session;
  if (line.Has("data-dir")) {
    auto served = session.Serve(context, *folder, *options);
    if (!served.ok()) return served;
  } else if (line.Has("bootstrap-server") || options->bootstrap.empty()) {
    auto bootstrap = remote::ParseBootstrap(*servers);
    if (!bootstrap.ok()) return bootstrap.status();
    options->bootstrap = *std::move(bootstrap);
  }
  auto client = remote::AdminClient::Connect(*std::move(options));
  if (!client.ok()) return client.status();
  session.client_ = *std::move(client);
  return session;
}

absl::Status AdminSession::Close() {
  client_.reset();
  return served_ == nullptr ? absl::OkStatus() : served_->Close();
}

}  // namespace rill::cli
