#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.h"
#include "engine/group/stored_consumer_group.h"
#include "engine/memory_offset_store.h"
#include "lenient_group_records.h"
#include "migrating_consumer.h"
#include "rill/testing/manual_clock.h"

// Groups whose consumers go from the one protocol to the other, and back (KIP-848's online
// migration).

namespace rill::engine {
namespace {

// What was written down, for another service to begin with.
class KeptRecords final : public LenientGroupRecords {
 public:
  absl::Status StoreGroup(const std::string& group, const GroupMetadataValue& value) override {
    REQUIRE_FALSE(consumers.contains(group));  // it is of one kind
    classic[group] = value;
    return absl::OkStatus();
  }
  absl::Status EraseGroup(const std::string& group) override {
    classic.erase(group);
    return absl::OkStatus();
  }
  absl::Status StoreConsumerGroup(const std::string& group,
                                  std::span<const ConsumerGroupRecord> records) override {
    for (const auto& [key, value] : records) {
      REQUIRE(key.group == group);
      if (value.has_value()) REQUIRE_FALSE(classic.contains(group));
      const auto bytes = value.has_value() ? std::optional<std::string_view>(*value) : std::nullopt;
      REQUIRE(TakeConsumerGroupRecord(key, bytes, consumers).ok());
    }
    return absl::OkStatus();
  }

  std::map<std::string, GroupMetadataValue> classic;
  StoredConsumerGroups consumers;
};

class MigratingGroupUnderTest {
 public:
  explicit MigratingGroupUnderTest(ConsumerGroupConfig config = {})
      : topics(std::make_shared<TestTopics>()), config_(std::move(config)) {
    topics->Make("orders", 4);
    Start();
  }

  std::shared_ptr<TestTopics> topics;
  std::shared_ptr<KeptRecords> records = std::make_shared<KeptRecords>();
  std::unique_ptr<GroupService> service;
  std::vector<std::unique_ptr<MigratingConsumer>> consumers;
  std::vector<std::string> warnings;

  // From what was written down.
  void Restart() {
    service->Close();
    Start();
    for (const auto& [group, value] : records->classic) service->Restore(group, value);
    for (const auto& [group, stored] : StoredConsumerGroups(records->consumers)) {
      service->RestoreConsumerGroup(group, stored);
    }
    service->AwaitMembers();
  }

  MigratingConsumer& Add(bool is_classic, Assignor assignor = Assignor::kRange) {
    consumers.push_back(std::make_unique<MigratingConsumer>(
        service, *topics, fmt::format("consumer{}", consumers.size())));
    consumers.back()->is_classic = is_classic;
    consumers.back()->assignor = assignor;
    return *consumers.back();
  }

  void Advance(absl::Duration duration) {
    for (; duration > absl::ZeroDuration(); duration -= absl::Seconds(1)) {
      clock_.Advance(std::min(duration, absl::Seconds(1)));
      service->Run(clock_.Now());
    }
  }

  // Without a look at the time in between.
  void Leap(absl::Duration duration) {
    clock_.Advance(duration);
    service->Run(clock_.Now());
  }

  // Until nobody has anything to say any more.
  void Settle() {
    for (int round = 0; round < 60; ++round) {
      Advance(absl::Milliseconds(300));
      for (const auto& consumer : consumers) consumer->Step();
      CheckThatNothingIsOwnedTwice();
    }
  }

  void CheckThatNothingIsOwnedTwice() {
    std::set<TopicPartition> taken;
    for (const auto& consumer : consumers) {
      if (!consumer->MayCommit()) continue;
      for (const TopicPartition& at : consumer->owned()) REQUIRE(taken.insert(at).second);
    }
  }

  // All of `name` is owned, each partition by one.
  void CheckThatAllIsOwned(const std::string& name) {
    std::map<TopicPartition, int> owners;
    for (const auto& consumer : consumers) {
      for (const TopicPartition& at : consumer->owned()) ++owners[at];
    }
    for (std::int32_t i = 0; i < topics->Find(name)->partitions; ++i) {
      CAPTURE(name, i);
      CHECK(owners[{name, i}] == 1);
    }
  }

  GroupType Type() {
    for (const ListedGroup& group : service->ListAll()) {
      if (group.group_id == "g") return group.type;
    }
    FAIL("there is no group");
    return GroupType::kClassic;
  }

 private:
  void Start() {
    service = std::make_unique<GroupService>(
        GroupService::Parts{.clock = &clock_,
                            .config = {},
                            .consumer_config = config_,
                            .new_member_id = [this] { return fmt::format("made{}", ++ids_); },
                            .offsets = std::make_shared<MemoryOffsetStore>(),
                            .records = records,
                            .topics = topics,
                            .schedule = [](absl::Time) {},
                            .warn = [this](const std::string& line) { warnings.push_back(line); }});
  }

  const ConsumerGroupConfig config_;
  testing::ManualClock clock_;
  int ids_ = 0;
};

TEST_CASE("A classic group goes over with its members when one joins by the consumer protocol") {
  for (const Assignor assignor : {Assignor::kRange, Assignor::kCooperativeSticky}) {
    MigratingGroupUnderTest group;
    group.Add(true, assignor);
    group.Add(true, assignor);
    group.Settle();
    REQUIRE(group.Type() == GroupType::kClassic);
    group.Add(false);
    group.Settle();
    CHECK(group.Type() == GroupType::kConsumer);
    group.CheckThatAllIsOwned("orders");
    const auto described = group.service->DescribeConsumers("g");
    REQUIRE(described.ok());
    REQUIRE(described->members.size() == 3);
    int classic = 0;
    for (const DescribedConsumer& member : described->members) {
      classic += member.is_classic ? 1 : 0;
      CHECK_FALSE(member.assigned.empty());
    }
    CHECK(classic == 2);
  }
}

TEST_CASE("A consumer of the classic protocol joins a consumer group, and shares in it") {
  for (const Assignor assignor : {Assignor::kRange, Assignor::kCooperativeSticky}) {
    MigratingGroupUnderTest group;
    group.Add(false);
    group.Settle();
    MigratingConsumer& classic = group.Add(true, assignor);
    group.Settle();
    CHECK(group.Type() == GroupType::kConsumer);
    CHECK(classic.owned().size() == 2);
    group.CheckThatAllIsOwned("orders");
    classic.Leave();
    group.Settle();
    group.CheckThatAllIsOwned("orders");
  }
}

TEST_CASE("When the last consumer of the new protocol leaves, the group is a classic one again") {
  MigratingGroupUnderTest group;
  group.Add(true);
  group.Add(true);
  MigratingConsumer& upgraded = group.Add(false);
  group.Settle();
  REQUIRE(group.Type() == GroupType::kConsumer);
  SECTION("with a word") {
    upgraded.Leave();
    upgraded.is_classic = true;
  }
  SECTION("or without") {
    group.consumers.pop_back();
    for (int i = 0; i < 50; ++i) {
      group.Advance(absl::Seconds(1));
      for (const auto& consumer : group.consumers) consumer->Step();
    }
  }
  group.Settle();
  CHECK(group.Type() == GroupType::kClassic);
  group.CheckThatAllIsOwned("orders");
}

TEST_CASE("Who is left when a group becomes a classic one again may still commit what it has") {
  MigratingGroupUnderTest group;
  MigratingConsumer& left = group.Add(true);
  MigratingConsumer& upgraded = group.Add(false);
  group.Settle();
  REQUIRE(left.MayCommit());
  upgraded.Leave();
  REQUIRE(group.Type() == GroupType::kClassic);
  CHECK(left.MayCommit());
  const DescribedGroup described = group.service->DescribeMembers("g").value();
  REQUIRE(described.members.size() == 1);
  CHECK(group.service->Heartbeat({"g", described.generation, described.members[0].member_id, ""}) ==
        ErrorCode::kRebalanceInProgress);
}

TEST_CASE("What a cooperative member must give up is its own until it has heard that") {
  MigratingGroupUnderTest group;
  MigratingConsumer& first = group.Add(true, Assignor::kCooperativeSticky);
  group.Settle();
  MigratingConsumer& second = group.Add(true, Assignor::kCooperativeSticky);
  for (int i = 0; i < 2; ++i) second.Step();  // is given an id, and joins
  for (int i = 0; i < 3; ++i) first.Step();   // is told to join again, joins, and divides
  REQUIRE(first.owned().size() == 4);
  REQUIRE(first.MayCommit());
  MigratingConsumer& upgraded = group.Add(false);
  for (int i = 0; i < 3; ++i) {
    upgraded.Step();
    group.CheckThatNothingIsOwnedTwice();
  }
  CHECK(first.MayCommit());
  group.Settle();
  CHECK(group.Type() == GroupType::kConsumer);
  group.CheckThatAllIsOwned("orders");
}

TEST_CASE("Who was removed and says that it has partitions is told so, once") {
  MigratingGroupUnderTest group;
  group.Add(false);
  group.Settle();
  const auto join = [&] {
    const auto owner =
        EncodeSubscription({.topics = {"orders"}, .owned_partitions = {{"orders", 0}}});
    ErrorCode error = ErrorCode::kUnknownServerError;
    group.service->Join({.group_id = "g", .member_id = "m", .protocols = {{"range", owner}}},
                        [&](const JoinResponse& response) { error = response.error; });
    return error;
  };
  REQUIRE(join() == ErrorCode::kNone);
  REQUIRE(group.service->Leave({"g", {{"m", "", ""}}}).members.at(0).error == ErrorCode::kNone);
  CHECK(join() == ErrorCode::kUnknownMemberId);
  CHECK(join() == ErrorCode::kNone);  // as clients do that keep what they say
}

TEST_CASE("Of two cooperative members that say they have a partition, the later one is believed") {
  ConsumerHarness group;
  group.topics.Make("orders", 1);
  const auto member = [](const std::string& id, std::int32_t generation) {
    return Member{.id = id,
                  .session_timeout = absl::Seconds(30),
                  .rebalance_timeout = absl::Seconds(30),
                  .protocols = {{"cooperative-sticky",
                                 EncodeSubscription({.topics = {"orders"},
                                                     .owned_partitions = {{"orders", 0}},
                                                     .generation = generation})}}};
  };
  ConsumerGroupEffects effects;
  group.coordinator.Adopt("g", {.generation = 7, .members = {member("a", 5), member("b", 6)}},
                          group.topics, group.now, &effects);
  const auto described = group.Group();
  REQUIRE(described.members.size() == 2);
  CHECK(described.members[0].assigned.empty());
  CHECK_FALSE(described.members[1].assigned.empty());
}

TEST_CASE("A topic that a member names many times is assigned to it once, on either way") {
  MigratingGroupUnderTest group;
  group.Add(true).subscribed = std::vector<std::string>(50, "orders");
  group.Settle();
  MigratingConsumer& upgraded = group.Add(false);
  upgraded.Step();
  upgraded.Leave();  // before the first one has joined again
  REQUIRE(group.Type() == GroupType::kClassic);
  const auto& kept = group.records->classic.at("g").members.at(0).assignment;
  CHECK(DecodeAssignment(kept)->partitions.size() == 4);
}

TEST_CASE("Members that fall silent at once leave records of one kind of group behind") {
  MigratingGroupUnderTest group;
  group.Add(false).Step();
  // One of this process, that may be silent for longer.
  group.service->Join(
      {.group_id = "g",
       .member_id = "embedded",
       .protocols = {{"range", EncodeSubscription({.topics = {"orders"}})}},
       .needs_heartbeat = false},
      [](const JoinResponse& response) { REQUIRE(response.error == ErrorCode::kNone); });
  group.Advance(absl::Seconds(1));
  auto other = ConsumerHarness::JoinOf("other");
  other.group_id = "other";
  group.service->ConsumerGroupHeartbeat(other);
  group.Advance(absl::Seconds(1));
  group.Add(false).Step();
  // All of them at once, as after a sleep, and those of the two groups in turns.
  group.Leap(absl::Seconds(50));
  CHECK(group.Type() == GroupType::kClassic);
  CHECK(group.records->classic.contains("g"));
  CHECK_FALSE(group.records->consumers.contains("g"));
}

TEST_CASE("A group of both kinds of members goes on where it was after a restart") {
  for (const Assignor assignor : {Assignor::kRange, Assignor::kCooperativeSticky}) {
    MigratingGroupUnderTest group;
    group.Add(true, assignor);
    group.Add(false);
    group.Settle();
    const auto before = group.consumers[0]->owned();
    group.Restart();
    CHECK(group.consumers[0]->MayCommit());
    CHECK(group.consumers[1]->MayCommit());
    group.Settle();
    CHECK(group.Type() == GroupType::kConsumer);
    CHECK(group.consumers[0]->owned() == before);
  }
}

TEST_CASE("A static member keeps what it has when it comes back by the other protocol") {
  MigratingGroupUnderTest group;
  MigratingConsumer& consumer = group.Add(true);
  consumer.instance_id = "i";
  group.Add(true).instance_id = "j";
  group.Settle();
  const auto owned = consumer.owned();
  REQUIRE(owned.size() == 2);
  consumer.Die();
  consumer.is_classic = false;
  group.Settle();
  CHECK(group.Type() == GroupType::kConsumer);
  CHECK(consumer.owned() == owned);
  consumer.Die();
  consumer.is_classic = true;
  group.Settle();
  CHECK(group.Type() == GroupType::kClassic);
  group.CheckThatAllIsOwned("orders");
}

TEST_CASE("A group goes over only where the policy has it so, and its members can be read") {
  ConsumerGroupConfig config;
  SECTION("not without upgrades") {
    config.upgrades = false;
    MigratingGroupUnderTest group(config);
    group.Add(true);
    group.Settle();
    const auto refused = group.service->ConsumerGroupHeartbeat(ConsumerHarness::JoinOf("new"));
    CHECK(refused.error == ErrorCode::kGroupIdNotFound);
    CHECK(group.Type() == GroupType::kClassic);
  }
  SECTION("nor back without downgrades") {
    config.downgrades = false;
    MigratingGroupUnderTest group(config);
    group.Add(true);
    MigratingConsumer& upgraded = group.Add(false);
    group.Settle();
    upgraded.Leave();
    upgraded.is_classic = true;
    group.Settle();
    CHECK(group.Type() == GroupType::kConsumer);
    group.CheckThatAllIsOwned("orders");
  }
  SECTION("nor are the two mixed where neither is allowed") {
    config.upgrades = config.downgrades = false;
    MigratingGroupUnderTest group(config);
    group.Add(false);
    group.Settle();
    ErrorCode told = ErrorCode::kNone;
    group.service->Join(
        {.group_id = "g", .protocols = {{"range", EncodeSubscription({.topics = {"orders"}})}}},
        [&](const JoinResponse& response) { told = response.error; });
    CHECK(told == ErrorCode::kInconsistentGroupProtocol);
  }
  SECTION("nor where data of the members' own assignor would be lost") {
    MigratingGroupUnderTest group;
    JoinResponse joined;
    group.service->Join(
        {.group_id = "g", .protocols = {{"mine", EncodeSubscription({.topics = {"orders"}})}}},
        [&](const JoinResponse& response) { joined = response; });
    const auto given = EncodeAssignment({.partitions = {{"orders", 0}}, .user_data = "tasks"});
    group.service->Sync({.group_id = "g",
                         .generation = joined.generation,
                         .member_id = joined.member_id,
                         .assignments = {{joined.member_id, given}}},
                        [](const SyncResponse&) {});
    const auto refused = group.service->ConsumerGroupHeartbeat(ConsumerHarness::JoinOf("new"));
    CHECK(refused.error == ErrorCode::kGroupIdNotFound);
    CHECK(refused.error_message.find("user data") != std::string::npos);
    CHECK(group.warnings == std::vector<std::string>{refused.error_message});
  }
  SECTION("nor with members whose words are not a consumer's") {
    MigratingGroupUnderTest group;
    group.service->Join({.group_id = "g", .protocols = {{"range", "?"}}}, [](const auto&) {});
    const auto refused = group.service->ConsumerGroupHeartbeat(ConsumerHarness::JoinOf("new"));
    CHECK(refused.error == ErrorCode::kGroupIdNotFound);
  }
}

TEST_CASE("A refused upgrade leaves the classic group as it was") {
  ConsumerGroupConfig config;
  config.max_size = 1;
  MigratingGroupUnderTest group(config);
  MigratingConsumer& consumer = group.Add(true);
  group.Settle();
  const auto refused = group.service->ConsumerGroupHeartbeat(ConsumerHarness::JoinOf("new"));
  CHECK(refused.error == ErrorCode::kGroupMaxSizeReached);
  CHECK(group.Type() == GroupType::kClassic);
  CHECK(consumer.MayCommit());
  CHECK(consumer.owned().size() == 4);
}

TEST_CASE("Who waits for a classic group that goes over is told to join again") {
  MigratingGroupUnderTest group;
  group.Add(true);
  group.Settle();
  ErrorCode told = ErrorCode::kNone;
  group.service->Join({.group_id = "g",
                       .session_timeout = absl::Seconds(30),
                       .protocols = {{"range", EncodeSubscription({.topics = {"orders"}})}}},
                      [&](const JoinResponse& response) { told = response.error; });
  CHECK(told == ErrorCode::kNone);
  group.Add(false).Step();
  CHECK(told == ErrorCode::kRebalanceInProgress);
}

TEST_CASE("What a classic member may not do in a consumer group is told with the classic codes") {
  MigratingGroupUnderTest group;
  group.Add(false);
  group.Settle();
  const auto join = [&](JoinRequest request) {
    request.group_id = "g";
    ErrorCode error = ErrorCode::kUnknownServerError;
    group.service->Join(request, [&](const JoinResponse& response) { error = response.error; });
    return error;
  };
  const std::string orders = EncodeSubscription({.topics = {"orders"}});
  CHECK(join({.protocol_type = "connect", .protocols = {{"range", orders}}}) ==
        ErrorCode::kInconsistentGroupProtocol);
  CHECK(join({}) == ErrorCode::kInconsistentGroupProtocol);
  CHECK(join({.protocols = {{"range", "?"}}}) == ErrorCode::kInconsistentGroupProtocol);
  CHECK(join({.session_timeout = absl::Seconds(1), .protocols = {{"range", orders}}}) ==
        ErrorCode::kInvalidSessionTimeout);
  CHECK(join({.protocols = {{"range", orders}}, .require_known_member_id = true}) ==
        ErrorCode::kMemberIdRequired);
  CHECK(join({.member_id = "m", .group_instance_id = "i", .protocols = {{"range", orders}}}) ==
        ErrorCode::kUnknownMemberId);
  REQUIRE(join({.member_id = "m", .protocols = {{"range", orders}}}) == ErrorCode::kNone);
  CHECK(join({.member_id = "n", .protocols = {{"sticky", orders}}}) ==
        ErrorCode::kInconsistentGroupProtocol);

  const std::int32_t epoch = group.service->DescribeConsumers("g")->epoch;
  CHECK(group.service->Heartbeat({"g", epoch - 1, "m", ""}) == ErrorCode::kIllegalGeneration);
  CHECK(group.service->Heartbeat({"g", epoch, "x", ""}) == ErrorCode::kUnknownMemberId);
  // One that speaks the other protocol, who may be told to leave, though.
  CHECK(group.service->Heartbeat({"g", epoch, "consumer0-1", ""}) == ErrorCode::kUnknownMemberId);
  const auto left = group.service->Leave({"g", {{"consumer0-1", "", ""}, {"x", "", ""}}});
  CHECK(left.members.at(0).error == ErrorCode::kNone);
  CHECK(left.members.at(1).error == ErrorCode::kUnknownMemberId);
}

TEST_CASE("A classic member that does not join again in time is out of the consumer group") {
  MigratingGroupUnderTest group;
  group.Add(true);
  group.Settle();
  group.Add(false);
  // It beats, but never joins.
  group.consumers[1]->Step();
  const auto generation = group.service->DescribeConsumers("g")->members.at(0).member_epoch;
  const std::string id = group.service->DescribeConsumers("g")->members.at(0).member_id;
  CAPTURE(id, generation);
  CHECK(group.service->Heartbeat({"g", generation, id, ""}) == ErrorCode::kRebalanceInProgress);
  for (int i = 0; i < 25; ++i) {
    group.Advance(absl::Seconds(1));
    group.service->Heartbeat({"g", generation, id, ""});
    group.consumers[1]->Step();
  }
  CHECK(group.service->Heartbeat({"g", generation, id, ""}) == ErrorCode::kUnknownMemberId);
  CHECK(group.consumers[1]->owned().size() == 4);
}

std::uint64_t Seed() {
  const char* chosen = std::getenv("RILL_SEED");
  return chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : std::random_device()();
}

void StepAtRandom(MigratingGroupUnderTest& group, std::mt19937_64& random) {
  MigratingConsumer& consumer = *group.consumers[random() % group.consumers.size()];
  switch (random() % 24) {
    case 0:
      consumer.LoseAnswer();
      break;
    case 1:
      group.Advance(absl::Seconds(static_cast<std::int64_t>(random() % 6)));
      break;
    case 2:
    case 3:
      if (random() % 6 != 0) break;
      // A static member of the classic protocol says nothing when it stops.
      consumer.instance_id.empty() || random() % 2 == 0 ? consumer.Leave() : consumer.Die();
      consumer.is_classic = random() % 2 == 0;
      break;
    case 4:
      if (random() % 12 == 0) consumer.Die();
      break;
    case 5:
      if (random() % 20 == 0) group.Restart();
      if (random() % 30 != 0) break;
      group.topics->Grow("orders", group.topics->Find("orders")->partitions + 1);
      break;
    default:
      consumer.Step();
  }
  group.CheckThatNothingIsOwnedTwice();
}

TEST_CASE("Through random upgrades and downgrades a partition is one consumer's at a time") {
  const std::uint64_t seed = Seed();
  CAPTURE(seed);
  int upgraded = 0;
  for (std::uint64_t run = 0; run < 200; ++run) {
    CAPTURE(run);
    std::mt19937_64 random(seed + run);
    MigratingGroupUnderTest group;
    group.topics->Make("sales", 3);
    for (int i = 0; i < 5; ++i) {
      MigratingConsumer& consumer =
          group.Add(i % 2 == 0, run % 2 == 0 ? Assignor::kRange : Assignor::kCooperativeSticky);
      if (i % 3 == 0) consumer.instance_id = fmt::format("instance{}", i);
      if (i % 2 == 0) consumer.subscribed.push_back("sales");
    }
    for (int step = 0; step < 1500; ++step) StepAtRandom(group, random);
    for (int i = 0; i < 5; ++i) group.Settle();
    group.CheckThatAllIsOwned("orders");
    group.CheckThatAllIsOwned("sales");
    const bool is_classic = std::all_of(group.consumers.begin(), group.consumers.end(),
                                        [](const auto& consumer) { return consumer->is_classic; });
    CHECK(group.Type() == (is_classic ? GroupType::kClassic : GroupType::kConsumer));
    upgraded += is_classic ? 0 : 1;
  }
  CHECK(upgraded > 50);  // or nothing was tried
}

}  // namespace
}  // namespace rill::engine
