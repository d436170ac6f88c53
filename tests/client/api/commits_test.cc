// Commits: when they are stored, when they are refused, and who hears of it.

#include <string>
#include <vector>

#include "place.h"

namespace rill::testing {

TEST_CASE("a callback of a commit may use the consumer, but not change what it reads") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("called-back", 2);
  const TopicPartition zero = {topic.name(), 0};
  Fill(place, topic, 10);
  Consumer consumer = place.NewConsumer({.group = place.Name("callers"), .reset = kEarliest});
  REQUIRE(consumer.Assign({zero}).ok());
  absl::Status told = absl::UnknownError("not called");
  absl::Status committed = told;
  std::vector<absl::Status> refusals;
  consumer.CommitAsync([&](const absl::Status& status) {
    told = status;
    committed = consumer.Commit({{zero, {.offset = 3}}});
    refusals = {consumer.Poll(absl::ZeroDuration()).status(), consumer.Close(),
                consumer.Subscribe({topic.name()}), consumer.Unsubscribe(),
                consumer.Assign({{topic.name(), 1}})};
  });
  // From what the callback committed, which comes before the first position is looked up.
  const auto values = ReadValues(consumer, 7);
  REQUIRE(values.size() == 7);
  CHECK(values.front() == "3");
  CHECK(told.ok());
  CHECK(committed.ok());
  REQUIRE(refusals.size() == 5);
  for (const absl::Status& refusal : refusals) {
    CHECK(refusal.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(Says(refusal, "CommitCallback"));
  }
  CHECK(consumer.assignment() == std::vector<TopicPartition>{zero});
  CHECK(consumer.Assign({{topic.name(), 1}}).ok());
}

TEST_CASE("a commit with a partition that is not there is refused") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("half-there", 1);
  Consumer consumer = place.NewConsumer({.group = place.Name("half-there")});
  const absl::Status refused =
      consumer.Commit({{{topic.name(), 0}, {.offset = 0}}, {{topic.name(), 7}, {.offset = 0}}});
  INFO(refused.ToString());
  CHECK(GetErrorCode(refused) == ErrorCode::kUnknownTopicOrPartition);
}

TEST_CASE("a commit without waiting in on_revoked is stored before the partitions go") {
  Place place(ANY_PLACE);
  const bool closes = GENERATE(false, true);
  CAPTURE(closes);
  const Topic topic = place.MakeTopic("last-words", 2);
  const std::string group = place.Name("last-words");
  Fill(place, topic, 10);
  Consumer* self = nullptr;
  std::vector<absl::Status> answers;
  ConsumerOptions options;
  options.group = group;
  options.reset = kEarliest;
  options.partition_assignment_strategy = {"range"};
  Consumer other = place.NewConsumer(options);
  options.rebalance_listener.on_revoked = [&](const std::vector<TopicPartition>&) {
    self->CommitAsync([&](const absl::Status& status) { answers.push_back(status); });
  };
  Consumer consumer = place.NewConsumer(options);
  self = &consumer;
  REQUIRE(consumer.Subscribe({topic.name()}).ok());
  REQUIRE(ReadValues(consumer, 10).size() == 10);
  if (closes) {
    REQUIRE(consumer.Close().ok());
  } else {
    REQUIRE(other.Subscribe({topic.name()}).ok());
    REQUIRE(PollUntil({&consumer, &other}, [&] { return Holds(consumer, 1) && Holds(other, 1); }));
  }
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].ok());
  CHECK(Get(place.engine().CommittedOffsets(group)).at({topic.name(), 0}).offset == 10);
  CHECK(consumer.Close().ok());
}

TEST_CASE("assigning what is not there leaves a subscription as it was") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("subscribed", 2);
  const std::string group = place.Name("steady");
  Consumer consumer = place.NewConsumer({.group = group, .reset = kEarliest});
  REQUIRE(consumer.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&consumer}, [&] { return Holds(consumer, 2); }));
  CHECK(consumer.Assign({{place.Name("none"), 0}}).code() == absl::StatusCode::kNotFound);
  CHECK(consumer.subscription() == std::vector<std::string>{topic.name()});
  CHECK(Holds(consumer, 2));
  CHECK(Get(place.engine().DescribeGroup(group)).members.size() == 1);
  Fill(place, topic, 1, 1, 77);
  CHECK(ReadValues(consumer, 1) == std::vector<std::string>{"77"});
}

TEST_CASE("auto-commit stores the position while its consumer goes on polling") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("polled-on");
  const std::string group = place.Name("now-and-then");
  const TopicPartition name = {topic.name(), 0};
  Fill(place, topic, 4);
  Consumer consumer = place.NewConsumer({.group = group,
                                         .reset = kEarliest,
                                         .enable_auto_commit = true,
                                         .auto_commit_interval = absl::Milliseconds(50)});
  REQUIRE(consumer.Assign({name}).ok());
  CHECK(ReadValues(consumer, 4).size() == 4);
  CHECK(PollUntil({&consumer}, [&] {
    const auto committed = Get(place.engine().CommittedOffsets(group));
    const auto found = committed.find(name);
    return found != committed.end() && found->second.offset == 4;
  }));
}

TEST_CASE("metadata is committed as it is, and more than the group may keep is refused") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("annotated");
  const std::string group = place.Name("annotating");
  const TopicPartition name = {topic.name(), 0};
  // offset.metadata.max.bytes, where nobody set it.
  const std::string longest(4096, 'm');
  Consumer consumer = place.NewConsumer({.group = group});
  REQUIRE(consumer.Assign({name}).ok());
  const auto refused = consumer.Commit({{name, {.offset = 1, .metadata = longest + "m"}}});
  INFO(refused);
  CHECK(refused.code() == absl::StatusCode::kInvalidArgument);
  CHECK(GetErrorCode(refused) == ErrorCode::kOffsetMetadataTooLarge);
  CHECK(consumer.Committed(name).status().code() == absl::StatusCode::kNotFound);
  REQUIRE(consumer.Commit({{name, {.offset = 2, .metadata = longest}}}).ok());
  CHECK((Get(consumer.Committed(name)).metadata == longest));
  REQUIRE(consumer.Commit({{name, {.offset = 3, .metadata = "über Nacht"}}}).ok());
  const OffsetAndMetadata committed = Get(place.engine().CommittedOffsets(group)).at(name);
  CHECK(committed.offset == 3);
  CHECK(committed.metadata == "über Nacht");
}

}  // namespace rill::testing
