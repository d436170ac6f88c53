// Storage that fails: reads, writes and syncs. The call says so, other partitions go on, and after
// a sync that failed nothing pretends to be durable.

#include <memory>
#include <string>

#include "catch.h"
#include "client/client_test.h"
#include "rill/rill.h"
#include "rill/testing/faulty_storage.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {
namespace {

const std::map<std::string, std::string> kSmallSegments = {{"index.interval.bytes", "0"},
                                                           {"segment.index.bytes", "24"}};

// An engine with the topics "bad" and "good", on storage that fails on demand.
struct Failing {
  std::shared_ptr<FaultyStorage> storage = std::make_shared<FaultyStorage>();
  ManualClock clock;
  Engine engine = Get(Open("/data", OptionsOn(storage)));
  Producer producer = Get(engine.NewProducer());

  Options OptionsOn(std::shared_ptr<FaultyStorage> files) {
    return {.maintenance = Options::Maintenance::kByCaller,
            .clock = &clock,
            .storage = std::move(files)};
  }
  Topic Make(const char* name, std::map<std::string, std::string> configs = kSmallSegments) {
    return MakeTopic(engine, name, 1, std::move(configs));
  }
  absl::Status Send(const Topic& topic, const std::string& value) {
    return producer.Send(topic, {.value = value}).Wait().status();
  }
  void FailAlways(FileCall call, int error = EIO) {
    storage->Fail({.call = call, .path_part = "bad-0", .error = error, .times = kForever});
  }
  // What was rolled gets its index files, and what nobody reads is let go of.
  void Rest() {
    for (int i = 0; i < 4; ++i) {
      clock.Advance(absl::Minutes(20));
      engine.RunMaintenance();
    }
  }
};

TEST_CASE("A read that fails says so, others are not held up, and it works again later") {
  Failing failing;
  const Topic bad = failing.Make("bad");
  const Topic good = failing.Make("good");
  for (int i = 0; i < 12; ++i) {
    REQUIRE(failing.Send(bad, std::to_string(i)).ok());
    REQUIRE(failing.Send(good, std::to_string(i)).ok());
  }
  failing.Rest();
  const FileCall call = GENERATE(FileCall::kOpen, FileCall::kMap, FileCall::kStat);
  failing.FailAlways(call);
  CAPTURE(static_cast<int>(call));
  const auto read = Get(bad.partition(0)).Read(0);
  CHECK(absl::IsDataLoss(read.status()));
  CHECK(GetErrorCode(read.status()) == ErrorCode::kKafkaStorageError);
  CHECK(Says(read.status(), "bad-0/0000"));
  CHECK(Values(good).size() == 12);
  CHECK(failing.Send(good, "12").ok());
  failing.storage->ClearFaults();
  CHECK(Values(bad).size() == 12);
  CHECK(failing.Send(bad, "12").ok());
  CHECK(failing.engine.Close() == absl::OkStatus());
}

TEST_CASE("A consumer is told of a read that fails, and reads on from there when it works again") {
  Failing failing;
  const Topic bad = failing.Make("bad");
  for (int i = 0; i < 12; ++i) REQUIRE(failing.Send(bad, std::to_string(i)).ok());
  failing.Rest();
  Consumer consumer = Get(failing.engine.NewConsumer({.reset = kEarliest}));
  REQUIRE(consumer.Assign({{"bad", 0}}).ok());
  failing.FailAlways(FileCall::kMap);
  const auto failed = consumer.Poll(kSoon);
  CHECK(absl::IsDataLoss(failed.status()));
  failing.storage->ClearFaults();
  std::vector<std::string> values;
  while (values.size() < 12) {
    for (std::string& value : Values(Get(consumer.Poll(kLong)))) values.push_back(value);
  }
  CHECK(values.front() == "0");
  CHECK(values.back() == "11");
}

TEST_CASE("A write that fails refuses the append, not what was or will be appended") {
  Failing failing;
  const Topic bad = failing.Make("bad");
  const Topic good = failing.Make("good");
  std::vector<std::string> taken;
  const FileCall call = GENERATE(FileCall::kOpen, FileCall::kWrite, FileCall::kAllocate,
                                 FileCall::kTruncate, FileCall::kMap);
  CAPTURE(static_cast<int>(call));
  int refused = 0;
  for (int i = 0; i < 40; ++i) {
    if (i == 10) failing.FailAlways(call);
    if (i == 30) failing.storage->ClearFaults();
    const auto sent = failing.Send(bad, std::to_string(i));
    if (sent.ok()) {
      taken.push_back(std::to_string(i));
    } else {
      ++refused;
      CHECK(GetErrorCode(sent) == ErrorCode::kKafkaStorageError);
      CHECK(Says(sent, "bad-0"));
    }
    REQUIRE(failing.Send(good, std::to_string(i)).ok());
  }
  CHECK(refused > 0);
  CHECK(taken.back() == "39");
  CHECK(Values(bad) == taken);
  CHECK(failing.engine.Close() == absl::OkStatus());
  Engine after = Get(Open("/data", failing.OptionsOn(failing.storage)));
  CHECK(Values(Get(after.FindTopic("bad"))) == taken);
}

TEST_CASE("After a sync that failed nothing pretends to be durable, until the engine is reopened") {
  Failing failing;
  const Topic bad = failing.Make("bad", {{"flush.messages", "1"}});
  const Topic good = failing.Make("good", {{"flush.messages", "1"}});
  REQUIRE(failing.Send(bad, "kept").ok());
  REQUIRE(failing.Send(good, "kept").ok());
  failing.storage->FailNext(FileCall::kSync, "bad-0");
  const auto lost = failing.Send(bad, "lost");
  CHECK(absl::IsDataLoss(lost));
  Partition partition = Get(bad.partition(0));
  CHECK(partition.high_watermark() == 1);
  // Later syncs would succeed, without having saved anything.
  CHECK(absl::IsDataLoss(failing.Send(bad, "more")));
  CHECK(absl::IsDataLoss(partition.Flush()));
  CHECK(absl::IsDataLoss(failing.engine.Flush()));
  CHECK(absl::IsDeadlineExceeded(partition.WaitFor(1, kSoon)));
  CHECK(Values(bad) == std::vector<std::string>{"kept"});
  failing.Rest();
  CHECK(partition.high_watermark() == 1);
  CHECK(failing.Send(good, "goes on").ok());
  CHECK_FALSE(failing.engine.Close().ok());
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Engine after = Get(Open("/data", failing.OptionsOn(failing.storage->PowerLoss(seed))));
    const auto values = Values(Get(after.FindTopic("bad")));
    REQUIRE(values.size() >= 1);
    CHECK(values[0] == "kept");
    CHECK(Values(Get(after.FindTopic("good"))) == std::vector<std::string>{"kept", "goes on"});
    Producer producer = Get(after.NewProducer());
    CHECK(producer.Send(Get(after.FindTopic("bad")), {.value = "again"}).Wait().ok());
  }
}

TEST_CASE("A Flush that fails for one partition flushes the others all the same") {
  Failing failing;
  const Topic bad = failing.Make("bad");
  const Topic good = failing.Make("good");
  REQUIRE(failing.Send(bad, "b").ok());
  REQUIRE(failing.Send(good, "g").ok());
  failing.storage->FailNext(FileCall::kSync, "bad-0");
  CHECK(absl::IsDataLoss(failing.engine.Flush()));
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Engine after = Get(Open("/data", failing.OptionsOn(failing.storage->PowerLoss(seed))));
    CHECK(Values(Get(after.FindTopic("good"))) == std::vector<std::string>{"g"});
  }
}

TEST_CASE("A catalogue that cannot be synced refuses the change, and takes it once it can") {
  Failing failing;
  failing.storage->FailNext(FileCall::kSync, "rill.catalogue");
  CHECK_FALSE(failing.engine.CreateTopic("new").ok());
  CHECK(absl::IsNotFound(failing.engine.FindTopic("new").status()));
  REQUIRE(failing.engine.CreateTopic("new").ok());
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Engine after = Get(Open("/data", failing.OptionsOn(failing.storage->PowerLoss(seed))));
    CHECK(after.FindTopic("new").ok());
  }
}

// The batch is in the log, where the next one must not take its numbers.
TEST_CASE("A batch whose flush fails for want of a descriptor takes its sequence numbers along") {
  Failing failing;
  const Topic bad = failing.Make(
      "bad",
      {{"flush.messages", "1"}, {"index.interval.bytes", "0"}, {"segment.index.bytes", "12"}});
  Producer producer = Get(failing.engine.NewProducer({.enable_idempotence = true}));
  const auto send = [&](const char* value) {
    return producer.Send(bad, {.value = value}).Wait().status();
  };
  REQUIRE(send("A").ok());
  failing.storage->Fail({.call = FileCall::kSyncDirectory, .path_part = "bad-0", .error = EMFILE});
  std::vector<std::string> expected = {"A"};
  int refused = 0;
  for (const char* value : {"B", "C", "D", "E"}) {
    refused += send(value).ok() ? 0 : 1;
    expected.push_back(value);
  }
  CHECK(refused == 1);
  CHECK(Values(bad) == expected);
}

TEST_CASE("A repeated batch that is acknowledged can be read, also where its flush had failed") {
  Failing failing;
  const Topic bad = failing.Make("bad", {{"flush.messages", "1"}});
  Partition partition = Get(bad.partition(0));
  BatchBuilder builder;
  REQUIRE(builder.Append({.value = "v", .timestamp_ms = 1}).ok());
  builder.SetProducer(7, 0, 0);
  const std::string batch(Get(builder.Seal()));
  failing.storage->Fail({.call = FileCall::kSyncDirectory, .path_part = "bad-0", .error = EMFILE});
  REQUIRE_FALSE(partition.AppendBatch(batch).ok());
  REQUIRE(partition.high_watermark() == 0);
  REQUIRE(failing.engine.AlterTopicConfigs("bad", {{"flush.messages", "1000"}}).ok());
  REQUIRE(partition.AppendBatch(batch).ok());
  CHECK(partition.high_watermark() == 1);
  CHECK(Values(bad) == std::vector<std::string>{"v"});
}

}  // namespace
}  // namespace rill::testing
