#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "catch.h"
#include "engine/group/offset_records.h"
#include "engine/local_engine.h"
#include "engine/topic_offset_store.h"
#include "restartable_engine.h"
#include "rill/error.h"
#include "rill/testing/faulty_storage.h"
#include "rill/testing/manual_clock.h"

namespace rill::engine {
namespace {

using Offsets = std::map<TopicPartition, OffsetAndMetadata>;

const Offsets kSome = {{{"orders", 0}, {17, 3, "seen"}}, {{"orders", 1}, {4, -1, ""}}};

void CheckContract(OffsetStore& store) {
  REQUIRE(store.Commit("billing", kSome) == absl::OkStatus());
  REQUIRE(store.Commit("audit", {{{"orders", 0}, {1, -1, ""}}}) == absl::OkStatus());
  CHECK(store.FetchAll("billing").value() == kSome);
  CHECK(store.Fetch("billing", {{"orders", 1}, {"orders", 2}}).value() ==
        Offsets{{{"orders", 1}, {4, -1, ""}}});
  CHECK(store.FetchAll("nobody").value().empty());
  CHECK(store.Groups().value() == std::vector<std::string>{"audit", "billing"});

  REQUIRE(store.Commit("billing", {{{"orders", 1}, {9, -1, "later"}}}) == absl::OkStatus());
  CHECK(store.FetchAll("billing").value().at({"orders", 1}).offset == 9);
  CHECK(store.FetchAll("billing").value().at({"orders", 0}).offset == 17);

  REQUIRE(store.DeleteGroup("audit") == absl::OkStatus());
  REQUIRE(store.DeleteGroup("audit") == absl::OkStatus());
  CHECK(store.Groups().value() == std::vector<std::string>{"billing"});
  REQUIRE(store.Commit("billing", {{{"other", 0}, {5, -1, ""}}}) == absl::OkStatus());
  REQUIRE(store.DeleteTopic("orders") == absl::OkStatus());
  CHECK(store.FetchAll("billing").value() == Offsets{{{"other", 0}, {5, -1, ""}}});
}

}  // namespace

TEST_CASE("a store in memory keeps the contract of offset stores") {
  CheckContract(*NewMemoryOffsetStore());
}

TEST_CASE("a store in a topic keeps the contract of offset stores") {
  RestartableEngine engine;
  CheckContract(engine.offsets());
}

TEST_CASE("a deletion that its check refuses deletes nothing, and no commit comes in between") {
  RestartableEngine engine;
  auto& store = dynamic_cast<TopicOffsetStore&>(engine.offsets());
  REQUIRE(store.Commit("billing", kSome) == absl::OkStatus());
  CHECK(absl::IsAborted(store.DeleteGroupIf([] { return absl::AbortedError("no"); }, "billing")));
  CHECK(store.FetchAll("billing").value() == kSome);

  std::thread committer;
  std::atomic<bool> is_stored = false;
  const auto check = [&] {
    committer = std::thread([&] { is_stored = store.Commit("billing", kSome).ok(); });
    absl::SleepFor(absl::Milliseconds(20));
    CHECK_FALSE(is_stored);
    return absl::OkStatus();
  };
  CHECK(store.DeleteGroupIf(check, "billing").ok());
  committer.join();
  CHECK(is_stored);
  CHECK(store.FetchAll("billing").value() == kSome);
}

TEST_CASE("offsets in the topic survive a clean restart and a kill") {
  RestartableEngine engine;
  REQUIRE(engine.offsets().Commit("billing", kSome) == absl::OkStatus());
  REQUIRE(engine.offsets().Commit("gone", kSome) == absl::OkStatus());
  REQUIRE(engine.offsets().DeleteGroup("gone") == absl::OkStatus());
  engine.CloseAndOpen();
  CHECK(engine.offsets().FetchAll("billing").value() == kSome);
  REQUIRE(engine.offsets().Commit("billing", {{{"orders", 0}, {18, 3, ""}}}) == absl::OkStatus());
  engine.KillAndOpen();
  CHECK(engine.offsets().FetchAll("billing").value().at({"orders", 0}).offset == 18);
  CHECK(engine.offsets().FetchAll("billing").value().at({"orders", 1}).offset == 4);
  CHECK(engine.offsets().Groups().value() == std::vector<std::string>{"billing"});
}

TEST_CASE("a group's records stand in the partition that Kafka would choose") {
  RestartableEngine engine;
  REQUIRE(engine.offsets().Commit("billing", kSome) == absl::OkStatus());
  auto topic = engine.engine().FindTopic("__consumer_offsets");
  REQUIRE(topic.ok());
  const std::int32_t chosen = PartitionForGroup("billing", (*topic)->partition_count());
  for (std::int32_t i = 0; i < (*topic)->partition_count(); ++i) {
    auto partition = (*topic)->OpenPartition(i);
    REQUIRE(partition.ok());
    CHECK((*partition)->log()->high_watermark() == (i == chosen ? 2 : 0));
  }
}

TEST_CASE("a record of the offsets topic that is none keeps the engine shut, and names its place") {
  auto storage = std::make_shared<testing::FaultyStorage>();
  Options options;
  options.storage = storage;
  options.maintenance = Options::Maintenance::kByCaller;
  {
    auto engine = LocalEngine::Open("./data", options);
    REQUIRE(engine.ok());
    REQUIRE((*engine)->CreateTopic("orders", {.partitions = 2}).ok());
    REQUIRE((*engine)->offsets()->Commit("billing", kSome) == absl::OkStatus());
    auto partition = (*(*engine)->FindTopic("__consumer_offsets"))->OpenPartition(1);
    REQUIRE(partition.ok());
    REQUIRE((*partition)
                ->log()
                ->AppendRecord({.key = std::string_view("\0\1\0", 3), .value = "x"})
                .ok());
    REQUIRE((*engine)->Close() == absl::OkStatus());
  }
  const absl::Status refused = LocalEngine::Open("./data", options).status();
  CHECK(absl::IsDataLoss(refused));
  CHECK(std::string(refused.message()).find("__consumer_offsets-1 offset") != std::string::npos);
}

TEST_CASE("a commit by a member of an older generation is refused, a stranger's is taken") {
  RestartableEngine engine;
  GroupService& groups = *engine.engine().groups();
  JoinResponse joined;
  groups.Join({.group_id = "billing", .protocols = {{"range", ""}}, .needs_heartbeat = false},
              [&](const JoinResponse& response) { joined = response; });
  REQUIRE(joined.error == ErrorCode::kNone);
  SyncResponse synced;
  groups.Sync({.group_id = "billing",
               .generation = joined.generation,
               .member_id = joined.member_id,
               .assignments = {{joined.member_id, "assignment"}}},
              [&](const SyncResponse& response) { synced = response; });
  REQUIRE(synced.assignment == "assignment");

  const CommitRequest member{
      .group_id = "billing", .generation = joined.generation, .member_id = joined.member_id};
  CHECK(groups.Commit(member, kSome) == absl::OkStatus());
  CommitRequest older = member;
  older.generation -= 1;
  const absl::Status refused = groups.Commit(older, {{{"orders", 0}, {99, -1, ""}}});
  CHECK(absl::IsAborted(refused));
  CHECK(GetErrorCode(refused) == ErrorCode::kIllegalGeneration);
  CHECK(groups.FetchAll("billing").value() == kSome);
  CHECK(groups.Commit({.group_id = "alone"}, kSome) == absl::OkStatus());

  const absl::Status not_empty = groups.Delete("billing");
  CHECK(GetErrorCode(not_empty) == ErrorCode::kNonEmptyGroup);
  CHECK(groups.Delete("alone") == absl::OkStatus());
  CHECK(GetErrorCode(groups.Delete("alone")) == ErrorCode::kGroupIdNotFound);
}

TEST_CASE("metadata past offset.metadata.max.bytes is refused, and nothing of the commit is kept") {
  RestartableEngine engine;
  GroupService& groups = *engine.engine().groups();
  const Offsets long_metadata = {{{"orders", 0}, {1, -1, ""}},
                                 {{"orders", 1}, {1, -1, std::string(4097, 'm')}}};
  const absl::Status refused = groups.Commit({.group_id = "billing"}, long_metadata);
  CHECK(GetErrorCode(refused) == ErrorCode::kOffsetMetadataTooLarge);
  CHECK(groups.FetchAll("billing").value().empty());
}

TEST_CASE(
    "metadata that a record cannot hold is refused, however much offset.metadata.max.bytes "
    "allows") {
  Options options;
  options.maintenance = Options::Maintenance::kByCaller;
  options.configs = {{"offset.metadata.max.bytes", "100000"}};
  RestartableEngine engine(options);
  const auto commit = [&](std::size_t size) {
    return engine.engine().groups()->Commit({.group_id = "billing"},
                                            {{{"orders", 0}, {1, -1, std::string(size, 'm')}}});
  };
  CHECK(commit(32767).ok());
  CHECK(GetErrorCode(commit(32768)) == ErrorCode::kOffsetMetadataTooLarge);
}

TEST_CASE("a group's generation goes on after a restart, without its members") {
  RestartableEngine engine;
  std::int32_t before = 0;
  for (int i = 0; i < 3; ++i) {
    JoinResponse joined;
    engine.engine().groups()->Join({.group_id = "billing", .protocols = {{"range", ""}}},
                                   [&](const JoinResponse& response) { joined = response; });
    REQUIRE(joined.error == ErrorCode::kNone);
    engine.engine().groups()->Sync({.group_id = "billing",
                                    .generation = joined.generation,
                                    .member_id = joined.member_id,
                                    .assignments = {{joined.member_id, ""}}},
                                   [](const SyncResponse&) {});
    CHECK(joined.generation > before);
    before = joined.generation;
    engine.CloseAndOpen();
    auto described = engine.engine().groups()->Describe("billing");
    REQUIRE(described.ok());
    CHECK(described->state == GroupState::kEmpty);
    CHECK(described->members.empty());
  }
}

ConsumerHeartbeat JoinOf(const std::string& member_id) {
  ConsumerHeartbeat join;
  join.group_id = "billing";
  join.member_id = member_id;
  join.rebalance_timeout = absl::Minutes(1);
  join.subscribed_topics = {{"orders"}};
  join.owned = IdPartitions();
  return join;
}

TEST_CASE("a consumer group's epoch goes on after a restart, and its members join again") {
  RestartableEngine engine;
  std::int32_t before = 0;
  for (int i = 0; i < 3; ++i) {
    auto beat = JoinOf("a");
    const auto joined = engine.groups().ConsumerGroupHeartbeat(beat);
    REQUIRE(joined.error == ErrorCode::kNone);
    CHECK(joined.member_epoch > before);
    CHECK(joined.assignment->size() == 2);
    before = joined.member_epoch;
    engine.KillAndOpen();
    CHECK(engine.groups().Describe("billing")->state == GroupState::kEmpty);
    beat.member_epoch = before;
    CHECK(engine.groups().ConsumerGroupHeartbeat(beat).error == ErrorCode::kUnknownMemberId);
  }
}

TEST_CASE("a group without members becomes one of the other protocol, and stays it") {
  RestartableEngine engine;
  GroupService& groups = engine.groups();
  REQUIRE(groups.Commit({.group_id = "billing"}, kSome).ok());
  REQUIRE(groups.ConsumerGroupHeartbeat(JoinOf("a")).error == ErrorCode::kNone);
  CHECK(groups.ListAll().at(0).type == GroupType::kConsumer);
  const auto join = [&] {
    ErrorCode error = ErrorCode::kUnknownServerError;
    engine.groups().Join({.group_id = "billing", .protocols = {{"range", ""}}},
                         [&](const JoinResponse& response) { error = response.error; });
    return error;
  };
  CHECK(join() == ErrorCode::kInconsistentGroupProtocol);
  auto leave = JoinOf("a");
  leave.member_epoch = kLeavingEpoch;
  REQUIRE(groups.ConsumerGroupHeartbeat(leave).error == ErrorCode::kNone);
  CHECK(join() == ErrorCode::kNone);
  CHECK(groups.ListAll().at(0).type == GroupType::kClassic);
  CHECK(groups.ConsumerGroupHeartbeat(JoinOf("a")).error == ErrorCode::kGroupIdNotFound);
  engine.CloseAndOpen();
  CHECK(engine.groups().ListAll().at(0).type == GroupType::kClassic);
  CHECK(engine.groups().FetchAll("billing").value() == kSome);
  REQUIRE(engine.groups().ConsumerGroupHeartbeat(JoinOf("b")).error == ErrorCode::kNone);
  engine.CloseAndOpen();
  CHECK(engine.groups().ListAll().at(0).type == GroupType::kConsumer);
  CHECK(engine.groups().FetchAll("billing").value() == kSome);
}

TEST_CASE("a join that is refused leaves a consumer group without members as it is") {
  RestartableEngine engine;
  GroupService& groups = engine.groups();
  REQUIRE(groups.ConsumerGroupHeartbeat(JoinOf("a")).error == ErrorCode::kNone);
  auto leave = JoinOf("a");
  leave.member_epoch = kLeavingEpoch;
  REQUIRE(groups.ConsumerGroupHeartbeat(leave).error == ErrorCode::kNone);
  const std::int32_t epoch = groups.DescribeConsumers("billing")->epoch;
  ErrorCode error = ErrorCode::kNone;
  groups.Join({.group_id = "billing",
               .session_timeout = absl::Milliseconds(1),
               .protocols = {{"range", ""}}},
              [&](const JoinResponse& response) { error = response.error; });
  CHECK(error == ErrorCode::kInvalidSessionTimeout);
  CHECK(groups.ListAll().at(0).type == GroupType::kConsumer);
  CHECK(groups.DescribeConsumers("billing")->epoch == epoch);
}

TEST_CASE("a consumer group is described, and deleted with its offsets once it is empty") {
  RestartableEngine engine;
  GroupService& groups = engine.groups();
  REQUIRE(groups.Commit({.group_id = "billing"}, kSome).ok());
  groups.ConsumerGroupHeartbeat(JoinOf("a"));
  const auto described = groups.Describe("billing");
  REQUIRE(described.ok());
  CHECK(described->state == GroupState::kStable);
  CHECK(described->generation == 1);
  CHECK(described->assignor == "uniform");
  REQUIRE(described->members.size() == 1);
  CHECK(described->members[0].assignment ==
        std::vector<TopicPartition>{{"orders", 0}, {"orders", 1}});
  CHECK(groups.DeleteOffsets("billing", {{"orders", 0}}).value() ==
        std::set<std::string>{"orders"});
  CHECK(GetErrorCode(groups.Delete("billing")) == ErrorCode::kNonEmptyGroup);
  auto leave = JoinOf("a");
  leave.member_epoch = kLeavingEpoch;
  groups.ConsumerGroupHeartbeat(leave);
  CHECK(groups.Delete("billing").ok());
  engine.CloseAndOpen();
  CHECK(engine.groups().ListAll().empty());
  CHECK(engine.groups().FetchAll("billing")->empty());
}

TEST_CASE("a consumer group's members commit at their epoch alone, which sessions end") {
  testing::ManualClock clock;
  Options options = ByCaller();
  options.clock = &clock;
  RestartableEngine engine(options);
  GroupService& groups = engine.groups();
  groups.ConsumerGroupHeartbeat(JoinOf("a"));
  CommitRequest commit{.group_id = "billing", .generation = 1, .member_id = "a"};
  CHECK(groups.Commit(commit, kSome).ok());
  CHECK(groups.ValidateFetch("billing", "a", 1) == ErrorCode::kNone);
  commit.generation = 2;
  CHECK(GetErrorCode(groups.Commit(commit, kSome)) == ErrorCode::kStaleMemberEpoch);
  CHECK(groups.ValidateFetch("billing", "a", 2) == ErrorCode::kStaleMemberEpoch);
  CHECK(groups.ValidateFetch("another", "a", 2) == ErrorCode::kNone);
  clock.Advance(absl::Seconds(46));
  engine.engine().RunMaintenance();
  CHECK(groups.Describe("billing")->state == GroupState::kEmpty);
}

TEST_CASE("new partitions are given to a consumer group's members") {
  RestartableEngine engine;
  engine.groups().ConsumerGroupHeartbeat(JoinOf("a"));
  REQUIRE(engine.engine().CreatePartitions("orders", 3).ok());
  auto beat = JoinOf("a");
  beat.member_epoch = 1;
  CHECK(engine.groups().ConsumerGroupHeartbeat(beat).assignment->size() == 3);
}

TEST_CASE("members hear of a rebalance until they stop listening") {
  RestartableEngine engine;
  GroupService& groups = *engine.engine().groups();
  int heard = 0;
  auto token = groups.Observe("billing", [&] { ++heard; });
  const auto join = [&] {
    groups.Join({.group_id = "billing", .protocols = {{"range", ""}}}, [](const JoinResponse&) {});
  };
  join();
  const int after_first = heard;
  CHECK(after_first >= 1);
  token = nullptr;
  join();
  CHECK(heard == after_first);
}

TEST_CASE("closing answers everyone who waits") {
  RestartableEngine engine;
  GroupService& groups = *engine.engine().groups();
  groups.Join({.group_id = "billing", .protocols = {{"range", ""}}}, [](const JoinResponse&) {});
  ErrorCode answered = ErrorCode::kNone;
  // Waits for the first member to join again.
  groups.Join({.group_id = "billing", .protocols = {{"range", ""}}},
              [&](const JoinResponse& response) { answered = response.error; });
  groups.Close();
  CHECK(answered == ErrorCode::kNotCoordinator);
}

}  // namespace rill::engine
