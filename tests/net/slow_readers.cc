// What a node has of memory while many clients ask for much and do not read it:
//
//   slow_readers <connections> <partitions> [<limit, in MiB>]
//
// So many that ask for nothing; then each asks for the metadata of a topic of so many partitions,
// again and again; then as many ask for records of all of them and wait. The limit is that of
// queued.max.request.bytes, for requests and for answers; by default the node's. Fails where that
// takes more than the limit allows (docs/guide/node.md), and prints what it took. They come by the
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

constexpr std::size_t kMebibyte = std::size_t{1} << 20;
constexpr std::size_t kDefaultLimit = 256 * kMebibyte;
constexpr std::size_t kOfConnection = std::size_t{40} << 10;
// What is made beyond the limit, before it is looked at: by two threads and two workers, in several
// copies, of some 60 bytes a partition.
constexpr std::size_t kBeyondOfPartition = 4 * 8 * 60;
// What is left of the phase before, and comes again.
constexpr std::size_t kOfAllocator = 4 * kMebibyte;
constexpr std::chrono::seconds kPatience(60);

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

double InMebibytes(std::size_t bytes) { return static_cast<double>(bytes) / kMebibyte; }

struct Served {
  std::string place;
  const Node& node;
};

// The most that is had in the seconds from when they ask on, beyond what was before.
std::size_t MoreWhile(const char* what, int count, const Served& served,
                      const std::string& frames) {
  const std::size_t before = testing::AnonymousBytes();
  if (before == 0) Fail("the system does not tell how much memory there is");
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
  const auto deadline = Clock::now() + kPatience;
  while (served.node.connections() > 0) {
    if (Clock::now() > deadline) Fail("connections are there that were closed");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return most - before;
}

void Run(int connections, int partitions, std::size_t limit) {
  const test::TemporaryFolder folder;
  auto engine = Open(folder.path());
  if (!engine.ok() || !engine->CreateTopic("wide", {.partitions = partitions}).ok()) {
    Fail("no engine");
  }
  const auto node =
      Node::Start(*engine, {.listen = "",
                            .folder_socket = true,
                            .threads = 2,
                            .configs = {{"socket.request.max.bytes", "1048576"},
                                        {"queued.max.request.bytes", std::to_string(limit)}}});
  if (!node.ok()) Fail(node.status().ToString());
  const Served served{folder.path() + "/rill.sock", *node};
  const std::string fetch = FetchFrame(partitions);
  MoreWhile("a Fetch that waits, to open all logs", 1, served, fetch);
  MoreWhile("nothing", connections, served, "");
  const std::size_t of_metadata =
      MoreWhile("metadata that is not read", connections, served, MetadataFrames());
  const std::size_t of_fetch = MoreWhile("a Fetch that waits", connections, served, fetch);
  const std::size_t beyond =
      connections * kOfConnection + partitions * kBeyondOfPartition + kOfAllocator;
  if (of_metadata > limit + beyond) Fail("answers have more memory than there is for them");
  // Those that wait for room have their requests.
  if (of_fetch > 2 * limit + beyond) Fail("requests that wait have more memory than there is");
  if (of_metadata < kMebibyte || of_fetch < kMebibyte) Fail("nothing was answered");
}

}  // namespace
}  // namespace rill::net

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::fprintf(stderr, "usage: %s <connections> <partitions> [<limit, in MiB>]\n", argv[0]);
    return 2;
  }
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  const std::size_t limit = argc == 4 ? std::strtoul(argv[3], nullptr, 10) * rill::net::kMebibyte
                                      : rill::net::kDefaultLimit;
  rill::net::Run(std::atoi(argv[1]), std::atoi(argv[2]), limit);
  return 0;
}
