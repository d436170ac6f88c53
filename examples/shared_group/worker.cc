// shared_group_worker <folder>: a member of the group that main.cc has a consumer in, in a process
// of its own on the same machine. It comes by the socket that main.cc's node has in the folder.
#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "rill/rill.h"
#include "work.h"

namespace {

absl::Status Run(const std::string& folder) {
  auto engine = rill::Open("kafka://unix:" + folder);
  if (!engine.ok()) return engine.status();
  const absl::Status worked = shared_group::Work(*engine);
  const absl::Status closed = engine->Close();
  return worked.ok() ? closed : worked;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "shared_group_worker <folder>\n");
    return 2;
  }
  shared_group::StopOnSignals();
  const absl::Status status = Run(argv[1]);
  if (!status.ok()) fmt::print(stderr, "shared_group_worker: {}\n", status.ToString());
  return status.ok() ? 0 : 1;
}
