#include "engine/group/consumer_group_records.h"

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "assignor_vectors.h"  // BytesFromHex
#include "catch.h"
#include "engine/group/offset_records.h"

// The bytes were written by Apache Kafka 4.4.0's own classes.

namespace rill::engine {
namespace {

using Type = ConsumerGroupRecordType;

base::Uuid Topic(std::uint8_t first) {
  std::array<std::uint8_t, base::Uuid::kSize> bytes = {};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return base::Uuid(bytes);
}

const base::Uuid kOrders = Topic(0x01);
const base::Uuid kReturns = Topic(0x11);

TEST_CASE("keys of a consumer group's records are written as Kafka writes them, and read back") {
  const std::pair<ConsumerGroupRecordKey, const char*> keys[] = {
      {{Type::kEpoch, "billing"}, "0003000762696c6c696e67"},
      {{Type::kMember, "billing", "m-1"}, "0005000762696c6c696e6700036d2d31"},
      {{Type::kTargetEpoch, "billing"}, "0006000762696c6c696e67"},
      {{Type::kTarget, "billing", "m-1"}, "0007000762696c6c696e6700036d2d31"},
      {{Type::kCurrent, "billing", "m-1"}, "0008000762696c6c696e6700036d2d31"},
      {{Type::kRegex, "billing", "o.*"}, "0010000762696c6c696e6700036f2e2a"},
  };
  for (const auto& [key, hex] : keys) {
    CHECK(EncodeKey(key) == BytesFromHex(hex));
    CHECK(DecodeKey(BytesFromHex(hex)).value() == OffsetsTopicKey(key));
  }
}

TEST_CASE("epochs of a consumer group are written as Kafka writes them") {
  const ConsumerGroupEpochValue epoch{7};
  CHECK(EncodeValue(epoch) == BytesFromHex("00000000000700"));
  CHECK(DecodeConsumerGroupEpochValue(EncodeValue(epoch)).value() == epoch);
  // What Kafka 4.1 and later add: a hash of the topics' metadata, as tagged field 0.
  CHECK(DecodeConsumerGroupEpochValue(BytesFromHex("0000000000070100080102030405060708")).value() ==
        epoch);
  const ConsumerGroupTargetEpochValue target{7};
  CHECK(EncodeValue(target) == BytesFromHex("00000000000700"));
  CHECK(DecodeConsumerGroupTargetEpochValue(EncodeValue(target)).value() == target);
}

TEST_CASE("epochs that no group goes on from, and other versions, are refused") {
  for (const char* hex : {"0000ffffffff00", "00010000000700", "0000000000", "", "00000000000701"}) {
    CHECK_FALSE(DecodeConsumerGroupEpochValue(BytesFromHex(hex)).ok());
    CHECK_FALSE(DecodeConsumerGroupTargetEpochValue(BytesFromHex(hex)).ok());
  }
}

TEST_CASE("an epoch behind which there is no room is read as one that has some") {
  const auto read = DecodeConsumerGroupEpochValue(BytesFromHex("00007fffffff00")).value();
  CHECK(read.epoch == INT32_MAX / 2);
}

TEST_CASE("what a regular expression stands for is written as Kafka writes it") {
  const ConsumerGroupRegexValue value{{"orders", "others"}, 1'000'000'000'000};
  const std::string bytes =
      BytesFromHex("000003076f7264657273076f74686572730000000000000000000000e8d4a5100000");
  CHECK(EncodeValue(value) == bytes);
  CHECK(DecodeConsumerGroupRegexValue(bytes).value() == value);
}

TEST_CASE("what a member said of itself is written as Kafka writes it") {
  const ConsumerGroupMemberValue all{.instance_id = "i",
                                     .rack_id = "r",
                                     .client_id = "c",
                                     .client_host = "/127.0.0.1",
                                     .topics = {"orders", "returns"},
                                     .regex = "o.*",
                                     .rebalance_timeout_ms = 300'000,
                                     .assignor = "uniform"};
  CHECK(
      EncodeValue(all) ==
      BytesFromHex("00000269027202630b2f3132372e302e302e3103076f72646572730872657475726e73046f2e2a"
                   "000493e008756e69666f726d00"));
  CHECK(DecodeConsumerGroupMemberValue(EncodeValue(all)).value() == all);
  const ConsumerGroupMemberValue least{
      .client_id = "c", .client_host = "h", .rebalance_timeout_ms = 5};
  CHECK(EncodeValue(least) == BytesFromHex("00000000026302680100000000050000"));
  CHECK(DecodeConsumerGroupMemberValue(EncodeValue(least)).value() == least);
}

TEST_CASE("a member of the classic protocol is written with what it knows of that") {
  const ConsumerGroupMemberValue value{
      .client_id = "c",
      .client_host = "h",
      .topics = {"orders"},
      .rebalance_timeout_ms = 5,
      .classic = ClassicMemberValue{.session_timeout_ms = 45'000,
                                    .protocols = {{"range", std::string("\1\2\3", 3)}}}};
  const std::string bytes = BytesFromHex(
      "000000000263026802076f7264657273000000000500010012010000afc8020672616e6765040102030000");
  CHECK(EncodeValue(value) == bytes);
  CHECK(DecodeConsumerGroupMemberValue(bytes).value() == value);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(DecodeConsumerGroupMemberValue(bytes.substr(0, size)).ok());
  }
  // A protocol is what it is told by.
  CHECK_FALSE(DecodeConsumerGroupMemberValue(
                  BytesFromHex("000000000263026802076f7264657273000000000500010007010000afc80100"))
                  .ok());
}

TEST_CASE("what a member is to have is written as Kafka writes it") {
  const ConsumerGroupTargetValue value{{{kOrders, 0}, {kOrders, 2}, {kReturns, 1}}};
  CHECK(
      EncodeValue(value) ==
      BytesFromHex("0000030102030405060708090a0b0c0d0e0f10030000000000000002001112131415161718191a"
                   "1b1c1d1e1f2002000000010000"));
  CHECK(DecodeConsumerGroupTargetValue(EncodeValue(value)).value() == value);
}

TEST_CASE("what a member has, and must give up, is written as Kafka writes it") {
  const ConsumerGroupCurrentValue value{
      .epoch = 7,
      .previous_epoch = 6,
      .state = ConsumerMemberState::kUnrevokedPartitions,
      .assigned = {{kOrders, 0}, {kOrders, 1}},
      .pending_revocation = {{kOrders, 2}},
      .assignment_epochs = {{{kOrders, 0}, 3}, {{kOrders, 1}, 7}, {{kOrders, 2}, 5}}};
  const std::string bytes = BytesFromHex(
      "0000000000070000000601020102030405060708090a0b0c0d0e0f10030000000000000001010009030000000300"
      "000007020102030405060708090a0b0c0d0e0f100200000002010005020000000500");
  CHECK(EncodeValue(value) == bytes);
  CHECK(DecodeConsumerGroupCurrentValue(bytes).value() == value);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(DecodeConsumerGroupCurrentValue(bytes.substr(0, size)).ok());
  }
}

TEST_CASE("Where Kafka before 4.3 wrote what a member has, it has it since the member's epoch") {
  // Then with one epoch for two partitions, and with a null.
  for (const char* tagged : {"00", "0100050200000003", "01000100"}) {
    const auto value = DecodeConsumerGroupCurrentValue(BytesFromHex(
        std::string("0000000000070000000600020102030405060708090a0b0c0d0e0f10030000000000000001") +
        tagged + "0100"));
    CAPTURE(tagged);
    REQUIRE(value.ok());
    CHECK(value->assignment_epochs == AssignmentEpochs{{{kOrders, 0}, 7}, {{kOrders, 1}, 7}});
  }
}

TEST_CASE("A partition that a record has as assigned and as to be given up is assigned") {
  const std::string topic = "020102030405060708090a0b0c0d0e0f1002000000000100050200000003";
  const auto value = DecodeConsumerGroupCurrentValue(
      BytesFromHex("0000000000070000000601" + topic + topic + "00"));
  INFO(value.status().ToString());
  REQUIRE(value.ok());
  CHECK(value->assigned == IdPartitions{{kOrders, 0}});
  CHECK(value->pending_revocation.empty());
  CHECK(value->assignment_epochs == AssignmentEpochs{{{kOrders, 0}, 3}});
}

TEST_CASE("states that no member is in, and arrays longer than their bytes, are refused") {
  CHECK_FALSE(DecodeConsumerGroupCurrentValue(BytesFromHex("00000000000700000006030100")).ok());
  CHECK_FALSE(DecodeConsumerGroupTargetValue(BytesFromHex("0000ffffffff0f")).ok());
  CHECK_FALSE(DecodeConsumerGroupMemberValue(BytesFromHex("0000010102630268ffffffff07")).ok());
}

}  // namespace
}  // namespace rill::engine
