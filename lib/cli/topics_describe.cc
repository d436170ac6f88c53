#include "cli/topics_describe.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "base/parse_number.h"
#include "cli/java_hash_order.h"
#include "cli/json_lines.h"
#include "cli/name_pattern.h"
#include "cli/topics_options.h"
#include "client/remote/configs.h"
#include "client/remote/topics.h"
#include "engine/topic_name.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace rill::cli {
namespace {

using remote::ConfigEntry;
using remote::PartitionDescription;
using remote::TopicDescription;

absl::Status Missing(std::string_view kind, std::string_view name) {
  return absl::NotFoundError(fmt::format("{} '{}' does not exist as expected", kind, name));
}

// Whether an entry is not one that every topic has.
bool IsOverridden(const ConfigEntry& entry) {
  return entry.config_source != static_cast<std::int8_t>(remote::ConfigSource::kDefault);
}

std::string_view NameOfEntry(const ConfigEntry& entry) { return entry.name; }

// What is shown of a topic, by the words.
struct ShownTopic {
  const TopicDescription& topic;
  std::vector<ConfigEntry> configs;  // its own
  bool is_of_partitions = false;     // it is there for partitions that somebody asked for
  bool has_partitions = true;        // they are shown
  std::vector<PartitionDescription> partitions = {};

  std::size_t replication_factor() const {
    return topic.partitions.empty() ? 0 : topic.partitions[0].replicas.size();
  }
};

class TopicSelection {
 public:
  TopicSelection(const CommandLine& line, const remote::Cluster& cluster) : line_(line) {
    for (const auto& broker : cluster.brokers) live_.insert(broker.id);
  }

  // Nothing where nothing of it is asked for.
  std::optional<ShownTopic> Select(const TopicDescription& topic,
                                   const std::vector<ConfigEntry>& configs) const {
    ShownTopic shown{.topic = topic,
                     .configs = InJavaHashOrder(configs, kJavaMapCapacity, NameOfEntry),
                     .is_of_partitions = ReportsPartitions(),
                     .has_partitions = !line_.Has("topics-with-overrides")};
    std::erase_if(shown.configs, [](const ConfigEntry& entry) { return !IsOverridden(entry); });
    if (!shown.has_partitions && shown.configs.empty()) return std::nullopt;
    if (!shown.has_partitions) return shown;
    std::copy_if(topic.partitions.begin(), topic.partitions.end(),
                 std::back_inserter(shown.partitions), [&](const PartitionDescription& partition) {
                   return IsAskedFor(partition, MinIsr(configs));
                 });
    if (shown.is_of_partitions && shown.partitions.empty()) return std::nullopt;
    return shown;
  }

 private:
  bool ReportsPartitions() const {
    return line_.Has("under-replicated-partitions") || line_.Has("unavailable-partitions") ||
           line_.Has("under-min-isr-partitions") || line_.Has("at-min-isr-partitions");
  }

  // The config min.insync.replicas; 1 where the broker does not tell, as Kafka's default.
  static std::size_t MinIsr(const std::vector<ConfigEntry>& configs) {
    for (const ConfigEntry& entry : configs) {
      if (entry.name != "min.insync.replicas") continue;
      return base::ParseNumber<std::size_t>(entry.value.value_or("")).value_or(1);
    }
    return 1;
  }

  bool IsAskedFor(const PartitionDescription& partition, std::size_t min_isr) const {
    if (!ReportsPartitions()) return true;
    const bool has_leader = partition.leader >= 0;
    const std::size_t in_sync = partition.isr.size();
    return (line_.Has("under-replicated-partitions") && in_sync < partition.replicas.size()) ||
           (line_.Has("unavailable-partitions") && !live_.contains(partition.leader)) ||
           (line_.Has("under-min-isr-partitions") && (!has_leader || in_sync < min_isr)) ||
           (line_.Has("at-min-isr-partitions") && in_sync == min_isr);
  }

  const CommandLine& line_;
  std::set<std::int32_t> live_;
};

std::string OrUnknown(const std::optional<std::vector<std::int32_t>>& brokers) {
  return brokers ? fmt::format("{}", fmt::join(*brokers, ",")) : "N/A";
}

void PrintTopicText(const ShownTopic& shown, TextWriter& out) {
  std::vector<std::string> configs;
  for (const ConfigEntry& entry : shown.configs) {
    configs.push_back(fmt::format("{}={}", entry.name, entry.value.value_or("null")));
  }
  out.Print("Topic: {}", shown.topic.name);
  if (shown.topic.id != base::Uuid()) out.Print("\tTopicId: {}", shown.topic.id.ToString());
  out.Print("\tPartitionCount: {}\tReplicationFactor: {}\tConfigs: {}\n",
            shown.topic.partitions.size(), shown.replication_factor(), fmt::join(configs, ","));
}

void PrintText(const ShownTopic& shown, TextWriter& out) {
  if (!shown.is_of_partitions) PrintTopicText(shown, out);
  for (const PartitionDescription& partition : shown.partitions) {
    const std::string leader = partition.leader < 0 ? "none" : fmt::format("{}", partition.leader);
    out.Print("\tTopic: {}\tPartition: {}\tLeader: {}\tReplicas: {}\tIsr: {}", shown.topic.name,
              partition.index, leader, fmt::join(partition.replicas, ","),
              fmt::join(partition.isr, ","));
    out.Print("\tElr: {}\tLastKnownElr: {}\n", OrUnknown(partition.elr),
              OrUnknown(partition.last_known_elr));
  }
}

Json JsonOf(const PartitionDescription& partition) {
  return {{"partition", partition.index},
          {"leader", partition.leader < 0 ? Json(nullptr) : Json(partition.leader)},
          {"replicas", partition.replicas},
          {"isr", partition.isr},
          {"elr", OrNull(partition.elr)},
          {"lastKnownElr", OrNull(partition.last_known_elr)}};
}

Json JsonOf(const ShownTopic& shown) {
  Json configs = Json::Object();
  for (const ConfigEntry& entry : shown.configs) configs.Add(entry.name, OrNull(entry.value));
  const base::Uuid& id = shown.topic.id;
  Json topic = {{"topic", shown.topic.name},
                {"topicId", id == base::Uuid() ? Json(nullptr) : Json(id.ToString())},
                {"partitionCount", shown.topic.partitions.size()},
                {"replicationFactor", shown.replication_factor()},
                {"configs", std::move(configs)}};
  if (!shown.has_partitions) return topic;
  Json partitions = Json::Array();
  for (const PartitionDescription& one : shown.partitions) partitions.Append(JsonOf(one));
  topic.Add("partitions", partitions);
  return topic;
}

absl::StatusOr<std::vector<TopicDescription>> DescribeById(const CommandLine& line,
                                                           remote::AdminClient& client,
                                                           const base::Uuid& id) {
  const auto topics = remote::ListTopics(client);
  if (!topics.ok()) return topics.status();
  const auto found = std::find_if(topics->begin(), topics->end(), [&](const auto& topic) {
    return topic.id == id && !(topic.is_internal && line.Has("exclude-internal"));
  });
  if (found == topics->end()) {
    if (line.Has("if-exists")) return std::vector<TopicDescription>();
    return Missing("TopicId", id.ToString());
  }
  auto topic = remote::DescribeTopicById(client, id);
  if (!topic.ok()) return topic.status();
  return std::vector<TopicDescription>{*std::move(topic)};
}

// In the order in which Kafka's tool comes to print them, which is that of several hash maps.
absl::StatusOr<std::vector<TopicDescription>> DescribeByName(const CommandLine& line,
                                                             remote::AdminClient& client) {
  auto names = TopicNames(line, client, line.Has("if-exists"));
  if (!names.ok()) return names.status();
  const auto limit = IntegerOf(line, "partition-size-limit-per-response");
  if (!limit.ok()) return limit.status();
  const std::size_t count = names->size();
  for (const std::size_t capacity :
       {JavaCapacity(count), JavaCopyCapacity(count), JavaCapacity(count)}) {
    names = InJavaHashOrder(*std::move(names), capacity,
                            [](const std::string& name) { return std::string_view(name); });
  }
  return remote::DescribeTopics(client, *names, limit->value_or(remote::kPartitionsPerAnswer));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> TopicNames(const CommandLine& line,
                                                    remote::AdminClient& client,
                                                    bool may_be_missing) {
  const auto wanted = line.Value("topic", "");
  if (!wanted.ok()) return wanted.status();
  const auto topics = remote::ListTopics(client);
  if (!topics.ok()) return topics.status();
  const auto pattern = NamePattern::Parse(*wanted);
  if (line.Has("topic") && !pattern.ok()) return pattern.status();
  std::vector<std::string> names;
  for (const auto& topic : *topics) {
    if (topic.is_internal && line.Has("exclude-internal")) continue;
    if (!line.Has("topic") || pattern->Matches(topic.name)) names.push_back(topic.name);
  }
  std::sort(names.begin(), names.end());
  if (names.empty() && !wanted->empty() && !may_be_missing) return Missing("Topic", *wanted);
  return names;
}

absl::Status DescribeTopics(const CommandLine& line, remote::AdminClient& client, TextWriter& out) {
  const auto id = TopicIdOf(line);
  if (!id.ok()) return id.status();
  const auto topics = *id ? DescribeById(line, client, **id) : DescribeByName(line, client);
  if (!topics.ok()) return topics.status();
  std::vector<remote::ConfigResource> resources;
  for (const auto& topic : *topics) {
    resources.push_back({remote::ResourceType::kTopic, topic.name});
  }
  const auto configs = remote::DescribeConfigs(client, resources, false);
  if (!configs.ok()) return configs.status();
  const auto cluster = client.DescribeCluster();
  if (!cluster.ok()) return cluster.status();
  const TopicSelection selection(line, *cluster);
  for (std::size_t i = 0; i < topics->size(); ++i) {
    const auto shown = selection.Select((*topics)[i], (*configs)[i]);
    if (!shown) continue;
    if (line.Has("json")) {
      PrintJson(JsonOf(*shown), out);
    } else {
      PrintText(*shown, out);
    }
  }
  return absl::OkStatus();
}

}  // namespace rill::cli
