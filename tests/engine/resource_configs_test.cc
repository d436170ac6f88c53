// What is set while an engine runs, of all that is no topic: a broker's configs first.

#include "engine/resource_configs.h"

#include <string>

#include "engine/topic_config.h"
#include "restartable_engine.h"

namespace rill::engine {
namespace {

const std::string kAllBrokers = ResourceName(kBrokerResources, "");

std::string OwnBroker(const LocalEngine& engine) {
  return ResourceName(kBrokerResources, std::to_string(engine.properties().node_id));
}

absl::Status Set(LocalEngine& engine, const std::string& resource, const ConfigMap& configs,
                 bool only_validate = false) {
  return engine.ReplaceResourceConfigs(
      resource, [&](const ConfigMap&) { return configs; }, only_validate);
}

ConfigValue Of(const LocalEngine& engine, const std::string& config) {
  return engine.DescribeTopic("orders")->configs.at(config);
}

TEST_CASE("What is set for the broker holds before what is set for all, and that before the rest") {
  Options options = ByCaller();
  options.configs = {{"log.retention.ms", "1000"}};
  RestartableEngine bench(options);
  LocalEngine& engine = bench.engine();
  CHECK(Of(engine, "retention.ms").source == ConfigSource::kStaticBrokerConfig);
  REQUIRE(Set(engine, kAllBrokers, {{"log.retention.ms", "2000"}}).ok());
  CHECK(Of(engine, "retention.ms").value == "2000");
  CHECK(Of(engine, "retention.ms").source == ConfigSource::kDynamicDefaultBrokerConfig);
  REQUIRE(Set(engine, OwnBroker(engine), {{"log.retention.ms", "3000"}}).ok());
  CHECK(Of(engine, "retention.ms").value == "3000");
  CHECK(Of(engine, "retention.ms").source == ConfigSource::kDynamicBrokerConfig);
  REQUIRE(engine.AlterTopicConfigs("orders", {{"retention.ms", "4000"}}).ok());
  CHECK(Of(engine, "retention.ms").value == "4000");
}

TEST_CASE("A broker's changed configs hold for topics that are there, and for those that come") {
  RestartableEngine bench;
  LocalEngine& engine = bench.engine();
  REQUIRE((*engine.FindTopic("orders"))->OpenPartition(0).ok());
  const ConfigMap smaller = {{"log.segment.bytes", "2000000"}, {"message.max.bytes", "77"}};
  REQUIRE(Set(engine, kAllBrokers, smaller).ok());
  REQUIRE(engine.CreateTopic("later", {.partitions = 1}).ok());
  for (const char* name : {"orders", "later"}) {
    const auto config = (*engine.FindTopic(name))->config();
    CHECK(config->segment_bytes == 2000000);
    CHECK(config->max_message_bytes == 77);
  }
  REQUIRE(Set(engine, kAllBrokers, {}).ok());
  CHECK((*engine.FindTopic("orders"))->config()->segment_bytes == std::int64_t{1} << 30);
}

TEST_CASE("What was set while an engine ran is there after a restart, and after a kill") {
  RestartableEngine bench;
  REQUIRE(Set(bench.engine(), kAllBrokers, {{"log.roll.ms", "5"}, {"nobody=knows", ""}}).code() ==
          absl::StatusCode::kInvalidArgument);
  REQUIRE(Set(bench.engine(), kAllBrokers, {{"log.roll.ms", "5"}, {"nobody.knows", "x"}}).ok());
  REQUIRE(Set(bench.engine(), "others/x", {{"a", "b=c"}}).ok());
  const ResourceConfigs set = *bench.engine().resource_configs();
  CHECK(set.size() == 2);
  bench.CloseAndOpen();
  CHECK(*bench.engine().resource_configs() == set);
  CHECK(Of(bench.engine(), "segment.ms").value == "5");
  REQUIRE(Set(bench.engine(), "others/x", {}).ok());
  bench.KillAndOpen();
  CHECK(bench.engine().resource_configs()->size() == 1);
  CHECK(Of(bench.engine(), "segment.ms").value == "5");
}

TEST_CASE("A change of a broker's configs that is wrong, or only validated, changes nothing") {
  RestartableEngine bench;
  LocalEngine& engine = bench.engine();
  REQUIRE(engine.AlterTopicConfigs("orders", {{"min.compaction.lag.ms", "1000"}}).ok());
  const std::uint64_t version = engine.resource_configs_version();
  const auto code = [&](const ConfigMap& configs) {
    return GetErrorCode(Set(engine, OwnBroker(engine), configs));
  };
  CHECK(code({{"log.segment.bytes", "1"}}) == ErrorCode::kInvalidConfig);
  CHECK(code({{"log.cleaner.max.compaction.lag.ms", "999"}}) == ErrorCode::kInvalidConfig);
  CHECK(code({{"nobody.knows", "two\nlines"}}) == ErrorCode::kInvalidConfig);
  CHECK(Set(engine, OwnBroker(engine), {{"log.roll.ms", "5"}}, /*only_validate=*/true).ok());
  CHECK(engine.resource_configs()->empty());
  CHECK(engine.resource_configs_version() == version);
}

TEST_CASE("What was set goes when it contradicts what an engine is opened with") {
  Said said;
  Options options = ByCaller();
  options.storage = std::make_shared<testing::FaultyStorage>();
  options.log_sink = said.sink();
  auto engine = MustOpen("./data", options);
  REQUIRE(Set(*engine, kAllBrokers, {{"log.cleaner.max.compaction.lag.ms", "10"}}).ok());
  REQUIRE(engine->Close().ok());
  options.configs = {{"log.cleaner.min.compaction.lag.ms", "20"}};
  engine = MustOpen("./data", options);
  CHECK(said.Has(LogLevel::kError, "what was set for the broker while it ran is left out"));
  CHECK(engine->config()->layers.of_cluster.empty());
}

}  // namespace
}  // namespace rill::engine
