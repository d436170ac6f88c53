#include "rill/wire/any_message.h"

#include <string>
#include <string_view>
#include <vector>

#include "base/kafka_bytes.h"
#include "catch.h"
#include "wire/api.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

namespace rill::wire {
namespace {

using Side = AnyMessage::Side;

std::string SomeProduce(int version) {
  ProduceRequest request;
  request.acks = -1;
  request.timeout_ms = 1500;
  request.topic_data.push_back({"orders", {}, {{0, "batch a"}, {3, std::nullopt}}});
  request.topic_data.push_back({"bills", {}, {{1, "batch b"}}});
  std::string bytes;
  REQUIRE(Encode(request, version, bytes).ok());
  return bytes;
}

AnyMessage Read(ApiKey key, Side side, int version, const std::string& bytes) {
  auto message = AnyMessage::Read(key, side, version, bytes);
  INFO(message.status());
  REQUIRE(message.ok());
  return *std::move(message);
}

TEST_CASE("A message's fields are read by Kafka's names of them") {
  for (const int version : {3, 12}) {
    const auto message = Read(ApiKey::kProduce, Side::kRequest, version, SomeProduce(version));
    CHECK(std::string_view(message.name()) == "ProduceRequest");
    CHECK(message["acks"].integer() == -1);
    CHECK(message["transactionalId"].is_null());
    std::vector<std::string> seen;
    for (const AnyValue topic : message["topicData"]) {
      for (const AnyValue partition : topic["partitionData"]) {
        seen.push_back(std::string(topic["name"].text()) + "-" +
                       std::to_string(partition["index"].integer()) + " " +
                       std::string(partition["records"].text()));
      }
    }
    CHECK(seen == std::vector<std::string>{"orders-0 batch a", "orders-3 ", "bills-1 batch b"});
    CHECK(message["topicData"].At(0)["partitionData"].At(1)["records"].is_null());
    CHECK(message.status().ok());
    CHECK(message.Write().value() == SomeProduce(version));
  }
}

TEST_CASE("Elements are taken out of a message, added to it and changed") {
  const auto message = Read(ApiKey::kProduce, Side::kRequest, 9, SomeProduce(9));
  message["topicData"].KeepIf([](AnyValue topic) { return topic["name"].text() == "bills"; });
  const AnyValue added = message["topicData"].Append();
  added["name"].SetText("more");
  const AnyValue partition = added["partitionData"].Append();
  partition["index"].SetInteger(7);
  partition["records"].SetText("made here");
  message["transactionalId"].SetText("t");
  message["topicData"].At(0)["partitionData"].At(0)["records"].SetNull();
  const std::string written = message.Write().value();
  base::KafkaReader reader(written, "");
  const auto decoded = Decode<ProduceRequest>(9, reader);
  REQUIRE(decoded.ok());
  CHECK(decoded->transactional_id == "t");
  REQUIRE(decoded->topic_data.size() == 2);
  CHECK_FALSE(decoded->topic_data[0].partition_data[0].records.has_value());
  CHECK(decoded->topic_data[1] == ProduceRequest::Topic{"more", {}, {{7, "made here"}}});
}

TEST_CASE("A new message holds what Kafka has by default") {
  const auto message = AnyMessage::Make(ApiKey::kMetadata, Side::kResponse, 12).value();
  CHECK(message["controllerId"].integer() == -1);
  const AnyValue topic = message["topics"].Append();
  CHECK(topic["topicId"].id() == std::string(22, 'A'));
  topic["topicId"].SetText("3Db5QLSqSZieL3rJBUUegA");
  topic["name"].SetText("virtual");
  topic["errorCode"].SetError(ErrorCode::kLeaderNotAvailable);
  const auto again = Read(ApiKey::kMetadata, Side::kResponse, 12, message.Write().value());
  CHECK(again["topics"].At(0)["topicId"].id() == "3Db5QLSqSZieL3rJBUUegA");
  CHECK(again["topics"].At(0)["errorCode"].error() == ErrorCode::kLeaderNotAvailable);
  CHECK(again.status().ok());
}

TEST_CASE("What does not fit a message changes nothing, is told, and is not written") {
  const auto wrong = [](auto use, const char* told) {
    const auto message = Read(ApiKey::kProduce, Side::kRequest, 9, SomeProduce(9));
    use(message);
    CHECK_THAT(std::string(message.status().message()), Catch::Contains(told));
    CHECK(message.Write().status() == message.status());
  };
  wrong([](const AnyMessage& m) { CHECK(m["topics"].size() == 0); }, "no field topics");
  wrong([](const AnyMessage& m) { CHECK(m["topicData"]["name"].text().empty()); }, "no struct");
  wrong([](const AnyMessage& m) { CHECK(m["acks"].text().empty()); }, "acks is no text");
  wrong([](const AnyMessage& m) { CHECK(m["acks"].At(0).integer() == 0); }, "acks is no array");
  wrong([](const AnyMessage& m) { CHECK(m["topicData"].At(2)["name"].text().empty()); },
        "no element 2");
  wrong([](const AnyMessage& m) { CHECK(m["topicData"].integer() == 0); }, "no integer");
  wrong([](const AnyMessage& m) { m["acks"].SetInteger(32768); }, "acks cannot be 32768");
  wrong([](const AnyMessage& m) { m["acks"].SetText("all"); }, "acks is no text");
  wrong([](const AnyMessage& m) { m["acks"].SetNull(); }, "acks is never null");
  wrong([](const AnyMessage& m) { m["topicData"].At(0)["topicId"].SetText("x"); },
        "topicId cannot be");
  wrong([](const AnyMessage& m) { m["acks"].KeepIf([](AnyValue) { return true; }); }, "no array");
}

TEST_CASE("A message that a version cannot say is not written") {
  const auto message = AnyMessage::Make(ApiKey::kMetadata, Side::kRequest, 4).value();
  message["includeTopicAuthorizedOperations"].SetInteger(1);
  CHECK(message.status().ok());
  CHECK(GetErrorCode(message.Write().status()) == ErrorCode::kInvalidRequest);
}

TEST_CASE("Bytes that are no message are refused, whatever they claim to hold") {
  const std::string sound = SomeProduce(3);
  const auto read = [](const std::string& bytes) {
    return AnyMessage::Read(ApiKey::kProduce, Side::kRequest, 3, bytes).status();
  };
  CHECK(read(sound).ok());
  for (std::size_t size = 0; size < sound.size(); ++size)
    CHECK_FALSE(read(sound.substr(0, size)).ok());
  CHECK_FALSE(read(sound + "x").ok());
  std::string lying = sound;
  lying[8] = '\x7f';  // of topics
  CHECK(absl::IsInvalidArgument(read(lying)));
  CHECK(absl::IsNotFound(AnyMessage::Make(static_cast<ApiKey>(999), Side::kRequest, 0).status()));
  CHECK(GetErrorCode(AnyMessage::Make(ApiKey::kProduce, Side::kRequest, 2).status()) ==
        ErrorCode::kUnsupportedVersion);
}

}  // namespace
}  // namespace rill::wire
