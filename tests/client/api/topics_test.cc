#include <algorithm>

#include "place.h"

namespace rill::testing {

TEST_CASE("topics are made, found, listed and deleted") {
  Place place(ANY_PLACE);
  const std::string name = place.Name("orders");
  const Topic made = Get(place.engine().CreateTopic(name, {.partitions = 3}));
  CHECK(made.name() == name);
  CHECK(made.id().size() == 22);
  CHECK(made.partition_count() == 3);
  CHECK(Get(place.engine().FindTopic(name)).id() == made.id());
  CHECK(Get(place.engine().EnsureTopic(name, {.partitions = 7})).partition_count() == 3);
  const auto names = place.engine().ListTopics();
  CHECK(std::count(names.begin(), names.end(), name) == 1);
  CHECK(place.engine().DeleteTopic(name).ok());
  CHECK(place.engine().FindTopic(name).status().code() == absl::StatusCode::kNotFound);
  const auto left = place.engine().ListTopics();
  CHECK(std::count(left.begin(), left.end(), name) == 0);
}

TEST_CASE("a topic that is deleted and made again is another one") {
  Place place(ANY_PLACE);
  const std::string name = place.Name("again");
  const Topic first = Get(place.engine().CreateTopic(name, {.partitions = 1}));
  REQUIRE(place.engine().DeleteTopic(name).ok());
  const Topic second = Get(place.engine().CreateTopic(name, {.partitions = 2}));
  CHECK(second.id() != first.id());
  CHECK(second.partition_count() == 2);
}

TEST_CASE("what cannot be done to a topic is refused with Kafka's code") {
  Place place(ANY_PLACE);
  Engine& engine = place.engine();
  const std::string name = place.MakeTopic("there", 2).name();
  const auto refused = [](const absl::Status& status, absl::StatusCode kind, ErrorCode code) {
    INFO(status);
    CHECK(status.code() == kind);
    CHECK(std::string(ErrorCodeName(GetErrorCode(status))) == ErrorCodeName(code));
  };
  refused(engine.CreateTopic(name, {.partitions = 1}).status(), absl::StatusCode::kAlreadyExists,
          ErrorCode::kTopicAlreadyExists);
  refused(engine.CreateTopic("no/name").status(), absl::StatusCode::kInvalidArgument,
          ErrorCode::kInvalidTopic);
  refused(engine.CreateTopic(place.Name("none"), {.partitions = 0}).status(),
          absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidPartitions);
  refused(engine.CreateTopic(place.Name("bad"), {.partitions = 1, .configs = {{"no.such", "1"}}})
              .status(),
          absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig);
  refused(engine.CreatePartitions(name, 1), absl::StatusCode::kInvalidArgument,
          ErrorCode::kInvalidPartitions);
  refused(engine.AlterTopicConfigs(name, {{"retention.ms", "soon"}}),
          absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig);
  const std::string missing = place.Name("missing");
  for (const absl::Status& status :
       {engine.FindTopic(missing).status(), engine.DeleteTopic(missing),
        engine.DescribeTopic(missing).status(), engine.CreatePartitions(missing, 4),
        engine.AlterTopicConfigs(missing, {{"retention.ms", "1000"}})}) {
    refused(status, absl::StatusCode::kNotFound, ErrorCode::kUnknownTopicOrPartition);
  }
}

TEST_CASE("a topic grows, and all its handles know") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("growing", 2);
  CHECK(place.engine().CreatePartitions(topic.name(), 5).ok());
  CHECK(topic.partition_count() == 5);
  CHECK(Get(place.engine().DescribeTopic(topic.name())).partitions == 5);
}

TEST_CASE("configs of a topic are set, described with where they come from, and taken back") {
  Place place(ANY_PLACE);
  const Topic topic = place.MakeTopic("kept", 1, {{"retention.ms", "3600000"}});
  const auto config = [&](const std::string& name) {
    const TopicDescription description = Get(place.engine().DescribeTopic(topic.name()));
    CHECK(description.id == topic.id());
    return description.configs.at(name);
  };
  CHECK(config("retention.ms").value == "3600000");
  CHECK(config("retention.ms").source == ConfigSource::kDynamicTopicConfig);
  CHECK(config("cleanup.policy").source != ConfigSource::kDynamicTopicConfig);
  CHECK(config("cleanup.policy").value == "delete");
  REQUIRE(place.engine()
              .AlterTopicConfigs(topic.name(),
                                 {{"cleanup.policy", "compact"}, {"retention.ms", std::nullopt}})
              .ok());
  CHECK(Eventually([&] { return config("cleanup.policy").value == "compact"; }));
  CHECK(config("retention.ms").source != ConfigSource::kDynamicTopicConfig);
}

TEST_CASE("after Close an engine says that it is closed") {
  Place place(ANY_PLACE);
  const std::string name = place.MakeTopic("left").name();
  CHECK(place.engine().Close().ok());
  CHECK(place.engine().Close().ok());
  CHECK(place.engine().FindTopic(name).status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(place.engine().NewProducer().status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(place.engine().NewConsumer().status().code() == absl::StatusCode::kFailedPrecondition);
}

}  // namespace rill::testing
