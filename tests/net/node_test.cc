#include "rill/node.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "catch.h"
#include "net/wire_client.h"
#include "process_use.h"
#include "rill/error.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/metadata.h"

namespace rill {
namespace {

using net::WireClient;
using wire::ApiKey;

struct NodeUnderTest {
  explicit NodeUnderTest(NodeOptions options = {}, const Options& of_engine = {})
      : engine(Open("mem:", of_engine).value()) {
    options.listen = "127.0.0.1:0";
    node.emplace(Node::Start(engine, options).value());
  }
  WireClient Connect() const { return WireClient(node->port()); }

  Engine engine;
  std::optional<Node> node;
};

wire::ApiVersionsResponse AskVersions(WireClient& client, int version) {
  wire::ApiVersionsRequest request;
  request.client_software_name = request.client_software_version = "test";
  return client.Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, version, request);
}

TEST_CASE("A node tells clients of the requests that it answers, and of Produce from version 0") {
  const NodeUnderTest test;
  WireClient client = test.Connect();
  for (const int version : {0, 1, 2, 3, 4, 5}) {
    const auto response = AskVersions(client, version);
    CHECK(response.error_code == ErrorCode::kNone);
    REQUIRE_FALSE(response.api_keys.empty());
    CHECK(response.api_keys[0].api_key == 0);
    CHECK(response.api_keys[0].min_version == 0);
    CHECK(response.api_keys[0].max_version == 13);
  }
}

TEST_CASE("A topic is found by its id, with its name left out or empty") {
  NodeUnderTest test;
  const Topic orders = test.engine.CreateTopic("orders").value();
  WireClient client = test.Connect();
  const auto ask = [&](const base::Uuid& id, const std::optional<std::string>& name) {
    wire::MetadataRequest request;
    auto& asked = request.topics.emplace().emplace_back();
    asked.topic_id = id;
    asked.name = name;
    return client.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, request).topics.at(0);
  };
  const base::Uuid id = base::Uuid::Parse(orders.id()).value();
  for (const std::optional<std::string>& name :
       {std::optional<std::string>(), std::optional<std::string>("")}) {
    const auto found = ask(id, name);
    CHECK(found.error_code == ErrorCode::kNone);
    CHECK(found.name == "orders");
    const auto unknown = ask(base::Uuid::Random(), name);
    CHECK(unknown.error_code == ErrorCode::kUnknownTopicId);
    CHECK_FALSE(unknown.name.has_value());
  }
}

TEST_CASE("A client that takes the node for another one is sent back to its bootstrap servers") {
  const NodeUnderTest test;
  WireClient client = test.Connect();
  const auto known =
      client.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, wire::MetadataRequest());
  const auto ask = [&](const std::optional<std::string>& cluster, std::int32_t node,
                       int version = 5) {
    const wire::ApiVersionsRequest request = {"test", "1.0", cluster, node};
    return client.Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, version, request);
  };
  const std::int32_t node = known.brokers.at(0).node_id;
  CHECK(ask(known.cluster_id, node).error_code == ErrorCode::kNone);
  CHECK(ask(std::nullopt, -1).error_code == ErrorCode::kNone);
  const auto told = ask("another", node);
  CHECK(told.error_code == ErrorCode::kRebootstrapRequired);
  CHECK(told.api_keys.empty());
  CHECK(ask(known.cluster_id, node + 1).error_code == ErrorCode::kRebootstrapRequired);
  CHECK(ask("another", node, 4).error_code == ErrorCode::kNone);  // it cannot say so
  CHECK(ask(known.cluster_id, -1).error_code == ErrorCode::kInvalidRequest);
  CHECK(ask(std::nullopt, node).error_code == ErrorCode::kInvalidRequest);
}

TEST_CASE("A client whose software has no sound name is refused, and one without a name is not") {
  const NodeUnderTest test;
  WireClient client = test.Connect();
  const auto code = [&](const std::string& name, const std::string& version, int of = 3) {
    return client
        .Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, of,
                                        wire::ApiVersionsRequest{name, version})
        .error_code;
  };
  CHECK(code("apache-kafka.java", "4") == ErrorCode::kNone);
  for (const char* name : {"", "a b", "-a", "a.", "\xc3\xa4"}) {
    CAPTURE(name);
    CHECK(code(name, "1") == ErrorCode::kInvalidRequest);
    CHECK(code("a", name, 4) == ErrorCode::kInvalidRequest);
    CHECK(code(name, name, 2) == ErrorCode::kNone);  // where there are none
  }
}

TEST_CASE("ApiVersions of a version that is not known is answered in version 0 with the range") {
  const NodeUnderTest test;
  WireClient client = test.Connect();
  std::string frame = WireClient::Frame(ApiKey::kApiVersions, 0, 77, wire::ApiVersionsRequest());
  base::StoreBigEndian(frame.data() + 6, std::int16_t{99});
  client.SendBytes(frame);
  const auto response = client.Receive<wire::ApiVersionsResponse>(ApiKey::kApiVersions, 0, 77);
  CHECK(response.error_code == ErrorCode::kUnsupportedVersion);
  REQUIRE(response.api_keys.size() == 1);
  CHECK(response.api_keys[0].api_key == 18);
  CHECK(response.api_keys[0].max_version == 5);
  CHECK(AskVersions(client, 3).error_code == ErrorCode::kNone);
}

TEST_CASE("A connection on which something comes that is no request is closed, and no other") {
  const NodeUnderTest test;
  WireClient other = test.Connect();
  const std::string sound = WireClient::Frame(ApiKey::kMetadata, 4, 1, wire::MetadataRequest());
  std::string unknown_key = sound;
  base::StoreBigEndian(unknown_key.data() + 4, std::int16_t{999});
  std::string unknown_version = sound;
  base::StoreBigEndian(unknown_version.data() + 6, std::int16_t{99});
  std::string lying_count = sound;  // of topics
  base::StoreBigEndian(lying_count.data() + lying_count.size() - 5, std::int32_t{2'000'000'000});
  const std::vector<std::string> wrong = {
      unknown_key,
      unknown_version,
      lying_count,
      std::string("\xff\xff\xff\xff", 4),  // a negative length
      std::string("\0\0\0\0", 4),          // no bytes at all
      std::string("\x7f\xff\xff\xff", 4),  // more than socket.request.max.bytes
      std::string("\0\0\0\3\0\3\0", 7),    // no header
      std::string("\0\0\0\x0a\0\x03\0\x04\0\0\0\1\0\x63", 14),  // a client id that is cut off
      "GET / HTTP/1.1\r\n\r\n",
  };
  for (const std::string& bytes : wrong) {
    WireClient client = test.Connect();
    client.SendBytes(bytes);
    CHECK(client.IsClosed());
  }
  CHECK(AskVersions(other, 3).error_code == ErrorCode::kNone);
}

TEST_CASE("What speaks TLS or HTTP to a listener is named as that where it is turned away") {
  std::mutex mutex;
  std::string told;
  const auto sink = [&](LogLevel, std::string_view line) {
    const std::lock_guard<std::mutex> lock(mutex);
    told += line;
  };
  const NodeUnderTest test({}, {.log_sink = sink});
  const auto is_told = [&](const std::string& bytes, const char* protocol) {
    WireClient client = test.Connect();
    client.SendBytes(bytes);
    CHECK(client.IsClosed());
    const std::lock_guard<std::mutex> lock(mutex);
    return std::exchange(told, "").find(protocol) != std::string::npos;
  };
  CHECK(is_told(std::string("\x16\x03\x01\x02\x00\x01", 6), "first bytes of TLS"));
  CHECK(is_told("GET / HTTP/1.1\r\n\r\n", "first bytes of HTTP"));
  CHECK(is_told("POST / HTTP/1.1\r\n\r\n", "first bytes of HTTP"));
  CHECK_FALSE(is_told("\x7f\xff\xff\xff", "first bytes"));
}

TEST_CASE("Clients that are turned away one after the other do not fill the log") {
  std::atomic<int> told = 0;
  const auto sink = [&](LogLevel, std::string_view line) {
    told += line.find("closing the connection") != std::string_view::npos ? 1 : 0;
  };
  const NodeUnderTest test({}, {.log_sink = sink});
  for (int i = 0; i < 50; ++i) {
    WireClient client = test.Connect();
    client.SendBytes("GET / HTTP/1.1\r\n\r\n");
    CHECK(client.IsClosed());
  }
  CHECK(told >= 1);
  CHECK(told <= 40);  // twenty in ten seconds
}

TEST_CASE("Requests of one connection are answered in the order in which they came") {
  const NodeUnderTest test;
  WireClient client = test.Connect();
  std::string frames;
  for (int i = 0; i < 100; ++i) {
    frames += WireClient::Frame(ApiKey::kMetadata, 12, i, wire::MetadataRequest());
  }
  // In pieces that do not end where requests end.
  for (std::size_t at = 0; at < frames.size(); at += 7) client.SendBytes(frames.substr(at, 7));
  for (int i = 0; i < 100; ++i) {
    client.Receive<wire::MetadataResponse>(ApiKey::kMetadata, 12, i);
  }
}

TEST_CASE("A connection on which nothing came for connections.max.idle.ms is closed") {
  const NodeUnderTest test({.configs = {{"connections.max.idle.ms", "50"}}});
  WireClient client = test.Connect();
  CHECK(AskVersions(client, 0).error_code == ErrorCode::kNone);
  CHECK(client.IsClosed());
}

TEST_CASE("With a negative connections.max.idle.ms no connection is closed for being idle") {
  const NodeUnderTest test({.configs = {{"connections.max.idle.ms", "-1"}}});
  WireClient client = test.Connect();
  CHECK(AskVersions(client, 0).error_code == ErrorCode::kNone);
  CHECK_FALSE(client.HasAnswer(100));
  CHECK(AskVersions(client, 0).error_code == ErrorCode::kNone);
}

TEST_CASE("A connection beyond max.connections is closed, and one that ended makes room") {
  const NodeUnderTest test({.configs = {{"max.connections", "1"}}});
  {
    WireClient first = test.Connect();
    CHECK(AskVersions(first, 0).error_code == ErrorCode::kNone);
    WireClient second = test.Connect();
    CHECK(second.IsClosed());
  }
  while (test.node->connections() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  WireClient third = test.Connect();
  CHECK(AskVersions(third, 0).error_code == ErrorCode::kNone);
}

TEST_CASE("Connections of an address beyond max.connections.per.ip are closed, or beyond its own") {
  const NodeUnderTest test({.configs = {{"max.connections.per.ip", "1"}}});
  const auto is_taken = [](WireClient& client) {
    return AskVersions(client, 0).error_code == ErrorCode::kNone;
  };
  {
    WireClient first = test.Connect();
    CHECK(is_taken(first));
    CHECK(test.Connect().IsClosed());
  }
  while (test.node->connections() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  WireClient again = test.Connect();
  CHECK(is_taken(again));
  const NodeUnderTest named(
      {.configs = {{"max.connections.per.ip", "0"},
                   {"max.connections.per.ip.overrides", "::1:0, 127.0.0.1:2"}}});
  WireClient one = named.Connect();
  WireClient two = named.Connect();
  CHECK((is_taken(one) && is_taken(two)));
  CHECK(named.Connect().IsClosed());
}

TEST_CASE("Limits of addresses that are none are refused, and a limit that keeps everybody out") {
  const auto engine = Open("mem:").value();
  const std::vector<std::string> none = {
      "127.0.0.1", "localhost:1",        "127.0.0.1:-1",         "127.0.0.1:x",
      ":1",        "127.0.0.1:1,,::1:1", "127.0.0.1:2147483648", std::string("127.0.0.1\0x:1", 13)};
  for (const std::string& limits : none) {
    CAPTURE(limits);
    const auto node = Node::Start(
        engine,
        {.listen = "127.0.0.1:0", .configs = {{"max.connections.per.ip.overrides", limits}}});
    CHECK(absl::IsInvalidArgument(node.status()));
    CHECK_THAT(std::string(node.status().message()),
               Catch::Contains("max.connections.per.ip.overrides") &&
                   Catch::Contains("such as 127.0.0.1:100"));
  }
  const auto nobody =
      Node::Start(engine, {.listen = "127.0.0.1:0", .configs = {{"max.connections.per.ip", "0"}}});
  CHECK_THAT(std::string(nobody.status().message()),
             Catch::Contains("can be set to 0 only if max.connections.per.ip.overrides"));
}

TEST_CASE("A node that stopped leaves no thread, no descriptor and no connection behind") {
  auto engine = Open("mem:").value();
  const int threads = test::Threads();
  const int descriptors = test::Descriptors();
  for (const int io_threads : {1, 3}) {
    auto node = Node::Start(engine, {.listen = "127.0.0.1:0", .threads = io_threads}).value();
    std::vector<std::unique_ptr<WireClient>> clients;
    for (int i = 0; i < 5; ++i) {
      clients.push_back(std::make_unique<WireClient>(node.port()));
      CHECK(AskVersions(*clients.back(), 3).error_code == ErrorCode::kNone);
    }
    CHECK(node.connections() == 5);
    CHECK(node.Stop().ok());
    CHECK(node.connections() == 0);
    for (const auto& client : clients) CHECK(client->IsClosed());
    clients.clear();
    CHECK(test::Threads() == threads);
    CHECK(node.Stop().ok());
  }
  CHECK(test::Descriptors() == descriptors);
  CHECK(engine.CreateTopic("later").ok());
}

TEST_CASE("kcat looks into a program that goes on meanwhile, and leaves nothing behind") {
  auto engine = Open("mem:").value();
  auto topic = engine.CreateTopic("orders").value();
  std::atomic<bool> is_over = false;
  std::atomic<int> sent = 0;
  std::thread program([&] {
    const RecordData record = {.key = "k", .value = "v"};
    for (; !is_over.load(); std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
      if (topic.partition(0)->Append({&record, 1}).ok()) ++sent;
    }
  });
  const absl::Cleanup end = [&] {
    is_over.store(true);
    program.join();
  };
  while (sent.load() < 5) std::this_thread::yield();
  const int threads = test::Threads();
  const int descriptors = test::Descriptors();
  std::optional<Node> node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  const std::string kcat = "kcat -b 127.0.0.1:" + std::to_string(node->port());
  CHECK(std::system((kcat + " -L | grep -q '\"orders\" with 1 partitions'").c_str()) == 0);
  const int before = sent.load();
  // More than there are: it waits for those that the program sends.
  const std::string count = std::to_string(before + 5);
  const std::string read = kcat + " -C -q -t orders -o beginning -c " + count + " | grep -cx v";
  CHECK(std::system(("[ \"$(" + read + ")\" = " + count + " ]").c_str()) == 0);
  CHECK(sent.load() > before);
  CHECK(node->Stop().ok());
  node.reset();
  CHECK(test::Threads() == threads);
  CHECK(test::Descriptors() == descriptors);
}

TEST_CASE("A node does not start where it cannot, and says why") {
  auto engine = Open("mem:").value();
  const auto start = [&](const NodeOptions& options) {
    return Node::Start(engine, options).status();
  };
  CHECK(absl::IsInvalidArgument(start({.listen = "nowhere"})));
  CHECK(absl::IsInvalidArgument(start({.listen = "127.0.0.1:99999"})));
  CHECK(absl::IsInvalidArgument(start({.listen = "0.0.0.0:0"})));
  CHECK(absl::IsInvalidArgument(start({.listen = "127.0.0.1:0", .advertise = "0.0.0.0:1"})));
  CHECK(absl::IsInvalidArgument(start({.listen = "127.0.0.1:0", .threads = 0})));
  const auto unknown = start({.listen = "127.0.0.1:0", .configs = {{"max.connectoins", "1"}}});
  CHECK_THAT(std::string(unknown.message()), Catch::Contains("max.connections"));

  auto node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  const auto taken = start({.listen = "127.0.0.1:" + std::to_string(node.port())});
  CHECK(absl::IsAlreadyExists(taken));
  CHECK(engine.Close().ok());
  CHECK(absl::IsFailedPrecondition(start({.listen = "127.0.0.1:0"})));
}

TEST_CASE("Clients are told to connect to what is advertised") {
  const NodeUnderTest test({.advertise = "broker.example:1234"});
  WireClient client = test.Connect();
  const auto response =
      client.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, wire::MetadataRequest());
  REQUIRE(response.brokers.size() == 1);
  CHECK(response.brokers[0].host == "broker.example");
  CHECK(response.brokers[0].port == 1234);
  CHECK(response.controller_id == response.brokers[0].node_id);
  CHECK(response.cluster_id.value_or("").size() == 22);
}

TEST_CASE("A node whose engine was closed answers with errors") {
  NodeUnderTest test;
  WireClient client = test.Connect();
  CHECK(test.engine.Close().ok());
  wire::MetadataRequest request;
  request.topics->push_back({{}, "orders"});
  const auto response = client.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, request);
  REQUIRE(response.topics.size() == 1);
  CHECK(response.topics[0].error_code == ErrorCode::kBrokerNotAvailable);
}

}  // namespace
}  // namespace rill
