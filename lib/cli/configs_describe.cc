#include "cli/configs_describe.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "cli/java_arguments.h"
#include "cli/java_hash_order.h"
#include "cli/json_lines.h"
#include "client/remote/groups.h"
#include "client/remote/topics.h"
#include "engine/topic_name.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

using remote::ConfigEntry;
using remote::ConfigSource;
using Names = absl::StatusOr<std::vector<std::string>>;

// The source of configs that were set at run time; nothing where all are.
std::optional<ConfigSource> DynamicSource(const std::string& type, const std::string& name) {
  if (type == kTopicEntities) return ConfigSource::kDynamicTopic;
  if (type == kMetricsEntities) return ConfigSource::kDynamicClientMetrics;
  if (type == kGroupEntities) return ConfigSource::kDynamicGroup;
  if (type == kLoggerEntities) return std::nullopt;
  return name.empty() ? ConfigSource::kDynamicDefaultBroker : ConfigSource::kDynamicBroker;
}

Names TopicNames(remote::AdminClient& client) {
  const auto topics = remote::ListTopics(client);
  if (!topics.ok()) return topics.status();
  std::vector<std::string> names;
  for (const auto& topic : *topics) names.push_back(topic.name);
  return InJavaHashOrder(std::move(names), kJavaMapCapacity,
                         [](const std::string& name) { return std::string_view(name); });
}

Names BrokerIds(remote::AdminClient& client) {
  const auto cluster = client.DescribeCluster();
  if (!cluster.ok()) return cluster.status();
  std::vector<std::string> ids;
  for (const auto& broker : cluster->brokers) ids.push_back(fmt::format("{}", broker.id));
  ids.emplace_back();  // the defaults of all
  return ids;
}

// Groups that are there, and those that have configs.
Names GroupIds(remote::AdminClient& client) {
  const auto groups = remote::ListGroups(client, {});
  if (!groups.ok()) return groups.status();
  std::vector<std::string> ids;
  for (const auto& group : *groups) ids.push_back(group.id);
  ids = InJavaHashOrder(std::move(ids), kJavaMapCapacity,
                        [](const std::string& id) { return std::string_view(id); });
  const auto with_configs = remote::ListConfigResources(client, remote::ResourceType::kGroup);
  if (!with_configs.ok() && !absl::IsUnimplemented(with_configs.status()) &&
      !absl::IsPermissionDenied(with_configs.status())) {
    return with_configs.status();
  }
  if (!with_configs.ok()) return ids;
  for (const std::string& id : *with_configs) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

// All entities of a type.
Names AllOf(const std::string& type, remote::AdminClient& client) {
  if (type == kTopicEntities) return TopicNames(client);
  if (type == kBrokerEntities || type == kLoggerEntities) return BrokerIds(client);
  if (type == kGroupEntities) return GroupIds(client);
  return remote::ListConfigResources(client, remote::ResourceType::kClientMetrics);
}

void PrintEntry(const ConfigEntry& entry, TextWriter& out) {
  std::vector<std::string> synonyms;
  for (const auto& synonym : entry.synonyms) {
    synonyms.push_back(fmt::format("{}:{}={}", remote::ConfigSourceName(synonym.source),
                                   synonym.name, synonym.value.value_or("null")));
  }
  out.Print("  {}={} sensitive={} synonyms={{{}}}\n", entry.name, entry.value.value_or("null"),
            entry.is_sensitive, fmt::join(synonyms, ", "));
}

Json JsonOf(const std::string& type, const std::string& name, const ConfigEntry& entry) {
  Json synonyms = Json::Array();
  for (const auto& synonym : entry.synonyms) {
    synonyms.Append(Json{{"name", synonym.name},
                         {"value", OrNull(synonym.value)},
                         {"source", remote::ConfigSourceName(synonym.source)}});
  }
  return {{"entityType", type},
          {"entityName", NullIfEmpty(name)},
          {"name", entry.name},
          {"value", OrNull(entry.value)},
          {"source", remote::ConfigSourceName(entry.config_source)},
          {"isSensitive", entry.is_sensitive},
          {"synonyms", std::move(synonyms)}};
}

void PrintTitle(const std::string& type, const std::string& name, bool all, TextWriter& out) {
  if (name.empty() && type == kBrokerEntities) {
    out.Print("Default configs for {} in the cluster are:\n", type);
  } else {
    out.Print("{} configs for {} {} are:\n", all ? "All" : "Dynamic", Singular(type), name);
  }
}

}  // namespace

absl::Status CheckIsThere(const std::string& type, const std::string& name,
                          remote::AdminClient& client) {
  if ((type != kBrokerEntities && type != kLoggerEntities) || name.empty()) return absl::OkStatus();
  const auto id = ParseJavaNumber<std::int32_t>(name);
  const auto cluster = client.DescribeCluster();
  if (!cluster.ok()) return cluster.status();
  if (id && cluster->Find(*id) != nullptr) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnavailable, ErrorCode::kBrokerNotAvailable,
                   fmt::format("the cluster has no broker {} at the moment", name));
}

namespace {

absl::Status DescribeEntity(const CommandLine& line, const std::string& type,
                            const std::string& name, remote::AdminClient& client, TextWriter& out) {
  const bool all = line.Has("all");
  if (!line.Has("json")) PrintTitle(type, name, all, out);
  if (type == kTopicEntities && !name.empty()) {
    if (auto legal = engine::CheckTopicName(name); !legal.ok()) return legal;
  }
  if (auto there = CheckIsThere(type, name, client); !there.ok()) return there;
  auto configs = remote::DescribeConfigs(client, {ResourceOf(type, name)}, true);
  if (!configs.ok()) return configs.status();
  std::vector<ConfigEntry>& entries = configs->front();
  const auto source = all ? std::nullopt : DynamicSource(type, name);
  if (source) {
    std::erase_if(entries, [&](const ConfigEntry& entry) {
      return entry.config_source != static_cast<std::int8_t>(*source);
    });
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.name < b.name; });
  for (const ConfigEntry& entry : entries) {
    if (line.Has("json")) {
      PrintJson(JsonOf(type, name, entry), out);
    } else {
      PrintEntry(entry, out);
    }
  }
  return absl::OkStatus();
}

}  // namespace

remote::ConfigResource ResourceOf(const std::string& type, const std::string& name) {
  if (type == kTopicEntities) return {remote::ResourceType::kTopic, name};
  if (type == kLoggerEntities) return {remote::ResourceType::kBrokerLogger, name};
  if (type == kMetricsEntities) return {remote::ResourceType::kClientMetrics, name};
  if (type == kGroupEntities) return {remote::ResourceType::kGroup, name};
  return {remote::ResourceType::kBroker, name};
}

absl::Status DescribeResources(const CommandLine& line, const ConfigEntities& entities,
                               remote::AdminClient& client, TextWriter& out, TextWriter& err) {
  const std::string& type = entities.types.front();
  if (entities.names.empty()) {
    const auto names = AllOf(type, client);
    if (!names.ok()) return names.status();
    for (const std::string& name : *names) {
      if (auto shown = DescribeEntity(line, type, name, client, out); !shown.ok()) return shown;
    }
    return absl::OkStatus();
  }
  const std::string& name = entities.names.front();
  if (!line.Has("all")) {
    if (type == kTopicEntities) {
      if (auto legal = engine::CheckTopicName(name); !legal.ok()) return legal;
    }
    const auto names = AllOf(type, client);
    if (!names.ok()) return names.status();
    if (std::find(names->begin(), names->end(), name) == names->end()) {
      Told(line, out, err)
          .Print("The {} '{}' doesn't exist and doesn't have dynamic config.\n", Singular(type),
                 name);
      return absl::OkStatus();
    }
  }
  return DescribeEntity(line, type, name, client, out);
}

}  // namespace rill::cli
