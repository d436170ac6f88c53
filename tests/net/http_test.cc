#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "catch.h"
#include "net/http_message.h"
#include "net/wire_client.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/metadata.h"

// What a node tells those who watch it.
namespace rill::net {
namespace {

std::string Ask(std::uint16_t port, const std::string& request) {
  WireClient client(port);
  client.SendBytes(request);
  return client.ReceiveAll();
}

std::string Get(std::uint16_t port, const std::string& path) {
  return Ask(port, "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
}

// A connection that takes little more than a page of memory before it is read.
WireClient::Connected ReadingLittle(std::uint16_t port) {
  const int connected = socket(AF_INET, SOCK_STREAM, 0);
  const int size = 4096;
  REQUIRE(setsockopt(connected, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0);
  sockaddr_in place = {};
  place.sin_family = AF_INET;
  place.sin_port = htons(port);
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(connected, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0);
  return {connected};
}

struct WatchedNode {
  explicit WatchedNode(int partitions = 2)
      : engine(Open("mem:").value()),
        topic(engine.CreateTopic("orders", {.partitions = partitions}).value()),
        node(Node::Start(engine, {.listen = "127.0.0.1:0", .http = "127.0.0.1:0"}).value()) {}

  Engine engine;
  Topic topic;
  Node node;
};

TEST_CASE("A node tells Prometheus what it does, also by the names of Kafka's metrics") {
  WatchedNode watched;
  auto producer = watched.engine.NewProducer().value();
  for (int i = 0; i < 3; ++i) {
    REQUIRE(producer.Send(watched.topic, {.value = "v", .partition = 1}).Wait().ok());
  }
  const WireClient client(watched.node.port());
  while (watched.node.connections() == 0) std::this_thread::yield();
  const std::string page = Get(watched.node.http_port(), "/metrics?x=1");
  CHECK_THAT(page, Catch::StartsWith("HTTP/1.1 200 OK\r\n"));
  CHECK_THAT(page, Catch::Contains("Content-Type: text/plain; version=0.0.4"));
  for (const char* line :
       {"\nrill_appended_records_total 3\n",
        "\nkafka_server_socket_server_metrics_connection_count 1\n",
        "\nrill_node_throttled_answers_total 0\n",
        "\nrill_partition_appended_records_total{topic=\"orders\",partition=\"1\"} 3\n",
        "\nkafka_server_brokertopicmetrics_messagesin_total 3\n",
        "\nkafka_server_brokertopicmetrics_messagesin_total{topic=\"orders\"} 3\n",
        "\nkafka_server_replicamanager_partitioncount 2\n"}) {
    CHECK_THAT(page, Catch::Contains(line));
  }
  const auto body = page.find("\r\n\r\n") + 4;
  CHECK_THAT(page, Catch::Contains("Content-Length: " + std::to_string(page.size() - body)));
  const std::string head = Ask(watched.node.http_port(), "HEAD /metrics HTTP/1.0\r\n\r\n");
  CHECK_THAT(head, Catch::EndsWith("\r\n\r\n"));
}

TEST_CASE("Of thousands of partitions the page has none alone") {
  const WatchedNode watched(1001);
  const std::string page = Get(watched.node.http_port(), "/metrics");
  CHECK_THAT(page, Catch::Contains("\nkafka_server_replicamanager_partitioncount 1001\n"));
  CHECK_THAT(page, !Catch::Contains("partition=\"0\""));
}

TEST_CASE("A node is healthy while its engine is open") {
  WatchedNode watched;
  const std::uint16_t port = watched.node.http_port();
  CHECK_THAT(Get(port, "/healthz"), Catch::EndsWith("\r\n\r\nok\n"));
  CHECK_THAT(Get(port, "/readyz"), Catch::EndsWith("\r\n\r\nok\n"));
  REQUIRE(watched.engine.Close().ok());
  CHECK_THAT(Get(port, "/healthz"), Catch::StartsWith("HTTP/1.1 503 "));
  CHECK_THAT(Get(port, "/readyz"), Catch::StartsWith("HTTP/1.1 503 "));
}

TEST_CASE("A node that stops is not ready any more, and healthy while it answers what it took") {
  Engine engine = Open("mem:").value();
  absl::Notification asked;
  std::optional<ClientRequest> kept;
  const auto keep = [&](const ClientRequest& request) {
    kept = request;
    asked.Notify();
  };
  Node node = Node::Start(engine, {.listen = "127.0.0.1:0",
                                   .http = "127.0.0.1:0",
                                   .drain = absl::Minutes(1),
                                   .handlers = {{.key = wire::ApiKey::kMetadata, .handle = keep}}})
                  .value();
  WireClient client(node.port());
  client.SendBytes(WireClient::Frame(wire::ApiKey::kMetadata, 12, 1, wire::MetadataRequest()));
  asked.WaitForNotification();
  const std::uint16_t port = node.http_port();
  CHECK_THAT(Get(port, "/readyz"), Catch::EndsWith("\r\n\r\nok\n"));
  std::thread stopping([&] { CHECK(node.Stop().ok()); });
  while (Get(port, "/readyz").ends_with("\r\n\r\nok\n")) std::this_thread::yield();
  CHECK_THAT(Get(port, "/readyz"), Catch::StartsWith("HTTP/1.1 503 "));
  CHECK_THAT(Get(port, "/readyz"), Catch::EndsWith("\r\n\r\nstopping\n"));
  CHECK_THAT(Get(port, "/healthz"), Catch::EndsWith("\r\n\r\nok\n"));
  kept->Pass();
  stopping.join();
}

TEST_CASE("What is no request, or asks for something else, is told so") {
  const WatchedNode watched;
  const std::uint16_t port = watched.node.http_port();
  CHECK_THAT(Get(port, "/"), Catch::StartsWith("HTTP/1.1 404 "));
  CHECK_THAT(Ask(port, "POST /metrics HTTP/1.1\r\n\r\n"), Catch::StartsWith("HTTP/1.1 405 "));
  for (const std::string& wrong :
       {std::string("GET\r\n\r\n"), std::string("GET /metrics\r\n\r\n"),
        std::string("GET metrics HTTP/1.1\r\n\r\n"), std::string("\r\n\r\n"),
        std::string("GET /a b HTTP/1.1\r\n\r\n"), std::string(20'000, 'x')}) {
    CHECK_THAT(Ask(port, wrong), Catch::StartsWith("HTTP/1.1 400 "));
  }
}

TEST_CASE("Who connects and says nothing does not keep a node from stopping") {
  WatchedNode watched;
  std::vector<std::unique_ptr<WireClient>> silent;
  for (int i = 0; i < 40; ++i) {
    silent.push_back(std::make_unique<WireClient>(watched.node.http_port()));
  }
  silent[0]->SendBytes("GET /metr");
  CHECK(watched.node.Stop().ok());
  for (const auto& client : silent) CHECK(client->ReceiveAll().empty());
}

TEST_CASE("Those who say nothing make room for who asks") {
  const WatchedNode watched;
  std::vector<std::unique_ptr<WireClient>> silent;
  for (int i = 0; i < 100; ++i) {
    silent.push_back(std::make_unique<WireClient>(watched.node.http_port()));
    silent.back()->SendBytes("GET /heal");
  }
  CHECK_THAT(Get(watched.node.http_port(), "/healthz"), Catch::EndsWith("\r\n\r\nok\n"));
  CHECK(silent.front()->ReceiveAll().empty());
  silent.back()->SendBytes("thz HTTP/1.1\r\n\r\n");
  CHECK_THAT(silent.back()->ReceiveAll(), Catch::EndsWith("\r\n\r\nok\n"));
}

TEST_CASE("Those who do not read metrics keep nobody from asking whether the node is well") {
  const WatchedNode watched(1000);  // a page of a megabyte
  std::vector<std::unique_ptr<WireClient>> slow;
  for (int i = 0; i < 64; ++i) {
    slow.push_back(std::make_unique<WireClient>(ReadingLittle(watched.node.http_port())));
    slow.back()->SendBytes("GET /metrics HTTP/1.1\r\n\r\n");
  }
  for (int i = 0; i < 5; ++i) {
    CHECK_THAT(Get(watched.node.http_port(), "/healthz"), Catch::EndsWith("\r\n\r\nok\n"));
  }
  // Some of them may still be on their way.
  std::string refused;
  for (int i = 0; i < 100 && !refused.starts_with("HTTP/1.1 503 "); ++i) {
    refused = Ask(watched.node.http_port(), "HEAD /metrics HTTP/1.1\r\n\r\n");
  }
  CHECK_THAT(refused, Catch::StartsWith("HTTP/1.1 503 ") && Catch::EndsWith("\r\n\r\n"));
}

TEST_CASE("A node without a place for HTTP has none, and one that is taken is told") {
  WatchedNode watched;
  const auto other = Node::Start(watched.engine, {.listen = "127.0.0.1:0"}).value();
  CHECK(other.http_port() == 0);
  const auto taken = Node::Start(
      watched.engine,
      {.listen = "127.0.0.1:0", .http = "127.0.0.1:" + std::to_string(watched.node.http_port())});
  CHECK(absl::IsAlreadyExists(taken.status()));
}

TEST_CASE("The path of a request is what stands before the question mark") {
  const auto request = ParseHttpRequest("GET /metrics?a=b HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(request.has_value());
  CHECK(request->method == "GET");
  CHECK(request->path == "/metrics");
  CHECK_FALSE(ParseHttpRequest("GET /metrics SPDY/3\r\n\r\n").has_value());
}

}  // namespace
}  // namespace rill::net
