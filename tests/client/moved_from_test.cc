#include <string>
#include <utility>

#include "client_test.h"

namespace rill::testing {
namespace {

bool SaysSo(const absl::Status& status) {
  return status.code() == absl::StatusCode::kFailedPrecondition && Says(status, "moved from");
}

TEST_CASE("an engine that was moved from says so") {
  Engine engine = OpenMemory();
  MakeTopic(engine, "t");
  Engine taken = std::move(engine);
  CHECK(taken.FindTopic("t").ok());
  CHECK(SaysSo(engine.CreateTopic("u").status()));
  CHECK(SaysSo(engine.EnsureTopic("u").status()));
  CHECK(SaysSo(engine.FindTopic("t").status()));
  CHECK(SaysSo(engine.DeleteTopic("t")));
  CHECK(engine.ListTopics().empty());
  CHECK(SaysSo(engine.DescribeTopic("t").status()));
  CHECK(SaysSo(engine.CreatePartitions("t", 2)));
  CHECK(SaysSo(engine.AlterTopicConfigs("t", {})));
  CHECK(SaysSo(engine.NewProducer().status()));
  CHECK(SaysSo(engine.NewConsumer().status()));
  CHECK(SaysSo(engine.Subscribe("g", {"t"}).status()));
  CHECK(engine.ListGroups().empty());
  CHECK(SaysSo(engine.DescribeGroup("g").status()));
  CHECK(SaysSo(engine.DeleteGroup("g")));
  CHECK(SaysSo(engine.CommittedOffsets("g").status()));
  CHECK(engine.RunMaintenance() == absl::InfiniteFuture());
  CHECK(SaysSo(engine.Flush()));
  CHECK(engine.resource_use().open_files == 0);
  CHECK(engine.Close().ok());
}

TEST_CASE("an engine that is assigned over is closed then") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  Engine next = OpenMemory();
  MakeTopic(next, "u");
  engine = std::move(next);
  CHECK(topic.partition(0).status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(engine.FindTopic("u").ok());
  CHECK(SaysSo(next.FindTopic("t").status()));
}

TEST_CASE("topics and partitions that were moved from go on as before") {
  Engine engine = OpenMemory();
  Topic topic = MakeTopic(engine, "t", 2);
  const Topic taken = std::move(topic);
  CHECK(topic.name() == "t");
  CHECK(topic.id() == taken.id());
  CHECK(topic.partition_count() == 2);
  Producer producer = Get(engine.NewProducer());
  CHECK(producer.Send(topic, {.value = "v", .partition = 0}).Wait().ok());
  Partition partition = Get(topic.partition(0));
  Partition other = Get(topic.partition(1));
  other = std::move(partition);
  CHECK(other.high_watermark() == 1);
  CHECK(partition.topic() == "t");
  CHECK(partition.index() == 0);
  CHECK(partition.high_watermark() == 1);
  CHECK(partition.Read(0).ok());
}

TEST_CASE("a producer that was moved from says so") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer());
  Producer taken = std::move(producer);
  CHECK(taken.Send(topic, {.value = "v"}).Wait().ok());
  CHECK(SaysSo(producer.Send(topic, {.value = "v"}).Wait().status()));
  bool told = false;
  producer.Send(topic, {.value = "v"}, [&](const auto& at) { told = SaysSo(at.status()); });
  CHECK(told);
  CHECK(SaysSo(producer.ClaimRecord(topic, {}, 1).status()));
  CHECK(SaysSo(producer.Flush()));
  CHECK(producer.Close().ok());
}

TEST_CASE("a pending result or a claim that was moved from says so, also after an assignment") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer());
  PendingSend sent = producer.Send(topic, {.value = "v"});
  PendingSend moved = std::move(sent);
  CHECK(Get(moved.Wait()).offset == 0);
  CHECK(SaysSo(sent.Wait().status()));
  CHECK(sent.ready());
  PendingSend next = producer.Send(topic, {.value = "w"});
  moved = std::move(next);
  CHECK(Get(moved.Wait()).offset == 1);
  CHECK(SaysSo(next.Wait().status()));

  Claim claim = Get(producer.ClaimRecord(topic, {}, 1));
  Claim taken = std::move(claim);
  CHECK(claim.value().empty());
  CHECK(SaysSo(claim.Publish().status()));
  taken.value()[0] = 'x';
  CHECK(taken.Publish().ok());
}

TEST_CASE("a consumer that was moved from says so") {
  Engine engine = OpenMemory();
  MakeTopic(engine, "t");
  Consumer consumer = Get(engine.NewConsumer({.group = "g"}));
  Consumer taken = std::move(consumer);
  CHECK(taken.Assign({{"t", 0}}).ok());
  const TopicPartition zero{"t", 0};
  CHECK(SaysSo(consumer.Subscribe({"t"})));
  CHECK(SaysSo(consumer.SubscribePattern("t")));
  CHECK(SaysSo(consumer.Unsubscribe()));
  CHECK(SaysSo(consumer.Assign({zero})));
  CHECK(consumer.subscription().empty());
  CHECK(consumer.assignment().empty());
  CHECK(SaysSo(consumer.Poll(kLong).status()));
  consumer.Wakeup();
  CHECK(SaysSo(consumer.Seek(zero, 0)));
  CHECK(SaysSo(consumer.SeekToBeginning()));
  CHECK(SaysSo(consumer.SeekToEnd()));
  CHECK(SaysSo(consumer.SeekToTime(absl::Now())));
  CHECK(SaysSo(consumer.Position(zero).status()));
  CHECK(SaysSo(consumer.Committed(zero).status()));
  CHECK(SaysSo(consumer.Lag(zero).status()));
  CHECK(SaysSo(consumer.Pause({zero})));
  CHECK(SaysSo(consumer.Resume({zero})));
  CHECK(consumer.paused().empty());
  CHECK(SaysSo(consumer.Commit()));
  CHECK(SaysSo(consumer.Commit(Records())));
  CHECK(SaysSo(consumer.Commit({{zero, {.offset = 0}}})));
  int told = 0;
  consumer.CommitAsync([&](const absl::Status& status) { told += SaysSo(status) ? 1 : 0; });
  consumer.CommitAsync({{zero, {.offset = 0}}},
                       [&](const absl::Status& status) { told += SaysSo(status) ? 1 : 0; });
  CHECK(told == 2);
  CHECK(consumer.member_id().empty());
  CHECK(consumer.Close().ok());
}

}  // namespace
}  // namespace rill::testing
