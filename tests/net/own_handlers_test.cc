#include <atomic>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "catch.h"
#include "net/wire_client.h"
#include "rill/error.h"
#include "rill/node.h"
#include "rill/record_batch.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

namespace rill {
namespace {

using net::WireClient;
using wire::AnyMessage;
using wire::AnyValue;
using wire::ApiKey;

constexpr auto kOwnKey = static_cast<ApiKey>(1234);

struct NodeUnderTest {
  explicit NodeUnderTest(NodeOptions options)
      : engine(Open("mem:", {.configs = {{"log.retention.ms", "-1"}}}).value()) {
    options.listen = "127.0.0.1:0";
    node.emplace(Node::Start(engine, options).value());
  }
  WireClient Connect() const { return WireClient(node->port()); }

  Engine engine;
  std::optional<Node> node;
};

wire::MetadataResponse AskMetadata(WireClient& client) {
  wire::MetadataRequest all;
  all.topics.reset();
  return client.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, all);
}

// Requests that a handler has kept, for a test to answer.
class Kept {
 public:
  void Keep(ClientRequest request) {
    absl::MutexLock lock(&mutex_);
    requests_.push_back(std::move(request));
  }
  ClientRequest Take() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](std::deque<ClientRequest>* requests) { return !requests->empty(); }, &requests_));
    ClientRequest first = std::move(requests_.front());
    requests_.pop_front();
    return first;
  }
  ApiHandler HandlerOf(ApiKey key) {
    return {.key = key, .handle = [this](ClientRequest request) { Keep(std::move(request)); }};
  }

 private:
  absl::Mutex mutex_;
  std::deque<ClientRequest> requests_;
};

// The frame of a request that has no message here: a header of version 1, and `body`.
std::string FrameOf(std::int16_t key, std::int16_t version, const std::string& header_end,
                    const std::string& body) {
  std::string frame(12, '\0');
  base::StoreBigEndian(frame.data() + 4, key);
  base::StoreBigEndian(frame.data() + 6, version);
  base::StoreBigEndian(frame.data() + 8, std::int32_t{5});
  frame += std::string("\0\1c", 3) + header_end + body;
  base::StoreBigEndian(frame.data(), static_cast<std::int32_t>(frame.size() - 4));
  return frame;
}

TEST_CASE("A handler of the application's answers in the place of the node's own") {
  const NodeUnderTest test(
      {.handlers = {{.key = ApiKey::kMetadata, .handle = [](ClientRequest asked) {
                       CHECK(asked.api_key() == ApiKey::kMetadata);
                       CHECK(asked.version() == 12);
                       CHECK(asked.client_id() == "a test");
                       CHECK(asked.client_host() == "/127.0.0.1");
                       const auto request = asked.Read();
                       CHECK(request.ok());
                       CHECK((*request)["topics"].is_null());
                       const auto response = asked.NewResponse().value();
                       response["topics"].Append()["name"].SetText("virtual");
                       asked.Answer(response);
                     }}}});
  WireClient client = test.Connect();
  for (int i = 0; i < 3; ++i) {
    const auto response = AskMetadata(client);
    REQUIRE(response.topics.size() == 1);
    CHECK(response.topics[0].name == "virtual");
  }
}

TEST_CASE("A handler looks at what comes and at what goes, and changes both") {
  NodeUnderTest test(
      {.handlers = {{.key = ApiKey::kMetadata,
                     .handle =
                         [](ClientRequest asked) {
                           const auto request = asked.Read().value();
                           request["allowAutoTopicCreation"].SetInteger(0);
                           asked.Pass(request, [](ClientRequest passed, AnyMessage response) {
                             response["topics"].KeepIf([](AnyValue topic) {
                               return !topic["name"].text().starts_with("_");
                             });
                             passed.Answer(response);
                           });
                         }},
                    // Behind it, another one of the same key.
                    {.key = ApiKey::kMetadata, .handle = [](ClientRequest asked) {
                       CHECK(asked.Read().value()["allowAutoTopicCreation"].integer() == 0);
                       asked.Pass([](ClientRequest passed, AnyMessage response) {
                         response["clusterId"].SetText("changed");
                         passed.Answer(response);
                       });
                     }}}});
  REQUIRE(test.engine.CreateTopic("seen").ok());
  REQUIRE(test.engine.CreateTopic("_hidden").ok());
  WireClient client = test.Connect();
  const auto response = AskMetadata(client);
  REQUIRE(response.topics.size() == 1);
  CHECK(response.topics[0].name == "seen");
  CHECK(response.cluster_id == "changed");
}

TEST_CASE("A request that rill does not know is answered by the application, and told of") {
  const NodeUnderTest test(
      {.handlers = {
           {.key = kOwnKey,
            .handle =
                [](ClientRequest asked) {
                  asked.AnswerBytes("echo " + std::to_string(asked.version()) +
                                    std::string(asked.body()));
                },
            .versions = ApiHandler::Versions{.first = 2, .last = 4, .flexible_since = 4}}}});
  WireClient client = test.Connect();
  const auto versions =
      client.Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, 0, wire::ApiVersionsRequest());
  REQUIRE_FALSE(versions.api_keys.empty());
  CHECK(versions.api_keys.back().api_key == 1234);
  CHECK(versions.api_keys.back().min_version == 2);
  CHECK(versions.api_keys.back().max_version == 4);

  client.SendBytes(FrameOf(1234, 3, "", " body"));
  CHECK(client.ReceiveFrame() == std::string("\0\0\0\5", 4) + "echo 3 body");
  // With tagged fields in both headers.
  client.SendBytes(FrameOf(1234, 4, std::string(1, '\0'), " body"));
  CHECK(client.ReceiveFrame() == std::string("\0\0\0\5\0", 5) + "echo 4 body");
  client.SendBytes(FrameOf(1234, 5, std::string(1, '\0'), " body"));
  CHECK(client.IsClosed());
}

TEST_CASE("A request that is hidden is not told of, and closes the connection") {
  const NodeUnderTest test(
      {.handlers = {{.key = ApiKey::kMetadata,
                     .handle = [](ClientRequest asked) { asked.Pass(); },
                     .versions = ApiHandler::Versions{.first = 1, .last = 12}}},
       .hidden_apis = {ApiKey::kFindCoordinator}});
  WireClient client = test.Connect();
  const auto versions =
      client.Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, 0, wire::ApiVersionsRequest());
  for (const auto& api : versions.api_keys) {
    CHECK(api.api_key != static_cast<std::int16_t>(ApiKey::kFindCoordinator));
    if (api.api_key != static_cast<std::int16_t>(ApiKey::kMetadata)) continue;
    CHECK(api.min_version == 1);
    CHECK(api.max_version == 12);
  }
  CHECK(AskMetadata(client).brokers.size() == 1);
  client.SendBytes(
      WireClient::Frame(ApiKey::kFindCoordinator, 1, 1, wire::FindCoordinatorRequest()));
  CHECK(client.IsClosed());
  WireClient other = test.Connect();
  other.SendBytes(WireClient::Frame(ApiKey::kMetadata, 13, 1, wire::MetadataRequest()));
  CHECK(other.IsClosed());
}

TEST_CASE("An answer that comes late, from another thread, keeps the order of its connection") {
  Kept kept;
  const NodeUnderTest test({.handlers = {kept.HandlerOf(ApiKey::kFindCoordinator)}});
  WireClient client = test.Connect();
  wire::FindCoordinatorRequest request;
  request.key = "group";
  client.SendBytes(WireClient::Frame(ApiKey::kFindCoordinator, 1, 1, request) +
                   WireClient::Frame(ApiKey::kMetadata, 12, 2, wire::MetadataRequest()) +
                   WireClient::Frame(ApiKey::kFindCoordinator, 1, 3, request));
  const ClientRequest first = kept.Take();
  // Others are served meanwhile, and what is behind it waits.
  WireClient other = test.Connect();
  CHECK(AskMetadata(other).brokers.size() == 1);
  CHECK_FALSE(client.HasAnswer(0));
  std::thread([first] { first.Pass(); }).join();
  client.Receive<wire::FindCoordinatorResponse>(ApiKey::kFindCoordinator, 1, 1);
  client.Receive<wire::MetadataResponse>(ApiKey::kMetadata, 12, 2);
  kept.Take().Pass();
  client.Receive<wire::FindCoordinatorResponse>(ApiKey::kFindCoordinator, 1, 3);
  first.Pass();  // a second time: nothing
  CHECK(AskMetadata(client).brokers.size() == 1);
}

TEST_CASE("A handler that may block runs in another thread than the connections") {
  std::atomic<bool> go = false;
  const NodeUnderTest test({.handlers = {{.key = ApiKey::kFindCoordinator,
                                          .handle =
                                              [&](ClientRequest asked) {
                                                while (!go) std::this_thread::yield();
                                                asked.Pass();
                                              },
                                          .may_block = true}}});
  WireClient client = test.Connect();
  WireClient other = test.Connect();
  wire::FindCoordinatorRequest request;
  request.key = "group";
  client.SendBytes(WireClient::Frame(ApiKey::kFindCoordinator, 1, 1, request));
  wire::ApiVersionsRequest versions;
  CHECK(other.Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, 0, versions).error_code ==
        ErrorCode::kNone);
  go = true;
  client.Receive<wire::FindCoordinatorResponse>(ApiKey::kFindCoordinator, 1, 1);
}

TEST_CASE("A request outlives its connection and its node, and its answer goes nowhere then") {
  Kept kept;
  std::optional<ClientRequest> late;
  {
    NodeUnderTest test({.handlers = {kept.HandlerOf(ApiKey::kMetadata)}});
    {
      WireClient gone = test.Connect();
      gone.SendBytes(WireClient::Frame(ApiKey::kMetadata, 12, 1, wire::MetadataRequest()));
      late = kept.Take();
    }
    const ClientRequest after_its_client = *late;
    CHECK(after_its_client.Read().ok());
    after_its_client.Pass();
    while (test.node->connections() > 0) std::this_thread::yield();

    WireClient client = test.Connect();
    client.SendBytes(WireClient::Frame(ApiKey::kMetadata, 12, 1, wire::MetadataRequest()));
    late = kept.Take();
  }
  CHECK(late->Read().ok());
  late->Answer(late->NewResponse().value());
  late.reset();
}

TEST_CASE("A node that stops waits for answers of the application's for `drain`, and no longer") {
  Kept kept;
  NodeUnderTest test(
      {.drain = absl::Milliseconds(20), .handlers = {kept.HandlerOf(ApiKey::kMetadata)}});
  WireClient client = test.Connect();
  client.SendBytes(WireClient::Frame(ApiKey::kMetadata, 12, 1, wire::MetadataRequest()));
  const ClientRequest request = kept.Take();
  CHECK(absl::IsDeadlineExceeded(test.node->Stop()));
  CHECK(client.IsClosed());

  Kept answered;
  NodeUnderTest other({.handlers = {answered.HandlerOf(ApiKey::kMetadata)}});
  WireClient patient = other.Connect();
  patient.SendBytes(WireClient::Frame(ApiKey::kMetadata, 12, 1, wire::MetadataRequest()));
  const ClientRequest held = answered.Take();
  std::thread stopping([&] { CHECK(other.node->Stop().ok()); });
  held.Pass();
  stopping.join();
  patient.Receive<wire::MetadataResponse>(ApiKey::kMetadata, 12, 1);
}

TEST_CASE("A request that nobody answers, that is closed or answered wrongly ends its connection") {
  absl::Mutex mutex;
  std::string said;
  Options options;
  options.log_sink = [&](LogLevel, std::string_view line) {
    absl::MutexLock lock(&mutex);
    said += line;
  };
  const std::vector<std::pair<std::function<void(ClientRequest)>, const char*>> ends = {
      {[](ClientRequest) {}, "unanswered"},
      {[](ClientRequest asked) { asked.Close(absl::PermissionDeniedError("not you")); }, "not you"},
      {[](ClientRequest asked) {
         const auto response = asked.NewResponse().value();
         response["topcis"].Append();
         asked.Answer(response);
       },
       "no field topcis"},
      {[](ClientRequest asked) {
         asked.Pass([](ClientRequest passed, AnyMessage) { passed.Pass(); });
       },
       "was passed on"},
  };
  for (const auto& [handle, told] : ends) {
    auto engine = Open("mem:", options).value();
    auto node = Node::Start(engine, {.listen = "127.0.0.1:0",
                                     .handlers = {{.key = ApiKey::kMetadata, .handle = handle}}})
                    .value();
    WireClient client(node.port());
    client.SendBytes(WireClient::Frame(ApiKey::kMetadata, 12, 1, wire::MetadataRequest()));
    CHECK(client.IsClosed());
    CHECK(node.Stop().ok());
    absl::MutexLock lock(&mutex);
    CHECK_THAT(said, Catch::Contains(told));
    said.clear();
  }
}

TEST_CASE("What wants no answer gets none through a handler, either") {
  std::atomic<int> calls = 0;
  NodeUnderTest test({.handlers = {{.key = ApiKey::kProduce, .handle = [&](ClientRequest asked) {
                                      asked.Pass([&](ClientRequest passed, AnyMessage response) {
                                        ++calls;
                                        passed.Answer(response);
                                      });
                                    }}}});
  REQUIRE(test.engine.CreateTopic("orders").ok());
  BatchBuilder builder;
  REQUIRE(builder.Append({.key = "k", .value = "v", .timestamp_ms = 1}).ok());
  wire::ProduceRequest request;
  request.topic_data.push_back({"orders", {}, {{0, *builder.Seal()}}});
  WireClient client = test.Connect();
  client.SendBytes(WireClient::Frame(ApiKey::kProduce, 9, 1, request));
  request.acks = 1;
  const auto response = client.Ask<wire::ProduceResponse>(ApiKey::kProduce, 9, request);
  REQUIRE(response.responses.size() == 1);
  CHECK(response.responses[0].partition_responses[0].base_offset == 1);
  CHECK(calls == 1);
}

TEST_CASE("A node does not start with handlers that cannot be") {
  auto engine = Open("mem:").value();
  const auto start = [&](NodeOptions options) {
    options.listen = "127.0.0.1:0";
    return Node::Start(engine, options).status();
  };
  const auto pass = [](ClientRequest asked) { asked.Pass(); };
  using Versions = ApiHandler::Versions;
  CHECK(absl::IsInvalidArgument(start({.handlers = {{.key = ApiKey::kMetadata}}})));
  CHECK(absl::IsInvalidArgument(start({.handlers = {{.key = kOwnKey, .handle = pass}}})));
  CHECK(absl::IsInvalidArgument(
      start({.handlers = {{.key = ApiKey::kApiVersions, .handle = pass}}})));
  for (const Versions versions : {Versions{3, 2}, Versions{-1, 2}, Versions{0, 40000}}) {
    CHECK(absl::IsInvalidArgument(
        start({.handlers = {{.key = kOwnKey, .handle = pass, .versions = versions}}})));
    CHECK(absl::IsInvalidArgument(
        start({.handlers = {{.key = ApiKey::kMetadata, .handle = pass, .versions = versions}}})));
  }
  CHECK(absl::IsInvalidArgument(start({.hidden_apis = {ApiKey::kApiVersions}})));
  CHECK(absl::IsInvalidArgument(start({.hidden_apis = {kOwnKey}})));
}

}  // namespace
}  // namespace rill
