#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "io/temporary_folder.h"
#include "net/wire_client.h"
#include "rill/authorizer.h"
#include "rill/node.h"
#include "rill/rill.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/fetch.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_for_leader_epoch.h"
#include "wire/messages/produce.h"

// What clients do with records: over a socket, beside the engine's own producers and consumers.
namespace rill::net {
namespace {

using wire::ApiKey;

std::string Sealed(const std::vector<std::string>& values, const BatchOptions& options = {},
                   std::int64_t timestamp_ms = 1000) {
  BatchBuilder builder(options);
  for (const std::string& value : values) {
    REQUIRE(builder.Append({.key = "k", .value = value, .timestamp_ms = timestamp_ms++}).ok());
  }
  return std::string(builder.Seal().value());
}

class Served {
 public:
  explicit Served(NodeOptions options = {})
      : engine(Open("mem:", {.configs = {{"log.retention.ms", "-1"}}}).value()) {
    options.listen = "127.0.0.1:0";
    node.emplace(Node::Start(engine, options).value());
    client.emplace(node->port());
  }

  wire::ProduceResponse::Topic::Partition Produce(const std::string& batch, std::int16_t acks = -1,
                                                  const std::string& topic = "orders") {
    const auto response =
        client->Ask<wire::ProduceResponse>(ApiKey::kProduce, 9, Request(batch, acks, topic));
    REQUIRE(response.responses.size() == 1);
    REQUIRE(response.responses[0].partition_responses.size() == 1);
    return response.responses[0].partition_responses[0];
  }

  static wire::ProduceRequest Request(std::string_view batch, std::int16_t acks,
                                      const std::string& topic = "orders") {
    wire::ProduceRequest request;
    request.acks = acks;
    request.timeout_ms = 1000;
    auto& data = request.topic_data.emplace_back();
    data.name = topic;
    data.partition_data.push_back({0, batch});
    return request;
  }

  static wire::FetchRequest FetchFrom(std::int64_t offset, int max_wait_ms = 0) {
    wire::FetchRequest request;
    request.max_wait_ms = max_wait_ms;
    request.min_bytes = 1;
    auto& topic = request.topics.emplace_back();
    topic.topic = "orders";
    auto& partition = topic.partitions.emplace_back();
    partition.fetch_offset = offset;
    partition.partition_max_bytes = 1 << 20;
    return request;
  }

  wire::FetchResponse::Topic::Partition Fetch(const wire::FetchRequest& request, int version = 12) {
    answer = client->Ask<wire::FetchResponse>(ApiKey::kFetch, version, request);
    REQUIRE(answer.error_code == ErrorCode::kNone);
    REQUIRE(answer.responses.size() == 1);
    REQUIRE(answer.responses[0].partitions.size() == 1);
    return answer.responses[0].partitions[0];
  }

  wire::ListOffsetsResponse::Topic::Partition Offset(std::int64_t timestamp, int version = 11) {
    wire::ListOffsetsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "orders";
    topic.partitions.push_back({0, -1, timestamp});
    const auto response =
        client->Ask<wire::ListOffsetsResponse>(ApiKey::kListOffsets, version, request);
    return response.topics.at(0).partitions.at(0);
  }

  Engine engine;
  std::optional<Node> node;
  std::optional<WireClient> client;
  wire::FetchResponse answer;
};

TEST_CASE("What a client produces, a consumer of the process reads, and the other way round") {
  Served served;
  const Topic topic = served.engine.CreateTopic("orders").value();
  for (const Compression codec : {Compression::kNone, Compression::kGzip, Compression::kSnappy,
                                  Compression::kLz4, Compression::kZstd}) {
    const std::string batch = Sealed({"coffee", "tea"}, {.compression = codec});
    const auto produced = served.Produce(batch);
    CHECK(produced.error_code == ErrorCode::kNone);
    CHECK(produced.log_append_time_ms == -1);
    const auto records = topic.partition(0)->Read(produced.base_offset).value();
    std::vector<std::string> values;
    for (const Record& record : records) values.emplace_back(record.value());
    CHECK(values == std::vector<std::string>{"coffee", "tea"});
  }
  auto producer = served.engine.NewProducer().value();
  REQUIRE(producer.Send(topic, {.key = "k", .value = "from inside"}).Wait(absl::Seconds(5)).ok());
  const auto fetched = served.Fetch(Served::FetchFrom(10));
  const auto batch = ParseBatch(fetched.records.value());
  REQUIRE(batch.ok());
  CHECK(batch->base_offset() == 10);
  CHECK_THAT(std::string(fetched.records.value()), Catch::Contains("from inside"));
}

TEST_CASE("A fetch gives whole batches as they are stored, from the one that has the offset") {
  Served served;
  REQUIRE(served.engine.CreateTopic("orders").ok());
  const std::string batch = Sealed({"a", "b", "c"}, {.compression = Compression::kLz4});
  for (int i = 0; i < 3; ++i) served.Produce(batch);
  for (const int version : {4, 5, 7, 9, 11, 12}) {
    const auto from_middle = served.Fetch(Served::FetchFrom(4), version);
    REQUIRE(from_middle.records->size() == 2 * batch.size());
    CHECK(ParseBatch(*from_middle.records)->base_offset() == 3);
    CHECK(from_middle.records->substr(21, batch.size() - 21) == batch.substr(21));
    CHECK(from_middle.high_watermark == 9);
    CHECK(from_middle.last_stable_offset == 9);
  }
  SECTION("and at least one, however little was asked for") {
    auto request = Served::FetchFrom(0);
    request.topics[0].partitions[0].partition_max_bytes = 1;
    CHECK(served.Fetch(request).records->size() == batch.size());
    request.max_bytes = 0;
    CHECK(served.Fetch(request).records->size() == batch.size());
  }
  SECTION("and by the topic's id from version 13 on") {
    auto request = Served::FetchFrom(3);
    const auto id = base::Uuid::Parse(served.engine.FindTopic("orders")->id()).value();
    request.topics[0].topic.clear();
    request.topics[0].topic_id = id;
    for (const int version : {13, 14, 15, 16, 17, 18}) {
      CHECK(served.Fetch(request, version).records->size() == 2 * batch.size());
    }
    request.topics[0].topic_id = base::Uuid::Random();
    CHECK(served.Fetch(request, 13).error_code == ErrorCode::kUnknownTopicId);
  }
}

TEST_CASE("The limit of a response counts over all of its partitions") {
  Served served;
  const Topic topic = served.engine.CreateTopic("orders", {.partitions = 3}).value();
  const std::string batch = Sealed({std::string(1000, 'x')});
  for (int i = 0; i < 3; ++i) REQUIRE(topic.partition(i)->AppendBatch(batch).ok());
  auto request = Served::FetchFrom(0);
  auto& partitions = request.topics[0].partitions;
  partitions.resize(3, partitions[0]);
  for (int i = 0; i < 3; ++i) partitions[static_cast<std::size_t>(i)].partition = i;
  request.max_bytes = static_cast<std::int32_t>(2 * batch.size() + 10);
  const auto answer = served.client->Ask<wire::FetchResponse>(ApiKey::kFetch, 12, request);
  std::vector<std::size_t> sizes;
  for (const auto& partition : answer.responses[0].partitions) {
    CHECK(partition.error_code == ErrorCode::kNone);
    sizes.push_back(partition.records->size());
  }
  CHECK(sizes == std::vector<std::size_t>{batch.size(), batch.size(), 0});
}

TEST_CASE("A fetch with nothing to give waits for an append, as long as it was told to") {
  Served served;
  const Topic topic = served.engine.CreateTopic("orders").value();
  const auto begin = std::chrono::steady_clock::now();
  CHECK(served.Fetch(Served::FetchFrom(0, 200)).records->empty());
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(200));

  served.client->SendBytes(WireClient::Frame(ApiKey::kFetch, 12, 5, Served::FetchFrom(0, 60'000)));
  CHECK_FALSE(served.client->HasAnswer(50));
  REQUIRE(topic.partition(0)->AppendBatch(Sealed({"late"})).ok());
  const auto late = served.client->Receive<wire::FetchResponse>(ApiKey::kFetch, 12, 5);
  CHECK_FALSE(late.responses[0].partitions[0].records->empty());
}

TEST_CASE("A fetch that wants more bytes than there are waits until they were appended") {
  Served served;
  const Topic topic = served.engine.CreateTopic("orders").value();
  const std::string batch = Sealed({std::string(100, 'x')});
  auto request = Served::FetchFrom(0, 60'000);
  request.min_bytes = static_cast<std::int32_t>(3 * batch.size());
  served.client->SendBytes(WireClient::Frame(ApiKey::kFetch, 12, 5, request));
  for (int i = 0; i < 2; ++i) REQUIRE(topic.partition(0)->AppendBatch(batch).ok());
  CHECK_FALSE(served.client->HasAnswer(50));
  REQUIRE(topic.partition(0)->AppendBatch(batch).ok());
  const auto answer = served.client->Receive<wire::FetchResponse>(ApiKey::kFetch, 12, 5);
  CHECK(answer.responses[0].partitions[0].records->size() == 3 * batch.size());
}

TEST_CASE("A fetch that wants more bytes than it may have has what it may, at once") {
  Served served;
  const Topic topic = served.engine.CreateTopic("orders").value();
  const std::string batch = Sealed({std::string(100, 'x')});
  for (int i = 0; i < 3; ++i) REQUIRE(topic.partition(0)->AppendBatch(batch).ok());
  auto request = Served::FetchFrom(0, 60'000);
  request.max_bytes = static_cast<std::int32_t>(2 * batch.size());
  request.min_bytes = static_cast<std::int32_t>(3 * batch.size());
  CHECK(served.Fetch(request).records->size() == 2 * batch.size());
}

TEST_CASE(
    "A fetch that wants all that it may have does not wait for what whole batches leave free") {
  Served served;
  const Topic topic = served.engine.CreateTopic("orders").value();
  const std::string batch = Sealed({std::string(100, 'x')});
  for (int i = 0; i < 3; ++i) REQUIRE(topic.partition(0)->AppendBatch(batch).ok());
  const auto room = static_cast<std::int32_t>(2 * batch.size() + batch.size() / 2);
  auto of_all = Served::FetchFrom(0, 60'000);
  of_all.max_bytes = of_all.min_bytes = room;
  CHECK(served.Fetch(of_all).records->size() == 2 * batch.size());
  auto of_partition = Served::FetchFrom(0, 60'000);
  of_partition.topics[0].partitions[0].partition_max_bytes = of_partition.min_bytes = room;
  CHECK(served.Fetch(of_partition).records->size() == 2 * batch.size());
}

TEST_CASE("A fetch that waits for records of a topic is answered when it is deleted") {
  Served served;
  REQUIRE(served.engine.CreateTopic("orders").ok());
  served.client->SendBytes(WireClient::Frame(ApiKey::kFetch, 12, 5, Served::FetchFrom(0, 500'000)));
  CHECK_FALSE(served.client->HasAnswer(50));
  REQUIRE(served.engine.DeleteTopic("orders").ok());
  const auto answer = served.client->Receive<wire::FetchResponse>(ApiKey::kFetch, 12, 5);
  CHECK(answer.responses[0].partitions[0].error_code == ErrorCode::kUnknownTopicOrPartition);
}

TEST_CASE("Where leader epochs ended is told of partitions that nobody has used without a folder") {
  const test::TemporaryFolder folder;
  Engine engine = Open(folder.path()).value();
  REQUIRE(engine.CreateTopic("orders").ok());
  const Node node = Node::Start(engine, {.listen = "127.0.0.1:0"}).value();
  WireClient client(node.port());
  const auto ask = [&](std::int32_t known_epoch) {
    wire::OffsetForLeaderEpochRequest request;
    request.topics.push_back({"orders", {{0, known_epoch, 0}}});
    return client.Ask<wire::OffsetForLeaderEpochResponse>(ApiKey::kOffsetForLeaderEpoch, 4, request)
        .topics.at(0)
        .partitions.at(0);
  };
  const auto unused = ask(0);
  CHECK(unused.error_code == ErrorCode::kNone);
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/orders-0"));
  CHECK(ask(9).error_code == ErrorCode::kUnknownLeaderEpoch);  // as its log says, which is opened
  CHECK(ask(0) == unused);
}

TEST_CASE("A fetch that has an error to tell does not wait") {
  Served served;
  REQUIRE(served.engine.CreateTopic("orders").ok());
  const auto beyond = served.Fetch(Served::FetchFrom(7, 60'000));
  CHECK(beyond.error_code == ErrorCode::kOffsetOutOfRange);
  CHECK(beyond.log_start_offset == 0);
  CHECK(beyond.records.value_or("none").empty());

  auto request = Served::FetchFrom(0, 60'000);
  request.topics[0].partitions[0].partition = 5;
  CHECK(served.Fetch(request).error_code == ErrorCode::kUnknownTopicOrPartition);
  request = Served::FetchFrom(0, 60'000);
  request.topics[0].topic = "unknown";
  CHECK(served.Fetch(request).error_code == ErrorCode::kUnknownTopicOrPartition);
  request = Served::FetchFrom(0, 60'000);
  request.topics[0].partitions[0].current_leader_epoch = 9;
  CHECK(served.Fetch(request).error_code == ErrorCode::kUnknownLeaderEpoch);
}

TEST_CASE("A fetch of no partition does not wait, in a session or without") {
  Served served;
  for (const std::int32_t epoch : {-1, 0}) {
    wire::FetchRequest request;
    request.max_wait_ms = 600'000;
    request.min_bytes = 1;
    request.session_epoch = epoch;
    const auto answer = served.client->Ask<wire::FetchResponse>(ApiKey::kFetch, 12, request);
    CHECK(answer.error_code == ErrorCode::kNone);
    CHECK(answer.responses.empty());
  }
}

TEST_CASE("A fetch that waits is answered when the node stops") {
  Served served;
  REQUIRE(served.engine.CreateTopic("orders").ok());
  served.client->SendBytes(WireClient::Frame(ApiKey::kFetch, 12, 5, Served::FetchFrom(0, 600'000)));
  CHECK_FALSE(served.client->HasAnswer(20));
  CHECK(served.node->Stop().ok());
  const auto answer = served.client->Receive<wire::FetchResponse>(ApiKey::kFetch, 12, 5);
  CHECK(answer.responses[0].partitions[0].error_code == ErrorCode::kNone);
  CHECK(served.client->IsClosed());
}

TEST_CASE("A batch that is damaged or too large is refused by name, and others are stored") {
  Served served;
  REQUIRE(served.engine.CreateTopic("orders", {.configs = {{"max.message.bytes", "500"}}}).ok());
  std::string damaged = Sealed({"value"});
  damaged.back() ^= 1;
  CHECK(served.Produce(damaged).error_code == ErrorCode::kCorruptMessage);
  const auto large = served.Produce(Sealed({std::string(1000, 'x')}));
  CHECK(large.error_code == ErrorCode::kMessageTooLarge);
  CHECK(large.base_offset == -1);
  CHECK_THAT(large.error_message.value_or(""), Catch::Contains("max.message.bytes"));
  CHECK(served.Produce("").error_code != ErrorCode::kNone);
  CHECK(served.Produce(Sealed({"a"}) + Sealed({"b"})).error_code == ErrorCode::kInvalidRecord);
  CHECK(served.Produce(Sealed({"x"}), 7).error_code == ErrorCode::kInvalidRequiredAcks);
  CHECK(served.Produce(Sealed({"x"}), 1, "unknown").error_code ==
        ErrorCode::kUnknownTopicOrPartition);
  CHECK(served.Produce(Sealed({"sound"}), 1).base_offset == 0);
}

TEST_CASE("With acks 0 nothing is answered, and a refused batch closes the connection") {
  Served served;
  const Topic topic = served.engine.CreateTopic("orders").value();
  const std::string batch = Sealed({"quiet"});
  served.client->SendBytes(WireClient::Frame(ApiKey::kProduce, 9, 1, Served::Request(batch, 0)));
  CHECK(served.Produce(batch).base_offset == 1);  // the only answer that comes
  std::string damaged = batch;
  damaged.back() ^= 1;
  served.client->SendBytes(WireClient::Frame(ApiKey::kProduce, 9, 3, Served::Request(damaged, 0)));
  CHECK(served.client->IsClosed());
}

// Takes long over one topic.
struct SlowAuthorizer : Authorizer {
  bool Allows(const AclClient& /*client*/, AclOperation /*operation*/, AclResourceType /*type*/,
              const std::string& name) override {
    if (name == "orders") std::this_thread::sleep_for(std::chrono::milliseconds(2100));
    return true;
  }
};

TEST_CASE("What is left of a Produce request that has taken two seconds is to be sent again") {
  Engine engine = Open("mem:").value();
  REQUIRE(engine.CreateTopic("orders").ok());
  REQUIRE(engine.CreateTopic("bills").ok());
  const auto node = Node::Start(engine, {.listen = "127.0.0.1:0",
                                         .authorizer = std::make_shared<SlowAuthorizer>()})
                        .value();
  BatchBuilder builder(BatchOptions{});
  REQUIRE(builder.Append({.value = "x"}).ok());
  const std::string batch(builder.Seal().value());
  wire::ProduceRequest request;
  request.acks = -1;
  for (const char* name : {"orders", "bills"}) {
    auto& topic = request.topic_data.emplace_back();
    topic.name = name;
    topic.partition_data.push_back({0, batch});
  }
  WireClient client(node.port());
  const auto answer = client.Ask<wire::ProduceResponse>(ApiKey::kProduce, 9, request);
  CHECK(answer.responses.at(0).partition_responses.at(0).error_code == ErrorCode::kNone);
  CHECK(answer.responses.at(1).partition_responses.at(0).error_code == ErrorCode::kRequestTimedOut);
}

TEST_CASE("An idempotent producer's repetition is answered with the offset it had, a gap refused") {
  Served served;
  REQUIRE(served.engine.CreateTopic("orders").ok());
  const auto id = served.client->Ask<wire::InitProducerIdResponse>(ApiKey::kInitProducerId, 4, [] {
    wire::InitProducerIdRequest request;
    request.transactional_id.reset();
    return request;
  }());
  CHECK(id.error_code == ErrorCode::kNone);
  CHECK(id.producer_epoch == 0);
  // What an idempotent producer wrote is forgotten after a day.
  const std::int64_t now_ms = absl::ToUnixMillis(absl::Now());
  const auto numbered = [&](std::int32_t sequence) {
    return Sealed({"v"},
                  {.producer_id = id.producer_id,
                   .producer_epoch = id.producer_epoch,
                   .base_sequence = sequence},
                  now_ms);
  };
  CHECK(served.Produce(numbered(0)).base_offset == 0);
  CHECK(served.Produce(numbered(1)).base_offset == 1);
  const auto repeated = served.Produce(numbered(0));
  INFO(repeated.error_message.value_or(""));
  CHECK(repeated.base_offset == 0);
  CHECK(served.Produce(numbered(5)).error_code == ErrorCode::kOutOfOrderSequenceNumber);
  CHECK(served.Offset(-1).offset == 2);
}

TEST_CASE("A producer id without its epoch, or an epoch without an id, is refused") {
  Served served;
  const auto ask = [&](std::int64_t id, std::int16_t epoch, int version) {
    wire::InitProducerIdRequest request;
    request.transactional_id.reset();
    request.producer_id = id;
    request.producer_epoch = epoch;
    return served.client->Ask<wire::InitProducerIdResponse>(ApiKey::kInitProducerId, version,
                                                            request);
  };
  for (int version = 3; version <= 5; ++version) {
    CHECK(ask(5, -1, version).error_code == ErrorCode::kInvalidRequest);
    CHECK(ask(-1, 3, version).error_code == ErrorCode::kInvalidRequest);
    CHECK(ask(-1, 3, version).producer_id == -1);
    CHECK(ask(5, 3, version).error_code == ErrorCode::kNone);
    CHECK(ask(-1, -1, version).error_code == ErrorCode::kNone);
  }
}

TEST_CASE("Offsets are found by time, and by the places that times below 0 stand for") {
  Served served;
  REQUIRE(served.engine.CreateTopic("orders").ok());
  CHECK(served.Offset(-3).offset == -1);
  served.Produce(Sealed({"a", "b", "c"}, {}, 1000));
  served.Produce(Sealed({"old"}, {}, 10));
  served.Produce(Sealed({"d"}, {}, 1002));
  CHECK(served.Offset(-1).offset == 5);
  CHECK(served.Offset(-2).offset == 0);
  const auto youngest = served.Offset(-3);
  CHECK(youngest.offset == 2);
  CHECK(youngest.timestamp == 1002);
  CHECK(served.Offset(-4).offset == 0);
  CHECK(served.Offset(-5).offset == -1);
  CHECK(served.Offset(-6).offset == -1);
  const auto found = served.Offset(1001);
  CHECK(found.offset == 1);
  CHECK(found.timestamp == 1001);
  CHECK(found.leader_epoch == 0);
  const auto none = served.Offset(2000);
  CHECK(none.offset == -1);
  CHECK(none.timestamp == -1);
  CHECK(served.Offset(-3, 6).error_code == ErrorCode::kUnsupportedVersion);
  CHECK(served.Offset(-9).error_code == ErrorCode::kUnsupportedVersion);
  for (int version = 1; version <= 11; ++version) CHECK(served.Offset(-1, version).offset == 5);
}

TEST_CASE("Metadata makes a topic that is asked for, where node and request allow it") {
  Served served;
  wire::MetadataRequest request;
  request.topics->push_back({{}, "made"});
  request.allow_auto_topic_creation = false;
  const auto ask = [&](int version) {
    return served.client->Ask<wire::MetadataResponse>(ApiKey::kMetadata, version, request);
  };
  CHECK(ask(4).topics.at(0).error_code == ErrorCode::kUnknownTopicOrPartition);
  request.allow_auto_topic_creation = true;
  const auto made = ask(4).topics.at(0);
  CHECK(made.error_code == ErrorCode::kNone);
  REQUIRE(made.partitions.size() == 1);
  CHECK(made.partitions[0].isr_nodes == std::vector<std::int32_t>{made.partitions[0].leader_id});
  request.topics->front().name = "not/a/topic";
  CHECK(ask(4).topics.at(0).error_code == ErrorCode::kInvalidTopic);
  request.topics->clear();
  for (int version = 1; version <= 13; ++version) CHECK(ask(version).topics.empty());
  CHECK(ask(0).topics.size() == 1);
  request.topics.reset();
  for (int version = 1; version <= 13; ++version) CHECK(ask(version).topics.size() == 1);
}

TEST_CASE("A node that must not make topics does not") {
  Served served({.configs = {{"auto.create.topics.enable", "false"}}});
  wire::MetadataRequest request;
  request.topics->push_back({{}, "made"});
  const auto response = served.client->Ask<wire::MetadataResponse>(ApiKey::kMetadata, 9, request);
  CHECK(response.topics.at(0).error_code == ErrorCode::kUnknownTopicOrPartition);
  CHECK(served.engine.ListTopics().empty());
}

wire::CreateTopicsRequest::Topic NewTopic(const std::string& name, int partitions,
                                          std::int16_t replicas = -1) {
  wire::CreateTopicsRequest::Topic topic;
  topic.name = name;
  topic.num_partitions = partitions;
  topic.replication_factor = replicas;
  return topic;
}

TEST_CASE("Where topics may not be deleted each that was to go is told so, and stays") {
  Served served({.configs = {{"delete.topic.enable", "false"}}});
  REQUIRE(served.engine.CreateTopic("kept").ok());
  for (int version = 1; version <= 6; ++version) {
    wire::DeleteTopicsRequest removal;
    if (version < 6) removal.topic_names = {"kept"};
    if (version >= 6) removal.topics.push_back({"kept", {}});
    const auto removed =
        served.client->Ask<wire::DeleteTopicsResponse>(ApiKey::kDeleteTopics, version, removal);
    REQUIRE(removed.responses.size() == 1);
    CHECK(removed.responses[0].error_code ==
          (version < 3 ? ErrorCode::kInvalidRequest : ErrorCode::kTopicDeletionDisabled));
  }
  CHECK(served.engine.FindTopic("kept").ok());
}

TEST_CASE("Topics are made and deleted, one answer for each that was asked for") {
  Served served;
  wire::CreateTopicsRequest request;
  request.topics = {NewTopic("a", 3),       NewTopic("b", -1, 1), NewTopic("c", 0),
                    NewTopic("d", 1, 3),    NewTopic("twice", 1), NewTopic("twice", 1),
                    NewTopic("bad/name", 1)};
  request.topics[0].configs.push_back({"retention.ms", "1000"});
  const auto create = [&](int version) {
    return served.client->Ask<wire::CreateTopicsResponse>(ApiKey::kCreateTopics, version, request);
  };
  request.validate_only = true;
  std::vector<ErrorCode> expected = {ErrorCode::kNone,
                                     ErrorCode::kNone,
                                     ErrorCode::kInvalidPartitions,
                                     ErrorCode::kInvalidReplicationFactor,
                                     ErrorCode::kInvalidRequest,
                                     ErrorCode::kInvalidTopic};
  const auto codes = [](const wire::CreateTopicsResponse& response) {
    std::vector<ErrorCode> seen;
    for (const auto& topic : response.topics) seen.push_back(topic.error_code);
    return seen;
  };
  for (int version = 2; version <= 7; ++version) CHECK(codes(create(version)) == expected);
  CHECK(served.engine.ListTopics().empty());
  request.validate_only = false;
  const auto made = create(7);
  CHECK(codes(made) == expected);
  CHECK(made.topics[0].num_partitions == 3);
  CHECK(made.topics[0].topic_id.ToString() == served.engine.FindTopic("a")->id());
  CHECK_FALSE(made.topics[0].configs->empty());
  CHECK(create(7).topics[0].error_code == ErrorCode::kTopicAlreadyExists);

  wire::DeleteTopicsRequest removal;
  removal.topics.resize(3);
  removal.topics[0].name = "a";
  removal.topics[1].topic_id = base::Uuid::Parse(served.engine.FindTopic("b")->id()).value();
  removal.topics[2].name = "unknown";
  const auto removed =
      served.client->Ask<wire::DeleteTopicsResponse>(ApiKey::kDeleteTopics, 6, removal);
  REQUIRE(removed.responses.size() == 3);
  CHECK(removed.responses[0].error_code == ErrorCode::kNone);
  CHECK(removed.responses[1].name == "b");
  CHECK(removed.responses[1].error_code == ErrorCode::kNone);
  CHECK(removed.responses[2].error_code == ErrorCode::kUnknownTopicOrPartition);
  CHECK(served.engine.ListTopics().empty());
}

}  // namespace
}  // namespace rill::net
