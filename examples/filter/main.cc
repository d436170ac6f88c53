// A Kafka broker with rules of its own: what is produced has a key and a value that is JSON, and
// topics whose names begin with "_" are not shown. filter.cc has the rules.
#include <fmt/format.h>
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <string>

#include "filter.h"
#include "rill/node.h"
#include "rill/rill.h"

namespace {

// What ends the program, kept from its threads.
sigset_t BlockStopSignals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

absl::Status Run(const std::string& folder, const std::string& listen) {
  const sigset_t stop = BlockStopSignals();
  auto engine = rill::Open(folder);
  if (!engine.ok()) return engine.status();
  auto node = rill::Node::Start(*engine, {.listen = listen, .handlers = Filters()});
  if (!node.ok()) return node.status();
  fmt::print("port {}\n", node->port());
  std::fflush(stdout);
  int signal = 0;
  ::sigwait(&stop, &signal);
  const absl::Status stopped = node->Stop();
  const absl::Status closed = engine->Close();
  return stopped.ok() ? closed : stopped;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Serves a folder to Kafka's clients, and refuses records that are no JSON.");
  std::string folder;
  std::string listen = "127.0.0.1:9092";
  app.add_option("folder", folder, "where the log is kept, or mem:")->required();
  app.add_option("--listen", listen, "where clients connect")->type_name("HOST:PORT");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Run(folder, listen);
  if (!status.ok()) fmt::print(stderr, "filter: {}\n", status.ToString());
  return status.ok() ? 0 : 1;
}
