#include <string>
#include <utility>
#include <vector>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "json_rows.h"
#include "rill/consumer.h"
#include "with_node.h"

// What Kafka's admin tools print with --json.
namespace rill::cli {
namespace {

std::vector<JsonRow> Rows(WithNode& node, const std::string& tool, const std::string& line) {
  return RowsIn(node.Out(tool, line + " --json"));
}

// A topic whose records a group has read a part of.
class WithReadTopic : public WithNode {
 public:
  WithReadTopic() {
    Out("topics", "--create --topic orders --partitions 2 --config retention.ms=3600000");
    Send("orders", 0, 3);
    auto consumer = Join();
    auto records = consumer.Poll(absl::Seconds(10));
    REQUIRE(records.ok());
    REQUIRE(consumer.Commit(*records).ok());
    Send("orders", 0, 2);
  }

  Consumer Join() {
    auto consumer = engine().Subscribe("billing", {"orders"}, {.reset = rill::kEarliest});
    REQUIRE(consumer.ok());
    return *std::move(consumer);
  }
};

TEST_CASE("Topics are listed as an object each, and none as nothing") {
  WithNode node;
  CHECK(node.Out("topics", "--list --json").empty());
  node.Out("topics", "--create --topic orders");
  node.Out("topics", "--create --topic bills");
  CHECK(node.Out("topics", "--list --json") == "{\"topic\":\"bills\"}\n{\"topic\":\"orders\"}\n");
}

TEST_CASE("A topic is described as an object that has its partitions") {
  WithNode node;
  node.Out("topics", "--create --topic orders --partitions 2 --config retention.ms=5");
  const auto rows = Rows(node, "topics", "--describe");
  REQUIRE(rows.size() == 1);
  const JsonRow& topic = rows[0];
  CHECK(NamesIn(topic) == "topic topicId partitionCount replicationFactor configs partitions");
  CHECK(topic["topic"] == "orders");
  CHECK(topic["topicId"].get<std::string>().size() == 22);
  CHECK(topic["partitionCount"] == 2);
  CHECK(topic["replicationFactor"] == 1);
  CHECK(topic["configs"] == JsonRow({{"retention.ms", "5"}}));
  REQUIRE(topic["partitions"].size() == 2);
  CHECK(topic["partitions"][1].dump() ==
        R"({"partition":1,"leader":1,"replicas":[1],"isr":[1],"elr":[],"lastKnownElr":[]})");
}

TEST_CASE("Reports have topics with the partitions that are meant, and no others") {
  WithNode node;
  node.Out("topics", "--create --topic orders");
  CHECK(Rows(node, "topics", "--describe --under-replicated-partitions").empty());
  const auto rows = Rows(node, "topics", "--describe --at-min-isr-partitions");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["partitions"].size() == 1);
  CHECK(Rows(node, "topics", "--describe --topics-with-overrides").empty());
  node.Out("topics", "--create --topic bills --config retention.ms=5");
  const auto overridden = Rows(node, "topics", "--describe --topics-with-overrides");
  REQUIRE(overridden.size() == 1);
  CHECK(overridden[0]["topic"] == "bills");
  CHECK_FALSE(overridden[0].contains("partitions"));
}

TEST_CASE("Errors that Kafka's tools print among their rows stand on standard error with --json") {
  WithReadTopic node;
  const struct {
    const char* tool;
    const char* words;
    const char* told;
  } cases[] = {
      {"topics", "--describe --topic nothing", "Error while executing topic command : Topic"},
      {"consumer-groups", "--describe --group nobody", "Error: Executing consumer group command"},
      {"consumer-groups", "--delete-offsets --group nobody --topic orders",
       "Error: The group id does not exist"},
      {"consumer-groups", "--reset-offsets --group billing --topic nothing --to-earliest --dry-run",
       "failed due to there is no topic nothing: This server does not host this topic-partition."},
      {"consumer-groups",
       "--reset-offsets --group billing --topic nothing:0 --to-earliest --dry-run",
       "there is no topic nothing: This server does not host this topic-partition."},
      {"configs", "--describe --topic nothing", "The topic 'nothing' doesn't exist"},
      {"get-offsets", "--topic nothing", "Could not match any topic-partitions"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.tool, one.words);
    const Ran text = node.Run(one.tool, one.words);
    const Ran json = node.Run(one.tool, std::string(one.words) + " --json");
    CHECK(json.exit_code == text.exit_code);
    CHECK(Contains(json.err, one.told));
    CHECK_FALSE(Contains(json.out, "rror: "));
    RowsIn(json.out);
  }
}

TEST_CASE("Offsets of partitions are an object each") {
  WithReadTopic node;
  CHECK(node.Out("get-offsets", "--topic orders --json") ==
        "{\"topic\":\"orders\",\"partition\":0,\"offset\":5}\n"
        "{\"topic\":\"orders\",\"partition\":1,\"offset\":0}\n");
}

TEST_CASE("Groups are listed as objects, with state and type on request") {
  WithReadTopic node;
  CHECK(node.Out("consumer-groups", "--list --json") == "{\"group\":\"billing\"}\n");
  CHECK(node.Out("consumer-groups", "--list --state --type --json") ==
        "{\"group\":\"billing\",\"type\":\"Classic\",\"state\":\"Empty\"}\n");
}

TEST_CASE("A group's offsets are an object for each partition, and what is not known is null") {
  WithReadTopic node;
  const auto rows = Rows(node, "consumer-groups", "--describe --group billing");
  REQUIRE(!rows.empty());
  CHECK(NamesIn(rows[0]) ==
        "group topic partition leaderEpoch currentOffset logEndOffset lag consumerId host "
        "clientId");
  CHECK(rows[0]["group"] == "billing");
  CHECK(rows[0]["topic"] == "orders");
  CHECK(rows[0]["partition"] == 0);
  CHECK(rows[0]["currentOffset"] == 3);
  CHECK(rows[0]["logEndOffset"] == 5);
  CHECK(rows[0]["lag"] == 2);
  for (const char* name : {"consumerId", "host", "clientId"}) CHECK(rows[0][name].is_null());
}

TEST_CASE("Members and the state of a group are objects with all there is to tell") {
  WithReadTopic node;
  auto consumer = node.Join();
  REQUIRE(consumer.Poll(absl::Seconds(10)).ok());
  const auto members = Rows(node, "consumer-groups", "--describe --group billing --members");
  REQUIRE(members.size() == 1);
  CHECK(NamesIn(members[0]) ==
        "group consumerId groupInstanceId host clientId partitionCount currentEpoch "
        "currentAssignment targetEpoch targetAssignment upgraded");
  CHECK(members[0]["partitionCount"] == 2);
  CHECK(members[0]["groupInstanceId"].is_null());
  CHECK(members[0]["currentAssignment"].dump() == R"([{"topic":"orders","partitions":[0,1]}])");
  const auto states = Rows(node, "consumer-groups", "--describe --group billing --state");
  REQUIRE(states.size() == 1);
  CHECK(NamesIn(states[0]) ==
        "group coordinator assignmentStrategy state groupEpoch targetAssignmentEpoch memberCount");
  CHECK(states[0]["state"] == "Stable");
  CHECK(states[0]["memberCount"] == 1);
  CHECK(states[0]["coordinator"]["host"] == "127.0.0.1");
  const auto held = Rows(node, "consumer-groups", "--describe --group billing");
  REQUIRE(held.size() == 2);
  CHECK(held[0]["consumerId"] == members[0]["consumerId"]);
  const Ran refused = node.Run("consumer-groups", "--delete --group billing --json");
  const auto deleted = RowsIn(refused.out);
  REQUIRE(deleted.size() == 1);
  CHECK(deleted[0]["error"] ==
        "org.apache.kafka.common.errors.GroupNotEmptyException: The group is not empty.");
}

TEST_CASE("What is reset and deleted is an object for each partition and group") {
  WithReadTopic node;
  const std::string earliest = "--reset-offsets --group billing --topic orders:0 --to-earliest";
  CHECK(node.Out("consumer-groups", earliest + " --dry-run --json") ==
        R"({"group":"billing","topic":"orders","partition":0,"newOffset":0})"
        "\n");
  CHECK(Rows(node, "consumer-groups", "--describe --group billing")[0]["currentOffset"] == 3);
  node.Out("consumer-groups", earliest + " --execute --json");
  CHECK(Rows(node, "consumer-groups", "--describe --group billing")[0]["currentOffset"] == 0);
  CHECK(node.Out("consumer-groups",
                 "--delete-offsets --group billing --topic orders:0 --topic nothing --json") ==
        R"({"group":"billing","topic":"nothing","partition":null,"error":)"
        R"("org.apache.kafka.common.errors.UnknownTopicOrPartitionException: )"
        R"(This server does not host this topic-partition."})"
        "\n"
        R"({"group":"billing","topic":"orders","partition":0,"error":null})"
        "\n");
  CHECK(Rows(node, "consumer-groups", "--delete-offsets --group billing --topic a:11 --topic a1:1")
            .size() == 2);
  CHECK(node.Out("consumer-groups", "--delete --group billing --json") ==
        "{\"group\":\"billing\",\"error\":null}\n");
}

TEST_CASE("Records that were deleted are an object for each partition, with where it begins") {
  WithReadTopic node;
  node.Write("below.json", R"({"partitions":[{"topic":"orders","partition":0,"offset":2},)"
                           R"({"topic":"orders","partition":1,"offset":9}]})");
  const auto rows = Rows(node, "delete-records", "--offset-json-file below.json");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].dump() == R"({"topic":"orders","partition":0,"lowWatermark":2,"error":null})");
  CHECK(NamesIn(rows[1]) == NamesIn(rows[0]));
  CHECK(rows[1]["lowWatermark"].is_null());
  CHECK(Contains(rows[1]["error"].get<std::string>(), "OffsetOutOfRangeException"));
}

TEST_CASE("A config is an object with where its value is from") {
  WithReadTopic node;
  CHECK(node.Out("configs", "--describe --topic orders --json") ==
        R"({"entityType":"topics","entityName":"orders","name":"retention.ms","value":"3600000",)"
        R"("source":"DYNAMIC_TOPIC_CONFIG","isSensitive":false,"synonyms":[)"
        R"({"name":"retention.ms","value":"3600000","source":"DYNAMIC_TOPIC_CONFIG"}]})"
        "\n");
  const auto all = Rows(node, "configs", "--describe --all --broker 1");
  CHECK(all.size() > 10);
  CHECK(all[0]["entityType"] == "brokers");
  CHECK(all[0]["entityName"] == "1");
}

TEST_CASE("A quota is an object with those whom it is for") {
  WithNode node;
  node.Out("configs", "--alter --client-defaults --add-config producer_byte_rate=1024");
  node.Out("configs", "--alter --user me --client app --add-config request_percentage=0.5");
  CHECK(node.Out("configs", "--describe --entity-type clients --json") ==
        R"({"entity":[{"entityType":"clients","entityName":null}],)"
        R"("name":"producer_byte_rate","value":1024.0})"
        "\n");
  const auto rows = Rows(node, "configs", "--describe --user me --client app");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0]["entity"].dump() == R"([{"entityType":"users","entityName":"me"},)"
                                    R"({"entityType":"clients","entityName":"app"}])");
  CHECK(rows[0]["value"] == 0.5);
}

TEST_CASE("A broker's requests are an object each, and what it lacks has no versions") {
  WithNode node;
  const auto rows = Rows(node, "broker-api-versions", "");
  REQUIRE(rows.size() > 50);
  CHECK(NamesIn(rows[0]) ==
        "broker host port rack apiKey name minVersion maxVersion usableVersion");
  CHECK(rows[0]["broker"] == 1);
  CHECK(node.bootstrap() ==
        fmt::format("{}:{}", rows[0]["host"].get<std::string>(), rows[0]["port"].get<int>()));
  CHECK(rows[0]["rack"].is_null());
  CHECK(rows[0]["name"] == "Produce");
  CHECK(rows[0]["minVersion"] == 0);
  CHECK(rows[0]["usableVersion"] == 13);
  int last = -1;
  int lacking = 0;
  for (const JsonRow& row : rows) {
    CHECK(row["apiKey"].get<int>() > last);
    last = row["apiKey"].get<int>();
    if (row["name"] != "AlterReplicaLogDirs") continue;
    ++lacking;
    for (const char* name : {"minVersion", "maxVersion", "usableVersion"}) {
      CHECK(row[name].is_null());
    }
  }
  CHECK(lacking == 1);
}

TEST_CASE("A log is an object, and a folder without one has an object of its own") {
  WithReadTopic node;
  const auto rows = Rows(node, "log-dirs", "--describe --topic-list orders");
  REQUIRE(rows.size() == 2);
  for (const JsonRow& row : rows) {
    CHECK(NamesIn(row) == "broker logDir error topic partition size offsetLag isFuture");
    CHECK(row["topic"] == "orders");
    CHECK((row["size"].get<int>() > 0) == (row["partition"] == 0));
    CHECK(row["isFuture"] == false);
    CHECK(row["error"].is_null());
  }
  const auto none = Rows(node, "log-dirs", "--describe --topic-list none");
  REQUIRE(none.size() == 1);
  CHECK(NamesIn(none[0]) == NamesIn(rows[0]));
  CHECK(none[0]["logDir"] == rows[0]["logDir"]);
  CHECK(none[0]["topic"].is_null());
}

TEST_CASE("A data folder answers with --json without a server") {
  const test::TemporaryFolder folder;
  {
    auto engine = rill::Open(folder.path());
    REQUIRE(engine.ok());
    REQUIRE(engine->EnsureTopic("orders", {.partitions = 2}).ok());
  }
  const std::string at = " --data-dir " + folder.path() + " --json ";
  CHECK(RowsIn(RunRillLine("topics" + at + "--describe").out).at(0)["partitionCount"] == 2);
  CHECK(RowsIn(RunRillLine("get-offsets" + at).out).size() == 2);
  CHECK(RowsIn(RunRillLine("log-dirs --describe" + at).out).size() == 2);
  CHECK(RowsIn(RunRillLine("configs --describe --all --topic orders" + at).out).size() > 10);
  CHECK(RunRillLine("consumer-groups --list" + at).out.empty());
}

TEST_CASE("--json is refused beside what prints no rows, and by tools that have none") {
  const std::string json = " --bootstrap-server nowhere:1 --json ";
  const struct {
    const char* words;
    const char* told;
  } cases[] = {
      {"topics --create --topic a", "Option \"[json]\" can't be used with option \"[create]\""},
      {"topics --delete --topic a", "Option \"[json]\" can't be used with option \"[delete]\""},
      {"configs --alter --topic a --add-config b=c",
       "Option \"[json]\" can't be used with option \"[alter]\""},
      {"consumer-groups --reset-offsets --all-groups --all-topics --to-latest --export",
       "Option \"[json]\" can't be used with option \"[export]\""},
      {"consumer-groups --validate-regex a",
       "Option \"[json]\" can't be used with option \"[validate-regex]\""},
      {"console-consumer --topic a", "--json is not an option"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.words);
    const Ran ran = RunRillLine(one.words + json);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out.empty());
    CHECK(Contains(ran.err, one.told));
  }
}

}  // namespace
}  // namespace rill::cli
