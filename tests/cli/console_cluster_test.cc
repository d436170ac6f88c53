#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "io/temporary_folder.h"
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

TEST_CASE("A group is joined by KIP-848 where librdkafka can, and refused elsewhere") {
  WithNode node;
  CHECK(node.RunWith("console-producer", "--topic orders", "1\n2\n").exit_code == 0);
  const Ran ran = node.Run("console-consumer",
                           "--topic orders --from-beginning --group billing --max-messages 2 "
                           "--timeout-ms 20000 --command-property group.protocol=consumer");
  WARN("librdkafka " << rd_kafka_version_str());
  if (rd_kafka_version() < 0x020c0000) {
    CHECK(ran.exit_code == 1);
    CHECK(Contains(ran.err, fmt::format("UnsupportedVersionException: group.protocol=consumer: "
                                        "librdkafka {}, which rill runs with, ",
                                        rd_kafka_version_str())));
  } else {
    CHECK(ran.exit_code == 0);
    CHECK(ran.out == "1\n2\n");
    CHECK(Contains(node.Out("consumer-groups", "--list --type"), "Consumer"));
  }
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

TEST_CASE("A group begins by a duration before now where it has no offset, and goes on behind it") {
  WithNode node;
  node.Out("topics", "--create --topic orders");
  CHECK(node.RunWith("console-producer", "--topic orders --sync", "1\n2\n").exit_code == 0);
  const std::string read =
      "--topic orders --timeout-ms 20000 --max-messages 1 --group billing "
      "--command-property auto.offset.reset=by_duration:P1D";
  CHECK(node.Out("console-consumer", read) == "1\n");
  CHECK(node.Out("console-consumer", read) == "2\n");
  CHECK(node.Out("console-consumer",
                 "--topic orders --timeout-ms 1000 --command-property "
                 "auto.offset.reset=by_duration:PT0S") == "");
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

TEST_CASE("A topic that no cluster can have is refused, and not waited for") {
  WithNode node;
  for (const std::string name : {"bad/name", ".."}) {
    const Ran ran = node.Run("console-consumer", "--timeout-ms 600000 --topic " + name);
    CHECK(ran.exit_code == 1);
    CHECK(Contains(ran.err, "InvalidTopicException: "));
  }
}

TEST_CASE("A cluster where nobody answers is an error that says so") {
  const Ran ran = RunRillLine(
      "console-consumer --bootstrap-server 127.0.0.1:1 --topic orders --timeout-ms 1000");
  CHECK(ran.exit_code == 1);
  CHECK(Contains(ran.err, "127.0.0.1:1"));
}

// A folder that an engine of this process has open, and a node serves.
class ServedFolder {
 public:
  ServedFolder()
      : engine_(*rill::Open(folder_.path())),
        node_(*Node::Start(engine_, {.listen = "", .folder_socket = true})) {}

  const std::string& path() const { return folder_.path(); }
  // `rill <line> <where>`.
  Ran Run(const std::string& line, const std::string& where, const std::string& input = "") {
    std::vector<std::string> words = SplitWords(line + where);
    words.insert(words.begin(), "rill");
    return RunWords(*files_, "/", words, input);
  }
  // ... of the folder; it has to succeed.
  std::string Out(const std::string& line, const std::string& input = "") {
    const Ran ran = Run(line, " --data-dir " + path(), input);
    INFO(line << ": " << ran.err);
    CHECK(ran.exit_code == 0);
    return ran.out;
  }

 private:
  test::TemporaryFolder folder_;
  std::unique_ptr<io::FileSystem> files_ = io::NewRealFileSystem();
  Engine engine_;
  Node node_;
};

TEST_CASE("A node is produced to and consumed from through the socket in its folder") {
  ServedFolder folder;
  const std::string at = " --bootstrap-server unix:" + folder.path() + "/rill.sock";
  const Ran sent = folder.Run("console-producer --topic orders", at, "hello\n");
  INFO(sent.err);
  CHECK(sent.exit_code == 0);
  CHECK(folder.Run("console-consumer --topic orders --from-beginning --max-messages 1", at).out ==
        "hello\n");
}

TEST_CASE("What writes to a folder that a node serves finds the node's socket itself") {
  ServedFolder folder;
  CHECK(folder.Out("console-producer --topic orders", "1\n2\n3\n").empty());
  const std::string consumer =
      "console-consumer --topic orders --from-beginning --timeout-ms 20000 ";
  CHECK(folder.Out(consumer + "--max-messages 3") == "1\n2\n3\n");
  CHECK(folder.Out(consumer + "--group billing --max-messages 2") == "1\n2\n");
  CHECK(folder.Out(consumer + "--group billing --max-messages 1") == "3\n");
  CHECK(Contains(folder.Out("consumer-groups --describe --group billing"), "orders"));
}

TEST_CASE("Performance tests of a folder that a node serves go through its socket") {
  ServedFolder folder;
  CHECK(folder
            .Out("producer-perf-test --topic orders --num-records 500 --record-size 100 "
                 "--throughput -1")
            .starts_with("500 records sent, "));
  CHECK(Contains(folder.Out("consumer-perf-test --topic orders --num-records 500"), ", 500, "));
  CHECK(Contains(folder.Out("consumer-perf-test --topic orders --num-records 500 --group g"),
                 ", 500, "));
  CHECK(Contains(folder.Out("e2e-latency --topic probe --num-records 3 --producer-acks all "
                            "--record-size 10"),
                 "Avg latency: "));
}

}  // namespace
}  // namespace rill::cli
