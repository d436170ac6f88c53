#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/command_line.h"
#include "cli/dump_log.h"
#include "client/remote/admin_client.h"

namespace rill::cli {

// Whether the words say where the cluster is: by --bootstrap-server, or by what is rill's own,
// --data-dir or bootstrap.servers in the --command-config.
bool NamesCluster(const CommandLine& line);

// A client of the cluster that a tool was told of: by --bootstrap-server, with --command-config; or
// by --data-dir, a folder of rill's: one that no process has open is served for as long as the
// session lasts, to this process alone; of one that a node has open its socket there is used.
class AdminSession {
 public:
  // `client_id` is what the brokers are told, unless the --command-config says another; `timeout`
  // is how long one thing is tried, where the tool has an option for it. Errors: InvalidArgument
  // for words that name no cluster, those of the engine and of the client.
  static absl::StatusOr<AdminSession> Open(const CommandContext& context, const CommandLine& line,
                                           const std::string& client_id,
                                           std::optional<absl::Duration> timeout = std::nullopt);

  AdminSession(AdminSession&&) noexcept;
  ~AdminSession();

  remote::AdminClient& client() { return *client_; }
  // Closes the folder that was served.
  absl::Status Close();

 private:
  class Served;

  AdminSession();
  absl::Status Serve(const CommandContext& context, const std::string& folder,
                     remote::AdminOptions& options);

  std::unique_ptr<Served> served_;  // null: the cluster is elsewhere
  std::unique_ptr<remote::AdminClient> client_;
};

// What a broker is told of the client where neither a tool nor the user says, as by Kafka's.
inline constexpr char kAdminClientId[] = "adminclient-1";

// The options that say where the cluster is, for the tools' lists.
inline constexpr OptionSpec kBootstrapServer{"bootstrap-server", Argument::kRequired};
inline constexpr OptionSpec kCommandConfig{"command-config", Argument::kRequired};
inline constexpr OptionSpec kDataDir{"data-dir", Argument::kRequired};

}  // namespace rill::cli
