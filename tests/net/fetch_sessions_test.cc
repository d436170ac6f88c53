#include "net/fetch_sessions.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "net/wire_client.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/alter_client_quotas.h"
#include "wire/messages/fetch.h"

namespace rill::net {
namespace {

using wire::ApiKey;
using Partitions = std::vector<std::int32_t>;

constexpr int kVersion = 12;

wire::FetchRequest Asking(const std::string& topic, const Partitions& partitions,
                          std::int64_t offset = 0) {
  wire::FetchRequest request;
  request.session_epoch = 0;
  request.topics.push_back({topic, {}, {}});
  for (const std::int32_t index : partitions) {
    auto& partition = request.topics[0].partitions.emplace_back();
    partition.partition = index;
    partition.fetch_offset = offset;
    partition.partition_max_bytes = 1 << 20;
  }
  return request;
}

wire::FetchRequest GoingOn(std::int32_t id, std::int32_t epoch) {
  wire::FetchRequest request;
  request.session_id = id;
  request.session_epoch = epoch;
  return request;
}

struct ServedTopic {
  ServedTopic()
      : engine(Open("mem:", {.configs = {{"log.retention.ms", "-1"}}}).value()),
        topic(engine.CreateTopic("orders", {.partitions = 4}).value()),
        node(Node::Start(engine, {.listen = "127.0.0.1:0"}).value()),
        client(node.port()) {}

  void Append(std::int32_t partition) {
    BatchBuilder builder(BatchOptions{});
    REQUIRE(builder.Append({.value = "v", .timestamp_ms = 1000}).ok());
    REQUIRE(topic.partition(partition)->AppendBatch(builder.Seal().value()).ok());
  }

  wire::FetchResponse Fetch(const wire::FetchRequest& request, int version = kVersion) {
    return client.Ask<wire::FetchResponse>(ApiKey::kFetch, version, request);
  }

  Engine engine;
  Topic topic;
  Node node;
  WireClient client;
};

Partitions Told(const wire::FetchResponse& response) {
  Partitions told;
  for (const auto& topic : response.responses) {
    for (const auto& partition : topic.partitions) told.push_back(partition.partition_index);
  }
  return told;
}

TEST_CASE("In a fetch session a client names what changed, and is told of what changed") {
  for (const int version : {7, 12}) {
    ServedTopic served;
    const auto begun = served.Fetch(Asking("orders", {0, 1, 2, 3}, 0), version);
    const std::int32_t id = begun.session_id;
    CHECK(id > 0);
    CHECK(Told(begun) == Partitions{0, 1, 2, 3});
    CHECK(Told(served.Fetch(GoingOn(id, 1), version)).empty());
    served.Append(2);
    const auto appended = served.Fetch(GoingOn(id, 2), version);
    CHECK(appended.session_id == id);
    REQUIRE(Told(appended) == Partitions{2});
    CHECK_FALSE(appended.responses[0].partitions[0].records->empty());
    // Records are given again until the client says that it goes on behind them.
    CHECK(Told(served.Fetch(GoingOn(id, 3), version)) == Partitions{2});
    auto behind = Asking("orders", {2}, served.topic.partition(2)->high_watermark());
    behind.session_id = id;
    behind.session_epoch = 4;
    CHECK(Told(served.Fetch(behind, version)).empty());
    CHECK(Told(served.Fetch(GoingOn(id, 5), version)).empty());
    REQUIRE(served.topic.partition(2)->DeleteRecordsBefore(1).ok());
    const auto deleted = served.Fetch(GoingOn(id, 6), version);
    REQUIRE(Told(deleted) == Partitions{2});
    CHECK(deleted.responses[0].partitions[0].log_start_offset == 1);
  }
}

TEST_CASE("A partition whose high watermark moved is told, with records or without") {
  ServedTopic served;
  auto request = Asking("orders", {0, 1}, 0);
  const std::int32_t id = served.Fetch(request).session_id;
  served.Append(0);
  served.Append(1);
  auto small = GoingOn(id, 1);
  small.max_bytes = 1;
  const auto response = served.Fetch(small);
  REQUIRE(Told(response).size() == 2);
  int with_records = 0;
  for (const auto& partition : response.responses[0].partitions) {
    CHECK(partition.high_watermark == 1);
    with_records += partition.records->empty() ? 0 : 1;
  }
  CHECK(with_records == 1);
}

TEST_CASE("In a session no partition keeps the records of others away") {
  ServedTopic served;
  for (int partition = 0; partition < 4; ++partition) served.Append(partition);
  const std::int32_t id = served.Fetch(Asking("orders", {0, 1, 2, 3}, 1)).session_id;
  auto from_start = Asking("orders", {0, 1, 2, 3}, 0);
  from_start.session_id = id;
  Partitions given;
  for (std::int32_t epoch = 1; epoch <= 8; ++epoch) {
    auto request = epoch == 1 ? from_start : GoingOn(id, epoch);
    request.session_epoch = epoch;
    request.max_bytes = 1;
    const auto response = served.Fetch(request);
    for (const auto& partition : response.responses.at(0).partitions) {
      if (!partition.records->empty()) given.push_back(partition.partition_index);
    }
  }
  CHECK(given == Partitions{0, 1, 2, 3, 0, 1, 2, 3});
}

TEST_CASE("What a session no longer wants is not read, and with nothing left it ends") {
  ServedTopic served;
  const std::int32_t id = served.Fetch(Asking("orders", {0, 1}, 0)).session_id;
  served.Append(0);
  auto forgetting = GoingOn(id, 1);
  forgetting.forgotten_topics_data.push_back({"orders", {}, {0}});
  CHECK(Told(served.Fetch(forgetting)).empty());
  forgetting.session_epoch = 2;
  forgetting.forgotten_topics_data[0].partitions = {1};
  const auto ended = served.Fetch(forgetting);
  CHECK(ended.error_code == ErrorCode::kNone);
  CHECK(ended.session_id == 0);
  CHECK(served.Fetch(GoingOn(id, 3)).error_code == ErrorCode::kFetchSessionIdNotFound);
}

TEST_CASE("A session that a request was lost of, that ended, or that began otherwise is refused") {
  ServedTopic served;
  const std::int32_t id = served.Fetch(Asking("orders", {0}, 0)).session_id;
  CHECK(served.Fetch(GoingOn(id, 2)).error_code == ErrorCode::kInvalidFetchSessionEpoch);
  CHECK(served.Fetch(GoingOn(id, 1)).error_code == ErrorCode::kNone);
  CHECK(served.Fetch(GoingOn(id, 1)).error_code == ErrorCode::kInvalidFetchSessionEpoch);
  CHECK(served.Fetch(GoingOn(id, 2), 13).error_code == ErrorCode::kFetchSessionTopicIdError);
  auto again = Asking("orders", {0}, 0);
  again.session_id = id;
  const auto anew = served.Fetch(again);
  CHECK(anew.session_id != id);
  CHECK(served.Fetch(GoingOn(id, 2)).error_code == ErrorCode::kFetchSessionIdNotFound);
  again.session_id = anew.session_id;
  again.session_epoch = -1;
  CHECK(served.Fetch(again).session_id == 0);
  CHECK(served.Fetch(GoingOn(anew.session_id, 1)).error_code == ErrorCode::kFetchSessionIdNotFound);
}

TEST_CASE("Who asks for sessions that are not there is held to the quota of requests, too") {
  ServedTopic served;
  wire::AlterClientQuotasRequest quota;
  auto& entry = quota.entries.emplace_back();
  entry.entity.push_back({"client-id", "a test"});
  entry.ops.push_back({"request_percentage", 1e-9, false});
  WireClient setting(served.node.port());
  setting.Ask<wire::AlterClientQuotasResponse>(ApiKey::kAlterClientQuotas, 1, quota);
  const auto refused = served.Fetch(GoingOn(4711, 1));
  CHECK(refused.error_code == ErrorCode::kFetchSessionIdNotFound);
  CHECK(refused.throttle_time_ms > 0);
}

TEST_CASE("After an error a session is told anew where a partition ends") {
  ServedTopic served;
  served.Append(0);
  const std::int32_t id = served.Fetch(Asking("orders", {0}, 7)).session_id;
  auto to_end = Asking("orders", {0}, 1);
  to_end.session_id = id;
  to_end.session_epoch = 1;
  const auto told = served.Fetch(to_end);
  REQUIRE(Told(told) == Partitions{0});
  CHECK(told.responses[0].partitions[0].error_code == ErrorCode::kNone);
  CHECK(told.responses[0].partitions[0].high_watermark == 1);
  CHECK(Told(served.Fetch(GoingOn(id, 2))).empty());
}

TEST_CASE("A partition that is asked for a thousand times is read once") {
  ServedTopic served;
  auto request = Asking("orders", Partitions(1000, 0), 0);
  CHECK(Told(served.Fetch(request)) == Partitions{0});
  request.session_epoch = -1;
  CHECK(Told(served.Fetch(request)) == Partitions{0});
}

TEST_CASE("A topic of a session that is deleted is told of, once for each request") {
  ServedTopic served;
  const std::int32_t id = served.Fetch(Asking("orders", {0}, 0)).session_id;
  REQUIRE(served.engine.DeleteTopic("orders").ok());
  for (std::int32_t epoch = 1; epoch <= 2; ++epoch) {
    const auto response = served.Fetch(GoingOn(id, epoch));
    REQUIRE(Told(response) == Partitions{0});
    CHECK(response.responses[0].partitions[0].error_code == ErrorCode::kUnknownTopicOrPartition);
  }
}

TEST_CASE("A session of topics by id goes on by id") {
  ServedTopic served;
  auto request = Asking("", {0}, 0);
  request.topics[0].topic_id = base::Uuid::Parse(served.topic.id()).value();
  const std::int32_t id = served.Fetch(request, 18).session_id;
  served.Append(0);
  const auto response = served.Fetch(GoingOn(id, 1), 18);
  REQUIRE(Told(response) == Partitions{0});
  CHECK(response.responses[0].topic_id == request.topics[0].topic_id);
  CHECK_FALSE(response.responses[0].partitions[0].records->empty());
}

TEST_CASE("A node that may keep no sessions makes none") {
  Engine engine = Open("mem:").value();
  REQUIRE(engine.CreateTopic("orders").ok());
  const auto node = Node::Start(
      engine,
      {.listen = "127.0.0.1:0", .configs = {{"max.incremental.fetch.session.cache.slots", "0"}}});
  REQUIRE(node.ok());
  WireClient client(node->port());
  const auto declined =
      client.Ask<wire::FetchResponse>(ApiKey::kFetch, kVersion, Asking("orders", {0}));
  CHECK(declined.error_code == ErrorCode::kNone);
  CHECK(declined.session_id == 0);
  CHECK(Told(declined) == Partitions{0});
}

constexpr FetchSessions::Clock::time_point kNow{};

std::optional<std::int32_t> BeginIn(FetchSessions& sessions, const wire::FetchRequest& request,
                                    FetchSessions::Clock::time_point now) {
  const auto lease = sessions.Begin(request, false, now);
  return lease.has_value() ? std::optional<std::int32_t>((*lease)->id()) : std::nullopt;
}

TEST_CASE(
    "A session that was not used for long makes room for another, one that is used does not") {
  FetchSessions sessions({.slots = 2, .idle = std::chrono::seconds(10)});
  const auto first = BeginIn(sessions, Asking("a", {0}), kNow);
  const auto second = BeginIn(sessions, Asking("b", {0}), kNow);
  REQUIRE(second.has_value());
  CHECK_FALSE(BeginIn(sessions, Asking("c", {0}), kNow + std::chrono::seconds(9)).has_value());
  const auto in_use = sessions.Resume(GoingOn(*first, 1), false, kNow + std::chrono::seconds(9));
  REQUIRE(in_use.ok());
  CHECK(BeginIn(sessions, Asking("c", {0}), kNow + std::chrono::seconds(10)).has_value());
  CHECK_FALSE(BeginIn(sessions, Asking("d", {0}), kNow + std::chrono::seconds(10)).has_value());
  CHECK(sessions.count() == 2);
  CHECK(sessions.Resume(GoingOn(*second, 1), false, kNow).status().code() ==
        absl::StatusCode::kNotFound);
}

TEST_CASE("A request that is answered for long keeps no idle session from making room") {
  FetchSessions sessions({.slots = 2, .idle = std::chrono::seconds(10)});
  const std::int32_t first = BeginIn(sessions, Asking("a", {0}), kNow).value();
  const auto waiting = sessions.Resume(GoingOn(first, 1), false, kNow);
  REQUIRE(waiting.ok());
  CHECK(BeginIn(sessions, Asking("b", {0}), kNow + std::chrono::seconds(1)).has_value());
  CHECK(BeginIn(sessions, Asking("c", {0}), kNow + std::chrono::seconds(20)).has_value());
  CHECK_FALSE(BeginIn(sessions, Asking("d", {0}), kNow + std::chrono::seconds(20)).has_value());
}

TEST_CASE("While a request of a session is answered, another of the same session is refused") {
  FetchSessions sessions({.slots = 2});
  const std::int32_t id = BeginIn(sessions, Asking("a", {0}), kNow).value();
  {
    const auto lease = sessions.Resume(GoingOn(id, 1), false, kNow);
    REQUIRE(lease.ok());
    CHECK(GetErrorCode(sessions.Resume(GoingOn(id, 2), false, kNow).status()) ==
          ErrorCode::kInvalidFetchSessionEpoch);
  }
  CHECK(sessions.Resume(GoingOn(id, 2), false, kNow).ok());
}

TEST_CASE("Sessions have no more memory than they may, however many partitions are named") {
  FetchSessions sessions({.slots = 100, .bytes = 100'000});
  Partitions many(300);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::int32_t>(i);
  int made = 0;
  while (BeginIn(sessions, Asking("a", many), kNow).has_value()) ++made;
  CHECK(made >= 1);
  CHECK(made <= 100'000 / (300 * 64));
  const std::string long_name(60'000, 'x');
  CHECK_FALSE(BeginIn(sessions, Asking(long_name, {0}), kNow).has_value());

  FetchSessions small({.slots = 100, .bytes = 50'000});
  const std::int32_t id = BeginIn(small, Asking("a", {0}), kNow).value();
  auto growing = Asking(long_name, {0});
  growing.session_id = id;
  growing.session_epoch = 1;
  CHECK(GetErrorCode(small.Resume(growing, false, kNow).status()) ==
        ErrorCode::kFetchSessionIdNotFound);
  CHECK(small.count() == 0);
  CHECK(BeginIn(small, Asking("a", {0}), kNow).has_value());
}

}  // namespace
}  // namespace rill::net
