#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "net/request_memory.h"
#include "net/waiting_fetch.h"
#include "net/wire_client.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/alter_client_quotas.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/fetch.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

// What clients may take of a node's memory, and for how long.
namespace rill::net {
namespace {

using wire::ApiKey;

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

std::string LargeRequest(std::string_view batch) {
  wire::ProduceRequest request;
  request.acks = -1;
  auto& data = request.topic_data.emplace_back();
  data.name = "orders";
  data.partition_data.push_back({0, batch});
  return WireClient::Frame(ApiKey::kProduce, 9, 1, request);
}

std::string LargeBatch() {
  BatchBuilder builder(BatchOptions{});
  REQUIRE(builder.Append({.value = std::string(900'000, 'x')}).ok());
  return std::string(builder.Seal().value());
}

struct ScarceNode {
  explicit ScarceNode(const char* max_idle_ms, const char* queued = "1048576")
      : engine(Open("mem:").value()),
        topic(engine.CreateTopic("orders").value()),
        node(Node::Start(engine, {.listen = "127.0.0.1:0",
                                  .http = "127.0.0.1:0",
                                  .configs = {{"socket.request.max.bytes", "1048576"},
                                              {"queued.max.request.bytes", queued},
                                              {"connections.max.idle.ms", max_idle_ms}}})
                 .value()) {}

  // By then the node's one thread has read all that there was to be read of others.
  void LetItRead() const {
    WireClient small(node.port());
    for (int i = 0; i < 100; ++i) {
      const auto answer =
          small.Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, 0, wire::ApiVersionsRequest());
      CHECK(answer.error_code == ErrorCode::kNone);
    }
  }
  bool HasLine(const std::string& line) const {
    WireClient client(node.http_port());
    client.SendBytes("GET /metrics HTTP/1.1\r\n\r\n");
    return client.ReceiveAll().find("\n" + line + "\n") != std::string::npos;
  }
  bool AwaitLine(const std::string& line) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!HasLine(line) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return HasLine(line);
  }

  Engine engine;
  Topic topic;
  Node node;
};

TEST_CASE("A request that finds no memory waits until others are answered, and small ones do not") {
  const ScarceNode scarce("600000");
  const std::string frame = LargeRequest(LargeBatch());
  WireClient first(scarce.node.port());
  first.SendBytes(frame.substr(0, frame.size() - 1));
  scarce.LetItRead();
  WireClient second(scarce.node.port());
  std::thread sending([&] { second.SendBytes(frame); });
  CHECK_FALSE(second.HasAnswer(100));
  scarce.LetItRead();
  CHECK(scarce.topic.partition(0)->high_watermark() == 0);
  first.SendBytes(frame.substr(frame.size() - 1));
  for (WireClient* client : {&first, &second}) {
    const auto answer = client->Receive<wire::ProduceResponse>(ApiKey::kProduce, 9, 1);
    CHECK(answer.responses.at(0).partition_responses.at(0).error_code == ErrorCode::kNone);
  }
  sending.join();
  CHECK(scarce.topic.partition(0)->high_watermark() == 2);
}

TEST_CASE("Requests that have a part of the memory each are not left to wait for each other") {
  const ScarceNode scarce("600000");
  const std::string frame = LargeRequest(LargeBatch());
  constexpr std::size_t kPart = 300'000;
  std::vector<std::unique_ptr<WireClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<WireClient>(scarce.node.port()));
    clients.back()->SendBytes(frame.substr(0, kPart));
  }
  // None may have more than it has, for all is taken.
  scarce.LetItRead();
  std::vector<std::thread> sending;
  for (const auto& client : clients) {
    sending.emplace_back([&] { client->SendBytes(frame.substr(kPart)); });
  }
  for (const auto& client : clients) {
    const auto answer = client->Receive<wire::ProduceResponse>(ApiKey::kProduce, 9, 1);
    CHECK(answer.responses.at(0).partition_responses.at(0).error_code == ErrorCode::kNone);
  }
  for (std::thread& sent : sending) sent.join();
  CHECK(scarce.topic.partition(0)->high_watermark() == 3);
}

TEST_CASE("A node whose requests wait for memory stops at once") {
  ScarceNode scarce("600000");
  const std::string frame = LargeRequest(LargeBatch());
  WireClient first(scarce.node.port());
  first.SendBytes(frame.substr(0, frame.size() - 1));
  scarce.LetItRead();
  WireClient second(scarce.node.port());
  std::thread sending([&] { second.SendBytes(frame); });
  CHECK_FALSE(second.HasAnswer(100));
  CHECK(scarce.node.Stop().ok());
  CHECK(scarce.node.connections() == 0);
  sending.join();
}

TEST_CASE("A request that comes slowly while others wait for its memory is given up") {
  const ScarceNode scarce("2000");
  const std::string frame = LargeRequest(LargeBatch());
  WireClient slow(scarce.node.port());
  constexpr std::size_t kLeft = 1000;
  slow.SendBytes(frame.substr(0, frame.size() - kLeft));
  scarce.LetItRead();
  WireClient waiting(scarce.node.port());
  std::thread sending([&] { waiting.SendBytes(frame); });
  // A byte from time to time, so that it is not idle.
  std::atomic<bool> is_over = false;
  std::thread dripping([&] {
    for (std::size_t i = 0; i + 1 < kLeft && !is_over.load(); ++i) {
      slow.SendBytes(frame.substr(frame.size() - kLeft + i, 1));
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  const auto answer = waiting.Receive<wire::ProduceResponse>(ApiKey::kProduce, 9, 1);
  CHECK(answer.responses.at(0).partition_responses.at(0).error_code == ErrorCode::kNone);
  is_over = true;
  dripping.join();
  sending.join();
  CHECK(slow.IsClosed());
  CHECK(scarce.topic.partition(0)->high_watermark() == 1);
}

TEST_CASE("A slow request is nobody's business while nobody waits for its memory") {
  const ScarceNode scarce("4000");
  const std::string frame = LargeRequest(LargeBatch());
  WireClient slow(scarce.node.port());
  constexpr std::size_t kLeft = 50;
  slow.SendBytes(frame.substr(0, frame.size() - kLeft));
  for (std::size_t i = 0; i < kLeft; ++i) {
    slow.SendBytes(frame.substr(frame.size() - kLeft + i, 1));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const auto answer = slow.Receive<wire::ProduceResponse>(ApiKey::kProduce, 9, 1);
  CHECK(answer.responses.at(0).partition_responses.at(0).error_code == ErrorCode::kNone);
}

TEST_CASE("A client that sends one request behind the other is not taken for a slow one") {
  const ScarceNode scarce("4000");
  // Others that want more than it leaves them, all the time.
  const std::string large = LargeRequest(LargeBatch());
  std::atomic<bool> is_over = false;
  std::vector<std::thread> others;
  for (int i = 0; i < 2; ++i) {
    others.emplace_back([&] {
      WireClient client(scarce.node.port());
      while (!is_over.load()) {
        client.SendBytes(large);
        client.Skim();
      }
    });
  }
  WireClient busy(scarce.node.port());
  const std::string frame = LargeRequest(LargeBatch().substr(0, 100'000));
  const std::string head = frame.substr(0, 50'000);
  const std::string tail = frame.substr(50'000);
  // Its input never ends with a request.
  busy.SendBytes(head);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  bool is_open = true;
  while (is_open && std::chrono::steady_clock::now() < end) {
    busy.SendBytes(tail + head);
    is_open = !busy.ReceiveFrame().empty();
  }
  CHECK(is_open);
  is_over = true;
  for (std::thread& other : others) other.join();
}

TEST_CASE("A Fetch that waits has given back its request, but for what it still knows of it") {
  const ScarceNode scarce("600000");
  wire::FetchRequest request = WaitingFetch("orders");
  request.rack_id = std::string(30'000, 'r');
  auto& forgotten = request.forgotten_topics_data.emplace_back();
  forgotten.topic = "bills";
  forgotten.partitions.assign(30'000, 0);
  WireClient client(scarce.node.port());
  client.SendBytes(WireClient::Frame(ApiKey::kFetch, 12, 1, request));
  CHECK(scarce.AwaitLine(
      "kafka_server_delayedoperationpurgatory_purgatorysize{delayedOperation=\"Fetch\"} 1"));
  CHECK(scarce.HasLine("rill_node_request_memory_bytes 0"));
  CHECK_FALSE(scarce.HasLine("rill_node_answer_memory_bytes 0"));
  const RecordData record = {.value = "x"};
  REQUIRE(scarce.topic.partition(0)->Append({&record, 1}).ok());
  const auto answer = client.Receive<wire::FetchResponse>(ApiKey::kFetch, 12, 1);
  CHECK(answer.responses.at(0).partitions.at(0).high_watermark == 1);
  CHECK(scarce.AwaitLine("rill_node_answer_memory_bytes 0"));
}

TEST_CASE("A client that rests gives back the memory of its last request, and may go on") {
  const ScarceNode scarce("8000", "4194304");
  const std::string frame = LargeRequest(LargeBatch().substr(0, 100'000));
  WireClient client(scarce.node.port());
  for (int i = 0; i < 2; ++i) {
    client.SendBytes(frame);
    client.Receive<wire::ProduceResponse>(ApiKey::kProduce, 9, 1);
    CHECK_FALSE(scarce.HasLine("rill_node_request_memory_bytes 0"));
    CHECK(scarce.AwaitLine("rill_node_request_memory_bytes 0"));
    CHECK(scarce.node.connections() == 1);
  }
}

TEST_CASE("A client that is to be quiet gives back the memory of its last request meanwhile") {
  const ScarceNode scarce("600000", "4194304");
  wire::AlterClientQuotasRequest quota;
  auto& entry = quota.entries.emplace_back();
  entry.entity.push_back({"client-id", "a test"});
  entry.ops.push_back({"producer_byte_rate", 100, false});
  WireClient setting(scarce.node.port());
  setting.Ask<wire::AlterClientQuotasResponse>(ApiKey::kAlterClientQuotas, 1, quota);
  const std::string frame = LargeRequest(LargeBatch());
  WireClient client(scarce.node.port());
  client.SendBytes(frame + frame.substr(0, 60'000));
  const auto answer = client.Receive<wire::ProduceResponse>(ApiKey::kProduce, 9, 1);
  CHECK(answer.throttle_time_ms > 0);
  CHECK(scarce.AwaitLine("rill_node_request_memory_bytes 0"));
}

TEST_CASE("A client that was idle for a while is answered as before") {
  const ScarceNode scarce("2000");  // which gives back what it read into after a quarter of that
  WireClient client(scarce.node.port());
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(i == 0 ? 0 : 1200));
    const std::string frame =
        WireClient::Frame(ApiKey::kApiVersions, 0, i, wire::ApiVersionsRequest());
    client.SendBytes(frame.substr(0, 3));
    scarce.LetItRead();
    client.SendBytes(frame.substr(3));
    client.Receive<wire::ApiVersionsResponse>(ApiKey::kApiVersions, 0, i);
    CHECK(scarce.node.connections() >= 1);
  }
}

TEST_CASE("A client that does not read its answers is closed after connections.max.idle.ms") {
  Engine engine = Open("mem:").value();
  REQUIRE(engine.CreateTopic("orders", {.partitions = 2000}).ok());
  const auto node = Node::Start(engine, {.listen = "127.0.0.1:0",
                                         .configs = {{"connections.max.idle.ms", "200"}}})
                        .value();
  WireClient client(node.port());
  std::string frames;
  for (int i = 0; i < 300; ++i) {
    wire::MetadataRequest request;
    request.topics.reset();
    frames += WireClient::Frame(ApiKey::kMetadata, 12, i, request);
  }
  client.SendBytes(frames);
  REQUIRE(client.HasAnswer(10'000));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (node.connections() > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(node.connections() == 0);
}

TEST_CASE("A node that has less memory for requests than one may take does not start") {
  Engine engine = Open("mem:").value();
  const auto started = Node::Start(
      engine, {.listen = "127.0.0.1:0", .configs = {{"queued.max.request.bytes", "1000"}}});
  CHECK_THAT(std::string(started.status().message()),
             Catch::Contains("queued.max.request.bytes is 1000"));
}

TEST_CASE("What is asked for a thousand times is answered once") {
  Engine engine = Open("mem:").value();
  REQUIRE(engine.CreateTopic("orders").ok());
  const auto node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  WireClient client(node.port());
  wire::MetadataRequest request;
  for (int i = 0; i < 1000; ++i) request.topics->push_back({{}, "orders"});
  const auto answer = client.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, request);
  CHECK(answer.topics.size() == 1);
}

TEST_CASE("Shares of the memory for requests never pass it, and come back") {
  RequestMemory memory(kMebibyte, kMebibyte / 2);
  {
    RequestMemory::Share one(memory);
    RequestMemory::Share other(memory);
    CHECK(one.Resize(600'000));
    CHECK_FALSE(other.Resize(600'000));
    CHECK(memory.taken() == 600'000);
    CHECK(memory.is_scarce());
    CHECK(one.Resize(100'000));
    CHECK_FALSE(memory.is_scarce());
    CHECK(other.Resize(600'000));
    CHECK(memory.taken() == 700'000);
  }
  CHECK(memory.taken() == 0);
  CHECK_FALSE(memory.is_scarce());
}

}  // namespace
}  // namespace rill::net
