#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/kafka_tool.h"

namespace rill::cli {

extern const KafkaTool kConfigsTool;

// The kinds of entities that have configs, by the words that Kafka's tool takes for them.
inline constexpr char kTopicEntities[] = "topics";
inline constexpr char kBrokerEntities[] = "brokers";
inline constexpr char kLoggerEntities[] = "broker-loggers";
inline constexpr char kGroupEntities[] = "groups";
inline constexpr char kMetricsEntities[] = "client-metrics";
inline constexpr char kUserEntities[] = "users";
inline constexpr char kClientEntities[] = "clients";
inline constexpr char kIpEntities[] = "ips";

// Whose configs are meant: types, and the names that go with them; an empty name is the default of
// all. There may be fewer names than types, for --describe of all.
struct ConfigEntities {
  std::vector<std::string> types;
  std::vector<std::string> names;
};

// Whom --entity-type, --entity-name, --entity-default, --topic, --broker, ... mean.
absl::StatusOr<ConfigEntities> EntitiesOf(const CommandLine& line);

// InvalidArgument where the words lack an action or have several, which Kafka's tool tells with its
// help.
absl::Status CheckConfigsAction(const CommandLine& line);
// InvalidArgument where the words and entities do not go together.
absl::Status CheckConfigsWords(const CommandLine& line, const ConfigEntities& entities);

// What --add-config or --add-config-file sets. Errors: InvalidArgument, and those of reading the
// file.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ConfigsToAdd(
    const CommandContext& context, const CommandLine& line);
std::vector<std::string> ConfigsToDelete(const CommandLine& line);

// "topic" of "topics".
std::string Singular(const std::string& type);

}  // namespace rill::cli
