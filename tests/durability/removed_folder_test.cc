// Somebody removes files or the whole folder from under an engine that is running.

#include <filesystem>
#include <string>

#include "catch.h"
#include "client/client_test.h"
#include "rill/rill.h"

namespace rill::testing {
namespace {

const Options kByCaller = {.maintenance = Options::Maintenance::kByCaller};

absl::Status Send(Producer& producer, const Topic& topic, std::string_view value,
                  std::int32_t partition = 0) {
  return producer.Send(topic, {.value = value, .partition = partition}).Wait().status();
}

TEST_CASE("An append that is to be flushed is not acknowledged once its file is gone") {
  const Folder folder;
  Engine engine = Get(Open(folder.data(), kByCaller));
  const Topic topic = MakeTopic(engine, "gone", 1, {{"flush.messages", "1"}});
  const Topic other = MakeTopic(engine, "other", 1, {{"flush.messages", "1"}});
  Producer producer = Get(engine.NewProducer());
  REQUIRE(Send(producer, topic, "before").ok());
  REQUIRE(Send(producer, other, "before").ok());
  std::filesystem::remove_all(folder.data() + "/gone-0");
  const auto refused = Send(producer, topic, "lost");
  CHECK(absl::IsDataLoss(refused));
  CHECK(Says(refused, "gone-0/00000000000000000000.log is gone"));
  CHECK(EndOf(topic) == 1);
  CHECK(absl::IsDataLoss(Send(producer, topic, "lost, too")));
  CHECK(Send(producer, other, "goes on").ok());
  CHECK(Values(other) == std::vector<std::string>{"before", "goes on"});
}

TEST_CASE("Appends that are not flushed are refused once the maintenance misses their file") {
  const Folder folder;
  Engine engine = Get(Open(folder.data(), kByCaller));
  const Topic topic = MakeTopic(engine, "gone");
  Producer producer = Get(engine.NewProducer());
  REQUIRE(Send(producer, topic, "before").ok());
  std::filesystem::remove_all(folder.data() + "/gone-0");
  engine.RunMaintenance();
  CHECK(absl::IsDataLoss(Send(producer, topic, "lost")));
  CHECK(Values(topic).size() == 1);
}

TEST_CASE("A data folder that is removed is told of by every change, and can be made anew") {
  const Folder folder;
  {
    Engine engine = Get(Open(folder.data(), kByCaller));
    const Topic topic =
        MakeTopic(engine, "t", 2, {{"index.interval.bytes", "0"}, {"segment.index.bytes", "12"}});
    Producer producer = Get(engine.NewProducer());
    Consumer consumer = Get(engine.NewConsumer({.group = "g"}));
    REQUIRE(Send(producer, topic, "before").ok());
    std::filesystem::remove_all(folder.data());
    CHECK_FALSE(engine.CreateTopic("another").ok());
    CHECK_FALSE(engine.DeleteTopic("t").ok());
    CHECK_FALSE(engine.AlterTopicConfigs("t", {{"retention.ms", "1"}}).ok());
    CHECK_FALSE(consumer.Commit({{{"t", 0}, {.offset = 1}}}).ok());
    CHECK_FALSE(engine.Flush().ok());
    const auto unmade = Send(producer, topic, "lost", 1);  // has no folder yet
    CHECK(absl::IsFailedPrecondition(unmade));
    CHECK(Says(unmade, "is gone"));
    absl::Status refused;
    for (int i = 0; i < 10; ++i) refused.Update(Send(producer, topic, "lost"));
    INFO(refused);
    CHECK_FALSE(refused.ok());
    engine.RunMaintenance();
    // What was mapped is still readable.
    CHECK(Values(topic) == std::vector<std::string>{"before"});
    CHECK_FALSE(engine.Close().ok());
  }
  Engine engine = Get(Open(folder.data(), kByCaller));
  CHECK(engine.ListTopics().empty());
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer());
  CHECK(Send(producer, topic, "anew").ok());
  CHECK(engine.Close() == absl::OkStatus());
}

}  // namespace
}  // namespace rill::testing
