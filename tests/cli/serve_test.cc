#include <iterator>
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

// What Kafka 4's config/server.properties says, without its comments.
constexpr char kStockFile[] =
    "process.roles=broker,controller\n"
    "node.id=1\n"
    "controller.quorum.bootstrap.servers=localhost:9093\n"
    "listeners=PLAINTEXT://:9092,CONTROLLER://:9093\n"
    "inter.broker.listener.name=PLAINTEXT\n"
    "advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093\n"
    "controller.listener.names=CONTROLLER\n"
    "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,"
    "SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL\n"
    "num.network.threads=3\n"
    "num.io.threads=8\n"
    "socket.send.buffer.bytes=102400\n"
    "socket.receive.buffer.bytes=102400\n"
    "socket.request.max.bytes=104857600\n"
    "log.dirs=/tmp/kraft-combined-logs\n"
    "num.partitions=1\n"
    "num.recovery.threads.per.data.dir=2\n"
    "offsets.topic.replication.factor=1\n"
    "share.coordinator.state.topic.replication.factor=1\n"
    "share.coordinator.state.topic.min.isr=1\n"
    "transaction.state.log.replication.factor=1\n"
    "transaction.state.log.min.isr=1\n"
    "log.retention.hours=168\n"
    "log.segment.bytes=1073741824\n"
    "log.retention.check.interval.ms=300000\n";

TEST_CASE("Kafka's own example of a single node says what rill takes of it") {
  const ServeConfig config = Read(kStockFile);
  CHECK(config.listen == "PLAINTEXT://:9092");
  CHECK(config.advertise == "PLAINTEXT://localhost:9092");
  CHECK(config.threads == 3);
  CHECK(config.data_dir == "/tmp/kraft-combined-logs");
  CHECK(config.node ==
        std::map<std::string, std::string>{{"socket.request.max.bytes", "104857600"}});
  CHECK(config.engine ==
        std::map<std::string, std::string>{{"log.retention.check.interval.ms", "300000"},
                                           {"log.retention.hours", "168"},
                                           {"log.segment.bytes", "1073741824"},
                                           {"node.id", "1"},
                                           {"num.partitions", "1"}});
}

TEST_CASE("What Kafka's own example says in vain is told in the order of its lines") {
  const ServeConfig config = Read(kStockFile);
  const char* const told[] = {
      "line 3: controller.quorum.bootstrap.servers does nothing here: ",
      "line 4: CONTROLLER://:9093 in listeners is left out: it is the controller's",
      "line 5: inter.broker.listener.name does nothing here: ",
      "line 10: num.io.threads does nothing here: ",
      "line 11: socket.send.buffer.bytes does nothing here: ",
      "line 12: socket.receive.buffer.bytes does nothing here: ",
      "line 16: num.recovery.threads.per.data.dir does nothing here: ",
  };
  REQUIRE(config.warnings.size() == std::size(told));
  for (std::size_t i = 0; i < std::size(told); ++i) {
    CAPTURE(config.warnings[i]);
    CHECK(config.warnings[i].starts_with(std::string("server.properties: ") + told[i]));
  }
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

TEST_CASE("What is so anyway needs no word, and what is not is told with what is") {
  CHECK(Read("process.roles=controller, broker\ndefault.replication.factor=1\n"
             "min.insync.replicas=1\nunclean.leader.election.enable=false\n")
            .warnings.empty());
  const ServeConfig config = Read("process.roles=broker\nmin.insync.replicas=2\n");
  REQUIRE(config.warnings.size() == 2);
  CHECK(config.warnings[0] ==
        "server.properties: line 1: process.roles does nothing here, it is always "
        "broker,controller: a node is alone, and so its own controller");
  CHECK(config.warnings[1] ==
        "server.properties: line 2: min.insync.replicas does nothing here, it is always 1: nothing "
        "is replicated");
  CHECK(Contains(Refused("min.insync.replicas=two\n"), "min.insync.replicas cannot be \"two\""));
}

TEST_CASE("Listeners have the names that they are given where the map says PLAINTEXT") {
  const ServeConfig one = Read(
      "listeners=INTERNAL://127.0.0.1:9092\n"
      "listener.security.protocol.map=INTERNAL:PLAINTEXT\n");
  CHECK(one.listen == "INTERNAL://127.0.0.1:9092");
  CHECK(one.warnings.empty());
  const ServeConfig two = Read(
      "listener.security.protocol.map = in:plaintext, Out:PLAINTEXT, QUORUM:PLAINTEXT\n"
      "advertised.listeners=OUT://broker.example:19092,QUORUM://broker.example:9093\n"
      "listeners=in://[::1]:9092 , QUORUM://:9093, OUT://0.0.0.0:19092\n"
      "controller.listener.names=quorum\n");
  CHECK(two.listen == "IN://[::1]:9092,OUT://0.0.0.0:19092");
  CHECK(two.advertise == "OUT://broker.example:19092");
  REQUIRE(two.warnings.size() == 1);
  CHECK(Contains(two.warnings[0], "line 3: QUORUM://:9093 in listeners is left out"));
}

TEST_CASE("A listener that is to speak TLS or SASL, or does not say what, is refused") {
  CHECK(Refused("\nlisteners=PLAINTEXT://:9092,SSL://:9093") ==
        "server.properties: line 2: SSL://:9093 in listeners is named for a protocol, and there is "
        "no TLS and no SASL yet: leave it out, or, where the network is trusted, give it another "
        "name, which listener.security.protocol.map has as PLAINTEXT");
  CHECK(Contains(Refused("listeners=SSL://:1\nlistener.security.protocol.map=SSL:PLAINTEXT\n"),
                 "line 1: SSL://:1 in listeners is named for a protocol"));
  CHECK(Read("listeners=NEAR://:1\nlistener.security.protocol.map=NEAR:PLAINTEXT\n").listen ==
        "NEAR://:1");
  CHECK(Contains(Refused("listeners=OUT://:1\nlistener.security.protocol.map=OUT:SASL_SSL\n"),
                 "line 1: OUT://:1 in listeners is to speak SASL_SSL"));
  CHECK(Refused("listeners=INTERNAL://:9092") ==
        "server.properties: line 1: what INTERNAL://:9092 in listeners speaks is not said: "
        "listener.security.protocol.map has no INTERNAL");
  CHECK(Contains(Refused("listener.security.protocol.map=A:TLS\n"),
                 "line 1: \"A:TLS\" in listener.security.protocol.map is not a listener's name"));
  CHECK(Refused("listeners=CONTROLLER://:9093\ncontroller.listener.names=CONTROLLER\n") ==
        "server.properties: line 1: listeners has none for clients");
}

TEST_CASE("A listener that is none is refused with its line") {
  CHECK(
      Contains(Refused("listeners=localhost:9092"), "line 1: listeners: \"localhost:9092\" is no"));
  CHECK(
      Contains(Refused("listeners=PLAINTEXT://localhost"), "line 1: listeners: \"localhost\" is"));
  CHECK(Contains(Refused("listeners=PLAINTEXT://:1,plaintext://:2"), "PLAINTEXT is there twice"));
  for (const char* place : {"0.0.0.0:9092", "localhost:0"}) {
    const std::string listener = std::string("PLAINTEXT://") + place;
    CHECK(Refused("advertised.listeners=" + listener) ==
          "server.properties: line 1: clients cannot connect to " + listener +
              " in advertised.listeners");
  }
  CHECK(Refused("listeners=PLAINTEXT://:1\nadvertised.listeners=OUT://h:1\n") ==
        "server.properties: line 2: OUT://h:1 in advertised.listeners is of no listener that "
        "clients have");
}

TEST_CASE("Protocols of groups that are not served are passed over, as Kafka's default has one") {
  const ServeConfig config =
      Read("group.coordinator.rebalance.protocols=classic,consumer,streams,share\n");
  CHECK(config.engine.at("group.coordinator.rebalance.protocols") == "classic,consumer");
  REQUIRE(config.warnings.size() == 2);
  CHECK(config.warnings[0] ==
        "server.properties: line 1: streams in group.coordinator.rebalance.protocols is left out: "
        "groups speak the classic and the consumer protocol");
  CHECK(
      Contains(Refused("group.coordinator.rebalance.protocols=classic,gossip"), "line 1: config"));
}

TEST_CASE("A value that cannot be is refused with its file and line") {
  CHECK(Refused("# one\n\nnum.partitions = none\n")
            .starts_with("server.properties: line 3: config num.partitions cannot be \"none\""));
  CHECK(Refused("max.connections=-1\n")
            .starts_with("server.properties: line 1: config max.connections cannot be \"-1\""));
  CHECK(Refused("log.dirs=/a,/b\n") ==
        "server.properties: line 1: log.dirs is \"/a,/b\"; rill keeps its data in one folder: name "
        "one");
  for (const char* threads : {"0", "1025", "three", ""}) {
    CHECK(Refused(std::string("num.network.threads=") + threads) ==
          std::string("server.properties: line 1: config num.network.threads cannot be \"") +
              threads + "\"; valid: 1..1024");
  }
  CHECK(Refused("a=\\u00\n").starts_with("server.properties: line 1: \\u00 is no character"));
}

TEST_CASE("Values that cannot be together are refused with their file") {
  CHECK(Refused("node.id=1\nbroker.id=2\n") ==
        "server.properties: node.id is 1 and broker.id, which says the same, is 2");
  CHECK(Refused("group.coordinator.rebalance.protocols=streams\n") ==
        "server.properties: config group.coordinator.rebalance.protocols must have classic");
  CHECK(Contains(
      Refused("socket.request.max.bytes=2000\nqueued.max.request.bytes=1000\n"),
      "server.properties: queued.max.request.bytes is 1000, which no request of up to 2000"));
  // As with Kafka, which has no limit to both unless it is told one.
  CHECK(Read("socket.request.max.bytes=1000000000\n").warnings.empty());
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
      {"--data-dir /d --listen none --advertise foo:1", "--advertise tells clients of none"},
      {"--data-dir /d --threads 1025", "--threads"},
      {"--data-dir /d --listen localhost", "\"localhost\" is no host:port: it has no port"},
      {"--data-dir /d --listen 31000",
       "it has no port; write it as 127.0.0.1:31000 or [::1]:31000"},
      {"server.properties",
       "rill serve: \"server.properties\" has no option before it; those that take a word are "
       "--data-dir, --listen, --advertise, --http, --threads, --config\n"},
      {"--data-dir /d --http 9101", "--http: \"9101\" is no host:port: it has no port"},
      {"--data-dir /d --listen 0.0.0.0:9092", "to connect to: --advertise HOST:9092, or"},
      {"--data-dir /d --listen A://h:1,B://[::]:2", "[::]:2 is all addresses of this machine"},
      {"--data-dir /d --listen SSL://h:1", "there is no TLS and no SASL yet"},
      {"--data-dir /d --port 9092",
       "rill serve: --port is not an option\nrill serve --help lists what there is\n"},
      {"--datadir data2 --listn x",
       "rill serve: --datadir is not an option; did you mean "
       "--data-dir?\nrill serve --help lists what there is\n"},
      {"--datadir=data2", "rill serve: --datadir is not an option; did you mean --data-dir?\n"},
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

TEST_CASE("An address that is empty, as a variable that is not set, is no node without a port") {
  const auto files = io::NewMemoryFileSystem();
  for (const char* place : {"", " "}) {
    const Ran ran = RunWords(*files, "/", {"rill", "serve", "--data-dir", "/d", "--listen", place});
    CHECK(ran.exit_code == 2);
    CHECK(Contains(ran.err, "it is empty; none is a node without a port"));
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
