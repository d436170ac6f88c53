#include "net/telemetry_subscriptions.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "base/crc32c.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "net/refuse.h"

namespace rill::net {
namespace {

using engine::ConfigMap;
using engine::ConfigSpec;
using engine::ConfigType;

constexpr char kInterval[] = "interval.ms";
constexpr char kMatch[] = "match";
constexpr char kMetrics[] = "metrics";
constexpr char kAllMetrics[] = "*";
constexpr std::int64_t kShortestMs = 100;
constexpr std::int64_t kLongestMs = 3600000;

constexpr ConfigSpec kSpecs[] = {
    {.name = kInterval,
     .type = ConfigType::kInt,
     .default_value = "300000",
     .effect = "How often a client is to push, in milliseconds."},
    {.name = kMatch,
     .type = ConfigType::kList,
     .effect = "Which clients: what they have, and a regular expression for it. Empty: all."},
    {.name = kMetrics,
     .type = ConfigType::kList,
     .effect = "The beginnings of names of metrics, or * for all."}};

constexpr std::string_view kAttributes[] = {"client_instance_id",    "client_id",
                                            "client_software_name",  "client_software_version",
                                            "client_source_address", "client_source_port"};

// Nothing for what the client did not say.
std::optional<std::string> AttributeOf(std::string_view name, const base::Uuid& instance,
                                       const TelemetryClient& client) {
  const auto said = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
  };
  if (name == "client_instance_id") return instance.ToString();
  if (name == "client_id") return client.client_id;
  if (name == "client_software_name") return said(client.software_name);
  if (name == "client_software_version") return said(client.software_version);
  if (name == "client_source_address") return said(client.address);
  return std::to_string(client.port);
}

absl::Status BadPattern(std::string_view pattern, const std::string& why) {
  return engine::ConfigError(fmt::format("Illegal client matching pattern: {}{}", pattern, why));
}

std::string_view Trimmed(std::string_view text) {
  const auto items = engine::ConfigListItems(text);
  return items.empty() ? std::string_view() : items.front();
}

absl::StatusOr<std::map<std::string, TextPattern>> PatternsOf(std::string_view match) {
  std::map<std::string, TextPattern> patterns;
  for (const std::string_view one : engine::ConfigListItems(match)) {
    const auto equals = one.find('=');
    const bool is_pair = equals != std::string_view::npos && equals + 1 < one.size() &&
                         one.find('=', equals + 1) == std::string_view::npos;
    if (!is_pair) return BadPattern(one, "");
    const std::string_view name = Trimmed(one.substr(0, equals));
    if (std::find(std::begin(kAttributes), std::end(kAttributes), name) == std::end(kAttributes)) {
      return BadPattern(one, "");
    }
    auto pattern = TextPattern::Parse(Trimmed(one.substr(equals + 1)));
    if (!pattern.ok()) return BadPattern(one, "; " + std::string(pattern.status().message()));
    patterns.insert_or_assign(std::string(name), *std::move(pattern));
  }
  return patterns;
}

absl::Status CheckTogether(const ConfigMap& configs) {
  if (const auto set = configs.find(kInterval); set != configs.end()) {
    const std::int64_t ms = engine::ConfigInteger(set->second);
    if (ms < kShortestMs || ms > kLongestMs) {
      return RefuseRequest(
          fmt::format("Invalid value {} for {}, interval must be between 100 and 3600000 (1 hour)",
                      ms, kInterval));
    }
  }
  const auto match = configs.find(kMatch);
  return match == configs.end() ? absl::OkStatus() : PatternsOf(match->second).status();
}

std::string_view ValueOf(const ConfigMap& set, const char* name) {
  const auto found = set.find(name);
  return found == set.end() ? engine::FindConfigSpec(kSpecs, name)->default_value
                            : std::string_view(found->second);
}

std::int32_t IdOf(const TelemetryPlan& plan, const base::Uuid& instance) {
  const std::string text =
      fmt::format("{} {}", fmt::join(plan.metrics, ","), absl::ToInt64Milliseconds(plan.interval));
  std::uint32_t words[4];
  std::memcpy(words, instance.bytes().data(), sizeof words);
  return static_cast<std::int32_t>(base::Crc32c(text) ^ words[0] ^ words[1] ^ words[2] ^ words[3]);
}

}  // namespace

std::span<const ConfigSpec> ClientMetricsConfigSpecs() { return kSpecs; }

absl::StatusOr<ConfigMap> CheckClientMetricsConfigs(const std::string& name,
                                                    const ConfigMap& configs) {
  if (name.empty()) return RefuseRequest("Subscription name can't be empty");
  ConfigMap checked;
  for (const auto& [config, value] : configs) {
    const ConfigSpec* const spec = engine::FindConfigSpec(kSpecs, config);
    if (spec == nullptr) {
      return RefuseRequest(fmt::format("Unknown client metrics configuration: {}", config));
    }
    auto sound = engine::CheckConfigValue(*spec, value);
    if (!sound.ok()) return sound.status();
    checked.emplace(config, *std::move(sound));
  }
  if (auto sound = CheckTogether(checked); !sound.ok()) return sound;
  return checked;
}

TelemetrySubscriptions::TelemetrySubscriptions(const engine::ResourceConfigs& configs) {
  for (const auto& [resource, set] : configs) {
    if (!resource.starts_with(kClientMetricsResources)) continue;
    auto match = PatternsOf(ValueOf(set, kMatch));
    if (!match.ok()) continue;  // of a later rill, which knows more patterns
    const auto metrics = engine::ConfigListItems(ValueOf(set, kMetrics));
    subscriptions_.push_back({{metrics.begin(), metrics.end()},
                              absl::Milliseconds(engine::ConfigInteger(ValueOf(set, kInterval))),
                              *std::move(match)});
  }
}

TelemetryPlan TelemetrySubscriptions::PlanFor(const base::Uuid& instance,
                                              const TelemetryClient& client) const {
  TelemetryPlan plan;
  std::set<std::string> metrics;
  for (const Subscription& subscription : subscriptions_) {
    const bool matches =
        std::all_of(subscription.match.begin(), subscription.match.end(), [&](const auto& wanted) {
          const auto attribute = AttributeOf(wanted.first, instance, client);
          return attribute.has_value() && wanted.second.Matches(*attribute);
        });
    if (!matches) continue;
    metrics.insert(subscription.metrics.begin(), subscription.metrics.end());
    plan.interval = std::min(plan.interval, subscription.interval);
  }
  if (metrics.contains(kAllMetrics)) metrics = {kAllMetrics};
  plan.metrics.assign(metrics.begin(), metrics.end());
  plan.id = IdOf(plan, instance);
  return plan;
}

}  // namespace rill::net
