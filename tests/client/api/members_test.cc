// What members of a group are told, and how partitions go from one to another.

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "place.h"

namespace rill::testing {
namespace {

using Partitions = std::vector<TopicPartition>;
using Strings = std::vector<std::string>;

ConsumerOptions Member(const std::string& group, const std::string& assignor = "range") {
  ConsumerOptions options;
  options.group = group;
  options.reset = kEarliest;
  options.partition_assignment_strategy = {assignor};
  return options;
}

// What a listener was told, in a line each. Outlives the consumers that tell it.
class Diary {
 public:
  RebalanceListener Listener() {
    return {
        .on_revoked = Write("revoked"), .on_assigned = Write("assigned"), .on_lost = Write("lost")};
  }

  Strings lines;

 private:
  std::function<void(const Partitions&)> Write(const std::string& what) {
    return [this, what](const Partitions& partitions) {
      const std::set<TopicPartition> in_order(partitions.begin(), partitions.end());
      std::string line = what;
      for (const TopicPartition& name : in_order) line += ' ' + std::to_string(name.partition);
      lines.push_back(line);
    };
  }
};

// Polls both in turn until each of them has so many.
bool BothHold(Consumer& first, Consumer& second, std::size_t partitions) {
  return PollUntil({&first, &second},
                   [&] { return Holds(first, partitions) && Holds(second, partitions); });
}

// Polls all of them in turn, adding to `values` what they read, until it becomes true.
bool ReadUntil(const std::vector<Consumer*>& members, Strings& values,
               const std::function<bool()>& is_true) {
  return Eventually([&] {
    for (Consumer* member : members) {
      const Records records = Get(member->Poll(absl::Milliseconds(10)));
      for (const Record& record : records) values.emplace_back(record.value());
    }
    return is_true();
  });
}

// Whether none was read twice.
bool AreAllDifferent(Strings values) {
  std::sort(values.begin(), values.end());
  return std::adjacent_find(values.begin(), values.end()) == values.end();
}

}  // namespace

TEST_CASE("an eager member gives up everything before it joins again") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("eager", 2);
  const std::string group = place.Name("eager");
  Diary diary;
  ConsumerOptions options = Member(group);
  options.rebalance_listener = diary.Listener();
  Consumer first = place.NewConsumer(options);
  Consumer second = place.NewConsumer(Member(group));
  REQUIRE(first.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&first}, [&] { return Holds(first, 2); }));
  REQUIRE(second.Subscribe({topic.name()}).ok());
  REQUIRE(BothHold(first, second, 1));
  REQUIRE(first.Close().ok());
  CAPTURE(diary.lines);
  REQUIRE(diary.lines.size() == 4);
  CHECK(diary.lines[0] == "assigned 0 1");
  CHECK(diary.lines[1] == "revoked 0 1");
  CHECK((diary.lines[2] == "assigned 0" || diary.lines[2] == "assigned 1"));
  CHECK(diary.lines[3] == "revoked" + diary.lines[2].substr(8));
}

TEST_CASE("a cooperative member keeps what stays with it") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("cooperative", 2);
  const std::string group = place.Name("cooperative");
  Diary first_diary;
  Diary second_diary;
  ConsumerOptions options = Member(group, "cooperative-sticky");
  options.rebalance_listener = first_diary.Listener();
  Consumer first = place.NewConsumer(options);
  options.rebalance_listener = second_diary.Listener();
  Consumer second = place.NewConsumer(options);
  REQUIRE(first.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&first}, [&] { return Holds(first, 2); }));
  REQUIRE(second.Subscribe({topic.name()}).ok());
  REQUIRE(BothHold(first, second, 1));
  CAPTURE(first_diary.lines, second_diary.lines);
  CHECK(first.assignment() != second.assignment());
  REQUIRE(first_diary.lines.size() == 2);
  CHECK(first_diary.lines[0] == "assigned 0 1");
  CHECK((first_diary.lines[1] == "revoked 0" || first_diary.lines[1] == "revoked 1"));
  CHECK(second_diary.lines == Strings{"assigned" + first_diary.lines[1].substr(7)});
}

TEST_CASE("partitions go from member to member, with nothing lost and nothing read again") {
  Place place(ANY_PLACE);
  const std::string assignor = GENERATE("range", "roundrobin", "cooperative-sticky");
  CAPTURE(assignor);
  const Topic topic = place.MakeTopic("relayed", 4);
  const std::string group = place.Name("relayed");
  for (int i = 0; i < 4; ++i) Fill(place, topic, 5, i, 10 * i);
  Consumer* self = nullptr;
  std::vector<absl::Status> answers;
  std::vector<absl::Status> refusals;
  ConsumerOptions options = Member(group, assignor);
  options.rebalance_listener.on_revoked = [&](const Partitions& partitions) {
    answers.push_back(self->Commit());
    for (const TopicPartition& name : partitions) answers.push_back(self->Position(name).status());
    refusals = {self->Poll(absl::ZeroDuration()).status(), self->Close(), self->Unsubscribe()};
  };
  Consumer first = place.NewConsumer(options);
  self = &first;
  Consumer second = place.NewConsumer(Member(group, assignor));
  REQUIRE(first.Subscribe({topic.name()}).ok());
  Strings read;
  REQUIRE(ReadUntil({&first}, read, [&] { return read.size() >= 20; }));
  REQUIRE(second.Subscribe({topic.name()}).ok());
  REQUIRE(ReadUntil({&first, &second}, read, [&] { return Holds(first, 2) && Holds(second, 2); }));
  for (int i = 0; i < 4; ++i) Fill(place, topic, 5, i, 10 * i + 5);
  // What is read again of a partition comes before what is new in it.
  REQUIRE(ReadUntil({&first, &second}, read, [&] { return read.size() >= 40; }));
  CHECK(read.size() == 40);
  CHECK(AreAllDifferent(read));
  REQUIRE(first.Close().ok());
  CHECK_FALSE(answers.empty());
  for (const absl::Status& answer : answers) {
    INFO(answer);
    CHECK(answer.ok());
  }
  REQUIRE(refusals.size() == 3);
  for (const absl::Status& refusal : refusals) {
    CHECK(refusal.code() == absl::StatusCode::kFailedPrecondition);
  }
}

TEST_CASE("auto-commit hands a partition over where it was left") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("handed-over", 2);
  ConsumerOptions options = Member(place.Name("automatic"));
  options.enable_auto_commit = true;
  Consumer first = place.NewConsumer(options);
  Consumer second = place.NewConsumer(options);
  for (int i = 0; i < 2; ++i) Fill(place, topic, 10, i, 20 * i);
  REQUIRE(first.Subscribe({topic.name()}).ok());
  Strings read;
  REQUIRE(ReadUntil({&first}, read, [&] { return read.size() >= 20; }));
  REQUIRE(second.Subscribe({topic.name()}).ok());
  REQUIRE(ReadUntil({&first, &second}, read, [&] { return Holds(first, 1) && Holds(second, 1); }));
  for (int i = 0; i < 2; ++i) Fill(place, topic, 5, i, 20 * i + 10);
  REQUIRE(ReadUntil({&first, &second}, read, [&] { return read.size() >= 30; }));
  CHECK(read.size() == 30);
  CHECK(AreAllDifferent(read));
}

TEST_CASE("a member that stays away too long loses its partitions, and its commits are refused") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("left-alone", 2);
  const std::string group = place.Name("slow");
  Fill(place, topic, 4);
  Diary diary;
  ConsumerOptions options = Member(group);
  // The shortest that brokers take: a session may not be longer.
  options.max_poll_interval = absl::Seconds(6);
  options.rebalance_listener = diary.Listener();
  Consumer slow = place.NewConsumer(options);
  REQUIRE(slow.Subscribe({topic.name()}).ok());
  const Records held = Get(slow.Poll(kLong));
  REQUIRE_FALSE(held.empty());
  REQUIRE(Eventually([&] {
    const auto described = place.engine().DescribeGroup(group);
    return described.ok() && described->state == GroupState::kEmpty;
  }));
  Consumer quick = place.NewConsumer(Member(group));
  REQUIRE(quick.Subscribe({topic.name()}).ok());
  Strings all = ReadValues(quick, 4);
  std::sort(all.begin(), all.end());  // they are of two partitions
  CHECK(all == Strings{"0", "1", "2", "3"});
  CHECK(Holds(quick, 2));

  const absl::Status refused = slow.Commit(held);
  INFO(refused);
  CHECK(refused.code() == absl::StatusCode::kAborted);
  CHECK(Get(place.engine().CommittedOffsets(group)).empty());
  REQUIRE(PollUntil({&slow}, [&] { return diary.lines.size() > 1; }));
  CHECK(diary.lines[0] == "assigned 0 1");
  CHECK(diary.lines[1] == "lost 0 1");
  // The group cannot give it any while the other does not poll.
  CHECK(slow.assignment().empty());
  CHECK(BothHold(slow, quick, 1));
}

TEST_CASE("a static member that comes back takes its place without a rebalance") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("static", 2);
  const std::string group = place.Name("static");
  Diary diary;
  ConsumerOptions stays = Member(group);
  stays.group_instance_id = "stays";
  stays.rebalance_listener = diary.Listener();
  ConsumerOptions leaves = Member(group);
  leaves.group_instance_id = "leaves";
  Consumer other = place.NewConsumer(stays);
  REQUIRE(other.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&other}, [&] { return Holds(other, 2); }));
  Partitions before;
  {
    Consumer one = place.NewConsumer(leaves);
    REQUIRE(one.Subscribe({topic.name()}).ok());
    REQUIRE(BothHold(other, one, 1));
    before = one.assignment();
    REQUIRE(one.Close().ok());
  }
  const Strings told = diary.lines;
  const GroupDescription described = Get(place.engine().DescribeGroup(group));
  CHECK(described.state == GroupState::kStable);
  std::set<std::string> names;
  for (const GroupMember& member : described.members) names.insert(member.group_instance_id);
  CHECK(names == std::set<std::string>{"leaves", "stays"});
  Consumer back = place.NewConsumer(leaves);
  REQUIRE(back.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&other, &back}, [&] { return Holds(back, 1); }));
  CHECK(back.assignment() == before);
  CHECK(Holds(other, 1));
  // A rebalance would have taken away what the other has.
  CHECK(diary.lines == told);
}

TEST_CASE("a second holder of a static name fences the first") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("fenced");
  ConsumerOptions options = Member(place.Name("fenced"));
  options.group_instance_id = "one";
  Consumer first = place.NewConsumer(options);
  REQUIRE(first.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&first}, [&] { return Holds(first, 1); }));
  Consumer second = place.NewConsumer(options);
  REQUIRE(second.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&second}, [&] { return Holds(second, 1); }));
  const absl::Status commit = first.Commit({{{topic.name(), 0}, {.offset = 0}}});
  INFO(commit);
  CHECK(commit.code() ==
        (place.is_cluster() ? absl::StatusCode::kFailedPrecondition : absl::StatusCode::kAborted));
  absl::Status status;
  CHECK(Eventually([&] {
    status = first.Poll(absl::Milliseconds(10)).status();
    return !status.ok();
  }));
  INFO(status);
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(GetErrorCode(status) == ErrorCode::kFencedInstanceId);
  CHECK(first.assignment().empty() == !place.is_cluster());
  CHECK(first.Close().ok());
  CHECK(second.Poll(kSoon).ok());
  CHECK(second.Commit({{{topic.name(), 0}, {.offset = 0}}}).ok());
}

TEST_CASE("members without an assignor in common do not become one group") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("disputed");
  const std::string group = place.Name("divided");
  Consumer first = place.NewConsumer(Member(group, "range"));
  Consumer second = place.NewConsumer(Member(group, "roundrobin"));
  REQUIRE(first.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&first}, [&] { return Holds(first, 1); }));
  REQUIRE(second.Subscribe({topic.name()}).ok());
  absl::Status status;
  CHECK(Eventually([&] {
    status = second.Poll(absl::Milliseconds(10)).status();
    return !status.ok();
  }));
  INFO(status);
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(GetErrorCode(status) == ErrorCode::kInconsistentGroupProtocol);
  CHECK(first.Poll(kSoon).ok());
  CHECK(Holds(first, 1));
}

TEST_CASE("a partition that goes and comes back is not paused any more") {
  Place place(ANY_PLACE);
  const std::string assignor = GENERATE("range", "cooperative-sticky");
  CAPTURE(assignor);
  const Topic topic = place.MakeTopic("paused-once", 2);
  const std::string group = place.Name("pausing");
  Consumer first = place.NewConsumer(Member(group, assignor));
  Consumer second = place.NewConsumer(Member(group, assignor));
  REQUIRE(first.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&first}, [&] { return Holds(first, 2); }));
  REQUIRE(first.Pause(first.assignment()).ok());
  REQUIRE(second.Subscribe({topic.name()}).ok());
  REQUIRE(BothHold(first, second, 1));
  // An eager member has lost them all in between.
  const Partitions kept = assignor == "range" ? Partitions() : first.assignment();
  CHECK(first.paused() == kept);
  REQUIRE(second.Close().ok());
  REQUIRE(PollUntil({&first}, [&] { return Holds(first, 2); }));
  CHECK(first.paused() == kept);
  REQUIRE(first.Resume(kept).ok());
  for (int i = 0; i < 2; ++i) Fill(place, topic, 1, i, i);
  CHECK(ReadValues(first, 2).size() == 2);
}

TEST_CASE("partitions that a topic grows by go to its group") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("grown", 1);
  Consumer consumer = place.NewConsumer(Member(place.Name("growing")));
  REQUIRE(consumer.Subscribe({topic.name()}).ok());
  REQUIRE(PollUntil({&consumer}, [&] { return Holds(consumer, 1); }));
  REQUIRE(place.engine().CreatePartitions(topic.name(), 3).ok());
  REQUIRE(PollUntil({&consumer}, [&] { return Holds(consumer, 3); }));
  Fill(place, topic, 1, 2, 7);
  CHECK(ReadValues(consumer, 1) == Strings{"7"});
}

}  // namespace rill::testing
