#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/crc32c.h"
#include "base/parse_number.h"
#include "bench_log.h"
#include "loopback.h"
#include "median.h"

// rill_receives [ROUNDS]
//
// What does a Produce request take of whoever stores it, whatever that is? A thread with one core
// gets requests of 16 KiB from connections, each with five under way, from a thread with another
// core, and answers each with 59 bytes, as bench/peers/kafka has it of a node; it looks at nothing
// that stands in them. Ways take turns; medians of the rounds: its CPU for each GB, and MB a
// second.
//   receive            nothing but that
//   store              each is appended to a file of its connection's, by pwrite
//   checksum, store    the same, with CRC-32C
// Where a connection has several requests there at a time, their answers go one by one, or
// together.
namespace rill::bench {
namespace {

constexpr std::size_t kBatchAt = 70;  // of the request, behind what names it
constexpr std::size_t kRequestBytes = kBatchAt + (std::size_t{16} << 10);
constexpr std::size_t kAnswerBytes = 59;
constexpr std::size_t kRequests = 130'000;
constexpr double kReceivedBytes = kRequests * static_cast<double>(kRequestBytes);
// Then they begin anew, so that the disk does not have to keep up.
constexpr std::size_t kBytesOfAllFiles = std::size_t{256} << 20;
constexpr std::size_t kReadBytes = std::size_t{72} << 10;
constexpr int kUnderWay = 5;
constexpr double kGigabyte = 1e9;

enum class Work { kReceive, kStore, kChecksumAndStore };
constexpr std::array<std::pair<Work, const char*>, 3> kWorks = {
    {{Work::kReceive, "receive"},
     {Work::kStore, "store"},
     {Work::kChecksumAndStore, "checksum, store"}}};
enum class Answers { kOneByOne, kTogether };

struct Way {
  std::size_t connections;
  Work work;
  Answers answers;
  auto operator<=>(const Way&) const = default;
};

void KeepToCore(std::size_t core) {
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  CPU_SET(core, &wanted);
  if (sched_setaffinity(0, sizeof wanted, &wanted) != 0) Fail("sched_setaffinity");
}

void SendAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) Fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// Waits until something stands in one of many sockets.
class Readable {
 public:
  Readable() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) Fail("epoll_create1");
  }
  ~Readable() { close(epoll_); }
  Readable(const Readable&) = delete;
  Readable& operator=(const Readable&) = delete;

  void Add(int socket, std::size_t number) {
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.u64 = number;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) Fail("epoll_ctl");
  }
  template <typename Function>
  void ForEach(Function function) {
    std::array<epoll_event, 64> events;
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    if (count < 0 && errno != EINTR) Fail("epoll_wait");
    for (int i = 0; i < count; ++i) function(events[static_cast<std::size_t>(i)].data.u64);
  }

 private:
  const int epoll_;
};

// A connection at the end that stores what comes.
class Receiver {
 public:
  Receiver(int socket, const std::string& file, const Way& way) : socket_(socket), way_(way) {
    file_ = open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file_ < 0) Fail(file.c_str());
  }
  ~Receiver() {
    if (ftruncate(file_, 0) != 0) Fail("ftruncate");
    close(file_);
    close(socket_);
  }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  // How many requests came whole.
  std::size_t Serve() {
    const ssize_t read = recv(socket_, input_.data() + have_, input_.size() - have_, MSG_DONTWAIT);
    if (read < 0 && errno == EAGAIN) return 0;
    if (read <= 0) Fail("recv");
    have_ += static_cast<std::size_t>(read);
    const std::size_t requests = have_ / kRequestBytes;
    for (std::size_t i = 0; i < requests; ++i) {
      Store({input_.data() + i * kRequestBytes + kBatchAt, kRequestBytes - kBatchAt});
      if (way_.answers == Answers::kOneByOne) SendAll(socket_, kZeros.substr(0, kAnswerBytes));
    }
    if (way_.answers == Answers::kTogether) {
      SendAll(socket_, kZeros.substr(0, requests * kAnswerBytes));
    }
    have_ -= requests * kRequestBytes;
    std::copy_n(input_.data() + requests * kRequestBytes, have_, input_.data());
    return requests;
  }

 private:
  static constexpr std::array<char, kAnswerBytes*(kReadBytes / kRequestBytes)> kNothing = {};
  static constexpr std::string_view kZeros{kNothing.data(), kNothing.size()};

  void Store(std::string_view batch) {
    if (way_.work == Work::kReceive) return;
    if (way_.work == Work::kChecksumAndStore) checksum_ ^= base::Crc32c(batch);
    if (at_ >= kBytesOfAllFiles / way_.connections) {
      at_ = 0;
      if (ftruncate(file_, 0) != 0) Fail("ftruncate");
    }
    if (pwrite(file_, batch.data(), batch.size(), static_cast<off_t>(at_)) !=
        static_cast<ssize_t>(batch.size())) {
      Fail("pwrite");
    }
    at_ += batch.size();
  }

  const int socket_;
  const Way way_;
  int file_ = -1;
  std::array<char, kReadBytes> input_;
  std::size_t have_ = 0;
  std::size_t at_ = 0;
  std::uint32_t checksum_ = 0;
};

// Sends requests until so much was answered.
void Load(const std::vector<int>& sockets) {
  KeepToCore(1);
  const std::string request(kRequestBytes, 'r');
  Readable answered;
  std::size_t left = kRequests;
  std::vector<std::size_t> bytes(sockets.size());  // of answers
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    answered.Add(sockets[i], i);
    for (int under_way = 0; under_way < kUnderWay; ++under_way, --left)
      SendAll(sockets[i], request);
  }
  std::size_t awaited = kRequests;
  std::array<char, kAnswerBytes * kUnderWay> buffer;
  while (awaited > 0) {
    answered.ForEach([&](std::size_t i) {
      const ssize_t read = recv(sockets[i], buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (read <= 0) Fail("recv");
      bytes[i] += static_cast<std::size_t>(read);
      for (; bytes[i] >= kAnswerBytes; bytes[i] -= kAnswerBytes, --awaited) {
        if (left == 0) continue;
        --left;
        SendAll(sockets[i], request);
      }
    });
  }
}

struct Figures {
  std::vector<double> cpu;   // seconds for a GB
  std::vector<double> rate;  // MB a second
};

void Measure(const Way& way, const std::string& folder, Figures& figures) {
  std::vector<std::unique_ptr<Receiver>> receivers;
  std::vector<int> clients;
  Readable readable;
  for (std::size_t i = 0; i < way.connections; ++i) {
    const Loopback connection = Connect();
    readable.Add(connection.server, i);
    receivers.push_back(
        std::make_unique<Receiver>(connection.server, fmt::format("{}/stored-{}", folder, i), way));
    clients.push_back(connection.client);
  }
  std::thread load([&] { Load(clients); });
  const double begin = Seconds(CLOCK_MONOTONIC);
  const double cpu = Seconds(CLOCK_THREAD_CPUTIME_ID);
  for (std::size_t received = 0; received < kRequests;) {
    readable.ForEach([&](std::size_t i) { received += receivers[i]->Serve(); });
  }
  figures.cpu.push_back((Seconds(CLOCK_THREAD_CPUTIME_ID) - cpu) * kGigabyte / kReceivedBytes);
  figures.rate.push_back(kReceivedBytes / 1e6 / (Seconds(CLOCK_MONOTONIC) - begin));
  load.join();
  for (const int client : clients) close(client);
}

void Run(int rounds, const std::string& folder) {
  std::map<Way, Figures> figures;
  for (int round = 0; round < rounds; ++round) {
    for (const std::size_t connections : {1, 8}) {
      for (const auto& [work, name] : kWorks) {
        for (const Answers answers : {Answers::kOneByOne, Answers::kTogether}) {
          const Way way{connections, work, answers};
          Measure(way, folder, figures[way]);
        }
      }
    }
  }
  fmt::print("\n| connections | | answers | CPU s/GB | MB/s |\n| --- | --- | --- | --- | --- |\n");
  for (const auto& [way, of_way] : figures) {
    const char* const name = kWorks[static_cast<std::size_t>(way.work)].second;
    const bool one_by_one = way.answers == Answers::kOneByOne;
    fmt::print("| {} | {} | {} | {:.2f} | {:.0f} |\n", way.connections, name,
               one_by_one ? "one by one" : "together", Median(of_way.cpu), Median(of_way.rate));
  }
}

}  // namespace
}  // namespace rill::bench

int main(int argc, char** argv) {
  const auto rounds = argc > 1 ? rill::base::ParseNumber<int>(argv[1]) : std::optional<int>(5);
  if (argc > 2 || !rounds || *rounds < 1) {
    std::fprintf(stderr, "usage: rill_receives [ROUNDS]\n");
    return 2;
  }
  const rill::bench::ScratchFolder folder;
  rill::bench::KeepToCore(0);
  rill::bench::PrintCongestionControl();
  rill::bench::Run(*rounds, folder.path());
  return 0;
}
