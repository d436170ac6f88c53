// Groups whose members subscribe by regular expression (KIP-848).

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "consumer_harness.h"

namespace rill::engine {
namespace {

ConsumerHeartbeat RegexJoinOf(const std::string& member_id, const std::string& regex) {
  ConsumerHeartbeat request = ConsumerHarness::JoinOf(member_id);
  request.subscribed_topics.reset();
  request.subscribed_regex = regex;
  return request;
}

ConsumerHarness WithTopics(const std::vector<std::string>& names) {
  ConsumerHarness group;
  for (const std::string& name : names) group.topics.Make(name, 2);
  return group;
}

IdPartitions AllOf(const ConsumerHarness& group, const std::vector<std::string>& names) {
  IdPartitions all;
  for (const std::string& name : names) {
    const IdPartitions some = group.topics.All(name);
    all.insert(some.begin(), some.end());
  }
  return all;
}

TEST_CASE("A member has at once what its regular expression matches, and nothing else") {
  auto group = WithTopics({"orders-eu", "orders-us", "sales"});
  const auto joined = group.Beat(RegexJoinOf("a", "orders-.*"));
  CHECK(joined.error == ErrorCode::kNone);
  CHECK(joined.member_epoch == 1);
  CHECK(joined.assignment == AllOf(group, {"orders-eu", "orders-us"}));
  CHECK(group.Group().state == GroupState::kStable);
  CHECK(group.Group().members.at(0).subscribed_regex == "orders-.*");
  CHECK(group.Group().members.at(0).subscribed_topics.empty());
}

TEST_CASE("A topic that is made later is given out, one that is deleted taken back") {
  auto group = WithTopics({"orders-eu"});
  const auto joined = group.Beat(RegexJoinOf("a", "orders-.*"));
  group.topics.Make("sales", 3);
  CHECK(group.Beat("a", 1).member_epoch == 1);
  group.topics.Make("orders-us", 2);
  const auto more = group.Beat("a", 1);
  CHECK(more.member_epoch == 2);
  CHECK(more.assignment == AllOf(group, {"orders-eu", "orders-us"}));
  group.topics.Delete("orders-eu");
  const auto fewer = group.Beat("a", 2);
  CHECK(fewer.assignment == AllOf(group, {"orders-us"}));
}

TEST_CASE("A member subscribes by names and by regular expression together") {
  auto group = WithTopics({"orders-eu", "orders-us", "sales", "events"});
  auto request = RegexJoinOf("a", "orders-.*");
  request.subscribed_topics = {{"sales", "orders-eu"}};
  CHECK(group.Beat(request).assignment == AllOf(group, {"orders-eu", "orders-us", "sales"}));
  SubscribedTopics subscribed;
  group.coordinator.AddSubscribed("g", subscribed);
  CHECK(subscribed.MayHave("sales"));
  CHECK(subscribed.MayHave("orders-us"));
  CHECK_FALSE(subscribed.MayHave("events"));
}

TEST_CASE("A regular expression may stand for any topic until it was looked at after a restart") {
  auto group = WithTopics({"orders-eu"});
  group.Beat(RegexJoinOf("a", "orders-.*"));
  std::erase_if(group.log, [](const ConsumerGroupRecord& record) {
    return record.key.type == ConsumerGroupRecordType::kRegex;  // Kafka may not have written it yet
  });
  group.Restart();
  SubscribedTopics before;
  group.coordinator.AddSubscribed("g", before);
  CHECK(before.MayHave("events"));
  group.Beat("a", 1);
  SubscribedTopics after;
  group.coordinator.AddSubscribed("g", after);
  CHECK(after.MayHave("orders-eu"));
  CHECK_FALSE(after.MayHave("events"));
}

TEST_CASE("Members that subscribe alike divide the topics, and those who do not have their own") {
  auto group = WithTopics({"orders-eu", "sales"});
  group.Beat(RegexJoinOf("a", "orders-.*"));
  group.Beat(RegexJoinOf("b", "orders-.*"));
  group.Beat(RegexJoinOf("c", "sal.*"));
  const auto kept = *group.Beat("a", 1).assignment;
  group.Beat("a", 1, kept);
  const auto of_b = group.Beat("b", 2).assignment;
  CHECK(kept.size() == 1);
  CHECK(of_b->size() == 1);
  CHECK(group.Beat("c", 3).error == ErrorCode::kNone);
  CHECK(group.Group().members.at(2).assigned.at(0).name == "sales");
  CHECK(group.Group().state == GroupState::kStable);
}

TEST_CASE("Regular expressions are resolved when topics change or their time has come, not else") {
  auto group = WithTopics({"orders-eu"});
  group.Beat(RegexJoinOf("a", "orders-.*"));
  group.Beat(RegexJoinOf("b", "orders-.*"));
  CHECK(group.resolved == 1);
  group.Beat(RegexJoinOf("c", "sal.*"));
  CHECK(group.resolved == 2);
  for (int i = 0; i < 5; ++i) group.Beat("c", 3);
  CHECK(group.resolved == 2);
  group.topics.Make("sales", 1);
  group.Beat("c", 3);
  CHECK(group.resolved == 4);
  group.Beat("c", 4);
  CHECK(group.resolved == 4);
  std::int32_t epoch = 4;
  for (int beats = 0; beats < 30; ++beats) {  // ten minutes
    group.Advance(absl::Seconds(20));
    epoch = group.Beat("c", epoch).member_epoch;
  }
  CHECK(group.resolved == 5);  // the others are gone, and what they subscribed to
}

TEST_CASE("What a member may not see any more is taken back when it is looked at again") {
  auto group = WithTopics({"orders-eu", "orders-us"});
  group.Beat(RegexJoinOf("a", "orders-.*"));
  group.hidden = {"orders-us"};
  CHECK_FALSE(group.Beat("a", 1).assignment.has_value());
  for (int i = 0; i < 20; ++i) {
    group.Advance(absl::Seconds(30));
    if (i < 19) CHECK(group.Beat("a", 1).member_epoch == 1);
  }
  CHECK(group.Beat("a", 1).assignment == AllOf(group, {"orders-eu"}));
  CHECK(group.Group().epoch == 2);
}

TEST_CASE("What is no regular expression is refused and changes nothing") {
  auto group = WithTopics({"orders-eu"});
  const auto refused = group.Beat(RegexJoinOf("a", "orders-["));
  CHECK(refused.error == ErrorCode::kInvalidRegularExpression);
  CHECK(refused.error_message == "\"orders-[\" is no regular expression: no end");
  CHECK_FALSE(group.coordinator.Has("g"));
  group.Beat(RegexJoinOf("a", "orders-.*"));
  auto change = ConsumerHarness::BeatOf("a", 1);
  change.subscribed_regex = "[";
  CHECK(group.Beat(change).error == ErrorCode::kInvalidRegularExpression);
  CHECK(group.Group().members.at(0).subscribed_regex == "orders-.*");
  CHECK(group.Group().epoch == 1);
}

TEST_CASE("Nothing is resolved for a heartbeat that is refused or leaves") {
  auto group = WithTopics({"orders-eu"});
  auto stranger = ConsumerHarness::BeatOf("b", 3);
  stranger.subscribed_regex = "orders-.*";
  CHECK(group.Beat(stranger).error == ErrorCode::kUnknownMemberId);
  group.Beat(RegexJoinOf("a", "orders-.*"));
  group.topics.Make("sales", 1);
  CHECK(group.Beat(stranger).error == ErrorCode::kUnknownMemberId);
  CHECK(group.Beat("a", kLeavingEpoch).error == ErrorCode::kNone);
  CHECK(group.resolved == 1);
}

TEST_CASE("A member goes over from a regular expression to names, and back") {
  auto group = WithTopics({"orders-eu", "sales"});
  group.Beat(RegexJoinOf("a", "orders-.*"));
  auto change = ConsumerHarness::BeatOf("a", 1);
  change.subscribed_topics = {{"sales"}};
  change.subscribed_regex = "";
  CHECK(group.Beat(change).assignment->empty());
  CHECK(group.Beat("a", 1, IdPartitions()).assignment == AllOf(group, {"sales"}));
  change = ConsumerHarness::BeatOf("a", 2);
  change.subscribed_topics = std::vector<std::string>();
  change.subscribed_regex = "orders-.*";
  CHECK(group.Beat(change).assignment->empty());
  CHECK(group.Beat("a", 2, IdPartitions()).assignment == AllOf(group, {"orders-eu"}));
  CHECK(group.resolved == 2);  // it was forgotten in between
}

TEST_CASE("A member that tells all by regular expression is told all") {
  auto group = WithTopics({"orders-eu"});
  auto request = RegexJoinOf("a", "orders-.*");
  const auto joined = group.Beat(request);
  request.member_epoch = 1;
  request.owned = joined.assignment;
  CHECK(group.Beat(request).assignment == joined.assignment);
}

TEST_CASE("An empty regular expression is none, and joins without topics") {
  auto group = WithTopics({"orders-eu"});
  const auto joined = group.Beat(RegexJoinOf("a", ""));
  CHECK(joined.error == ErrorCode::kNone);
  CHECK(joined.assignment->empty());
  CHECK(group.resolved == 0);
}

TEST_CASE("A static member that comes back has its regular expression still") {
  auto group = WithTopics({"orders-eu"});
  auto request = RegexJoinOf("a", "orders-.*");
  request.instance_id = "one";
  group.Beat(request);
  group.LeaveForAWhile("a", "one");
  request.member_id = "a2";
  const auto back = group.Beat(request);
  CHECK(back.member_epoch == 1);
  CHECK(back.assignment == AllOf(group, {"orders-eu"}));
  CHECK(group.resolved == 1);
}

TEST_CASE("What was resolved before a topic was made does not take back what came later") {
  auto group = WithTopics({"orders-eu"});
  group.Beat(RegexJoinOf("a", "orders-.*"));
  group.topics.Make("sales", 1);
  const auto late = ConsumerHarness::BeatOf("a", 1);
  auto slow = late;
  slow.resolved = group.Resolve(late);  // and then another heartbeat comes in between
  group.topics.Make("orders-us", 2);
  CHECK(group.Beat(late).member_epoch == 2);
  slow.member_epoch = 2;
  ConsumerGroupEffects effects;
  const auto told = group.coordinator.Heartbeat(slow, group.topics, group.now, &effects);
  CHECK(told.member_epoch == 2);
  CHECK(effects.empty());
  CHECK(group.Group().members.at(0).assigned.size() == 2);
}

}  // namespace
}  // namespace rill::engine
