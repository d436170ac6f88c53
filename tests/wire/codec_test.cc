#include <string>
#include <string_view>

#include "base/kafka_bytes.h"
#include "catch.h"
#include "random_message.h"
#include "rill/error.h"
#include "wire/api.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/fetch.h"
#include "wire/messages/header.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"
#include "wire/place.h"
#include "wire/print.h"

namespace rill::wire {
namespace {

using std::string_view_literals::operator""sv;

template <typename Struct>
std::string Encoded(const Struct& object, int version) {
  std::string bytes;
  const absl::Status status = Encode(object, version, bytes);
  return status.ok() ? bytes : "error: " + std::string(status.message());
}

template <typename Struct>
absl::StatusOr<Struct> Decoded(int version, std::string_view bytes,
                               const DecodeLimits& limits = {}) {
  base::KafkaReader reader(bytes, MessageOf<Struct>().name);
  return Decode<Struct>(version, reader, limits);
}

HeartbeatRequest SomeHeartbeat() {
  HeartbeatRequest request;
  request.group_id = "group";
  request.generation_id = 3;
  request.member_id = "m";
  return request;
}

TEST_CASE("A message is written as the versions before compact lengths have it") {
  CHECK(Encoded(SomeHeartbeat(), 0) == "\0\5group\0\0\0\3\0\1m"sv);
  CHECK(Encoded(SomeHeartbeat(), 3) == "\0\5group\0\0\0\3\0\1m\xFF\xFF"sv);  // no instance id
}

TEST_CASE(
    "A message is written with compact lengths and tagged fields from its flexible version on") {
  CHECK(Encoded(SomeHeartbeat(), 4) == "\6group\0\0\0\3\2m\0\0"sv);
  FetchRequest fetch;
  fetch.cluster_id = "c";
  fetch.max_wait_ms = 500;
  CHECK(Encoded(fetch, 12) ==
        "\xFF\xFF\xFF\xFF\0\0\1\xF4\0\0\0\0\x7F\xFF\xFF\xFF\0\0\0\0\0\xFF\xFF\xFF\xFF\1\1\1"
        "\1\0\2\2c"sv);
}

TEST_CASE("The client's id in a request's header is never compact") {
  RequestHeader header;
  header.request_api_key = 18;
  header.request_api_version = 3;
  header.correlation_id = 7;
  header.client_id = "me";
  CHECK(Encoded(header, 1) == "\0\x12\0\3\0\0\0\7\0\2me"sv);
  CHECK(Encoded(header, 2) == "\0\x12\0\3\0\0\0\7\0\2me\0"sv);
  const auto decoded = Decoded<RequestHeader>(2, "\0\x12\0\3\0\0\0\7\xFF\xFF\0"sv);
  REQUIRE(decoded.ok());
  CHECK_FALSE(decoded->client_id.has_value());
}

TEST_CASE("A struct that may be null has a byte before it") {
  DescribeTopicPartitionsRequest request;
  CHECK(Encoded(request, 0) == "\1\0\0\x07\xD0\xFF\0"sv);
  request.cursor.emplace().topic_name = "t";
  request.cursor->partition_index = 2;
  CHECK(Encoded(request, 0) == "\1\0\0\x07\xD0\1\2t\0\0\0\2\0\0"sv);
  const auto decoded =
      Decoded<DescribeTopicPartitionsRequest>(0, "\1\0\0\x07\xD0\1\2t\0\0\0\2\0\0"sv);
  REQUIRE(decoded.ok());
  CHECK(decoded->cursor.value().partition_index == 2);
  CHECK(Decoded<ConsumerGroupHeartbeatRequest>(0, "\0\1\0\0\0\0\0\0\xFF\xFF\xFF\xFF\0\0\0\0"sv)
            .status()
            .message()
            .find("groupId is null") != std::string_view::npos);
}

TEST_CASE("An array that may be null is told from an empty one") {
  CHECK(Decoded<MetadataRequest>(1, "\xFF\xFF\xFF\xFF"sv)->topics == std::nullopt);
  CHECK(Decoded<MetadataRequest>(1, "\0\0\0\0"sv)->topics.value().empty());
  const auto null_too_early = Decoded<MetadataRequest>(0, "\xFF\xFF\xFF\xFF"sv);
  CHECK(null_too_early.status().code() == absl::StatusCode::kInvalidArgument);
  MetadataRequest all;
  all.topics.reset();
  CHECK(Encoded(all, 0) ==
        "error: MetadataRequest: topics is null, which it cannot be in version 0");
}

TEST_CASE("Records are read where they stand, and written from there") {
  const std::string bytes = Encoded(
      [] {
        ProduceRequest request;
        auto& partition = request.topic_data.emplace_back().partition_data.emplace_back();
        partition.records = "batches";
        return request;
      }(),
      9);
  const auto decoded = Decoded<ProduceRequest>(9, bytes);
  REQUIRE(decoded.ok());
  const std::string_view records = decoded->topic_data[0].partition_data[0].records.value();
  CHECK(records == "batches");
  CHECK(records.data() >= bytes.data());
  CHECK(records.data() + records.size() <= bytes.data() + bytes.size());
}

TEST_CASE(
    "What a version does not have is its default, and tags that nobody knows are passed over") {
  const auto decoded = Decoded<FetchRequest>(
      12,
      "\xFF\xFF\xFF\xFF\0\0\1\xF4\0\0\0\0\x7F\xFF\xFF\xFF\0\0\0\0\0\xFF\xFF\xFF\xFF\1\1\1"
      "\2\0\2\2c\x63\3xyz"sv);
  REQUIRE(decoded.ok());
  CHECK(decoded->cluster_id == "c");
  CHECK(decoded->replica_state.replica_id == -1);
}

TEST_CASE("What a version cannot say is refused, unless it may be left out") {
  FetchRequest fetch;
  fetch.rack_id = "r";  // since 11, may be left out
  CHECK(Encoded(fetch, 4).substr(0, 5) != "error");
  fetch.replica_state.replica_epoch = 5;
  CHECK(Encoded(fetch, 12) == "error: FetchRequest: replicaState has no place in version 12");
  std::string kept = "before";
  CHECK_FALSE(Encode(fetch, 12, kept).ok());
  CHECK(kept == "before");
}

TEST_CASE("A version that is not spoken is refused by name") {
  const auto decoded = Decoded<ProduceRequest>(2, "");
  CHECK(GetErrorCode(decoded.status()) == ErrorCode::kUnsupportedVersion);
  CHECK(decoded.status().message() ==
        "ProduceRequest of version 2, where versions 3 to 13 are known");
  CHECK(Encoded(ProduceRequest(), 14).starts_with("error: ProduceRequest of version 14"));
}

TEST_CASE("A string above 32,767 bytes is refused, also where its length could tell it") {
  HeartbeatRequest request = SomeHeartbeat();
  request.member_id.assign(32768, 'm');
  for (const int version : {0, 4}) {
    CHECK(Encoded(request, version) ==
          "error: HeartbeatRequest: memberId of length 32768, of at most 32767");
  }
  request.member_id.pop_back();
  CHECK(Decoded<HeartbeatRequest>(4, Encoded(request, 4))->member_id.size() == 32767);
  const std::string too_long = "\6group" + std::string("\0\0\0\3", 4) + "\x81\x80\2" +
                               std::string(32768, 'm') + std::string("\0\0", 2);
  const auto status = Decoded<HeartbeatRequest>(4, too_long).status();
  CHECK(GetErrorCode(status) == ErrorCode::kInvalidRequest);
  CHECK(status.message().find("memberId of length 32768") != std::string_view::npos);
}

TEST_CASE("Lengths below null, and nulls where there are none, are refused") {
  CHECK_FALSE(Decoded<HeartbeatRequest>(0, "\xFF\xFE\0\0\0\3\0\1m"sv).ok());
  CHECK_FALSE(Decoded<HeartbeatRequest>(0, "\xFF\xFF\0\0\0\3\0\1m"sv).ok());
  CHECK_FALSE(Decoded<HeartbeatRequest>(4, "\0\0\0\0\3\2m\0\0"sv).ok());
  CHECK_FALSE(Decoded<MetadataRequest>(1, "\xFF\xFF\xFF\xFE"sv).ok());
  CHECK_FALSE(Decoded<DescribeGroupsRequest>(0, "\0\0\0\1\xFF\xFF"sv).ok());
  CHECK_FALSE(Decoded<MetadataRequest>(9, "\xFF\xFF\xFF\xFF\xF"sv).ok());
}

TEST_CASE("Null takes the place of a default that is another value") {
  CHECK(InitProducerIdRequest().transactional_id == "");
  const auto decoded = Decoded<InitProducerIdRequest>(0, "\xFF\xFF\0\0\0\1"sv);
  REQUIRE(decoded.ok());
  CHECK_FALSE(decoded->transactional_id.has_value());
  const auto fetch = Decoded<FetchRequest>(
      12,
      "\xFF\xFF\xFF\xFF\0\0\1\xF4\0\0\0\0\x7F\xFF\xFF\xFF\0\0\0\0\0\xFF\xFF\xFF\xFF\1\1\1"
      "\1\0\1\0"sv);
  REQUIRE(fetch.ok());
  CHECK_FALSE(fetch->cluster_id.has_value());
}

TEST_CASE("Any byte but zero is true") {
  const auto decoded = Decoded<MetadataRequest>(4, "\0\0\0\0\2"sv);
  REQUIRE(decoded.ok());
  CHECK(decoded->allow_auto_topic_creation);
  CHECK(Encoded(*decoded, 4) == "\0\0\0\0\1"sv);
}

TEST_CASE("Records that nobody set are empty in what is sent, not null") {
  FetchResponse response;
  response.responses.emplace_back().partitions.emplace_back();
  const auto decoded = Decoded<FetchResponse>(12, Encoded(response, 12));
  REQUIRE(decoded.ok());
  CHECK(decoded->responses[0].partitions[0].records.value().empty());
}

TEST_CASE("A message can be written in pieces that leave its records where they are") {
  const std::string first = "first";
  const std::string second = "second";
  FetchResponse response;
  auto& partitions = response.responses.emplace_back().partitions;
  for (const std::string_view records : {std::string_view(first), ""sv, std::string_view(second)}) {
    partitions.emplace_back().records = records;
  }
  EncodedPieces pieces;
  pieces.bytes = "header";
  REQUIRE(Encode(response, 12, pieces).ok());
  REQUIRE(pieces.records.size() == 2);
  CHECK(pieces.records[0].bytes.data() == first.data());
  CHECK(pieces.records[1].bytes.data() == second.data());
  std::string whole;
  std::size_t written = 0;
  for (const auto& records : pieces.records) {
    whole += pieces.bytes.substr(written, records.position - written);
    whole += records.bytes;
    written = records.position;
  }
  whole += pieces.bytes.substr(written);
  CHECK(whole == "header" + Encoded(response, 12));
  CHECK(EncodedSize(response, 12).value() == whole.size() - 6);

  FetchResponse wrong = response;
  wrong.responses[0].topic.assign(40000, 't');
  const EncodedPieces before = pieces;
  CHECK_FALSE(Encode(wrong, 12, pieces).ok());
  CHECK(pieces.bytes == before.bytes);
  CHECK(pieces.records.size() == before.records.size());
}

TEST_CASE("A count that the bytes cannot hold is refused before anything is allocated") {
  const auto decoded = Decoded<MetadataRequest>(1, "\x7F\xFF\xFF\xFF"sv);
  REQUIRE_FALSE(decoded.ok());
  CHECK(decoded.status().message().find("topics of 2147483647 elements, where 0 bytes are left") !=
        std::string_view::npos);
}

TEST_CASE("A message that asks for more memory, elements or tags than allowed is refused") {
  const std::string bytes("\0\0\0\2\0\3one\0\3two", 14);
  REQUIRE(Decoded<MetadataRequest>(0, bytes).ok());
  CHECK_FALSE(Decoded<MetadataRequest>(0, bytes, {.max_elements = 1}).ok());
  CHECK_FALSE(Decoded<MetadataRequest>(0, bytes, {.max_memory = 64}).ok());
  const std::string_view tagged = "\6group\0\0\0\3\2m\0\2\x10\0\x11\0"sv;
  REQUIRE(Decoded<HeartbeatRequest>(4, tagged).ok());
  CHECK_FALSE(Decoded<HeartbeatRequest>(4, tagged, {.max_tagged_fields = 1}).ok());
}

TEST_CASE("A tagged field that is longer or shorter than what it holds is refused") {
  const auto fetch = [](std::string_view tagged) {
    std::string bytes(
        "\xFF\xFF\xFF\xFF\0\0\1\xF4\0\0\0\0\x7F\xFF\xFF\xFF\0\0\0\0\0\xFF\xFF\xFF\xFF", 25);
    bytes += "\1\1\1";
    bytes += tagged;
    return Decoded<FetchRequest>(12, bytes).status();
  };
  CHECK(fetch("\1\0\2\2c"sv).ok());
  CHECK_FALSE(fetch("\1\0\3\2cx"sv).ok());
  CHECK_FALSE(fetch("\1\0\1\2"sv).ok());
  CHECK_FALSE(fetch("\1\0\x7F\2c"sv).ok());
}

TEST_CASE("A response to ApiVersions always has a header of version 0") {
  const Api& versions = *FindApi(18);
  CHECK(ResponseHeaderVersion(versions, 4) == 0);
  CHECK(RequestHeaderVersion(versions, 3) == 2);
  const Api& produce = *FindApi(0);
  CHECK(RequestHeaderVersion(produce, 8) == 1);
  CHECK(ResponseHeaderVersion(produce, 8) == 0);
  CHECK(RequestHeaderVersion(produce, 9) == 2);
  CHECK(ResponseHeaderVersion(produce, 9) == 1);
  CHECK(FindApi(4) == nullptr);
  CHECK(FindApi(-1) == nullptr);
  // Who asks in a version that we do not know has to be understood as far as that.
  CHECK(RequestHeaderVersion(versions, 99) == 2);
  CHECK(ResponseHeaderVersion(versions, 99) == 0);
}

TEST_CASE("Produce is advertised from version 0 on, for old clients that would not compress") {
  CHECK(FirstAdvertisedVersion(*FindApi(0)) == 0);
  CHECK(FirstAdvertisedVersion(*FindApi(1)) == 4);
}

// Anything that each version of each message can say.
template <typename Use>
void ForEachRandom(Use use) {
  std::uint64_t seed = 1;
  for (const Api& api : Apis()) {
    for (const Message* message : {&api.request(), &api.response()}) {
      for (int version = message->first_version; version <= message->last_version; ++version) {
        INFO(message->name << " of version " << version);
        for (int i = 0; i < 30; ++i) {
          const AnyStruct object = NewStruct(*message);
          RandomMessage(++seed, version).Fill(message->fields, object.get());
          use(*message, version, object.get());
        }
      }
    }
  }
}

TEST_CASE("Every message is read as it was written, takes the bytes that were told, and no more") {
  ForEachRandom([](const Message& message, int version, const void* object) {
    std::string bytes;
    REQUIRE(EncodeMessage(message, version, object, bytes).ok());
    const auto size = EncodedMessageSize(message, version, object);
    REQUIRE(size.ok());
    REQUIRE(*size == bytes.size());
    const AnyStruct read = NewStruct(message);
    base::KafkaReader reader(bytes, message.name);
    REQUIRE(DecodeMessage(message, version, reader, read.get()).ok());
    REQUIRE(reader.remaining() == 0);
    for (const Field& field : message.fields) {
      INFO(field.name);
      REQUIRE(field.place.is_equal(MemberOf(field, object), MemberOf(field, read.get())));
    }
  });
}

TEST_CASE("Of records the size is printed, and a tagged field where it is not its default") {
  const auto json = [](std::string_view bytes) {
    base::KafkaReader reader(bytes, "PartitionProduceData");
    std::string text;
    const auto status = AppendMessageJson(MessageOf<ProduceRequest>(), 9, reader, text);
    return status.ok() ? text : "error: " + std::string(status.message());
  };
  CHECK(
      json("\0\0\1\0\0\0\5\2\2t\3\0\0\0\0\3ab\0\0\0\0\1\0\0\0\0"sv) ==
      R"({"transactionalId":null,"acks":1,"timeoutMs":5,"topicData":[{"name":"t","partitionData":[)"
      R"({"index":0,"recordsSizeInBytes":2},{"index":1,"records":null}]}]})");
  FetchRequest fetch;
  fetch.replica_state.replica_id = 4;
  const std::string bytes = Encoded(fetch, 15);
  base::KafkaReader reader(bytes, "fetch");
  std::string text;
  REQUIRE(AppendMessageJson(MessageOf<FetchRequest>(), 15, reader, text).ok());
  CHECK(text.find(R"("replicaState":{"replicaId":4,"replicaEpoch":-1})") != std::string::npos);
  CHECK(text.find("clusterId") == std::string::npos);
}

TEST_CASE("Every cut of a message is refused") {
  ForEachRandom([](const Message& message, int version, const void* object) {
    std::string bytes;
    REQUIRE(EncodeMessage(message, version, object, bytes).ok());
    const AnyStruct read = NewStruct(message);
    bool is_refused = true;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      base::KafkaReader reader(std::string_view(bytes).substr(0, size), message.name);
      is_refused &= !DecodeMessage(message, version, reader, read.get()).ok();
    }
    REQUIRE(is_refused);
  });
}

TEST_CASE("Every message can be printed from its bytes") {
  ForEachRandom([](const Message& message, int version, const void* object) {
    std::string bytes;
    REQUIRE(EncodeMessage(message, version, object, bytes).ok());
    base::KafkaReader reader(bytes, message.name);
    std::string json;
    REQUIRE(AppendMessageJson(message, version, reader, json).ok());
    REQUIRE(reader.remaining() == 0);
    for (const Field& field : message.fields) {
      const bool is_named = json.find('"' + std::string(field.name)) != std::string::npos;
      if (field.tag < 0 && field.IsIn(version)) REQUIRE(is_named);
    }
  });
}

}  // namespace
}  // namespace rill::wire
