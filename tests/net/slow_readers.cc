// What a node has of memory while many clients ask for much and do not read it:
//
//   slow_readers <connections> <partitions>
//
// So many that ask for nothing; then each asks for the metadata of a topic of so many partitions,
// again and again; then as many ask for records of all of them and wait. Fails where that takes
// more than the node's limits allow (docs/guide/node.md), and prints what it took. They come by the
// folder's socket, for which the system takes a fifth of a megabyte at most; for a port it takes
// several.
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "anonymous_memory.h"
#include "base/bytes.h"
#include "io/socket_address.h"
#include "io/temporary_folder.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/api.h"
#include "wire/encode.h"
#include "wire/messages/fetch.h"
#include "wire/messages/header.h"
#include "wire/messages/metadata.h"

namespace rill::net {
namespace {

using Clock = std::chrono::steady_clock;

// By default of queued.max.request.bytes: requests, and answers.
constexpr std::size_t kLimit = std::size_t{256} << 20;
// An answer a thread is made beyond it, in several copies; and what the program has itself.
constexpr std::size_t kMore = std::size_t{64} << 20;
constexpr std::size_t kOfConnection = std::size_t{40} << 10;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "FAILED: %s\n", what.c_str());
  std::exit(1);
}

template <typename Request>
std::string Frame(wire::ApiKey key, int version, const Request& request) {
  const wire::Api& api = *wire::FindApi(static_cast<std::int16_t>(key));
  std::string frame(4, '\0');
  wire::RequestHeader header;
  header.request_api_key = static_cast<std::int16_t>(key);
  header.request_api_version = static_cast<std::int16_t>(version);
  header.client_id = "slow";
  if (!wire::Encode(header, wire::RequestHeaderVersion(api, version), frame).ok() ||
      !wire::Encode(request, version, frame).ok()) {
    Fail("a request cannot be written");
  }
  base::StoreBigEndian(frame.data(), static_cast<std::int32_t>(frame.size() - 4));
  return frame;
}

std::string MetadataFrames() {
  wire::MetadataRequest request;
  request.topics.reset();
  const std::string frame = Frame(wire::ApiKey::kMetadata, 12, request);
  std::string frames;
  for (int i = 0; i < 20; ++i) frames += frame;
  return frames;
}

std::string FetchFrame(int partitions) {
  wire::FetchRequest request;
  request.max_wait_ms = 600'000;
  request.min_bytes = 1;
  request.max_bytes = 1 << 20;
  request.session_epoch = -1;
  auto& topic = request.topics.emplace_back();
  topic.topic = "wide";
  for (int i = 0; i < partitions; ++i) {
    auto& partition = topic.partitions.emplace_back();
    partition.partition = i;
    partition.partition_max_bytes = 1 << 20;
  }
  return Frame(wire::ApiKey::kFetch, 12, request);
}

class Connections {
 public:
  Connections(int count, const std::string& place, const std::string& frames) {
    for (int i = 0; i < count; ++i) {
      const int made = socket(AF_UNIX, SOCK_STREAM, 0);
      if (io::ConnectToSocket(made, place) != 0) Fail("cannot connect");
      sockets_.push_back(made);
      for (std::size_t sent = 0; sent < frames.size();) {
        const ssize_t got = send(made, frames.data() + sent, frames.size() - sent, MSG_NOSIGNAL);
        if (got <= 0) break;
        sent += static_cast<std::size_t>(got);
      }
    }
  }
  ~Connections() {
    for (const int made : sockets_) close(made);
  }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

 private:
  std::vector<int> sockets_;
};

double InMebibytes(std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

struct Served {
  std::string place;
  const Node& node;
};

// The most in the seconds from when they ask on.
std::size_t MostWhile(const char* what, int count, const Served& served,
                      const std::string& frames) {
  const std::size_t before = testing::AnonymousBytes();
  std::size_t most = before;
  {
    const Connections connections(count, served.place, frames);
    for (const auto end = Clock::now() + std::chrono::seconds(5); Clock::now() < end;) {
      most = std::max(most, testing::AnonymousBytes());
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  std::printf("%d connections, %s: %.1f MiB, before %.1f MiB\n", count, what, InMebibytes(most),
              InMebibytes(before));
  std::fflush(stdout);
  while (served.node.connections() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return most;
}

void Run(int connections, int partitions) {
  const test::TemporaryFolder folder;
  auto engine = Open(folder.path());
  if (!engine.ok() || !engine->CreateTopic("wide", {.partitions = partitions}).ok()) {
    Fail("no engine");
  }
  const auto node = Node::Start(*engine, {.listen = "", .folder_socket = true, .threads = 2});
  if (!node.ok()) Fail(node.status().ToString());
  const Served served{folder.path() + "/rill.sock", *node};
  const std::string fetch = FetchFrame(partitions);
  MostWhile("a Fetch that waits, to open all logs", 1, served, fetch);
  MostWhile("nothing", connections, served, "");
  const std::size_t of_metadata =
      MostWhile("metadata that is not read", connections, served, MetadataFrames());
  const std::size_t of_fetch = MostWhile("a Fetch that waits", connections, served, fetch);
  const std::size_t allowed = kLimit + kMore + connections * kOfConnection;
  if (of_metadata > allowed) Fail("answers have more memory than there is for them");
  // The requests stay for as long as they wait.
  if (of_fetch > allowed + kLimit) Fail("requests that wait have more memory than there is");
}

}  // namespace
}  // namespace rill::net

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s <connections> <partitions>\n", argv[0]);
    return 2;
  }
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  rill::net::Run(std::atoi(argv[1]), std::atoi(argv[2]));
  return 0;
}
