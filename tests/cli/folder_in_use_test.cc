#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "catch.h"
#include "io/temporary_folder.h"
#include "rill/consumer.h"
#include "with_node.h"

// Kafka's admin tools on a folder that an application has open, which is no node.
namespace rill::cli {
namespace {

class WithWriter {
 public:
  WithWriter() : engine_(*rill::Open(folder_.path())) {
    REQUIRE(
        engine_.CreateTopic("orders", {.partitions = 2, .configs = {{"retention.ms", "-1"}}}).ok());
  }

  Engine& engine() { return engine_; }
  const std::string& path() const { return folder_.path(); }

  void Send(int partition, int count) {
    auto producer = engine_.NewProducer();
    REQUIRE(producer.ok());
    for (int i = 0; i < count; ++i) {
      auto sent = producer->Send(
          *engine_.FindTopic("orders"),
          {.value = "value", .partition = partition, .timestamp = absl::FromUnixMillis(1000 + i)});
      REQUIRE(sent.Wait(absl::Seconds(10)).ok());
    }
  }
  // A member of the group, which has committed what it read.
  Consumer Read(const std::string& group) {
    auto consumer = engine_.Subscribe(group, {"orders"}, {.reset = kEarliest});
    REQUIRE(consumer.ok());
    const auto records = consumer->Poll(absl::Seconds(10));
    REQUIRE(records.ok());
    REQUIRE_FALSE(records->empty());
    REQUIRE(consumer->Commit().ok());
    return *std::move(consumer);
  }

  // `rill <tool> --data-dir <the folder> <words>`.
  Ran Run(const std::string& tool, const std::string& line) {
    std::vector<std::string> words = SplitWords(line);
    words.insert(words.begin(), {"rill", tool, "--data-dir", path()});
    return RunWords(*files_, "/", words);
  }
  // What it prints; it has to succeed.
  std::string Out(const std::string& tool, const std::string& line) {
    const Ran ran = Run(tool, line);
    INFO(line << ": " << ran.err << ran.out);
    CHECK(ran.exit_code == 0);
    return ran.out;
  }

 private:
  test::TemporaryFolder folder_;
  std::unique_ptr<io::FileSystem> files_ = io::NewRealFileSystem();
  Engine engine_;
};

TEST_CASE("Topics of a folder that an application has open are listed and described") {
  WithWriter writer;
  CHECK(writer.Out("topics", "--list") == "orders\n");
  const std::string described = writer.Out("topics", "--describe");
  CHECK(
      Contains(described, "Topic: orders\tTopicId: " + writer.engine().DescribeTopic("orders")->id +
                              "\tPartitionCount: 2\tReplicationFactor: 1\tConfigs: "
                              "retention.ms=-1\n"));
  CHECK(Contains(described, "\tTopic: orders\tPartition: 1\tLeader: 1\tReplicas: 1\tIsr: 1\t"));
  REQUIRE(writer.engine().CreateTopic("bills").ok());
  CHECK(writer.Out("topics", "--list") == "bills\norders\n");
}

TEST_CASE("Offsets of a folder that an application has open are those that it shows") {
  WithWriter writer;
  writer.Send(1, 3);
  CHECK(writer.Out("get-offsets", "--topic orders") == "orders:0:0\norders:1:3\n");
  writer.Send(1, 1);
  CHECK(writer.Out("get-offsets", "--topic orders") == "orders:0:0\norders:1:4\n");
  CHECK(writer.Out("get-offsets", "--topic-partitions orders:1 --time earliest") == "orders:1:0\n");
  CHECK(writer.Out("get-offsets", "--topic-partitions orders:1 --time 1001") == "orders:1:1\n");
  CHECK(Contains(writer.Out("log-dirs", "--describe --topic-list orders"),
                 "{\"partition\":\"orders-0\",\"size\":0,"));
  CHECK_FALSE(Contains(writer.Out("log-dirs", "--describe"), "\"orders-1\",\"size\":0,"));
}

TEST_CASE("Groups of a folder that an application has open are told with members and lag") {
  WithWriter writer;
  CHECK(writer.Out("consumer-groups", "--list").empty());
  writer.Send(0, 3);
  Consumer consumer = writer.Read("billing");
  writer.Send(0, 2);
  CHECK(writer.Out("consumer-groups", "--list --state") ==
        fmt::format("{:<25} {:<20}\n{:<25} {:<20}\n", "GROUP", "STATE", "billing", "Stable"));
  const Ran described = writer.Run("consumer-groups", "--describe --group billing --json");
  CHECK(described.exit_code == 0);
  CHECK(Contains(described.out, "\"topic\":\"orders\",\"partition\":0,"));
  CHECK(Contains(described.out, "\"currentOffset\":3,\"logEndOffset\":5,\"lag\":2,"));
  CHECK(Contains(described.out, writer.engine().DescribeGroup("billing")->members[0].member_id));
  CHECK(Contains(described.err, "members are those that it has written down"));
  CHECK(Contains(
      writer.Out("consumer-groups", "--reset-offsets --group billing --topic orders --to-earliest"),
      "can only be reset if the group 'billing' is inactive"));
  REQUIRE(consumer.Close().ok());
  CHECK(Contains(writer.Run("consumer-groups", "--describe --group billing").err,
                 "Consumer group 'billing' has no active members."));
  CHECK(Contains(writer.Out("consumer-groups",
                            "--reset-offsets --group billing --topic orders:0 --to-earliest"),
                 "orders          0          0"));
  CHECK(writer.engine().CommittedOffsets("billing")->at({"orders", 0}).offset == 3);
}

TEST_CASE("What would change a folder that an application has open is refused") {
  WithWriter writer;
  writer.Send(0, 1);
  REQUIRE(writer.Read("billing").Close().ok());
  const struct {
    const char* tool;
    const char* words;
  } cases[] = {
      {"topics", "--create --topic bills"},
      {"topics", "--delete --topic orders"},
      {"topics", "--alter --topic orders --partitions 3"},
      {"consumer-groups", "--delete --group billing"},
      {"consumer-groups", "--delete-offsets --group billing --topic orders"},
      {"consumer-groups", "--reset-offsets --group billing --topic orders --to-earliest --execute"},
      {"configs", "--alter --entity-type topics --entity-name orders --add-config retention.ms=1"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.words);
    const Ran ran = writer.Run(one.tool, one.words);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out.empty());
    CHECK(Contains(ran.err,
                   "close that one first; where that serves it, go there: "
                   "--bootstrap-server HOST:PORT\n"));
  }
  CHECK(writer.Out("topics", "--list") == "__consumer_offsets\norders\n");
}

TEST_CASE("A folder is left as it is by a tool that only reads it") {
  WithWriter writer;
  writer.Send(0, 3);
  CHECK(writer.Out("topics", "--describe --topic orders").starts_with("Topic: orders"));
  CHECK(writer.Out("get-offsets", "") == "orders:0:3\norders:1:0\n");
  CHECK(writer.Out("consumer-groups", "--list").empty());
  CHECK(writer.engine().ListTopics(true) == std::vector<std::string>{"orders"});
  writer.Send(0, 1);
  CHECK(writer.engine().FindTopic("orders")->partition(0)->high_watermark() == 4);
}

TEST_CASE("A tool that looks into a closed folder deletes nothing that is over its time") {
  const test::TemporaryFolder folder;
  const Options by_caller{.maintenance = Options::Maintenance::kByCaller};
  {
    Engine engine = rill::Open(folder.path(), by_caller).value();
    const Topic orders = engine.CreateTopic("orders").value();
    Producer producer = engine.NewProducer().value();
    const auto sent =
        producer.Send(orders, {.value = "value", .timestamp = absl::FromUnixMillis(1000)});
    REQUIRE(sent.Wait(absl::Seconds(10)).ok());
    REQUIRE(producer.Close().ok());
    REQUIRE(engine.Close().ok());
  }
  const auto files = io::NewRealFileSystem();
  for (const std::string line :
       {"topics --list", "topics --describe", "get-offsets", "consumer-groups --list",
        "configs --describe --entity-type topics --entity-name orders",
        "configs --alter --topic orders --add-config retention.bytes=-1"}) {
    CAPTURE(line);
    std::vector<std::string> words = SplitWords("rill " + line);
    words.insert(words.end(), {"--data-dir", folder.path()});
    CHECK(RunWords(*files, "/", words).exit_code == 0);
    const Engine engine = rill::Open(folder.path(), by_caller).value();
    CHECK(engine.FindTopic("orders")->partition(0)->log_start_offset() == 0);
    CHECK(engine.FindTopic("orders")->partition(0)->high_watermark() == 1);
  }
}

}  // namespace
}  // namespace rill::cli
