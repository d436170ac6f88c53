#include "engine/group/offset_records.h"

#include <random>

#include "assignor_vectors.h"  // BytesFromHex
#include "catch.h"
#include "engine/group/java_string.h"
#include "rill/error.h"

// The bytes were written by Apache Kafka 4.3.1's own classes.

namespace rill::engine {
namespace {

OffsetCommitValue Commit() {
  OffsetCommitValue value;
  value.offset = 42;
  value.leader_epoch = 7;
  value.metadata = "note";
  value.commit_timestamp = 1'000'000'000'000;
  return value;
}

GroupMetadataValue Group() {
  GroupMetadataValue value;
  value.protocol_type = "consumer";
  value.generation = 5;
  value.protocol = "range";
  value.leader = "m-1";
  value.current_state_timestamp = 1'000'000'000'000;
  value.members.push_back({"m-1", "inst", "c", "/127.0.0.1", 300'000, 45'000,
                           std::string("\1\2\3", 3), std::string("\4", 1)});
  value.members.push_back({"m-2", std::nullopt, "c", "/::1", 1, 2, "", ""});
  return value;
}

const char* const kGroups[] = {
    "00000008636f6e73756d657200000005000572616e676500036d2d310000000200036d2d31000163000a2f3132372e"
    "302e302e310000afc800000003010203000000010400036d2d3200016300042f3a3a3100000002000000000000000"
    "0",
    "00010008636f6e73756d657200000005000572616e676500036d2d310000000200036d2d31000163000a2f3132372e"
    "302e302e31000493e00000afc800000003010203000000010400036d2d3200016300042f3a3a310000000100000002"
    "0000000000000000",
    "00020008636f6e73756d657200000005000572616e676500036d2d31000000e8d4a510000000000200036d2d310001"
    "63000a2f3132372e302e302e31000493e00000afc800000003010203000000010400036d2d3200016300042f3a3a31"
    "00000001000000020000000000000000",
    "00030008636f6e73756d657200000005000572616e676500036d2d31000000e8d4a510000000000200036d2d310004"
    "696e7374000163000a2f3132372e302e302e31000493e00000afc800000003010203000000010400036d2d32ffff00"
    "016300042f3a3a3100000001000000020000000000000000",
    "000409636f6e73756d6572000000050672616e6765046d2d31000000e8d4a5100003046d2d3105696e737402630b2f"
    "3132372e302e302e31000493e00000afc804010203020400046d2d32000263052f3a3a310000000100000002010100"
    "00"};

TEST_CASE("keys are written as Kafka writes them, and read back") {
  const OffsetCommitKey commit{"billing", "orders", 3};
  CHECK(EncodeKey(commit) == BytesFromHex("0001000762696c6c696e6700066f726465727300000003"));
  CHECK(DecodeKey(EncodeKey(commit)).value() == OffsetsTopicKey(commit));
  const GroupMetadataKey group{"billing"};
  CHECK(EncodeKey(group) == BytesFromHex("0002000762696c6c696e67"));
  CHECK(DecodeKey(EncodeKey(group)).value() == OffsetsTopicKey(group));
}

TEST_CASE("the oldest offset commit key reads as the newer one, and later kinds are told apart") {
  CHECK(DecodeKey(BytesFromHex("0000000762696c6c696e6700066f726465727300000003")).value() ==
        OffsetsTopicKey(OffsetCommitKey{"billing", "orders", 3}));
  CHECK(DecodeKey(BytesFromHex("000b000762696c6c696e67")).value() ==
        OffsetsTopicKey(UnknownKey{11}));
}

TEST_CASE("offset commits are written in Kafka's version 4") {
  CHECK(EncodeValue(Commit()) ==
        BytesFromHex("0004000000000000002a00000007056e6f7465000000e8d4a5100000"));
}

TEST_CASE("an offset commit with a topic id carries it as a tagged field") {
  OffsetCommitValue value = Commit();
  value.metadata = "";
  for (std::uint8_t i = 0; i < 16; ++i) value.topic_id[i] = static_cast<std::uint8_t>(i + 1);
  const std::string bytes = BytesFromHex(
      "0004000000000000002a0000000701000000e8d4a510000100100102030405060708090a0b0c0d0e0f10");
  CHECK(EncodeValue(value) == bytes);
  CHECK(DecodeOffsetCommitValue(bytes).value() == value);
}

TEST_CASE("an offset commit with a time to expire is written in version 1") {
  OffsetCommitValue value = Commit();
  value.expire_timestamp = 1'000'000'600'000;
  const std::string bytes =
      BytesFromHex("0001000000000000002a00046e6f7465000000e8d4a51000000000e8d4ae37c0");
  CHECK(EncodeValue(value) == bytes);
  value.leader_epoch = -1;
  CHECK(DecodeOffsetCommitValue(bytes).value() == value);
}

TEST_CASE("offset commits of all versions are read") {
  OffsetCommitValue value = Commit();
  CHECK(DecodeOffsetCommitValue(
            BytesFromHex("0003000000000000002a0000000700046e6f7465000000e8d4a51000"))
            .value() == value);
  CHECK(DecodeOffsetCommitValue(EncodeValue(value)).value() == value);
  value.leader_epoch = -1;
  for (const char* version : {"0000", "0002"}) {
    const std::string bytes =
        BytesFromHex(std::string(version) + "000000000000002a00046e6f7465000000e8d4a51000");
    CHECK(DecodeOffsetCommitValue(bytes).value() == value);
  }
}

TEST_CASE("group metadata is written in Kafka's version 3") {
  CHECK(EncodeValue(Group()) == BytesFromHex(kGroups[3]));
  GroupMetadataValue empty;
  empty.protocol_type = "consumer";
  empty.generation = 6;
  empty.current_state_timestamp = 1'000'000'000'000;
  CHECK(EncodeValue(empty) ==
        BytesFromHex("00030008636f6e73756d657200000006ffffffff000000e8d4a5100000000000"));
  CHECK(DecodeGroupMetadataValue(EncodeValue(empty)).value() == empty);
}

TEST_CASE("group metadata of all versions is read") {
  GroupMetadataValue value = Group();
  CHECK(DecodeGroupMetadataValue(BytesFromHex(kGroups[4])).value() == value);
  CHECK(DecodeGroupMetadataValue(BytesFromHex(kGroups[3])).value() == value);
  value.members[0].group_instance_id = std::nullopt;
  CHECK(DecodeGroupMetadataValue(BytesFromHex(kGroups[2])).value() == value);
  value.current_state_timestamp = -1;
  CHECK(DecodeGroupMetadataValue(BytesFromHex(kGroups[1])).value() == value);
  for (GroupMetadataMember& member : value.members) member.rebalance_timeout_ms = -1;
  CHECK(DecodeGroupMetadataValue(BytesFromHex(kGroups[0])).value() == value);
}

TEST_CASE("bytes that are cut short are refused, wherever they are cut") {
  for (const char* hex : kGroups) {
    const std::string whole = BytesFromHex(hex);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto value = DecodeGroupMetadataValue(std::string_view(whole).substr(0, size));
      REQUIRE_FALSE(value.ok());
      CHECK(GetErrorCode(value.status()) == ErrorCode::kInvalidRecord);
    }
  }
  const std::string key = EncodeKey(OffsetCommitKey{"g", "t", 1});
  for (std::size_t size = 0; size < key.size(); ++size) {
    CHECK_FALSE(DecodeKey(std::string_view(key).substr(0, size)).ok());
  }
}

TEST_CASE("an unknown version is refused by name") {
  const auto value = DecodeOffsetCommitValue(BytesFromHex("0005000000000000002a"));
  REQUIRE_FALSE(value.ok());
  CHECK(std::string(value.status().message()).find("version 5") != std::string::npos);
}

TEST_CASE("counts that the bytes cannot hold are refused before memory is taken") {
  std::string bytes = BytesFromHex(kGroups[3]);
  bytes.replace(38, 4, "\x7f\xff\xff\xff");
  CHECK_FALSE(DecodeGroupMetadataValue(bytes).ok());
}

TEST_CASE("no bytes at all make reading go wrong") {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = BytesFromHex(kGroups[random() % 5]);
    for (int changes = 0; changes < 3; ++changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    (void)DecodeGroupMetadataValue(bytes);
    (void)DecodeOffsetCommitValue(bytes);
    (void)DecodeKey(bytes);
  }
}

TEST_CASE("strings hash as in Java, by UTF-16 code units") {
  CHECK(JavaStringHash("") == 0);
  CHECK(JavaStringHash("billing") == -109829509);
  CHECK(JavaStringHash("é中") == 27236);
  CHECK(JavaStringHash("😀x") == 54959989);
  CHECK(JavaStringHash("\xff") == 0xFFFD);
}

TEST_CASE("strings sort as in Java, by UTF-16 code units") {
  CHECK(JavaStringLess("a", "b"));
  CHECK(JavaStringLess("a", "ab"));
  CHECK_FALSE(JavaStringLess("a", "a"));
  CHECK(JavaStringLess("z", "é"));
  CHECK(JavaStringLess("\U0001F600", "\uFF5E"));  // surrogates sort below
  CHECK_FALSE(JavaStringLess("\uFF5E", "\U0001F600"));
  CHECK(JavaStringLess("\uD7FF", "\U0001F600"));
}

TEST_CASE("a group is kept in the partition where Kafka looks for it") {
  CHECK(PartitionForGroup("", 50) == 0);
  CHECK(PartitionForGroup("a", 50) == 47);
  CHECK(PartitionForGroup("billing", 50) == 9);
  CHECK(PartitionForGroup("console-consumer-12345", 50) == 6);
  CHECK(PartitionForGroup("polygenelubricants", 50) == 0);  // its hash has no absolute value
  CHECK(PartitionForGroup("billing", 1) == 0);
}

}  // namespace
}  // namespace rill::engine
