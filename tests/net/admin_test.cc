#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/temporary_folder.h"
#include "net/config_resource.h"
#include "net/shown_configs.h"
#include "node_under_test.h"

namespace rill::net {
namespace {

constexpr auto kTopic = static_cast<std::int8_t>(ConfigResource::kTopic);
constexpr auto kBroker = static_cast<std::int8_t>(ConfigResource::kBroker);
constexpr auto kBrokerLogger = static_cast<std::int8_t>(ConfigResource::kBrokerLogger);

wire::DescribeConfigsRequest AskFor(std::int8_t type, const std::string& name) {
  return {{{type, name, std::nullopt}}, true, true};
}

const ShownConfig& Find(const wire::DescribeConfigsResponse& response, const std::string& name) {
  const auto& configs = response.results.at(0).configs;
  const auto found = std::find_if(configs.begin(), configs.end(),
                                  [&](const ShownConfig& config) { return config.name == name; });
  INFO(name);
  REQUIRE(found != configs.end());
  return *found;
}

std::string ValueOf(NodeUnderTest& node, const std::string& topic, const std::string& config) {
  return node.engine().DescribeTopic(topic)->configs.at(config).value;
}

TEST_CASE("all configs of a topic are shown, with where each value could come from") {
  NodeUnderTest node("mem:", {{"log.retention.hours", "2"}, {"log.cleanup.policy", "compact"}});
  node.MakeTopic("orders", 1, {{"cleanup.policy", "delete"}});
  const auto shown = node.AskInAll(&HandleDescribeConfigs, AskFor(kTopic, "orders"));
  CHECK(shown.results.at(0).configs.size() ==
        node.engine().DescribeTopic("orders")->configs.size());
  using Synonym = ShownConfig::Synonym;
  const ShownConfig& policy = Find(shown, "cleanup.policy");
  CHECK(policy.value == "delete");
  CHECK(policy.config_source == 1);
  CHECK(policy.config_type == 7);
  CHECK_FALSE(policy.documentation.value().empty());
  CHECK(policy.synonyms == std::vector<Synonym>{{"cleanup.policy", "delete", 1},
                                                {"log.cleanup.policy", "compact", 4},
                                                {"log.cleanup.policy", "delete", 5}});
  const ShownConfig& retention = Find(shown, "retention.ms");
  CHECK(retention.value == "7200000");
  CHECK(retention.config_source == 4);
  CHECK_FALSE(retention.read_only);
  CHECK(retention.synonyms ==
        std::vector<Synonym>{{"log.retention.hours", "2", 4}, {"log.retention.hours", "168", 5}});
  CHECK(Find(shown, "preallocate").config_source == 5);
}

TEST_CASE("a topic's config names where Kafka has its default from, also where rill has no such") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1, {{"segment.ms", "5000"}, {"remote.log.copy.disable", "true"}});
  const auto shown = node.Ask(&HandleDescribeConfigs, AskFor(kTopic, "orders"), 4);
  using Synonyms = std::vector<ShownConfig::Synonym>;
  const auto of = [&](const std::string& name) { return Find(shown, name).synonyms; };
  CHECK(of("preallocate") == Synonyms{{"log.preallocate", "false", 5}});
  CHECK(of("local.retention.ms") == Synonyms{{"log.local.retention.ms", "-2", 5}});
  CHECK(of("local.retention.bytes") == Synonyms{{"log.local.retention.bytes", "-2", 5}});
  CHECK(of("remote.copy.lag.ms") == Synonyms{{"log.remote.copy.lag.ms", "0", 5}});
  CHECK(of("min.insync.replicas") == Synonyms{{"min.insync.replicas", "1", 5}});
  CHECK(of("unclean.leader.election.enable") ==
        Synonyms{{"unclean.leader.election.enable", "false", 5}});
  CHECK(of("remote.log.copy.disable") == Synonyms{{"remote.log.copy.disable", "true", 1}});
  CHECK(of("segment.ms") == Synonyms{{"segment.ms", "5000", 1}});
  for (const char* name :
       {"segment.jitter.ms", "flush.ms", "retention.ms", "remote.storage.enable",
        "leader.replication.throttled.replicas", "errors.deadletterqueue.group.enable"}) {
    CAPTURE(name);
    CHECK(of(name).empty());
  }
}

TEST_CASE("synonyms and documentation are shown on request only, and keys choose configs") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1, {{"internal.segment.bytes", "2048"}});
  auto asked = AskFor(kTopic, "orders");
  asked.include_synonyms = asked.include_documentation = false;
  asked.resources[0].configuration_keys = {"retention.ms", "internal.segment.bytes", "no.such"};
  const auto shown = node.AskInAll(&HandleDescribeConfigs, asked);
  REQUIRE(shown.results.at(0).configs.size() == 2);
  for (const ShownConfig& config : shown.results[0].configs) {
    CHECK(config.synonyms.empty());
    CHECK_FALSE(config.documentation.has_value());
  }
  asked.resources[0].configuration_keys->clear();
  CHECK(node.Ask(&HandleDescribeConfigs, asked, 4).results.at(0).configs.size() > 2);
}

TEST_CASE("a broker's configs are the engine's and the node's") {
  NodeUnderTest node("mem:", {{"num.partitions", "3"}}, {{"max.connections", "9"}});
  const std::string name = std::to_string(node.id());
  const auto shown = node.AskInAll(&HandleDescribeConfigs, AskFor(kBroker, name));
  CHECK(Find(shown, "num.partitions").value == "3");
  CHECK(Find(shown, "num.partitions").config_source == 4);
  CHECK(Find(shown, "max.connections").value == "9");
  CHECK(Find(shown, "fetch.max.bytes").config_source == 5);
  CHECK_FALSE(Find(shown, "log.retention.ms").value.has_value());
  CHECK(node.AskInAll(&HandleDescribeConfigs, AskFor(kBroker, "")).results.at(0).configs.empty());
}

TEST_CASE("what is not there, or has no configs, is refused with the error that Kafka gives") {
  NodeUnderTest node;
  const auto code = [&](std::int8_t type, const std::string& name) {
    return node.AskInAll(&HandleDescribeConfigs, AskFor(type, name)).results.at(0).error_code;
  };
  CHECK(code(kTopic, "none") == ErrorCode::kUnknownTopicOrPartition);
  CHECK(code(kTopic, "not legal") == ErrorCode::kInvalidTopic);
  CHECK(code(kBroker, std::to_string(node.id() + 1)) == ErrorCode::kInvalidRequest);
  CHECK(code(kBroker, "x") == ErrorCode::kInvalidRequest);
  CHECK(code(kBrokerLogger, std::to_string(node.id())) == ErrorCode::kInvalidRequest);
}

TEST_CASE("AlterConfigs takes the place of all that a topic sets, or only says whether it would") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1, {{"retention.ms", "5"}});
  wire::AlterConfigsRequest asked = {{{kTopic, "orders", {{"flush.ms", "9"}}}}, true};
  CHECK(node.AskInAll(&HandleAlterConfigs, asked).responses.at(0).error_code == ErrorCode::kNone);
  CHECK(ValueOf(node, "orders", "retention.ms") == "5");
  asked.validate_only = false;
  node.AskInAll(&HandleAlterConfigs, asked);
  CHECK(ValueOf(node, "orders", "retention.ms") == "604800000");
  CHECK(ValueOf(node, "orders", "flush.ms") == "9");
}

TEST_CASE("each resource to alter has its answer, also the one that is refused") {
  NodeUnderTest node;
  node.MakeTopic("a", 1);
  node.MakeTopic("b", 1);
  using Resource = wire::AlterConfigsRequest::Resource;
  const std::vector<std::pair<Resource, ErrorCode>> cases = {
      {{kTopic, "a", {{"flush.ms", "7"}}}, ErrorCode::kNone},
      {{kTopic, "none", {}}, ErrorCode::kUnknownTopicOrPartition},
      {{kTopic, "b", {{"flush.ms", "1"}}}, ErrorCode::kInvalidRequest},
      {{kTopic, "b", {{"flush.ms", "2"}}}, ErrorCode::kInvalidRequest},
      {{kTopic, "", {}}, ErrorCode::kInvalidRequest},
      {{kBroker, "", {{"num.partitions", "2"}}}, ErrorCode::kInvalidRequest},
      {{kBrokerLogger, "1", {}}, ErrorCode::kInvalidRequest}};
  wire::AlterConfigsRequest asked;
  for (const auto& [resource, code] : cases) asked.resources.push_back(resource);
  const auto answered = node.AskInAll(&HandleAlterConfigs, asked);
  REQUIRE(answered.responses.size() == cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CHECK(answered.responses[i].error_code == cases[i].second);
    CHECK(answered.responses[i].resource_name == cases[i].first.resource_name);
    CHECK(answered.responses[i].error_message.has_value() == (cases[i].second != ErrorCode::kNone));
  }
  CHECK(ValueOf(node, "a", "flush.ms") == "7");
}

wire::IncrementalAlterConfigsRequest Change(const std::string& name, std::int8_t operation,
                                            std::optional<std::string> value) {
  return {{{kTopic, "orders", {{name, operation, std::move(value)}}}}, false};
}

TEST_CASE("single configs are set, deleted, and lists of them added to and taken from") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1, {{"retention.ms", "5"}});
  const auto change = [&](const std::string& name, std::int8_t operation,
                          std::optional<std::string> value) {
    const auto request = Change(name, operation, std::move(value));
    return node.AskInAll(&HandleIncrementalAlterConfigs, request).responses.at(0).error_code;
  };
  CHECK(change("flush.ms", 0, "9") == ErrorCode::kNone);
  CHECK(ValueOf(node, "orders", "retention.ms") == "5");
  CHECK(change("retention.ms", 1, std::nullopt) == ErrorCode::kNone);
  CHECK(ValueOf(node, "orders", "retention.ms") == "604800000");
  CHECK(change("cleanup.policy", 2, "compact,delete") == ErrorCode::kNone);
  CHECK(ValueOf(node, "orders", "cleanup.policy") == "delete,compact");
  CHECK(change("cleanup.policy", 3, "delete") == ErrorCode::kNone);
  CHECK(ValueOf(node, "orders", "cleanup.policy") == "compact");
  CHECK(change("retention.ms", 2, "1") == ErrorCode::kInvalidConfig);
  CHECK(change("no.such", 3, "1") == ErrorCode::kInvalidConfig);
  CHECK(change("no.such", 0, "1") == ErrorCode::kInvalidConfig);
  CHECK(change("flush.ms", 0, std::nullopt) == ErrorCode::kInvalidRequest);
  CHECK(change("flush.ms", 4, "1") == ErrorCode::kInvalidRequest);
}

TEST_CASE("what an error quotes of a request is cut to what an answer can carry") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  const auto refused =
      node.AskInAll(&HandleIncrementalAlterConfigs, Change(std::string(32767, 'x'), 0, "1"));
  CHECK(refused.responses.at(0).error_code == ErrorCode::kInvalidConfig);
  const std::string told = refused.responses.at(0).error_message.value();
  CHECK(told.size() < 5000);
  CHECK_THAT(told, Catch::EndsWith("bytes more)"));
}

TEST_CASE("changes of one topic are made together or not at all, and not when only validated") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  auto asked = Change("flush.ms", 0, "9");
  asked.validate_only = true;
  node.AskInAll(&HandleIncrementalAlterConfigs, asked);
  asked.validate_only = false;
  auto& configs = asked.resources[0].configs;
  configs.push_back({"retention.ms", 0, "many"});
  CHECK(node.Ask(&HandleIncrementalAlterConfigs, asked, 1).responses.at(0).error_code ==
        ErrorCode::kInvalidConfig);
  configs.back() = configs.front();
  CHECK(node.Ask(&HandleIncrementalAlterConfigs, asked, 1).responses.at(0).error_code ==
        ErrorCode::kInvalidRequest);
  CHECK(ValueOf(node, "orders", "flush.ms") != "9");
}

TEST_CASE("topics grow to the count that is asked for, on this node only") {
  NodeUnderTest node;
  node.MakeTopic("orders", 2);
  using Topic = wire::CreatePartitionsRequest::Topic;
  const auto on = [](std::int32_t broker) {
    return std::vector<Topic::Assignment>{Topic::Assignment{{broker}}};
  };
  const auto grow = [&](const Topic& topic, bool only_validate) {
    return node.Ask(&HandleCreatePartitions, {{topic}, 1000, only_validate}, 3).results.at(0);
  };
  CHECK(grow({"orders", 4, std::nullopt}, true).error_code == ErrorCode::kNone);
  CHECK((*node.engine().FindTopic("orders"))->partition_count() == 2);
  CHECK(grow({"orders", 3, std::nullopt}, false).error_code == ErrorCode::kNone);
  CHECK(grow({"orders", 4, on(node.id())}, false).error_code == ErrorCode::kNone);
  CHECK((*node.engine().FindTopic("orders"))->partition_count() == 4);
  CHECK(grow({"orders", 5, on(node.id() + 1)}, false).error_code ==
        ErrorCode::kInvalidReplicaAssignment);
  CHECK(grow({"orders", 6, on(node.id())}, false).error_code ==
        ErrorCode::kInvalidReplicaAssignment);
  CHECK(grow({"orders", 4, std::nullopt}, false).error_code == ErrorCode::kInvalidPartitions);
  CHECK(grow({"orders", 3, std::nullopt}, true).error_message ==
        "the topic orders currently has 4 partition(s); 3 would not be an increase");
  CHECK(grow({"none", 3, std::nullopt}, false).error_code == ErrorCode::kUnknownTopicOrPartition);
  CHECK((*node.engine().FindTopic("orders"))->partition_count() == 4);
}

TEST_CASE("a topic that is to grow twice in a request does not, and is answered once") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  const wire::CreatePartitionsRequest asked = {
      {{"orders", 2, std::nullopt}, {"orders", 3, std::nullopt}}, 1000, false};
  const auto answered = node.AskInAll(&HandleCreatePartitions, asked);
  REQUIRE(answered.results.size() == 1);
  CHECK(answered.results[0].error_code == ErrorCode::kInvalidRequest);
  CHECK((*node.engine().FindTopic("orders"))->partition_count() == 1);
}

TEST_CASE("records are deleted up to an offset, or up to the high watermark") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  node.MakeTopic("kept", 1, {{"cleanup.policy", "compact"}});
  node.Append("orders", 5);
  const auto remove = [&](const std::string& topic, std::int64_t offset, std::int32_t index = 0) {
    const wire::DeleteRecordsRequest asked = {{{topic, {{index, offset}}}}, 1000};
    return node.AskInAll(&HandleDeleteRecords, asked).topics.at(0).partitions.at(0);
  };
  using Answered = wire::DeleteRecordsResponse::Topic::Partition;
  CHECK(remove("orders", 3) == Answered{0, 3, ErrorCode::kNone});
  CHECK(remove("orders", 6) == Answered{0, -1, ErrorCode::kOffsetOutOfRange});
  CHECK(remove("orders", -2) == Answered{0, -1, ErrorCode::kOffsetOutOfRange});
  CHECK(remove("orders", -1) == Answered{0, 5, ErrorCode::kNone});
  CHECK(remove("kept", 0) == Answered{0, -1, ErrorCode::kPolicyViolation});
  CHECK(remove("orders", 0, 1) == Answered{1, -1, ErrorCode::kUnknownTopicOrPartition});
  CHECK(remove("none", 0) == Answered{0, -1, ErrorCode::kUnknownTopicOrPartition});
}

TEST_CASE("the engine's own topics lose no records to clients") {
  NodeUnderTest node;
  REQUIRE(node.engine().EnsureTopic("__consumer_offsets", {}).ok());
  const auto remove = [&](std::int32_t index) {
    const wire::DeleteRecordsRequest asked = {{{"__consumer_offsets", {{index, 0}}}}, 1000};
    return node.AskInAll(&HandleDeleteRecords, asked).topics.at(0).partitions.at(0).error_code;
  };
  CHECK(remove(0) == ErrorCode::kInvalidTopic);
  CHECK(remove(99) == ErrorCode::kUnknownTopicOrPartition);
}

TEST_CASE("the data folder is shown with the sizes of its logs, and its room") {
  const test::TemporaryFolder folder;
  NodeUnderTest node(folder.path());
  node.MakeTopic("a", 1);
  node.MakeTopic("b", 2);
  node.Append("b", 3);
  const auto all = node.AskInAll(&HandleDescribeLogDirs, {std::nullopt});
  REQUIRE(all.results.size() == 1);
  CHECK(all.results[0].log_dir == folder.path());
  CHECK(all.results[0].total_bytes >= all.results[0].usable_bytes);
  CHECK(all.results[0].total_bytes > 0);
  REQUIRE(all.results[0].topics.size() == 2);
  const auto& partitions = all.results[0].topics[1].partitions;
  REQUIRE(partitions.size() == 2);
  CHECK(partitions[0].partition_size == static_cast<std::int64_t>(node.Log("b").size_bytes()));
  CHECK(partitions[0].partition_size > 0);
  CHECK(partitions[1].partition_size == 0);
  using Topic = wire::DescribeLogDirsRequest::Topic;
  const std::vector<Topic> some = {Topic{"b", {1, 7}}, Topic{"a", {}}, Topic{"none", {0}}};
  const auto asked = node.AskInAll(&HandleDescribeLogDirs, wire::DescribeLogDirsRequest{some});
  REQUIRE(asked.results.at(0).topics.size() == 1);
  CHECK(asked.results[0].topics[0].partitions.size() == 1);
}

TEST_CASE("what is in memory has no room") {
  NodeUnderTest node;
  const auto shown = node.AskInAll(&HandleDescribeLogDirs, {std::nullopt});
  CHECK(shown.results.at(0).log_dir == "mem:");
  CHECK(shown.results[0].total_bytes == -1);
  CHECK(shown.results[0].usable_bytes == -1);
}

TEST_CASE("the cluster is this node, for those who ask brokers") {
  NodeUnderTest node;
  const auto shown = node.AskInAll(&HandleDescribeCluster, {true, 1, false});
  CHECK(shown.cluster_id == node.engine().properties().cluster_id);
  CHECK(shown.controller_id == node.id());
  REQUIRE(shown.brokers.size() == 1);
  CHECK(shown.brokers[0].host == "node.example");
  CHECK(shown.cluster_authorized_operations == 8096);
  CHECK(node.Ask(&HandleDescribeCluster, {}, 0).cluster_authorized_operations == INT32_MIN);
  CHECK(node.Ask(&HandleDescribeCluster, {false, 2, false}, 1).error_code ==
        ErrorCode::kMismatchedEndpointType);
  CHECK(node.Ask(&HandleDescribeCluster, {false, 3, false}, 1).error_code ==
        ErrorCode::kUnsupportedEndpointType);
}

TEST_CASE("partitions of topics come in order, as many at a time as are wanted") {
  NodeUnderTest node;
  node.MakeTopic("b", 3);
  node.MakeTopic("a", 2);
  const std::int32_t limit = GENERATE(1, 2, 3, 4, 5, 0);
  wire::DescribeTopicPartitionsRequest asked;
  asked.response_partition_limit = limit;
  std::vector<std::pair<std::string, std::int32_t>> seen;
  for (int pages = 0; pages < 6; ++pages) {
    const auto page = node.AskInAll(&HandleDescribeTopicPartitions, asked);
    std::int32_t size = 0;
    for (const auto& topic : page.topics) {
      CHECK(topic.topic_authorized_operations == 3576);
      for (const auto& partition : topic.partitions) {
        CHECK(partition.leader_id == node.id());
        CHECK(partition.eligible_leader_replicas.has_value());
        seen.emplace_back(*topic.name, partition.partition_index);
        ++size;
      }
    }
    CHECK(size <= std::max(limit, 1));
    asked.cursor = page.next_cursor;
    if (!asked.cursor.has_value()) break;
  }
  CHECK(seen == std::vector<std::pair<std::string, std::int32_t>>{
                    {"a", 0}, {"a", 1}, {"b", 0}, {"b", 1}, {"b", 2}});
}

TEST_CASE("topics whose partitions are asked for and that are not there have errors") {
  NodeUnderTest node;
  node.MakeTopic("b", 1);
  wire::DescribeTopicPartitionsRequest asked;
  asked.topics = {{"none"}, {"b"}, {"a b"}};
  const auto shown = node.AskInAll(&HandleDescribeTopicPartitions, asked);
  REQUIRE(shown.topics.size() == 3);
  CHECK(shown.topics[0].error_code == ErrorCode::kInvalidTopic);
  CHECK(shown.topics[1].partitions.size() == 1);
  CHECK(shown.topics[2].error_code == ErrorCode::kUnknownTopicOrPartition);
  asked.cursor = wire::TopicPartitionsCursor{"b", -1};
  CHECK(node.AskInAll(&HandleDescribeTopicPartitions, asked).topics.at(1).error_code ==
        ErrorCode::kInvalidRequest);
  // At a topic that was not asked for.
  asked.cursor = wire::TopicPartitionsCursor{"a", 0};
  const auto refused = node.AskInAll(&HandleDescribeTopicPartitions, asked);
  REQUIRE(refused.topics.size() == 3);
  for (const auto& topic : refused.topics) CHECK(topic.error_code == ErrorCode::kInvalidRequest);
}

TEST_CASE("a leader epoch ended where the log does, or is not known") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  node.Append("orders", 4);
  const std::int32_t epoch = node.Log("orders").leader_epoch();
  const auto find = [&](std::int32_t current, std::int32_t asked_epoch, std::int32_t index = 0) {
    const wire::OffsetForLeaderEpochRequest asked = {-1,
                                                     {{"orders", {{index, current, asked_epoch}}}}};
    return node.AskInAll(&HandleOffsetForLeaderEpoch, asked).topics.at(0).partitions.at(0);
  };
  using Answered = wire::OffsetForLeaderEpochResponse::Topic::EpochEndOffset;
  CHECK(find(-1, epoch) == Answered{ErrorCode::kNone, 0, epoch, 4});
  CHECK(find(epoch, epoch + 1) == Answered{ErrorCode::kNone, 0, -1, -1});
  CHECK(find(epoch + 1, epoch) == Answered{ErrorCode::kUnknownLeaderEpoch, 0, -1, -1});
  CHECK(find(-1, epoch, 1) == Answered{ErrorCode::kUnknownTopicOrPartition, 1, -1, -1});
}

TEST_CASE("producers that number their batches are shown with how far they came") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  node.Append("orders", 1);
  BatchOptions options;
  options.producer_id = 77;
  options.producer_epoch = 2;
  options.base_sequence = 0;
  BatchBuilder builder(options);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(builder.Append({.key = "k", .value = "v", .timestamp_ms = 1000 + i}).ok());
  }
  const auto batch = builder.Seal();
  REQUIRE(batch.ok());
  REQUIRE(node.Log("orders").Append(*batch, log::BatchOrigin::kValidate).ok());
  const auto shown = node.AskInAll(&HandleDescribeProducers, {{{"orders", {0, 1}}}});
  const auto& partitions = shown.topics.at(0).partitions;
  REQUIRE(partitions.size() == 2);
  REQUIRE(partitions[0].active_producers.size() == 1);
  using Producer = wire::DescribeProducersResponse::Topic::Partition::Producer;
  CHECK(partitions[0].active_producers[0] == Producer{77, 2, 2, 1002, -1, -1});
  CHECK(partitions[1].error_code == ErrorCode::kUnknownTopicOrPartition);
  CHECK(partitions[1].error_message.has_value());
}

TEST_CASE("resources with configs are listed by type, and by old clients none") {
  NodeUnderTest node;
  node.MakeTopic("orders", 1);
  using Resource = wire::ListConfigResourcesResponse::ConfigResource;
  const std::vector<Resource> all = {{"orders", kTopic}, {std::to_string(node.id()), kBroker}};
  CHECK(node.Ask(&HandleListConfigResources, {}, 1).config_resources == all);
  CHECK(node.Ask(&HandleListConfigResources, {}, 0).config_resources.empty());
  CHECK(node.Ask(&HandleListConfigResources, {{kBroker}}, 1).config_resources ==
        std::vector<Resource>{all[1]});
  CHECK(node.Ask(&HandleListConfigResources, {{3}}, 1).error_code ==
        ErrorCode::kUnsupportedVersion);
}

}  // namespace
}  // namespace rill::net
