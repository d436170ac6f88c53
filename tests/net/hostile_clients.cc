// A node that listens, under clients that send changed requests, in pieces, without waiting,
// without reading, and that go in the middle. Nothing of it may end the node, hold up a sound
// client for long, take memory beyond a bound, or be left behind:
//
//   hostile_clients <seconds> <folder of requests without their lengths>
//
// The bound is the same for a second and for an hour, so that what is lost by a connection is found
// by the hour, and what a few bytes blow up by either.
//
// RILL_SEED repeats the clients' choices, though not what the threads make of them.
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "anonymous_memory.h"
#include "base/bytes.h"
#include "fmt/format.h"
#include "random_changes.h"
#include "rill/node.h"
#include "rill/rill.h"

namespace rill::net {
namespace {

using testing::Random;
using testing::UpTo;
using Clock = std::chrono::steady_clock;

constexpr int kHostileThreads = 3;
constexpr char kTopic[] = "orders";
// Sanitizers on a machine that does much else; a sound client is answered in microseconds.
constexpr int kAnswerMs = 20'000;
constexpr std::size_t kMostTopics = 100;
// All that the process may have of memory, and what of it is logs.
constexpr std::size_t kMostDiskBytes = std::size_t{16} << 20;
#ifdef RILL_HAS_SHADOW_MEMORY
// With what a sanitizer keeps of freed memory, and in its shadow.
constexpr std::size_t kMostBytes = std::size_t{4} << 30;
#else
constexpr std::size_t kMostBytes = std::size_t{512} << 20;
#endif

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "FAILED: %s\n", what.c_str());
  std::abort();  // with the stacks of all threads under a debugger
}

class Socket {
 public:
  explicit Socket(std::uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in place = {};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* const address = reinterpret_cast<const sockaddr*>(&place);
    if (connect(descriptor_, address, sizeof place) != 0) Fail("cannot connect");
  }
  ~Socket() { close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // As much as goes without waiting.
  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent =
          send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  bool HasAnswer(int milliseconds) {
    pollfd wanted{descriptor_, POLLIN, 0};
    return poll(&wanted, 1, milliseconds) == 1;
  }
  std::string Receive() {
    std::string bytes(4096, '\0');
    const ssize_t got = recv(descriptor_, bytes.data(), bytes.size(), 0);
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
  }
  // The other side sees a reset, not an end.
  void ResetOnClose() {
    const linger at_once{1, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

 private:
  const int descriptor_;
};

std::string WithLength(std::string frame, Random& random) {
  auto length = static_cast<std::int32_t>(frame.size());
  if (UpTo(random, 19) == 0) length = static_cast<std::int32_t>(UpTo(random, UINT32_MAX));
  std::string whole(4, '\0');
  base::StoreBigEndian(whole.data(), length);
  return whole + frame;
}

void SendInPieces(Socket& socket, std::string_view bytes, Random& random) {
  while (!bytes.empty()) {
    const std::size_t piece = 1 + UpTo(random, bytes.size() - 1);
    socket.Send(bytes.substr(0, piece));
    bytes.remove_prefix(piece);
  }
}

void OneConnection(std::uint16_t port, const std::vector<std::string>& seeds, Random& random) {
  Socket socket(port);
  const bool reads = UpTo(random, 3) > 0;
  for (std::size_t requests = 1 + UpTo(random, 9); requests > 0; --requests) {
    SendInPieces(socket, WithLength(testing::ChangedSeed(seeds, random), random), random);
    if (reads && socket.HasAnswer(static_cast<int>(UpTo(random, 2)))) socket.Receive();
  }
  if (UpTo(random, 3) == 0) socket.ResetOnClose();
}

// ApiVersions of version 0, with correlation id 7.
constexpr std::string_view kSound("\0\0\0\x0a\0\x12\0\0\0\0\0\7\xff\xff", 14);

void AskSoundly(std::uint16_t port) {
  Socket socket(port);
  socket.Send(kSound);
  if (!socket.HasAnswer(kAnswerMs)) Fail("a sound client is not answered");
  const std::string answer = socket.Receive();
  if (answer.size() < 10 || answer[7] != '\7') Fail("a sound client is not answered soundly");
}

int OpenDescriptors() {
  DIR* const folder = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

Engine MakeEngine() {
  Options options;
  options.max_disk_bytes = kMostDiskBytes;
  options.max_buffer_bytes = std::size_t{64} << 20;
  auto engine = Open("mem:", options);
  const TopicOptions small{.partitions = 2, .configs = {{"retention.bytes", "1000000"}}};
  if (!engine.ok() || !engine->CreateTopic(kTopic, small).ok()) Fail("no engine");
  return *std::move(engine);
}

void AwaitNoConnections(const Node& node) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(kAnswerMs);
  while (node.connections() > 0) {
    if (Clock::now() > deadline) Fail(fmt::format("{} connections are left", node.connections()));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// What clients make stays, and would hide what is lost.
void DeleteOthersTopics(Engine& engine) {
  const auto topics = engine.ListTopics();
  if (topics.size() < kMostTopics) return;
  for (const std::string& topic : topics) {
    if (topic != kTopic) engine.DeleteTopic(topic).IgnoreError();  // a client may be faster
  }
}

void Run(std::chrono::seconds duration, const std::vector<std::string>& seeds) {
  const int descriptors = OpenDescriptors();
  {
    Engine engine = MakeEngine();
    // What waits for a group, or for records, ends when its connection is idle for long.
    auto node = Node::Start(
        engine,
        {.listen = "127.0.0.1:0", .threads = 2, .telemetry = [](const ClientTelemetry&) {}});
    if (!node.ok()) Fail(node.status().ToString());
    std::atomic<bool> is_over = false;
    std::atomic<long> connections = 0;
    Random random = testing::SeededRandom();
    std::vector<std::thread> threads;
    for (int i = 0; i < kHostileThreads; ++i) {
      threads.emplace_back([&, own = Random(random())]() mutable {
        for (; !is_over.load(); ++connections) OneConnection(node->port(), seeds, own);
      });
    }
    long asked = 0;
    std::size_t most = 0;
    for (const auto end = Clock::now() + duration; Clock::now() < end; ++asked) {
      AskSoundly(node->port());
      most = std::max(most, testing::AnonymousBytes());
      if (most > kMostBytes) Fail(fmt::format("it takes {} bytes of memory", most));
      DeleteOthersTopics(engine);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    is_over.store(true);
    for (std::thread& thread : threads) thread.join();
    if (!node->Stop().ok()) Fail("the node did not stop in time");
    AwaitNoConnections(*node);
    std::printf(
        "%ld hostile connections; a sound client was answered %ld times; at most %zu of "
        "%zu MiB of memory\n",
        connections.load(), asked, most >> 20, kMostBytes >> 20);
    if (connections.load() == 0 || asked == 0) Fail("nothing was tried");
  }
  if (OpenDescriptors() != descriptors) Fail("descriptors are left");
}

}  // namespace
}  // namespace rill::net

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s <seconds> <folder of requests>\n", argv[0]);
    return 2;
  }
  const auto seeds = rill::testing::ReadSeeds({argv[2]});
  if (seeds.empty()) {
    std::fprintf(stderr, "no requests in %s\n", argv[2]);
    return 2;
  }
  rill::net::Run(std::chrono::seconds(std::atoi(argv[1])), seeds);
  return 0;
}
