// Metrics that clients push (KIP-714): which, how often, and where they go.

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "net/config_resource.h"
#include "net/place_of.h"
#include "net/shown_configs.h"
#include "net/telemetry_instances.h"
#include "net/telemetry_subscriptions.h"
#include "net/text_pattern.h"
#include "node_under_test.h"
#include "record/codec.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/get_telemetry_subscriptions.h"
#include "wire/messages/push_telemetry.h"
#include "wire_client.h"

namespace rill::net {
namespace {

using wire::ApiKey;

constexpr auto kClientMetrics = static_cast<std::int8_t>(ConfigResource::kClientMetrics);

TEST_CASE("A pattern is for the whole of a text") {
  const auto matches = [](const char* pattern, const char* text) {
    const auto parsed = TextPattern::Parse(pattern);
    INFO(pattern);
    REQUIRE(parsed.ok());
    return parsed->Matches(text);
  };
  CHECK(matches("abc", "abc"));
  CHECK_FALSE(matches("abc", "abcd"));
  CHECK_FALSE(matches("abc", "ab"));
  CHECK(matches("a.*c", "ac"));
  CHECK(matches("a.*c", "abcbc"));
  CHECK_FALSE(matches("a.+c", "ac"));
  CHECK(matches("11\\.1.*", "11.1.2"));
  CHECK_FALSE(matches("11\\.1.*", "11x1"));
  CHECK(matches("colou?r", "color"));
  CHECK(matches("a|b.|", "bx"));
  CHECK(matches("a|b.|", ""));
  CHECK(matches("[a-c_]+\\d", "ab_9"));
  CHECK_FALSE(matches("[^0-9]*", "a1"));
  CHECK(matches("", ""));
  CHECK(matches("^(orders|sales)-[a-z]{2,3}$", "sales-eu"));
  CHECK_FALSE(matches("^(orders|sales)-[a-z]{2,3}$", "sales-e"));
  CHECK(matches("(?i)Orders", "oRDERS"));
  // What would take a backtracking matcher for ever.
  CHECK_FALSE(matches("a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(10000, 'a').c_str()));
}

TEST_CASE("A pattern that is none, or could not be matched in time, is refused and says why") {
  for (const char* pattern :
       {"*", "a**", "[", "[]", "[z-a]", "\\", "(a", "a)", "(a)\\1", "a(?=b)", "a{1001}", "\xff"}) {
    CAPTURE(pattern);
    CHECK_FALSE(TextPattern::Parse(pattern).ok());
  }
  CHECK(TextPattern::Parse("orders-(").status().message() == "missing ): orders-(");
  CHECK(TextPattern::Parse(std::string(10'000, 'a')).ok());
  CHECK(TextPattern::Parse(std::string(100'000, 'a')).status().message() ==
        "pattern too large - compile failed");
  CHECK_FALSE(TextPattern::Parse("((a{100}){100}){100}").ok());
}

const base::Uuid kId = base::Uuid::Random();
const TelemetryClient kClient = {"orders-7", "librdkafka", "2.5.0", "10.0.0.1", 4711};

engine::ResourceConfigs Subscribed(const engine::ConfigMap& configs) {
  return {{"client-metrics/a", configs}};
}

TEST_CASE("A client pushes what all subscriptions that match it want, as often as one of them") {
  const auto plan = [](engine::ResourceConfigs configs) {
    return TelemetrySubscriptions(configs).PlanFor(kId, kClient);
  };
  const TelemetryPlan none = plan({});
  CHECK(none.metrics.empty());
  CHECK(none.interval == absl::Minutes(5));
  engine::ResourceConfigs two = Subscribed({{"metrics", "b.,a."}, {"interval.ms", "60000"}});
  two["client-metrics/b"] = {
      {"metrics", "b.,c."}, {"interval.ms", "1000"}, {"match", "client_id=x"}};
  CHECK(plan(two).metrics == std::vector<std::string>{"a.", "b."});
  CHECK(plan(two).interval == absl::Minutes(1));
  two["client-metrics/b"]["match"] = "client_id=orders-.*,client_software_version=2.*";
  CHECK(plan(two).metrics == std::vector<std::string>{"a.", "b.", "c."});
  CHECK(plan(two).interval == absl::Seconds(1));
  CHECK(plan(two).id != plan({}).id);
  CHECK(plan(two) == plan(two));
  CHECK(TelemetrySubscriptions(two).PlanFor(base::Uuid::Random(), kClient).id != plan(two).id);
  two["client-metrics/c"] = {{"metrics", "*"}, {"match", "client_source_port=4711"}};
  CHECK(plan(two).metrics == std::vector<std::string>{"*"});
  // What a client does not say matches nothing.
  TelemetryClient silent = kClient;
  silent.software_name = "";
  CHECK(
      TelemetrySubscriptions(Subscribed({{"metrics", "a."}, {"match", "client_software_name=.*"}}))
          .PlanFor(kId, silent)
          .metrics.empty());
}

TEST_CASE("Configs of a subscription that are none are refused as by Kafka") {
  const auto told = [](const engine::ConfigMap& configs, const std::string& name = "a") {
    const auto checked = CheckClientMetricsConfigs(name, configs);
    return std::pair(CodeOf(checked.status()), std::string(checked.status().message()));
  };
  CHECK(told({{"interval.ms", "100"}, {"match", "client_id=a"}, {"metrics", "*"}}).first ==
        ErrorCode::kNone);
  using Told = std::pair<ErrorCode, std::string>;
  CHECK(told({}, "") == Told{ErrorCode::kInvalidRequest, "Subscription name can't be empty"});
  CHECK(told({{"foo", "1"}}) ==
        Told{ErrorCode::kInvalidRequest, "Unknown client metrics configuration: foo"});
  CHECK(told({{"interval.ms", "1"}}) ==
        Told{ErrorCode::kInvalidRequest,
             "Invalid value 1 for interval.ms, interval must be between 100 and 3600000 (1 hour)"});
  CHECK(told({{"match", "x"}}) ==
        Told{ErrorCode::kInvalidConfig, "Illegal client matching pattern: x"});
  for (const char* match :
       {"client_id", "client_id=", "client=a", "client_id=a=b", "client_id=(a"}) {
    CAPTURE(match);
    CHECK(told({{"match", match}}).first == ErrorCode::kInvalidConfig);
  }
  CHECK(told({{"interval.ms", "soon"}}).first == ErrorCode::kInvalidConfig);
}

// Somebody who pushes every 10 s.
class Pushing {
 public:
  Pushing() { Subscribe("10000"); }
  void Subscribe(const std::string& interval) {
    instances.SetSubscriptions(
        TelemetrySubscriptions(Subscribed({{"metrics", "*"}, {"interval.ms", interval}})));
  }
  ErrorCode Get() {
    now += absl::Milliseconds(1);
    const auto plan = instances.Get(kId, kClient, now);
    if (plan.ok()) id = plan->id;
    return CodeOf(plan.status());
  }
  ErrorCode Push(bool is_terminating = false) {
    return CodeOf(instances.CheckPush(kId, kClient, {id, compression, bytes, is_terminating}, now));
  }

  TelemetryInstances instances{{.most = 100, .max_bytes = 1000}};
  absl::Time now = absl::UnixEpoch() + absl::Hours(1);
  std::int32_t id = 0;
  std::int8_t compression = 0;
  std::size_t bytes = 10;
};

TEST_CASE("Who keeps to its interval is served, who does not is told so") {
  Pushing client;
  CHECK(client.Get() == ErrorCode::kNone);
  CHECK(client.Get() == ErrorCode::kThrottlingQuotaExceeded);
  client.now += absl::Seconds(1);
  CHECK(client.Push() == ErrorCode::kNone);  // the first one comes when it likes
  client.now += absl::Seconds(9);
  CHECK(client.Push() == ErrorCode::kThrottlingQuotaExceeded);
  CHECK(client.Get() == ErrorCode::kThrottlingQuotaExceeded);
  client.now += absl::Seconds(1);
  CHECK(client.Push() == ErrorCode::kNone);
}

TEST_CASE("The last push comes when it likes, and nothing after it") {
  Pushing client;
  CHECK(client.Get() == ErrorCode::kNone);
  CHECK(client.Push() == ErrorCode::kNone);
  CHECK(client.Push(/*is_terminating=*/true) == ErrorCode::kNone);
  client.now += absl::Minutes(1);
  CHECK(client.Push() == ErrorCode::kInvalidRequest);
}

TEST_CASE("A push by a subscription that does not hold any more is refused, and may be asked for") {
  Pushing client;
  CHECK(client.Get() == ErrorCode::kNone);
  CHECK(client.Push() == ErrorCode::kNone);
  const std::int32_t old = client.id;
  client.Subscribe("20000");
  CHECK(client.Push() == ErrorCode::kUnknownSubscriptionId);
  CHECK(client.Get() == ErrorCode::kNone);
  CHECK(client.id != old);
  CHECK(client.Push() == ErrorCode::kNone);
  // Nor need it have pushed to be told.
  client.Subscribe("30000");
  CHECK(client.Get() == ErrorCode::kNone);
}

TEST_CASE("A push that is too large, or of a codec that is none, is refused") {
  Pushing client;
  CHECK(client.Get() == ErrorCode::kNone);
  client.compression = 5;
  CHECK(client.Push() == ErrorCode::kUnsupportedCompressionType);
  CHECK(client.Get() == ErrorCode::kNone);
  client.compression = 4;
  client.bytes = 1001;
  CHECK(client.Push() == ErrorCode::kTelemetryTooLarge);
  CHECK(GetErrorCode(client.instances.CheckPush(base::Uuid(), kClient, {}, client.now)) ==
        ErrorCode::kInvalidRequest);
}

TEST_CASE("No more clients are remembered than may be") {
  Pushing client;
  for (int i = 0; i < 1000; ++i) {
    CHECK(client.instances.Get(base::Uuid::Random(), kClient, client.now).ok());
    CHECK(client.instances.size() <= 100);
    client.now += absl::Milliseconds(1);
  }
}

wire::IncrementalAlterConfigsRequest Subscribe(const std::string& name,
                                               const engine::ConfigMap& configs) {
  wire::IncrementalAlterConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = kClientMetrics;
  resource.resource_name = name;
  for (const auto& [config, value] : configs) resource.configs.push_back({config, 0, value});
  return request;
}

TEST_CASE("subscriptions are set, listed, shown, and gone when nothing of them is set") {
  NodeUnderTest node;
  const auto alter = [&](const wire::IncrementalAlterConfigsRequest& request) {
    return node.AskInAll(&HandleIncrementalAlterConfigs, request).responses.at(0).error_code;
  };
  CHECK(alter(Subscribe("m", {{"interval.ms", "1000"}, {"metrics", "a."}})) == ErrorCode::kNone);
  CHECK(alter(Subscribe("m", {{"interval.ms", "1"}})) == ErrorCode::kInvalidRequest);
  auto more = Subscribe("m", {{"metrics", "b."}});
  more.resources[0].configs[0].config_operation = 2;
  CHECK(alter(more) == ErrorCode::kNone);
  using Resource = wire::ListConfigResourcesResponse::ConfigResource;
  const std::vector<Resource> listed = {{"m", kClientMetrics}};
  CHECK(node.Ask(&HandleListConfigResources, {}, 0).config_resources == listed);
  CHECK(node.Ask(&HandleListConfigResources, {{kClientMetrics}}, 1).config_resources == listed);

  const wire::DescribeConfigsRequest asked = {{{kClientMetrics, "m", std::nullopt}}, true, true};
  const auto shown = node.AskInAll(&HandleDescribeConfigs, asked).results.at(0).configs;
  REQUIRE(shown.size() == 3);
  CHECK(shown[0].name == "interval.ms");
  CHECK(shown[0].value == "1000");
  CHECK(shown[0].config_source == 7);
  CHECK(shown[0].synonyms == std::vector<ShownConfig::Synonym>{{"interval.ms", "1000", 7}});
  CHECK(shown[1].config_source == 5);
  CHECK(shown[2].value == "a.,b.");

  auto gone = Subscribe("m", {{"interval.ms", ""}, {"metrics", ""}});
  for (auto& config : gone.resources[0].configs) config.config_operation = 1;
  CHECK(alter(gone) == ErrorCode::kNone);
  CHECK(node.Ask(&HandleListConfigResources, {{kClientMetrics}}, 1).config_resources.empty());
}

// What a node's application received.
struct Received {
  std::string client_instance_id;
  std::string client_id;
  std::string metrics;
  bool is_terminating;
};

bool IsTold(WireClient& client, ApiKey key) {
  const auto told = client.Ask<wire::ApiVersionsResponse>(
      ApiKey::kApiVersions, 3, wire::ApiVersionsRequest{"tester", "1.2"});
  return std::any_of(told.api_keys.begin(), told.api_keys.end(), [&](const auto& api) {
    return api.api_key == static_cast<std::int16_t>(key);
  });
}

TEST_CASE("what clients push comes to the application, unpacked") {
  std::mutex mutex;
  std::vector<Received> received;
  auto engine = Open("mem:").value();
  NodeOptions options;
  options.listen = "127.0.0.1:0";
  options.telemetry = [&](const ClientTelemetry& pushed) {
    std::lock_guard lock(mutex);
    received.push_back({pushed.client_instance_id, pushed.client_id, std::string(pushed.metrics),
                        pushed.is_terminating});
  };
  auto node = Node::Start(engine, options).value();
  WireClient client(node.port());
  CHECK(IsTold(client, ApiKey::kPushTelemetry));
  CHECK(IsTold(client, ApiKey::kGetTelemetrySubscriptions));
  client.Ask<wire::IncrementalAlterConfigsResponse>(
      ApiKey::kIncrementalAlterConfigs, 1,
      Subscribe("m", {{"metrics", "*"}, {"match", "client_software_name=test.*"}}));
  const auto plan = client.Ask<wire::GetTelemetrySubscriptionsResponse>(
      ApiKey::kGetTelemetrySubscriptions, 0, wire::GetTelemetrySubscriptionsRequest());
  CHECK(plan.error_code == ErrorCode::kNone);
  CHECK_FALSE(plan.client_instance_id.IsReserved());
  CHECK(plan.requested_metrics == std::vector<std::string>{"*"});
  CHECK(plan.push_interval_ms == 300000);
  CHECK(plan.telemetry_max_bytes == 1048576);
  const auto push = [&](std::int8_t compression, const std::string& metrics, bool is_last) {
    return client
        .Ask<wire::PushTelemetryResponse>(
            ApiKey::kPushTelemetry, 0,
            wire::PushTelemetryRequest{plan.client_instance_id, plan.subscription_id, is_last,
                                       compression, metrics})
        .error_code;
  };
  base::Buffer packed;
  record::Codec codec;
  const std::string metrics(5000, 'm');
  REQUIRE(codec.Compress(Compression::kZstd, 3, metrics, packed).ok());
  CHECK(push(4, std::string(packed.data(), packed.size()), false) == ErrorCode::kNone);
  CHECK(push(0, "early", false) == ErrorCode::kThrottlingQuotaExceeded);
  CHECK(push(0, "bye", true) == ErrorCode::kNone);
  CHECK(push(0, "again", true) == ErrorCode::kInvalidRequest);
  std::lock_guard lock(mutex);
  REQUIRE(received.size() == 2);
  CHECK(received[0].client_instance_id == plan.client_instance_id.ToString());
  CHECK(received[0].client_id == "a test");
  CHECK(received[0].metrics == metrics);
  CHECK_FALSE(received[0].is_terminating);
  CHECK(received[1].metrics == "bye");
  CHECK(received[1].is_terminating);
}

TEST_CASE("what cannot be unpacked, or is too much then, does not come to the application") {
  int received = 0;
  auto engine = Open("mem:").value();
  NodeOptions options;
  options.listen = "127.0.0.1:0";
  options.configs = {{"telemetry.max.bytes", "1000"}};
  options.telemetry = [&](const ClientTelemetry&) { ++received; };
  auto node = Node::Start(engine, options).value();
  const auto push = [&](const std::string& metrics) {
    WireClient client(node.port());
    const auto plan = client.Ask<wire::GetTelemetrySubscriptionsResponse>(
        ApiKey::kGetTelemetrySubscriptions, 0, wire::GetTelemetrySubscriptionsRequest());
    return client
        .Ask<wire::PushTelemetryResponse>(
            ApiKey::kPushTelemetry, 0,
            wire::PushTelemetryRequest{plan.client_instance_id, plan.subscription_id, false, 4,
                                       metrics})
        .error_code;
  };
  CHECK(push("no zstd") == ErrorCode::kInvalidRecord);
  base::Buffer packed;
  record::Codec codec;
  REQUIRE(codec.Compress(Compression::kZstd, 3, std::string(10001, 'm'), packed).ok());
  CHECK(push(std::string(packed.data(), packed.size())) == ErrorCode::kTelemetryTooLarge);
  CHECK(push(std::string(1001, 'm')) == ErrorCode::kTelemetryTooLarge);
  CHECK(received == 0);
}

TEST_CASE("where nobody receives what clients push they are not told that they can") {
  auto engine = Open("mem:").value();
  auto node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  WireClient client(node.port());
  CHECK_FALSE(IsTold(client, ApiKey::kPushTelemetry));
  CHECK_FALSE(IsTold(client, ApiKey::kGetTelemetrySubscriptions));
  client.SendBytes(WireClient::Frame(ApiKey::kGetTelemetrySubscriptions, 0, 7,
                                     wire::GetTelemetrySubscriptionsRequest()));
  CHECK(client.IsClosed());
}

}  // namespace
}  // namespace rill::net
