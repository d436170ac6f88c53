#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "place.h"

namespace rill::testing {
namespace {

using Partitions = std::vector<TopicPartition>;

}  // namespace

TEST_CASE("what was committed is where the next consumer of the group begins") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("orders");
  const std::string group = place.Name("billing");
  const TopicPartition name = {topic.name(), 0};
  Fill(place, topic, 10);
  {
    Consumer consumer =
        place.NewConsumer({.group = group, .reset = kEarliest, .max_poll_records = 3});
    REQUIRE(consumer.Assign({name}).ok());
    CHECK(consumer.Committed(name).status().code() == absl::StatusCode::kNotFound);
    const Records records = Get(consumer.Poll(kLong));
    const std::int64_t next = records.ranges().front().next_offset;
    CHECK(consumer.Commit(records).ok());
    CHECK(Get(consumer.Committed(name)).offset == next);
    REQUIRE(consumer.Seek(name, 6).ok());
    CHECK(consumer.Commit().ok());
    CHECK(Get(consumer.Committed(name)).offset == 6);
    CHECK(consumer.Commit({{name, {.offset = 4, .metadata = "by hand"}}}).ok());
  }
  CHECK(Get(place.engine().CommittedOffsets(group)).at(name).offset == 4);
  Consumer consumer = place.NewConsumer({.group = group, .reset = kEarliest});
  REQUIRE(consumer.Assign({name}).ok());
  CHECK(Get(consumer.Committed(name)).metadata == "by hand");
  CHECK(Get(consumer.Position(name)) == 4);
  CHECK(ReadValues(consumer, 6).front() == "4");
}

TEST_CASE("commits without waiting are done by the next call, in order, with their callbacks") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("async");
  const std::string group = place.Name("later");
  const TopicPartition name = {topic.name(), 0};
  Consumer consumer = place.NewConsumer({.group = group, .reset = kEarliest});
  REQUIRE(consumer.Assign({name}).ok());
  std::vector<std::string> told;
  consumer.CommitAsync({{name, {.offset = 1}}}, [&](const absl::Status& status) {
    told.push_back("1 " + status.ToString());
  });
  consumer.CommitAsync({{name, {.offset = 2}}}, [&](const absl::Status& status) {
    told.push_back("2 " + status.ToString());
  });
  CHECK(told.empty());
  CHECK(Get(consumer.Poll(absl::ZeroDuration())).empty());
  CHECK(told == std::vector<std::string>{"1 OK", "2 OK"});
  CHECK(Get(consumer.Committed(name)).offset == 2);
  consumer.CommitAsync({{name, {.offset = 3}}});
  CHECK(consumer.Close().ok());
  CHECK(Get(place.engine().CommittedOffsets(group)).at(name).offset == 3);
}

TEST_CASE("auto-commit stores the position when the consumer closes") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("auto", 2);
  const std::string group = place.Name("auto");
  Fill(place, topic, 4);
  {
    Consumer consumer =
        place.NewConsumer({.group = group, .reset = kEarliest, .enable_auto_commit = true});
    REQUIRE(consumer.Subscribe({topic.name()}).ok());
    CHECK(ReadValues(consumer, 4).size() == 4);
  }
  CHECK(Get(place.engine().CommittedOffsets(group)).at({topic.name(), 0}).offset == 4);
}

TEST_CASE("without a group there is no membership and there are no commits") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("alone");
  Consumer consumer = place.NewConsumer();
  for (const absl::Status& status : {consumer.Subscribe({topic.name()}), consumer.Commit()}) {
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(GetErrorCode(status) == ErrorCode::kInvalidGroupId);
  }
}

TEST_CASE("offsets that cannot be are refused") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("strict");
  Consumer consumer = place.NewConsumer({.group = place.Name("strict")});
  REQUIRE(consumer.Assign({{topic.name(), 0}}).ok());
  CHECK(consumer.Commit({{{topic.name(), 0}, {.offset = -1}}}).code() ==
        absl::StatusCode::kInvalidArgument);
  const auto missing = consumer.Commit({{{topic.name(), 7}, {.offset = 1}}});
  CHECK(missing.code() == absl::StatusCode::kNotFound);
  CHECK(GetErrorCode(missing) == ErrorCode::kUnknownTopicOrPartition);
}

TEST_CASE("one member has every partition and reads them all") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("whole", 3);
  for (int partition = 0; partition < 3; ++partition) Fill(place, topic, 2, partition);
  Consumer consumer = Get(place.engine().Subscribe(place.Name("one"), {topic.name()},
                                                   place.Quick({.reset = kEarliest})));
  CHECK(consumer.subscription() == std::vector<std::string>{topic.name()});
  CHECK(ReadValues(consumer, 6).size() == 6);
  CHECK(Holds(consumer, 3));
  CHECK_FALSE(consumer.member_id().empty());
  CHECK(consumer.Commit().ok());
  CHECK(consumer.Unsubscribe().ok());
  CHECK(consumer.assignment().empty());
  CHECK(consumer.Poll(kSoon).status().code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("a member that subscribes to no topics is none") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("left", 1);
  Fill(place, topic, 1);
  Consumer consumer = Get(place.engine().Subscribe(place.Name("leaving"), {topic.name()},
                                                   place.Quick({.reset = kEarliest})));
  CHECK(ReadValues(consumer, 1).size() == 1);
  CHECK(consumer.Subscribe({}).ok());
  CHECK(consumer.assignment().empty());
  CHECK(consumer.Poll(kSoon).status().code() == absl::StatusCode::kFailedPrecondition);
  Consumer other = Get(place.engine().Subscribe(place.Name("none"), {}));
  CHECK(other.Poll(kSoon).status().code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("members share the partitions, and take over those of one that leaves") {
  Place place(ANY_PLACE);
  const std::string strategy = GENERATE("range", "roundrobin", "cooperative-sticky");
  CAPTURE(strategy);
  const Topic topic = place.MakeTopic("shared", 4);
  const std::string group = place.Name("team");
  std::set<TopicPartition> first_has;
  ConsumerOptions options = {.group = group, .reset = kEarliest};
  options.partition_assignment_strategy = {strategy};
  const ConsumerOptions plain = options;
  options.rebalance_listener.on_assigned = [&](const Partitions& given) {
    first_has.insert(given.begin(), given.end());
  };
  options.rebalance_listener.on_revoked = [&](const Partitions& taken) {
    for (const TopicPartition& name : taken) first_has.erase(name);
  };
  Consumer first = place.NewConsumer(options);
  Consumer second = place.NewConsumer(plain);
  REQUIRE(first.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&first}, [&] { return Holds(first, 4); }));
  CHECK(first_has.size() == 4);
  REQUIRE(second.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&first, &second}, [&] { return Holds(first, 2) && Holds(second, 2); }));
  const auto has = first.assignment();
  CHECK(first_has == std::set<TopicPartition>(has.begin(), has.end()));
  const GroupDescription described = Get(place.engine().DescribeGroup(group));
  CHECK(described.members.size() == 2);
  CHECK(described.assignor == strategy);
  CHECK(second.Close().ok());
  REQUIRE(PollUntil({&first}, [&] { return Holds(first, 4); }));
  CHECK(first_has.size() == 4);
}

TEST_CASE("what is committed in on_revoked is not read again by the next owner") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("handed");
  const std::string group = place.Name("relay");
  Fill(place, topic, 5);
  Consumer* committer = nullptr;
  absl::Status committed = absl::UnknownError("not called");
  ConsumerOptions options = {.group = group, .reset = kEarliest};
  options.rebalance_listener.on_revoked = [&](const Partitions&) {
    committed = committer->Commit();
  };
  Consumer first = place.NewConsumer(options);
  committer = &first;
  REQUIRE(first.Subscribe({topic.name()}).ok());
  CHECK(ReadValues(first, 5).size() == 5);
  CHECK(first.Close().ok());
  CHECK(committed.ok());
  Fill(place, topic, 1, 0, 5);
  Consumer second = place.NewConsumer({.group = group, .reset = kEarliest});
  REQUIRE(second.Subscribe({topic.name()}).ok());
  CHECK(ReadValues(second, 1) == std::vector<std::string>{"5"});
}

TEST_CASE("a member seeks where it is given its partitions") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("placed");
  Fill(place, topic, 10);
  Consumer* seeker = nullptr;
  ConsumerOptions options = {.group = place.Name("seekers"), .reset = kEarliest};
  absl::Status sought = absl::UnknownError("not called");
  options.rebalance_listener.on_assigned = [&](const Partitions& given) {
    sought = seeker->Seek(given.at(0), 8);
  };
  Consumer consumer = place.NewConsumer(options);
  seeker = &consumer;
  REQUIRE(consumer.Subscribe({topic.name()}).ok());
  for (const absl::Status& early :
       {consumer.SeekToBeginning(), consumer.SeekToEnd(), consumer.SeekToTime(absl::Now())}) {
    CHECK(early.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(Says(early, "after a Poll"));
  }
  CHECK(ReadValues(consumer, 2) == std::vector<std::string>{"8", "9"});
  CHECK(sought.ok());
  REQUIRE(consumer.Seek({topic.name(), 0}, 1).ok());
  CHECK(ReadValues(consumer, 9).front() == "1");
  REQUIRE(consumer.SeekToBeginning().ok());
  CHECK(ReadValues(consumer, 10).front() == "0");
}

TEST_CASE("a commit of a partition that went to another member is refused") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("split", 2);
  const std::string group = place.Name("split");
  Consumer first = place.NewConsumer({.group = group, .reset = kEarliest});
  Consumer second = place.NewConsumer({.group = group, .reset = kEarliest});
  REQUIRE(first.Subscribe({topic.name()}).ok());
  REQUIRE(second.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&first, &second}, [&] { return Holds(first, 1) && Holds(second, 1); }));
  const auto refused = first.Commit({{second.assignment().at(0), {.offset = 1}}});
  CHECK(refused.code() == absl::StatusCode::kAborted);
  CHECK(GetErrorCode(refused) == ErrorCode::kIllegalGeneration);
  CHECK(first.Commit({{first.assignment().at(0), {.offset = 0}}}).ok());
}

TEST_CASE("topics that come are taken up by name and by pattern") {
  Place place(ANY_PLACE);
  const std::string late = place.Name("late-one");
  Consumer by_name = place.NewConsumer({.group = place.Name("names"), .reset = kEarliest});
  REQUIRE(by_name.Subscribe({late}).ok());
  Consumer by_pattern = place.NewConsumer({.group = place.Name("patterns"), .reset = kEarliest});
  CHECK(by_pattern.SubscribePattern("(").code() == absl::StatusCode::kInvalidArgument);
  REQUIRE(by_pattern.SubscribePattern(place.Name("late-[a-z]+")).ok());
  CHECK(Get(by_name.Poll(kSoon)).empty());
  CHECK(Get(by_pattern.Poll(kSoon)).empty());
  const Topic topic = place.MakeTopic("late-one");
  Fill(place, topic, 1);
  CHECK(ReadValues(by_name, 1) == std::vector<std::string>{"0"});
  CHECK(ReadValues(by_pattern, 1) == std::vector<std::string>{"0"});
  CHECK(by_pattern.subscription() == std::vector<std::string>{topic.name()});
}

TEST_CASE("a consumer changes between subscription and assignment") {
  Place place(ANY_PLACE);
  const std::string strategy = GENERATE("range", "cooperative-sticky");
  CAPTURE(strategy);
  const Topic topic = place.MakeTopic("changing", 2);
  Fill(place, topic, 1, 0, 0);
  Fill(place, topic, 1, 1, 1);
  Consumer consumer = place.NewConsumer({.group = place.Name("changing"),
                                         .reset = kEarliest,
                                         .partition_assignment_strategy = {strategy}});
  REQUIRE(consumer.Subscribe({topic.name()}).ok());
  CHECK(ReadValues(consumer, 2).size() == 2);
  REQUIRE(consumer.Assign({{topic.name(), 1}}).ok());
  CHECK(consumer.subscription().empty());
  CHECK(ReadValues(consumer, 1) == std::vector<std::string>{"1"});
  REQUIRE(consumer.Subscribe({topic.name()}).ok());
  CHECK(ReadValues(consumer, 2).size() == 2);
}

TEST_CASE("groups are listed, described and deleted when they are empty") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("grouped");
  const std::string group = place.Name("members");
  Engine& engine = place.engine();
  const auto state = [&] {
    const auto described = engine.DescribeGroup(group);
    return described.ok() ? std::string(GroupStateName(described->state)) : "none";
  };
  CHECK(engine.DescribeGroup(group).status().code() == absl::StatusCode::kNotFound);
  CHECK(GetErrorCode(engine.DeleteGroup(group)) == ErrorCode::kGroupIdNotFound);
  CHECK(Get(engine.CommittedOffsets(group)).empty());
  Consumer consumer = place.NewConsumer({.group = group, .client_id = "tester"});
  REQUIRE(consumer.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&consumer}, [&] { return Holds(consumer, 1) && state() == "Stable"; }));
  const auto listed = engine.ListGroups();
  CHECK(std::any_of(listed.begin(), listed.end(),
                    [&](const GroupListing& one) { return one.group == group; }));
  const GroupDescription described = Get(engine.DescribeGroup(group));
  REQUIRE(described.members.size() == 1);
  CHECK(described.members[0].client_id == "tester");
  CHECK(described.members[0].member_id == consumer.member_id());
  CHECK(described.members[0].assignment == Partitions{{topic.name(), 0}});
  const auto refused = engine.DeleteGroup(group);
  CHECK(refused.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(GetErrorCode(refused) == ErrorCode::kNonEmptyGroup);
  REQUIRE(consumer.Commit({{{topic.name(), 0}, {.offset = 0}}}).ok());
  REQUIRE(consumer.Close().ok());
  CHECK(Eventually([&] { return state() == "Empty"; }));
  CHECK(engine.DeleteGroup(group).ok());
  CHECK(engine.DescribeGroup(group).status().code() == absl::StatusCode::kNotFound);
}

}  // namespace rill::testing
