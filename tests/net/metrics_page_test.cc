#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "net/metrics_reader.h"
#include "net/wire_client.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/fetch.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

// The page that Prometheus reads of a node that clients use.
namespace rill::net {
namespace {

using wire::ApiKey;

struct WatchedNode {
  explicit WatchedNode(std::map<std::string, std::string> configs = {{"auto.create.topics.enable",
                                                                      "false"}})
      : engine(Open("mem:").value()),
        topic(engine.CreateTopic("orders", {.partitions = 2}).value()),
        node(Node::Start(
                 engine,
                 {.listen = "127.0.0.1:0", .http = "127.0.0.1:0", .configs = std::move(configs)})
                 .value()) {}

  std::string PageText() const {
    WireClient client(node.http_port());
    client.SendBytes("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.ReceiveAll();
    const auto body = answer.find("\r\n\r\n");
    REQUIRE(body != answer.npos);
    return answer.substr(body + 4);
  }
  // What `series` comes to: a page may be made before what a client has the answer to is counted.
  double Await(const std::string& series, double value) const {
    for (int i = 0; i < 1000; ++i) {
      const MetricsReader page(PageText());
      if (page.Has(series) && page.Value(series) == value) return value;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return MetricsReader(PageText()).Value(series);
  }

  Engine engine;
  Topic topic;
  Node node;
};

std::string Batch(std::size_t value_bytes = 1) {
  BatchBuilder builder(BatchOptions{});
  REQUIRE(builder.Append({.value = std::string(value_bytes, 'v')}).ok());
  return std::string(builder.Seal().value());
}

ErrorCode Produce(WireClient& client, const std::string& topic, const std::string& batch) {
  wire::ProduceRequest request;
  request.acks = -1;
  auto& data = request.topic_data.emplace_back();
  data.name = topic;
  data.partition_data.push_back({1, batch});
  const auto answer = client.Ask<wire::ProduceResponse>(ApiKey::kProduce, 9, request);
  return answer.responses.at(0).partition_responses.at(0).error_code;
}

wire::FetchRequest FetchOf(const std::string& topic, std::int64_t offset, int wait_ms) {
  wire::FetchRequest request;
  request.max_wait_ms = wait_ms;
  request.min_bytes = 1;
  request.max_bytes = 1'000'000;
  request.session_epoch = -1;
  auto& asked = request.topics.emplace_back();
  asked.topic = topic;
  auto& partition = asked.partitions.emplace_back();
  partition.partition = 1;
  partition.fetch_offset = offset;
  partition.partition_max_bytes = 1'000'000;
  return request;
}

constexpr char kRequests[] = "kafka_network_requestmetrics_requests_total";
constexpr char kErrors[] = "kafka_network_requestmetrics_errors_total";
constexpr char kTraffic[] = "kafka_server_brokertopicmetrics_";

TEST_CASE("A page tells of requests by the names that Kafka's have in Prometheus") {
  WatchedNode watched;
  WireClient client(watched.node.port());
  std::string wrong = Batch();
  wrong[22] ^= 0x40;  // of its attributes' last byte: not what its CRC is of
  CHECK(Produce(client, "orders", Batch()) == ErrorCode::kNone);
  CHECK(Produce(client, "nowhere", Batch()) == ErrorCode::kUnknownTopicOrPartition);
  CHECK(Produce(client, "orders", wrong) == ErrorCode::kCorruptMessage);
  for (int i = 0; i < 2; ++i) {
    client.Ask<wire::FetchResponse>(ApiKey::kFetch, 12, FetchOf("orders", 0, 0));
  }
  CHECK(watched.Await(std::string(kRequests) + "{request=\"Fetch\",version=\"12\"}", 2) == 2);
  const std::string text = watched.PageText();
  if (const char* const path = std::getenv("RILL_PAGE")) std::ofstream(path) << text;
  const MetricsReader page(text);
  const auto of = [&](const std::string& name, const std::string& labels) {
    return page.Value(name + "{" + labels + "}");
  };
  CHECK(of(kRequests, "request=\"Produce\",version=\"9\"") == 3);
  CHECK(of(kRequests, "request=\"FetchConsumer\",version=\"12\"") == 2);
  CHECK(of(kErrors, "request=\"Produce\",error=\"NONE\"") == 1);
  CHECK(of(kErrors, "request=\"Produce\",error=\"UNKNOWN_TOPIC_OR_PARTITION\"") == 1);
  CHECK(of(kErrors, "request=\"Produce\",error=\"CORRUPT_MESSAGE\"") == 1);
  for (const std::string times :
       {"totaltimems", "localtimems", "remotetimems", "responsesendtimems"}) {
    const std::string name = "kafka_network_requestmetrics_" + times;
    CHECK(of(name + "_count", "request=\"Produce\"") == 3);
    CHECK(page.Has(name + "{request=\"Produce\",quantile=\"0.999\"}"));
  }
  const std::string total = "kafka_network_requestmetrics_totaltimems";
  CHECK(of(total, "request=\"Produce\",quantile=\"0.5\"") > 0);
  CHECK(of(total, "request=\"Produce\",quantile=\"0.5\"") <=
        of(total, "request=\"Produce\",quantile=\"0.99\""));
  CHECK(of(total + "_sum", "request=\"Produce\"") > 0);
  CHECK(of("rill_node_request_latency_seconds_count", "request=\"Fetch\"") == 2);
  CHECK_FALSE(page.Has("rill_node_request_latency_seconds_count{request=\"FetchConsumer\"}"));
}

TEST_CASE("A page tells of topics what was asked of them, and what failed") {
  WatchedNode watched;
  WireClient client(watched.node.port());
  CHECK(Produce(client, "orders", Batch()) == ErrorCode::kNone);
  CHECK(Produce(client, "orders", "no batch") != ErrorCode::kNone);
  CHECK(Produce(client, "nowhere", Batch()) != ErrorCode::kNone);
  client.Ask<wire::FetchResponse>(ApiKey::kFetch, 12, FetchOf("orders", 0, 0));
  client.Ask<wire::FetchResponse>(ApiKey::kFetch, 12, FetchOf("orders", 17, 0));
  const std::string traffic = kTraffic;
  CHECK(watched.Await(traffic + "totalfetchrequests_total", 2) == 2);
  const MetricsReader page(watched.PageText());
  for (const auto& [name, all, of_topic] :
       {std::tuple("messagesin_total", 1, 1), std::tuple("totalproducerequests_total", 3, 2),
        std::tuple("totalfetchrequests_total", 2, 2),
        std::tuple("failedproducerequests_total", 1, 1),
        std::tuple("failedfetchrequests_total", 0, 0)}) {
    CHECK(page.Value(traffic + name) == all);
    CHECK(page.Value(traffic + name + "{topic=\"orders\"}") == of_topic);
  }
  CHECK(page.Value(traffic + "bytesout_total{topic=\"orders\"}") > 0);
  CHECK(page.Value("kafka_log_log_logendoffset{topic=\"orders\",partition=\"1\"}") == 1);
}

TEST_CASE("A Produce that the disk refuses has failed, for its topic and for all") {
  Options options;
  options.max_disk_bytes = 40'000;
  Engine engine = Open("mem:", options).value();
  REQUIRE(engine.CreateTopic("orders", {.partitions = 2}).ok());
  const Node node = Node::Start(engine, {.listen = "127.0.0.1:0", .http = "127.0.0.1:0"}).value();
  WireClient client(node.port());
  CHECK(Produce(client, "orders", Batch(60'000)) == ErrorCode::kKafkaStorageError);
  WireClient watcher(node.http_port());
  watcher.SendBytes("GET /metrics HTTP/1.1\r\n\r\n");
  const std::string page = watcher.ReceiveAll();
  CHECK_THAT(page,
             Catch::Contains("\nkafka_server_brokertopicmetrics_failedproducerequests_total 1\n"));
  CHECK_THAT(page, Catch::Contains("failedproducerequests_total{topic=\"orders\"} 1\n"));
}

TEST_CASE("A page tells who waits: for records, for its group") {
  WatchedNode watched;
  const std::string waits = "kafka_server_delayedoperationpurgatory_purgatorysize";
  WireClient fetching(watched.node.port());
  fetching.SendBytes(WireClient::Frame(ApiKey::kFetch, 12, 1, FetchOf("orders", 0, 60'000)));
  CHECK(watched.Await(waits + "{delayedOperation=\"Fetch\"}", 1) == 1);
  CHECK(watched.Await(waits + "{delayedOperation=\"Rebalance\"}", 0) == 0);
  WireClient client(watched.node.port());
  CHECK(Produce(client, "orders", Batch()) == ErrorCode::kNone);
  REQUIRE(fetching.HasAnswer(10'000));
  CHECK(watched.Await(waits + "{delayedOperation=\"Fetch\"}", 0) == 0);
}

TEST_CASE("A client that does not read its answer is seen, and one that sends nonsense counted") {
  WatchedNode watched;
  const std::string slow = "kafka_network_requestchannel_responsequeuesize";
  CHECK(watched.Await(slow, 0) == 0);
  {
    REQUIRE(watched.engine.CreateTopic("wide", {.partitions = 10'000}).ok());
    WireClient client(watched.node.port());
    wire::MetadataRequest request;
    request.topics.reset();
    std::string frames;
    for (int i = 0; i < 100; ++i) {
      frames += WireClient::Frame(ApiKey::kMetadata, 12, i, request);
    }
    client.SendBytes(frames);
    CHECK(watched.Await(slow, 1) == 1);
  }
  CHECK(watched.Await(slow, 0) == 0);
  const std::string ended = "rill_node_failed_connections_total";
  CHECK(watched.Await(ended, 0) == 0);
  WireClient client(watched.node.port());
  client.SendBytes(std::string(64, '\x7f'));
  CHECK(client.IsClosed());
  CHECK(watched.Await(ended, 1) == 1);
}

TEST_CASE("Connections that are refused are counted") {
  const WatchedNode watched(std::map<std::string, std::string>{{"max.connections.per.ip", "1"}});
  const std::string refused = "rill_node_refused_connections_total";
  const WireClient only(watched.node.port());
  CHECK(watched.Await(refused, 0) == 0);
  for (int i = 1; i <= 3; ++i) {
    CHECK(WireClient(watched.node.port()).IsClosed());
    CHECK(watched.Await(refused, i) == i);
  }
}

TEST_CASE("One node is the controller and leads all partitions, as long as its engine is open") {
  WatchedNode watched;
  const std::string controller = "kafka_controller_kafkacontroller_";
  const std::string replicas = "kafka_server_replicamanager_";
  const MetricsReader open(watched.PageText());
  CHECK(open.Value(controller + "activecontrollercount") == 1);
  CHECK(open.Value(controller + "offlinepartitionscount") == 0);
  CHECK(open.Value(replicas + "underreplicatedpartitions") == 0);
  CHECK(open.Value(replicas + "partitioncount") == 2);
  CHECK(open.Value(replicas + "leadercount") == 2);
  CHECK(open.Value("kafka_server_kafkaserver_brokerstate") == 3);
  const double idle = open.Value("kafka_network_socketserver_networkprocessoravgidle_percent");
  CHECK((idle >= 0 && idle <= 1));
  REQUIRE(watched.engine.Close().ok());
  const MetricsReader closed(watched.PageText());
  CHECK(closed.Value(controller + "activecontrollercount") == 0);
  CHECK(closed.Value(replicas + "leadercount") == 0);
}

// In the page's tables `..._errors_total` stands for a name that begins as one before it does.
bool IsInGuide(const std::string& family, const std::vector<std::string>& names) {
  std::vector<std::string> whole;
  for (const std::string& name : names) {
    if (name == family) return true;
    if (!name.starts_with("...")) {
      whole.push_back(name);
      continue;
    }
    const std::string rest = name.substr(3);
    if (!family.ends_with(rest)) continue;
    const std::string beginning = family.substr(0, family.size() - rest.size());
    if (std::any_of(whole.begin(), whole.end(),
                    [&](const std::string& before) { return before.starts_with(beginning); })) {
      return true;
    }
  }
  return false;
}

TEST_CASE("The guide to metrics names everything that a page has") {
  std::ifstream file(RILL_SOURCE_DIR "/docs/guide/metrics.md");
  std::stringstream guide;
  guide << file.rdbuf();
  std::vector<std::string> names;
  std::string name;
  for (bool is_code = false; std::getline(guide, name, '`'); is_code = !is_code) {
    if (is_code) names.push_back(name);
  }
  WatchedNode watched;
  WireClient client(watched.node.port());
  CHECK(Produce(client, "orders", Batch()) == ErrorCode::kNone);
  CHECK(watched.Await(std::string(kRequests) + "{request=\"Produce\",version=\"9\"}", 1) == 1);
  const MetricsReader page(watched.PageText());
  REQUIRE(page.families().contains(kErrors));
  for (const std::string& family : page.families()) {
    INFO("docs/guide/metrics.md should have " << family);
    CHECK(IsInGuide(family, names));
  }
  CHECK_FALSE(IsInGuide("kafka_network_requestmetrics_nonsense_total", names));
}

}  // namespace
}  // namespace rill::net
