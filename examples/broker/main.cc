// A broker of another protocol on rill's engine: Redis streams, for redis-cli and its like; and, if
// asked, Kafka's beside it, over the same records. README.md in this folder says what maps to what.
#include <fmt/format.h>
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "commands.h"
#include "rill/rill.h"
#include "server.h"
#if BROKER_HAS_NODE
#include "rill/node.h"
#endif

namespace {

struct Arguments {
  std::string folder;
  std::uint16_t port = 6379;
  std::string kafka;
};

// What ends the program, kept from its threads: they would not know what to do with it.
class StopSignal {
 public:
  StopSignal() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  void Await() const {
    int signal = 0;
    ::sigwait(&signals_, &signal);
  }

 private:
  sigset_t signals_;
};

#if BROKER_HAS_NODE
using KafkaNode = std::optional<rill::Node>;

absl::Status StartKafka(const rill::Engine& engine, const std::string& listen, KafkaNode& node) {
  if (listen.empty()) return absl::OkStatus();
  auto started = rill::Node::Start(engine, {.listen = listen});
  if (!started.ok()) return started.status();
  node.emplace(*std::move(started));
  fmt::print("kafka: port {}\n", node->port());
  return absl::OkStatus();
}
#endif

absl::Status Serve(rill::Engine& engine, const Arguments& arguments, const StopSignal& stop) {
#if BROKER_HAS_NODE
  KafkaNode node;
  const auto status = StartKafka(engine, arguments.kafka, node);
  if (!status.ok()) return status;
#endif
  Broker broker(engine);
  const auto server = Server::Start(broker, arguments.port);
  if (!server.ok()) return server.status();
  fmt::print("redis: port {}\n", (*server)->port());
  std::fflush(stdout);
  stop.Await();
  return absl::OkStatus();
}

absl::Status Run(const Arguments& arguments) {
  const StopSignal stop;  // before anything that has threads
  rill::Options options;
  options.log_sink = [](rill::LogLevel level, std::string_view line) {
    if (level >= rill::LogLevel::kWarning) fmt::print(stderr, "broker: {}\n", line);
  };
  auto engine = rill::Open(arguments.folder, options);
  if (!engine.ok()) return engine.status();
  const absl::Status served = Serve(*engine, arguments, stop);
  const absl::Status closed = engine->Close();
  return served.ok() ? closed : served;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Serves Redis streams out of a folder of rill's, on 127.0.0.1, until SIGINT or SIGTERM.");
  Arguments arguments;
  app.add_option("folder", arguments.folder, "where the log is kept, or mem:")->required();
  app.add_option("--port", arguments.port, "where clients of Redis connect; 0: one that is free")
      ->capture_default_str();
#if BROKER_HAS_NODE
  app.add_option("--kafka", arguments.kafka, "where Kafka's clients connect, if they may")
      ->type_name("HOST:PORT");
#endif
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Run(arguments);
  if (!status.ok()) fmt::print(stderr, "broker: {}\n", status.ToString());
  return status.ok() ? 0 : 1;
}
