#include <map>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/serve_config.h"
#include "run_command.h"

// What `rill serve` is told: its words, and its file. (tests/clients/kcat/run.sh runs it.)
namespace rill::cli {
namespace {

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

ServeConfig Read(const std::string& text) {
  auto config = ReadServeConfig(text, "server.properties");
  INFO(config.status().ToString());
  REQUIRE(config.ok());
  return *std::move(config);
}

// What is said of a file that is refused.
std::string Refused(const std::string& text) {
  const auto status = ReadServeConfig(text, "server.properties").status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST_CASE("The properties of Kafka's own example of a single node say what rill takes of them") {
  const ServeConfig config = Read(
      "process.roles=broker,controller\n"
      "node.id=1\n"
      "controller.quorum.bootstrap.servers=localhost:9093\n"
      "listeners=PLAINTEXT://:9092,CONTROLLER://:9093\n"
      "inter.broker.listener.name=PLAINTEXT\n"
      "advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093\n"
      "num.network.threads=3\n"
      "socket.request.max.bytes=104857600\n"
      "log.dirs=/tmp/kraft-combined-logs\n"
      "num.partitions=1\n"
      "log.retention.hours=168\n");
  CHECK(config.listen == ":9092");
  CHECK(config.advertise == "localhost:9092");
  CHECK(config.threads == 3);
  CHECK(config.data_dir == "/tmp/kraft-combined-logs");
  CHECK(config.node ==
        std::map<std::string, std::string>{{"socket.request.max.bytes", "104857600"}});
  CHECK(config.engine == std::map<std::string, std::string>{{"log.retention.hours", "168"},
                                                            {"num.partitions", "1"}});
  REQUIRE(config.warnings.size() == 6);
  CHECK(config.warnings[0].starts_with(
      "server.properties: line 1: process.roles does nothing here: "));
  CHECK(Contains(config.warnings[3], "line 4: CONTROLLER://:9093 in listeners is left out"));
  CHECK(
      Contains(config.warnings[5], "line 6: CONTROLLER://localhost:9093 in advertised.listeners"));
}

TEST_CASE("A file that says nothing leaves everything as it is") {
  const ServeConfig config = Read("# nothing\n");
  CHECK(config.data_dir.empty());
  CHECK(config.listen.empty());
  CHECK(config.advertise.empty());
  CHECK_FALSE(config.threads.has_value());
  CHECK(config.engine.empty());
  CHECK(config.node.empty());
  CHECK(config.warnings.empty());
}

TEST_CASE("Of a name that is there twice the last holds, and log.dirs before log.dir") {
  CHECK(Read("num.partitions=0\nnum.partitions=4\n").engine.at("num.partitions") == "4");
  CHECK(Read("log.dirs=/a\nlog.dir=/b\n").data_dir == "/a");
  CHECK(Read("log.dir=/b \n").data_dir == "/b");
}

TEST_CASE("The first PLAINTEXT listener is taken, whatever its letters") {
  CHECK(Read("listeners=SSL://:1, plaintext://[::1]:2 ,PLAINTEXT://h:3").listen == "[::1]:2");
  CHECK(Refused("\nlisteners=SSL://:9092") ==
        "server.properties: line 2: listeners has no PLAINTEXT listener, the only kind there is "
        "yet");
  CHECK(Contains(Refused("listeners=localhost:9092"), "line 1: \"localhost:9092\" in listeners"));
  CHECK(Contains(Refused("listeners=PLAINTEXT://localhost"), "line 1: \"localhost\" is no host"));
  for (const char* place : {"0.0.0.0:9092", ":9092", "localhost:0"}) {
    const std::string listener = std::string("PLAINTEXT://") + place;
    CHECK(Refused("advertised.listeners=" + listener) ==
          "server.properties: line 1: clients cannot connect to " + listener +
              " in advertised.listeners");
  }
}

TEST_CASE("A value that cannot be is refused with its file and line") {
  CHECK(Refused("# one\n\nnum.partitions = none\n")
            .starts_with("server.properties: line 3: config num.partitions cannot be \"none\""));
  CHECK(Refused("max.connections=-1\n")
            .starts_with("server.properties: line 1: config max.connections cannot be \"-1\""));
  CHECK(Refused("log.dirs=/a,/b\n") ==
        "server.properties: line 1: log.dirs is \"/a,/b\"; rill keeps its data in one folder");
  for (const char* threads : {"0", "1025", "three", ""}) {
    CHECK(Refused(std::string("num.network.threads=") + threads) ==
          std::string("server.properties: line 1: config num.network.threads cannot be \"") +
              threads + "\"; valid: 1..1024");
  }
  CHECK(Refused("a=\\u00\n").starts_with("server.properties: line 1: \\u00 is no character"));
}

TEST_CASE("A name that nobody knows is passed over, with the one that is near") {
  const ServeConfig config = Read("log.retention.msec=1\nfrob.nicate=2\nmax.connection=5\n");
  REQUIRE(config.warnings.size() == 3);
  CHECK(config.warnings[0] ==
        "server.properties: line 1: log.retention.msec does nothing here: there is no such config; "
        "did you mean log.retention.ms?");
  CHECK(config.warnings[1] ==
        "server.properties: line 2: frob.nicate does nothing here: there is no such config");
  CHECK(config.engine.empty());
}

TEST_CASE("rill serve tells what it takes") {
  const Ran help = RunRillLine("serve --help");
  CHECK(help.exit_code == 0);
  for (const char* word :
       {"--data-dir DIR", "--listen HOST:PORT", "--advertise HOST:PORT", "--no-socket",
        "--threads N", "--config FILE", "kcat -P -b 127.0.0.1:9092", "130"}) {
    CAPTURE(word);
    CHECK(Contains(help.out, word));
  }
  CHECK(RunRillLine("help serve").out == help.out);
  CHECK(Contains(RunRillLine("--help").out, "serve"));
  CHECK(Contains(RunRillLine("server --data-dir x").err, "did you mean \"rill serve\"?"));
}

TEST_CASE("rill serve refuses words that are wrong with what is right") {
  const struct {
    const char* words;
    const char* told;
  } cases[] = {
      {"", "rill serve: say where the data is: --data-dir DIR, or log.dirs in the --config file"},
      {"--data-dir mem:", "\"mem:\" is memory of a process and no folder"},
      {"--data-dir /d --threads 0", "--threads"},
      {"--data-dir /d --listen none --no-socket", "nobody can connect"},
      {"--data-dir /d --threads 1025", "--threads"},
      {"--data-dir /d --listen localhost", "\"localhost\" is no host:port: it has no port"},
      {"--data-dir /d --listen 0.0.0.0:9092", "to connect to: --advertise HOST:9092, or"},
      {"--data-dir /d --port 9092", "--help lists what there is"},
      {"--data-dir /d --config none.properties", "/none.properties"},
  };
  for (const auto& one : cases) {
    const Ran ran = RunRillLine(std::string("serve ") + one.words);
    CAPTURE(one.words, ran.err);
    CHECK(ran.exit_code == 2);
    CHECK(ran.out.empty());
    CHECK(Contains(ran.err, one.told));
  }
}

TEST_CASE("rill serve refuses a file that is wrong before it opens anything") {
  const auto files = io::NewMemoryFileSystem();
  REQUIRE(files->CreateDirectories("/etc").ok());
  const auto file = files->Open("/etc/server.properties", io::OpenMode::kCreate);
  REQUIRE(file.ok());
  REQUIRE((*file)->WriteAt(0, "log.dirs=/nowhere\nnum.partitions=x\n").ok());
  const Ran ran = RunWords(*files, "/etc", {"rill", "serve", "--config", "server.properties"});
  CHECK(ran.exit_code == 2);
  CHECK(ran.err.starts_with(
      "rill serve: server.properties: line 2: config num.partitions cannot be \"x\""));
}

}  // namespace
}  // namespace rill::cli
