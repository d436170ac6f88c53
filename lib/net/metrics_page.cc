#include "net/metrics_page.h"

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "rill/metrics.h"

namespace rill::net {
namespace {

// Above it the page would take megabytes, and Prometheus's memory.
constexpr std::uint64_t kMostPartitionsShown = 1000;

struct Traffic {
  std::uint64_t messages_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

// Topics' names need no escapes.
void AddTraffic(std::string& page, std::string_view name, std::uint64_t Traffic::*member,
                const Traffic& all, const std::map<std::string, Traffic>& topics) {
  page += fmt::format("# TYPE kafka_server_brokertopicmetrics_{} counter\n", name);
  page += fmt::format("kafka_server_brokertopicmetrics_{} {}\n", name, all.*member);
  for (const auto& [topic, traffic] : topics) {
    page += fmt::format("kafka_server_brokertopicmetrics_{}{{topic=\"{}\"}} {}\n", name, topic,
                        traffic.*member);
  }
}

void AddGauge(std::string& page, std::string_view name, std::uint64_t value) {
  page += fmt::format("# TYPE {} gauge\n{} {}\n", name, name, value);
}

std::map<std::string, Traffic> ByTopic(const std::vector<PartitionMetrics>& partitions) {
  std::map<std::string, Traffic> topics;
  for (const PartitionMetrics& partition : partitions) {
    Traffic& topic = topics[partition.partition.topic];
    topic.messages_in += partition.appended_records;
    topic.bytes_in += partition.appended_bytes;
    topic.bytes_out += partition.read_bytes;
  }
  return topics;
}

}  // namespace

std::string MetricsPage(const NodeContext& node, int connections) {
  const engine::LocalEngine& engine = *node.engine;
  const EngineMetrics metrics = engine.Metrics();
  std::vector<PartitionMetrics> partitions;
  if (metrics.partitions <= kMostPartitionsShown) partitions = engine.MetricsOfPartitions();
  std::string page = FormatPrometheus(metrics, partitions);
  const auto topics = ByTopic(partitions);
  const Traffic all = {metrics.appended_records, metrics.appended_bytes, metrics.read_bytes};
  AddTraffic(page, "messagesin_total", &Traffic::messages_in, all, topics);
  AddTraffic(page, "bytesin_total", &Traffic::bytes_in, all, topics);
  AddTraffic(page, "bytesout_total", &Traffic::bytes_out, all, topics);
  AddGauge(page, "kafka_server_replicamanager_partitioncount", metrics.partitions);
  AddGauge(page, "kafka_server_replicamanager_leadercount", metrics.partitions);
  AddGauge(page, "kafka_controller_kafkacontroller_globaltopiccount", metrics.topics);
  AddGauge(page, "kafka_controller_kafkacontroller_globalpartitioncount", metrics.partitions);
  AddGauge(page, "kafka_server_socket_server_metrics_connection_count",
           static_cast<std::uint64_t>(connections));
  page += fmt::format("# TYPE {0} counter\n{0} {1}\n", "rill_node_throttled_answers_total",
                      node.quotas->throttled());
  return page;
}

}  // namespace rill::net
