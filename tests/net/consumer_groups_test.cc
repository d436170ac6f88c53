// Groups whose partitions the node assigns (KIP-848), as requests of all versions.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "engine/group/protocol.h"
#include "net/handlers.h"
#include "node_under_test.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire_client.h"

namespace rill::net {
namespace {

using Beat = wire::ConsumerGroupHeartbeatRequest;
using Told = wire::ConsumerGroupHeartbeatResponse;

Beat JoinOf(const std::string& member_id) {
  Beat beat;
  beat.group_id = "billing";
  beat.member_id = member_id;
  beat.rebalance_timeout_ms = 60'000;
  beat.subscribed_topic_names = {{"orders"}};
  beat.topic_partitions.emplace();
  return beat;
}

Beat BeatOf(const std::string& member_id, std::int32_t epoch) {
  Beat beat;
  beat.group_id = "billing";
  beat.member_id = member_id;
  beat.member_epoch = epoch;
  return beat;
}

// What is assigned, as what is owned.
Beat Owning(Beat beat, const Told& told) {
  beat.topic_partitions.emplace();
  for (const auto& topic : told.assignment->topic_partitions) {
    beat.topic_partitions->push_back({topic.topic_id, topic.partitions});
  }
  return beat;
}

std::size_t Count(const Told& told) {
  std::size_t count = 0;
  for (const auto& topic : told.assignment->topic_partitions) count += topic.partitions.size();
  return count;
}

Told Ask(NodeUnderTest& node, const Beat& beat, int version = 1) {
  return node.Ask(HandleConsumerGroupHeartbeat, beat, version);
}

// Two members of "billing", which have two of the four partitions of "orders" each, at epoch 2.
void Fill(NodeUnderTest& node) {
  node.MakeTopic("orders", 4);
  Ask(node, JoinOf("a"));
  Ask(node, JoinOf("b"));
  const Told kept = Ask(node, BeatOf("a", 1));
  REQUIRE(Ask(node, Owning(BeatOf("a", 1), kept)).member_epoch == 2);
  REQUIRE(Count(Ask(node, BeatOf("b", 2))) == 2);
}

TEST_CASE("two members divide a topic over the wire, and one that leaves hands all back") {
  Engine engine = Open("mem:").value();
  const Topic orders = engine.CreateTopic("orders", {.partitions = 4}).value();
  const Node node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  WireClient first(node.port());
  WireClient second(node.port());
  const auto ask = [](WireClient& client, const Beat& beat) {
    return client.Ask<Told>(wire::ApiKey::kConsumerGroupHeartbeat, 1, beat);
  };
  const Told alone = ask(first, JoinOf("a"));
  REQUIRE(alone.error_code == ErrorCode::kNone);
  CHECK(alone.member_id == "a");
  CHECK(alone.heartbeat_interval_ms == 5000);
  REQUIRE(Count(alone) == 4);
  CHECK(alone.assignment->topic_partitions[0].topic_id.ToString() == orders.id());
  CHECK(Count(ask(second, JoinOf("b"))) == 0);
  const Told kept = ask(first, BeatOf("a", 1));
  REQUIRE(Count(kept) == 2);
  CHECK_FALSE(ask(second, BeatOf("b", 2)).assignment.has_value());
  CHECK(ask(first, Owning(BeatOf("a", 1), kept)).member_epoch == 2);
  CHECK(Count(ask(second, BeatOf("b", 2))) == 2);
  CHECK(ask(second, BeatOf("b", -1)).member_epoch == -1);
  CHECK(Count(ask(first, BeatOf("a", 2))) == 4);
}

TEST_CASE("a member of version 0 is given an id, one of version 1 brings it") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  CHECK_FALSE(Ask(node, JoinOf(""), 0).member_id->empty());
  const Told refused = Ask(node, JoinOf(""), 1);
  CHECK(refused.error_code == ErrorCode::kInvalidRequest);
  CHECK_FALSE(refused.error_message->empty());
  CHECK_FALSE(refused.member_id.has_value());
}

TEST_CASE("what a member may not ask for is told with Kafka's codes") {
  NodeUnderTest node("mem:", {{"group.consumer.max.size", "2"}});
  Fill(node);
  const auto code = [&](const Beat& beat) { return Ask(node, beat).error_code; };
  CHECK(code(JoinOf("c")) == ErrorCode::kGroupMaxSizeReached);
  CHECK(code(BeatOf("c", 2)) == ErrorCode::kUnknownMemberId);
  CHECK(code(BeatOf("a", 9)) == ErrorCode::kFencedMemberEpoch);
  Beat beat = JoinOf("a");
  beat.server_assignor = "sticky";
  CHECK(code(beat) == ErrorCode::kUnsupportedAssignor);
  beat = JoinOf("a");
  beat.subscribed_topic_regex = "ord[";
  CHECK(code(beat) == ErrorCode::kInvalidRegularExpression);
  beat = JoinOf("a");
  beat.instance_id = "one";
  CHECK(code(beat) == ErrorCode::kNone);
  beat.member_id = "b";
  CHECK(code(beat) == ErrorCode::kUnreleasedInstanceId);
}

TEST_CASE(
    "a member that subscribes by regular expression over the wire gets what comes to match it") {
  Engine engine = Open("mem:").value();
  REQUIRE(engine.CreateTopic("orders-eu", {.partitions = 2}).ok());
  REQUIRE(engine.CreateTopic("old-orders-eu", {.partitions = 2}).ok());
  const Node node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  WireClient client(node.port());
  const auto ask = [&](const Beat& beat) {
    return client.Ask<Told>(wire::ApiKey::kConsumerGroupHeartbeat, 1, beat);
  };
  Beat join = JoinOf("a");
  join.subscribed_topic_names.reset();
  join.subscribed_topic_regex = "^orders-(eu|us)$";
  CHECK(Count(ask(join)) == 2);
  CHECK_FALSE(ask(BeatOf("a", 1)).assignment.has_value());
  REQUIRE(engine.CreateTopic("orders-us", {.partitions = 3}).ok());
  const Told more = ask(BeatOf("a", 1));
  CHECK(more.member_epoch == 2);
  CHECK(Count(more) == 5);
  REQUIRE(engine.DeleteTopic("orders-eu").ok());
  CHECK(Count(ask(BeatOf("a", 2))) == 3);
  const auto described = client.Ask<wire::ConsumerGroupDescribeResponse>(
      wire::ApiKey::kConsumerGroupDescribe, 1, wire::ConsumerGroupDescribeRequest{{"billing"}});
  const auto& member = described.groups.at(0).members.at(0);
  CHECK(member.subscribed_topic_regex == "^orders-(eu|us)$");
  CHECK(member.subscribed_topic_names.empty());
}

TEST_CASE("what is no regular expression is told what is wrong, and leaves no group behind") {
  NodeUnderTest node;
  Beat join = JoinOf("a");
  join.subscribed_topic_regex = "orders-(";
  const Told told = Ask(node, join);
  CHECK(told.error_code == ErrorCode::kInvalidRegularExpression);
  CHECK(told.error_message == "\"orders-(\" is no regular expression: missing ): orders-(");
  CHECK(node.engine().groups()->ListAll().empty());
}

TEST_CASE("internal topics match a regular expression, as with Kafka") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  REQUIRE(node.engine().groups()->Commit({.group_id = "other"}, {{{"orders", 0}, {1}}}).ok());
  Beat join = JoinOf("a");
  join.subscribed_topic_names.reset();
  join.subscribed_topic_regex = ".*";
  const Told told = Ask(node, join);
  CHECK(told.assignment->topic_partitions.size() == 2);
}

TEST_CASE("the feature that clients look for is told of where there are such groups") {
  const wire::ApiVersionsRequest asked = {"test", "1"};
  NodeUnderTest node;
  const auto told = node.Ask(HandleApiVersions, asked, 4);
  REQUIRE(told.finalized_features.size() == 1);
  CHECK(told.finalized_features[0].name == "group.version");
  CHECK(told.finalized_features[0].min_version_level == 1);
  CHECK(told.finalized_features[0].max_version_level == 1);
  CHECK(told.finalized_features_epoch == 0);
  REQUIRE(told.supported_features.size() == 1);
  CHECK(told.supported_features[0].name == "group.version");
  CHECK(told.supported_features[0].min_version == 0);
  CHECK(told.supported_features[0].max_version == 1);
  const auto older = node.Ask(HandleApiVersions, asked, 3);
  CHECK(older.finalized_features == told.finalized_features);
  CHECK(older.supported_features.empty());
  CHECK(node.Ask(HandleApiVersions, asked, 2).finalized_features.empty());
}

TEST_CASE("a node without such groups tells of no feature and refuses them") {
  NodeUnderTest node("mem:", {{"group.coordinator.rebalance.protocols", "classic"}});
  const wire::ApiVersionsRequest asked = {"test", "1"};
  const auto told = node.Ask(HandleApiVersions, asked, 4);
  CHECK(told.error_code == ErrorCode::kNone);
  CHECK(told.finalized_features.empty());
  CHECK(Ask(node, JoinOf("a")).error_code == ErrorCode::kUnsupportedVersion);
  const auto described = node.Ask(HandleConsumerGroupDescribe,
                                  wire::ConsumerGroupDescribeRequest{{"billing"}, false}, 1);
  CHECK(described.groups.at(0).error_code == ErrorCode::kUnsupportedVersion);
}

TEST_CASE("such a group is described with what its members have and are to have") {
  NodeUnderTest node;
  Fill(node);
  Ask(node, JoinOf("c"));
  wire::ConsumerGroupDescribeRequest request{{"billing", "nobody"}, true};
  const auto described = node.AskInAll(HandleConsumerGroupDescribe, request);
  REQUIRE(described.groups.size() == 2);
  const auto& group = described.groups[0];
  CHECK(group.error_code == ErrorCode::kNone);
  CHECK(group.group_id == "billing");
  CHECK(group.group_state == "Reconciling");
  CHECK(group.group_epoch == 3);
  CHECK(group.assignment_epoch == 3);
  CHECK(group.assignor_name == "uniform");
  CHECK(group.authorized_operations == 3400);
  REQUIRE(group.members.size() == 3);
  CHECK(group.members[0].member_id == "a");
  CHECK(group.members[0].member_epoch == 2);
  CHECK(group.members[0].client_host == "/127.0.0.1");
  CHECK(group.members[0].subscribed_topic_names == std::vector<std::string>{"orders"});
  CHECK(group.members[0].member_type == 1);
  REQUIRE(group.members[0].assignment.topic_partitions.size() == 1);
  CHECK(group.members[0].assignment.topic_partitions[0].topic_name == "orders");
  CHECK(group.members[0].assignment.topic_partitions[0].partitions.size() == 2);
  CHECK(group.members[2].assignment.topic_partitions.empty());
  CHECK(group.members[2].target_assignment.topic_partitions.size() == 1);
  CHECK(described.groups[1].error_code == ErrorCode::kGroupIdNotFound);
}

TEST_CASE("such a group is listed by its type, and no classic group to DescribeGroups") {
  NodeUnderTest node;
  Fill(node);
  wire::ListGroupsRequest list;
  list.types_filter = {"Consumer"};
  const auto listed = node.Ask(HandleListGroups, list, 5);
  REQUIRE(listed.groups.size() == 1);
  CHECK(listed.groups[0].group_id == "billing");
  CHECK(listed.groups[0].group_type == "consumer");
  CHECK(listed.groups[0].group_state == "Stable");
  CHECK(listed.groups[0].protocol_type == "consumer");
  list.types_filter = {"classic"};
  CHECK(node.Ask(HandleListGroups, list, 5).groups.empty());
  wire::DescribeGroupsRequest describe;
  describe.groups = {"billing"};
  const auto shown = node.Ask(HandleDescribeGroups, describe, 6).groups.at(0);
  CHECK(shown.group_state == "Dead");
  CHECK(shown.error_code == ErrorCode::kGroupIdNotFound);
}

TEST_CASE("members commit and ask for offsets at their epoch, with the versions that know of it") {
  NodeUnderTest node;
  Fill(node);
  const auto commit = [&](std::int32_t epoch, int version) {
    wire::OffsetCommitRequest request;
    request.group_id = "billing";
    request.member_id = "a";
    request.generation_id_or_member_epoch = epoch;
    auto& topic = request.topics.emplace_back();
    topic.name = "orders";
    topic.partitions.push_back({0, 17, -1, ""});
    return node.Ask(HandleOffsetCommit, request, version).topics.at(0).partitions.at(0).error_code;
  };
  CHECK(commit(2, 9) == ErrorCode::kNone);
  CHECK(commit(1, 9) == ErrorCode::kNone);  // it has had that one since then
  CHECK(commit(0, 9) == ErrorCode::kStaleMemberEpoch);
  CHECK(commit(2, 8) == ErrorCode::kUnsupportedVersion);
  const auto fetch = [&](const char* member_id, std::int32_t epoch) {
    wire::OffsetFetchRequest request;
    auto& group = request.groups.emplace_back();
    group.group_id = "billing";
    if (member_id != nullptr) group.member_id = member_id;
    group.member_epoch = epoch;
    group.topics->push_back({"orders", {}, {0}});
    return node.Ask(HandleOffsetFetch, request, 9).groups.at(0);
  };
  CHECK(fetch("a", 2).topics.at(0).partitions.at(0).committed_offset == 17);
  CHECK(fetch(nullptr, -1).topics.at(0).partitions.at(0).committed_offset == 17);
  CHECK(fetch("a", 1).error_code == ErrorCode::kStaleMemberEpoch);
  CHECK(fetch("c", 2).error_code == ErrorCode::kUnknownMemberId);
}

TEST_CASE("what members subscribe to keeps its offsets, and a group with members stays") {
  NodeUnderTest node;
  Fill(node);
  wire::OffsetDeleteRequest forget;
  forget.group_id = "billing";
  forget.topics = {{"orders", {{0}}}};
  const auto forgotten = node.Ask(HandleOffsetDelete, forget, 0);
  CHECK(forgotten.topics.at(0).partitions.at(0).error_code == ErrorCode::kGroupSubscribedToTopic);
  wire::DeleteGroupsRequest removal;
  removal.groups_names = {"billing"};
  const auto refused = node.Ask(HandleDeleteGroups, removal, 3).results.at(0);
  CHECK(refused.error_code == ErrorCode::kNonEmptyGroup);
  CHECK_FALSE(refused.error_message.value_or("").empty());
  CHECK_FALSE(node.Ask(HandleDeleteGroups, removal, 2).results.at(0).error_message.has_value());
  Ask(node, BeatOf("a", -1));
  Ask(node, BeatOf("b", -1));
  const auto deleted = node.Ask(HandleDeleteGroups, removal, 3).results.at(0);
  CHECK(deleted.error_code == ErrorCode::kNone);
  CHECK_FALSE(deleted.error_message.has_value());
}

// A member by the consumer protocol, as clients are.
class RemoteMember {
 public:
  explicit RemoteMember(std::uint16_t port) : client_(port) {}

  // Takes up what it is told, and says so with the next beat.
  void Step() {
    Beat beat = epoch_ == 0 ? JoinOf("remote") : BeatOf("remote", epoch_);
    if (const auto told = std::exchange(told_, std::nullopt)) beat = Owning(beat, *told);
    const Told told = client_.Ask<Told>(wire::ApiKey::kConsumerGroupHeartbeat, 1, beat);
    REQUIRE(told.error_code == ErrorCode::kNone);
    epoch_ = told.member_epoch;
    if (!told.assignment.has_value()) return;
    owned_ = Count(told);
    told_ = told;
  }
  void Leave() {
    client_.Ask<Told>(wire::ApiKey::kConsumerGroupHeartbeat, 1, BeatOf("remote", -1));
    owned_ = 0;
  }
  std::size_t owned() const { return owned_; }

 private:
  WireClient client_;
  std::int32_t epoch_ = 0;
  std::size_t owned_ = 0;
  std::optional<Told> told_;
};

TEST_CASE("a consumer of this process and a member by the consumer protocol are in one group") {
  const std::vector<std::string> strategy =
      GENERATE(std::vector<std::string>{"range"}, std::vector<std::string>{"cooperative-sticky"});
  Engine engine = Open("mem:").value();
  REQUIRE(engine.CreateTopic("orders", {.partitions = 4}).ok());
  const Node node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  Consumer embedded =
      engine.NewConsumer({.group = "billing", .partition_assignment_strategy = strategy}).value();
  REQUIRE(embedded.Subscribe({"orders"}).ok());
  REQUIRE(embedded.Poll(absl::ZeroDuration()).ok());
  REQUIRE(embedded.assignment().size() == 4);
  RemoteMember remote(node.port());
  const auto settle = [&](bool with_remote) {
    for (int round = 0; round < 12; ++round) {
      REQUIRE(embedded.Poll(absl::ZeroDuration()).ok());
      if (with_remote) remote.Step();
    }
  };
  settle(true);
  CHECK(embedded.assignment().size() == 2);
  CHECK(remote.owned() == 2);
  CHECK(embedded.Commit().ok());
  const auto listed = engine.DescribeGroup("billing").value();
  CHECK(listed.members.size() == 2);
  remote.Leave();
  settle(false);
  CHECK(embedded.assignment().size() == 4);
  CHECK(engine.DescribeGroup("billing")->assignor == strategy.front());
}

TEST_CASE("members by the classic protocol are told apart in a consumer group's description") {
  NodeUnderTest node;
  Fill(node);
  std::optional<engine::JoinResponse> joined;
  node.engine().groups()->Join(
      {.group_id = "billing",
       .member_id = "old",
       .protocols = {{"range", engine::EncodeSubscription({.topics = {"orders"}})}}},
      [&](const auto& response) { joined = response; });
  REQUIRE(joined->error == ErrorCode::kNone);
  wire::ConsumerGroupDescribeRequest request;
  request.group_ids = {"billing"};
  const auto group = node.Ask(HandleConsumerGroupDescribe, request, 1).groups.at(0);
  REQUIRE(group.members.size() == 3);
  CHECK(group.members[0].member_type == 1);
  CHECK(group.members[2].member_id == "old");
  CHECK(group.members[2].member_type == 0);
}

}  // namespace
}  // namespace rill::net
