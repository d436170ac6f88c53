// What a node forgets that nobody has used for long: producers' last batches, and offsets of
// groups.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catch.h"
#include "engine/group/protocol.h"
#include "io/temporary_folder.h"
#include "net/config_resource.h"
#include "net/wire_client.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "rill/testing/manual_clock.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/produce.h"
#include "wire/messages/sync_group.h"

namespace rill::net {
namespace {

using wire::ApiKey;

constexpr absl::Duration kRetention = absl::Minutes(1);
constexpr absl::Duration kTick = absl::Seconds(1);
constexpr absl::Duration kSession = absl::Minutes(30);

// A node whose engine has a clock that stands still, and looks every second for what has expired.
class Served {
 public:
  explicit Served(std::string where = "mem:") : where_(std::move(where)) {
    Start([](Engine&) {});
  }
  ~Served() { Stop(); }

  // `act` has the engine while there is no node yet.
  void Restart(const std::function<void(Engine&)>& act = [](Engine&) {}) {
    Stop();
    Start(act);
  }
  // Lets time go by.
  void Pass(absl::Duration time) {
    clock_.Advance(time);
    engine_->RunMaintenance();
  }
  std::int64_t now_ms() { return absl::ToUnixMillis(clock_.Now()); }
  const std::string& said() const { return said_; }

  template <typename Response, typename Request>
  Response Ask(ApiKey key, int version, const Request& request) {
    return client_->Ask<Response>(key, version, request);
  }

 private:
  void Start(const std::function<void(Engine&)>& act) {
    Options options;
    options.clock = &clock_;
    options.maintenance = Options::Maintenance::kByCaller;
    options.configs = {{"offsets.retention.minutes", "1"},
                       {"offsets.retention.check.interval.ms", "1000"},
                       {"producer.id.expiration.ms", "60000"},
                       {"producer.id.expiration.check.interval.ms", "1000"}};
    options.log_sink = [this](LogLevel level, std::string_view line) {
      if (level == LogLevel::kInfo) said_ += std::string(line) + "\n";
    };
    engine_.emplace(Open(where_, options).value());
    REQUIRE(engine_->EnsureTopic("orders", {.partitions = 2}).ok());
    act(*engine_);
    node_.emplace(Node::Start(*engine_, {.listen = "127.0.0.1:0"}).value());
    client_.emplace(node_->port());
    engine_->RunMaintenance();
  }
  void Stop() {
    client_.reset();
    node_.reset();
    engine_.reset();
  }

  const std::string where_;
  testing::ManualClock clock_;
  std::string said_;
  std::optional<Engine> engine_;
  std::optional<Node> node_;
  std::optional<WireClient> client_;
};

// An idempotent producer.
class Sender {
 public:
  explicit Sender(Served& served) : served_(served) {
    wire::InitProducerIdRequest request;
    request.transactional_id.reset();
    const auto id = served.Ask<wire::InitProducerIdResponse>(ApiKey::kInitProducerId, 4, request);
    REQUIRE(id.error_code == ErrorCode::kNone);
    id_ = id.producer_id;
  }

  wire::ProduceResponse::Topic::Partition Send(std::int32_t sequence) {
    BatchBuilder builder({.producer_id = id_, .producer_epoch = 0, .base_sequence = sequence});
    REQUIRE(builder.Append({.value = "v", .timestamp_ms = served_.now_ms()}).ok());
    const std::string batch(builder.Seal().value());
    wire::ProduceRequest request;
    request.acks = -1;
    request.timeout_ms = 1000;
    auto& data = request.topic_data.emplace_back();
    data.name = "orders";
    data.partition_data.push_back({0, batch});
    return served_.Ask<wire::ProduceResponse>(ApiKey::kProduce, 9, request)
        .responses.at(0)
        .partition_responses.at(0);
  }

 private:
  Served& served_;
  std::int64_t id_ = 0;
};

TEST_CASE(
    "A producer that was idle for producer.id.expiration.ms may begin anywhere, as in Kafka") {
  Served served;
  Sender idle(served);
  Sender other(served);
  CHECK(idle.Send(0).base_offset == 0);
  CHECK(idle.Send(1).base_offset == 1);
  served.Pass(absl::Seconds(59));
  CHECK(idle.Send(0).base_offset == 0);  // a repetition
  CHECK(idle.Send(7).error_code == ErrorCode::kOutOfOrderSequenceNumber);
  CHECK(other.Send(0).base_offset == 2);
  served.Pass(kTick);
  const auto begun = idle.Send(7);
  CHECK(begun.error_code == ErrorCode::kNone);
  CHECK(begun.base_offset == 3);
  CHECK(idle.Send(9).error_code == ErrorCode::kOutOfOrderSequenceNumber);
  CHECK(other.Send(7).error_code == ErrorCode::kOutOfOrderSequenceNumber);
  CHECK(other.Send(0).base_offset == 2);
}

TEST_CASE("How long producers are remembered is set while the node runs") {
  Served served;
  Sender idle(served);
  CHECK(idle.Send(0).base_offset == 0);
  const wire::IncrementalAlterConfigsRequest shorter = {
      {{static_cast<std::int8_t>(ConfigResource::kBroker),
        "",
        {{"producer.id.expiration.ms", 0, "5000"}}}},
      false};
  REQUIRE(
      served
          .Ask<wire::IncrementalAlterConfigsResponse>(ApiKey::kIncrementalAlterConfigs, 1, shorter)
          .responses.at(0)
          .error_code == ErrorCode::kNone);
  served.Pass(absl::Seconds(4));
  CHECK(idle.Send(7).error_code == ErrorCode::kOutOfOrderSequenceNumber);
  served.Pass(kTick);
  CHECK(idle.Send(7).base_offset == 1);
}

struct Committer {
  std::string group = "billing";
  std::int32_t generation = -1;
  std::string member_id = {};
};

void Commit(Served& served, const Committer& committer, std::int32_t partition, std::int64_t offset,
            std::int64_t retention_ms = -1) {
  wire::OffsetCommitRequest request;
  request.group_id = committer.group;
  request.generation_id_or_member_epoch = committer.generation;
  request.member_id = committer.member_id;
  request.retention_time_ms = retention_ms;
  auto& topic = request.topics.emplace_back();
  topic.name = "orders";
  topic.partitions = {{partition, offset, -1, ""}};
  const int version = retention_ms < 0 ? 9 : 4;
  const auto answered =
      served.Ask<wire::OffsetCommitResponse>(ApiKey::kOffsetCommit, version, request);
  REQUIRE(answered.topics.at(0).partitions.at(0).error_code == ErrorCode::kNone);
}

// By partition; -1 where there is none.
std::vector<std::int64_t> Stored(Served& served, const std::string& group = "billing") {
  wire::OffsetFetchRequest request;
  request.group_id = group;
  request.topics = {{"orders", {0, 1}}};
  const auto fetched = served.Ask<wire::OffsetFetchResponse>(ApiKey::kOffsetFetch, 7, request);
  std::vector<std::int64_t> offsets;
  for (const auto& partition : fetched.topics.at(0).partitions) {
    offsets.push_back(partition.committed_offset);
  }
  return offsets;
}

using Offsets = std::vector<std::int64_t>;

std::vector<std::string> Groups(Served& served) {
  const auto listed =
      served.Ask<wire::ListGroupsResponse>(ApiKey::kListGroups, 4, wire::ListGroupsRequest());
  std::vector<std::string> groups;
  for (const auto& group : listed.groups) groups.push_back(group.group_id);
  return groups;
}

TEST_CASE("Offsets of a consumer that is no member expire, each so long after its last commit") {
  Served served;
  Commit(served, {}, 0, 10);
  Commit(served, {}, 1, 20);
  served.Pass(kRetention / 2);
  Commit(served, {}, 1, 21);
  served.Pass(kRetention / 2 - kTick);
  CHECK(Stored(served) == Offsets{10, 21});
  served.Pass(kTick);
  CHECK(Stored(served) == Offsets{-1, 21});
  CHECK(served.said().find("group billing: 1 offsets have expired") != std::string::npos);
  CHECK(Groups(served) == std::vector<std::string>{"billing"});
  served.Pass(kRetention / 2);
  CHECK(Stored(served) == Offsets{-1, -1});
  CHECK(Groups(served).empty());
  Commit(served, {}, 0, 30);
  CHECK(Stored(served) == Offsets{30, -1});
}

TEST_CASE("An offset is kept as long as its client asked for, up to OffsetCommit's version 4") {
  Served served;
  Commit(served, {}, 0, 10, /*retention_ms=*/5000);
  Commit(served, {}, 1, 20, /*retention_ms=*/90'000);
  served.Pass(absl::Seconds(5));
  CHECK(Stored(served) == Offsets{-1, 20});
  served.Pass(absl::Seconds(84));
  CHECK(Stored(served) == Offsets{-1, 20});
  served.Pass(kTick);
  CHECK(Stored(served) == Offsets{-1, -1});
}

// A member of a classic group that subscribes to a topic, in a generation of its own.
Committer Join(Served& served, const std::string& topic) {
  wire::JoinGroupRequest join;
  join.group_id = "billing";
  join.session_timeout_ms = static_cast<std::int32_t>(absl::ToInt64Milliseconds(kSession));
  join.rebalance_timeout_ms = 60'000;
  join.protocol_type = "consumer";
  const std::string subscription = engine::EncodeSubscription({.topics = {topic}});
  join.protocols.push_back({"range", subscription});
  const auto joined = served.Ask<wire::JoinGroupResponse>(ApiKey::kJoinGroup, 3, join);
  REQUIRE(joined.error_code == ErrorCode::kNone);
  wire::SyncGroupRequest sync;
  sync.group_id = "billing";
  sync.generation_id = joined.generation_id;
  sync.member_id = joined.member_id;
  REQUIRE(served.Ask<wire::SyncGroupResponse>(ApiKey::kSyncGroup, 3, sync).error_code ==
          ErrorCode::kNone);
  return {"billing", joined.generation_id, joined.member_id};
}

void Leave(Served& served, const Committer& member) {
  wire::LeaveGroupRequest leave;
  leave.group_id = "billing";
  leave.member_id = member.member_id;
  REQUIRE(served.Ask<wire::LeaveGroupResponse>(ApiKey::kLeaveGroup, 1, leave).error_code ==
          ErrorCode::kNone);
}

TEST_CASE("Offsets of a topic that a member reads stay, and go so long after the last one left") {
  Served served;
  const Committer member = Join(served, "orders");
  Commit(served, member, 0, 10);
  served.Pass(2 * kRetention);
  CHECK(Stored(served) == Offsets{10, -1});
  Leave(served, member);
  served.Pass(kRetention - kTick);
  CHECK(Stored(served) == Offsets{10, -1});
  served.Pass(kTick);
  CHECK(Stored(served) == Offsets{-1, -1});
  CHECK(Groups(served).empty());
}

TEST_CASE("Offsets of a topic that no member reads any more go, and the group stays") {
  Served served;
  const Committer member = Join(served, "other");
  Commit(served, member, 0, 10);
  served.Pass(kRetention - kTick);
  CHECK(Stored(served) == Offsets{10, -1});
  served.Pass(kTick);
  CHECK(Stored(served) == Offsets{-1, -1});
  CHECK(Groups(served) == std::vector<std::string>{"billing"});
}

TEST_CASE("A group without members and offsets goes when it is next looked at") {
  Served served;
  Leave(served, Join(served, "orders"));
  CHECK(Groups(served) == std::vector<std::string>{"billing"});
  served.Pass(kTick);
  CHECK(Groups(served).empty());
}

TEST_CASE("Offsets of a group of KIP-848 expire by their commits, once nobody reads their topic") {
  Served served;
  wire::ConsumerGroupHeartbeatRequest beat;
  beat.group_id = "billing";
  beat.member_id = "a";
  beat.rebalance_timeout_ms = 60'000;
  beat.subscribed_topic_names = {{"orders"}};
  beat.topic_partitions.emplace();
  const auto ask = [&] {
    const auto told =
        served.Ask<wire::ConsumerGroupHeartbeatResponse>(ApiKey::kConsumerGroupHeartbeat, 1, beat);
    REQUIRE(told.error_code == ErrorCode::kNone);
    return told.member_epoch;
  };
  beat.member_epoch = ask();
  Commit(served, {"billing", beat.member_epoch, "a"}, 0, 10);
  const auto epoch = beat.member_epoch;
  beat.subscribed_topic_names.reset();
  beat.topic_partitions.reset();
  beat.rebalance_timeout_ms = -1;
  for (absl::Duration passed; passed < 2 * kRetention; passed += absl::Seconds(30)) {
    served.Pass(absl::Seconds(30));
    CHECK(ask() == epoch);
  }
  CHECK(Stored(served) == Offsets{10, -1});
  beat.member_epoch = -1;
  ask();
  served.Pass(kTick);
  CHECK(Stored(served) == Offsets{-1, -1});
  CHECK(Groups(served).empty());
}

TEST_CASE("What a member of KIP-848 reads is kept for it while an engine is open without a node") {
  const test::TemporaryFolder folder;
  Served served(folder.path() + "/data");
  wire::ConsumerGroupHeartbeatRequest beat;
  beat.group_id = "billing";
  beat.member_id = "a";
  beat.rebalance_timeout_ms = 60'000;
  beat.subscribed_topic_names = {{"orders"}};
  beat.topic_partitions.emplace();
  const auto told =
      served.Ask<wire::ConsumerGroupHeartbeatResponse>(ApiKey::kConsumerGroupHeartbeat, 1, beat);
  Commit(served, {"billing", told.member_epoch, "a"}, 0, 10);
  served.Restart([&](Engine&) {
    served.Pass(2 * kRetention);
    served.Pass(kTick);
  });
  CHECK(Stored(served) == Offsets{10, -1});
}

TEST_CASE("A restart keeps when offsets were committed, and when a group's last member left") {
  const test::TemporaryFolder folder;
  Served served(folder.path() + "/data");
  Commit(served, {.group = "audit"}, 0, 5);
  const Committer member = Join(served, "orders");
  Commit(served, member, 0, 10);
  served.Pass(kRetention / 2);
  Leave(served, member);
  served.Restart();
  served.Pass(kRetention / 2 - kTick);
  CHECK(Stored(served, "audit") == Offsets{5, -1});
  served.Pass(kTick);
  CHECK(Stored(served, "audit") == Offsets{-1, -1});
  CHECK(Stored(served) == Offsets{10, -1});
  served.Pass(kRetention / 2);
  CHECK(Stored(served) == Offsets{-1, -1});
  served.Restart();
  CHECK(Groups(served).empty());
}

TEST_CASE("Offsets that were changed while no node ran are kept from then on, as all others") {
  const test::TemporaryFolder folder;
  Served served(folder.path() + "/data");
  const Committer member = Join(served, "orders");
  Commit(served, member, 0, 10);
  served.Pass(2 * kRetention);
  served.Restart([](Engine& engine) {
    auto consumer = engine.NewConsumer({.group = "billing"});
    REQUIRE(consumer.ok());
    REQUIRE(consumer->Commit({{{"orders", 0}, {3, -1, ""}}}).ok());
  });
  served.Restart();
  served.Pass(kRetention - kTick);
  CHECK(Stored(served) == Offsets{3, -1});
  served.Pass(kTick);
  CHECK(Stored(served) == Offsets{-1, -1});
}

TEST_CASE(
    "A group whose members do not come back after a restart is without them a session later") {
  const test::TemporaryFolder folder;
  Served served(folder.path() + "/data");
  const Committer member = Join(served, "orders");
  Commit(served, member, 0, 10);
  served.Pass(absl::Minutes(20));
  served.Restart();
  served.Pass(kSession);
  served.Pass(kRetention - kTick);
  CHECK(Stored(served) == Offsets{10, -1});
  served.Pass(kTick);
  CHECK(Stored(served) == Offsets{-1, -1});
}

}  // namespace
}  // namespace rill::net
