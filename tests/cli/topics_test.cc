#include <unistd.h>

#include <filesystem>
#include <regex>
#include <string>

#include "catch.h"
#include "with_node.h"

// `rill topics`, as kafka-topics.
namespace rill::cli {
namespace {

constexpr char kFailed[] = "Error while executing topic command : ";

// With the ids of topics, which are random, left out.
std::string WithoutIds(const std::string& text) {
  return std::regex_replace(text, std::regex("TopicId: [A-Za-z0-9_-]{22}"), "TopicId: ID");
}

std::string PartitionLine(const std::string& topic, int partition) {
  return fmt::format(
      "\tTopic: {}\tPartition: {}\tLeader: 1\tReplicas: 1\tIsr: 1\tElr: \tLastKnownElr: \n", topic,
      partition);
}

TEST_CASE("Topics are made, listed, described and deleted") {
  WithNode node;
  CHECK(node.Out("topics", "--list") == "\n");
  CHECK(node.Out("topics", "--describe").empty());
  CHECK(node.Out("topics", "--create --topic orders --partitions 2 --replication-factor 1") ==
        "Created topic orders.\n");
  CHECK(node.Out("topics",
                 "--create --topic bills --config retention.ms=5 --config "
                 "cleanup.policy=compact") == "Created topic bills.\n");
  CHECK(node.Out("topics", "--list") == "bills\norders\n");
  CHECK(WithoutIds(node.Out("topics", "--describe --topic orders")) ==
        "Topic: orders\tTopicId: ID\tPartitionCount: 2\tReplicationFactor: 1\tConfigs: \n" +
            PartitionLine("orders", 0) + PartitionLine("orders", 1));
  CHECK(WithoutIds(node.Out("topics", "--describe --topics-with-overrides")) ==
        "Topic: bills\tTopicId: ID\tPartitionCount: 1\tReplicationFactor: 1\tConfigs: "
        "cleanup.policy=compact,retention.ms=5\n");
  CHECK(node.Out("topics", "--delete --topic orders").empty());
  CHECK(node.Out("topics", "--list") == "bills\n");
}

TEST_CASE("Several topics are described in the order of Java's hash maps") {
  WithNode node;
  for (const char* name : {"a", "b", "orders", "bills", "hotels", "flights", "zz"}) {
    node.Out("topics", fmt::format("--create --topic {}", name));
  }
  std::string order;
  const std::string text = node.Out("topics", "--describe");
  for (std::size_t at = text.find("Topic: "); at != std::string::npos;) {
    order += text.substr(at + 7, text.find('\t', at) - at - 7) + " ";
    at = text.find("\nTopic: ", at);
    if (at != std::string::npos) ++at;
  }
  CHECK(order == "zz a b hotels bills orders flights ");  // as Kafka's tool does
}

TEST_CASE("A name with a period or an underscore is warned of") {
  WithNode node;
  const std::string out = node.Out("topics", "--create --topic a_b");
  CHECK(out.starts_with("WARNING: Due to limitations in metric names, topics with a period"));
  CHECK(Contains(out, "\nCreated topic a_b.\n"));
}

TEST_CASE("A topic that is there is an error, unless --if-not-exists") {
  WithNode node;
  node.Out("topics", "--create --topic orders");
  const Ran again = node.Run("topics", "--create --topic orders");
  CHECK(again.exit_code == 1);
  CHECK(again.out.starts_with(kFailed));
  CHECK(Contains(again.out, "Topic 'orders' already exists."));
  CHECK(node.Out("topics", "--create --topic orders --if-not-exists").empty());
}

TEST_CASE("A topic that is missing is an error, unless --if-exists") {
  WithNode node;
  for (const char* words : {"--describe", "--delete", "--alter --partitions 2"}) {
    CAPTURE(words);
    const std::string line = std::string(words) + " --topic nothing";
    const Ran ran = node.Run("topics", line);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out == std::string(kFailed) + "Topic 'nothing' does not exist as expected\n");
    CHECK(node.Out("topics", line + " --if-exists").empty());
  }
}

TEST_CASE("A topic is a regular expression that the whole name matches") {
  WithNode node;
  for (const char* name : {"orders", "order", "bills"}) {
    node.Out("topics", fmt::format("--create --topic {}", name));
  }
  CHECK(node.Out("topics", "--list --topic order") == "order\n");
  CHECK(node.Out("topics", "--list --topic order.*") == "order\norders\n");
  CHECK(node.Out("topics", "--list --topic bills,order") == "bills\norder\n");
  CHECK(node.Run("topics", {"--list", "--topic", "\" bills \""}).out == "bills\n");
  const Ran wrong = node.Run("topics", "--list --topic *");
  CHECK(wrong.exit_code == 1);
  CHECK(wrong.out == std::string(kFailed) + "* is an invalid regex.\n");
}

TEST_CASE("Partitions are added, never taken away") {
  WithNode node;
  node.Out("topics", "--create --topic orders --partitions 2");
  CHECK(node.Out("topics", "--alter --topic orders --partitions 4").empty());
  CHECK(Contains(node.Out("topics", "--describe --topic orders"), "PartitionCount: 4"));
  const Ran fewer = node.Run("topics", "--alter --topic orders --partitions 3");
  CHECK(fewer.exit_code == 1);
  CHECK(fewer.out.starts_with(kFailed));
}

TEST_CASE("A topic is found by its id") {
  WithNode node;
  node.Out("topics", "--create --topic orders");
  std::string text = node.Out("topics", "--describe --topic orders");
  const std::string id = text.substr(text.find("TopicId: ") + 9, 22);
  // The request that finds ids does not tell of eligible leaders.
  text = std::regex_replace(text, std::regex("lr: "), "lr: N/A");
  CHECK(node.Out("topics", "--describe --topic-id " + id) == text);
  CHECK(
      Contains(node.Run("topics", "--describe --topic-id nonsense").out,
               "Input string `nonsense` decoded as 6 bytes, which is not equal to the expected 16 "
               "bytes of a base64-encoded UUID\n"));
  CHECK(Contains(node.Run("topics", "--describe --topic-id AAAAAAAAAAAAAAAAAAAAAAAAA").out,
                 "Input string with prefix `AAAAAAAAAAAAAAAAAAAAAAAA` is too long to be decoded"));
  const Ran missing = node.Run("topics", "--describe --topic-id AAAAAAAAAAAAAAAAAAAAZw");
  CHECK(missing.exit_code == 1);
  CHECK(missing.out ==
        std::string(kFailed) + "TopicId 'AAAAAAAAAAAAAAAAAAAAZw' does not exist as expected\n");
}

TEST_CASE("Reports leave out partitions that are well, and the lines of topics") {
  WithNode node;
  node.Out("topics", "--create --topic orders");
  for (const char* report : {"--under-replicated-partitions", "--unavailable-partitions",
                             "--under-min-isr-partitions"}) {
    CHECK(node.Out("topics", std::string("--describe ") + report).empty());
  }
  CHECK(node.Out("topics", "--describe --at-min-isr-partitions") == PartitionLine("orders", 0));
}

TEST_CASE("Partitions come in as many answers as they need") {
  WithNode node;
  node.Out("topics", "--create --topic orders --partitions 7");
  const std::string all = node.Out("topics", "--describe");
  CHECK(Contains(all, "Partition: 6"));
  CHECK(node.Out("topics", "--describe --partition-size-limit-per-response 2") == all);
}

TEST_CASE(
    "Words that do not go together are refused in Kafka's words, before any broker is asked") {
  const struct {
    const char* words;
    const char* told;
  } cases[] = {
      {"--list --create", "Command must include exactly one action: --list, --describe, --create"},
      {"", "Command must include exactly one action"},
      {"--create", "Missing required argument \"[topic]\""},
      {"--alter --topic a", "Missing required argument \"[partitions]\""},
      {"--list --partitions 2", "Option \"[partitions]\" can't be used with option \"[list]\""},
      {"--describe --config a=b", "Option \"[config]\" can't be used with option \"[describe]\""},
      {"--alter --topic a --partitions 2 --config a=b", "Option combination"},
      {"--create --topic a --replica-assignment 1 --partitions 1",
       "Option \"[replica-assignment]\" can't be used with option \"[partitions]\""},
      {"--describe --topics-with-overrides --unavailable-partitions", "can't be used with option"},
      {"--describe --if-exists", "--topic or --topic-id is required to describe a topic"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.words);
    const Ran ran = RunRillLine(std::string("topics --bootstrap-server nowhere:1 ") + one.words);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out.empty());
    CHECK(Contains(ran.err, one.told));
    CHECK(Contains(ran.err, "--replication-factor <n>"));
  }
}

TEST_CASE("Values that cannot be are told, and nothing is made") {
  WithNode node;
  const struct {
    const char* words;
    const char* told;
  } cases[] = {
      {"--partitions 0", "The partitions must be greater than 0"},
      {"--partitions x", "Cannot parse argument 'x' of option partitions"},
      {"--replication-factor 0", "The replication factor must be between 1 and 32767 inclusive"},
      {"--config retention.ms", "requirement failed: Invalid topic config"},
      {"--config a=b=c", "requirement failed: Invalid topic config"},
      {"--replica-assignment 1:1", "Partition replica lists may not contain duplicate entries: 1"},
      {"--replica-assignment 1:1:1", "may not contain duplicate entries: 1\n"},
      {"--replica-assignment 1,1:2", "Partition 1 has different replication factor: [1, 2]"},
      {"--replica-assignment x", "For input string: \"x\""},
      {"--config no.such.config=1", "no.such.config"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.words);
    const Ran ran = node.Run("topics", std::string("--create --topic orders ") + one.words);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out.starts_with(kFailed));
    CHECK(Contains(ran.out, one.told));
  }
  CHECK(node.Out("topics", "--list") == "\n");
}

TEST_CASE("A folder that nobody has open is served for the time of the command") {
  const std::string folder = fmt::format("/tmp/rill-topics-test-{}", ::getpid());
  {
    auto engine = rill::Open(folder);
    REQUIRE(engine.ok());
    const Ran held = RunRillLine("topics --data-dir " + folder + " --create --topic orders");
    CHECK(held.exit_code == 1);
    CHECK(Contains(held.err, "one engine at a time"));
  }
  const std::string at = "topics --data-dir " + folder;
  CHECK(RunRillLine(at + " --create --topic orders").out == "Created topic orders.\n");
  CHECK(RunRillLine(at + " --list").out == "orders\n");
  std::filesystem::remove_all(folder);
  const Ran missing = RunRillLine(at + " --list");
  CHECK(missing.exit_code == 1);
  CHECK(Contains(missing.err, folder));
  CHECK_FALSE(std::filesystem::exists(folder));
}

TEST_CASE("A folder that a node has open is asked for over its socket, by whichever name") {
  const std::string folder = fmt::format("/tmp/rill-topics-socket-{}", ::getpid());
  {
    auto engine = rill::Open(folder);
    REQUIRE(engine.ok());
    auto node = Node::Start(*engine, {.listen = "", .folder_socket = true});
    INFO(node.status());
    REQUIRE(node.ok());
    const std::string at = "topics --data-dir " + folder;
    CHECK(RunRillLine(at + " --create --topic orders --partitions 2").out ==
          "Created topic orders.\n");
    CHECK(RunRillLine(at + " --list").out == "orders\n");
    CHECK(engine->FindTopic("orders").ok());
    const std::string socket = " --bootstrap-server unix:" + folder + "/rill.sock ";
    CHECK(RunRillLine("topics" + socket + "--list").out == "orders\n");
    CHECK(Contains(RunRillLine("get-offsets" + socket + "--topic orders").out, "orders:1:0"));
    CHECK(RunRillLine("consumer-groups" + socket + "--list").exit_code == 0);
    const auto files = io::NewRealFileSystem();
    CHECK(RunWords(*files, "/",
                   SplitWords("rill topics --bootstrap-server unix:" + folder + " --list"))
              .out == "orders\n");
    CHECK(node->Stop().ok());
    const Ran gone = RunRillLine("topics" + socket + "--list");
    CHECK(gone.exit_code == 1);
    CHECK(Contains(gone.err, "connecting to unix:" + folder + "/rill.sock: "));
    // Without a socket it is as before.
    CHECK(Contains(RunRillLine(at + " --delete --topic orders").err, "one engine at a time"));
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("A cluster is named once, and answers") {
  const Ran both = RunRillLine("topics --bootstrap-server a:1 --data-dir b --list");
  CHECK(both.exit_code == 1);
  CHECK(Contains(both.err, "give one of them"));
  const Ran nobody = RunRillLine("topics --bootstrap-server 127.0.0.1:1 --list");
  CHECK(nobody.exit_code == 1);
  CHECK(nobody.err ==
        "rill topics: connecting to 127.0.0.1:1: Connection refused; is a broker listening there? "
        "--bootstrap-server names it\n");
  CHECK(RunRillLine("topics --list").err.starts_with("--bootstrap-server must be specified\n"));
}

TEST_CASE("A file of properties says what Kafka's clients are told, and TLS is refused") {
  WithNode node;
  node.Write("client.properties", "client.id=me\nrequest.timeout.ms=1000\nother=x\n");
  CHECK(node.Out("topics", "--list --command-config client.properties") == "\n");
  node.Write("where.properties", "bootstrap.servers=" + node.bootstrap());
  CHECK(node.RunWithout("topics", "--list --command-config where.properties").out == "\n");
  node.Write("tls.properties", "client.id=me\nsecurity.protocol=SASL_SSL\n");
  const Ran tls = node.Run("topics", "--list --command-config tls.properties");
  CHECK(tls.exit_code == 1);
  CHECK(tls.err.starts_with(
      "rill topics: tls.properties: line 2: security.protocol=SASL_SSL asks for TLS or SASL"));
  node.Write("wrong.properties", "request.timeout.ms=soon\n");
  CHECK(Contains(node.Run("topics", "--list --command-config wrong.properties").err,
                 "wrong.properties: line 1: request.timeout.ms cannot be \"soon\""));
  CHECK(node.Run("topics", "--list --command-config none.properties").exit_code == 1);
}

TEST_CASE("kafka-topics is rill topics, and tells what it takes") {
  const auto files = io::NewMemoryFileSystem();
  const Ran link = RunWords(*files, "/", {"/usr/bin/kafka-topics", "--help"});
  CHECK(link.exit_code == 1);
  CHECK(link.out.empty());
  CHECK(Contains(link.err, "--topics-with-overrides"));
  CHECK(RunRillLine("topics").err == link.err);
  CHECK(RunRillLine("topics --version").out == "4.4.0\n");
  const Ran help = RunRillLine("help kafka-topics");
  CHECK(help.exit_code == 0);
  CHECK(Contains(help.out, link.err));
  CHECK(Contains(help.out, "rill topics --data-dir <folder>"));
  CHECK(Contains(RunRillLine("topic").err, "did you mean \"rill topics\"?"));
  CHECK(Contains(RunRillLine("kafka-topic").err, "did you mean \"rill topics\"?"));
}

}  // namespace
}  // namespace rill::cli
