// Quotas of clients: set and shown by Kafka's requests, and held to on connections.

#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/temporary_folder.h"
#include "node_under_test.h"
#include "rill/client_quota.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/fetch.h"
#include "wire/messages/produce.h"
#include "wire_client.h"

namespace rill::net {
namespace {

using wire::ApiKey;
using Alter = wire::AlterClientQuotasRequest;
using Entity = std::vector<Alter::Entry::Entity>;
using Ops = std::vector<Alter::Entry::Op>;
using Shown = wire::DescribeClientQuotasResponse;

const Entity kOrders = {{"client-id", "orders"}};
const Entity kAllClients = {{"client-id", std::nullopt}};
const Entity kBoth = {{"user", "u"}, {"client-id", std::nullopt}};

wire::AlterClientQuotasResponse::Entry Set(NodeUnderTest& node, const Entity& entity,
                                           const Ops& ops, bool only_validate = false) {
  return node.AskInAll(&HandleAlterClientQuotas, Alter{{{entity, ops}}, only_validate})
      .entries.at(0);
}

Shown Describe(NodeUnderTest& node,
               const std::vector<wire::DescribeClientQuotasRequest::Component>& components,
               bool is_strict = false) {
  return node.AskInAll(&HandleDescribeClientQuotas, {components, is_strict});
}

TEST_CASE("quotas are set, shown by whom they bind, taken back, and there after a restart") {
  const test::TemporaryFolder folder;
  {
    NodeUnderTest node(folder.path());
    CHECK(Set(node, kOrders, {{"producer_byte_rate", 1000}, {"request_percentage", 12.5}})
              .error_code == ErrorCode::kNone);
    CHECK(Set(node, kAllClients, {{"consumer_byte_rate", 5}}).error_code == ErrorCode::kNone);
    CHECK(Set(node, kBoth, {{"consumer_byte_rate", 7}}).error_code == ErrorCode::kNone);
    CHECK(Set(node, kOrders, {{"consumer_byte_rate", 9}}, /*only_validate=*/true).error_code ==
          ErrorCode::kNone);
  }
  NodeUnderTest node(folder.path());
  using Value = Shown::Entry::Value;
  const auto all = Describe(node, {});
  CHECK_FALSE(all.error_message.has_value());
  REQUIRE(all.entries->size() == 3);
  const auto by_name = Describe(node, {{"client-id", 0, "orders"}});
  REQUIRE(by_name.entries->size() == 1);
  CHECK(by_name.entries->at(0).values ==
        std::vector<Value>{{"producer_byte_rate", 1000}, {"request_percentage", 12.5}});
  CHECK(Describe(node, {{"client-id", 1, std::nullopt}}).entries->size() == 2);
  CHECK(Describe(node, {{"client-id", 1, std::nullopt}}, true).entries->size() == 1);
  CHECK(Describe(node, {{"client-id", 2, std::nullopt}}).entries->size() == 3);
  const auto strict = Describe(node, {{"client-id", 2, std::nullopt}, {"user", 0, "u"}}, true);
  REQUIRE(strict.entries->size() == 1);
  CHECK(strict.entries->at(0).entity ==
        std::vector<Shown::Entry::Entity>{{"client-id", std::nullopt}, {"user", "u"}});
  CHECK(Describe(node, {{"ip", 2, std::nullopt}}).entries->empty());

  CHECK(Set(node, kOrders, {{"producer_byte_rate", 0, true}}).error_code == ErrorCode::kNone);
  CHECK(Describe(node, {{"client-id", 0, "orders"}}).entries->at(0).values.size() == 1);
  CHECK(Set(node, kOrders, {{"request_percentage", 0, true}, {"none", 0, true}}).error_code ==
        ErrorCode::kNone);
  CHECK(Describe(node, {{"client-id", 0, "orders"}}).entries->empty());
}

TEST_CASE("quotas that are none are refused with Kafka's words, and change nothing") {
  NodeUnderTest node;
  const std::vector<std::pair<Alter::Entry, std::string>> cases = {
      {{kOrders, {{"producer_byte_rate", 0}}}, "Quota producer_byte_rate must be greater than 0"},
      {{kOrders, {{"producer_byte_rate", 1.5}}},
       "producer_byte_rate cannot be a fractional value."},
      {{kOrders, {{"producer_byte_rate", 1e19}}},
       "Proposed value for producer_byte_rate is too large for a LONG."},
      {{kOrders, {{"retention.ms", 1}}}, "Invalid configuration key retention.ms"},
      {{kOrders, {{"controller_mutation_rate", 1}}},
       "the quota controller_mutation_rate binds nobody here"},
      {{kOrders, {{"producer_byte_rate", 1}, {"producer_byte_rate", 2}}},
       "Duplicate quota key producer_byte_rate"},
      {{{}, {{"producer_byte_rate", 1}}}, "Invalid empty client quota entity"},
      {{{{"client-id", ""}}, {}}, "Empty client-id not supported"},
      {{{{"thing", "x"}}, {}}, "Unhandled client quota entity type: thing"},
      {{{{"ip", "127.0.0.1"}}, {{"connection_creation_rate", 1}}},
       "there are no quotas of addresses here"}};
  for (const auto& [entry, told] : cases) {
    const auto answered = Set(node, entry.entity, entry.ops);
    CHECK(answered.error_code == ErrorCode::kInvalidRequest);
    CHECK(answered.error_message == told);
  }
  const Alter twice = {{{kOrders, {{"producer_byte_rate", 1}}}, {kOrders, {}}}, false};
  for (const auto& answered : node.AskInAll(&HandleAlterClientQuotas, twice).entries) {
    CHECK(answered.error_code == ErrorCode::kInvalidRequest);
  }
  CHECK(node.engine().resource_configs()->empty());
}

TEST_CASE("filters for quotas that are none are refused") {
  NodeUnderTest node;
  const auto code = [&](const std::vector<wire::DescribeClientQuotasRequest::Component>& asked) {
    const auto shown = Describe(node, asked);
    CHECK_FALSE(shown.entries.has_value());
    return shown.error_code;
  };
  CHECK(code({{"", 2, std::nullopt}}) == ErrorCode::kInvalidRequest);
  CHECK(code({{"thing", 2, std::nullopt}}) == ErrorCode::kUnsupportedVersion);
  CHECK(code({{"user", 0, std::nullopt}}) == ErrorCode::kInvalidRequest);
  CHECK(code({{"user", 1, "u"}}) == ErrorCode::kInvalidRequest);
  CHECK(code({{"user", 3, std::nullopt}}) == ErrorCode::kInvalidRequest);
  CHECK(code({{"user", 2, std::nullopt}, {"user", 0, "u"}}) == ErrorCode::kInvalidRequest);
  CHECK(code({{"user", 2, std::nullopt}, {"ip", 2, std::nullopt}}) == ErrorCode::kInvalidRequest);
}

// A node whose clients call themselves "a test" (WireClient), with a topic.
class Served {
 public:
  explicit Served(std::shared_ptr<ClientQuotaCallback> callback = {})
      : engine(Open("mem:", {.configs = {{"log.retention.ms", "-1"}}}).value()) {
    REQUIRE(engine.EnsureTopic("orders").ok());
    const NodeOptions options = {.listen = "127.0.0.1:0",
                                 .client_quota_callback = std::move(callback)};
    node.emplace(Node::Start(engine, options).value());
  }
  ~Served() { CHECK(node->Stop().ok()); }  // whoever is to be quiet is not waited for

  void Set(WireClient& client, const Entity& entity, const Ops& ops) {
    const auto answer = client.Ask<wire::AlterClientQuotasResponse>(ApiKey::kAlterClientQuotas, 1,
                                                                    Alter{{{entity, ops}}, false});
    REQUIRE(answer.entries.at(0).error_code == ErrorCode::kNone);
  }

  wire::ProduceRequest Batch(std::size_t bytes, std::int16_t acks = 1) {
    BatchBuilder builder(BatchOptions{});
    const std::string value(bytes, 'x');
    REQUIRE(builder.Append({.key = "k", .value = value, .timestamp_ms = 1}).ok());
    batch = std::string(builder.Seal().value());
    wire::ProduceRequest request;
    request.acks = acks;
    request.topic_data.push_back({"orders", {}, {{0, batch}}});
    return request;
  }
  wire::ProduceResponse Produce(WireClient& client, std::size_t bytes) {
    return client.Ask<wire::ProduceResponse>(ApiKey::kProduce, 9, Batch(bytes));
  }
  static wire::FetchRequest FetchFrom(std::int64_t offset) {
    wire::FetchRequest request;
    request.max_bytes = 1 << 20;
    wire::FetchRequest::Topic::Partition partition;
    partition.fetch_offset = offset;
    partition.partition_max_bytes = 1 << 20;
    request.topics.push_back({"orders", {}, {partition}});
    return request;
  }

  Engine engine;
  std::optional<Node> node;
  std::string batch;
};

bool IsQuiet(Served& served, WireClient& muted) {
  const wire::ListGroupsRequest asked;
  muted.SendBytes(WireClient::Frame(ApiKey::kListGroups, 0, 99, asked));
  WireClient other(served.node->port());
  other.Ask<wire::ListGroupsResponse>(ApiKey::kListGroups, 0, asked);
  return !muted.HasAnswer(0);
}

TEST_CASE("a producer above its quota is answered at once, and its next request waits") {
  Served served;
  WireClient client(served.node->port());
  CHECK(served.Produce(client, 100000).throttle_time_ms == 0);
  served.Set(client, {{"client-id", "a test"}}, {{"producer_byte_rate", 100}});
  const auto answer = served.Produce(client, 100000);
  CHECK(answer.responses.at(0).partition_responses.at(0).error_code == ErrorCode::kNone);
  CHECK(answer.throttle_time_ms == 600000);  // no longer than a client may be idle
  CHECK(IsQuiet(served, client));
}

TEST_CASE("a producer that wants no answers is held to its quota, too") {
  Served served;
  WireClient client(served.node->port());
  served.Set(client, kAllClients, {{"producer_byte_rate", 100}});
  client.SendBytes(WireClient::Frame(ApiKey::kProduce, 9, 1, served.Batch(100000, 0)));
  // It was served before a later one of another connection is.
  auto partition = served.engine.EnsureTopic("orders")->partition(0);
  REQUIRE(partition.ok());
  while (partition->log_end_offset() == 0) {
    WireClient(served.node->port())
        .Ask<wire::ListGroupsResponse>(ApiKey::kListGroups, 0, wire::ListGroupsRequest());
  }
  CHECK(IsQuiet(served, client));
}

TEST_CASE("a consumer above its quota gets no records, but for a first batch, and waits") {
  Served served;
  WireClient client(served.node->port());
  for (int i = 0; i < 3; ++i) served.Produce(client, 5000);
  served.Set(client, {{"user", "ANONYMOUS"}}, {{"consumer_byte_rate", 200}});
  const auto fetch = [&](WireClient& by) {
    return by.Ask<wire::FetchResponse>(ApiKey::kFetch, 12, Served::FetchFrom(0));
  };
  // 2,000 bytes may be had at once: one batch comes, for it is the first.
  const auto first = fetch(client);
  CHECK(first.throttle_time_ms > 0);
  const auto& partition = first.responses.at(0).partitions.at(0);
  CHECK(partition.records->size() > 5000);
  CHECK(partition.records->size() < 10000);
  WireClient again(served.node->port());  // of the same user
  const auto second = fetch(again);
  CHECK(second.throttle_time_ms > 0);
  CHECK(second.responses.empty());
  CHECK(second.session_id == 0);
  CHECK(IsQuiet(served, again));
}

TEST_CASE("who may use a thread for so long only is told to wait, by any request") {
  Served served;
  WireClient client(served.node->port());
  served.Set(client, kAllClients, {{"request_percentage", 1e-9}});
  const auto answer =
      client.Ask<wire::ListGroupsResponse>(ApiKey::kListGroups, 1, wire::ListGroupsRequest());
  CHECK(answer.throttle_time_ms == 1000);  // a window, as with Kafka
  CHECK(IsQuiet(served, client));
}

TEST_CASE("who used a thread for too long keeps no others waiting that have a quota of their own") {
  Served served;
  WireClient slow(served.node->port(), "slow");
  WireClient quick(served.node->port(), "quick");
  served.Set(quick, {{"client-id", "slow"}}, {{"request_percentage", 1e-9}});
  served.Set(quick, {{"client-id", "quick"}}, {{"request_percentage", 10000}});
  const auto ask = [](WireClient& client) {
    return client.Ask<wire::ListGroupsResponse>(ApiKey::kListGroups, 1, wire::ListGroupsRequest());
  };
  CHECK(ask(slow).throttle_time_ms == 1000);
  CHECK(ask(quick).throttle_time_ms == 0);
  CHECK(IsQuiet(served, slow));
}

// As a test says: of each type, whose it is by the client's name up to a dot.
class ByTeam final : public ClientQuotaCallback {
 public:
  explicit ByTeam(std::map<ClientQuotaType, double> bounds) : bounds_(std::move(bounds)) {}

  std::optional<ClientQuota> QuotaOf(ClientQuotaType type, const AclClient& client) override {
    if (client.client_host != "/127.0.0.1") return ClientQuota{1e-9, ""};
    const auto bound = bounds_.find(type);
    if (client.client_id == "free" || bound == bounds_.end()) return std::nullopt;
    return ClientQuota{bound->second, client.client_id.substr(0, client.client_id.find('.'))};
  }

 private:
  const std::map<ClientQuotaType, double> bounds_;
};

TEST_CASE("an application says how much who may have, whatever quotas were set") {
  Served served(std::make_shared<ByTeam>(std::map<ClientQuotaType, double>{
      {ClientQuotaType::kProduce, 100}, {ClientQuotaType::kFetch, 100}}));
  WireClient free(served.node->port(), "free");
  served.Set(free, kAllClients, {{"producer_byte_rate", 1}, {"request_percentage", 1e-9}});
  CHECK(served.Produce(free, 100000).throttle_time_ms == 0);
  WireClient one(served.node->port(), "team.one");
  WireClient two(served.node->port(), "team.two");
  WireClient other(served.node->port(), "other");
  CHECK(served.Produce(one, 100000).throttle_time_ms == 600000);
  CHECK(served.Produce(two, 1).throttle_time_ms > 0);  // they have it together
  CHECK(served.Produce(other, 1).throttle_time_ms == 0);
  CHECK(IsQuiet(served, one));
  CHECK(IsQuiet(served, two));
  const auto fetched = other.Ask<wire::FetchResponse>(ApiKey::kFetch, 12, Served::FetchFrom(0));
  CHECK(fetched.throttle_time_ms > 0);
}

TEST_CASE("a consumer that may have nothing waits for records all the same") {
  Served served(
      std::make_shared<ByTeam>(std::map<ClientQuotaType, double>{{ClientQuotaType::kFetch, 0.0}}));
  WireClient client(served.node->port());
  auto request = Served::FetchFrom(0);
  request.min_bytes = 1;
  request.max_wait_ms = 60'000;
  client.SendBytes(WireClient::Frame(ApiKey::kFetch, 12, 1, request));
  CHECK_FALSE(client.HasAnswer(100));
}

TEST_CASE("an application's bound that is nothing, or no number, has a client wait each time") {
  for (const double bound : {0.0, -5.0, std::nan("")}) {
    Served served(std::make_shared<ByTeam>(
        std::map<ClientQuotaType, double>{{ClientQuotaType::kRequest, bound}}));
    WireClient client(served.node->port());
    const auto answer =
        client.Ask<wire::ListGroupsResponse>(ApiKey::kListGroups, 1, wire::ListGroupsRequest());
    CAPTURE(bound);
    CHECK(answer.throttle_time_ms == 1000);
    CHECK(IsQuiet(served, client));
  }
}

}  // namespace
}  // namespace rill::net
