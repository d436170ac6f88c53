// A consumer of this program, and consumers of other programs in other languages, are members of
// one group and share its partitions: those of the program read the log where it stands, the others
// over Kafka's protocol. worker.py beside this is such another one.
//
//   shared_group ./data 127.0.0.1:9092
//   python3 worker.py 127.0.0.1:9092
//   seq 100 | kcat -P -b 127.0.0.1:9092 -t jobs -p -1
#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <string>

#include "rill/node.h"
#include "rill/rill.h"

namespace {

std::atomic<bool> must_stop = false;

absl::Status Work(rill::Engine& engine) {
  auto consumer = engine.Subscribe("workers", {"jobs"}, {.reset = rill::kEarliest});
  if (!consumer.ok()) return consumer.status();
  std::size_t partitions = 0;
  while (!must_stop) {
    const auto jobs = consumer->Poll(absl::Milliseconds(100));
    if (!jobs.ok()) return jobs.status();
    for (const rill::Record& job : *jobs) {
      fmt::print("job {} from partition {}\n", job.value(), job.partition());
    }
    if (auto committed = consumer->Commit(*jobs); !committed.ok()) return committed;
    const std::size_t now = consumer->assignment().size();
    if (now != partitions) fmt::print("has {} partitions\n", now);
    partitions = now;
    std::fflush(stdout);
  }
  return consumer->Close();
}

absl::Status Run(const std::string& folder, const std::string& listen) {
  auto engine = rill::Open(folder);
  if (!engine.ok()) return engine.status();
  auto topic = engine->EnsureTopic("jobs", {.partitions = 4});
  if (!topic.ok()) return topic.status();
  auto node = rill::Node::Start(*engine, {.listen = listen});
  if (!node.ok()) return node.status();
  fmt::print("port {}\n", node->port());
  const absl::Status worked = Work(*engine);
  const absl::Status stopped = node->Stop();
  const absl::Status closed = engine->Close();
  if (!worked.ok()) return worked;
  return stopped.ok() ? closed : stopped;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "shared_group <folder> <host:port>\n");
    return 2;
  }
  std::signal(SIGINT, [](int) { must_stop = true; });
  std::signal(SIGTERM, [](int) { must_stop = true; });
  const absl::Status status = Run(argv[1], argv[2]);
  if (!status.ok()) fmt::print(stderr, "shared_group: {}\n", status.ToString());
  return status.ok() ? 0 : 1;
}
