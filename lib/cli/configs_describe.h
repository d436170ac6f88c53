#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/command_line.h"
#include "cli/configs_options.h"
#include "cli/dump_output.h"
#include "client/remote/admin_client.h"
#include "client/remote/configs.h"

namespace rill::cli {

// kafka-configs --describe of topics, brokers, their loggers, groups and client metrics.
absl::Status DescribeResources(const CommandLine& line, const ConfigEntities& entities,
                               remote::AdminClient& client, TextWriter& out, TextWriter& err);

// Unavailable where the entity is a broker, or its loggers, and the cluster has no such broker.
absl::Status CheckIsThere(const std::string& type, const std::string& name,
                          remote::AdminClient& client);

// What the requests of configs call an entity.
remote::ConfigResource ResourceOf(const std::string& type, const std::string& name);

}  // namespace rill::cli
