#include "rill/consumer.h"

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "../io/temporary_folder.h"
#include "client_test.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {
namespace {

using Strings = std::vector<std::string>;

struct Fixture {
  Engine engine = OpenMemory();
  Topic topic = MakeTopic(engine, "t", 2);
  Producer producer = Get(engine.NewProducer());

  Consumer Assigned(ConsumerOptions options = {.reset = kEarliest}) {
    Consumer consumer = Get(engine.NewConsumer(options));
    REQUIRE(consumer.Assign({{"t", 0}, {"t", 1}}).ok());
    return consumer;
  }
};

const TopicPartition kZero{"t", 0};
const TopicPartition kOne{"t", 1};

TEST_CASE("an assigned consumer reads on from where it is") {
  Fixture f;
  Consumer consumer = f.Assigned();
  CHECK(consumer.assignment() == std::vector<TopicPartition>{kZero, kOne});
  CHECK(Get(consumer.Poll(absl::ZeroDuration())).empty());
  SendNumbers(f.producer, f.topic, 3);
  CHECK(Values(Get(consumer.Poll(absl::ZeroDuration()))) == Strings{"0", "1", "2"});
  CHECK(Get(consumer.Poll(absl::ZeroDuration())).empty());
  SendNumbers(f.producer, f.topic, 1, 1, 7);
  CHECK(Values(Get(consumer.Poll(absl::ZeroDuration()))) == Strings{"7"});
}

TEST_CASE("where a consumer begins is earliest, latest or an error, as it was told") {
  Fixture f;
  SendNumbers(f.producer, f.topic, 3);
  Consumer earliest = f.Assigned({.reset = kEarliest});
  Consumer latest = f.Assigned();
  latest = f.Assigned({.reset = kLatest});
  Consumer none = f.Assigned({.reset = kNoReset});
  CHECK(Get(earliest.Position(kZero)) == 0);
  CHECK(Get(latest.Position(kZero)) == 3);
  CHECK(Get(latest.Poll(absl::ZeroDuration())).empty());
  const auto status = none.Poll(absl::ZeroDuration()).status();
  CHECK(status.code() == absl::StatusCode::kOutOfRange);
  CHECK(GetErrorCode(status) == ErrorCode::kOffsetOutOfRange);
  CHECK(Says(status, "t-0"));
  REQUIRE(none.Seek(kZero, 1).ok());
  REQUIRE(none.Seek(kOne, 0).ok());
  CHECK(Values(Get(none.Poll(absl::ZeroDuration()))) == Strings{"1", "2"});
}

TEST_CASE("an offset that is out of range is put right by the reset policy") {
  Fixture f;
  SendNumbers(f.producer, f.topic, 10);
  REQUIRE(Get(f.topic.partition(0)).DeleteRecordsBefore(4).ok());
  for (const std::int64_t wrong : {std::int64_t{0}, std::int64_t{11}}) {
    Consumer earliest = f.Assigned({.reset = kEarliest});
    REQUIRE(earliest.Seek(kZero, wrong).ok());
    CHECK(Values(Get(earliest.Poll(absl::ZeroDuration()))).front() == "4");
    Consumer latest = f.Assigned({.reset = kLatest});
    REQUIRE(latest.Seek(kZero, wrong).ok());
    CHECK(Get(latest.Poll(absl::ZeroDuration())).empty());
    CHECK(Get(latest.Position(kZero)) == 10);
    Consumer none = f.Assigned({.reset = kNoReset});
    REQUIRE(none.Seek(kZero, wrong).ok());
    REQUIRE(none.Seek(kOne, 0).ok());
    CHECK(Says(none.Poll(absl::ZeroDuration()).status(), "offset " + std::to_string(wrong)));
  }
}

TEST_CASE("Poll gives at most max_poll_records, and takes the partitions in turn") {
  Fixture f;
  SendNumbers(f.producer, f.topic, 30, 0);
  SendNumbers(f.producer, f.topic, 30, 1);
  Consumer consumer = f.Assigned({.reset = kEarliest, .max_poll_records = 10});
  std::vector<int> partitions;
  for (int i = 0; i < 6; ++i) {
    const Records records = Get(consumer.Poll(absl::ZeroDuration()));
    int count = 0;
    for (const Record& record : records) count += record.partition() >= 0 ? 1 : 0;
    CHECK(count == 10);
    partitions.push_back(records.begin()->partition());
  }
  CHECK(partitions == std::vector<int>{0, 1, 0, 1, 0, 1});
  CHECK(Get(consumer.Poll(absl::ZeroDuration())).empty());
}

TEST_CASE("Poll gives at most the bytes it was told, but at least one batch") {
  Fixture f;
  for (int i = 0; i < 10; ++i) {
    f.producer.Send(f.topic, {.value = std::string(1000, 'v'), .partition = i % 2});
  }
  Consumer little = f.Assigned({.reset = kEarliest, .fetch_max_bytes = 1});
  CHECK(Values(Get(little.Poll(absl::ZeroDuration()))).size() == 1);
  Consumer each = f.Assigned({.reset = kEarliest, .max_partition_fetch_bytes = 2500});
  CHECK(Values(Get(each.Poll(absl::ZeroDuration()))).size() == 4);
}

TEST_CASE("what Poll gave stays readable and may be walked in another thread") {
  Fixture f;
  SendNumbers(f.producer, f.topic, 100);
  Records records;
  {
    Consumer consumer = f.Assigned();
    records = Get(consumer.Poll(absl::ZeroDuration()));
  }
  REQUIRE(f.engine.DeleteTopic("t").ok());
  REQUIRE(f.engine.Close().ok());
  std::size_t count = 0;
  std::thread([&] { count = Values(records).size(); }).join();
  CHECK(count == 100);
}

TEST_CASE("a consumer seeks to an offset, the beginning, the end and a time") {
  Fixture f;
  // Of today, for retention deletes by the records' times.
  const absl::Time start = absl::FromUnixMillis(absl::ToUnixMillis(absl::Now()));
  for (int i = 0; i < 10; ++i) {
    f.producer.Send(
        f.topic,
        {.value = std::to_string(i), .partition = 0, .timestamp = start + i * absl::Seconds(10)});
  }
  Consumer consumer = f.Assigned({.reset = kLatest});
  REQUIRE(consumer.Seek(kZero, 8).ok());
  CHECK(Values(Get(consumer.Poll(absl::ZeroDuration()))) == Strings{"8", "9"});
  REQUIRE(consumer.SeekToBeginning({kZero}).ok());
  CHECK(Get(consumer.Position(kZero)) == 0);
  REQUIRE(consumer.SeekToTime(start + absl::Seconds(65)).ok());
  CHECK(Get(consumer.Position(kZero)) == 7);
  CHECK(Get(consumer.Position(kOne)) == 0);
  REQUIRE(consumer.SeekToTime(start + absl::Hours(1)).ok());
  CHECK(Get(consumer.Position(kZero)) == 10);
  REQUIRE(consumer.SeekToBeginning().ok());
  REQUIRE(consumer.SeekToEnd().ok());
  CHECK(Get(consumer.Position(kZero)) == 10);
  const auto negative = consumer.Seek(kZero, -1);
  CHECK(negative.code() == absl::StatusCode::kInvalidArgument);
  CHECK(Says(negative, "t-0"));
  CHECK(consumer.Seek({"t", 5}, 0).code() == absl::StatusCode::kFailedPrecondition);
  CHECK(consumer.Position({"other", 0}).status().code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("the lag is what lies between the position and the end") {
  Fixture f;
  SendNumbers(f.producer, f.topic, 10);
  Consumer consumer = f.Assigned();
  CHECK(Get(consumer.Lag(kZero)) == 10);
  REQUIRE(consumer.Seek(kZero, 7).ok());
  CHECK(Get(consumer.Lag(kZero)) == 3);
  CHECK(Get(consumer.Lag(kOne)) == 0);
}

TEST_CASE("a paused partition gives nothing until it is resumed") {
  Fixture f;
  SendNumbers(f.producer, f.topic, 2, 0, 0);
  SendNumbers(f.producer, f.topic, 2, 1, 5);
  Consumer consumer = f.Assigned();
  REQUIRE(consumer.Pause({kZero}).ok());
  CHECK(consumer.paused() == std::vector<TopicPartition>{kZero});
  CHECK(Values(Get(consumer.Poll(absl::ZeroDuration()))) == Strings{"5", "6"});
  CHECK(Get(consumer.Poll(kSoon)).empty());
  REQUIRE(consumer.Resume({kZero}).ok());
  CHECK(consumer.paused().empty());
  CHECK(Values(Get(consumer.Poll(absl::ZeroDuration()))) == Strings{"0", "1"});
  CHECK_FALSE(consumer.Pause({{"t", 9}}).ok());
}

TEST_CASE("what was committed is where the next consumer of the group begins") {
  Fixture f;
  SendNumbers(f.producer, f.topic, 10);
  const ConsumerOptions options{.group = "g", .reset = kEarliest, .max_poll_records = 4};
  {
    Consumer consumer = f.Assigned(options);
    CHECK(consumer.Committed(kZero).status().code() == absl::StatusCode::kNotFound);
    const Records records = Get(consumer.Poll(absl::ZeroDuration()));
    REQUIRE(consumer.Commit(records).ok());
    CHECK(Get(consumer.Committed(kZero)).offset == 4);
  }
  {
    Consumer consumer = f.Assigned(options);
    CHECK(Values(Get(consumer.Poll(absl::ZeroDuration()))).front() == "4");
    REQUIRE(consumer.Commit().ok());
  }
  CHECK(Get(f.engine.CommittedOffsets("g")).at(kZero).offset == 8);
  Consumer consumer = f.Assigned(options);
  REQUIRE(consumer.Commit({{kZero, {.offset = 2, .metadata = "why"}}}).ok());
  CHECK(Get(consumer.Committed(kZero)).metadata == "why");
  CHECK(consumer.Commit({{kZero, {.offset = -1}}}).code() == absl::StatusCode::kInvalidArgument);
  Consumer other = f.Assigned({.group = "other", .reset = kEarliest});
  CHECK(Get(other.Position(kZero)) == 0);
}

TEST_CASE("commits without waiting are done by the next call, in order, with their callbacks") {
  Fixture f;
  SendNumbers(f.producer, f.topic, 10);
  Consumer consumer = f.Assigned({.group = "g", .reset = kEarliest});
  REQUIRE(consumer.Seek(kZero, 3).ok());
  std::vector<int> done;
  consumer.CommitAsync([&](const absl::Status& status) {
    CHECK(status.ok());
    done.push_back(1);
  });
  consumer.CommitAsync({{kZero, {.offset = 5}}}, [&](const absl::Status& status) {
    CHECK(status.ok());
    done.push_back(2);
  });
  consumer.CommitAsync();
  CHECK(done.empty());
  REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
  CHECK(done == std::vector<int>{1, 2});
  CHECK(Get(consumer.Committed(kZero)).offset == 3);
  consumer.CommitAsync({{kZero, {.offset = 9}}});
  REQUIRE(consumer.Close().ok());
  CHECK(Get(f.engine.CommittedOffsets("g")).at(kZero).offset == 9);
}

TEST_CASE("auto-commit stores the position by time and when the consumer closes") {
  ManualClock clock;
  Options options;
  options.clock = &clock;
  options.maintenance = Options::Maintenance::kByCaller;
  Engine engine = OpenMemory(options);
  const Topic topic = MakeTopic(engine, "t", 1);
  Producer producer = Get(engine.NewProducer());
  SendNumbers(producer, topic, 10);
  Consumer consumer = Get(engine.NewConsumer({.group = "g",
                                              .reset = kEarliest,
                                              .enable_auto_commit = true,
                                              .auto_commit_interval = absl::Seconds(5),
                                              .max_poll_records = 4}));
  REQUIRE(consumer.Assign({kZero}).ok());
  REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
  clock.Advance(absl::Seconds(4));
  REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
  CHECK_FALSE(consumer.Committed(kZero).ok());
  clock.Advance(absl::Seconds(1));
  REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
  CHECK(Get(consumer.Committed(kZero)).offset == 8);  // not what this Poll gave
  REQUIRE(consumer.Close().ok());
  CHECK(Get(engine.CommittedOffsets("g")).at(kZero).offset == 10);
}

TEST_CASE("without a group there is no membership and there are no commits") {
  Fixture f;
  Consumer consumer = f.Assigned();
  for (const absl::Status& status :
       {consumer.Subscribe({"t"}), consumer.SubscribePattern("t.*"), consumer.Commit({{kZero, {}}}),
        consumer.Committed(kZero).status()}) {
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(GetErrorCode(status) == ErrorCode::kInvalidGroupId);
  }
  CHECK(consumer.member_id().empty());
}

TEST_CASE("Wakeup ends the Poll that waits, or the next one, and no other") {
  Fixture f;
  Consumer consumer = f.Assigned();
  std::thread waker([&] {
    absl::SleepFor(kSoon);
    consumer.Wakeup();
  });
  CHECK(consumer.Poll(kLong).status().code() == absl::StatusCode::kCancelled);
  waker.join();
  CHECK(consumer.Poll(absl::ZeroDuration()).ok());
  SendNumbers(f.producer, f.topic, 1);
  consumer.Wakeup();
  CHECK(consumer.Poll(kLong).status().code() == absl::StatusCode::kCancelled);
  CHECK(Values(Get(consumer.Poll(absl::ZeroDuration()))) == Strings{"0"});
}

TEST_CASE("Poll without anything to read from, after Close and after the engine's end says so") {
  Fixture f;
  Consumer consumer = Get(f.engine.NewConsumer({.reset = kEarliest}));
  CHECK(Says(consumer.Poll(kLong).status(), "Subscribe or Assign"));
  REQUIRE(consumer.Assign({kZero}).ok());
  REQUIRE(consumer.Assign({}).ok());
  CHECK(Says(consumer.Poll(kLong).status(), "Subscribe or Assign"));
  REQUIRE(consumer.Assign({kZero}).ok());
  Consumer waits = f.Assigned();
  std::thread closer([&] {
    absl::SleepFor(kSoon);
    REQUIRE(f.engine.Close().ok());
  });
  CHECK(waits.Poll(kLong).status().code() == absl::StatusCode::kFailedPrecondition);
  closer.join();
  CHECK(consumer.Poll(kLong).status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(consumer.Close().ok());
  CHECK(consumer.Close().ok());
  CHECK(Says(consumer.Poll(kLong).status(), "closed"));
  CHECK_FALSE(f.engine.NewConsumer().ok());
}

TEST_CASE("partitions that are not there cannot be assigned, deleted ones are missed") {
  Fixture f;
  Consumer consumer = f.Assigned();
  for (const TopicPartition& missing : {TopicPartition{"t", 2}, TopicPartition{"none", 0}}) {
    const auto status = consumer.Assign({kZero, missing});
    CHECK(status.code() == absl::StatusCode::kNotFound);
    CHECK(GetErrorCode(status) == ErrorCode::kUnknownTopicOrPartition);
  }
  CHECK(consumer.assignment().size() == 2);
  std::thread deleter([&] {
    absl::SleepFor(kSoon);
    REQUIRE(f.engine.DeleteTopic("t").ok());
  });
  CHECK(consumer.Poll(kLong).status().code() == absl::StatusCode::kNotFound);
  deleter.join();
}

TEST_CASE("options of a consumer out of range are refused by name") {
  Engine engine = OpenMemory();
  const auto refusal = [&](const ConsumerOptions& options) {
    return engine.NewConsumer(options).status();
  };
  CHECK(Says(refusal({.max_poll_records = 0}), "max_poll_records=0"));
  CHECK(Says(refusal({.fetch_max_bytes = 0}), "fetch_max_bytes"));
  CHECK(Says(refusal({.max_partition_fetch_bytes = 0}), "max_partition_fetch_bytes"));
  CHECK(Says(refusal({.max_poll_interval = absl::ZeroDuration()}), "max_poll_interval"));
  CHECK(Says(refusal({.partition_assignment_strategy = {}}), "assignment_strategy"));
  CHECK(Says(refusal({.partition_assignment_strategy = {"fair"}}), "\"fair\""));
  CHECK(GetErrorCode(refusal({.enable_auto_commit = true})) == ErrorCode::kInvalidGroupId);
  CHECK(GetErrorCode(refusal({.group_instance_id = "i"})) == ErrorCode::kInvalidGroupId);
}

TEST_CASE("offsets survive in a folder") {
  Folder folder;
  {
    Engine engine = Get(Open(folder.data()));
    const Topic topic = MakeTopic(engine, "t", 1);
    Producer producer = Get(engine.NewProducer());
    SendNumbers(producer, topic, 10);
    Consumer consumer = Get(engine.NewConsumer({.group = "g", .reset = kEarliest}));
    REQUIRE(consumer.Assign({kZero}).ok());
    REQUIRE(consumer.Commit({{kZero, {.offset = 6}}}).ok());
  }
  Engine engine = Get(Open(folder.data()));
  Consumer consumer = Get(engine.NewConsumer({.group = "g", .reset = kEarliest}));
  REQUIRE(consumer.Assign({kZero}).ok());
  CHECK(Values(Get(consumer.Poll(absl::ZeroDuration()))).front() == "6");
}

TEST_CASE("one damaged partition does not keep a consumer from reading the others") {
  const test::TemporaryFolder folder;
  const std::string data = folder.path() + "/data";
  {
    Engine engine = Get(Open(data));
    const Topic topic = MakeTopic(engine, "t", 2);
    Producer producer = Get(engine.NewProducer());
    for (const int partition : {0, 1}) SendNumbers(producer, topic, 1, partition);
    REQUIRE(producer.Close().ok());
    REQUIRE(engine.Close().ok());
  }
  {
    std::fstream file(data + "/t-0/00000000000000000000.log",
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(kBatchHeaderSize + 3);
    file.put('!');
    REQUIRE(file.good());
  }
  Engine engine = Get(Open(data));
  Consumer consumer = Get(engine.NewConsumer({.reset = kEarliest}));
  REQUIRE(consumer.Assign({{"t", 0}, {"t", 1}}).ok());
  std::vector<std::string> read;
  int damaged = 0;
  for (int i = 0; i < 4; ++i) {
    const auto records = consumer.Poll(absl::ZeroDuration());
    damaged += absl::IsDataLoss(records.status()) ? 1 : 0;
    if (records.ok()) {
      for (const std::string& value : Values(*records)) read.push_back(value);
    }
  }
  CHECK(read == std::vector<std::string>{"0"});
  CHECK(damaged > 0);
}

}  // namespace
}  // namespace rill::testing
