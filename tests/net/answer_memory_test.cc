#include "net/answer_memory.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "anonymous_memory.h"
#include "asio/co_spawn.hpp"
#include "asio/detached.hpp"
#include "asio/io_context.hpp"
#include "catch.h"
#include "io/socket_address.h"
#include "io/temporary_folder.h"
#include "net/wire_client.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/fetch.h"
#include "wire/messages/metadata.h"

// What answers that clients do not read may have of a node's memory.
namespace rill::net {
namespace {

using wire::ApiKey;

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

TEST_CASE("Answers of state have half of the room, and those that follow requests all of it") {
  AnswerMemory memory(kMebibyte);
  AnswerMemory::Share small;
  small.Hold(memory, AnswerMemory::kOwn);
  CHECK(small.bytes() == 0);
  CHECK(memory.taken() == 0);
  {
    AnswerMemory::Share large;
    large.Hold(memory, 2 * kMebibyte);
    CHECK(memory.taken() == 2 * kMebibyte - AnswerMemory::kOwn);
    CHECK_FALSE(memory.MayMake(AnswerSize::kOfRequest));
    large.Hold(memory, kMebibyte / 2 + AnswerMemory::kOwn);
    CHECK(memory.taken() == kMebibyte / 2);
    CHECK(memory.MayMake(AnswerSize::kOfRequest));
    CHECK_FALSE(memory.MayMake(AnswerSize::kOfState));
  }
  CHECK(memory.taken() == 0);
  CHECK(memory.MayMake(AnswerSize::kOfState));
}

TEST_CASE("Who waits for room has its turn in line, and the next one's comes when it is done") {
  asio::io_context io;
  AnswerMemory memory(kMebibyte);
  AnswerMemory::Share taken;
  taken.Hold(memory, 2 * kMebibyte);
  using At = AnswerMemory::Place::At;
  const auto queue = [&](At at = At::kEnd) {
    return std::make_unique<AnswerMemory::Place>(memory, AnswerSize::kOfState,
                                                 std::make_shared<Wake>(io.get_executor()), at);
  };
  auto first = queue();
  auto second = queue();
  auto third = queue();
  CHECK(memory.waiting() == 3);
  CHECK_FALSE(first->IsItsTurn());
  taken.Hold(memory, 0);
  CHECK(first->IsItsTurn());
  CHECK_FALSE(second->IsItsTurn());
  CHECK_FALSE(memory.MayMake(AnswerSize::kOfState));  // nobody comes before those in line
  second = nullptr;                                   // gives up
  CHECK_FALSE(third->IsItsTurn());
  first = nullptr;
  CHECK(third->IsItsTurn());
  first = queue(At::kFront);  // had its turn before, and did not come to use it
  CHECK(first->IsItsTurn());
  CHECK_FALSE(third->IsItsTurn());
  first = nullptr;
  third = nullptr;
  CHECK(memory.waiting() == 0);
  CHECK(memory.MayMake(AnswerSize::kOfState));
}

TEST_CASE("Nobody who waits for room is forgotten, whoever gives it back when") {
  constexpr int kThreads = 4;
  constexpr int kTurns = 2000;
  AnswerMemory memory(2);  // one byte is too much for a second
  std::atomic<int> turns = 0;
  const auto take_turns = [&]() -> asio::awaitable<void> {
    for (int i = 0; i < kTurns; ++i) {
      AnswerMemory::Share share;
      std::unique_ptr<AnswerMemory::Place> place;
      if (!memory.MayMake(AnswerSize::kOfState)) {
        const auto wake = std::make_shared<Wake>(co_await asio::this_coro::executor);
        place = std::make_unique<AnswerMemory::Place>(memory, AnswerSize::kOfState, wake,
                                                      AnswerMemory::Place::At::kEnd);
        while (!place->IsItsTurn()) {
          if (!co_await wake->WaitUntil(Wake::Clock::now() + std::chrono::seconds(20))) co_return;
        }
      }
      share.Hold(memory, AnswerMemory::kOwn + 1);
      ++turns;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      asio::io_context io;
      for (int each = 0; each < 3; ++each) asio::co_spawn(io, take_turns(), asio::detached);
      io.run();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(turns == 3 * kThreads * kTurns);
  CHECK(memory.taken() == 0);
}

// Asks for all topics, many times.
std::string Frames(int requests) {
  wire::MetadataRequest request;
  request.topics.reset();
  std::string frames;
  for (int i = 0; i < requests; ++i) frames += WireClient::Frame(ApiKey::kMetadata, 12, i, request);
  return frames;
}

// Its clients come by the folder's socket, for which the system takes less of an answer than there
// is in it; for a port it takes megabytes.
struct WideNode {
  explicit WideNode(const char* max_idle_ms)
      : engine(Open(folder.path()).value()),
        topic(engine.CreateTopic("wide", {.partitions = 5000}).value()),
        node(Node::Start(engine, {.listen = "127.0.0.1:0",
                                  .folder_socket = true,
                                  .http = "127.0.0.1:0",
                                  .configs = {{"socket.request.max.bytes", "1048576"},
                                              {"queued.max.request.bytes", "1048576"},
                                              {"connections.max.idle.ms", max_idle_ms}}})
                 .value()) {}

  std::unique_ptr<WireClient> Connect() const {
    const int made = socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(io::ConnectToSocket(made, folder.path() + "/rill.sock") == 0);
    return std::make_unique<WireClient>(WireClient::Connected{made});
  }
  // Of the page's gauge.
  std::uint64_t Gauge(const std::string& name) const {
    WireClient client(node.http_port());
    client.SendBytes("GET /metrics HTTP/1.1\r\n\r\n");
    const std::string page = client.ReceiveAll();
    const auto at = page.find("\n" + name + " ");
    REQUIRE(at != page.npos);
    return std::stoull(page.substr(at + name.size() + 2));
  }
  std::uint64_t AnswerBytes() const { return Gauge("rill_node_answer_memory_bytes"); }
  std::uint64_t Waiting() const { return Gauge("kafka_network_requestchannel_requestqueuesize"); }

  const test::TemporaryFolder folder;
  Engine engine;
  Topic topic;
  Node node;
};

template <typename Condition>
bool Await(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

TEST_CASE("Answers that nobody reads have the memory that there is for them, and no more") {
  const WideNode wide("600000");
  constexpr std::size_t kClients = 100;
  WireClient sound(wide.node.port());
  sound.SendBytes(Frames(1));
  const std::size_t answer = sound.ReceiveFrame().size();
  REQUIRE(answer > 100'000);
  const std::size_t before = testing::AnonymousBytes();
  const std::string frames = Frames(10);
  std::vector<std::unique_ptr<WireClient>> clients;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.push_back(wide.Connect());
    clients.back()->SendBytes(frames);
  }
  // Each would have one; those that have none wait.
  REQUIRE(
      Await([&] { return wide.Waiting() > kClients / 2 && wide.AnswerBytes() >= kMebibyte / 2; }));
  const std::size_t held = wide.AnswerBytes();
  const std::size_t most = kMebibyte / 2 + 3 * 2 * answer;  // a thread and two workers
  INFO(held << " of " << most);
  CHECK(held <= most);
  if (!RILL_IS_SANITIZED) CHECK(testing::AnonymousBytes() < before + 8 * kMebibyte);
  // What is small goes on meanwhile.
  const auto versions =
      sound.Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, 0, wire::ApiVersionsRequest());
  CHECK(versions.error_code == ErrorCode::kNone);
  for (auto& client : clients) client.reset();
  CHECK(Await([&] { return wide.AnswerBytes() == 0 && wide.Waiting() == 0; }));
}

TEST_CASE(
    "Who reads too slowly while others wait for the memory is closed, and they are answered") {
  const WideNode wide("1000");
  std::vector<std::unique_ptr<WireClient>> slow;
  const std::string frames = Frames(10);
  while (wide.Waiting() == 0 || wide.AnswerBytes() < kMebibyte / 2) {
    slow.push_back(wide.Connect());
    slow.back()->SendBytes(frames);
    REQUIRE(slow.size() < 200);
  }
  // They read a little all the time, so that they are not idle.
  std::atomic<bool> is_over = false;
  std::thread reading([&] {
    while (!is_over.load()) {
      for (auto& client : slow) client->Skim();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  WireClient sound(wide.node.port());
  sound.SendBytes(Frames(1));
  CHECK(sound.HasAnswer(9'000));
  CHECK(sound.ReceiveFrame().size() > 100'000);
  is_over = true;
  reading.join();
}

// A node in which a Fetch of some hundred partitions has all the room that there is.
struct NarrowNode {
  static constexpr int kPartitions = 500;

  // For the first so many partitions.
  static wire::FetchRequest Fetch(int partitions) {
    wire::FetchRequest request;
    request.max_bytes = 1'000'000;
    request.session_epoch = -1;
    auto& asked = request.topics.emplace_back();
    asked.topic = "wide";
    for (int i = 0; i < partitions; ++i) {
      auto& partition = asked.partitions.emplace_back();
      partition.partition = i;
      partition.partition_max_bytes = 1000;
    }
    return request;
  }

  Engine engine = Open("mem:").value();
  Topic topic = engine.CreateTopic("wide", {.partitions = kPartitions}).value();
  Node node = Node::Start(engine, {.listen = "127.0.0.1:0",
                                   .configs = {{"socket.request.max.bytes", "131072"},
                                               {"queued.max.request.bytes", "131072"},
                                               {"connections.max.idle.ms", "1000000"}}})
                  .value();
};

TEST_CASE("A Fetch of a session whose partitions have all the room does not wait for itself") {
  const NarrowNode narrow;
  WireClient client(narrow.node.port());
  wire::FetchRequest request = NarrowNode::Fetch(NarrowNode::kPartitions);
  request.session_epoch = 0;
  const auto begun = client.Ask<wire::FetchResponse>(ApiKey::kFetch, 12, request);
  REQUIRE(begun.session_id != 0);
  // Names fewer than there are in the session, and enough to have more than half of the room.
  request = NarrowNode::Fetch(150);
  request.session_id = begun.session_id;
  request.session_epoch = 1;
  const auto next = client.Ask<wire::FetchResponse>(ApiKey::kFetch, 12, request);
  CHECK(next.error_code == ErrorCode::kNone);
  CHECK(next.session_id == begun.session_id);
}

TEST_CASE("A Fetch of many partitions that waits makes room for others, also where it is woken") {
  const bool is_woken = GENERATE(false, true);
  const NarrowNode narrow;
  const Node& node = narrow.node;
  wire::FetchRequest request = NarrowNode::Fetch(NarrowNode::kPartitions);
  request.max_wait_ms = 900'000;
  request.min_bytes = 1'000'000;
  const std::string frame = WireClient::Frame(ApiKey::kFetch, 12, 1, request);
  std::atomic<bool> is_over = false;
  std::thread appending([&] {
    while (is_woken && !is_over.load()) {
      const RecordData record = {.value = "x"};
      if (!narrow.topic.partition(0)->Append({&record, 1}).ok()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  const absl::Cleanup stop = [&] {
    is_over = true;
    appending.join();
  };
  WireClient first(node.port());
  first.SendBytes(frame);
  CHECK_FALSE(first.HasAnswer(200));
  WireClient second(node.port());
  second.SendBytes(frame);
  CHECK(first.HasAnswer(15'000));
  CHECK(first.ReceiveFrame().size() > 10'000);
  CHECK_FALSE(second.HasAnswer(100));  // has the room now
}

}  // namespace
}  // namespace rill::net
