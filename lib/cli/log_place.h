#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "cli/client_configs.h"
#include "cli/client_properties.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/kafka_tool.h"
#include "rill/engine.h"

namespace rill::cli {

// What a tool does there. Being in a group is kReadAndWrite, too.
enum class LogUse { kRead, kReadAndWrite };

// Where the log is that a tool reads or writes: a cluster, by --bootstrap-server, or a data folder
// of rill's, by --data-dir.
struct LogPlace {
  LogKind kind = LogKind::kCluster;
  std::string where;  // the brokers, or the folder from the root
};

// A folder that is written, and that a node serves in another process, is a cluster: that node's,
// by its socket there. `properties` may have the bootstrap.servers, where --bootstrap-server is not
// given. InvalidArgument where the words name both, or no such place.
absl::StatusOr<LogPlace> PlaceOf(const CommandContext& context, const CommandLine& line,
                                 const ClientProperties& properties = {},
                                 LogUse use = LogUse::kReadAndWrite);

// Opens it; what the log has to say is told on `err`. A folder that is only read may be open in
// another process. Errors as rill::Open.
absl::StatusOr<Engine> OpenLog(const CommandContext& context, const KafkaTool& tool,
                               const LogPlace& place, LogUse use,
                               std::map<std::string, std::string> connection);

// Tells what properties do nothing.
void TellPassedOver(const CommandContext& context, const KafkaTool& tool,
                    const std::vector<std::string>& lines);

}  // namespace rill::cli
