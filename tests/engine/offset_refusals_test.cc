// Commits that the topic __consumer_offsets does not take, and what is left of them: nothing.

#include <atomic>
#include <map>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/kafka_bytes.h"
#include "catch.h"
#include "engine/group/offset_records.h"
#include "engine/topic_offset_store.h"
#include "restartable_engine.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

using Offsets = std::map<TopicPartition, OffsetAndMetadata>;

const Offsets kOne = {{{"orders", 0}, {50, -1, ""}}};

void CheckRefused(const absl::Status& status, ErrorCode code, std::string_view told) {
  CAPTURE(status.ToString());
  CHECK(absl::IsInvalidArgument(status));
  CHECK(GetErrorCode(status) == code);
  CHECK(Mentions(status, told));
}

TEST_CASE("names that a record cannot hold are refused, and the folder opens again") {
  RestartableEngine engine;
  const std::string longest(base::KafkaWriter::kMaxString, 'g');
  const std::string too_long(base::KafkaWriter::kMaxString + 1, 'g');
  CheckRefused(engine.offsets().Commit(too_long, kOne), ErrorCode::kInvalidGroupId,
               "a group id of 32768 bytes cannot be stored; at most 32767");
  CheckRefused(engine.offsets().Commit("billing", {{{"orders", 0}, {1, -1, too_long}}}),
               ErrorCode::kOffsetMetadataTooLarge, "commit's metadata of 32768 bytes");
  CHECK(engine.offsets().Groups().value().empty());
  REQUIRE(engine.offsets().Commit(longest, {{{"orders", 0}, {1, -1, longest}}}).ok());
  engine.CloseAndOpen();
  CHECK(engine.offsets().Groups().value() == std::vector<std::string>{longest});
  CHECK(engine.offsets().FetchAll(longest).value().at({"orders", 0}).metadata == longest);
}

TEST_CASE("a group with names that a record cannot hold is refused, and the folder opens again") {
  RestartableEngine engine;
  auto& records = dynamic_cast<GroupRecords&>(engine.offsets());
  const std::string too_long(base::KafkaWriter::kMaxString + 1, 'g');
  CheckRefused(records.StoreGroup(too_long, {}), ErrorCode::kInvalidGroupId, "group id");
  CheckRefused(records.StoreGroup("billing", {.protocol_type = too_long}),
               ErrorCode::kInvalidRequest, "protocol type");
  GroupMetadataMember named;
  named.member_id = "member";
  for (const auto& [field, told] : {std::pair{&GroupMetadataMember::member_id, "member id"},
                                    std::pair{&GroupMetadataMember::client_id, "client id"},
                                    std::pair{&GroupMetadataMember::client_host, "client host"}}) {
    GroupMetadataValue value;
    value.members.push_back(named);
    value.members[0].*field = too_long;
    CheckRefused(records.StoreGroup("billing", value), ErrorCode::kInvalidRequest, told);
  }
  GroupMetadataValue value;
  value.members.push_back(named);
  value.members[0].group_instance_id = too_long;
  CheckRefused(records.StoreGroup("billing", value), ErrorCode::kInvalidRequest,
               "group instance id");
  engine.CloseAndOpen();
}

TEST_CASE("an offset of a partition that is not there is not stored") {
  RestartableEngine engine;
  const CommitRequest billing = {.group_id = "billing"};
  REQUIRE(engine.groups().Commit(billing, kOne).ok());
  for (const TopicPartition& missing :
       {TopicPartition{"orders", 2}, TopicPartition{"orders", -1}, TopicPartition{"none", 0}}) {
    const Offsets half = {{{"orders", 0}, {60, -1, ""}}, {missing, {1, -1, ""}}};
    const absl::Status refused = engine.groups().Commit(billing, half);
    CAPTURE(missing.topic, missing.partition, refused.ToString());
    CHECK(absl::IsNotFound(refused));
    CHECK(GetErrorCode(refused) == ErrorCode::kUnknownTopicOrPartition);
    CHECK(Mentions(refused, missing.topic + "-" + std::to_string(missing.partition)));
    CHECK(engine.groups().FetchAll("billing").value() == kOne);
  }
}

TEST_CASE("a topic that is made anew is not consumed from where groups stood in the old one") {
  RestartableEngine engine;
  const CommitRequest billing = {.group_id = "billing"};
  REQUIRE(engine.groups().Commit(billing, kOne).ok());
  REQUIRE(engine.engine().DeleteTopic("orders").ok());
  CHECK(absl::IsNotFound(engine.groups().Commit(billing, kOne)));
  REQUIRE(engine.engine().CreateTopic("orders", {}).ok());
  CHECK(engine.groups().FetchAll("billing").value().empty());
  engine.CloseAndOpen();
  CHECK(engine.groups().FetchAll("billing").value().empty());
}

TEST_CASE("a commit that meets the deletion of its topic leaves nothing behind, not in the next") {
  RestartableEngine engine;
  for (int round = 0; round < 50; ++round) {
    const auto topic = *engine.engine().FindTopic("orders");
    const auto still_there = [&] {
      return topic->deleted() ? absl::NotFoundError("it was deleted") : absl::OkStatus();
    };
    std::atomic<bool> done = false;
    std::atomic<int> commits = 0;
    std::thread committer([&] {
      while (!done) {
        engine.groups().Commit({.group_id = "billing"}, kOne, still_there).IgnoreError();
        ++commits;
      }
    });
    while (commits < round) std::this_thread::yield();
    REQUIRE(engine.engine().DeleteTopic("orders").ok());
    REQUIRE(engine.engine().CreateTopic("orders", {.partitions = 2}).ok());
    const int before = commits;
    while (commits < before + 2) std::this_thread::yield();
    done = true;
    committer.join();
    CHECK(engine.groups().FetchAll("billing").value().empty());
  }
}

TEST_CASE("what a commit refuses when its turn comes is not stored") {
  RestartableEngine engine;
  const auto refuse = [] { return absl::NotFoundError("it was deleted"); };
  CHECK(absl::IsNotFound(engine.groups().Commit({.group_id = "billing"}, kOne, refuse)));
  CHECK(engine.groups().FetchAll("billing").value().empty());
}

TEST_CASE("a commit under way keeps who is given its partitions waiting, and nobody else") {
  RestartableEngine engine;
  std::thread heir;
  absl::Notification asks;
  Offsets begins;
  const auto slow = [&] {
    heir = std::thread([&] {
      asks.Notify();
      begins = engine.groups().Fetch("billing", {{"orders", 0}}).value();
    });
    engine.groups().List();  // takes the lock that joins and heartbeats take
    asks.WaitForNotification();
    absl::SleepFor(absl::Milliseconds(20));
    return absl::OkStatus();
  };
  REQUIRE(engine.groups().Commit({.group_id = "billing"}, kOne, slow).ok());
  heir.join();
  CHECK(begins == kOne);
}

Options SmallMessages() {
  Options options = ByCaller();
  options.configs = {{"message.max.bytes", "20000"}};
  return options;
}

constexpr int kManyPartitions = 1000;

// Offsets of the partitions of "many" from `begin` to `end`.
Offsets Many(int begin, int end) {
  Offsets offsets;
  for (int i = begin; i < end; ++i) offsets[{"many", i}] = {7, -1, ""};
  return offsets;
}

void CommitMany(RestartableEngine& engine) {
  REQUIRE(engine.engine().CreateTopic("many", {.partitions = kManyPartitions}).ok());
  for (int i = 0; i < kManyPartitions; i += 100) {
    REQUIRE(engine.offsets().Commit("billing", Many(i, i + 100)) == absl::OkStatus());
  }
  REQUIRE(engine.offsets().Commit("billing", kOne).ok());
}

TEST_CASE("a topic with more offsets than fit into one batch is deleted, and can be made again") {
  RestartableEngine engine(SmallMessages());
  CommitMany(engine);
  REQUIRE(engine.engine().DeleteTopic("many").ok());
  REQUIRE(engine.engine().CreateTopic("many", {}).status() == absl::OkStatus());
  CHECK(engine.offsets().FetchAll("billing").value() == kOne);
  engine.CloseAndOpen();
  CHECK(engine.offsets().FetchAll("billing").value() == kOne);
}

TEST_CASE("a group with more offsets than fit into one batch is deleted") {
  RestartableEngine engine(SmallMessages());
  CommitMany(engine);
  REQUIRE(engine.offsets().DeleteGroup("billing") == absl::OkStatus());
  CHECK(engine.offsets().Groups().value().empty());
  engine.CloseAndOpen();
  CHECK(engine.offsets().Groups().value().empty());
}

TEST_CASE("a commit that does not fit into one batch is refused as a whole, and says what to do") {
  RestartableEngine engine(SmallMessages());
  REQUIRE(engine.engine().CreateTopic("many", {.partitions = kManyPartitions}).ok());
  const absl::Status refused = engine.offsets().Commit("billing", Many(0, kManyPartitions));
  CheckRefused(refused, ErrorCode::kMessageTooLarge,
               "the 1000 offsets that group \"billing\" commits at once do not fit into one batch, "
               "commit fewer at a time");
  CHECK(engine.offsets().Groups().value().empty());
  engine.CloseAndOpen();
  CHECK(engine.offsets().Groups().value().empty());
}

}  // namespace
}  // namespace rill::engine
