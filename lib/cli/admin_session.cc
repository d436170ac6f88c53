#include "cli/admin_session.h"

#include <cstdint>
#include <utility>

#include "cli/app_words.h"
#include "cli/command_config.h"
#include "cli/folder_in_use.h"
#include "engine/socket_file.h"
#include "fmt/format.h"
#include "rill/engine.h"
#if RILL_HAS_NODE
#include "net/tool_node.h"
#include "rill/options.h"
#endif

namespace rill::cli {
namespace {

absl::StatusOr<remote::AdminOptions> OptionsOf(const CommandContext& context,
                                               const CommandLine& line, const AdminUse& use) {
  remote::AdminOptions options;
  options.connection.client_id = use.client_id;
  const auto file = line.Value("command-config", "");
  if (!file.ok()) return file.status();
  if (file->empty()) return options;
  const auto text = ReadNamedFile(context, *file, kMaxPropertiesFile);
  if (!text.ok()) return text.status();
  return ReadCommandConfig(*text, *file, std::move(options));
}

// A folder stands for the socket in it, as behind "kafka://unix:".
void NameSocket(const CommandContext& context, remote::BrokerAddress& address) {
  if (!address.is_unix()) return;
  const auto path = FolderOf(context, address.host.substr(remote::kUnixPrefix.size()));
  if (!path.ok() || !context.files.List(*path).ok()) return;
  address.host = fmt::format("{}{}/{}", remote::kUnixPrefix, *path, engine::kSocketFile);
}

}  // namespace

#if RILL_HAS_NODE
class AdminSession::Served {
 public:
  Served(Engine engine, net::ToolNode node, bool only_reads)
      : engine_(std::move(engine)), node_(std::move(node)), only_reads_(only_reads) {}

  std::uint16_t port() const { return node_.port(); }
  bool only_reads() const { return only_reads_; }
  absl::Status Close() {
    if (auto stopped = node_.Stop(); !stopped.ok()) return stopped;
    return engine_.Close();
  }

 private:
  Engine engine_;
  net::ToolNode node_;
  const bool only_reads_;
};

absl::StatusOr<std::unique_ptr<AdminSession::Served>> AdminSession::Serve(
    const CommandContext& context, const KafkaTool& tool, const std::string& folder,
    const AdminUse& use) {
  // Nothing is deleted, compacted or rolled for its age because somebody had a look.
  auto engine =
      OpenFolder(context, tool.name, folder, {.maintenance = Options::Maintenance::kByCaller});
  if (engine.ok()) {
    auto node = net::ToolNode::Start(*engine);
    if (!node.ok()) return node.status();
    return std::make_unique<Served>(*std::move(engine), *std::move(node), /*only_reads=*/false);
  }
  if (!use.only_reads || !IsInUse(context, folder)) {
    return WithWay(context, folder, engine.status());
  }
  Options options;
  options.read_only = true;
  auto reader = OpenFolder(context, tool.name, folder, std::move(options));
  if (!reader.ok()) return reader.status();
  auto node = net::ToolNode::StartReading(*reader);
  if (!node.ok()) return node.status();
  return std::make_unique<Served>(*std::move(reader), *std::move(node), /*only_reads=*/true);
}
#else
class AdminSession::Served {
 public:
  std::uint16_t port() const { return 0; }
  bool only_reads() const { return false; }
  absl::Status Close() { return absl::OkStatus(); }
};

absl::StatusOr<std::unique_ptr<AdminSession::Served>> AdminSession::Serve(const CommandContext&,
                                                                          const KafkaTool&,
                                                                          const std::string&,
                                                                          const AdminUse&) {
  return absl::UnimplementedError(
      "--data-dir of a folder that no node serves needs a rill that was built with its node "
      "(RILL_BUILD_NODE, which needs Asio)");
}
#endif

AdminSession::AdminSession() = default;
AdminSession::AdminSession(AdminSession&&) noexcept = default;
AdminSession::~AdminSession() = default;

absl::Status AdminSession::why_files() const {
  return served_ != nullptr && served_->only_reads() ? no_node_ : absl::OkStatus();
}

absl::Status AdminSession::UseFolder(const CommandContext& context, const KafkaTool& tool,
                                     const std::string& folder, const AdminUse& use,
                                     remote::AdminOptions& options) {
  const auto path = FolderOf(context, folder);
  if (!path.ok()) return path.status();
  auto node = FindNode(*path);
  if (node.ok()) {
    options.bootstrap = {*std::move(node)};
    return absl::OkStatus();
  }
  no_node_ = node.status();
  auto served = Serve(context, tool, *path, use);
  if (!served.ok()) return served.status();
  served_ = *std::move(served);
  options.bootstrap = {{"127.0.0.1", served_->port()}};
  return absl::OkStatus();
}

bool NamesCluster(const CommandLine& line) {
  return line.Has("bootstrap-server") || line.Has("data-dir") || line.Has("command-config");
}

absl::Status CheckCommandConfig(const CommandContext& context, const CommandLine& line) {
  return OptionsOf(context, line, {}).status();
}

absl::StatusOr<AdminSession> AdminSession::Open(const CommandContext& context,
                                                const KafkaTool& tool, const CommandLine& line,
                                                const AdminUse& use) {
  auto options = OptionsOf(context, line, use);
  if (!options.ok()) return options.status();
  if (use.timeout) options->timeout = *use.timeout;
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
    auto used = session.UseFolder(context, tool, *folder, use, *options);
    if (!used.ok()) return used;
  } else if (line.Has("bootstrap-server") || options->bootstrap.empty()) {
    auto bootstrap = remote::ParseBootstrap(*servers);
    if (!bootstrap.ok()) return bootstrap.status();
    options->bootstrap = *std::move(bootstrap);
    for (remote::BrokerAddress& address : options->bootstrap) NameSocket(context, address);
  }
  auto client = remote::AdminClient::Connect(*std::move(options));
  if (!client.ok()) return WithPlaceHint(client.status());
  session.client_ = *std::move(client);
  return session;
}

absl::Status AdminSession::Close() {
  client_.reset();
  return served_ == nullptr ? absl::OkStatus() : served_->Close();
}

}  // namespace rill::cli
