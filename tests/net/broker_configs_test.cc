#include "net/broker_configs.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "io/temporary_folder.h"
#include "net/config_resource.h"
#include "net/shown_configs.h"
#include "node_under_test.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire_client.h"

namespace rill::net {
namespace {

constexpr auto kTopic = static_cast<std::int8_t>(ConfigResource::kTopic);
constexpr auto kBroker = static_cast<std::int8_t>(ConfigResource::kBroker);

using Resource = wire::IncrementalAlterConfigsRequest::Resource;
using Change = Resource::Config;
using Synonym = ShownConfig::Synonym;

Change Set(const std::string& name, const std::string& value) { return {name, 0, value}; }
Change Delete(const std::string& name) { return {name, 1, std::nullopt}; }

wire::IncrementalAlterConfigsResponse::Resource Alter(NodeUnderTest& node, const std::string& name,
                                                      std::vector<Change> changes,
                                                      bool only_validate = false) {
  const wire::IncrementalAlterConfigsRequest asked = {{{kBroker, name, std::move(changes)}},
                                                      only_validate};
  return node.Ask(&HandleIncrementalAlterConfigs, asked, 1).responses.at(0);
}

// Through a connection, for all brokers.
ErrorCode AlterForAll(WireClient& admin, const Change& change) {
  const wire::IncrementalAlterConfigsRequest asked = {{{kBroker, "", {change}}}, false};
  return admin
      .Ask<wire::IncrementalAlterConfigsResponse>(wire::ApiKey::kIncrementalAlterConfigs, 1, asked)
      .responses.at(0)
      .error_code;
}

std::vector<ShownConfig> Describe(NodeUnderTest& node, std::int8_t type, const std::string& name) {
  const wire::DescribeConfigsRequest asked = {{{type, name, std::nullopt}}, true, true};
  return node.AskInAll(&HandleDescribeConfigs, asked).results.at(0).configs;
}

std::optional<ShownConfig> Find(const std::vector<ShownConfig>& configs, const std::string& name) {
  const auto found = std::find_if(configs.begin(), configs.end(),
                                  [&](const ShownConfig& config) { return config.name == name; });
  return found == configs.end() ? std::nullopt : std::optional(*found);
}

TEST_CASE("a broker's configs are set while it runs, for it and for all, and shown with both") {
  NodeUnderTest node("mem:", {{"log.segment.bytes", "3000000"}});
  node.MakeTopic("orders", 1);
  const std::string own = std::to_string(node.id());
  CHECK(
      Alter(node, "", {Set("log.retention.ms", "6000"), Set("max.connections", "9")}).error_code ==
      ErrorCode::kNone);
  CHECK(Alter(node, own, {Set("log.retention.ms", "5000"), Set("log.segment.bytes", "2000000")})
            .error_code == ErrorCode::kNone);
  const auto shown = Describe(node, kBroker, own);
  const auto retention = Find(shown, "log.retention.ms");
  CHECK(retention->value == "5000");
  CHECK(retention->config_source == 2);
  CHECK_FALSE(retention->read_only);
  CHECK(retention->synonyms == std::vector<Synonym>{{"log.retention.ms", "5000", 2},
                                                    {"log.retention.ms", "6000", 3},
                                                    {"log.retention.hours", "168", 5}});
  CHECK(Find(shown, "log.segment.bytes")->synonyms ==
        std::vector<Synonym>{{"log.segment.bytes", "2000000", 2},
                             {"log.segment.bytes", "3000000", 4},
                             {"log.segment.bytes", "1073741824", 5}});
  CHECK(Find(shown, "max.connections")->config_source == 3);
  CHECK(Find(shown, "num.partitions")->read_only);

  const auto of_all = Describe(node, kBroker, "");
  CHECK(of_all.size() == 2);
  CHECK(Find(of_all, "log.retention.ms")->synonyms ==
        std::vector<Synonym>{{"log.retention.ms", "6000", 3}});

  const auto of_topic = Find(Describe(node, kTopic, "orders"), "retention.ms");
  CHECK(of_topic->value == "5000");
  CHECK(of_topic->config_source == 2);
  CHECK(of_topic->synonyms == retention->synonyms);

  CHECK(Alter(node, own, {Delete("log.retention.ms"), Delete("num.partitions")}).error_code ==
        ErrorCode::kNone);
  CHECK(Find(Describe(node, kTopic, "orders"), "retention.ms")->value == "6000");
}

TEST_CASE("what Kafka does not let change while a broker runs is refused with Kafka's words") {
  NodeUnderTest node;
  const std::string own = std::to_string(node.id());
  const auto refused = [&](const std::string& name, std::vector<Change> changes) {
    const auto answered = Alter(node, name, std::move(changes));
    CHECK(answered.error_code == ErrorCode::kInvalidRequest);
    return answered.error_message.value_or("");
  };
  CHECK(refused(own, {Set("num.partitions", "3"), Set("log.retention.hours", "4"),
                      Set("log.roll.ms", "9")}) ==
        "Cannot update these configs dynamically: [log.retention.hours, num.partitions]");
  CHECK(refused("", {Set("connections.max.idle.ms", "3")}) ==
        "Cannot update these configs dynamically: [connections.max.idle.ms]");
  CHECK(refused(own, {Set("log.roll.ms", "x")}).find("log.roll.ms cannot be \"x\"") !=
        std::string::npos);
  CHECK(refused(own, {Set("num.io.threads", "8")}) ==
        "Kafka's config num.io.threads does nothing here: the engine has one maintenance thread, "
        "or none");
  CHECK(refused(std::to_string(node.id() + 1), {Set("log.roll.ms", "9")})
            .find("Unexpected broker id") != std::string::npos);
  CHECK(refused("one", {Set("log.roll.ms", "9")}) != "");
  CHECK(node.engine().resource_configs()->empty());
  CHECK(Alter(node, own, {Set("log.roll.ms", "9")}, /*only_validate=*/true).error_code ==
        ErrorCode::kNone);
  CHECK(node.engine().resource_configs()->empty());
}

TEST_CASE("a broker shows its number, its folder and how often things are there, and keeps them") {
  NodeUnderTest node;
  const std::string own = std::to_string(node.id());
  const auto shown = Describe(node, kBroker, own);
  const struct {
    const char* name;
    std::string value;
    int source;
    std::vector<Synonym> synonyms;
  } facts[] = {
      {"node.id", own, 4, {{"node.id", own, 4}}},
      {"broker.id", own, 4, {{"broker.id", own, 4}, {"broker.id", "-1", 5}}},
      {"log.dirs", "mem:", 4, {{"log.dirs", "mem:", 4}}},
      {"default.replication.factor", "1", 5, {{"default.replication.factor", "1", 5}}},
      {"min.insync.replicas", "1", 5, {{"min.insync.replicas", "1", 5}}},
      {"offsets.topic.replication.factor", "1", 5, {{"offsets.topic.replication.factor", "1", 5}}},
      {"unclean.leader.election.enable",
       "false",
       5,
       {{"unclean.leader.election.enable", "false", 5}}},
  };
  for (const auto& fact : facts) {
    CAPTURE(fact.name);
    const auto config = Find(shown, fact.name);
    REQUIRE(config.has_value());
    CHECK(config->value == fact.value);
    CHECK(config->config_source == fact.source);
    CHECK(config->read_only);
    CHECK_FALSE(config->is_sensitive);
    CHECK(config->synonyms == fact.synonyms);
    CHECK(Alter(node, own, {Set(fact.name, "2")})
              .error_message.value_or("")
              .starts_with("Cannot update these configs dynamically"));
  }
  CHECK(std::is_sorted(shown.begin(), shown.end(),
                       [](const auto& a, const auto& b) { return a.name < b.name; }));
}

TEST_CASE("a broker has the number that its engine was given, and is configured by that") {
  NodeUnderTest node("mem:", {{"node.id", "7"}});
  const auto cluster = node.AskInAll(&HandleDescribeCluster, wire::DescribeClusterRequest());
  CHECK(cluster.controller_id == 7);
  CHECK(cluster.brokers.at(0).broker_id == 7);
  const auto metadata = node.Ask(&HandleMetadata, wire::MetadataRequest(), 12);
  CHECK(metadata.controller_id == 7);
  CHECK(metadata.brokers.at(0).node_id == 7);
  CHECK(Find(Describe(node, kBroker, "7"), "node.id")->value == "7");
  CHECK(Find(Describe(node, kBroker, "7"), "broker.id")->value == "7");
  CHECK(Alter(node, "7", {Set("log.roll.ms", "9")}).error_code == ErrorCode::kNone);
  CHECK(Alter(node, "1", {Set("log.roll.ms", "9")}).error_code == ErrorCode::kInvalidRequest);
}

TEST_CASE("a broker shows where it listens, and with how many threads") {
  const auto engine = rill::Open("mem:").value();
  const auto node = Node::Start(engine, {.listen = "IN://127.0.0.1:0,OUT://127.0.0.1:0",
                                         .advertise = "OUT://broker.example:7",
                                         .threads = 2})
                        .value();
  WireClient client(node.port());
  const wire::DescribeConfigsRequest asked = {{{kBroker, "1", std::nullopt}}, false, false};
  const auto configs =
      client.Ask<wire::DescribeConfigsResponse>(wire::ApiKey::kDescribeConfigs, 4, asked)
          .results.at(0)
          .configs;
  const auto value = [&](const char* name) {
    const auto config = Find(configs, name);
    REQUIRE(config.has_value());
    CHECK(config->config_source == 4);
    return config->value.value_or("null");
  };
  CHECK(value("listeners") == node.listeners());
  CHECK(value("advertised.listeners") == node.advertised_listeners());
  CHECK(value("advertised.listeners").ends_with(",OUT://broker.example:7"));
  CHECK(value("listener.security.protocol.map") == "IN:PLAINTEXT,OUT:PLAINTEXT");
  CHECK(value("num.network.threads") == "2");
  CHECK(value("process.roles") == "broker,controller");
}

TEST_CASE("a config that nobody knows is kept for a broker, and not shown what it says") {
  NodeUnderTest node;
  CHECK(Alter(node, "", {Set("my.own", "secret")}).error_code == ErrorCode::kNone);
  const auto shown = Find(Describe(node, kBroker, std::to_string(node.id())), "my.own");
  REQUIRE(shown.has_value());
  CHECK_FALSE(shown->value.has_value());
  CHECK(shown->is_sensitive);
  CHECK(shown->config_source == 3);
  CHECK(shown->synonyms == std::vector<Synonym>{{"my.own", std::nullopt, 3}});
  CHECK(Find(Describe(node, kBroker, ""), "my.own").has_value());
}

TEST_CASE("AlterConfigs takes the place of all that is set for a broker") {
  NodeUnderTest node;
  CHECK(Alter(node, "", {Set("log.roll.ms", "9")}).error_code == ErrorCode::kNone);
  const wire::AlterConfigsRequest asked = {{{kBroker, "", {{"message.max.bytes", "77"}}}}, false};
  CHECK(node.AskInAll(&HandleAlterConfigs, asked).responses.at(0).error_code == ErrorCode::kNone);
  const auto shown = Describe(node, kBroker, "");
  REQUIRE(shown.size() == 1);
  CHECK(shown[0].name == "message.max.bytes");
}

TEST_CASE("lists of a broker are added to and taken from") {
  NodeUnderTest node;
  CHECK(Alter(node, "", {{"log.cleanup.policy", 2, "compact"}}).error_code == ErrorCode::kNone);
  CHECK(Describe(node, kBroker, "").at(0).value == "delete,compact");
  CHECK(Alter(node, "", {{"log.cleanup.policy", 3, "delete"}}).error_code == ErrorCode::kNone);
  CHECK(Describe(node, kBroker, "").at(0).value == "compact");
  CHECK(Alter(node, "", {{"log.roll.ms", 2, "1"}}).error_code == ErrorCode::kInvalidConfig);
}

TEST_CASE("a node takes as many connections as it is told while it runs, also by another node") {
  const auto engine = rill::Open("mem:");
  REQUIRE(engine.ok());
  const auto first = Node::Start(*engine, {.listen = "127.0.0.1:0"});
  const auto second = Node::Start(*engine, {.listen = "127.0.0.1:0"});
  REQUIRE((first.ok() && second.ok()));
  WireClient admin(second->port());
  wire::IncrementalAlterConfigsRequest asked = {{{kBroker, "", {Set("max.connections", "1")}}},
                                                false};
  const auto alter = [&] {
    return admin
        .Ask<wire::IncrementalAlterConfigsResponse>(wire::ApiKey::kIncrementalAlterConfigs, 1,
                                                    asked)
        .responses.at(0)
        .error_code;
  };
  const auto is_taken = [](WireClient& client) {
    return client
               .Ask<wire::ListGroupsResponse>(wire::ApiKey::kListGroups, 0,
                                              wire::ListGroupsRequest())
               .error_code == ErrorCode::kNone;
  };
  REQUIRE(alter() == ErrorCode::kNone);
  WireClient only(first->port());
  CHECK(is_taken(only));
  CHECK(WireClient(first->port()).IsClosed());
  // Nobody could set that back.
  asked.resources[0].configs = {Set("max.connections", "0")};
  CHECK(alter() == ErrorCode::kInvalidRequest);
  asked.resources[0].configs = {Delete("max.connections")};
  REQUIRE(alter() == ErrorCode::kNone);
  WireClient taken(first->port());
  CHECK(is_taken(taken));
}

TEST_CASE("a node limits the connections of an address as it is told while it runs") {
  const auto engine = rill::Open("mem:");
  REQUIRE(engine.ok());
  const auto node = Node::Start(*engine, {.listen = "127.0.0.1:0"});
  REQUIRE(node.ok());
  WireClient admin(node->port());
  const auto alter = [&](const Change& change) { return AlterForAll(admin, change); };
  CHECK(alter(Set("max.connections.per.ip", "0")) == ErrorCode::kInvalidRequest);
  CHECK(alter(Set("max.connections.per.ip.overrides", "localhost:1")) ==
        ErrorCode::kInvalidRequest);
  CHECK(alter(Set("max.connections.per.ip", "1")) == ErrorCode::kNone);
  CHECK(WireClient(node->port()).IsClosed());
  CHECK(alter(Set("max.connections.per.ip.overrides", "127.0.0.1:2")) == ErrorCode::kNone);
  CHECK(alter(Set("max.connections.per.ip", "0")) == ErrorCode::kNone);
  // Nobody could set that back.
  CHECK(alter(Delete("max.connections.per.ip.overrides")) == ErrorCode::kInvalidRequest);
  CHECK(alter(Set("max.connections.per.ip.overrides", "")) == ErrorCode::kInvalidRequest);
  const wire::AlterConfigsRequest all = {{{kBroker, "", {{"max.connections.per.ip", "0"}}}}, false};
  CHECK(admin.Ask<wire::AlterConfigsResponse>(wire::ApiKey::kAlterConfigs, 1, all)
            .responses.at(0)
            .error_code == ErrorCode::kInvalidRequest);
  WireClient second(node->port());
  CHECK(
      second.Ask<wire::ListGroupsResponse>(wire::ApiKey::kListGroups, 0, wire::ListGroupsRequest())
          .error_code == ErrorCode::kNone);
  CHECK(WireClient(node->port()).IsClosed());
}

TEST_CASE("a node whose overrides are gone from its file says so, and lets clients in") {
  std::string told;
  Options options;
  options.log_sink = [&](LogLevel level, std::string_view line) {
    if (level == LogLevel::kWarning) told += line;
  };
  const auto engine = rill::Open("mem:", options);
  REQUIRE(engine.ok());
  {
    const auto node =
        Node::Start(*engine, {.listen = "127.0.0.1:0",
                              .configs = {{"max.connections.per.ip.overrides", "127.0.0.1:9"}}});
    REQUIRE(node.ok());
    WireClient admin(node->port());
    REQUIRE(AlterForAll(admin, Set("max.connections.per.ip", "0")) == ErrorCode::kNone);
  }
  const auto node = Node::Start(*engine, {.listen = "127.0.0.1:0"});
  REQUIRE(node.ok());
  WireClient client(node->port());
  CHECK(
      client.Ask<wire::ListGroupsResponse>(wire::ApiKey::kListGroups, 0, wire::ListGroupsRequest())
          .error_code == ErrorCode::kNone);
  CHECK(told ==
        "max.connections.per.ip can be set to 0 only if max.connections.per.ip.overrides property "
        "is set. It is left out until then.");
  // Other configs can be changed all the same, which is no reason to say so again.
  const auto alter = [&](const Change& change) { return AlterForAll(client, change); };
  const std::string once = told;
  CHECK(alter(Set("log.retention.ms", "6000")) == ErrorCode::kNone);
  CHECK(alter(Set("max.connections.per.ip.overrides", "")) == ErrorCode::kInvalidRequest);
  WireClient another(node->port());
  CHECK(
      another.Ask<wire::ListGroupsResponse>(wire::ApiKey::kListGroups, 0, wire::ListGroupsRequest())
          .error_code == ErrorCode::kNone);
  CHECK(told == once);
}

TEST_CASE("a broker's own limits of connections may not leave all clients without one") {
  NodeUnderTest node;
  const std::string own = std::to_string(node.id());
  const auto limit = Set("max.connections.per.ip", "0");
  const auto overrides = Set("max.connections.per.ip.overrides", "10.0.0.5:1");
  CHECK(Alter(node, "", {limit}).error_code == ErrorCode::kInvalidRequest);
  CHECK(Alter(node, own, {overrides}).error_code == ErrorCode::kNone);
  CHECK(Alter(node, "", {limit}).error_code == ErrorCode::kNone);
  const auto refused = Alter(node, own, {Delete("max.connections.per.ip.overrides")});
  CHECK(refused.error_code == ErrorCode::kInvalidRequest);
  CHECK(refused.error_message ==
        "max.connections.per.ip can be set to 0 only if max.connections.per.ip.overrides property "
        "is set.");
  CHECK(Alter(node, "", {Delete("max.connections.per.ip")}).error_code == ErrorCode::kNone);
  CHECK(Alter(node, own, {Delete("max.connections.per.ip.overrides")}).error_code ==
        ErrorCode::kNone);
}

TEST_CASE("a list does not grow beyond what can be described") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  std::string items;
  for (int i = 0; i < 3000; ++i) items += fmt::format("{}:1,", 100 + i);
  items.pop_back();
  const std::string name = "follower.replication.throttled.replicas";
  const auto append = [&](const std::string& added) {
    const wire::IncrementalAlterConfigsRequest asked = {{{kTopic, "orders", {{name, 2, added}}}},
                                                        false};
    return node.Ask(&HandleIncrementalAlterConfigs, asked, 1).responses.at(0).error_code;
  };
  REQUIRE(items.size() < 32767);
  CHECK(append(items) == ErrorCode::kNone);
  std::string more;
  for (int i = 0; i < 3000; ++i) more += fmt::format("{}:2,", 100 + i);
  more.pop_back();
  CHECK(append(more) == ErrorCode::kInvalidConfig);
  CHECK(append("1:1") == ErrorCode::kNone);
  const auto shown = Describe(node, kTopic, "orders");
  CHECK(Find(shown, name)->value == items + ",1:1");
}

TEST_CASE("Clients cannot set more configs than the folder can be opened with") {
  NodeUnderTest node;
  const std::string half(std::size_t{600} << 10, 'x');
  CHECK(Alter(node, "", {Set("own.a", half)}).error_code == ErrorCode::kNone);
  const auto refused = Alter(node, "", {Set("own.b", half)});
  CHECK(refused.error_code == ErrorCode::kInvalidRequest);
  CHECK(refused.error_message->find("there is room for") != std::string::npos);
  CHECK(Alter(node, "", {Delete("own.a")}).error_code == ErrorCode::kNone);
  CHECK(Alter(node, "", {Set("own.b", half)}).error_code == ErrorCode::kNone);
}

}  // namespace
}  // namespace rill::net
