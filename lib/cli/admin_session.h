#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/kafka_tool.h"
#include "client/remote/admin_client.h"

namespace rill::cli {

// Whether the words say where the cluster is: by --bootstrap-server, or by what is rill's own,
// --data-dir or bootstrap.servers in the --command-config.
bool NamesCluster(const CommandLine& line);

// What is wrong with the --command-config: its file, or a property in it.
absl::Status CheckCommandConfig(const CommandContext& context, const CommandLine& line);

// What a broker is told of the client where neither a tool nor the user says, as by Kafka's.
inline constexpr char kAdminClientId[] = "adminclient-1";

// How a tool uses the cluster.
struct AdminUse {
  // What the brokers are told, unless the --command-config says another.
  const char* client_id = kAdminClientId;
  // How long one thing is tried, where the tool has an option for it.
  std::optional<absl::Duration> timeout = {};
  // Nothing is changed. What is told of a folder that a process has open without a node is read in
  // its files.
  bool only_reads = false;
};

// A client of the cluster that a tool was told of: by --bootstrap-server, with --command-config; or
// by --data-dir, a folder of rill's. One that no process has open is opened and served for as long
// as the session lasts, at a port of 127.0.0.1, to which others on this machine can connect, too;
// of one that a node has open its socket there is used; one that a process has open otherwise is
// served in the same way to who only reads.
class AdminSession {
 public:
  // Errors: InvalidArgument for words that name no cluster, those of the engine and of the client.
  static absl::StatusOr<AdminSession> Open(const CommandContext& context, const KafkaTool& tool,
                                           const CommandLine& line, const AdminUse& use = {});

  AdminSession(AdminSession&&) noexcept;
  ~AdminSession();

  remote::AdminClient& client() { return *client_; }
  // Where what is told is what stands in the files of a folder that another process writes: why its
  // node was not asked. OK otherwise.
  absl::Status why_files() const;
  // Closes the folder that was served.
  absl::Status Close();

 private:
  class Served;
  static absl::StatusOr<std::unique_ptr<Served>> Serve(const CommandContext& context,
                                                       const KafkaTool& tool,
                                                       const std::string& folder,
                                                       const AdminUse& use);

  AdminSession();
  absl::Status UseFolder(const CommandContext& context, const KafkaTool& tool,
                         const std::string& folder, const AdminUse& use,
                         remote::AdminOptions& options);

  absl::Status no_node_;
  std::unique_ptr<Served> served_;  // null: the cluster is elsewhere
  std::unique_ptr<remote::AdminClient> client_;
};

// The options that say where the cluster is, for the tools' lists.
inline constexpr OptionSpec kBootstrapServer{"bootstrap-server", Argument::kRequired};
inline constexpr OptionSpec kCommandConfig{"command-config", Argument::kRequired};
inline constexpr OptionSpec kDataDir{"data-dir", Argument::kRequired};

}  // namespace rill::cli
