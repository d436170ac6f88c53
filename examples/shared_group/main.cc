// A consumer of this program, and consumers of other programs, are members of one group and share
// its partitions: those of the program read the log where it stands, the others over Kafka's
// protocol. Beside this are two such others: worker.cc, which comes by the socket in the folder,
// and worker.py, in another language, which comes by the port.
//
//   shared_group ./data 127.0.0.1:9092
//   shared_group_worker ./data
//   python3 worker.py 127.0.0.1:9092
//   seq 100 | kcat -P -b 127.0.0.1:9092 -t jobs -p -1
#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "rill/node.h"
#include "rill/rill.h"
#include "work.h"

namespace {

absl::Status Run(const std::string& folder, const std::string& listen) {
  auto engine = rill::Open(folder);
  if (!engine.ok()) return engine.status();
  auto topic = engine->EnsureTopic("jobs", {.partitions = 4});
  if (!topic.ok()) return topic.status();
  auto node = rill::Node::Start(*engine, {.listen = listen, .folder_socket = true});
  if (!node.ok()) return node.status();
  fmt::print("port {}\n", node->port());
  const absl::Status worked = shared_group::Work(*engine);
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
  shared_group::StopOnSignals();
  const absl::Status status = Run(argv[1], argv[2]);
  if (!status.ok()) fmt::print(stderr, "shared_group: {}\n", status.ToString());
  return status.ok() ? 0 : 1;
}
