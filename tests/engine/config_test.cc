// Topic configs and engine-wide ones: types, ranges, defaults and where a value comes from.

#include <fstream>
#include <sstream>
#include <string>

#include "catch.h"
#include "config_table.h"
#include "engine/engine_config.h"
#include "engine/topic_config.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

EngineConfig Engine(const ConfigMap& configs = {}) {
  auto parsed = ParseEngineConfig(configs);
  INFO(parsed.status().ToString());
  REQUIRE(parsed.ok());
  return *parsed;
}

absl::Status Refused(const ConfigMap& configs) {
  return CheckTopicConfigs(configs, Engine()).status();
}

TEST_CASE("Every default is a value that its own config allows") {
  for (const TopicConfigSpec& config : TopicConfigSpecs()) {
    CAPTURE(std::string(config.spec.name));
    CHECK(CheckConfigValue(config.spec, config.spec.default_value).ok());
    CHECK_FALSE(config.spec.effect.empty());
    for (const ConfigSynonym& synonym : config.synonyms) {
      CAPTURE(std::string(synonym.name));
      bool known = false;
      for (const ConfigSpec& engine : EngineConfigSpecs()) known |= engine.name == synonym.name;
      CHECK(known);
    }
  }
  for (const ConfigSpec& spec : EngineConfigSpecs()) {
    CAPTURE(std::string(spec.name));
    if (!spec.default_value.empty()) CHECK(CheckConfigValue(spec, spec.default_value).ok());
    for (const RefusedConfig& refused : RefusedEngineConfigs()) CHECK(refused.name != spec.name);
  }
}

TEST_CASE("The defaults of topics resolve to the defaults of logs") {
  const log::LogConfig resolved = ResolveLogConfig({}, Engine());
  const log::LogConfig expected;
  CHECK(resolved.cleanup_delete == expected.cleanup_delete);
  CHECK(resolved.cleanup_compact == expected.cleanup_compact);
  CHECK(resolved.recompress == expected.recompress);
  CHECK(resolved.segment_bytes == expected.segment_bytes);
  CHECK(resolved.segment_ms == expected.segment_ms);
  CHECK(resolved.segment_jitter_ms == expected.segment_jitter_ms);
  CHECK(resolved.segment_index_bytes == expected.segment_index_bytes);
  CHECK(resolved.index_interval_bytes == expected.index_interval_bytes);
  CHECK(resolved.retention_ms == expected.retention_ms);
  CHECK(resolved.retention_bytes == expected.retention_bytes);
  CHECK(resolved.file_delete_delay_ms == expected.file_delete_delay_ms);
  CHECK(resolved.max_message_bytes == expected.max_message_bytes);
  CHECK(resolved.max_decompressed_message_bytes == expected.max_decompressed_message_bytes);
  CHECK(resolved.message_timestamp_type == expected.message_timestamp_type);
  CHECK(resolved.message_timestamp_before_max_ms == expected.message_timestamp_before_max_ms);
  CHECK(resolved.message_timestamp_after_max_ms == expected.message_timestamp_after_max_ms);
  CHECK(resolved.flush_messages == expected.flush_messages);
  CHECK(resolved.flush_ms == expected.flush_ms);
  CHECK(resolved.delete_retention_ms == expected.delete_retention_ms);
  CHECK(resolved.min_compaction_lag_ms == expected.min_compaction_lag_ms);
  CHECK(resolved.max_compaction_lag_ms == expected.max_compaction_lag_ms);
  CHECK(resolved.min_cleanable_dirty_ratio == expected.min_cleanable_dirty_ratio);
}

TEST_CASE("Each config of a topic reaches its log") {
  const log::LogConfig config = ResolveLogConfig({{"cleanup.policy", "compact,delete"},
                                                  {"compression.type", "zstd"},
                                                  {"compression.zstd.level", "7"},
                                                  {"segment.bytes", "2000000"},
                                                  {"segment.ms", "5"},
                                                  {"retention.ms", "-1"},
                                                  {"retention.bytes", "99"},
                                                  {"flush.messages", "1"},
                                                  {"flush.ms", "7"},
                                                  {"max.decompressed.message.bytes", "200"},
                                                  {"max.message.bytes", "100"},
                                                  {"message.timestamp.type", "LogAppendTime"},
                                                  {"min.cleanable.dirty.ratio", "0.25"}},
                                                 Engine());
  CHECK(config.cleanup_compact);
  CHECK(config.cleanup_delete);
  CHECK(config.recompress);
  CHECK(config.compression_type == Compression::kZstd);
  CHECK(config.compression_level == 7);
  CHECK(config.segment_bytes == 2000000);
  CHECK(config.segment_ms == 5);
  CHECK(config.retention_ms == -1);
  CHECK(config.retention_bytes == 99);
  CHECK(config.flush_messages == 1);
  CHECK(config.flush_ms == 7);
  CHECK(config.max_decompressed_message_bytes == 200);
  CHECK(config.max_message_bytes == 100);
  CHECK(config.message_timestamp_type == TimestampType::kLogAppendTime);
  CHECK(config.min_cleanable_dirty_ratio == 0.25);
  const log::LogConfig forever = ResolveLogConfig({{"cleanup.policy", ""}}, Engine());
  CHECK_FALSE(forever.cleanup_delete);
  CHECK_FALSE(forever.cleanup_compact);
}

TEST_CASE("A config out of range is refused by name, with the range") {
  const struct {
    const char* name;
    const char* value;
    const char* told;
  } cases[] = {
      {"retention.ms", "-2", "config retention.ms cannot be \"-2\"; type long, valid: >= -1"},
      {"retention.ms", "9223372036854775808", "config retention.ms"},
      {"retention.ms", "", "config retention.ms"},
      {"retention.ms", "1 0", "config retention.ms"},
      {"segment.bytes", "1048575", "type int, valid: >= 1048576"},
      {"segment.bytes", "2147483648", "config segment.bytes"},
      {"compression.gzip.level", "0", "valid: 1..9 or -1"},
      {"compression.gzip.level", "10", "valid: 1..9 or -1"},
      {"compression.zstd.level", "23", "valid: -131072..22"},
      {"min.cleanable.dirty.ratio", "1.01", "type double, valid: 0..1"},
      {"min.cleanable.dirty.ratio", "nan", "type double"},
      {"min.cleanable.dirty.ratio", "inf", "type double"},
      {"preallocate", "yes", "type boolean, valid: true, false"},
      {"cleanup.policy", "compress", "type list, valid: compact, delete"},
      {"cleanup.policy", "delete,delete", "type list"},
      {"compression.type", "none", "valid: uncompressed, zstd, lz4, snappy, gzip, producer"},
      {"message.timestamp.type", "createtime", "valid: CreateTime, LogAppendTime"},
      {"leader.replication.throttled.replicas", "1-2", "valid: partition:broker pairs or *"},
  };
  for (const auto& one : cases) {
    const auto status = Refused({{one.name, one.value}});
    CAPTURE(one.name, one.value, status.ToString());
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(GetErrorCode(status) == ErrorCode::kInvalidConfig);
    CHECK(std::string(status.message()).find(one.told) != std::string::npos);
  }
}

TEST_CASE("The ends of a range are in it") {
  for (const auto& [name, value] : ConfigMap{{"retention.ms", "-1"},
                                             {"segment.bytes", "1048576"},
                                             {"compression.gzip.level", "-1"},
                                             {"min.cleanable.dirty.ratio", "1"},
                                             {"flush.messages", "9223372036854775807"}}) {
    CAPTURE(name);
    CHECK(Refused({{name, value}}).ok());
  }
}

TEST_CASE("An unknown config is refused by name") {
  const auto status = Refused({{"retention.sm", "1"}});
  CHECK(GetErrorCode(status) == ErrorCode::kInvalidConfig);
  CHECK(status.message() == "topics have no config \"retention.sm\"; did you mean retention.ms?");
  CHECK(Refused({{"retention.msec", "1"}}).message() ==
        "topics have no config \"retention.msec\"; did you mean retention.ms?");
  CHECK(Refused({{"colour", "red"}}).message() == "topics have no config \"colour\"");
}

TEST_CASE("Configs that contradict each other are refused") {
  CHECK(GetErrorCode(Refused({{"min.compaction.lag.ms", "5"}, {"max.compaction.lag.ms", "4"}})) ==
        ErrorCode::kInvalidConfig);
  CHECK(GetErrorCode(Refused({{"remote.storage.enable", "true"}})) == ErrorCode::kInvalidConfig);
}

TEST_CASE("Values are stored in one spelling") {
  const auto checked = CheckTopicConfigs({{"cleanup.policy", " compact ,\n delete"},
                                          {"preallocate", " TRUE"},
                                          {"retention.ms", " 5 "}},
                                         Engine());
  REQUIRE(checked.ok());
  CHECK(*checked == ConfigMap{{"cleanup.policy", "compact,delete"},
                              {"preallocate", "true"},
                              {"retention.ms", "5"}});
}

TEST_CASE("A change sets some configs, takes others back, and is checked as a whole") {
  const EngineConfig engine = Engine();
  const ConfigMap before = {{"retention.ms", "5"}, {"segment.ms", "6"}};
  const auto after = ChangeTopicConfigs(
      before, {{"retention.ms", std::nullopt}, {"flush.ms", "9"}, {"segment.ms", "7"}}, engine);
  REQUIRE(after.ok());
  CHECK(*after == ConfigMap{{"flush.ms", "9"}, {"segment.ms", "7"}});
  CHECK_FALSE(ChangeTopicConfigs(before, {{"flush.ms", "9"}, {"no.such", "1"}}, engine).ok());
  CHECK_FALSE(ChangeTopicConfigs(before, {{"no.such", std::nullopt}}, engine).ok());
}

TEST_CASE("A topic's own value comes before the engine's, and that before the default") {
  const EngineConfig engine =
      Engine({{"log.retention.ms", "1000"}, {"log.segment.bytes", "2000000"}});
  const auto resolved = ResolveTopicConfigs({{"retention.ms", "5"}}, engine);
  CHECK(resolved.size() == TopicConfigSpecs().size());
  CHECK(resolved.at("retention.ms").value == "5");
  CHECK(resolved.at("retention.ms").source == ConfigSource::kDynamicTopicConfig);
  CHECK(resolved.at("segment.bytes").value == "2000000");
  CHECK(resolved.at("segment.bytes").source == ConfigSource::kStaticBrokerConfig);
  CHECK(resolved.at("segment.ms").value == "604800000");
  CHECK(resolved.at("segment.ms").source == ConfigSource::kDefaultConfig);
}

TEST_CASE("Of the engine's retention times the finest unit that is set holds") {
  const auto retention = [](const ConfigMap& configs) {
    return ResolveTopicConfigs({}, Engine(configs)).at("retention.ms").value;
  };
  CHECK(retention({{"log.retention.hours", "2"}}) == "7200000");
  CHECK(retention({{"log.retention.hours", "2"}, {"log.retention.minutes", "3"}}) == "180000");
  CHECK(retention({{"log.retention.hours", "2"},
                   {"log.retention.minutes", "3"},
                   {"log.retention.ms", "4"}}) == "4");
  CHECK(retention({{"log.retention.hours", "-1"}}) == "-1");
  CHECK(retention({{"log.retention.hours", "-5"}}) == "-1");
  CHECK(retention({{"log.retention.minutes", "-2147483648"}}) == "-1");
  CHECK(retention({{"log.retention.ms", "-7"}}) == "-1");
  CHECK(retention({{"log.retention.hours", "2147483647"}}) == "7730941129200000");
  CHECK_FALSE(ParseEngineConfig({{"log.retention.ms", "0"}}).ok());
}

TEST_CASE("Engine-wide configs are typed, with rill's own defaults where a guest needs them") {
  const EngineConfig defaults = Engine();
  CHECK(defaults.num_partitions == 1);
  CHECK(defaults.offsets_partitions == 4);
  CHECK(defaults.group_initial_rebalance_delay == absl::ZeroDuration());
  CHECK(defaults.group_max_session_timeout == absl::Minutes(30));
  CHECK(defaults.has_consumer_groups);
  CHECK(defaults.consumer_session_timeout == absl::Seconds(45));
  CHECK(defaults.consumer_heartbeat_interval == absl::Seconds(5));
  CHECK(defaults.consumer_assignors ==
        std::vector{ServerAssignor::kUniform, ServerAssignor::kRange});
  const EngineConfig set = Engine({{"num.partitions", "6"},
                                   {"group.max.size", "2"},
                                   {"group.consumer.assignors", "range"},
                                   {"group.coordinator.rebalance.protocols", "classic"}});
  CHECK(set.consumer_assignors == std::vector{ServerAssignor::kRange});
  CHECK_FALSE(set.has_consumer_groups);
  CHECK(set.num_partitions == 6);
  CHECK(set.group_max_size == 2);
}

TEST_CASE("The times of all consumer groups lie within what one may have of its own") {
  const EngineConfig defaults = Engine();
  CHECK(defaults.consumer_min_session_timeout == absl::Seconds(45));
  CHECK(defaults.consumer_max_session_timeout == absl::Minutes(1));
  CHECK(defaults.consumer_min_heartbeat_interval == absl::Seconds(5));
  CHECK(defaults.consumer_max_heartbeat_interval == absl::Seconds(15));
  const auto told = [](const ConfigMap& configs) {
    return std::string(ParseEngineConfig(configs).status().message());
  };
  const std::string session = "group.consumer.session.timeout.ms";
  const std::string least = "group.consumer.min.session.timeout.ms";
  const std::string interval = "group.consumer.heartbeat.interval.ms";
  CHECK(told({{session, "6000"}}) ==
        "config group.consumer.min.session.timeout.ms must not be above "
        "group.consumer.session.timeout.ms: they are 45000 and 6000");
  CHECK(told({{session, "6000"}, {least, "6000"}}).empty());
  CHECK(told({{session, "60001"}}).find("must not be above group.consumer.max.session") !=
        std::string::npos);
  CHECK(told({{least, "70000"}}).find("must not be above group.consumer.max.session") !=
        std::string::npos);
  CHECK(told({{interval, "4999"}}).find("group.consumer.min.heartbeat") != std::string::npos);
  CHECK(told({{interval, "15001"}}).find("group.consumer.max.heartbeat") != std::string::npos);
}

TEST_CASE("A node's number is given by either of its names, or by both alike") {
  CHECK_FALSE(ParseEngineConfig({})->node_id.has_value());
  CHECK_FALSE(ParseEngineConfig({{"broker.id", "-1"}})->node_id.has_value());
  CHECK(ParseEngineConfig({{"node.id", "3"}})->node_id == 3);
  CHECK(ParseEngineConfig({{"broker.id", "0"}})->node_id == 0);
  CHECK(ParseEngineConfig({{"broker.id", "3"}, {"node.id", "3"}})->node_id == 3);
  CHECK(ParseEngineConfig({{"broker.id", "-1"}, {"node.id", "3"}})->node_id == 3);
  const auto differing = ParseEngineConfig({{"broker.id", "2"}, {"node.id", "3"}}).status();
  CHECK(GetErrorCode(differing) == ErrorCode::kInvalidConfig);
  CHECK(std::string(differing.message()).find("node.id is 3 and broker.id") != std::string::npos);
  CHECK_FALSE(ParseEngineConfig({{"node.id", "-1"}}).ok());
  CHECK_FALSE(ParseEngineConfig({{"broker.id", "-2"}}).ok());
}

TEST_CASE("An engine-wide config that is unknown, idle here, or out of range is refused by name") {
  const struct {
    const char* name;
    const char* value;
    const char* told;
  } cases[] = {
      {"log.retention.seconds", "1", "there is no engine-wide config \"log.retention.seconds\""},
      {"log.retention.msec", "1", "did you mean log.retention.ms?"},
      {"log.dirs", "/data", "log.dirs does nothing here: the folder is the one given"},
      {"ssl.keystore.location", "x", "ssl.keystore.location does nothing here"},
      {"log.cleaner.threads", "2", "log.cleaner.threads does nothing here"},
      {"retention.ms", "1",
       "retention.ms is a config of topics; for all topics it is called "
       "log.retention.ms"},
      {"consumer.session.timeout.ms", "50000",
       "consumer.session.timeout.ms is a config of groups; for all groups it is called "
       "group.consumer.session.timeout.ms"},
      {"num.partitions", "0", "config num.partitions cannot be \"0\"; type int, valid: 1..10000"},
      {"num.partitions", "10001", "valid: 1..10000"},
      {"offsets.topic.num.partitions", "20000", "valid: 1..10000"},
      {"log.retention.hours", "0", "valid: >= 1 or negative"},
      {"log.retention.minutes", "0", "valid: >= 1 or negative"},
  };
  for (const auto& one : cases) {
    const auto status = ParseEngineConfig({{one.name, one.value}}).status();
    CAPTURE(one.name, status.ToString());
    CHECK(GetErrorCode(status) == ErrorCode::kInvalidConfig);
    CHECK(std::string(status.message()).find(one.told) != std::string::npos);
  }
  CHECK_FALSE(ParseEngineConfig({{"group.consumer.heartbeat.interval.ms", "45000"},
                                 {"group.consumer.max.heartbeat.interval.ms", "45000"}})
                  .ok());
  CHECK_FALSE(ParseEngineConfig({{"group.consumer.assignors", ""}}).ok());
  CHECK_FALSE(ParseEngineConfig({{"group.consumer.assignors", "range,range"}}).ok());
  CHECK_FALSE(ParseEngineConfig({{"group.consumer.assignors", "sticky"}}).ok());
  CHECK_FALSE(ParseEngineConfig({{"group.coordinator.rebalance.protocols", "consumer"}}).ok());
  CHECK_FALSE(ParseEngineConfig({{"group.min.session.timeout.ms", "9000"},
                                 {"group.max.session.timeout.ms", "8000"}})
                  .ok());
}

std::string TopicTable() {
  std::string table;
  for (const TopicConfigSpec& config : TopicConfigSpecs()) {
    std::string synonyms;
    for (const ConfigSynonym& synonym : config.synonyms) {
      synonyms += fmt::format("{}`{}`", synonyms.empty() ? "" : ", ", synonym.name);
    }
    table += ConfigRow(config.spec, fmt::format("{} | ", synonyms.empty() ? "none" : synonyms));
  }
  return table;
}

std::string EngineTable() {
  std::string table;
  for (const ConfigSpec& spec : EngineConfigSpecs()) table += ConfigRow(spec, RunningCell(spec));
  return table;
}

std::string RefusedTable() {
  std::string table;
  for (const RefusedConfig& refused : RefusedEngineConfigs()) {
    table += fmt::format("| `{}` | {} |\n", refused.name, refused.reason);
  }
  return table;
}

TEST_CASE("The reference page of configs says what the code does") {
  std::ifstream file(RILL_SOURCE_DIR "/docs/reference/configs.md");
  std::stringstream page;
  page << file.rdbuf();
  for (const std::string& table : {TopicTable(), EngineTable(), RefusedTable()}) {
    INFO("docs/reference/configs.md should have:\n" << table);
    CHECK(page.str().find(table) != std::string::npos);
  }
}

}  // namespace
}  // namespace rill::engine
