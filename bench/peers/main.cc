#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "bench_log.h"
#include "peer.h"
#include "usage.h"

// rill_peers [records] [paced records] [part of a peer's name]
//
// Runs each peer once and prints a line of JSON for each. bench/peers/run.sh makes a table of them.
namespace rill::bench {
namespace {

std::vector<Peer> AllPeers() {
  std::vector<Peer> peers;
  AddRillPeers(peers);
#ifdef RILL_PEER_QUEUE
  AddQueuePeers(peers);
#endif
#ifdef RILL_PEER_LMDB
  AddLmdbPeers(peers);
#endif
#ifdef RILL_PEER_ROCKSDB
  AddRocksdbPeers(peers);
#endif
#ifdef RILL_PEER_SQLITE
  AddSqlitePeers(peers);
#endif
  return peers;
}

std::int64_t Percentile(const std::vector<std::int64_t>& sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

void Print(const Peer& peer, Result result) {
  fmt::print(R"({{"peer": "{}", "version": "{}", "settings": "{}", "records_per_second": {:.0f})",
             peer.name, peer.version, peer.settings, result.records_per_second);
  std::vector<std::int64_t>& latencies = result.latencies_ns;
  std::sort(latencies.begin(), latencies.end());
  if (!latencies.empty()) {
    fmt::print(R"(, "p50_ns": {}, "p99_ns": {}, "p999_ns": {}, "max_ns": {})",
               Percentile(latencies, 0.5), Percentile(latencies, 0.99),
               Percentile(latencies, 0.999), latencies.back());
  }
  fmt::print("}}\n");
  std::fflush(stdout);
}

constexpr const char* kUsage = "rill_peers [RECORDS [PACED_RECORDS [PART_OF_A_NAME]]]";

std::int64_t Number(const char* text) {
  const std::string_view view(text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), number);
  if (error != std::errc() || end != view.data() + view.size() || number <= 0) {
    Require(absl::InvalidArgumentError(kUsage));
  }
  return number;
}

}  // namespace
}  // namespace rill::bench

int main(int argc, char** argv) {
  using namespace rill::bench;
  if (const auto answer = AnswerUsage(argc, argv, 3, kUsage)) return *answer;
  Work work{4'000'000, 300'000};
  if (argc > 1) work.records = Number(argv[1]);
  if (argc > 2) work.paced_records = Number(argv[2]);
  const std::string only = argc > 3 ? argv[3] : "";
  for (const Peer& peer : AllPeers()) {
    if (peer.name.find(only) != std::string::npos) Print(peer, peer.run(work));
  }
}
