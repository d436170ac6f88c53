// That what takes long is not waited for by those who want something else.
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/synchronization/notification.h"
#include "catch.h"
#include "engine/memory_offset_store.h"
#include "net/wire_client.h"
#include "rill/authorizer.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/alter_client_quotas.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/produce.h"

namespace rill::net {
namespace {

using wire::ApiKey;

// Where somebody stays until he is let go.
class Gate {
 public:
  void Pass() {
    if (!there_.HasBeenNotified()) there_.Notify();
    go_on_.WaitForNotification();
  }
  void AwaitSomebody() { there_.WaitForNotification(); }
  void Open() {
    if (!go_on_.HasBeenNotified()) go_on_.Notify();
  }

 private:
  absl::Notification there_;
  absl::Notification go_on_;
};

// Takes its time to forget a topic.
class SlowStore : public OffsetStore {
 public:
  using Offsets = std::map<TopicPartition, OffsetAndMetadata>;

  explicit SlowStore(Gate& gate) : gate_(gate) {}
  absl::Status Commit(const std::string& group, const Offsets& offsets) override {
    return store_.Commit(group, offsets);
  }
  absl::StatusOr<Offsets> Fetch(const std::string& group,
                                const std::vector<TopicPartition>& partitions) override {
    return store_.Fetch(group, partitions);
  }
  absl::StatusOr<Offsets> FetchAll(const std::string& group) override {
    return store_.FetchAll(group);
  }
  absl::StatusOr<std::vector<std::string>> Groups() override { return store_.Groups(); }
  absl::Status DeleteGroup(const std::string& group) override { return store_.DeleteGroup(group); }
  absl::Status DeleteTopic(const std::string& topic) override {
    gate_.Pass();
    return store_.DeleteTopic(topic);
  }

 private:
  Gate& gate_;
  engine::MemoryOffsetStore store_;
};

wire::MetadataRequest MetadataOf(const std::string& topic) {
  wire::MetadataRequest request;
  request.topics.emplace().emplace_back().name = topic;
  request.allow_auto_topic_creation = true;
  return request;
}

// A node that deletes the topic "orders" until the gate opens, and has the topic "bills".
struct ChangingNode {
  ChangingNode()
      : engine(Open("mem:", WithSlowStore(gate)).value()),
        node(Node::Start(engine, {.listen = "127.0.0.1:0"}).value()) {
    REQUIRE(engine.CreateTopic("orders").ok());
    REQUIRE(engine.CreateTopic("bills").ok());
  }
  static Options WithSlowStore(Gate& gate) {
    Options options;
    options.offset_store = std::make_shared<SlowStore>(gate);
    return options;
  }
  void Delete(WireClient& client) {
    wire::DeleteTopicsRequest request;
    request.topic_names = {"orders"};
    client.SendBytes(WireClient::Frame(ApiKey::kDeleteTopics, 5, 1, request));
    gate.AwaitSomebody();
  }

  Gate gate;
  Engine engine;
  Node node;
};

TEST_CASE("Clients are told of topics while others wait for a topic to be deleted and made anew") {
  ChangingNode changing;
  const absl::Cleanup open = [&] { changing.gate.Open(); };
  WireClient deleting(changing.node.port());
  changing.Delete(deleting);
  WireClient first(changing.node.port());
  WireClient second(changing.node.port());
  WireClient third(changing.node.port());
  for (WireClient* client : {&first, &second, &third}) {
    client->SendBytes(WireClient::Frame(ApiKey::kMetadata, 12, 1, MetadataOf("orders")));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // they are waiting by now
  WireClient other(changing.node.port());
  const auto told = other.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, MetadataOf("bills"));
  CHECK(told.topics.at(0).error_code == ErrorCode::kNone);
  changing.gate.Open();
  CHECK_FALSE(deleting.ReceiveFrame().empty());
  for (WireClient* client : {&first, &second, &third}) {
    const auto made = client->Receive<wire::MetadataResponse>(ApiKey::kMetadata, 12, 1);
    CHECK(made.topics.at(0).error_code == ErrorCode::kNone);
  }
}

TEST_CASE("Who waited for others' changes is not told to be quiet for it") {
  ChangingNode changing;
  const absl::Cleanup open = [&] { changing.gate.Open(); };
  wire::AlterClientQuotasRequest quota;
  auto& entry = quota.entries.emplace_back();
  entry.entity.push_back({"client-id", "1 test"});
  entry.ops.push_back({"request_percentage", 5, false});
  WireClient client(changing.node.port());
  const auto set =
      client.Ask<wire::AlterClientQuotasResponse>(ApiKey::kAlterClientQuotas, 1, quota);
  REQUIRE(set.entries.at(0).error_code == ErrorCode::kNone);
  WireClient deleting(changing.node.port());
  changing.Delete(deleting);
  wire::InitProducerIdRequest request;
  request.transactional_id.reset();
  std::string frame = WireClient::Frame(ApiKey::kInitProducerId, 4, 1, request);
  frame.replace(frame.find("a test"), 6, "1 test");
  client.SendBytes(frame);
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  changing.gate.Open();
  const auto told = client.Receive<wire::InitProducerIdResponse>(ApiKey::kInitProducerId, 4, 1);
  CHECK(told.error_code == ErrorCode::kNone);
  CHECK(told.throttle_time_ms == 0);
}

// Takes its time to say whether a topic may be seen.
class SlowRules : public Authorizer {
 public:
  explicit SlowRules(Gate& gate) : gate_(gate) {}
  bool Allows(const AclClient&, AclOperation, AclResourceType, const std::string& name) override {
    if (name == "slow") gate_.Pass();
    return true;
  }

 private:
  Gate& gate_;
};

wire::ConsumerGroupHeartbeatRequest JoinOf(const std::string& group) {
  wire::ConsumerGroupHeartbeatRequest request;
  request.group_id = group;
  request.member_id = "member of " + group;
  request.rebalance_timeout_ms = 60'000;
  request.topic_partitions.emplace();
  return request;
}

TEST_CASE("A group goes on while topics are matched with another one's regular expressions") {
  Gate gate;
  Engine engine = Open("mem:").value();
  REQUIRE(engine.CreateTopic("slow").ok());
  REQUIRE(engine.CreateTopic("orders").ok());
  const Node node = Node::Start(engine, {.listen = "127.0.0.1:0",
                                         .authorizer = std::make_shared<SlowRules>(gate)})
                        .value();
  const absl::Cleanup open = [&] { gate.Open(); };
  auto matching = JoinOf("matching");
  matching.subscribed_topic_regex = "s.*";
  WireClient slow(node.port());
  slow.SendBytes(WireClient::Frame(ApiKey::kConsumerGroupHeartbeat, 1, 1, matching));
  gate.AwaitSomebody();
  auto by_name = JoinOf("by name");
  by_name.subscribed_topic_names = {{"orders"}};
  WireClient client(node.port());
  const auto told =
      client.Ask<wire::ConsumerGroupHeartbeatResponse>(ApiKey::kConsumerGroupHeartbeat, 1, by_name);
  CHECK(told.error_code == ErrorCode::kNone);
  CHECK(told.member_epoch == 1);
  gate.Open();
  const auto matched =
      slow.Receive<wire::ConsumerGroupHeartbeatResponse>(ApiKey::kConsumerGroupHeartbeat, 1, 1);
  REQUIRE(matched.assignment.has_value());
  CHECK(matched.assignment->topic_partitions.size() == 1);
}

TEST_CASE(
    "A batch for a partition that nobody has used waits for others' changes, and others go on") {
  ChangingNode changing;
  const absl::Cleanup open = [&] { changing.gate.Open(); };
  WireClient deleting(changing.node.port());
  changing.Delete(deleting);
  BatchBuilder builder(BatchOptions{});
  REQUIRE(builder.Append({.value = "v"}).ok());
  wire::ProduceRequest request;
  request.acks = 1;
  auto& data = request.topic_data.emplace_back();
  data.name = "bills";
  data.partition_data.push_back({0, builder.Seal().value()});
  WireClient producing(changing.node.port());
  producing.SendBytes(WireClient::Frame(ApiKey::kProduce, 9, 1, request));
  CHECK_FALSE(producing.HasAnswer(50));
  WireClient other(changing.node.port());
  other.Ask<wire::ApiVersionsResponse>(ApiKey::kApiVersions, 0, wire::ApiVersionsRequest());
  changing.gate.Open();
  const auto answer = producing.Receive<wire::ProduceResponse>(ApiKey::kProduce, 9, 1);
  CHECK(answer.responses.at(0).partition_responses.at(0).error_code == ErrorCode::kNone);
}

// Takes its time to commit.
class SlowCommits final : public SlowStore {
 public:
  explicit SlowCommits(Gate& gate) : SlowStore(gate), gate_(gate) {}
  absl::Status Commit(const std::string& group, const Offsets& offsets) override {
    gate_.Pass();
    return SlowStore::Commit(group, offsets);
  }

 private:
  Gate& gate_;
};

TEST_CASE("An application's store of offsets keeps the group's clients waiting, and no others") {
  Gate gate;
  const absl::Cleanup open = [&] { gate.Open(); };
  Options options;
  options.offset_store = std::make_shared<SlowCommits>(gate);
  Engine engine = Open("mem:", options).value();
  REQUIRE(engine.CreateTopic("orders").ok());
  const Node node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  wire::OffsetCommitRequest commit;
  commit.group_id = "billing";
  commit.topics.push_back({"orders", {}, {}});
  commit.topics[0].partitions.emplace_back().committed_offset = 7;
  WireClient committing(node.port());
  committing.SendBytes(WireClient::Frame(ApiKey::kOffsetCommit, 8, 1, commit));
  gate.AwaitSomebody();
  WireClient other(node.port());
  CHECK(other.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, MetadataOf("orders"))
            .topics.at(0)
            .error_code == ErrorCode::kNone);
  gate.Open();
  const auto answer = committing.Receive<wire::OffsetCommitResponse>(ApiKey::kOffsetCommit, 8, 1);
  CHECK(answer.topics.at(0).partitions.at(0).error_code == ErrorCode::kNone);
}

TEST_CASE("A node that is stopped in a thread of its own says so, and goes on") {
  std::optional<Node> node;
  absl::Status stopped;
  const auto stop = [&](const ClientRequest& request) {
    stopped = node->Stop();
    request.Pass();
  };
  for (const bool may_block : {false, true}) {
    Engine engine = Open("mem:").value();
    node.emplace(
        Node::Start(
            engine,
            {.listen = "127.0.0.1:0",
             .handlers = {{.key = ApiKey::kMetadata, .handle = stop, .may_block = may_block}}})
            .value());
    WireClient client(node->port());
    client.Ask<wire::MetadataResponse>(ApiKey::kMetadata, 12, wire::MetadataRequest());
    CHECK(stopped.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(node->Stop().ok());
  }
}

}  // namespace
}  // namespace rill::net
