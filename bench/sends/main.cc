#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/parse_number.h"
#include "bench_log.h"
#include "loopback.h"
#include "median.h"

// rill_sends [ROUNDS]
//
// How should the records of a fetch get from a segment, which is in the page cache, to a socket?
// Each way sends 2 GiB of a file over the loopback in answers of several sizes, each behind a
// header of 60 bytes, to a client that reads into a buffer, and to one that has the kernel throw
// away what came. Ways take turns; medians of the rounds: CPU of the sender and of the receiver for
// each GiB, and GiB a second by the clock on the wall. TCP's congestion control, which decides more
// than all of this, is printed first.
//   writev        header and mapped bytes in one call: what a node does with short stretches
//   sendfile      the header by send, the file behind it: what a node does with long ones; the
//                 descriptor is kept open
//   open+sendfile the same, opening the file for each answer, as a log that holds no descriptor
//                 for its idle segments has to
namespace rill::bench {
namespace {

constexpr std::size_t kFileBytes = std::size_t{256} << 20;
constexpr std::size_t kSentBytes = std::size_t{2} << 30;
constexpr double kGibibyte = 1 << 30;

enum class Way { kWritev, kSendfile, kOpenAndSendfile };
constexpr std::array<std::pair<Way, const char*>, 3> kWays = {
    {{Way::kWritev, "writev"},
     {Way::kSendfile, "sendfile"},
     {Way::kOpenAndSendfile, "open+sendfile"}}};
constexpr std::array<std::size_t, 4> kSizes = {4096, std::size_t{32} << 10, std::size_t{64} << 10,
                                               std::size_t{1} << 20};

// A file of random bytes in the page cache, and where it is mapped.
struct CachedFile {
  explicit CachedFile(std::string at) : path(std::move(at)) {
    descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0 || ftruncate(descriptor, kFileBytes) != 0) Fail(path.c_str());
    bytes = static_cast<char*>(
        mmap(nullptr, kFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0));
    if (bytes == MAP_FAILED) Fail("mmap");
    for (std::size_t i = 0; i < kFileBytes; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 9);
  }
  ~CachedFile() {
    munmap(bytes, kFileBytes);
    close(descriptor);
    unlink(path.c_str());
  }

  std::string path;
  int descriptor = -1;
  char* bytes = nullptr;
};

void SendByWritev(int socket, const char* header, std::size_t header_size, const char* bytes,
                  std::size_t size) {
  std::array<iovec, 2> parts = {
      {{const_cast<char*>(header), header_size}, {const_cast<char*>(bytes), size}}};
  for (std::size_t left = header_size + size; left > 0;) {
    const ssize_t written = writev(socket, parts.data(), parts.size());
    if (written <= 0) Fail("writev");
    left -= static_cast<std::size_t>(written);
    std::size_t done = static_cast<std::size_t>(written);
    for (iovec& part : parts) {
      const std::size_t of_part = std::min(done, part.iov_len);
      part.iov_base = static_cast<char*>(part.iov_base) + of_part;
      part.iov_len -= of_part;
      done -= of_part;
    }
  }
}

void SendByFile(int socket, const char* header, std::size_t header_size, int file, std::size_t at,
                std::size_t size) {
  if (send(socket, header, header_size, MSG_MORE) < 0) Fail("send");
  auto offset = static_cast<off_t>(at);
  while (size > 0) {
    const ssize_t sent = sendfile(socket, file, &offset, size);
    if (sent <= 0) Fail("sendfile");
    size -= static_cast<std::size_t>(sent);
  }
}

void SendAnswer(Way way, int socket, const CachedFile& file, std::size_t at, std::size_t size) {
  constexpr std::array<char, 60> kHeader = {};
  if (way == Way::kWritev) {
    return SendByWritev(socket, kHeader.data(), kHeader.size(), file.bytes + at, size);
  }
  const bool opens = way == Way::kOpenAndSendfile;
  const int descriptor = opens ? open(file.path.c_str(), O_RDONLY | O_CLOEXEC) : file.descriptor;
  SendByFile(socket, kHeader.data(), kHeader.size(), descriptor, at, size);
  if (opens) close(descriptor);
}

struct Figures {
  std::vector<double> sender;    // CPU seconds for a GiB
  std::vector<double> receiver;  // the same
  std::vector<double> rate;      // GiB a second
};

enum class Client { kReads, kThrowsAway };

double ReceiveAll(int socket, Client client) {
  std::vector<char> buffer(std::size_t{256} << 10);
  const int flags = client == Client::kThrowsAway ? MSG_TRUNC : 0;
  const double begin = Seconds(CLOCK_THREAD_CPUTIME_ID);
  while (recv(socket, buffer.data(), buffer.size(), flags) > 0) {
  }
  return Seconds(CLOCK_THREAD_CPUTIME_ID) - begin;
}

void Measure(Way way, std::size_t size, Client client, const CachedFile& file, Figures& figures) {
  const Loopback connection = Connect();
  double received = 0;
  std::thread receiver([&] { received = ReceiveAll(connection.client, client); });
  const double begin = Seconds(CLOCK_MONOTONIC);
  const double cpu = Seconds(CLOCK_THREAD_CPUTIME_ID);
  for (std::size_t sent = 0; sent < kSentBytes; sent += size) {
    SendAnswer(way, connection.server, file, sent % kFileBytes, size);
  }
  figures.sender.push_back((Seconds(CLOCK_THREAD_CPUTIME_ID) - cpu) * kGibibyte / kSentBytes);
  close(connection.server);
  receiver.join();
  figures.rate.push_back(kSentBytes / kGibibyte / (Seconds(CLOCK_MONOTONIC) - begin));
  figures.receiver.push_back(received * kGibibyte / kSentBytes);
  close(connection.client);
}

void Run(int rounds, Client client, const CachedFile& file) {
  std::map<std::pair<std::size_t, Way>, Figures> figures;
  for (int round = 0; round < rounds; ++round) {
    for (const std::size_t size : kSizes) {
      for (const auto& [way, name] : kWays) {
        Measure(way, size, client, file, figures[{size, way}]);
      }
    }
  }
  fmt::print("\nThe client {}:\n\n", client == Client::kReads ? "reads" : "throws away");
  fmt::print("| answer | way | sender, CPU s/GiB | receiver, CPU s/GiB | GiB/s |\n");
  fmt::print("| --- | --- | --- | --- | --- |\n");
  for (const std::size_t size : kSizes) {
    for (const auto& [way, name] : kWays) {
      const Figures& of_way = figures[{size, way}];
      fmt::print("| {} KiB | {} | {:.3f} | {:.3f} | {:.2f} |\n", size >> 10, name,
                 Median(of_way.sender), Median(of_way.receiver), Median(of_way.rate));
    }
  }
}

}  // namespace
}  // namespace rill::bench

int main(int argc, char** argv) {
  const auto rounds = argc > 1 ? rill::base::ParseNumber<int>(argv[1]) : std::optional<int>(5);
  if (argc > 2 || !rounds || *rounds < 1) {
    std::fprintf(stderr, "usage: rill_sends [ROUNDS]\n");
    return 2;
  }
  using rill::bench::Client;
  const rill::bench::ScratchFolder folder;
  const rill::bench::CachedFile file(folder.path() + "/sends");
  rill::bench::PrintCongestionControl();
  for (const Client client : {Client::kReads, Client::kThrowsAway}) {
    rill::bench::Run(*rounds, client, file);
  }
  return 0;
}
