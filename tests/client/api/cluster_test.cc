#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "place.h"
#include "rill/clock.h"
#include "rill/node.h"

// What is of kafka:// alone.
namespace rill::testing {
namespace {

// Where nobody listens.
constexpr char kNowhere[] = "kafka://127.0.0.1:1";

struct Cluster {
  Engine behind = OpenMemory();
  Node node = Get(Node::Start(behind, {.listen = "127.0.0.1:0"}));
  std::string where = "kafka://127.0.0.1:" + std::to_string(node.port());
};

void IsInvalidConfig(const absl::Status& status, std::string_view name) {
  INFO(status);
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(GetErrorCode(status) == ErrorCode::kInvalidConfig);
  CHECK(Says(status, name));
}

}  // namespace

TEST_CASE("where no broker answers Open says which were asked") {
  const auto nobody = Open(kNowhere).status();
  CHECK(nobody.code() == absl::StatusCode::kUnavailable);
  CHECK(Says(nobody, "127.0.0.1:1"));
  const auto several = Open("kafka://127.0.0.1:1,127.0.0.1:2").status();
  CHECK(Says(several, "127.0.0.1:1"));
  CHECK(Says(several, "127.0.0.1:2"));
  IsInvalidConfig(Open("kafka://").status(), "kafka://");
  IsInvalidConfig(Open("kafka://host").status(), "host");
}

TEST_CASE("one broker of several that answers is enough") {
  const Cluster cluster;
  Engine engine = Get(Open("kafka://127.0.0.1:1," + cluster.where.substr(8)));
  const Topic topic = MakeTopic(engine, "reached");
  Producer producer = Get(engine.NewProducer());
  CHECK(producer.Send(topic, {.value = "v"}).Wait(kLong).ok());
}

TEST_CASE("fetch_max_bytes below what librdkafka lets a message have is refused over a cluster") {
  const Cluster cluster;
  Engine engine = Get(Open(cluster.where));
  IsInvalidConfig(engine.NewConsumer({.fetch_max_bytes = 999'999}).status(), "fetch.max.bytes");
  CHECK(engine.NewConsumer({.fetch_max_bytes = 1'000'000}).ok());
}

TEST_CASE("an option that means nothing over a cluster is refused by name") {
  IsInvalidConfig(Open(kNowhere, {.read_only = true}).status(), "read_only");
  IsInvalidConfig(Open(kNowhere, {.create_if_missing = false}).status(), "create_if_missing");
  IsInvalidConfig(Open(kNowhere, {.maintenance = Options::Maintenance::kByCaller}).status(),
                  "maintenance");
  IsInvalidConfig(Open(kNowhere, {.max_disk_bytes = 1}).status(), "max_disk_bytes");
  IsInvalidConfig(Open(kNowhere, {.max_open_files = 20}).status(), "max_open_files");
  IsInvalidConfig(Open(kNowhere, {.clock = Clock::System()}).status(), "clock");
}

TEST_CASE("librdkafka checks its properties, and what rill decides cannot be set") {
  IsInvalidConfig(Open(kNowhere, {.configs = {{"num.partitions", "3"}}}).status(),
                  "num.partitions");
  IsInvalidConfig(Open(kNowhere, {.configs = {{"socket.timeout.ms", "soon"}}}).status(), "soon");
  IsInvalidConfig(Open(kNowhere, {.configs = {{"group.id", "mine"}}}).status(),
                  "ConsumerOptions::group");
  CHECK(Open(kNowhere, {.configs = {{"security.protocol", "SSL"}}}).status().code() ==
        absl::StatusCode::kUnimplemented);
  const Cluster cluster;
  Engine engine = Get(Open(cluster.where, {.configs = {{"client.id", "all"}}}));
  IsInvalidConfig(engine.NewProducer({.configs = {{"acks", "some"}}}).status(), "acks");
  IsInvalidConfig(
      engine.NewConsumer({.group = "g", .configs = {{"enable.auto.commit", "true"}}}).status(),
      "enable_auto_commit");
  // Properties that do not go together.
  IsInvalidConfig(
      engine.NewConsumer({.group = "g", .configs = {{"session.timeout.ms", "3600000"}}}).status(),
      "session.timeout.ms");
  CHECK(engine.NewProducer({.configs = {{"acks", "1"}, {"linger.ms", "3"}}}).ok());
}

TEST_CASE("configs of clients are for clusters alone") {
  Engine engine = OpenMemory();
  IsInvalidConfig(engine.NewProducer({.configs = {{"acks", "1"}}}).status(), "acks");
  IsInvalidConfig(engine.NewConsumer({.configs = {{"check.crcs", "true"}}}).status(), "check.crcs");
}

TEST_CASE("what needs a log here is not there over a cluster") {
  const Cluster cluster;
  Engine engine = Get(Open(cluster.where));
  const Topic topic = MakeTopic(engine, "far");
  Producer producer = Get(engine.NewProducer());
  const auto is_unimplemented = [](const absl::Status& status) {
    INFO(status);
    CHECK(status.code() == absl::StatusCode::kUnimplemented);
  };
  is_unimplemented(topic.partition(0).status());
  is_unimplemented(producer.ClaimRecord(topic, {}, 10).status());
  is_unimplemented(engine.ImportTopic("t", {"folder"}).status());
  is_unimplemented(engine.Backup("folder"));
  is_unimplemented(engine.Flush());
  CHECK(engine.RunMaintenance() == absl::InfiniteFuture());
  CHECK_FALSE(engine.has_writer());
  CHECK(engine.resource_use().disk_bytes == 0);
  CHECK(engine.MetricsOfPartitions().empty());
  CHECK(Node::Start(engine, {.listen = "127.0.0.1:0"}).status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("topics and producers of different places are told apart") {
  const Cluster cluster;
  Engine far = Get(Open(cluster.where));
  Engine near = OpenMemory();
  const Topic far_topic = MakeTopic(far, "same");
  const Topic near_topic = MakeTopic(near, "same");
  Producer to_far = Get(far.NewProducer());
  Producer to_near = Get(near.NewProducer());
  int told = 0;
  const auto is_refused = [&](Producer& producer, const Topic& topic) {
    CHECK(producer.Send(topic, {.value = "v"}).Wait().status().code() ==
          absl::StatusCode::kInvalidArgument);
    producer.Send(topic, {.value = "v"}, [&](const absl::StatusOr<RecordMetadata>& at) {
      CHECK(at.status().code() == absl::StatusCode::kInvalidArgument);
      ++told;
    });
  };
  is_refused(to_far, near_topic);
  is_refused(to_near, far_topic);
  CHECK(told == 2);
  CHECK(to_near.ClaimRecord(far_topic, {}, 1).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("of the assignors those go together that librdkafka has and the first one's kind is") {
  const Cluster cluster;
  Engine engine = Get(Open(cluster.where));
  const Topic topic = MakeTopic(engine, "parted", 2);
  IsInvalidConfig(
      engine.NewConsumer({.group = "g", .partition_assignment_strategy = {"sticky"}}).status(),
      "cooperative-sticky");
  const auto agreed = [&](const std::string& group, std::vector<std::string> strategy) {
    Consumer consumer = Get(engine.Subscribe(
        group, {topic.name()}, {.partition_assignment_strategy = std::move(strategy)}));
    CHECK(Eventually([&] {
      Get(consumer.Poll(absl::Milliseconds(10)));
      return consumer.assignment().size() == 2;
    }));
    return Get(engine.DescribeGroup(group)).assignor;
  };
  CHECK(agreed("default", ConsumerOptions().partition_assignment_strategy) == "range");
  CHECK(agreed("eager", {"sticky", "roundrobin", "cooperative-sticky"}) == "roundrobin");
  CHECK(agreed("cooperative", {"cooperative-sticky", "range"}) == "cooperative-sticky");
}

TEST_CASE("what librdkafka logs goes to the application's sink") {
  const Cluster cluster;
  std::atomic<int> lines = 0;
  Engine engine = Get(Open(cluster.where, {.configs = {{"debug", "broker"}},
                                           .log_sink = [&](LogLevel, std::string_view line) {
                                             if (line.starts_with("librdkafka: ")) ++lines;
                                           }}));
  {
    const Producer producer = Get(engine.NewProducer());
    CHECK(Eventually([&] { return lines > 0; }));
  }
  CHECK(engine.Close().ok());
}

TEST_CASE("a record for which there is no answer in time fails when the producer closes") {
  std::optional<Cluster> cluster(std::in_place);
  Engine engine = Get(Open(cluster->where));
  const Topic topic = MakeTopic(engine, "lost");
  Producer producer = Get(engine.NewProducer());
  REQUIRE(producer.Send(topic, {.value = "v"}).Wait(kLong).ok());
  cluster.reset();
  const PendingSend sent = producer.Send(topic, {.value = "late"});
  CHECK(sent.Wait(kSoon).status().code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(producer.Close(kSoon).code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(sent.ready());
  const auto failed = sent.Wait().status();
  CHECK(failed.code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(GetErrorCode(failed) == ErrorCode::kRequestTimedOut);
}

TEST_CASE("in a child of fork all of it is the parent's") {
  const Cluster cluster;
  std::optional<Engine> engine(Get(Open(cluster.where)));
  const Topic topic = MakeTopic(*engine, "forked");
  std::optional<Producer> producer(Get(engine->NewProducer()));
  std::optional<Consumer> consumer(Get(engine->NewConsumer()));
  std::optional<PendingSend> sent(producer->Send(topic, {.value = "v"}));
  REQUIRE(sent->Wait(kLong).ok());
  const pid_t child = fork();
  if (child == 0) {
    const auto is_refused = [](const absl::Status& status) {
      return status.code() == absl::StatusCode::kFailedPrecondition;
    };
    const bool refused = is_refused(engine->FindTopic("forked").status()) &&
                         is_refused(producer->Send(topic, {.value = "v"}).Wait().status()) &&
                         is_refused(producer->Flush()) &&
                         is_refused(consumer->Poll(kSoon).status()) && is_refused(engine->Close());
    const bool has_nothing = consumer->member_id().empty() && consumer->subscription().empty() &&
                             consumer->assignment().empty() && consumer->paused().empty();
    consumer->Wakeup();
    sent.reset();
    consumer.reset();
    producer.reset();
    engine.reset();
    _exit(refused && has_nothing ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(producer->Send(topic, {.value = "v"}).Wait(kLong).ok());
}

// What is in the file in place of the text, of the one segment of the topic's one partition.
void Overwrite(const std::string& folder, const std::string& topic, std::string_view text) {
  const std::string path = folder + "/" + topic + "-0/00000000000000000000.log";
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  const std::size_t at = bytes.find(text);
  REQUIRE(at != std::string::npos);
  file.seekp(static_cast<std::streamoff>(at));
  file.put('X');
  REQUIRE(file.flush().good());
}

TEST_CASE("a record whose bytes changed in the broker's file is not handed out as sound") {
  const Folder folder;
  Engine behind = Get(Open(folder.data()));
  const Node node = Get(Node::Start(behind, {.listen = "127.0.0.1:0"}));
  Engine engine = Get(Open("kafka://127.0.0.1:" + std::to_string(node.port())));
  const Topic topic = MakeTopic(engine, "damaged");
  Producer producer = Get(engine.NewProducer());
  REQUIRE(producer.Send(topic, {.value = "unmistakable"}).Wait(kLong).ok());
  Overwrite(folder.data(), "damaged", "unmistakable");
  Consumer consumer = Get(engine.NewConsumer({.reset = kEarliest}));
  REQUIRE(consumer.Assign({{"damaged", 0}}).ok());
  const auto polled = consumer.Poll(kLong);
  INFO(polled.status());
  CHECK(polled.status().code() == absl::StatusCode::kDataLoss);
  CHECK(GetErrorCode(polled.status()) == ErrorCode::kCorruptMessage);
}

TEST_CASE("linger.ms among the configs holds back nobody who waits") {
  const Cluster cluster;
  Engine engine = Get(Open(cluster.where));
  const Topic topic = MakeTopic(engine, "lingers");
  Producer producer = Get(engine.NewProducer({.configs = {{"linger.ms", "60000"}}}));
  CHECK(producer.Send(topic, {.value = "v"}).Wait(kLong).ok());
}

TEST_CASE("a property that would leave sends without an answer is refused") {
  const Cluster cluster;
  Engine engine = Get(Open(cluster.where));
  const std::map<std::string, std::string> configs = {{"delivery.report.only.error", "true"}};
  IsInvalidConfig(engine.NewProducer({.configs = configs}).status(), "delivery.report.only.error");
}

TEST_CASE("a partition that was paused and left is read again when it is assigned anew") {
  const Cluster cluster;
  Engine engine = Get(Open(cluster.where));
  const Topic topic = MakeTopic(engine, "left", 2);
  Producer producer = Get(engine.NewProducer());
  REQUIRE(producer.Send(topic, {.value = "v", .partition = 0}).Wait(kLong).ok());
  Consumer consumer = Get(engine.NewConsumer({.reset = kEarliest}));
  REQUIRE(consumer.Assign({{"left", 0}, {"left", 1}}).ok());
  REQUIRE(consumer.Pause({{"left", 0}}).ok());
  CHECK(Get(consumer.Poll(kSoon)).empty());
  REQUIRE(consumer.Assign({{"left", 1}}).ok());
  CHECK(Get(consumer.Poll(kSoon)).empty());
  REQUIRE(consumer.Assign({{"left", 0}}).ok());
  CHECK(consumer.paused().empty());
  CHECK(Values(Get(consumer.Poll(kLong))) == std::vector<std::string>{"v"});
}

}  // namespace rill::testing
