#include "cli/configs_options.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>

#include "base/java_properties.h"
#include "cli/admin_session.h"
#include "cli/app_words.h"
#include "cli/java_arguments.h"
#include "cli/java_text.h"
#include "client/remote/socket.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace rill::cli {
namespace {

constexpr OptionSpec kOptions[] = {
    {"help"},
    {"version"},
    kBootstrapServer,
    {"bootstrap-controller", Argument::kRequired},
    kDataDir,
    kCommandConfig,
    {"alter"},
    {"describe"},
    {"all"},
    {"entity-type", Argument::kRequired},
    {"entity-name", Argument::kRequired},
    {"entity-default"},
    {"add-config", Argument::kRequired},
    {"add-config-file", Argument::kRequired},
    {"delete-config", Argument::kRequired},
    {"topic", Argument::kRequired},
    {"client", Argument::kRequired},
    {"client-defaults"},
    {"user", Argument::kRequired},
    {"user-defaults"},
    {"broker", Argument::kRequired},
    {"broker-defaults"},
    {"broker-logger", Argument::kRequired},
    {"ip", Argument::kRequired},
    {"ip-defaults"},
    {"group", Argument::kRequired},
    {"client-metrics", Argument::kRequired},
    {"json"},
};

constexpr char kHelp[] =
    R"(Shows and changes configs of topics, brokers, groups, client metrics, and the
quotas of users, clients and addresses.

Option                              What it does
------                              ------------
--bootstrap-server <host:port,...>  The brokers to connect to
--bootstrap-controller <host:port>  Not supported by rill
--data-dir <folder>                 Instead: a data folder of rill's; one that a node
                                    serves is used through its socket
--command-config <file>             Properties of the client: client.id,
                                    request.timeout.ms, ...
--describe                          Show configs
--all                               All of them; without it those that were changed
                                    at run time
--alter                             Change configs
--add-config <a=b,c=[d,e]>          What --alter sets; brackets are about values with
                                    commas
--add-config-file <file>            The same, from a file of properties
--delete-config <a,c>               What --alter sets back
--topic <name>                      Whose configs: of a topic
--broker <id>, --broker-defaults    ... of a broker, of all brokers
--broker-logger <id>                ... the log levels of a broker
--group <id>                        ... of a group
--client-metrics <name>             ... of a subscription to metrics of clients
--user <name>, --user-defaults      ... the quotas of a user, of all users
--client <id>, --client-defaults    ... of a client, of all clients; with --user of
                                    that user's
--ip <address>, --ip-defaults       ... of an address, of all addresses
--entity-type <type>                The same in other words: topics, brokers,
                                    broker-loggers, groups, client-metrics, users,
                                    clients or ips, with
--entity-name <name>                which of them, or
--entity-default                    the defaults of all
--json                              With --describe: print JSON, an object a line for
                                    each config
--help                              Print this
--version                           Print the version of Kafka whose tool this is the
                                    like of

  kafka-configs --bootstrap-server localhost:9092 --describe --topic orders
  kafka-configs --bootstrap-server localhost:9092 --alter --topic orders \
    --add-config retention.ms=3600000,cleanup.policy=[compact,delete]
)";

struct Flag {
  const char* option;
  const char* type;
};

// In the order in which Kafka's tool comes to them.
constexpr Flag kNamed[] = {{"topic", kTopicEntities},
                           {"client", kClientEntities},
                           {"user", kUserEntities},
                           {"broker", kBrokerEntities},
                           {"broker-logger", kLoggerEntities},
                           {"ip", kIpEntities},
                           {"client-metrics", kMetricsEntities},
                           {"group", kGroupEntities}};
constexpr Flag kDefaults[] = {{"client-defaults", kClientEntities},
                              {"user-defaults", kUserEntities},
                              {"broker-defaults", kBrokerEntities},
                              {"ip-defaults", kIpEntities}};

// In the order in which Kafka's tool tells of them.
constexpr const char* kTypes[] = {kLoggerEntities,  kTopicEntities,  kClientEntities,
                                  kUserEntities,    kBrokerEntities, kIpEntities,
                                  kMetricsEntities, kGroupEntities};

absl::Status Bad(const std::string& message) { return absl::InvalidArgumentError(message); }

bool Has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Those whose defaults can be asked for and set.
bool HasDefaults(const std::vector<std::string>& types) {
  return Has(types, kUserEntities) || Has(types, kClientEntities) || Has(types, kBrokerEntities) ||
         Has(types, kIpEntities);
}

bool HasFlag(const CommandLine& line) {
  const auto given = [&](const Flag& flag) { return line.Has(flag.option); };
  return std::any_of(std::begin(kNamed), std::end(kNamed), given) ||
         std::any_of(std::begin(kDefaults), std::end(kDefaults), given);
}

absl::Status CheckTypes(const std::vector<std::string>& types) {
  std::set<std::string> seen;
  std::vector<std::string> twice;
  for (const std::string& type : types) {
    if (!seen.insert(type).second) twice.push_back(type);
  }
  if (!twice.empty()) {
    return Bad(fmt::format("Duplicate entity type(s) specified: {}", fmt::join(twice, ",")));
  }
  for (const std::string& type : types) {
    if (std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes)) continue;
    return Bad(
        fmt::format("Invalid entity type {}, the entity type must be one of {} with a "
                    "--bootstrap-server or --bootstrap-controller argument",
                    type, fmt::join(kTypes, ", ")));
  }
  if (types.empty()) return Bad("At least one entity type must be specified");
  if (types.size() > 1 && seen != std::set<std::string>{kUserEntities, kClientEntities}) {
    return Bad(fmt::format("Only '{}' and '{}' entity types may be specified together",
                           kUserEntities, kClientEntities));
  }
  return absl::OkStatus();
}

absl::Status CheckHosts(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name.empty() || remote::IsHost(name)) continue;
    return Bad(
        fmt::format("The entity name for {} must be a valid IP or resolvable host, but it is: {}",
                    kIpEntities, name));
  }
  return absl::OkStatus();
}

absl::Status CheckNames(const ConfigEntities& entities) {
  const bool is_broker =
      Has(entities.types, kBrokerEntities) || Has(entities.types, kLoggerEntities);
  for (const std::string& name : entities.names) {
    if (!is_broker || name.empty() || ParseJavaNumber<std::int32_t>(name)) continue;
    return Bad(
        fmt::format("The entity name for {} must be a valid integer broker id, but it is: {}",
                    entities.types.front(), name));
  }
  return Has(entities.types, kIpEntities) ? CheckHosts(entities.names) : absl::OkStatus();
}

absl::Status CheckDescribe(const CommandLine& line, const ConfigEntities& entities) {
  if (!line.Has("describe")) return absl::OkStatus();
  const std::string types = fmt::format("{}", fmt::join(entities.types, ","));
  if (!HasDefaults(entities.types) && line.Has("entity-default")) {
    return Bad(fmt::format("--entity-default must not be specified with --describe of {}", types));
  }
  const bool has_name = std::any_of(entities.names.begin(), entities.names.end(),
                                    [](const std::string& name) { return !name.empty(); });
  if (Has(entities.types, kLoggerEntities) && !has_name) {
    return Bad(fmt::format("An entity name must be specified with --describe of {}", types));
  }
  return absl::OkStatus();
}

absl::Status CheckAlter(const CommandLine& line, const ConfigEntities& entities) {
  if (!line.Has("alter")) return absl::OkStatus();
  const bool has_name = std::any_of(entities.names.begin(), entities.names.end(),
                                    [](const std::string& name) { return !name.empty(); });
  if (HasDefaults(entities.types)) {
    if (entities.names.empty()) {
      return Bad(
          "An entity-name or default entity must be specified with --alter of users, clients, "
          "brokers or ips");
    }
  } else if (!has_name) {
    return Bad(fmt::format("An entity name must be specified with --alter of {}",
                           fmt::join(entities.types, ",")));
  }
  if (line.Has("add-config") && line.Has("add-config-file")) {
    return Bad("Only one of --add-config or --add-config-file must be specified");
  }
  if (!line.Has("add-config") && !line.Has("add-config-file") && !line.Has("delete-config")) {
    return Bad(
        "At least one of --add-config, --add-config-file, or --delete-config must be specified "
        "with --alter");
  }
  if (entities.types.size() != entities.names.size()) {
    return Bad("An entity name must be specified for every entity type");
  }
  return absl::OkStatus();
}

// Whether the character at `at` is in no brackets: the next bracket does not close one.
bool IsOutside(const std::string& text, std::size_t at) {
  const std::size_t next = text.find_first_of("[]", at + 1);
  return next == std::string::npos || text[next] == '[';
}

// `text` split at the `separator`s that are in no brackets.
std::vector<std::string> SplitOutside(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == separator && IsOutside(text, i)) {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

using Configs = std::map<std::string, std::string>;

absl::Status AddWords(const std::string& words, Configs& configs) {
  std::vector<std::string> pairs = SplitOutside(words, ',');
  while (pairs.size() > 1 && pairs.back().empty()) pairs.pop_back();
  for (const std::string& pair : pairs) {
    const std::vector<std::string> parts = SplitOutside(pair, '=');
    if (parts.size() != 2) {
      return Bad(
          "Invalid entity config: all configs to be added must be in the format \"key=val\" or  "
          "\"key=[val1,val2]\" to group values which contain commas.");
    }
    std::string value = parts[1];
    std::erase_if(value, [](char c) { return c == '[' || c == ']'; });
    configs[JavaTrim(parts[0])] = JavaTrim(value);
  }
  return absl::OkStatus();
}

absl::Status AddFile(const CommandContext& context, const std::string& name, Configs& configs) {
  const auto text = ReadNamedFile(context, name, kMaxPropertiesFile);
  if (!text.ok()) return text.status();
  const auto properties = base::ParseJavaProperties(*text);
  if (!properties.ok()) {
    return Bad(fmt::format("{}: {}", name, std::string(properties.status().message())));
  }
  for (const base::Property& property : *properties) configs[property.name] = property.value;
  return absl::OkStatus();
}

bool IsKeyCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-' || c == '$';
}

}  // namespace

const KafkaTool kConfigsTool = {"configs", kOptions, kHelp};

absl::StatusOr<ConfigEntities> EntitiesOf(const CommandLine& line) {
  ConfigEntities entities;
  entities.types = line.Values("entity-type");
  std::size_t next_name = 0;
  const std::vector<std::string> names = line.Values("entity-name");
  for (const std::string_view option : line.order()) {
    if (option == "entity-name") entities.names.push_back(names.at(next_name++));
    if (option == "entity-default") entities.names.emplace_back();
  }
  for (const Flag& flag : kNamed) {
    if (!line.Has(flag.option)) continue;
    auto name = line.Value(flag.option, "");
    if (!name.ok()) return name.status();
    entities.types.emplace_back(flag.type);
    entities.names.push_back(*std::move(name));
  }
  for (const Flag& flag : kDefaults) {
    if (!line.Has(flag.option)) continue;
    entities.types.emplace_back(flag.type);
    entities.names.emplace_back();
  }
  return entities;
}

absl::Status CheckConfigsAction(const CommandLine& line) {
  if (line.Has("alter") == line.Has("describe")) {
    return Bad("Command must include exactly one action: --describe, --alter");
  }
  constexpr std::string_view kChanges[] = {"alter", "add-config", "delete-config"};
  if (auto apart = CheckApart(line, "describe", kChanges); !apart.ok()) return apart;
  constexpr std::string_view kAlter[] = {"alter"};
  return CheckApart(line, "json", kAlter);
}

absl::Status CheckConfigsWords(const CommandLine& line, const ConfigEntities& entities) {
  if (!NamesCluster(line) && !line.Has("bootstrap-controller")) {
    return Bad("Either --bootstrap-server or --bootstrap-controller must be specified.");
  }
  if (auto types = CheckTypes(entities.types); !types.ok()) return types;
  const bool has_entity =
      line.Has("entity-name") || line.Has("entity-type") || line.Has("entity-default");
  if (has_entity && HasFlag(line)) {
    return Bad(
        "--entity-{type,name,default} should not be used in conjunction with specific entity "
        "flags");
  }
  if (line.Has("bootstrap-controller")) {
    if (NamesCluster(line)) {
      return Bad("Only one of --bootstrap-server or --bootstrap-controller can be specified");
    }
    return absl::UnimplementedError(
        "--bootstrap-controller is not supported: rill asks brokers, which pass on what is the "
        "controller's; give --bootstrap-server");
  }
  if (auto names = CheckNames(entities); !names.ok()) return names;
  if (auto describe = CheckDescribe(line, entities); !describe.ok()) return describe;
  return CheckAlter(line, entities);
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ConfigsToAdd(
    const CommandContext& context, const CommandLine& line) {
  const auto words = line.Value("add-config", "");
  if (!words.ok()) return words.status();
  const auto file = line.Value("add-config-file", "");
  if (!file.ok()) return file.status();
  Configs configs;
  if (line.Has("add-config")) {
    if (auto added = AddWords(*words, configs); !added.ok()) return added;
  }
  if (line.Has("add-config-file")) {
    if (auto added = AddFile(context, *file, configs); !added.ok()) return added;
  }
  for (const auto& [name, value] : configs) {
    if (std::all_of(name.begin(), name.end(), IsKeyCharacter)) continue;
    return Bad(fmt::format("Invalid character found for config key: {}", name));
  }
  return std::vector<std::pair<std::string, std::string>>(configs.begin(), configs.end());
}

std::vector<std::string> ConfigsToDelete(const CommandLine& line) {
  std::vector<std::string> configs;
  for (const std::string& words : line.Values("delete-config")) {
    for (const std::string& word : NonEmptyParts(words)) configs.push_back(JavaTrim(word));
  }
  return configs;
}

std::string Singular(const std::string& type) { return type.substr(0, type.size() - 1); }

}  // namespace rill::cli
