#include "net/metrics_page.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/metrics_text.h"
#include "fmt/format.h"
#include "net/request_series.h"
#include "rill/metrics.h"

namespace rill::net {
namespace {

using Clock = std::chrono::steady_clock;

// Above it the page would take megabytes, and Prometheus's memory.
constexpr std::uint64_t kMostPartitionsShown = 1000;

// What Kafka's BrokerTopicMetrics tell, of a topic or of all.
struct Traffic {
  std::uint64_t messages_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t produced = 0;
  std::uint64_t fetched = 0;
  std::uint64_t failed_produces = 0;
  std::uint64_t failed_fetches = 0;
};

struct TrafficSeries {
  const char* name;
  std::uint64_t Traffic::*member;
  const char* help;
};

constexpr TrafficSeries kTraffic[] = {
    {"messagesin_total", &Traffic::messages_in, "Records appended"},
    {"bytesin_total", &Traffic::bytes_in, "Bytes of the batches appended"},
    {"bytesout_total", &Traffic::bytes_out, "Bytes of the batches given to readers"},
    {"totalproducerequests_total", &Traffic::produced,
     "Partitions that clients' Produce requests named"},
    {"totalfetchrequests_total", &Traffic::fetched,
     "Partitions that clients' Fetch requests asked for"},
    {"failedproducerequests_total", &Traffic::failed_produces,
     "Those of Produce that failed, but for what clients cause every day"},
    {"failedfetchrequests_total", &Traffic::failed_fetches,
     "Those of Fetch that failed, but for what clients cause every day"},
};

// A number of the whole node.
struct Value {
  const char* name;
  const char* type;
  std::uint64_t value;
  const char* help;
};

void Add(base::MetricsText& page, const Value& value) {
  page.Head(value.name, value.type, value.help);
  page.Line(value.name, "", value.value);
}

std::map<std::string, Traffic> ByTopic(const std::vector<PartitionMetrics>& partitions,
                                       const RequestMetrics& requests) {
  std::map<std::string, Traffic> topics;
  if (partitions.empty()) return topics;
  for (const PartitionMetrics& partition : partitions) {
    Traffic& topic = topics[partition.partition.topic];
    topic.messages_in += partition.appended_records;
    topic.bytes_in += partition.appended_bytes;
    topic.bytes_out += partition.read_bytes;
  }
  for (const auto& [name, counts] : requests.Topics()) {
    Traffic& topic = topics[name];
    topic.produced = counts.produced;
    topic.fetched = counts.fetched;
    topic.failed_produces = counts.failed_produces;
    topic.failed_fetches = counts.failed_fetches;
  }
  return topics;
}

std::uint64_t Of(const NodeCounts& counts, NodeCount what) {
  return counts[static_cast<std::size_t>(what)];
}

// The end is counted in the same thread, but may be seen before the beginning is.
std::uint64_t UnderWayOf(const NodeCounts& counts, NodeCount begun, NodeCount ended) {
  const std::uint64_t begins = Of(counts, begun);
  const std::uint64_t ends = Of(counts, ended);
  return begins > ends ? begins - ends : 0;
}

Traffic OfAll(const EngineMetrics& engine, const NodeCounts& counts) {
  return {.messages_in = engine.appended_records,
          .bytes_in = engine.appended_bytes,
          .bytes_out = engine.read_bytes,
          .produced = Of(counts, NodeCount::kPartitionsProduced),
          .fetched = Of(counts, NodeCount::kPartitionsFetched),
          .failed_produces = Of(counts, NodeCount::kFailedProduces),
          .failed_fetches = Of(counts, NodeCount::kFailedFetches)};
}

void AddTraffic(base::MetricsText& page, const Traffic& all,
                const std::map<std::string, Traffic>& topics) {
  for (const TrafficSeries& series : kTraffic) {
    const std::string name = fmt::format("kafka_server_brokertopicmetrics_{}", series.name);
    page.Head(name, "counter", series.help);
    page.Line(name, "", all.*series.member);
    for (const auto& [topic, traffic] : topics) {
      page.Line(name, base::Label("topic", topic), traffic.*series.member);
    }
  }
}

void AddLogs(base::MetricsText& page, const std::vector<PartitionMetrics>& partitions) {
  if (partitions.empty()) return;
  const auto add = [&](const char* name, const char* help, const auto& value_of) {
    page.Head(name, "gauge", help);
    for (const PartitionMetrics& partition : partitions) {
      page.Line(name,
                fmt::format("{},partition=\"{}\"", base::Label("topic", partition.partition.topic),
                            partition.partition.partition),
                value_of(partition));
    }
  };
  add("kafka_log_log_size", "Bytes of the partition's segments",
      [](const PartitionMetrics& partition) { return partition.size_bytes; });
  add("kafka_log_log_numlogsegments", "Segments of the partition",
      [](const PartitionMetrics& partition) { return partition.segments; });
  add("kafka_log_log_logstartoffset", "First offset that can be read",
      [](const PartitionMetrics& partition) { return partition.log_start_offset; });
  add("kafka_log_log_logendoffset", "One past the last offset appended",
      [](const PartitionMetrics& partition) { return partition.log_end_offset; });
}

// What a cluster would have to tell of itself. One node leads all that it has, as long as its
// engine is open.
void AddCluster(base::MetricsText& page, const NodeContext& node, const EngineMetrics& engine) {
  const bool is_open = node.engine->CheckOpen().ok();
  const std::uint64_t led = is_open ? engine.partitions : 0;
  const std::uint64_t state = node.stopping->has_begun() ? 6 : 3;
  for (const Value& value : {
           Value{"kafka_server_kafkaserver_brokerstate", "gauge", state,
                 "3: running, 6: about to stop"},
           Value{"kafka_server_replicamanager_partitioncount", "gauge", engine.partitions,
                 "Partitions, those of internal topics among them"},
           Value{"kafka_server_replicamanager_leadercount", "gauge", led,
                 "Those that this node leads"},
           Value{"kafka_server_replicamanager_underreplicatedpartitions", "gauge", 0,
                 "Nothing is replicated"},
           Value{"kafka_server_replicamanager_underminisrpartitioncount", "gauge", 0,
                 "Nothing is replicated"},
           Value{"kafka_server_replicamanager_offlinereplicacount", "gauge",
                 engine.partitions - led, "Partitions of an engine that was closed"},
           Value{"kafka_server_replicamanager_isrshrinks_total", "counter", 0,
                 "Nothing is replicated"},
           Value{"kafka_server_replicamanager_isrexpands_total", "counter", 0,
                 "Nothing is replicated"},
           Value{"kafka_controller_kafkacontroller_activecontrollercount", "gauge",
                 is_open ? 1U : 0U, "This node is the controller, while its engine is open"},
           Value{"kafka_controller_kafkacontroller_activebrokercount", "gauge", is_open ? 1U : 0U,
                 "This node, while its engine is open"},
           Value{"kafka_controller_kafkacontroller_globaltopiccount", "gauge", engine.topics,
                 "Topics, internal ones among them"},
           Value{"kafka_controller_kafkacontroller_globalpartitioncount", "gauge",
                 engine.partitions, "Partitions of all topics"},
           Value{"kafka_controller_kafkacontroller_offlinepartitionscount", "gauge",
                 engine.partitions - led, "Partitions of an engine that was closed"},
           Value{"kafka_controller_kafkacontroller_preferredreplicaimbalancecount", "gauge", 0,
                 "Nothing is replicated"},
           Value{"kafka_controller_controllerstats_uncleanleaderelections_total", "counter", 0,
                 "Nothing is replicated"},
       }) {
    Add(page, value);
  }
}

void AddNetwork(base::MetricsText& page, const NodeContext& node, const NodeCounts& counts,
                int connections) {
  for (const Value& value : {
           Value{"kafka_server_socket_server_metrics_connection_count", "gauge",
                 static_cast<std::uint64_t>(connections), "Clients that are connected"},
           Value{"kafka_server_socket_server_metrics_connection_creation_total", "counter",
                 Of(counts, NodeCount::kConnections), "Connections that clients made"},
           Value{"rill_node_failed_connections_total", "counter",
                 Of(counts, NodeCount::kConnectionsEndedByErrors),
                 "Connections that were closed for what went wrong on them"},
           Value{"rill_node_refused_connections_total", "counter",
                 Of(counts, NodeCount::kRefusedConnections),
                 "Connections that were closed as they came, for there were too many"},
           Value{"rill_node_throttled_answers_total", "counter", node.quotas->throttled(),
                 "Answers after which a client was to be quiet"},
           Value{"rill_node_request_memory_bytes", "gauge", node.request_memory->taken(),
                 "Memory that requests have together, of queued.max.request.bytes"},
           Value{"rill_node_answer_memory_bytes", "gauge", node.answer_memory->taken(),
                 "Memory that answers have together until clients have read them"},
           Value{"kafka_network_requestchannel_requestqueuesize", "gauge",
                 node.request_memory->waiting() + node.answer_memory->waiting(),
                 "Requests that wait for memory, to come in or for their answers"},
           Value{"kafka_network_requestchannel_responsequeuesize", "gauge",
                 UnderWayOf(counts, NodeCount::kSlowAnswers, NodeCount::kSlowAnswersEnded),
                 "Answers that wait for their clients to read on"},
       }) {
    Add(page, value);
  }
  const char* const waits = "kafka_server_delayedoperationpurgatory_purgatorysize";
  page.Head(waits, "gauge", "Requests that wait for records, and for their group");
  page.Line(waits, base::Label("delayedOperation", "Fetch"),
            UnderWayOf(counts, NodeCount::kFetchWaits, NodeCount::kFetchWaitsEnded));
  page.Line(waits, base::Label("delayedOperation", "Rebalance"),
            UnderWayOf(counts, NodeCount::kGroupWaits, NodeCount::kGroupWaitsEnded));
}

void AddIdle(base::MetricsText& page, double idle) {
  for (const char* const name :
       {"kafka_network_socketserver_networkprocessoravgidle_percent",
        "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent"}) {
    page.Head(name, "gauge", "Part of their time that the node's threads rested lately, 0 to 1");
    page.Line(name, "", idle);
  }
}

}  // namespace

MetricsPage::MetricsPage(const NodeContext& node) : node_(node), window_(Clock::now()) {}

std::string MetricsPage::Text(int connections) {
  const engine::LocalEngine& engine = *node_.engine;
  const RequestMetrics& requests = *node_.request_metrics;
  const auto now = std::make_shared<const MetricsMoment>(
      MetricsMoment{Clock::now(), requests.Requests(), requests.CpuTimes()});
  const auto earlier = window_.Turn(now);
  const EngineMetrics metrics = engine.Metrics();
  const NodeCounts counts = requests.Counts();
  std::vector<PartitionMetrics> partitions;
  if (metrics.partitions <= kMostPartitionsShown) partitions = engine.MetricsOfPartitions();
  base::MetricsText page;
  AddTraffic(page, OfAll(metrics, counts), ByTopic(partitions, requests));
  AddCluster(page, node_, metrics);
  AddNetwork(page, node_, counts, connections);
  AddIdle(page, now->IdleSince(*earlier));
  AddRequestSeries(page, *now, *earlier);
  AddLogs(page, partitions);
  return FormatPrometheus(metrics, partitions) + std::move(page).Take();
}

}  // namespace rill::net
