#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "catch.h"
#include "net/waiting_fetch.h"
#include "net/wire_client.h"
#include "rill/authorizer.h"
#include "rill/error.h"
#include "rill/node.h"
#include "rill/record_batch.h"
#include "wire/messages/alter_client_quotas.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/fetch.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

// Requests that a client sends before it has the answer to the last one.
namespace rill {
namespace {

using net::WireClient;
using wire::ApiKey;

constexpr int kVersionsVersion = 0;
constexpr int kProduceVersion = 9;
constexpr int kFetchVersion = 12;

// All its clients share a thread.
struct BusyNode {
  explicit BusyNode(NodeOptions options = {})
      : engine(Open("mem:").value()),
        topic(engine.CreateTopic("orders").value()),
        node(Start(engine, options)),
        other(node.port()) {}

  static Node Start(const Engine& engine, NodeOptions options) {
    options.listen = "127.0.0.1:0";
    options.http = "127.0.0.1:0";
    options.threads = 1;
    return Node::Start(engine, options).value();
  }

  // So that answers to what another client sends next may go together.
  void LetOthersBeServed() { AskVersions(other); }
  static void AskVersions(WireClient& client) {
    client.Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, kVersionsVersion,
                                          wire::ApiVersionsRequest());
  }

  Engine engine;
  Topic topic;
  Node node;
  WireClient other;
};

std::string AsksVersions(std::int32_t id) {
  return WireClient::Frame(ApiKey::kApiVersions, kVersionsVersion, id, wire::ApiVersionsRequest());
}

void ReceiveVersions(WireClient& client, std::int32_t id) {
  const auto answer =
      client.Receive<wire::ApiVersionsResponse>(ApiKey::kApiVersions, kVersionsVersion, id);
  CHECK(answer.error_code == ErrorCode::kNone);
}

std::string Produces(std::int32_t id, int acks, std::size_t bytes) {
  BatchBuilder builder(BatchOptions{});
  const std::string value(bytes, 'x');
  REQUIRE(builder.Append({.value = value}).ok());
  const auto batch = builder.Seal();
  REQUIRE(batch.ok());
  wire::ProduceRequest request;
  request.acks = static_cast<std::int16_t>(acks);
  request.timeout_ms = 1000;
  request.topic_data.push_back({"orders", {}, {{0, *batch}}});
  return WireClient::Frame(ApiKey::kProduce, kProduceVersion, id, request);
}

TEST_CASE("Of clients that send ahead at once, each has its answers, in order") {
  BusyNode busy;
  WireClient one(busy.node.port());
  WireClient two(busy.node.port());
  std::string frames;
  for (int id = 0; id < 500; ++id) frames += AsksVersions(id);
  for (int round = 0; round < 3; ++round) {
    one.SendBytes(frames);
    two.SendBytes(frames);
    for (int id = 0; id < 500; ++id) {
      ReceiveVersions(one, id);
      ReceiveVersions(two, id);
    }
  }
}

TEST_CASE("Answers to what came together go together where others are served, too") {
  BusyNode busy;
  WireClient client(busy.node.port());
  BusyNode::AskVersions(client);
  busy.LetOthersBeServed();
  const std::uint32_t before = client.SegmentsReceived();
  client.SendBytes(AsksVersions(1) + AsksVersions(2));
  ReceiveVersions(client, 1);
  ReceiveVersions(client, 2);
  CHECK(client.SegmentsReceived() - before == 1);
}

TEST_CASE("A client that is alone has each answer as soon as it is made") {
  const BusyNode busy;
  WireClient client(busy.node.port());
  BusyNode::AskVersions(client);
  const std::uint32_t before = client.SegmentsReceived();
  std::string frames;
  for (int id = 0; id < 20; ++id) frames += AsksVersions(id);
  client.SendBytes(frames);
  for (int id = 0; id < 20; ++id) ReceiveVersions(client, id);
  CHECK(client.SegmentsReceived() - before > 10);
}

// Takes its time.
class SlowAuthorizer : public Authorizer {
 public:
  bool Allows(const AclClient&, AclOperation, AclResourceType, const std::string&) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return true;
  }
};

TEST_CASE("What is answered does not wait for all of the slow requests behind it") {
  BusyNode busy({.authorizer = std::make_shared<SlowAuthorizer>()});
  WireClient client(busy.node.port());
  BusyNode::AskVersions(client);
  busy.LetOthersBeServed();
  std::string frames = AsksVersions(0);
  for (int id = 1; id <= 10; ++id) frames += Produces(id, 1, 1);
  client.SendBytes(frames);
  ReceiveVersions(client, 0);
  client.Receive<wire::ProduceResponse>(ApiKey::kProduce, kProduceVersion, 1);
  CHECK(busy.topic.partition(0)->log_end_offset() < 10);
  for (int id = 2; id <= 10; ++id) {
    client.Receive<wire::ProduceResponse>(ApiKey::kProduce, kProduceVersion, id);
  }
}

TEST_CASE("Others are served while a client sends many slow requests ahead") {
  BusyNode busy({.authorizer = std::make_shared<SlowAuthorizer>()});
  WireClient client(busy.node.port());
  std::string frames;
  for (int id = 0; id < 100; ++id) frames += Produces(id, 1, 1);
  client.SendBytes(frames);
  client.Receive<wire::ProduceResponse>(ApiKey::kProduce, kProduceVersion, 0);
  busy.LetOthersBeServed();
  CHECK(busy.topic.partition(0)->log_end_offset() < 100);
  for (int id = 1; id < 100; ++id) {
    client.Receive<wire::ProduceResponse>(ApiKey::kProduce, kProduceVersion, id);
  }
}

TEST_CASE("What is answered goes out before a request behind it waits") {
  BusyNode busy;
  WireClient client(busy.node.port());
  BusyNode::AskVersions(client);
  busy.LetOthersBeServed();
  client.SendBytes(
      AsksVersions(1) + AsksVersions(2) +
      WireClient::Frame(ApiKey::kFetch, kFetchVersion, 3, net::WaitingFetch("orders")));
  ReceiveVersions(client, 1);
  ReceiveVersions(client, 2);
  CHECK_FALSE(client.HasAnswer(50));
  const RecordData record = {.value = "x"};
  REQUIRE(busy.topic.partition(0)->Append({&record, 1}).ok());
  client.Receive<wire::FetchResponse>(ApiKey::kFetch, kFetchVersion, 3);
}

TEST_CASE("Requests for the thread and for its workers are answered in order") {
  BusyNode busy;
  WireClient client(busy.node.port());
  BusyNode::AskVersions(client);
  busy.LetOthersBeServed();
  client.SendBytes(AsksVersions(1) +
                   WireClient::Frame(ApiKey::kMetadata, 12, 2, wire::MetadataRequest()) +
                   AsksVersions(3));
  ReceiveVersions(client, 1);
  client.Receive<wire::MetadataResponse>(ApiKey::kMetadata, 12, 2);
  ReceiveVersions(client, 3);
}

TEST_CASE("What is answered goes out though the request behind it has no answer") {
  BusyNode busy;
  WireClient client(busy.node.port());
  BusyNode::AskVersions(client);
  busy.LetOthersBeServed();
  client.SendBytes(AsksVersions(1) + Produces(2, 0, 1));
  ReceiveVersions(client, 1);
  CHECK_FALSE(client.HasAnswer(0));
  BusyNode::AskVersions(client);
}

TEST_CASE("What is answered goes out before a client is left alone for its quota") {
  BusyNode busy;
  WireClient client(busy.node.port());
  wire::AlterClientQuotasRequest quotas;
  quotas.entries = {{{{"client-id", std::nullopt}}, {{"producer_byte_rate", 100}}}};
  const auto set =
      client.Ask<wire::AlterClientQuotasResponse>(ApiKey::kAlterClientQuotas, 1, quotas);
  REQUIRE(set.entries.at(0).error_code == ErrorCode::kNone);
  const int acks = GENERATE(0, 1);
  busy.LetOthersBeServed();
  client.SendBytes(AsksVersions(1) + Produces(2, acks, 10'000) + AsksVersions(3));
  ReceiveVersions(client, 1);
  if (acks != 0) {
    const auto answer = client.Receive<wire::ProduceResponse>(ApiKey::kProduce, kProduceVersion, 2);
    CHECK(answer.throttle_time_ms > 10'000);
  }
  CHECK_FALSE(client.HasAnswer(100));
}

TEST_CASE("What is answered goes out before what ends the connection") {
  const std::string_view wrong = GENERATE(std::string_view("\x7f\xff\xff\xff", 4),
                                          std::string_view("\0\0\0\x08\x7f\x7f\0\0\0\0\0\x02", 12));
  BusyNode busy;
  WireClient client(busy.node.port());
  BusyNode::AskVersions(client);
  busy.LetOthersBeServed();
  client.SendBytes(AsksVersions(1) + AsksVersions(2) + std::string(wrong));
  ReceiveVersions(client, 1);
  ReceiveVersions(client, 2);
  CHECK(client.IsClosed());
}

TEST_CASE("A client that sends large requests ahead has an answer to each") {
  BusyNode busy;
  WireClient one(busy.node.port());
  WireClient two(busy.node.port());
  std::string frames;
  for (int id = 0; id < 40; ++id) {
    wire::ApiVersionsRequest asks;
    asks.client_software_name = "test";
    asks.client_software_version = std::string(static_cast<std::size_t>(800 * id), 'v');
    frames += WireClient::Frame(ApiKey::kApiVersions, 3, id, asks);
  }
  one.SendBytes(frames);
  two.SendBytes(frames);
  for (int id = 0; id < 40; ++id) {
    for (WireClient* const client : {&one, &two}) {
      const auto answer = client->Receive<wire::ApiVersionsResponse>(ApiKey::kApiVersions, 3, id);
      CHECK(answer.error_code == (id == 0 ? ErrorCode::kInvalidRequest : ErrorCode::kNone));
    }
  }
}

// A client that asks without reading until the node can send it no more.
class Flood {
 public:
  static constexpr int kRequests = 60'000;

  explicit Flood(BusyNode& busy) : client_(busy.node.port()) {
    BusyNode::AskVersions(client_);
    busy.LetOthersBeServed();
    std::string frames;
    for (int id = 0; id < kRequests; ++id) frames += AsksVersions(id);
    sending_ = std::thread([this, frames = std::move(frames)] { client_.SendBytes(frames); });
    // The kernel may find more room for a while.
    for (int looks = 0; looks < 10; ++looks) {
      const int before = client_.Unread();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      if (before != client_.Unread() || !IsHeldUp(busy.node)) looks = 0;
    }
  }
  ~Flood() { sending_.join(); }
  WireClient& client() { return client_; }

 private:
  // Whether an answer waits for its client.
  static bool IsHeldUp(const Node& node) {
    WireClient watching(node.http_port());
    watching.SendBytes("GET /metrics HTTP/1.1\r\n\r\n");
    return watching.ReceiveAll().find("\nkafka_network_requestchannel_responsequeuesize 1\n") !=
           std::string::npos;
  }

  WireClient client_;
  std::thread sending_;
};

TEST_CASE("Who does not read answers that go together holds up no others, and has all in the end") {
  BusyNode busy;
  Flood flood(busy);
  busy.LetOthersBeServed();
  for (int id = 0; id < Flood::kRequests; ++id) ReceiveVersions(flood.client(), id);
}

TEST_CASE("A node stops in time while a client does not read answers that go together") {
  BusyNode busy({.drain = absl::Milliseconds(50)});
  Flood flood(busy);
  CHECK(busy.node.Stop().code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(flood.client().HasAnswer(0));
}

}  // namespace
}  // namespace rill
