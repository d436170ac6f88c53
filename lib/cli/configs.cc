#include "cli/configs.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "cli/admin_session.h"
#include "cli/configs_describe.h"
#include "cli/configs_options.h"
#include "cli/configs_quotas.h"
#include "client/remote/error_text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

bool HasQuotas(const ConfigEntities& entities) {
  const std::string& type = entities.types.front();
  return type == kUserEntities || type == kClientEntities || type == kIpEntities;
}

// Refuses loggers that the broker does not have.
absl::Status CheckLoggers(const std::string& broker, const Pairs& to_add,
                          const std::vector<std::string>& to_delete, remote::AdminClient& client) {
  const auto loggers =
      remote::DescribeConfigs(client, {ResourceOf(kLoggerEntities, broker)}, false);
  if (!loggers.ok()) return loggers.status();
  std::vector<std::string> wanted = to_delete;
  wanted.reserve(to_delete.size() + to_add.size());
  for (const auto& [name, value] : to_add) wanted.push_back(name);
  std::erase_if(wanted, [&](const std::string& name) {
    return std::any_of(loggers->front().begin(), loggers->front().end(),
                       [&](const auto& entry) { return entry.name == name; });
  });
  if (wanted.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("Invalid broker logger(s): {}", fmt::join(wanted, ",")));
}

absl::Status AlterResource(const ConfigEntities& entities, const Pairs& to_add,
                           const std::vector<std::string>& to_delete, remote::AdminClient& client) {
  const std::string& type = entities.types.front();
  const std::string& name = entities.names.front();
  // The client would go on asking for it.
  if (auto there = CheckIsThere(type, name, client); !there.ok()) return there;
  if (type == kLoggerEntities) {
    auto known = CheckLoggers(name, to_add, to_delete, client);
    if (!known.ok()) return known;
  }
  std::vector<remote::ConfigChange> changes;
  changes.reserve(to_delete.size() + to_add.size());
  for (const std::string& config : to_delete) {
    changes.push_back({config, remote::kDeleteConfig, ""});
  }
  for (const auto& [config, value] : to_add) {
    changes.push_back({config, remote::kSetConfig, value});
  }
  return remote::AlterConfigs(client, ResourceOf(type, name), changes);
}

absl::Status Alter(const CommandContext& context, const CommandLine& line,
                   const ConfigEntities& entities, remote::AdminClient& client, TextWriter& out) {
  const auto to_add = ConfigsToAdd(context, line);
  if (!to_add.ok()) return to_add.status();
  const std::vector<std::string> to_delete = ConfigsToDelete(line);
  const absl::Status altered = HasQuotas(entities)
                                   ? AlterQuotas(entities, *to_add, to_delete, client)
                                   : AlterResource(entities, *to_add, to_delete, client);
  if (!altered.ok()) return altered;
  const std::string& type = entities.types.front();
  const std::string& name = entities.names.front();
  if (name.empty()) {
    out.Print("Completed updating default config for {} in the cluster.\n", type);
  } else {
    out.Print("Completed updating config for {} {}.\n", Singular(type), name);
  }
  return absl::OkStatus();
}

absl::Status Describe(const CommandContext& context, const CommandLine& line,
                      const ConfigEntities& entities, remote::AdminClient& client,
                      TextWriter& out) {
  if (!HasQuotas(entities)) {
    TextWriter err(context.err);
    return DescribeResources(line, entities, client, out, err);
  }
  auto described = DescribeQuotas(line, entities, client, out);
  const bool has_default =
      std::find(entities.names.begin(), entities.names.end(), "") != entities.names.end();
  if (described.ok() && entities.types == std::vector<std::string>{kUserEntities} && !has_default) {
    context.err.Write(
        "rill configs: SCRAM credentials of users are not shown: rill does not speak of them "
        "yet\n");
  }
  return described;
}

// What the user did wrong is told as it is; what a broker refuses behind what was asked.
int Refuse(const CommandContext& context, std::span<const std::string> words,
           const absl::Status& status) {
  const ErrorCode code = GetErrorCode(status);
  const bool is_of_broker =
      code != ErrorCode::kUnknownServerError && code != ErrorCode::kInvalidTopic;
  if (absl::IsInvalidArgument(status) && !is_of_broker) {
    context.err.Write(fmt::format("{}\n", std::string(status.message())));
    return 1;
  }
  context.err.Write(
      fmt::format("Error while executing config command with args '{}'\n", fmt::join(words, " ")));
  // Kafka's brokers do not say what is wrong with a topic that is not there.
  return Fail(context, kConfigsTool, status.message().empty() ? remote::ToStatus(code) : status);
}

}  // namespace

std::string ConfigsHelp() { return HelpOf(kConfigsTool); }

int RunConfigs(const CommandContext& context, std::span<const std::string> words) {
  CommandLine line;
  if (const auto done = ReadToolWords(context, kConfigsTool, words, line)) return *done;
  if (auto action = CheckConfigsAction(line); !action.ok()) {
    return RefuseUsage(context, kConfigsTool, std::string(action.message()));
  }
  const auto entities = EntitiesOf(line);
  if (!entities.ok()) return FailPlainly(context, entities.status());
  if (auto right = CheckConfigsWords(line, *entities); !right.ok()) {
    return Refuse(context, words, right);
  }
  auto session = AdminSession::Open(context, kConfigsTool, line);
  if (!session.ok()) return Fail(context, kConfigsTool, session.status());
  absl::Status done;
  {
    TextWriter out(context.out);
    done = line.Has("alter") ? Alter(context, line, *entities, session->client(), out)
                             : Describe(context, line, *entities, session->client(), out);
  }
  const absl::Status closed = session->Close();
  if (!done.ok()) return Refuse(context, words, done);
  return closed.ok() ? 0 : Fail(context, kConfigsTool, closed);
}

}  // namespace rill::cli
