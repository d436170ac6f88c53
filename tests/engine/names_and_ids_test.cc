// Topic names, topic ids, and the names of partition folders.

#include <set>
#include <string>

#include "base/uuid.h"
#include "catch.h"
#include "engine/data_folder.h"
#include "engine/topic_name.h"
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
