#include <string>
#include <thread>
#include <vector>

#include "place.h"

namespace rill::testing {
namespace {

// A record a second, from 2020 on.
absl::Time TimeOf(int i) { return absl::FromUnixSeconds(1'577'836'800 + i); }

}  // namespace

TEST_CASE("an assigned consumer reads on from where it is") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("numbers");
  Fill(place, topic, 5);
  Consumer consumer = place.NewConsumer({.reset = kEarliest});
  REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
  CHECK(consumer.assignment() == std::vector<TopicPartition>{{topic.name(), 0}});
  CHECK(ReadValues(consumer, 5) == std::vector<std::string>{"0", "1", "2", "3", "4"});
  CHECK(Get(consumer.Position({topic.name(), 0})) == 5);
  Fill(place, topic, 2, 0, 5);
  CHECK(ReadValues(consumer, 2) == std::vector<std::string>{"5", "6"});
  CHECK(Get(consumer.Poll(kSoon)).empty());
}

TEST_CASE("where a consumer begins is earliest, latest or an error, as it was told") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("begun");
  Fill(place, topic, 3);
  const TopicPartition name = {topic.name(), 0};
  Consumer earliest = place.NewConsumer({.reset = kEarliest});
  REQUIRE(earliest.Assign({name}).ok());
  CHECK(Get(earliest.Position(name)) == 0);
  Consumer latest = place.NewConsumer({.reset = kLatest});
  REQUIRE(latest.Assign({name}).ok());
  CHECK(Get(latest.Position(name)) == 3);
  Fill(place, topic, 1, 0, 3);
  CHECK(ReadValues(latest, 1) == std::vector<std::string>{"3"});
  Consumer none = place.NewConsumer({.reset = kNoReset});
  REQUIRE(none.Assign({name}).ok());
  for (int i = 0; i < 2; ++i) {
    const auto status = none.Poll(kLong).status();
    CHECK(status.code() == absl::StatusCode::kOutOfRange);
    CHECK(GetErrorCode(status) == ErrorCode::kOffsetOutOfRange);
    CHECK(Says(status, topic.name() + "-0"));
  }
  REQUIRE(none.Seek(name, 2).ok());
  CHECK(ReadValues(none, 2) == std::vector<std::string>{"2", "3"});
}

TEST_CASE("an offset that is out of range is put right by the reset policy, or told of") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("short");
  Fill(place, topic, 3);
  const TopicPartition name = {topic.name(), 0};
  Consumer earliest = place.NewConsumer({.reset = kEarliest});
  REQUIRE(earliest.Assign({name}).ok());
  REQUIRE(earliest.Seek(name, 1000).ok());
  CHECK(ReadValues(earliest, 3) == std::vector<std::string>{"0", "1", "2"});
  Consumer none = place.NewConsumer({.reset = kNoReset});
  REQUIRE(none.Assign({name}).ok());
  REQUIRE(none.Seek(name, 1000).ok());
  absl::Status status;
  CHECK(Eventually([&] {
    status = none.Poll(absl::Milliseconds(100)).status();
    return !status.ok();
  }));
  CHECK(status.code() == absl::StatusCode::kOutOfRange);
  REQUIRE(none.Seek(name, 2).ok());
  CHECK(ReadValues(none, 1) == std::vector<std::string>{"2"});
}

TEST_CASE("a consumer seeks to an offset, the beginning, the end and a time") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("sought", 1, {{"retention.ms", "-1"}});
  const TopicPartition name = {topic.name(), 0};
  {
    Producer producer = Get(place.engine().NewProducer());
    for (int i = 0; i < 10; ++i) {
      const std::string value = std::to_string(i);
      producer.Send(topic, {.value = value, .partition = 0, .timestamp = TimeOf(i)}, nullptr);
    }
    REQUIRE(producer.Flush(kLong).ok());
  }
  Consumer consumer = place.NewConsumer({.reset = kEarliest, .max_poll_records = 2});
  REQUIRE(consumer.Assign({name}).ok());
  CHECK(ReadValues(consumer, 2) == std::vector<std::string>{"0", "1"});
  const auto next = [&] { return ReadValues(consumer, 1).at(0); };
  REQUIRE(consumer.Seek(name, 7).ok());
  CHECK(Get(consumer.Position(name)) == 7);
  CHECK(next() == "7");
  REQUIRE(consumer.Seek(name, 3).ok());
  CHECK(next() == "3");
  REQUIRE(consumer.SeekToBeginning().ok());
  CHECK(next() == "0");
  REQUIRE(consumer.SeekToTime(TimeOf(5) - absl::Milliseconds(1), {name}).ok());
  CHECK(next() == "5");
  REQUIRE(consumer.SeekToTime(TimeOf(100)).ok());
  CHECK(Get(consumer.Position(name)) == 10);
  REQUIRE(consumer.Seek(name, 0).ok());
  REQUIRE(consumer.SeekToEnd({name}).ok());
  CHECK(Get(consumer.Position(name)) == 10);
  CHECK(Get(consumer.Poll(kSoon)).empty());
  CHECK(consumer.Seek(name, -1).code() == absl::StatusCode::kInvalidArgument);
  CHECK(consumer.Seek({topic.name(), 9}, 0).code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("Poll gives at most max_poll_records, and ranges say what was read") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("portions");
  Fill(place, topic, 25);
  Consumer consumer = place.NewConsumer({.reset = kEarliest, .max_poll_records = 10});
  REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
  std::int64_t next = 0;
  while (next < 25) {
    const Records records = Get(consumer.Poll(kLong));
    std::int64_t count = 0;
    for (const Record& record : records) {
      CHECK(record.offset() == next + count);
      ++count;
    }
    CHECK(count <= 10);
    REQUIRE(records.ranges().size() == 1);
    CHECK(records.ranges().front().first_offset == next);
    next += count;
    CHECK(records.ranges().front().next_offset == next);
    CHECK(Get(consumer.Position({topic.name(), 0})) == next);
  }
  CHECK(next == 25);
}

TEST_CASE("what Poll gave stays readable in another thread when all else is gone") {
  std::optional<Place> place(ANY_PLACE);
  const Topic topic = place->MakeTopic("kept");
  Fill(*place, topic, 3);
  Records records;
  {
    Consumer consumer = place->NewConsumer({.reset = kEarliest});
    REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
    records = Get(consumer.Poll(kLong));
  }
  place.reset();
  std::vector<std::string> values;
  std::thread([&] { values = Values(records); }).join();
  REQUIRE_FALSE(values.empty());
  CHECK(values[0] == "0");
  CHECK(records.Check().ok());
}

TEST_CASE("the lag is what lies between the position and the end") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("behind");
  Fill(place, topic, 10);
  const TopicPartition name = {topic.name(), 0};
  Consumer consumer = place.NewConsumer({.reset = kEarliest});
  REQUIRE(consumer.Assign({name}).ok());
  CHECK(Get(consumer.Lag(name)) == 10);
  REQUIRE(consumer.Seek(name, 7).ok());
  CHECK(Get(consumer.Lag(name)) == 3);
  REQUIRE(consumer.SeekToEnd().ok());
  CHECK(Get(consumer.Lag(name)) == 0);
}

TEST_CASE("a paused partition gives nothing until it is resumed, from where it is then") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("paused", 2);
  Fill(place, topic, 4, 0);
  Consumer consumer = place.NewConsumer({.reset = kEarliest, .max_poll_records = 1});
  const TopicPartition first = {topic.name(), 0};
  REQUIRE(consumer.Assign({first, {topic.name(), 1}}).ok());
  CHECK(ReadValues(consumer, 1) == std::vector<std::string>{"0"});
  REQUIRE(consumer.Pause({first}).ok());
  CHECK(consumer.paused() == std::vector<TopicPartition>{first});
  Fill(place, topic, 1, 1, 100);
  CHECK(ReadValues(consumer, 1) == std::vector<std::string>{"100"});
  CHECK(Get(consumer.Poll(kSoon)).empty());
  REQUIRE(consumer.Seek(first, 2).ok());
  CHECK(Get(consumer.Poll(kSoon)).empty());
  REQUIRE(consumer.Resume({first}).ok());
  CHECK(consumer.paused().empty());
  CHECK(ReadValues(consumer, 2) == std::vector<std::string>{"2", "3"});
}

TEST_CASE("Wakeup ends the Poll that waits, or the next one, and no other") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("quiet");
  Consumer consumer = place.NewConsumer({.reset = kEarliest});
  REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
  CHECK(Get(consumer.Poll(kSoon)).empty());
  consumer.Wakeup();
  CHECK(consumer.Poll(kLong).status().code() == absl::StatusCode::kCancelled);
  CHECK(Get(consumer.Poll(kSoon)).empty());
  std::thread waker([&] {
    absl::SleepFor(kSoon);
    consumer.Wakeup();
  });
  const auto woken = consumer.Poll(absl::Minutes(5)).status();
  waker.join();
  CHECK(woken.code() == absl::StatusCode::kCancelled);
}

TEST_CASE("Poll without anything to read from, after Close and after the engine's end says so") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("over");
  Consumer consumer = place.NewConsumer();
  CHECK(consumer.Poll(kLong).status().code() == absl::StatusCode::kFailedPrecondition);
  Consumer other = place.NewConsumer();
  REQUIRE(other.Assign({{topic.name(), 0}}).ok());
  CHECK(consumer.Close().ok());
  CHECK(consumer.Close().ok());
  CHECK(consumer.Poll(kLong).status().code() == absl::StatusCode::kFailedPrecondition);
  REQUIRE(place.engine().Close().ok());
  CHECK(other.Poll(kLong).status().code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("partitions that are not there cannot be assigned, deleted ones are missed") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("soon-gone");
  Consumer consumer = place.NewConsumer({.reset = kEarliest});
  for (const TopicPartition& name :
       {TopicPartition{topic.name(), 1}, TopicPartition{place.Name("never"), 0}}) {
    const auto status = consumer.Assign({name});
    CHECK(status.code() == absl::StatusCode::kNotFound);
    CHECK(GetErrorCode(status) == ErrorCode::kUnknownTopicOrPartition);
  }
  CHECK(consumer.assignment().empty());
  REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
  CHECK(Get(consumer.Poll(kSoon)).empty());
  REQUIRE(place.engine().DeleteTopic(topic.name()).ok());
  absl::Status status;
  CHECK(Eventually([&] {
    status = consumer.Poll(absl::Milliseconds(100)).status();
    return !status.ok();
  }));
  CHECK(status.code() == absl::StatusCode::kNotFound);
}

TEST_CASE("options of a consumer out of range are refused by name") {
  Place place(ANY_PLACE);
  const auto refused = [&](const ConsumerOptions& options, std::string_view name) {
    const auto status = place.engine().NewConsumer(options).status();
    INFO(status);
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(Says(status, name));
  };
  refused({.max_poll_records = 0}, "max_poll_records");
  refused({.enable_auto_commit = true}, "group");
  refused({.partition_assignment_strategy = {"fair"}}, "fair");
  refused({.configs = {{"no.such.property", "1"}}}, "no.such.property");
}

}  // namespace rill::testing
