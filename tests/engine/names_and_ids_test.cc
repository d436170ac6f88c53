// Topic names, topic ids, and the names of partition folders.

#include <set>
#include <string>

#include "catch.h"
#include "engine/data_folder.h"
#include "engine/topic_name.h"
#include "engine/uuid.h"
#include "rill/error.h"

namespace rill::engine {
namespace {

TEST_CASE("A topic's name has letters, digits, dots, dashes and underscores, 249 at most") {
  for (const std::string name : {"a", "orders", "a.b_c-D9", "...", "-", "__consumer_offsets"}) {
    CAPTURE(name);
    CHECK(CheckTopicName(name).ok());
  }
  CHECK(CheckTopicName(std::string(249, 'x')).ok());
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string(250, 'x'),
        std::string("a b"), std::string("a/b"), std::string("a\n"), std::string("caf\xc3\xa9"),
        std::string("a\0b", 3)}) {
    CAPTURE(name);
    const auto status = CheckTopicName(name);
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(GetErrorCode(status) == ErrorCode::kInvalidTopic);
  }
}

TEST_CASE("A refused topic name is told with the byte and its position") {
  CHECK(
      CheckTopicName("a b").message() ==
      "the topic's name has the byte 0x20 at position 1; only ASCII letters, digits, '.', '_' and "
      "'-' are allowed");
}

TEST_CASE("Names that differ in dots and underscores only have one collision key") {
  CHECK(TopicCollisionKey("a.b_c") == TopicCollisionKey("a_b.c"));
  CHECK(TopicCollisionKey("a.b") != TopicCollisionKey("a-b"));
}

TEST_CASE("A random id is new, has 22 characters, and is never reserved nor begins with a dash") {
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i) {
    const Uuid id = Uuid::Random();
    const std::string text = id.ToString();
    CHECK(text.size() == Uuid::kTextSize);
    CHECK(text.front() != '-');
    CHECK_FALSE(id.IsReserved());
    CHECK(Uuid::Parse(text) == id);
    CHECK(seen.insert(text).second);
  }
}

TEST_CASE("Ids are written as Kafka writes them") {
  // Kafka's own metadata topic has the id 0:1.
  Uuid metadata = *Uuid::Parse("AAAAAAAAAAAAAAAAAAAAAQ");
  CHECK(metadata.bytes().back() == 1);
  CHECK(metadata.IsReserved());
  CHECK(Uuid().ToString() == "AAAAAAAAAAAAAAAAAAAAAA");
  std::array<std::uint8_t, 16> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 17);
  CHECK(Uuid(bytes).ToString() == "ABEiM0RVZneImaq7zN3u_w");
}

TEST_CASE("Text that is no id as Kafka writes it is not taken for one") {
  for (const char* text :
       {"", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAA+A",
        "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAA=="}) {
    CAPTURE(text);
    CHECK_FALSE(Uuid::Parse(text).has_value());
  }
}

TEST_CASE("A partition's folder is the topic's name, a dash and the number") {
  CHECK(PartitionFolderName("a-1", 3) == "a-1-3");
  const auto parsed = ParsePartitionFolderName("a-1-3");
  REQUIRE(parsed.has_value());
  CHECK(parsed->topic == "a-1");
  CHECK(parsed->partition == 3);
  for (const char* name :
       {"a", "a-", "-3", "a-03", "a--1", "a-x", "a-3.log", "a b-3", "a-99999999999"}) {
    CAPTURE(name);
    const auto other = ParsePartitionFolderName(name);
    CHECK_FALSE((other.has_value() && other->topic == "a"));
  }
}

TEST_CASE("The folder of a deleted partition has a new name each time, 255 characters at most") {
  const std::string one = DeletedFolderName("orders", 7);
  CHECK(one.find("orders-7.") == 0);
  CHECK(IsDeletedFolderName(one));
  CHECK(DeletedFolderName("orders", 7) != one);
  const std::string longest = DeletedFolderName(std::string(249, 'x'), 12345);
  CHECK(longest.size() == 255);
  CHECK(IsDeletedFolderName(longest));
  for (const char* name : {"orders-7", "orders-7-delete", "orders-7.0123-delete",
                           "x.0123456789abcdef0123456789abcdef-delete", "-delete"}) {
    CAPTURE(name);
    CHECK_FALSE(IsDeletedFolderName(name));
  }
}

}  // namespace
}  // namespace rill::engine
