#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "catch.h"
#include "rill/partitioner.h"
#include "with_node.h"

// The console and performance tools over kafka://, against a node of this process.
namespace rill::cli {
namespace {

// Records of `topic` as a consumer prints them, which has to succeed.
std::string Consume(WithNode& node, const std::string& words, int count) {
  const Ran ran =
      node.Run("console-consumer", words + fmt::format(" --from-beginning --timeout-ms 20000 "
                                                       "--max-messages {}",
                                                       count));
  INFO(ran.err);
  CHECK(ran.exit_code == 0);
  CHECK(Contains(ran.err, fmt::format("Processed a total of {} messages\n", count)));
  return ran.out;
}

TEST_CASE("Lines that are sent to a node are printed by a consumer of it") {
  WithNode node;
  const Ran sent = node.RunWith("console-producer", "--topic orders", "hello\nkafka\n안녕하세요\n");
  INFO(sent.err);
  CHECK(sent.exit_code == 0);
  CHECK(sent.out.empty());
  CHECK(Consume(node, "--topic orders", 3) == "hello\nkafka\n안녕하세요\n");
  CHECK(Consume(node, "--include ord.*s", 3) == "hello\nkafka\n안녕하세요\n");
}

TEST_CASE("A key's partition over a cluster is that of Kafka's default partitioner") {
  WithNode node;
  node.Out("topics", "--create --topic orders --partitions 3");
  std::string lines;
  for (int i = 0; i < 10; ++i) lines += fmt::format("{}:value\n", i);
  const std::string properties =
      "--topic orders --reader-property parse.key=true --reader-property key.separator=:";
  CHECK(node.RunWith("console-producer", properties, lines).exit_code == 0);
  const std::string out = Consume(node,
                                  "--topic orders --formatter-property print.key=true "
                                  "--formatter-property print.partition=true",
                                  10);
  for (int i = 0; i < 10; ++i) {
    const std::string key = fmt::format("{}", i);
    CHECK(Contains(out, fmt::format("Partition:{}\t{}\tvalue\n", PartitionForKey(key, 3), key)));
  }
}

TEST_CASE("A group of the node's goes on behind what was printed") {
  WithNode node;
  CHECK(node.RunWith("console-producer", "--topic orders", "1\n2\n3\n").exit_code == 0);
  CHECK(Consume(node, "--topic orders --group billing", 2) == "1\n2\n");
  CHECK(Consume(node, "--topic orders --group billing", 1) == "3\n");
}

TEST_CASE("A partition is read from an offset, and the time that a log set is called so") {
  WithNode node;
  node.Out("topics", "--create --topic orders --config message.timestamp.type=LogAppendTime");
  CHECK(node.RunWith("console-producer", "--topic orders --sync", "1\n2\n").exit_code == 0);
  const Ran ran = node.Run("console-consumer",
                           "--topic orders --partition 0 --offset 1 --max-messages 1 "
                           "--timeout-ms 20000 --formatter-property print.timestamp=true");
  CHECK(ran.out.starts_with("LogAppendTime:"));
  CHECK(ran.out.ends_with("\t2\n"));
}

TEST_CASE("Performance is told of over a cluster, too") {
  WithNode node;
  node.Out("topics", "--create --topic orders");
  const Ran sent = node.Run("producer-perf-test",
                            "--topic orders --num-records 500 --record-size 100 --throughput -1 "
                            "--command-property acks=all linger.ms=5");
  INFO(sent.err);
  CHECK(sent.exit_code == 0);
  CHECK(sent.out.starts_with("500 records sent, "));
  const Ran read = node.Run("consumer-perf-test", "--topic orders --num-records 500");
  CHECK(read.exit_code == 0);
  CHECK(Contains(read.out, ", 500, "));
  const Ran probed =
      node.Run("e2e-latency", "--topic probe --num-records 3 --producer-acks all --record-size 10");
  INFO(probed.err);
  CHECK(probed.exit_code == 0);
  CHECK(Contains(probed.out, "Avg latency: "));
}

TEST_CASE("A cluster where nobody answers is an error that says so") {
  const Ran ran = RunRillLine(
      "console-consumer --bootstrap-server 127.0.0.1:1 --topic orders --timeout-ms 1000");
  CHECK(ran.exit_code == 1);
  CHECK(Contains(ran.err, "127.0.0.1:1"));
}

TEST_CASE("A folder that a node serves is written and read through its socket") {
  std::string folder = "/tmp/rill-console-XXXXXX";
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  {
    const auto files = io::NewRealFileSystem();
    const auto engine = rill::Open(folder);
    REQUIRE(engine.ok());
    const auto node = Node::Start(*engine, {.listen = "", .folder_socket = true});
    REQUIRE(node.ok());
    const auto run = [&](const std::string& line, const std::string& input) {
      std::vector<std::string> words = SplitWords(line);
      words.insert(words.begin(), "rill");
      return RunWords(*files, "/", words, input);
    };
    const std::string at = " --bootstrap-server unix:" + folder + "/rill.sock";
    const Ran sent = run("console-producer --topic orders" + at, "hello\n");
    INFO(sent.err);
    CHECK(sent.exit_code == 0);
    CHECK(run("console-consumer --topic orders --from-beginning --max-messages 1" + at, "").out ==
          "hello\n");
    // Whoever names the folder to write it is told of the socket.
    const Ran refused = run("console-producer --topic orders --data-dir " + folder, "x\n");
    CHECK(refused.exit_code == 1);
    CHECK(Contains(refused.err, "go there:" + at));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace rill::cli
