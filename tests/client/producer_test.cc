#include "rill/producer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client_test.h"
#include "rill/testing/faulty_storage.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {
namespace {

Options Driven(ManualClock* clock) {
  Options options;
  options.maintenance = Options::Maintenance::kByCaller;
  options.clock = clock;
  return options;
}

TEST_CASE("without linger a record is in the log when Send returns") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 3);
  Producer producer = Get(engine.NewProducer());
  const PendingSend sent = producer.Send(topic, {.key = "k", .value = "v", .partition = 2});
  CHECK(sent.ready());
  CHECK(EndOf(topic, 2) == 1);
  const RecordMetadata at = Get(sent.Wait(absl::ZeroDuration()));
  CHECK(at.topic == "t");
  CHECK(at.partition == 2);
  CHECK(at.offset == 0);
  CHECK(Get(producer.Send(topic, {.value = "w", .partition = 2}).Wait()).offset == 1);
}

TEST_CASE("a result names its topic, however long the name, when producer and engine are gone") {
  for (const std::size_t size : {1, 26, 27, 28, 249}) {
    const std::string name(size, 't');
    std::vector<PendingSend> sends;
    {
      Engine engine = OpenMemory();
      const Topic topic = MakeTopic(engine, name, 2);
      Producer producer = Get(engine.NewProducer());
      for (int i = 0; i < 3; ++i)
        sends.push_back(producer.Send(topic, {.value = "v", .partition = 1}));
      PendingSend first = std::move(sends.front());
      sends.front() = std::move(first);
    }
    for (std::int64_t i = 0; i < 3; ++i) {
      const RecordMetadata at = Get(sends[static_cast<std::size_t>(i)].Wait());
      CHECK(at.topic == name);
      CHECK(at.partition == 1);
      CHECK(at.offset == i);
    }
  }
}

TEST_CASE("key, value, headers and timestamp arrive, null told from empty") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Minutes(1)}) {
    Producer producer = Get(engine.NewProducer({.linger = linger}));
    const absl::Time time = absl::FromUnixMillis(absl::ToUnixMillis(absl::Now()) - 5000);
    const std::vector<Header> headers = {{"a", "1"}, {"b", {}}, {"a", ""}};
    const std::int64_t first = EndOf(topic);
    const auto sent =
        producer.Send(topic, {.key = "k", .value = "v", .headers = headers, .timestamp = time});
    producer.Send(topic, {.key = "", .value = {}});
    producer.Send(topic, {.key = {}, .value = ""});
    REQUIRE(producer.Flush().ok());
    CHECK(Get(sent.Wait()).timestamp_ms == absl::ToUnixMillis(time));

    const Records records = Get(Get(topic.partition(0)).Read(first));
    auto record = records.begin();
    CHECK(record->key() == "k");
    CHECK(record->value() == "v");
    CHECK(record->timestamp() == time);
    REQUIRE(record->headers().size() == 3);
    CHECK(record->headers().Last("a") == "");
    CHECK_FALSE(IsNull(record->headers().Last("a")));
    CHECK(IsNull(record->headers().Last("b")));
    ++record;
    CHECK_FALSE(IsNull(record->key()));
    CHECK(IsNull(record->value()));
    ++record;
    CHECK(IsNull(record->key()));
    CHECK_FALSE(IsNull(record->value()));
  }
}

TEST_CASE("a record without a time gets the engine's") {
  ManualClock clock;
  Engine engine = OpenMemory(Driven(&clock));
  const Topic topic = MakeTopic(engine, "t");
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Minutes(1)}) {
    Producer producer = Get(engine.NewProducer({.linger = linger}));
    clock.Advance(absl::Seconds(1));
    const auto sent = producer.Send(topic, {.value = "v"});
    CHECK(Get(sent.Wait()).timestamp_ms == absl::ToUnixMillis(clock.Now()));
  }
}

TEST_CASE("where the log stamps the time, the report shows the log's") {
  ManualClock clock;
  Engine engine = OpenMemory(Driven(&clock));
  const Topic topic = MakeTopic(engine, "t", 1, {{"message.timestamp.type", "LogAppendTime"}});
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Minutes(1)}) {
    Producer producer = Get(engine.NewProducer({.linger = linger}));
    const auto sent =
        producer.Send(topic, {.value = "v", .timestamp = clock.Now() - absl::Hours(1)});
    CHECK(Get(sent.Wait()).timestamp_ms == absl::ToUnixMillis(clock.Now()));
  }
}

TEST_CASE("records linger for company, and go when the linger is over") {
  ManualClock clock;
  Engine engine = OpenMemory(Driven(&clock));
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Milliseconds(10)}));
  const auto first = producer.Send(topic, {.value = "a"});
  clock.Advance(absl::Milliseconds(6));
  const auto second = producer.Send(topic, {.value = "b"});
  CHECK(engine.RunMaintenance() <= clock.Now() + absl::Milliseconds(4));
  CHECK_FALSE(first.ready());
  CHECK(EndOf(topic) == 0);
  clock.Advance(absl::Milliseconds(4));
  engine.RunMaintenance();
  CHECK(first.ready());
  CHECK(second.ready());
  CHECK(Get(second.Wait()).offset == 1);
  CHECK(Values(topic) == std::vector<std::string>{"a", "b"});
  const Records records = Get(Get(topic.partition(0)).Read(0));
  CHECK(records.stored_bytes() < 2 * kBatchHeaderSize + 20);  // one batch
}

TEST_CASE("records that linger are not held up by a clock that is set back") {
  ManualClock clock;
  Engine engine = OpenMemory(Driven(&clock));
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Milliseconds(10)}));
  const auto sent = producer.Send(topic, {.value = "a"});
  clock.Advance(-absl::Hours(1));
  engine.RunMaintenance();
  CHECK(sent.ready());
}

TEST_CASE("the engine's own thread sends what lingers") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Milliseconds(5)}));
  for (int i = 0; i < 3; ++i) {
    const auto sent = producer.Send(topic, {.value = "a"});
    const auto deadline = absl::Now() + kLong;
    while (!sent.ready() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
    CHECK(sent.ready());
  }
}

TEST_CASE("a batch that is full goes without waiting") {
  ManualClock clock;
  Engine engine = OpenMemory(Driven(&clock));
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1), .batch_size = 1000}));
  const std::string value(400, 'v');
  const auto first = producer.Send(topic, {.value = value});
  CHECK_FALSE(first.ready());
  const auto second = producer.Send(topic, {.value = value});
  CHECK(first.ready());
  CHECK(second.ready());
  SECTION("and so does what a large record finds in its way, and the record itself") {
    const auto third = producer.Send(topic, {.value = "small"});
    const auto large = producer.Send(topic, {.value = std::string(5000, 'l')});
    CHECK(Get(third.Wait()).offset == 2);
    CHECK(Get(large.Wait()).offset == 3);
  }
}

TEST_CASE("whoever waits for a record that lingers sends it") {
  ManualClock clock;
  Engine engine = OpenMemory(Driven(&clock));
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1)}));
  const auto sent = producer.Send(topic, {.value = "a"});
  CHECK(Get(sent.Wait()).offset == 0);
  CHECK(Get(sent.Wait()).offset == 0);
}

TEST_CASE("a pending result may outlive its producer and its engine") {
  std::vector<PendingSend> sends;
  {
    Engine engine = OpenMemory();
    const Topic topic = MakeTopic(engine, "t");
    Producer now = Get(engine.NewProducer());
    Producer later = Get(engine.NewProducer({.linger = absl::Hours(1)}));
    sends.push_back(now.Send(topic, {.value = "a"}));
    sends.push_back(later.Send(topic, {.value = "b"}));
    PendingSend moved = std::move(sends.back());
    sends.back() = std::move(moved);
  }
  CHECK(Get(sends[0].Wait()).offset == 0);
  CHECK(Get(sends[1].Wait()).topic == "t");
  CHECK(Get(sends[1].Wait()).offset == 1);
}

TEST_CASE("every codec is stored as it is asked for, and read back") {
  Engine engine = OpenMemory();
  for (const Compression compression :
       {Compression::kNone, Compression::kGzip, Compression::kSnappy, Compression::kLz4,
        Compression::kZstd}) {
    for (const absl::Duration linger : {absl::ZeroDuration(), absl::Hours(1)}) {
      const Topic topic = MakeTopic(engine, std::string("t-") + CompressionName(compression));
      const std::int64_t first = EndOf(topic);
      Producer producer = Get(engine.NewProducer({.linger = linger, .compression = compression}));
      std::vector<std::string> expected;
      for (int i = 0; i < 20; ++i) {
        expected.push_back(std::string(200, 'a') + std::to_string(i));
        const auto sent = producer.Send(topic, {.value = expected.back()});
        if (linger == absl::ZeroDuration()) CHECK(sent.ready());
      }
      REQUIRE(producer.Flush().ok());
      const Records records = Get(Get(topic.partition(0)).Read(first));
      CHECK(Values(records) == expected);
      if (compression != Compression::kNone && linger > absl::ZeroDuration()) {
        CHECK(records.stored_bytes() < 2000);
      }
    }
  }
}

TEST_CASE("callbacks report each record once, in order, with where it landed") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 2);
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Hours(1)}) {
    std::vector<std::vector<std::int64_t>> offsets(2);
    const std::int64_t base[] = {EndOf(topic, 0), EndOf(topic, 1)};
    {
      Producer producer = Get(engine.NewProducer({.linger = linger, .batch_size = 500}));
      for (int i = 0; i < 100; ++i) {
        producer.Send(topic, {.value = "v", .partition = i % 2},
                      [&](const absl::StatusOr<RecordMetadata>& at) {
                        REQUIRE(at.ok());
                        CHECK(at->topic == "t");
                        CHECK(at->timestamp_ms > 0);
                        offsets[at->partition].push_back(at->offset);
                      });
      }
    }
    for (int partition = 0; partition < 2; ++partition) {
      REQUIRE(offsets[partition].size() == 50);
      for (int i = 0; i < 50; ++i) CHECK(offsets[partition][i] == base[partition] + i);
    }
  }
}

TEST_CASE("a callback may send") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 2);
  for (const ProducerOptions& options :
       {ProducerOptions{}, ProducerOptions{.linger = absl::Hours(1)},
        ProducerOptions{.compression = Compression::kLz4}}) {
    Producer producer = Get(engine.NewProducer(options));
    int reports = 0;
    DeliveryCallback again = [&](const absl::StatusOr<RecordMetadata>& at) {
      CHECK(at.ok());
      if (++reports < 10) producer.Send(topic, {.value = "v", .partition = reports % 2}, again);
    };
    producer.Send(topic, {.value = "v", .partition = 0}, again);
    for (int i = 0; i < 10; ++i) REQUIRE(producer.Flush().ok());
    CHECK(reports == 10);
  }
}

TEST_CASE("Flush gives the first failure since the last Flush") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1)}));
  producer.Send(topic, {.value = "v", .partition = 7});
  producer.Send(topic, {.value = "v", .partition = -9});
  producer.Send(topic, {.value = "v"});
  const auto status = producer.Flush();
  CHECK(GetErrorCode(status) == ErrorCode::kUnknownTopicOrPartition);
  CHECK(Says(status, "no partition 7"));
  CHECK(producer.Flush().ok());
  CHECK(EndOf(topic) == 1);
}

TEST_CASE("Close sends what lingers, and refuses what comes later") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1)}));
  const auto sent = producer.Send(topic, {.value = "a"});
  REQUIRE(producer.Close().ok());
  CHECK(Get(sent.Wait()).offset == 0);
  CHECK(producer.Close().ok());
  const auto late = producer.Send(topic, {.value = "b"}).Wait();
  CHECK(late.status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(producer.Flush().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(producer.ClaimRecord(topic, {}, 1).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(EndOf(topic) == 1);
}

TEST_CASE("a producer that numbers its batches stores them in order, with its id") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 2);
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Hours(1)}) {
    Producer first = Get(engine.NewProducer({.linger = linger, .enable_idempotence = true}));
    Producer second = Get(engine.NewProducer({.linger = linger, .enable_idempotence = true}));
    for (int i = 0; i < 50; ++i) {
      for (Producer* producer : {&first, &second}) {
        producer->Send(topic, {.value = std::string(1000, 'v'), .partition = i % 2});
      }
    }
    CHECK(first.Flush().ok());
    CHECK(second.Flush().ok());
  }
  CHECK(EndOf(topic, 0) == 100);
  CHECK(EndOf(topic, 1) == 100);
}

TEST_CASE("a numbered producer goes on behind a batch that was refused") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 1, {{"max.message.bytes", "1000"}});
  Producer producer =
      Get(engine.NewProducer({.linger = absl::Hours(1), .enable_idempotence = true}));
  producer.Send(topic, {.value = "a"});
  const auto refused = producer.Send(topic, {.value = std::string(2000, 'l')});
  const auto behind = producer.Send(topic, {.value = "b"});
  CHECK(GetErrorCode(refused.Wait().status()) == ErrorCode::kMessageTooLarge);
  CHECK(Get(behind.Wait()).offset == 1);
}

TEST_CASE("a claimed record is written in place and appears when it is published") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1)}));
  const auto before = producer.Send(topic, {.value = "before"});
  {
    Claim claim = Get(producer.ClaimRecord(topic, {.key = "k"}, 5));
    CHECK(before.ready());
    REQUIRE(claim.value().size() == 5);
    std::copy_n("hello", 5, claim.value().data());
    CHECK(EndOf(topic) == 1);
    const RecordMetadata at = Get(claim.Publish());
    CHECK(at.offset == 1);
    CHECK(at.topic == "t");
    CHECK(claim.value().empty());
    CHECK(claim.Publish().status().code() == absl::StatusCode::kFailedPrecondition);
  }
  CHECK(Values(topic) == std::vector<std::string>{"before", "hello"});
  { Claim dropped = Get(producer.ClaimRecord(topic, {.key = "k"}, 5)); }
  CHECK(EndOf(topic) == 2);
  CHECK(Get(producer.Send(topic, {.value = "next"}).Wait()).offset == 2);
}

TEST_CASE("partitions that a topic grows by are written to") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 1);
  Producer producer = Get(engine.NewProducer({.partitioner = RoundRobinPartitioner()}));
  CHECK(Get(producer.Send(topic, {.value = "v"}).Wait()).partition == 0);
  CHECK_FALSE(producer.Send(topic, {.value = "v", .partition = 2}).Wait().ok());
  REQUIRE(engine.CreatePartitions("t", 3).ok());
  CHECK(Get(producer.Send(topic, {.value = "v", .partition = 2}).Wait()).offset == 0);
  std::vector<int> seen(3);
  for (int i = 0; i < 6; ++i) ++seen[Get(producer.Send(topic, {.value = "v"}).Wait()).partition];
  CHECK(seen == std::vector<int>{2, 2, 2});
}

TEST_CASE("a deleted topic, another engine's, and a closed engine are told apart") {
  Engine engine = OpenMemory();
  Engine other = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  const Topic foreign = MakeTopic(other, "t");
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Hours(1)}) {
    const Topic gone = MakeTopic(engine, "gone");
    Producer producer = Get(engine.NewProducer({.linger = linger}));
    CHECK(producer.Send(gone, {.value = "v"}).Wait().ok());
    CHECK(Says(producer.Send(foreign, {.value = "v"}).Wait().status(), "another engine"));
    REQUIRE(engine.DeleteTopic("gone").ok());
    const auto status = producer.Send(gone, {.value = "v"}).Wait().status();
    CHECK(status.code() == absl::StatusCode::kNotFound);
    CHECK(GetErrorCode(status) == ErrorCode::kUnknownTopicOrPartition);
    Producer fresh = Get(engine.NewProducer({.linger = linger}));
    CHECK(fresh.Send(gone, {.value = "v"}).Wait().status().code() == absl::StatusCode::kNotFound);
  }
  Producer producer = Get(engine.NewProducer());
  CHECK(producer.Send(topic, {.value = "v"}).Wait().ok());
  REQUIRE(engine.Close().ok());
  CHECK(producer.Send(topic, {.value = "v"}).Wait().status().code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK_FALSE(engine.NewProducer().ok());
}

TEST_CASE("a deleted topic of another engine does not cost our own topic what it holds back") {
  Engine engine = OpenMemory();
  Engine other = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  const Topic foreign = MakeTopic(other, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1)}));
  const auto before = producer.Send(topic, {.value = "before"});
  REQUIRE(other.DeleteTopic("t").ok());
  const auto status = producer.Send(foreign, {.value = "v"}).Wait().status();
  CHECK(status.code() == absl::StatusCode::kNotFound);
  CHECK(GetErrorCode(status) == ErrorCode::kUnknownTopicOrPartition);
  // In the same batch: the topic has the queue that it had.
  const auto behind = producer.Send(topic, {.value = "behind"});
  CHECK(before.Wait().ok());
  CHECK(behind.ready());
  CHECK(Values(topic) == std::vector<std::string>{"before", "behind"});
}

TEST_CASE("records that were sent to a folder are there after it is opened again") {
  Folder folder;
  {
    Engine engine = Get(Open(folder.data()));
    const Topic topic = MakeTopic(engine, "t");
    Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1)}));
    SendNumbers(producer, topic, 100);
    producer.Send(topic, {.value = "last"});
  }
  Engine engine = Get(Open(folder.data()));
  const auto values = Values(Get(engine.FindTopic("t")));
  REQUIRE(values.size() == 101);
  CHECK(values[99] == "99");
  CHECK(values[100] == "last");
}

TEST_CASE("with flush.messages=1 a record that is acknowledged survives a power cut") {
  auto storage = std::make_shared<FaultyStorage>();
  Options options;
  options.storage = storage;
  Engine engine = Get(Open("data", options));
  const Topic topic = MakeTopic(engine, "t", 1, {{"flush.messages", "1"}});
  for (const absl::Duration linger : {absl::ZeroDuration(), absl::Hours(1)}) {
    Producer producer = Get(engine.NewProducer({.linger = linger}));
    const std::int64_t syncs = storage->calls(FileCall::kSync);
    const RecordMetadata at = Get(producer.Send(topic, {.value = "v"}).Wait());
    CHECK(storage->calls(FileCall::kSync) > syncs);
    CHECK(EndOf(topic) == at.offset + 1);
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
      Options after;
      after.storage = storage->PowerLoss(seed);
      REQUIRE(after.storage != nullptr);
      Engine recovered = Get(Open("data", after));
      CHECK(EndOf(Get(recovered.FindTopic("t"))) == at.offset + 1);
    }
  }
}

}  // namespace
}  // namespace rill::testing
