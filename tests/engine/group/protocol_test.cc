#include "engine/group/protocol.h"

#include <random>

#include "assignor_vectors.h"  // BytesFromHex
#include "catch.h"
#include "rill/error.h"

// The bytes were written by Apache Kafka 4.3.1's own classes.

namespace rill::engine {
namespace {

const std::vector<TopicPartition> kOwned = {{"b", 1}, {"a", 2}, {"b", 0}};
const std::vector<TopicPartition> kOwnedInOrder = {{"a", 2}, {"b", 0}, {"b", 1}};

const char* const kSubscriptions[] = {
    "0000000000020001610001620000000109",
    "000100000002000161000162000000010900000002000161000000010000000200016200000002000000000000000"
    "1",
    "00020000000200016100016200000001090000000200016100000001000000020001620000000200000000000000"
    "0100000004",
    "00030000000200016100016200000001090000000200016100000001000000020001620000000200000000000000"
    "010000000400027231"};

TEST_CASE("subscriptions are written as the Java client writes them, in each version") {
  ConsumerSubscription subscription;
  subscription.topics = {"b", "a"};
  subscription.user_data = "\x09";
  subscription.owned_partitions = kOwned;
  subscription.generation = 4;
  subscription.rack = "r1";
  for (std::int16_t version = 0; version <= 3; ++version) {
    CHECK(EncodeSubscription(subscription, version) == BytesFromHex(kSubscriptions[version]));
  }
  ConsumerSubscription bare;
  bare.topics = {"a", "b"};
  CHECK(EncodeSubscription(bare) ==
        BytesFromHex("000300000002000161000162ffffffff00000000ffffffffffff"));
  CHECK(DecodeSubscription(EncodeSubscription(bare)).value() == bare);
}

TEST_CASE("subscriptions of each version are read") {
  ConsumerSubscription expected;
  expected.topics = {"a", "b"};
  expected.user_data = "\x09";
  CHECK(DecodeSubscription(BytesFromHex(kSubscriptions[0])).value() == expected);
  expected.owned_partitions = kOwnedInOrder;
  CHECK(DecodeSubscription(BytesFromHex(kSubscriptions[1])).value() == expected);
  expected.generation = 4;
  CHECK(DecodeSubscription(BytesFromHex(kSubscriptions[2])).value() == expected);
  expected.rack = "r1";
  CHECK(DecodeSubscription(BytesFromHex(kSubscriptions[3])).value() == expected);
}

TEST_CASE("a subscription of a later version is read as far as it is known") {
  std::string bytes = BytesFromHex(kSubscriptions[3]) + "more";
  bytes[1] = 9;
  CHECK(DecodeSubscription(bytes).value().rack == "r1");
}

TEST_CASE("assignments are written as the Java client writes them") {
  CHECK(EncodeAssignment({kOwned, std::nullopt}) ==
        BytesFromHex("00030000000200016200000002000000010000000000016100000001"
                     "00000002ffffffff"));
  CHECK(EncodeAssignment({kOwned, "\x09"}, 0) ==
        BytesFromHex("000000000002000162000000020000000100000000000161000000010000000200000001"
                     "09"));
}

TEST_CASE("an assignment keeps the order of its topics and of each topic's partitions") {
  const auto assignment = DecodeAssignment(EncodeAssignment({kOwned, std::nullopt})).value();
  CHECK(assignment.partitions == std::vector<TopicPartition>{{"b", 1}, {"b", 0}, {"a", 2}});
  CHECK_FALSE(assignment.user_data);
}

TEST_CASE("sticky user data is written as the Java client writes it, in its map's order") {
  const StickyUserData data{{{"orders", 1}, {"a", 2}, {"orders", 0}, {"payments", 5}}, 4};
  const std::string bytes = BytesFromHex(
      "00000003000161000000010000000200087061796d656e7473000000010000000500066f72646572730000"
      "0002000000010000000000000004");
  CHECK(EncodeStickyUserData(data) == bytes);
  const StickyUserData read = DecodeStickyUserData(bytes);
  CHECK(read.generation == 4);
  CHECK(read.partitions ==
        std::vector<TopicPartition>{{"a", 2}, {"payments", 5}, {"orders", 1}, {"orders", 0}});
}

TEST_CASE("sticky user data without a generation is of before there was one") {
  std::string bytes = EncodeStickyUserData({{{"a", 2}}, 4});
  bytes.resize(bytes.size() - 4);
  const StickyUserData read = DecodeStickyUserData(bytes);
  CHECK_FALSE(read.generation);
  CHECK(read.partitions.size() == 1);
}

TEST_CASE("user data that cannot be read says that the member had nothing") {
  const StickyUserData read = DecodeStickyUserData("\x7f\xff\xff\xff nonsense");
  CHECK(read.partitions.empty());
  CHECK(read.generation == -1);
  CHECK(DecodeCooperativeUserData("\x01") == -1);
  CHECK(DecodeCooperativeUserData(EncodeCooperativeUserData(7)) == 7);
  CHECK(EncodeCooperativeUserData(-1) == BytesFromHex("ffffffff"));
}

TEST_CASE("bytes that are cut short are refused, with what and where") {
  const std::string whole = BytesFromHex(kSubscriptions[3]);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = DecodeSubscription(std::string_view(whole).substr(0, size));
    REQUIRE_FALSE(read.ok());
    CHECK(GetErrorCode(read.status()) == ErrorCode::kInvalidRecord);
    CHECK(std::string(read.status().message()).starts_with("consumer subscription"));
  }
  CHECK_FALSE(DecodeAssignment(BytesFromHex("00037fffffff")).ok());
  CHECK_FALSE(DecodeAssignment(BytesFromHex("ffff0000000000000000")).ok());
}

TEST_CASE("no bytes at all make reading subscriptions and assignments go wrong") {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = BytesFromHex(kSubscriptions[random() % 4]);
    for (int changes = 0; changes < 3; ++changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    (void)DecodeSubscription(bytes);
    (void)DecodeAssignment(bytes);
    (void)DecodeStickyUserData(bytes);
  }
}

}  // namespace
}  // namespace rill::engine
