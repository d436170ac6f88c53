#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "place.h"
#include "rill/partitioner.h"

namespace rill::testing {
namespace {

Producer NewProducer(Place& place, const ProducerOptions& options = {}) {
  return Get(place.engine().NewProducer(options));
}

Records ReadSome(Place& place, const std::vector<TopicPartition>& partitions) {
  Consumer consumer = place.NewConsumer({.reset = kEarliest});
  REQUIRE(consumer.Assign(partitions).ok());
  return Get(consumer.Poll(kLong));
}

}  // namespace

TEST_CASE("a record arrives with its key, headers and time, null told from empty") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("all");
  Producer producer = NewProducer(place);
  const Header headers[] = {{"first", "1"}, {"null", {}}, {"empty", ""}, {"first", "2"}};
  const absl::Time time = absl::FromUnixMillis(1'600'000'000'123);
  producer.Send(topic, {.key = "key", .value = "value", .headers = headers, .timestamp = time},
                nullptr);
  producer.Send(topic, {.key = "", .value = ""}, nullptr);
  producer.Send(topic, {}, nullptr);
  REQUIRE(producer.Flush(kLong).ok());

  Consumer consumer = place.NewConsumer({.reset = kEarliest});
  REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
  std::vector<Records> all;
  std::size_t count = 0;
  while (count < 3) {
    all.push_back(Get(consumer.Poll(kLong)));
    for (const Record& record : all.back()) {
      CHECK(record.topic() == topic.name());
      CHECK(record.offset() == static_cast<std::int64_t>(count));
      if (count == 0) {
        CHECK(record.key() == "key");
        CHECK(record.value() == "value");
        CHECK(record.timestamp() == time);
        REQUIRE(record.headers().size() == 4);
        CHECK(record.headers().Last("first") == "2");
        std::vector<Header> seen;
        for (const Header& header : record.headers()) seen.push_back(header);
        CHECK(IsNull(seen[1].value));
        CHECK_FALSE(IsNull(seen[2].value));
        CHECK(seen[2].value.empty());
      } else {
        const bool is_null = count == 2;
        CHECK(IsNull(record.key()) == is_null);
        CHECK(IsNull(record.value()) == is_null);
        CHECK(record.key().empty());
        CHECK(record.headers().empty());
        CHECK(absl::AbsDuration(absl::Now() - record.timestamp()) < absl::Minutes(5));
      }
      ++count;
    }
    REQUIRE_FALSE(all.back().empty());
    CHECK(all.back().Check().ok());
  }
}

TEST_CASE("a result tells where its record landed, and outlives producer and engine") {
  std::optional<Place> place(ANY_PLACE);
  const Topic topic = place->MakeTopic("landed", 2);
  std::optional<Producer> producer(NewProducer(*place));
  const absl::Time time = absl::FromUnixMillis(1'600'000'000'000);
  const PendingSend first = producer->Send(topic, {.value = "a", .partition = 1});
  const PendingSend second =
      producer->Send(topic, {.value = "b", .partition = 1, .timestamp = time});
  REQUIRE(producer->Flush(kLong).ok());
  CHECK(second.ready());
  const std::string name = topic.name();
  producer.reset();
  place.reset();
  CHECK(Get(first.Wait()).offset == 0);
  const RecordMetadata landed = Get(second.Wait());
  CHECK(landed.topic == name);
  CHECK(landed.partition == 1);
  CHECK(landed.offset == 1);
  CHECK(landed.timestamp_ms == absl::ToUnixMillis(time));
}

TEST_CASE("a key goes to Kafka's partition of it, everywhere") {
  Place place(ANY_PLACE);
  constexpr int kPartitions = 5;
  const Topic topic = place.MakeTopic("spread", kPartitions);
  Producer producer = NewProducer(place);
  std::vector<std::pair<std::string, PendingSend>> sent;
  for (int i = 0; i < 30; ++i) {
    std::string key = i == 0 ? "" : "key-" + std::to_string(i);
    PendingSend send = producer.Send(topic, {.key = key, .value = "v"});
    sent.emplace_back(std::move(key), std::move(send));
  }
  for (const auto& [key, send] : sent) {
    INFO(key);
    CHECK(Get(send.Wait(kLong)).partition == PartitionForKey(key, kPartitions));
  }
}

TEST_CASE("the application's partitioner sees topic, key and count, and may not choose beyond it") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("chosen", 5);
  int asked = 0;
  Producer producer = NewProducer(
      place, {.partitioner = [&](std::string_view name, std::string_view key, std::int32_t count) {
        ++asked;
        CHECK(name == topic.name());
        CHECK(count == 5);
        return static_cast<std::int32_t>(key.size());
      }});
  const auto send = [&](const ProducerRecord& record) {
    return producer.Send(topic, record).Wait(kLong);
  };
  CHECK(Get(send({.key = "abc", .value = "v"})).partition == 3);
  CHECK(Get(send({.value = "v"})).partition == 0);
  CHECK(asked == 2);
  CHECK(Get(send({.key = "abc", .value = "v", .partition = 1})).partition == 1);
  CHECK(asked == 2);
  const auto refused = send({.key = "abcde", .value = "v"}).status();
  CHECK(refused.code() == absl::StatusCode::kInvalidArgument);
  CHECK(GetErrorCode(refused) == ErrorCode::kUnknownTopicOrPartition);
  CHECK(Says(refused, "partition 5 of topic " + topic.name()));
}

TEST_CASE("every codec is read back") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("packed");
  const std::string value(5000, 'x');
  for (const Compression codec : {Compression::kNone, Compression::kGzip, Compression::kSnappy,
                                  Compression::kLz4, Compression::kZstd}) {
    Producer producer = NewProducer(place, {.compression = codec});
    INFO(CompressionName(codec));
    CHECK(producer.Send(topic, {.value = value}).Wait(kLong).ok());
  }
  Consumer consumer = place.NewConsumer({.reset = kEarliest});
  REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
  CHECK(ReadValues(consumer, 5) == std::vector<std::string>(5, value));
}

TEST_CASE("records that linger go when somebody waits, flushes, or time is over") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("slow");
  Producer producer = NewProducer(place, {.linger = absl::Minutes(10)});
  const PendingSend waited = producer.Send(topic, {.value = "0"});
  CHECK_FALSE(waited.ready());
  CHECK(Get(waited.Wait(kLong)).offset == 0);
  const PendingSend flushed = producer.Send(topic, {.value = "1"});
  CHECK(producer.Flush(kLong).ok());
  CHECK(flushed.ready());
  Producer quick = NewProducer(place, {.linger = absl::Milliseconds(5)});
  const PendingSend sent = quick.Send(topic, {.value = "2"});
  CHECK(Eventually([&] { return sent.ready(); }));
}

TEST_CASE("callbacks report each record once, with where it landed, and may send") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("told");
  Producer producer = NewProducer(place);
  std::atomic<int> told = 0;
  std::vector<std::int64_t> offsets(20, -1);
  for (int i = 0; i < 20; ++i) {
    producer.Send(topic, {.value = "v"}, [&, i](const absl::StatusOr<RecordMetadata>& at) {
      if (at.ok()) offsets[static_cast<std::size_t>(i)] = at->offset;
      ++told;
    });
  }
  REQUIRE(producer.Flush(kLong).ok());
  CHECK(told == 20);
  for (std::size_t i = 0; i < 20; ++i) CHECK(offsets[i] == static_cast<std::int64_t>(i));
  absl::Status flushed_inside;
  producer.Send(topic, {.value = "first"}, [&](const absl::StatusOr<RecordMetadata>&) {
    flushed_inside = producer.Flush();
    producer.Send(topic, {.value = "second"},
                  [&](const absl::StatusOr<RecordMetadata>&) { ++told; });
  });
  CHECK(Eventually([&] { return told == 21; }));
  CHECK(flushed_inside.code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("what cannot be sent fails with Kafka's code, and Flush tells of the first") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("refusing", 2, {{"max.message.bytes", "5000"}});
  Producer producer = NewProducer(place, {.max_request_size = 20000});
  const auto failure = [&](const ProducerRecord& record, absl::StatusCode kind, ErrorCode code) {
    const absl::Status status = producer.Send(topic, record).Wait(kLong).status();
    INFO(status);
    CHECK(status.code() == kind);
    CHECK(std::string(ErrorCodeName(GetErrorCode(status))) == ErrorCodeName(code));
  };
  const std::string above_the_topics(6000, 'x');
  const std::string above_the_producers(30000, 'x');
  failure({.value = "v", .partition = 2}, absl::StatusCode::kInvalidArgument,
          ErrorCode::kUnknownTopicOrPartition);
  failure({.value = above_the_topics}, absl::StatusCode::kInvalidArgument,
          ErrorCode::kMessageTooLarge);
  failure({.value = above_the_producers}, absl::StatusCode::kInvalidArgument,
          ErrorCode::kMessageTooLarge);
  failure({.value = "v", .timestamp = absl::FromUnixMillis(-1)}, absl::StatusCode::kInvalidArgument,
          ErrorCode::kInvalidTimestamp);
  const Header nameless[] = {{{}, "v"}};
  failure({.value = "v", .headers = nameless}, absl::StatusCode::kInvalidArgument,
          ErrorCode::kInvalidRecord);
  CHECK(GetErrorCode(producer.Flush(kLong)) == ErrorCode::kUnknownTopicOrPartition);
  CHECK(producer.Flush(kLong).ok());
  CHECK(Get(producer.Send(topic, {.value = "v", .partition = 0}).Wait(kLong)).offset == 0);
}

TEST_CASE("Close sends what lingers, and refuses what comes later") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("closing");
  Producer producer = NewProducer(place, {.linger = absl::Minutes(10)});
  const PendingSend sent = producer.Send(topic, {.value = "v"});
  CHECK(producer.Close(kLong).ok());
  CHECK(Get(sent.Wait()).offset == 0);
  CHECK(producer.Close(kLong).ok());
  CHECK(producer.Send(topic, {.value = "late"}).Wait().status().code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(producer.Flush().code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("an engine that closes sends what its producers hold back") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("held");
  Producer producer = NewProducer(place, {.linger = absl::Minutes(10)});
  const PendingSend sent = producer.Send(topic, {.value = "v"});
  CHECK(place.engine().Close().ok());
  CHECK(Get(sent.Wait()).offset == 0);
  CHECK(producer.Send(topic, {.value = "late"}).Wait().status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("a producer may be destroyed in a callback of its own") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("gone");
  std::optional<Producer> producer(NewProducer(place, {.linger = absl::Milliseconds(1)}));
  std::atomic<bool> sent = false;
  std::atomic<bool> told = false;
  producer->Send(topic, {.value = "v"}, [&](const absl::StatusOr<RecordMetadata>&) {
    while (!sent) {
    }
    producer.reset();
    told = true;
  });
  sent = true;
  CHECK(Eventually([&] { return told.load(); }));
  CHECK(place.engine().Close().ok());
}

TEST_CASE("a numbered producer sends in order") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("numbered");
  Producer producer = NewProducer(place, {.enable_idempotence = true});
  SendNumbers(producer, topic, 100);
  Consumer consumer = place.NewConsumer({.reset = kEarliest});
  REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
  const auto values = ReadValues(consumer, 100);
  REQUIRE(values.size() == 100);
  for (std::size_t i = 0; i < 100; ++i) CHECK(values[i] == std::to_string(i));
}

TEST_CASE("where the log stamps the time, reports and records show the log's") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("stamped", 1, {{"message.timestamp.type", "LogAppendTime"}});
  Producer producer = NewProducer(place);
  const absl::Time old = absl::FromUnixMillis(1'600'000'000'000);
  const PendingSend sent = producer.Send(topic, {.value = "v", .timestamp = old});
  const RecordMetadata landed = Get(sent.Wait(kLong));
  CHECK(landed.timestamp_ms > absl::ToUnixMillis(old));
  const Records records = ReadSome(place, {{topic.name(), 0}});
  REQUIRE_FALSE(records.empty());
  CHECK(records.begin()->timestamp_ms() == landed.timestamp_ms);
}

TEST_CASE("options of a producer out of range are refused by name") {
  Place place(ANY_PLACE);
  const auto refused = [&](const ProducerOptions& options, std::string_view name) {
    const auto status = place.engine().NewProducer(options).status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(Says(status, name));
  };
  refused({.linger = absl::Seconds(-1)}, "linger");
  refused({.max_block = absl::Seconds(-1)}, "max_block");
  refused({.max_request_size = 0}, "max_request_size");
  refused({.configs = {{"no.such.property", "1"}}}, "no.such.property");
}

}  // namespace rill::testing
