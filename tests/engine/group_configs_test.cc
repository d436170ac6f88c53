// Configs that consumer groups have of their own.

#include "engine/group_configs.h"

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "config_table.h"
#include "engine/group_service.h"
#include "restartable_engine.h"

namespace rill::engine {
namespace {

constexpr char kSession[] = "consumer.session.timeout.ms";
constexpr char kHeartbeat[] = "consumer.heartbeat.interval.ms";

EngineConfig Broker(const ConfigMap& configs = {}) {
  auto config = ParseEngineConfig(configs);
  INFO(config.status().ToString());
  REQUIRE(config.ok());
  return *std::move(config);
}

// As a node does.
absl::Status Set(LocalEngine& engine, const std::string& group, const ConfigMap& configs) {
  const auto change = [&](const ConfigMap&) {
    return CheckGroupConfigs(configs, *engine.config());
  };
  return engine.ReplaceResourceConfigs(ResourceName(kGroupResources, group), change,
                                       /*only_validate=*/false);
}

ConsumerHeartbeat JoinOf(const std::string& group) {
  return {.group_id = group,
          .member_id = "a",
          .rebalance_timeout = absl::Seconds(60),
          .subscribed_topics = {{"orders"}},
          .owned = IdPartitions()};
}

// What a member is told that joins, and leaves again.
absl::Duration IntervalOf(GroupService& groups, const std::string& group) {
  const auto joined = groups.ConsumerGroupHeartbeat(JoinOf(group));
  CHECK(joined.error == ErrorCode::kNone);
  groups.ConsumerGroupHeartbeat(
      {.group_id = group, .member_id = "a", .member_epoch = kLeavingEpoch});
  return joined.heartbeat_interval;
}

std::string GroupTable() {
  std::string table;
  for (const GroupConfigSpec& config : GroupConfigSpecs()) {
    if (config.is_internal) continue;
    const bool is_here = FindConfigSpec(EngineConfigSpecs(), config.synonym) != nullptr;
    table += ConfigRow(config.spec,
                       is_here ? fmt::format("`{}` | ", config.synonym) : std::string("none | "));
  }
  return table;
}

TEST_CASE("The reference page of configs says which groups have") {
  const std::string page = FileText(RILL_SOURCE_DIR "/docs/reference/configs.md");
  const std::string table = GroupTable();
  INFO("docs/reference/configs.md should have:\n" << table);
  CHECK(page.find("| --- |\n" + table + "\n") != std::string::npos);
  for (const GroupConfigSpec& config : GroupConfigSpecs()) {
    CAPTURE(config.spec.name);
    CHECK(page.find(fmt::format("`{}`", config.spec.name)) != std::string::npos);
  }
}

TEST_CASE("A group's config begins as the broker's for all groups does") {
  int compared = 0;
  for (const GroupConfigSpec& config : GroupConfigSpecs()) {
    const ConfigSpec* const of_all = FindConfigSpec(EngineConfigSpecs(), config.synonym);
    if (of_all == nullptr) continue;
    CHECK(of_all->default_value == config.spec.default_value);
    CHECK(of_all->type == config.spec.type);
    ++compared;
  }
  CHECK(compared == 2);
}

TEST_CASE("What a group may set is checked by name, type and range") {
  const EngineConfig broker = Broker({{"group.consumer.max.heartbeat.interval.ms", "9000"}});
  const auto sound = CheckGroupConfigs({{kSession, " 60000 "},
                                        {kHeartbeat, "9000"},
                                        {"share.isolation.level", "read_committed"},
                                        {"streams.num.warmup.replicas", "3"}},
                                       broker);
  REQUIRE(sound.ok());
  CHECK(sound->at(kSession) == "60000");
  const struct {
    const char* name;
    const char* value;
    const char* told;
  } cases[] = {
      {"consumer.session.timeout", "50000", "Unknown group config name: consumer.session.timeout"},
      {"retention.ms", "5", "Unknown group config name: retention.ms"},
      {kSession, "44999", "valid: 45000..60000"},
      {kSession, "60001", "valid: 45000..60000"},
      {kSession, "", "type int"},
      {kHeartbeat, "9001", "valid: 5000..9000"},
      {"share.delivery.count.limit", "11", "valid: 2..10"},
      {"share.isolation.level", "none", "valid: read_committed, read_uncommitted"},
      {"streams.rack.aware.assignment.tags", "a,a", "type list"},
  };
  for (const auto& one : cases) {
    const auto status = CheckGroupConfigs({{one.name, one.value}}, broker).status();
    CAPTURE(one.name, one.value, status.ToString());
    CHECK(GetErrorCode(status) == ErrorCode::kInvalidConfig);
    CHECK(Mentions(status, one.told));
  }
}

TEST_CASE("A group's session is longer than its heartbeat interval, whoever says which") {
  const EngineConfig broker = Broker({{"group.consumer.min.session.timeout.ms", "6000"},
                                      {"group.consumer.session.timeout.ms", "8000"}});
  const auto refusal = [&](const ConfigMap& configs) {
    return std::string(CheckGroupConfigs(configs, broker).status().message());
  };
  const std::string shorter =
      "consumer.session.timeout.ms must be greater than consumer.heartbeat.interval.ms";
  CHECK(refusal({{kHeartbeat, "8000"}}) == shorter);
  CHECK(refusal({{kHeartbeat, "9000"}, {kSession, "9000"}}) == shorter);
  CHECK(refusal({{kHeartbeat, "9000"}, {kSession, "9001"}}).empty());
  CHECK(refusal({{kSession, "6000"}}).empty());
}

TEST_CASE("A group's own configs hold from the next heartbeat on, for that group alone") {
  RestartableEngine bench;
  REQUIRE(Set(bench.engine(), "billing", {{kHeartbeat, "7000"}}).ok());
  CHECK(IntervalOf(bench.groups(), "billing") == absl::Seconds(7));
  CHECK(IntervalOf(bench.groups(), "others") == absl::Seconds(5));
  REQUIRE(Set(bench.engine(), "billing", {{kHeartbeat, "8000"}}).ok());
  CHECK(IntervalOf(bench.groups(), "billing") == absl::Seconds(8));
  CHECK_FALSE(Set(bench.engine(), "billing", {{kHeartbeat, "1"}}).ok());
  CHECK(IntervalOf(bench.groups(), "billing") == absl::Seconds(8));
  REQUIRE(Set(bench.engine(), "billing", {}).ok());
  CHECK(IntervalOf(bench.groups(), "billing") == absl::Seconds(5));
}

TEST_CASE("A group's configs outlive a restart, a kill, and the group") {
  RestartableEngine bench;
  REQUIRE(Set(bench.engine(), "billing", {{kHeartbeat, "7000"}}).ok());
  bench.CloseAndOpen();
  CHECK(IntervalOf(bench.groups(), "billing") == absl::Seconds(7));
  bench.KillAndOpen();
  CHECK(IntervalOf(bench.groups(), "billing") == absl::Seconds(7));
  REQUIRE(bench.groups().Delete("billing").ok());
  CHECK(bench.engine().resource_configs()->contains("group/billing"));
  CHECK(IntervalOf(bench.groups(), "billing") == absl::Seconds(7));
}

TEST_CASE("What the broker no longer lets a group have holds as far as it does, and is told of") {
  Options options = ByCaller();
  options.storage = std::make_shared<testing::FaultyStorage>();
  {
    const auto engine = MustOpen("./data", options);
    REQUIRE(engine->CreateTopic("orders", {.partitions = 2}).ok());
    REQUIRE(Set(*engine, "billing", {{kHeartbeat, "15000"}}).ok());
    REQUIRE(engine->Close().ok());
  }
  Said said;
  options.log_sink = said.sink();
  options.configs = {{"group.consumer.max.heartbeat.interval.ms", "9000"}};
  const auto engine = MustOpen("./data", options);
  CHECK(said.Has(LogLevel::kWarning, "group billing"));
  CHECK(IntervalOf(*engine->groups(), "billing") == absl::Seconds(9));
  CHECK(engine->resource_configs()->at("group/billing").at(kHeartbeat) == "15000");
}

}  // namespace
}  // namespace rill::engine
