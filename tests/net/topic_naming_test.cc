#include <string>
#include <vector>

#include "catch.h"
#include "net/node_under_test.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/metadata.h"

// Topics that are not made, and not deleted, for how they are named.
namespace rill::net {
namespace {

constexpr char kMetadata[] = "__cluster_metadata";

wire::CreateTopicsRequest ToMake(const std::vector<std::string>& names) {
  wire::CreateTopicsRequest request;
  for (const std::string& name : names) {
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = topic.replication_factor = 1;
  }
  return request;
}

using Deleted = wire::DeleteTopicsResponse::Topic;

class TopicsToDelete {
 public:
  TopicsToDelete() {
    node_.MakeTopic("orders", 1);
    node_.MakeTopic("bills", 1);
  }

  std::vector<Deleted> Delete(const std::vector<wire::DeleteTopicsRequest::Topic>& topics) {
    wire::DeleteTopicsRequest request;
    request.topics = topics;
    return node_.Ask(&HandleDeleteTopics, request, 6).responses;
  }
  base::Uuid IdOf(const std::string& name) { return (*node_.engine().FindTopic(name))->uuid(); }
  NodeUnderTest& node() { return node_; }

 private:
  NodeUnderTest node_;
};

void CheckRefusedOnce(const std::vector<Deleted>& answered, const std::string& why) {
  REQUIRE(answered.size() == 1);
  CHECK(answered[0].error_code == ErrorCode::kInvalidRequest);
  CHECK(answered[0].error_message == why);
}

TEST_CASE("A topic that is to be deleted twice stays, and is answered once") {
  TopicsToDelete topics;
  const base::Uuid id = topics.IdOf("orders");
  CheckRefusedOnce(topics.Delete({{"orders", {}}, {"orders", {}}}), "Duplicate topic name.");
  CheckRefusedOnce(topics.Delete({{std::nullopt, id}, {std::nullopt, id}}), "Duplicate topic id.");
  const std::string both = "The provided topic name maps to an ID that was already supplied.";
  CheckRefusedOnce(topics.Delete({{"orders", {}}, {std::nullopt, id}}), both);
  CheckRefusedOnce(topics.Delete({{std::nullopt, id}, {"orders", {}}}), both);
  CheckRefusedOnce(topics.Delete({{"none", {}}, {"none", {}}}), "Duplicate topic name.");
  CheckRefusedOnce(topics.Delete({{"orders", id}}),
                   "You may not specify both topic name and topic id.");
  const auto thrice = topics.Delete({{"orders", {}}, {std::nullopt, id}, {"orders", {}}});
  CHECK(thrice.size() == 2);
  for (const Deleted& answered : thrice) CHECK(answered.error_code == ErrorCode::kInvalidRequest);
  CHECK(topics.node().engine().FindTopic("orders").ok());
}

TEST_CASE("Beside a topic that is named twice others are deleted") {
  TopicsToDelete topics;
  const auto answered = topics.Delete({{"orders", {}}, {"bills", {}}, {"orders", {}}});
  REQUIRE(answered.size() == 2);
  CHECK(answered[0].name == "orders");
  CHECK(answered[0].error_code == ErrorCode::kInvalidRequest);
  CHECK(answered[1].name == "bills");
  CHECK(answered[1].error_code == ErrorCode::kNone);
  wire::DeleteTopicsRequest by_name;
  by_name.topic_names = {"orders", "orders"};
  CHECK(topics.node().Ask(&HandleDeleteTopics, by_name, 5).responses.size() == 1);
  CHECK(topics.node().engine().FindTopic("orders").ok());
  CHECK_FALSE(topics.node().engine().FindTopic("bills").ok());
}

TEST_CASE("A topic that is to be made twice is not, and is answered once") {
  NodeUnderTest node;
  const auto made = node.Ask(&HandleCreateTopics, ToMake({"a", "b", "a"}), 7);
  REQUIRE(made.topics.size() == 2);
  CHECK(made.topics[0].error_code == ErrorCode::kInvalidRequest);
  CHECK(made.topics[0].error_message == "Duplicate topic name.");
  CHECK(made.topics[1].error_code == ErrorCode::kNone);
  CHECK(node.engine().ListTopics(true) == std::vector<std::string>{"b"});
}

TEST_CASE("Nobody makes a topic with the name of a Kafka broker's metadata") {
  NodeUnderTest node;
  auto request = ToMake({kMetadata});
  request.topics[0].num_partitions = 0;  // what else is wrong with it does not matter
  for (const bool only_validate : {true, false}) {
    request.validate_only = only_validate;
    const auto made = node.Ask(&HandleCreateTopics, request, 7);
    CHECK(made.topics.at(0).error_code == ErrorCode::kInvalidRequest);
    CHECK(made.topics[0].error_message ==
          "Creation of internal topic __cluster_metadata is prohibited.");
  }
  wire::MetadataRequest asked;
  asked.topics.emplace().emplace_back().name = kMetadata;
  asked.allow_auto_topic_creation = true;
  CHECK_FALSE(MakesTopics(node.At(12), asked));
  CHECK(node.Ask(&HandleMetadata, asked, 12).topics.at(0).error_code ==
        ErrorCode::kUnknownTopicOrPartition);
  CHECK(GetErrorCode(node.engine().CreateTopic(kMetadata, {}).status()) ==
        ErrorCode::kInvalidRequest);
  CHECK(node.engine().ListTopics(true).empty());
}

}  // namespace
}  // namespace rill::net
