#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "client_test.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {
namespace {

using Partitions = std::vector<TopicPartition>;

// Members of one group that one thread polls in turn until all is settled.
class Members {
 public:
  void Add(Consumer* consumer) { consumers_.push_back(consumer); }

  void Settle() {
    for (int round = 0; round < 10; ++round) {
      for (Consumer* consumer : consumers_) {
        auto records = consumer->Poll(absl::ZeroDuration());
        INFO(records.status());
        REQUIRE(records.ok());
        for (const Record& record : *records) read.emplace_back(record.value());
      }
    }
  }

  std::vector<std::string> read;

 private:
  std::vector<Consumer*> consumers_;
};

Partitions Sorted(Partitions partitions) {
  std::sort(partitions.begin(), partitions.end());
  return partitions;
}

ConsumerOptions InGroup(const std::string& assignor = "range") {
  ConsumerOptions options;
  options.group = "g";
  options.reset = kEarliest;
  options.partition_assignment_strategy = {assignor};
  return options;
}

TEST_CASE("one member has every partition and reads them all") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 3);
  Producer producer = Get(engine.NewProducer());
  for (int i = 0; i < 3; ++i) SendNumbers(producer, topic, 1, i, i);
  Consumer consumer = Get(engine.Subscribe("g", {"t"}, {.reset = kEarliest}));
  CHECK(consumer.subscription() == std::vector<std::string>{"t"});
  CHECK(consumer.assignment().empty());
  CHECK(Values(Get(consumer.Poll(absl::ZeroDuration()))).size() == 3);
  CHECK(consumer.assignment() == Partitions{{"t", 0}, {"t", 1}, {"t", 2}});
  CHECK_FALSE(consumer.member_id().empty());
  const GroupDescription group = Get(engine.DescribeGroup("g"));
  CHECK(group.state == GroupState::kStable);
  CHECK(group.assignor == "range");
  REQUIRE(group.members.size() == 1);
  CHECK(group.members[0].member_id == consumer.member_id());
  CHECK(group.members[0].client_id == "rill");
  CHECK(Sorted(group.members[0].assignment) == consumer.assignment());
}

TEST_CASE("members share the partitions, and take over those of one that leaves") {
  for (const char* assignor : {"range", "roundrobin", "sticky", "cooperative-sticky"}) {
    INFO(assignor);
    Engine engine = OpenMemory();
    const Topic topic = MakeTopic(engine, "t", 4);
    Consumer a = Get(engine.Subscribe("g", {"t"}, InGroup(assignor)));
    Members members;
    members.Add(&a);
    members.Settle();
    CHECK(a.assignment().size() == 4);
    {
      Consumer b = Get(engine.Subscribe("g", {"t"}, InGroup(assignor)));
      Members both = members;
      both.Add(&b);
      both.Settle();
      CHECK(a.assignment().size() == 2);
      CHECK(b.assignment().size() == 2);
      Partitions all = a.assignment();
      for (const TopicPartition& partition : b.assignment()) all.push_back(partition);
      CHECK(Sorted(all) == Partitions{{"t", 0}, {"t", 1}, {"t", 2}, {"t", 3}});
    }
    members.Settle();
    CHECK(a.assignment().size() == 4);
    REQUIRE(a.Close().ok());
    CHECK(Get(engine.DescribeGroup("g")).state == GroupState::kEmpty);
  }
}

// What a listener was told, in a line each.
struct Diary {
  std::vector<std::string> lines;

  RebalanceListener Listener() {
    const auto write = [this](const char* what) {
      return [this, what](const Partitions& partitions) {
        std::string line = what;
        for (const TopicPartition& partition : partitions) {
          line += ' ' + std::to_string(partition.partition);
        }
        lines.push_back(line);
      };
    };
    return {
        .on_revoked = write("revoked"), .on_assigned = write("assigned"), .on_lost = write("lost")};
  }
};

TEST_CASE("a member that does not poll loses its partitions, and its commits are refused") {
  ManualClock clock;
  Options engine_options;
  engine_options.clock = &clock;
  engine_options.maintenance = Options::Maintenance::kByCaller;
  Engine engine = OpenMemory(engine_options);
  const Topic topic = MakeTopic(engine, "t", 2);
  Producer producer = Get(engine.NewProducer());
  SendNumbers(producer, topic, 4, 0);
  Diary diary;
  ConsumerOptions options = InGroup();
  options.max_poll_interval = absl::Minutes(5);
  options.rebalance_listener = diary.Listener();
  Consumer slow = Get(engine.Subscribe("g", {"t"}, options));
  const Records held = Get(slow.Poll(absl::ZeroDuration()));
  CHECK(Values(held).size() == 4);
  Consumer quick = Get(engine.Subscribe("g", {"t"}, InGroup()));
  CHECK(Get(quick.Poll(absl::ZeroDuration())).empty());
  clock.Advance(absl::Minutes(5) + absl::Seconds(1));
  engine.RunMaintenance();
  CHECK(Values(Get(quick.Poll(absl::ZeroDuration()))).size() == 4);
  CHECK(quick.assignment().size() == 2);

  const auto status = slow.Commit(held);
  CHECK(status.code() == absl::StatusCode::kAborted);
  CHECK_FALSE(engine.CommittedOffsets("g")->contains({"t", 0}));
  CHECK(slow.Poll(absl::ZeroDuration()).ok());
  REQUIRE(diary.lines.size() == 2);
  CHECK(diary.lines[1] == "lost 0 1");
  CHECK(slow.assignment().empty());
  Members members;
  members.Add(&slow);
  members.Add(&quick);
  members.Settle();
  CHECK(slow.assignment().size() == 1);
}

TEST_CASE("a commit of a partition that went to another member is refused") {
  Engine engine = OpenMemory();
  const Topic topic = MakeTopic(engine, "t", 2);
  Producer producer = Get(engine.NewProducer());
  SendNumbers(producer, topic, 4, 0);
  SendNumbers(producer, topic, 4, 1);
  Consumer a = Get(engine.Subscribe("g", {"t"}, InGroup("cooperative-sticky")));
  const Records all = Get(a.Poll(absl::ZeroDuration()));
  Consumer b = Get(engine.Subscribe("g", {"t"}, InGroup("cooperative-sticky")));
  Members members;
  members.Add(&a);
  members.Add(&b);
  members.Settle();
  const auto status = a.Commit(all);
  CHECK(status.code() == absl::StatusCode::kAborted);
  CHECK(Says(status, "t-1"));
}

TEST_CASE("topics that come, grow and go are taken up by name and by pattern") {
  Engine engine = OpenMemory();
  MakeTopic(engine, "log-a", 1);
  Consumer named = Get(engine.Subscribe("n", {"log-a", "log-b"}, {.reset = kEarliest}));
  Consumer matching = Get(engine.NewConsumer({.group = "p", .reset = kEarliest}));
  REQUIRE(matching.SubscribePattern("log-.").ok());
  CHECK(matching.subscription() == std::vector<std::string>{"log-a"});
  Members members;
  members.Add(&named);
  members.Add(&matching);
  members.Settle();
  CHECK(named.assignment() == Partitions{{"log-a", 0}});
  CHECK(matching.assignment() == Partitions{{"log-a", 0}});
  MakeTopic(engine, "log-b", 1);
  MakeTopic(engine, "xlog-c", 1);
  members.Settle();
  const Partitions both = {{"log-a", 0}, {"log-b", 0}};
  CHECK(named.assignment() == both);
  CHECK(matching.assignment() == both);
  REQUIRE(engine.CreatePartitions("log-a", 2).ok());
  members.Settle();
  CHECK(named.assignment().size() == 3);
  REQUIRE(engine.DeleteTopic("log-a").ok());
  members.Settle();
  CHECK(named.assignment() == Partitions{{"log-b", 0}});
  CHECK(matching.assignment() == Partitions{{"log-b", 0}});
  CHECK(matching.SubscribePattern("log-(").code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a topic that is made while Poll waits is found") {
  Engine engine = OpenMemory();
  Consumer consumer = Get(engine.Subscribe("g", {"t"}, {.reset = kEarliest}));
  CHECK(Get(consumer.Poll(kSoon)).empty());
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer());
  SendNumbers(producer, topic, 1);
  CHECK(Values(Get(consumer.Poll(kLong))) == std::vector<std::string>{"0"});
}

TEST_CASE("a consumer changes between subscription and assignment") {
  Engine engine = OpenMemory();
  MakeTopic(engine, "a", 1);
  MakeTopic(engine, "b", 1);
  Consumer consumer = Get(engine.Subscribe("g", {"a"}, {.reset = kEarliest}));
  REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
  REQUIRE(consumer.Subscribe({"b"}).ok());
  REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
  CHECK(consumer.assignment() == Partitions{{"b", 0}});
  REQUIRE(consumer.Assign({{"a", 0}}).ok());
  CHECK(consumer.assignment() == Partitions{{"a", 0}});
  CHECK(consumer.subscription().empty());
  CHECK(Get(engine.DescribeGroup("g")).members.empty());
  REQUIRE(consumer.Subscribe({"b"}).ok());
  CHECK(consumer.assignment().empty());
  REQUIRE(consumer.Unsubscribe().ok());
  CHECK(consumer.Poll(absl::ZeroDuration()).status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("a member that closes before its group took it in leaves nothing behind") {
  Engine engine = OpenMemory();
  MakeTopic(engine, "t", 2);
  Consumer a = Get(engine.Subscribe("g", {"t"}, InGroup()));
  REQUIRE(a.Poll(absl::ZeroDuration()).ok());
  {
    Consumer b = Get(engine.Subscribe("g", {"t"}, InGroup()));
    REQUIRE(b.Poll(absl::ZeroDuration()).ok());  // waits for a to join again
  }
  Members members;
  members.Add(&a);
  members.Settle();
  CHECK(a.assignment().size() == 2);
  CHECK(Get(engine.DescribeGroup("g")).members.size() == 1);
}

TEST_CASE("groups are listed, described and deleted when they are empty") {
  Engine engine = OpenMemory();
  MakeTopic(engine, "t", 1);
  Consumer a = Get(engine.Subscribe("g", {"t"}, InGroup()));
  REQUIRE(a.Poll(absl::ZeroDuration()).ok());
  REQUIRE(a.Commit().ok());
  REQUIRE(engine.ListGroups().size() == 1);
  CHECK(engine.ListGroups()[0].state == GroupState::kStable);
  CHECK(GetErrorCode(engine.DeleteGroup("g")) == ErrorCode::kNonEmptyGroup);
  REQUIRE(a.Close().ok());
  CHECK(engine.DeleteGroup("g").ok());
  CHECK(engine.ListGroups().empty());
  CHECK(GetErrorCode(engine.DescribeGroup("g").status()) == ErrorCode::kGroupIdNotFound);
  CHECK(Get(engine.CommittedOffsets("g")).empty());
}

TEST_CASE("an application's own offset store is used, and its refusals are seen") {
  class Full final : public OffsetStore {
   public:
    using Offsets = std::map<TopicPartition, OffsetAndMetadata>;
    absl::Status Commit(const std::string&, const Offsets&) override {
      return absl::ResourceExhaustedError("the database is full");
    }
    absl::StatusOr<Offsets> Fetch(const std::string&, const Partitions&) override {
      return Offsets{{{"t", 0}, {.offset = 2}}};
    }
    absl::StatusOr<Offsets> FetchAll(const std::string&) override { return Offsets(); }
    absl::StatusOr<std::vector<std::string>> Groups() override {
      return std::vector<std::string>();
    }
    absl::Status DeleteGroup(const std::string&) override { return absl::OkStatus(); }
    absl::Status DeleteTopic(const std::string&) override { return absl::OkStatus(); }
  };
  Options options;
  options.offset_store = std::make_shared<Full>();
  Engine engine = OpenMemory(options);
  const Topic topic = MakeTopic(engine, "t", 1);
  Producer producer = Get(engine.NewProducer());
  SendNumbers(producer, topic, 4);
  Consumer consumer = Get(engine.Subscribe("g", {"t"}, InGroup()));
  const Records records = Get(consumer.Poll(absl::ZeroDuration()));
  CHECK(Values(records).front() == "2");
  CHECK(Says(consumer.Commit(records), "the database is full"));
}

}  // namespace
}  // namespace rill::testing
