// What clients do in groups, as requests to the handlers, over an engine in memory.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "catch.h"
#include "engine/group/protocol.h"
#include "io/temporary_folder.h"
#include "net/handlers.h"

namespace rill::net {
namespace {

using Topic = wire::OffsetCommitRequest::Topic;

// A node without a listener, and its clients.
class NodeUnderTest {
 public:
  explicit NodeUnderTest(const std::string& where = "mem:")
      : node_{*engine::LocalEngine::Open(where, {}), *ParseNodeConfig({})} {
    topic_ = *node_.engine->EnsureTopic("orders", {.partitions = 3});
  }

  Call At(int version) const { return {node_, advertised_, client_host_, version, "client"}; }
  engine::LocalEngine& engine() { return *node_.engine; }
  const base::Uuid& topic_id() const { return topic_->uuid(); }

 private:
  const NodeContext node_;
  const HostPort advertised_{"127.0.0.1", 9092};
  const std::string client_host_ = "/127.0.0.1";
  std::shared_ptr<engine::TopicState> topic_;
};

std::string Subscription(const std::vector<std::string>& topics) {
  return engine::EncodeSubscription({.topics = topics});
}

wire::JoinGroupRequest JoinRequest(const std::string& member_id = "") {
  wire::JoinGroupRequest request;
  request.group_id = "g";
  request.session_timeout_ms = 10000;
  request.rebalance_timeout_ms = 60000;
  request.member_id = member_id;
  request.protocol_type = "consumer";
  request.protocols = {{"range", Subscription({"orders"})}};
  return request;
}

using Joined = std::shared_ptr<std::optional<wire::JoinGroupResponse>>;
Joined Join(const NodeUnderTest& node, int version, const wire::JoinGroupRequest& request) {
  const auto joined = std::make_shared<std::optional<wire::JoinGroupResponse>>();
  HandleJoinGroup(node.At(version), request,
                  [joined](wire::JoinGroupResponse response) { *joined = std::move(response); });
  return joined;
}

using Synced = std::shared_ptr<std::optional<wire::SyncGroupResponse>>;
Synced Sync(const NodeUnderTest& node, int version, const wire::SyncGroupRequest& request) {
  const auto synced = std::make_shared<std::optional<wire::SyncGroupResponse>>();
  HandleSyncGroup(node.At(version), request,
                  [synced](wire::SyncGroupResponse response) { *synced = std::move(response); });
  return synced;
}

wire::SyncGroupRequest SyncRequest(const wire::JoinGroupResponse& joined,
                                   const std::string& assignment = "") {
  wire::SyncGroupRequest request;
  request.group_id = "g";
  request.generation_id = joined.generation_id;
  request.member_id = joined.member_id;
  request.protocol_type = "consumer";
  request.protocol_name = "range";
  if (joined.leader == joined.member_id) {
    for (const auto& member : joined.members) {
      request.assignments.push_back({member.member_id, assignment});
    }
  }
  return request;
}

// The only member of the stable group "g".
wire::JoinGroupResponse JoinAlone(const NodeUnderTest& node) {
  const auto told = Join(node, 9, JoinRequest());
  REQUIRE(told->has_value());
  const auto joined = Join(node, 9, JoinRequest((*told)->member_id));
  REQUIRE(joined->has_value());
  REQUIRE((*joined)->error_code == ErrorCode::kNone);
  const auto synced = Sync(node, 5, SyncRequest(**joined, "mine"));
  REQUIRE(synced->has_value());
  REQUIRE((*synced)->assignment == "mine");
  return **joined;
}

wire::OffsetCommitRequest CommitRequest(std::vector<Topic> topics) {
  wire::OffsetCommitRequest request;
  request.group_id = "g";
  request.topics = std::move(topics);
  return request;
}

std::vector<ErrorCode> Codes(const wire::OffsetCommitResponse& response) {
  std::vector<ErrorCode> codes;
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) codes.push_back(partition.error_code);
  }
  return codes;
}

void Commit(const NodeUnderTest& node, std::int64_t offset) {
  REQUIRE(Codes(HandleOffsetCommit(node.At(9),
                                   CommitRequest({{"orders", {}, {{0, offset, 7, "note"}}}}))) ==
          std::vector{ErrorCode::kNone});
}

wire::OffsetFetchRequest FetchRequest(std::optional<std::vector<Topic>> topics) {
  wire::OffsetFetchRequest request;
  auto& group = request.groups.emplace_back();
  group.group_id = "g";
  group.topics.reset();
  if (!topics.has_value()) return request;
  group.topics.emplace();
  for (const Topic& topic : *topics) {
    auto& asked = group.topics->emplace_back();
    asked.name = topic.name;
    asked.topic_id = topic.topic_id;
    for (const auto& partition : topic.partitions) {
      asked.partition_indexes.push_back(partition.partition_index);
    }
  }
  return request;
}

ErrorCode Heartbeat(const NodeUnderTest& node, const wire::JoinGroupResponse& member) {
  return HandleHeartbeat(node.At(4), {"g", member.generation_id, member.member_id, {}}).error_code;
}

TEST_CASE("a dynamic member is told its id first, from version 4 on") {
  const NodeUnderTest node;
  const auto told = Join(node, 4, JoinRequest());
  REQUIRE(told->has_value());
  CHECK((*told)->error_code == ErrorCode::kMemberIdRequired);
  CHECK((*told)->member_id.starts_with("client-"));
  CHECK((*told)->protocol_name == "");  // not null before version 7
  const auto joined = Join(node, 4, JoinRequest((*told)->member_id));
  REQUIRE(joined->has_value());
  CHECK((*joined)->error_code == ErrorCode::kNone);
  CHECK((*joined)->leader == (*told)->member_id);
}

TEST_CASE("an older member joins at once, with the session's timeout for the rebalance's") {
  const NodeUnderTest node;
  auto request = JoinRequest();
  request.rebalance_timeout_ms = -1;
  const auto joined = Join(node, 0, request);
  REQUIRE(joined->has_value());
  CHECK((*joined)->error_code == ErrorCode::kNone);
  CHECK((*joined)->generation_id == 1);
  REQUIRE((*joined)->members.size() == 1);
  CHECK((*joined)->members[0].metadata == Subscription({"orders"}));
}

TEST_CASE("a failed join names no protocol, as null where the version has it") {
  const NodeUnderTest node;
  auto request = JoinRequest();
  request.session_timeout_ms = 1;
  const auto refused = Join(node, 7, request);
  REQUIRE(refused->has_value());
  CHECK((*refused)->error_code == ErrorCode::kInvalidSessionTimeout);
  CHECK((*refused)->protocol_name == std::nullopt);
  request = JoinRequest();
  request.group_id = "";
  CHECK(Join(node, 9, request)->value().error_code == ErrorCode::kInvalidGroupId);
}

TEST_CASE("a second member waits for the first to join again, and gets what the leader gives") {
  const NodeUnderTest node;
  const auto first = JoinAlone(node);
  const auto told = Join(node, 9, JoinRequest());
  const auto second = Join(node, 9, JoinRequest((*told)->member_id));
  CHECK_FALSE(second->has_value());
  CHECK(Heartbeat(node, first) == ErrorCode::kRebalanceInProgress);
  const auto again = Join(node, 9, JoinRequest(first.member_id));
  REQUIRE(again->has_value());
  REQUIRE(second->has_value());
  CHECK((*again)->members.size() == 2);
  CHECK((*second)->members.empty());
  const auto follower = Sync(node, 5, SyncRequest(**second));
  CHECK_FALSE(follower->has_value());
  Sync(node, 5, SyncRequest(**again, "part"));
  REQUIRE(follower->has_value());
  CHECK((*follower)->assignment == "part");
  CHECK((*follower)->protocol_name == "range");
}

TEST_CASE("a sync from version 5 on says which protocol it means") {
  const NodeUnderTest node;
  const auto member = JoinAlone(node);
  auto request = SyncRequest(member);
  request.protocol_name.reset();
  CHECK(Sync(node, 5, request)->value().error_code == ErrorCode::kInconsistentGroupProtocol);
  CHECK(Sync(node, 4, request)->value().error_code == ErrorCode::kNone);
  request.protocol_name = "sticky";
  CHECK(Sync(node, 5, request)->value().error_code == ErrorCode::kInconsistentGroupProtocol);
}

TEST_CASE("one member leaves with an error at the top, several each with their own") {
  const NodeUnderTest node;
  const auto member = JoinAlone(node);
  CHECK(HandleLeaveGroup(node.At(2), {"g", "nobody", {}}).error_code ==
        ErrorCode::kUnknownMemberId);
  const auto left =
      HandleLeaveGroup(node.At(5), {"g", "", {{member.member_id, {}, "done"}, {"nobody", {}, {}}}});
  CHECK(left.error_code == ErrorCode::kNone);
  REQUIRE(left.members.size() == 2);
  CHECK(left.members[0].error_code == ErrorCode::kNone);
  CHECK(left.members[1].error_code == ErrorCode::kUnknownMemberId);
  CHECK(Heartbeat(node, member) == ErrorCode::kUnknownMemberId);
}

TEST_CASE("what cannot be committed is refused alone") {
  const NodeUnderTest node;
  const std::string long_note(5000, 'x');
  const auto codes = Codes(HandleOffsetCommit(
      node.At(9), CommitRequest({{"orders", {}, {{0, 5, -1, "a"}, {9, 5, -1, ""}}},
                                 {"gone", {}, {{0, 5, -1, ""}}},
                                 {"orders", {}, {{1, 5, -1, long_note}, {2, -5, -1, ""}}}})));
  CHECK(codes == std::vector{ErrorCode::kNone, ErrorCode::kUnknownTopicOrPartition,
                             ErrorCode::kUnknownTopicOrPartition,
                             ErrorCode::kOffsetMetadataTooLarge, ErrorCode::kInvalidRequest});
  const auto all = HandleOffsetFetch(node.At(9), FetchRequest(std::nullopt));
  REQUIRE(all.groups[0].topics.size() == 1);
  REQUIRE(all.groups[0].topics[0].partitions.size() == 1);
  CHECK(all.groups[0].topics[0].partitions[0].committed_offset == 5);
}

TEST_CASE("a commit of a stranger is refused, also where nothing in it could be stored") {
  const NodeUnderTest node;
  const auto member = JoinAlone(node);
  auto request = CommitRequest({{"orders", {}, {{0, 5, -1, std::string(5000, 'x')}}}});
  CHECK(Codes(HandleOffsetCommit(node.At(9), request)) == std::vector{ErrorCode::kUnknownMemberId});
  request.member_id = member.member_id;
  request.generation_id_or_member_epoch = member.generation_id + 1;
  CHECK(Codes(HandleOffsetCommit(node.At(9), request)) ==
        std::vector{ErrorCode::kIllegalGeneration});
  request.generation_id_or_member_epoch = member.generation_id;
  CHECK(Codes(HandleOffsetCommit(node.At(9), request)) ==
        std::vector{ErrorCode::kOffsetMetadataTooLarge});
}

TEST_CASE("a generation of a group that is not there is told in the version's words") {
  const NodeUnderTest node;
  auto request = CommitRequest({{"orders", {}, {{0, 5, -1, ""}}}});
  request.generation_id_or_member_epoch = 3;
  request.member_id = "who";
  CHECK(Codes(HandleOffsetCommit(node.At(8), request)) ==
        std::vector{ErrorCode::kIllegalGeneration});
  CHECK(Codes(HandleOffsetCommit(node.At(9), request)) == std::vector{ErrorCode::kGroupIdNotFound});
}

TEST_CASE("offsets go by the topic's id from version 10 on") {
  const NodeUnderTest node;
  const base::Uuid unknown = base::Uuid::Random();
  CHECK(
      Codes(HandleOffsetCommit(node.At(10), CommitRequest({{"", node.topic_id(), {{1, 5, -1, ""}}},
                                                           {"", unknown, {{1, 5, -1, ""}}}}))) ==
      std::vector{ErrorCode::kNone, ErrorCode::kUnknownTopicId});
  const auto found = HandleOffsetFetch(
      node.At(10), FetchRequest(std::vector<Topic>{{"", node.topic_id(), {{1, 0, -1, ""}}},
                                                   {"", unknown, {{1, 0, -1, ""}}}}));
  const auto& topics = found.groups[0].topics;
  REQUIRE(topics.size() == 2);
  CHECK(topics[0].partitions[0].committed_offset == 5);
  CHECK(topics[1].partitions[0].committed_offset == -1);
  CHECK(topics[1].partitions[0].error_code == ErrorCode::kUnknownTopicId);
  const auto all = HandleOffsetFetch(node.At(10), FetchRequest(std::nullopt));
  REQUIRE(all.groups[0].topics.size() == 1);
  CHECK(all.groups[0].topics[0].topic_id == node.topic_id());
}

TEST_CASE("what was never committed is -1 and no error, in one group and in several") {
  const NodeUnderTest node;
  Commit(node, 5);
  const std::vector<Topic> asked = {{"orders", {}, {{0, 0, -1, ""}, {2, 0, -1, ""}}},
                                    {"gone", {}, {{0, 0, -1, ""}}}};
  const auto several = HandleOffsetFetch(node.At(8), FetchRequest(asked)).groups[0];
  CHECK(several.error_code == ErrorCode::kNone);
  const auto& orders = several.topics[0].partitions;
  CHECK(orders[0].committed_leader_epoch == 7);
  CHECK(orders[0].metadata == "note");
  CHECK(orders[1].committed_offset == -1);
  CHECK(orders[1].committed_leader_epoch == -1);
  CHECK(orders[1].metadata == "");
  CHECK(several.topics[1].partitions[0].error_code == ErrorCode::kNone);

  wire::OffsetFetchRequest one;
  one.group_id = "g";
  one.topics = {{{"orders", {2, 0}}}};
  const auto answered = HandleOffsetFetch(node.At(1), one);
  REQUIRE(answered.topics.size() == 1);
  CHECK(answered.topics[0].partitions[0].committed_offset == -1);
  CHECK(answered.topics[0].partitions[1].committed_offset == 5);
  CHECK(answered.groups.empty());
  one.topics.reset();
  CHECK(HandleOffsetFetch(node.At(2), one).topics.size() == 1);
}

TEST_CASE("offsets of topics that members subscribe to are not deleted") {
  NodeUnderTest node;
  REQUIRE(node.engine().EnsureTopic("other", {}).ok());
  REQUIRE(Codes(HandleOffsetCommit(node.At(9),
                                   CommitRequest({{"orders", {}, {{0, 5, -1, ""}, {1, 6, -1, ""}}},
                                                  {"other", {}, {{0, 7, -1, ""}}}}))) ==
          std::vector(3, ErrorCode::kNone));
  const auto member = JoinAlone(node);
  const wire::OffsetDeleteRequest request = {"g", {{"orders", {{0}}}, {"other", {{0}, {8}}}}};
  auto deleted = HandleOffsetDelete(node.At(0), request);
  CHECK(deleted.error_code == ErrorCode::kNone);
  CHECK(deleted.topics[0].partitions[0].error_code == ErrorCode::kGroupSubscribedToTopic);
  CHECK(deleted.topics[1].partitions[0].error_code == ErrorCode::kNone);
  CHECK(deleted.topics[1].partitions[1].error_code == ErrorCode::kUnknownTopicOrPartition);
  CHECK(node.engine().groups()->FetchAll("g")->size() == 2);
  HandleLeaveGroup(node.At(2), {"g", member.member_id, {}});
  deleted = HandleOffsetDelete(node.At(0), request);
  CHECK(deleted.topics[0].partitions[0].error_code == ErrorCode::kNone);
  const auto left = *node.engine().groups()->FetchAll("g");
  REQUIRE(left.size() == 1);
  CHECK(left.begin()->first == TopicPartition{"orders", 1});
  CHECK(HandleOffsetDelete(node.At(0), {"none", {}}).error_code == ErrorCode::kGroupIdNotFound);
}

TEST_CASE("offsets of members that are no consumers are not deleted") {
  const NodeUnderTest node;
  Commit(node, 5);
  auto request = JoinRequest();
  request.protocol_type = "connect";
  REQUIRE(Join(node, 0, request)->value().error_code == ErrorCode::kNone);
  CHECK(HandleOffsetDelete(node.At(0), {"g", {{"orders", {{0}}}}}).error_code ==
        ErrorCode::kNonEmptyGroup);
}

TEST_CASE("a group is described with its members' bytes") {
  const NodeUnderTest node;
  const auto member = JoinAlone(node);
  const auto group = HandleDescribeGroups(node.At(6), {{"g"}, true}).groups.at(0);
  CHECK(group.group_state == "Stable");
  CHECK(group.protocol_type == "consumer");
  CHECK(group.protocol_data == "range");
  CHECK(group.authorized_operations == 3400);
  REQUIRE(group.members.size() == 1);
  CHECK(group.members[0].member_id == member.member_id);
  CHECK(group.members[0].client_id == "client");
  CHECK(group.members[0].client_host == "/127.0.0.1");
  CHECK(group.members[0].member_metadata == Subscription({"orders"}));
  CHECK(group.members[0].member_assignment == "mine");
}

TEST_CASE("a group that is not there is dead, and an error from version 6 on") {
  const NodeUnderTest node;
  const auto before = HandleDescribeGroups(node.At(5), {{"none"}, false}).groups.at(0);
  CHECK(before.error_code == ErrorCode::kNone);
  CHECK(before.group_state == "Dead");
  CHECK(before.error_message == std::nullopt);
  CHECK(before.authorized_operations == INT32_MIN);
  const auto since = HandleDescribeGroups(node.At(6), {{"none"}, false}).groups.at(0);
  CHECK(since.error_code == ErrorCode::kGroupIdNotFound);
  CHECK(since.group_state == "Dead");
  CHECK(since.error_message.has_value());
}

TEST_CASE("groups are listed by state and type, whatever the case of the names") {
  const NodeUnderTest node;
  JoinAlone(node);
  const auto count = [&](wire::ListGroupsRequest request) {
    return HandleListGroups(node.At(5), request).groups.size();
  };
  const auto all = HandleListGroups(node.At(5), {}).groups;
  REQUIRE(all.size() == 1);
  CHECK(all[0].group_id == "g");
  CHECK(all[0].protocol_type == "consumer");
  CHECK(all[0].group_state == "Stable");
  CHECK(all[0].group_type == "classic");
  CHECK(count({{" stABLE "}, {"Classic"}}) == 1);
  CHECK(count({{"Empty"}, {}}) == 0);
  CHECK(count({{"Happy"}, {}}) == 0);
  CHECK(count({{}, {"consumer"}}) == 0);
  CHECK(count({{}, {"odd"}}) == 0);
}

TEST_CASE("a group is deleted with its offsets once its members are gone") {
  NodeUnderTest node;
  Commit(node, 5);
  const auto member = JoinAlone(node);
  const auto code = [&] {
    return HandleDeleteGroups(node.At(2), {{"g"}}).results.at(0).error_code;
  };
  CHECK(code() == ErrorCode::kNonEmptyGroup);
  HandleLeaveGroup(node.At(2), {"g", member.member_id, {}});
  CHECK(code() == ErrorCode::kNone);
  CHECK(code() == ErrorCode::kGroupIdNotFound);
  CHECK(node.engine().groups()->FetchAll("g")->empty());
}

TEST_CASE("a member of this process and a client are in one group") {
  NodeUnderTest node;
  bool is_told = false;
  const auto token = node.engine().groups()->Observe("g", [&] { is_told = true; });
  std::optional<engine::JoinResponse> embedded;
  engine::JoinRequest request{.group_id = "g", .client_id = "embedded"};
  request.protocols = {{"range", Subscription({"orders"})}};
  request.needs_heartbeat = false;
  node.engine().groups()->Join(request, [&](const auto& joined) { embedded = joined; });
  REQUIRE(embedded.has_value());
  is_told = false;
  const auto client = Join(node, 3, JoinRequest());
  CHECK(is_told);
  CHECK_FALSE(client->has_value());
  request.member_id = embedded->member_id;
  node.engine().groups()->Join(request, [&](const auto& joined) { embedded = joined; });
  REQUIRE(client->has_value());
  CHECK((*client)->leader == embedded->member_id);
  CHECK(embedded->members.size() == 2);
}

// As of a node whose process was killed.
std::string CopyOf(const test::TemporaryFolder& folder) {
  const std::string copy = folder.path() + "/copy";
  std::filesystem::copy(folder.path() + "/data", copy, std::filesystem::copy_options::recursive);
  return copy;
}

ErrorCode CommitOf(const NodeUnderTest& node, const wire::JoinGroupResponse& member) {
  auto request = CommitRequest({{"orders", {}, {{0, 5, -1, ""}}}});
  request.generation_id_or_member_epoch = member.generation_id;
  request.member_id = member.member_id;
  return Codes(HandleOffsetCommit(node.At(9), request)).at(0);
}

TEST_CASE("members go on where they were after a restart, once clients can connect") {
  const test::TemporaryFolder folder;
  std::optional<NodeUnderTest> node(folder.path() + "/data");
  const auto member = JoinAlone(*node);
  REQUIRE(node->engine().Close().ok());
  node.reset();
  node.emplace(folder.path() + "/data");
  CHECK(Heartbeat(*node, member) == ErrorCode::kUnknownMemberId);
  CHECK(node->engine().groups()->Describe("g")->state == GroupState::kEmpty);
  node->engine().groups()->AwaitMembers();
  CHECK(node->engine().groups()->Describe("g")->state == GroupState::kStable);
  CHECK(Heartbeat(*node, member) == ErrorCode::kNone);
  CHECK(CommitOf(*node, member) == ErrorCode::kNone);
}

TEST_CASE("who joins a group before clients can connect has it without its members of before") {
  const test::TemporaryFolder folder;
  std::optional<NodeUnderTest> node(folder.path() + "/data");
  const auto before = JoinAlone(*node);
  node.emplace(CopyOf(folder));
  const auto member = JoinAlone(*node);
  node->engine().groups()->AwaitMembers();
  CHECK(Heartbeat(*node, member) == ErrorCode::kNone);
  CHECK(Heartbeat(*node, before) == ErrorCode::kUnknownMemberId);
}

TEST_CASE("offsets that were changed before clients can connect are not changed back by a member") {
  const bool is_deleted = GENERATE(false, true);
  const test::TemporaryFolder folder;
  std::optional<NodeUnderTest> node(folder.path() + "/data");
  const auto member = JoinAlone(*node);
  CHECK(CommitOf(*node, member) == ErrorCode::kNone);
  node.emplace(CopyOf(folder));
  if (is_deleted) {
    REQUIRE(node->engine().groups()->DeleteOffsets("g", {{"orders", 0}}).ok());
  } else {
    Commit(*node, 1);
  }
  REQUIRE(node->engine().Close().ok());
  node.reset();
  node.emplace(folder.path() + "/copy");
  node->engine().groups()->AwaitMembers();
  CHECK(Heartbeat(*node, member) == ErrorCode::kUnknownMemberId);
  CHECK(CommitOf(*node, member) == ErrorCode::kUnknownMemberId);
}

TEST_CASE("a member that lived in a process that was killed is not waited for, and others are") {
  const test::TemporaryFolder folder;
  std::optional<NodeUnderTest> node(folder.path() + "/data");
  std::optional<engine::JoinResponse> embedded;
  engine::JoinRequest request{.group_id = "g", .client_id = "embedded"};
  request.protocols = {{"range", Subscription({"orders"})}};
  request.needs_heartbeat = false;
  engine::GroupService& groups = *node->engine().groups();
  groups.Join(request, [&](const auto& joined) { embedded = joined; });
  REQUIRE(embedded.has_value());
  const auto client = Join(*node, 3, JoinRequest());
  request.member_id = embedded->member_id;
  groups.Join(request, [&](const auto& joined) { embedded = joined; });
  REQUIRE(client->has_value());
  const auto synced = Sync(*node, 5, SyncRequest(**client));
  groups.Sync({.group_id = "g",
               .generation = embedded->generation,
               .member_id = embedded->member_id,
               .assignments = {{(*client)->member_id, "its"}}},
              [](const auto&) {});
  REQUIRE(synced->has_value());
  node.emplace(CopyOf(folder));
  node->engine().groups()->AwaitMembers();
  const absl::Time give_up = absl::Now() + absl::Seconds(10);
  while (Heartbeat(*node, **client) == ErrorCode::kNone && absl::Now() < give_up) {
    std::this_thread::yield();
  }
  CHECK(Heartbeat(*node, **client) == ErrorCode::kRebalanceInProgress);
  CHECK(node->engine().groups()->Describe("g")->members.size() == 1);
}

TEST_CASE("once the engine is closed there is no coordinator") {
  NodeUnderTest node;
  const auto member = JoinAlone(node);
  REQUIRE(node.engine().Close().ok());
  CHECK(Heartbeat(node, member) == ErrorCode::kCoordinatorNotAvailable);
  CHECK(Join(node, 9, JoinRequest())->value().error_code == ErrorCode::kCoordinatorNotAvailable);
  CHECK(HandleListGroups(node.At(5), {}).error_code == ErrorCode::kCoordinatorNotAvailable);
  CHECK(HandleOffsetFetch(node.At(8), FetchRequest(std::nullopt)).groups[0].error_code ==
        ErrorCode::kCoordinatorNotAvailable);
}

}  // namespace
}  // namespace rill::net
