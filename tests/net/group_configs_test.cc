// Configs of consumer groups, as requests.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "net/config_resource.h"
#include "net/shown_configs.h"
#include "node_under_test.h"

namespace rill::net {
namespace {

constexpr auto kGroup = static_cast<std::int8_t>(ConfigResource::kGroup);
constexpr char kSession[] = "consumer.session.timeout.ms";
constexpr char kHeartbeat[] = "consumer.heartbeat.interval.ms";

using Change = wire::IncrementalAlterConfigsRequest::Resource::Config;
using Answer = std::pair<ErrorCode, std::string>;
using Synonym = ShownConfig::Synonym;

const Answer kDone = {ErrorCode::kNone, ""};

Change Set(const std::string& name, const std::string& value) { return {name, 0, value}; }
Change Delete(const std::string& name) { return {name, 1, std::nullopt}; }

Answer Alter(NodeUnderTest& node, const std::string& group, std::vector<Change> changes,
             bool only_validate = false) {
  const wire::IncrementalAlterConfigsRequest asked = {{{kGroup, group, std::move(changes)}},
                                                      only_validate};
  const auto answered = node.Ask(&HandleIncrementalAlterConfigs, asked, 1).responses.at(0);
  return {answered.error_code, answered.error_message.value_or("")};
}

wire::DescribeConfigsResponse::Resource Describe(NodeUnderTest& node, const std::string& group) {
  const wire::DescribeConfigsRequest asked = {{{kGroup, group, std::nullopt}}, true, true};
  return node.AskInAll(&HandleDescribeConfigs, asked).results.at(0);
}

ShownConfig Of(NodeUnderTest& node, const std::string& group, const std::string& name) {
  const auto shown = Describe(node, group).configs;
  const auto found = std::find_if(shown.begin(), shown.end(),
                                  [&](const ShownConfig& config) { return config.name == name; });
  REQUIRE(found != shown.end());
  return *found;
}

bool Shows(NodeUnderTest& node, const std::string& group, const std::string& name) {
  const auto shown = Describe(node, group).configs;
  return std::any_of(shown.begin(), shown.end(),
                     [&](const ShownConfig& config) { return config.name == name; });
}

std::vector<std::string> Listed(NodeUnderTest& node) {
  std::vector<std::string> names;
  for (const auto& one : node.Ask(&HandleListConfigResources, {{kGroup}}, 1).config_resources) {
    CHECK(one.resource_type == kGroup);
    names.push_back(one.resource_name);
  }
  return names;
}

// What a member is told that joins the group.
std::int32_t IntervalOf(NodeUnderTest& node, const std::string& group) {
  wire::ConsumerGroupHeartbeatRequest join;
  join.group_id = group;
  join.member_id = "a";
  join.rebalance_timeout_ms = 60'000;
  join.subscribed_topic_names = {{"orders"}};
  join.topic_partitions.emplace();
  return node.Ask(&HandleConsumerGroupHeartbeat, join, 1).heartbeat_interval_ms;
}

TEST_CASE("a group that has set nothing, and need not be there, shows what holds for all") {
  NodeUnderTest node("mem:", {{"group.consumer.session.timeout.ms", "50000"}});
  const auto session = Of(node, "billing", kSession);
  CHECK(session.value == "50000");
  CHECK(session.config_source == 4);
  CHECK(session.config_type == 3);
  CHECK_FALSE(session.read_only);
  CHECK_FALSE(session.is_sensitive);
  CHECK(session.documentation->starts_with("How long"));
  CHECK(session.synonyms ==
        std::vector<Synonym>{{"group.consumer.session.timeout.ms", "50000", 4},
                             {"group.consumer.session.timeout.ms", "45000", 5}});
  const auto heartbeat = Of(node, "billing", kHeartbeat);
  CHECK(heartbeat.value == "5000");
  CHECK(heartbeat.config_source == 5);
  CHECK(Describe(node, "billing").configs.size() == 21);
  CHECK(Listed(node).empty());
}

TEST_CASE("what a group sets is shown with where it is from, and holds for its members") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  CHECK(IntervalOf(node, "billing") == 5000);
  CHECK(Alter(node, "billing", {Set(kHeartbeat, "7000"), Set(kSession, " 60000 ")}) == kDone);
  const auto session = Of(node, "billing", kSession);
  CHECK(session.value == "60000");
  CHECK(session.config_source == 8);
  CHECK(session.synonyms ==
        std::vector<Synonym>{{kSession, "60000", 8},
                             {"group.consumer.session.timeout.ms", "45000", 5}});
  CHECK(IntervalOf(node, "billing") == 7000);
  CHECK(Listed(node) == std::vector<std::string>{"billing"});
  CHECK(Alter(node, "billing", {Delete(kHeartbeat)}) == kDone);
  CHECK(IntervalOf(node, "billing") == 5000);
  CHECK(Of(node, "billing", kHeartbeat).config_source == 5);
  CHECK(Alter(node, "billing", {Delete(kSession), Delete("nobody.knows")}) == kDone);
  CHECK(Listed(node).empty());
}

TEST_CASE("what means nothing here is kept and shown, also what Kafka shows only where it is set") {
  NodeUnderTest node;
  CHECK(Of(node, "g", "share.auto.offset.reset").synonyms ==
        std::vector<Synonym>{{"share.auto.offset.reset", "latest", 5}});
  CHECK(Of(node, "g", "streams.assignor.name").synonyms ==
        std::vector<Synonym>{{"group.streams.assignors", "sticky", 5}});
  CHECK_FALSE(Shows(node, "g", "streams.num.warmup.replicas"));
  CHECK(Alter(node, "g",
              {Set("share.auto.offset.reset", "earliest"),
               Set("streams.num.warmup.replicas", "3")}) == kDone);
  CHECK(Of(node, "g", "share.auto.offset.reset").value == "earliest");
  CHECK(Of(node, "g", "streams.num.warmup.replicas").synonyms ==
        std::vector<Synonym>{{"streams.num.warmup.replicas", "3", 8},
                             {"group.streams.num.warmup.replicas", "2", 5}});
}

TEST_CASE("configs of a group that are wrong are refused as Kafka refuses them") {
  NodeUnderTest node;
  CHECK(Alter(node, "", {Set(kSession, "50000")}) ==
        Answer{ErrorCode::kInvalidRequest, "Default group resources are not allowed."});
  CHECK(Describe(node, "").error_code == ErrorCode::kInvalidRequest);
  CHECK(Describe(node, "").error_message == "Group name must not be empty");
  CHECK(Alter(node, "g", {Set("retention.ms", "5")}) ==
        Answer{ErrorCode::kInvalidConfig, "Unknown group config name: retention.ms"});
  CHECK(Alter(node, "g", {{kSession, 2, "50000"}}) ==
        Answer{ErrorCode::kInvalidConfig,
               "Can't APPEND to key consumer.session.timeout.ms because its type is not LIST."});
  CHECK(Alter(node, "g", {Set(kHeartbeat, "7000"), Set(kSession, "5")}).first ==
        ErrorCode::kInvalidConfig);
  CHECK(Listed(node).empty());
}

TEST_CASE("what is only validated of a group's configs is not set") {
  NodeUnderTest node;
  CHECK(Alter(node, "g", {Set(kSession, "50000")}, true) == kDone);
  CHECK(Alter(node, "g", {Set(kSession, "5")}, true).first == ErrorCode::kInvalidConfig);
  CHECK(Listed(node).empty());
}

TEST_CASE("AlterConfigs takes the place of all that a group has set") {
  NodeUnderTest node;
  CHECK(Alter(node, "g", {Set(kSession, "50000")}) == kDone);
  const auto replace = [&](std::vector<wire::AlterConfigsRequest::Resource::Config> configs) {
    const wire::AlterConfigsRequest asked = {{{kGroup, "g", std::move(configs)}}, false};
    return node.Ask(&HandleAlterConfigs, asked, 2).responses.at(0).error_code;
  };
  CHECK(replace({{kHeartbeat, "6000"}}) == ErrorCode::kNone);
  CHECK(Of(node, "g", kSession).config_source == 5);
  CHECK(Of(node, "g", kHeartbeat).value == "6000");
  CHECK(replace({{"nobody.knows", "6000"}}) == ErrorCode::kInvalidConfig);
  CHECK(replace({}) == ErrorCode::kNone);
  CHECK(Listed(node).empty());
}

}  // namespace
}  // namespace rill::net
