#include "cli/configs_quotas.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "cli/java_arguments.h"
#include "cli/java_hash_order.h"
#include "cli/json_lines.h"
#include "client/remote/quotas.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace rill::cli {
namespace {

using remote::QuotaEntity;
using remote::QuotaEntry;

constexpr std::string_view kClientQuotas[] = {"producer_byte_rate", "consumer_byte_rate",
                                              "request_percentage", "controller_mutation_rate"};
constexpr std::string_view kIpQuotas[] = {"connection_creation_rate"};
constexpr std::string_view kScramMechanisms[] = {"SCRAM-SHA-256", "SCRAM-SHA-512"};

template <typename Words>
bool Has(const Words& words, std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// What the protocol calls a type, and what the tool prints of it.
struct Kind {
  const char* type;
  const char* entity;
  const char* shown;
};
// In the order in which they are printed.
constexpr Kind kKinds[] = {{kUserEntities, "user", "user-principal"},
                           {kClientEntities, "client-id", "client-id"},
                           {kIpEntities, "ip", "ip"}};

const Kind& KindOf(const std::string& type) {
  return *std::find_if(std::begin(kKinds), std::end(kKinds) - 1,
                       [&](const Kind& kind) { return type == kind.type; });
}

std::vector<remote::QuotaFilter> FiltersOf(const ConfigEntities& entities) {
  std::vector<remote::QuotaFilter> filters;
  for (std::size_t i = 0; i < entities.types.size(); ++i) {
    remote::QuotaFilter filter{KindOf(entities.types[i]).entity, std::nullopt, false};
    if (i >= entities.names.size()) {
      filter.is_any = true;
    } else if (!entities.names[i].empty()) {
      filter.name = entities.names[i];
    }
    filters.push_back(std::move(filter));
  }
  return filters;
}

// Java's hashCode of the map of an entity: of its types and names.
std::int32_t HashOf(const QuotaEntry& entry) {
  std::uint32_t sum = 0;
  for (const QuotaEntity& entity : entry.entity) {
    const std::int32_t name = entity.entity_name ? JavaHash()(*entity.entity_name) : 0;
    sum += static_cast<std::uint32_t>(JavaHash()(entity.entity_type) ^ name);
  }
  return static_cast<std::int32_t>(31 + sum);
}

using QuotaValues = decltype(QuotaEntry::values);

// Whose quotas an entry has, in the order of kKinds.
std::vector<std::pair<const Kind*, std::optional<std::string>>> Whose(const QuotaEntry& entry) {
  std::vector<std::pair<const Kind*, std::optional<std::string>>> entities;
  for (const Kind& kind : kKinds) {
    for (const QuotaEntity& entity : entry.entity) {
      if (entity.entity_type == kind.entity) entities.emplace_back(&kind, entity.entity_name);
    }
  }
  return entities;
}

QuotaValues ValuesOf(const QuotaEntry& entry) {
  return InJavaHashOrder(entry.values, JavaCapacity(entry.values.size()),
                         [](const auto& value) { return std::string_view(value.key); });
}

void PrintJsonQuotas(const QuotaEntry& entry, TextWriter& out) {
  Json whose = Json::Array();
  for (const auto& [kind, name] : Whose(entry)) {
    whose.Append(Json{{"entityType", kind->type}, {"entityName", OrNull(name)}});
  }
  for (const auto& value : ValuesOf(entry)) {
    PrintJson({{"entity", whose}, {"name", value.key}, {"value", value.value}}, out);
  }
}

void PrintText(const QuotaEntry& entry, TextWriter& out) {
  std::vector<std::string> whose;
  for (const auto& [kind, name] : Whose(entry)) {
    whose.push_back(name ? fmt::format("{} '{}'", kind->shown, *name)
                         : fmt::format("the default {}", kind->shown));
  }
  std::vector<std::string> shown;
  for (const auto& value : ValuesOf(entry)) {
    shown.push_back(fmt::format("{}={}", value.key, FormatJavaDouble(value.value)));
  }
  out.Print("Quota configs for {} are {}\n", fmt::join(whose, ", "), fmt::join(shown, ", "));
}

absl::Status Bad(const std::string& message) { return absl::InvalidArgumentError(message); }

// Refuses what is no quota of these entities.
absl::Status CheckNames(const ConfigEntities& entities, const std::vector<std::string>& names,
                        const char* done) {
  const bool is_ip = entities.types.front() == kIpEntities;
  const bool is_client = Has(entities.types, kClientEntities);
  std::vector<std::string> unknown;
  for (const std::string& name : names) {
    if (!is_ip && !is_client && Has(kScramMechanisms, name)) {
      return absl::UnimplementedError(fmt::format(
          "{} is a SCRAM credential, which rill does not speak of yet; Apache Kafka's own "
          "kafka-configs can",
          name));
    }
    if (is_ip ? !Has(kIpQuotas, name) : !Has(kClientQuotas, name)) unknown.push_back(name);
  }
  if (unknown.empty()) return absl::OkStatus();
  if (is_ip) {
    return Bad(
        fmt::format("Only connection quota configs can be added for '{}' using "
                    "--bootstrap-server. Unexpected config names: {}",
                    kIpEntities, fmt::join(unknown, ",")));
  }
  return Bad(
      fmt::format("Only quota{} configs can be {} for '{}' using --bootstrap-server. "
                  "Unexpected config names: {}",
                  is_client ? "" : " and SCRAM credential", done,
                  is_client ? kClientEntities : kUserEntities, fmt::join(unknown, ",")));
}

absl::Status CheckDeleted(const ConfigEntities& entities, const std::vector<std::string>& names,
                          remote::AdminClient& client) {
  const auto entries = remote::DescribeQuotas(client, FiltersOf(entities));
  if (!entries.ok()) return entries.status();
  std::vector<std::string> invalid;
  for (const std::string& name : names) {
    const bool is_set = !entries->empty() &&
                        std::any_of(entries->front().values.begin(), entries->front().values.end(),
                                    [&](const auto& value) { return value.key == name; });
    if (!is_set) invalid.push_back(name);
  }
  if (invalid.empty()) return absl::OkStatus();
  return Bad(fmt::format("Invalid config(s): {}", fmt::join(invalid, ",")));
}

}  // namespace

absl::Status DescribeQuotas(const CommandLine& line, const ConfigEntities& entities,
                            remote::AdminClient& client, TextWriter& out) {
  if (entities.names.size() > entities.types.size()) {
    return Bad("More entity names specified than entity types");
  }
  auto entries = remote::DescribeQuotas(client, FiltersOf(entities));
  if (!entries.ok()) return entries.status();
  const std::size_t capacity = JavaCapacity(entries->size());
  for (const QuotaEntry& entry : InJavaHashOrder(*std::move(entries), capacity, HashOf)) {
    if (line.Has("json")) {
      PrintJsonQuotas(entry, out);
    } else {
      PrintText(entry, out);
    }
  }
  return absl::OkStatus();
}

absl::Status AlterQuotas(const ConfigEntities& entities,
                         const std::vector<std::pair<std::string, std::string>>& to_add,
                         const std::vector<std::string>& to_delete, remote::AdminClient& client) {
  std::vector<std::string> added;
  added.reserve(to_add.size());
  for (const auto& [name, value] : to_add) added.push_back(name);
  if (auto names = CheckNames(entities, added, "added"); !names.ok()) return names;
  if (auto names = CheckNames(entities, to_delete, "deleted"); !names.ok()) return names;
  if (auto deleted = CheckDeleted(entities, to_delete, client); !deleted.ok()) return deleted;
  remote::QuotaChange change;
  for (std::size_t i = 0; i < entities.types.size(); ++i) {
    auto& entity = change.entity.emplace_back();
    entity.entity_type = KindOf(entities.types[i]).entity;
    entity.entity_name = std::nullopt;
    if (!entities.names[i].empty()) entity.entity_name = entities.names[i];
  }
  for (const auto& [name, text] : to_add) {
    const auto value = ParseJavaDouble(text);
    if (!value) {
      return Bad(fmt::format("Cannot parse quota configuration value for {}: {}", name, text));
    }
    change.ops.push_back({name, *value, false});
  }
  for (const std::string& name : to_delete) change.ops.push_back({name, 0, true});
  return remote::AlterQuotas(client, change);
}

}  // namespace rill::cli
