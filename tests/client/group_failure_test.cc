// Members that cannot take what they were given, and leaders that give what cannot be read.

#include <cerrno>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/consumer_impl.h"
#include "client_test.h"
#include "engine/group/protocol.h"
#include "engine/group_service.h"
#include "engine/local_engine.h"
#include "rill/testing/faulty_storage.h"

namespace rill::testing {
namespace {

// Polls until there are records.
std::vector<std::string> ReadSome(Consumer& consumer) {
  const absl::Time end = absl::Now() + kLong;
  while (absl::Now() < end) {
    const auto records = consumer.Poll(kSoon);
    if (records.ok() && !records->empty()) return Values(*records);
  }
  return {};
}

// Polls until something is assigned.
void WaitForAssignment(Consumer& consumer) {
  const absl::Time end = absl::Now() + kLong;
  while (consumer.assignment().empty() && absl::Now() < end) REQUIRE(consumer.Poll(kSoon).ok());
}

using Partitions = std::vector<TopicPartition>;

// Outlives the consumers that have its options.
struct Watched {
  explicit Watched(const std::string& assignor) {
    options.reset = kEarliest;
    options.partition_assignment_strategy = {assignor};
    const auto count = [](int& times) { return [&times](const Partitions&) { ++times; }; };
    options.rebalance_listener = {
        .on_revoked = count(revoked), .on_assigned = count(assigned), .on_lost = count(lost)};
  }
  ConsumerOptions options;
  int revoked = 0;
  int assigned = 0;
  int lost = 0;
};

TEST_CASE("a member whose logs cannot be opened tries again, and then reads") {
  for (const char* assignor : {"range", "cooperative-sticky"}) {
    auto storage = std::make_shared<FaultyStorage>();
    Options options;
    options.storage = storage;
    Engine engine = Get(Open("data", options));
    const Topic topic = MakeTopic(engine, "t", 2);
    storage->Fail(
        {.call = FileCall::kCreateDirectory, .path_part = "t-", .error = ENOSPC, .times = 4});
    Watched watched(assignor);
    Consumer consumer = Get(engine.Subscribe("g", {"t"}, watched.options));
    for (int i = 0; i < 2; ++i) {
      const auto status = consumer.Poll(kLong).status();
      CHECK(status.code() == absl::StatusCode::kResourceExhausted);
      CHECK(consumer.assignment().empty());
      CHECK(watched.assigned == 0);
    }
    Producer producer = Get(engine.NewProducer());
    SendNumbers(producer, topic, 1);
    CHECK(Values(Get(consumer.Poll(kLong))) == std::vector<std::string>{"0"});
    CHECK(watched.assigned == 1);
    CHECK(consumer.assignment() == Partitions{{"t", 0}, {"t", 1}});
  }
}

TEST_CASE("one log that cannot be opened does not keep a member from reading the others") {
  for (const char* assignor : {"range", "cooperative-sticky"}) {
    auto storage = std::make_shared<FaultyStorage>();
    Options options;
    options.storage = storage;
    Engine engine = Get(Open("data", options));
    const Topic topic = MakeTopic(engine, "t", 2);
    Producer producer = Get(engine.NewProducer());
    REQUIRE(producer.Send(topic, {.value = "other", .partition = 1}).Wait().ok());
    storage->Fail({.call = FileCall::kCreateDirectory, .path_part = "t-0", .times = kForever});
    Watched watched(assignor);
    Consumer consumer = Get(engine.Subscribe("g", {"t"}, watched.options));
    CHECK(Says(consumer.Poll(kLong).status(), "t-0"));
    CHECK(consumer.assignment() == Partitions{{"t", 1}});
    CHECK(watched.assigned == 1);
    CHECK(ReadSome(consumer) == std::vector<std::string>{"other"});
    CHECK(consumer.Commit().ok());
    CHECK(Says(consumer.Poll(kLong).status(), "t-0"));  // tried again
    storage->ClearFaults();
    REQUIRE(producer.Send(topic, {.value = "late", .partition = 0}).Wait().ok());
    CHECK(ReadSome(consumer) == std::vector<std::string>{"late"});
    CHECK(watched.assigned == 2);
    CHECK(watched.revoked == 0);
  }
}

TEST_CASE("what a member could not open is not revoked, and others get it when they come") {
  for (const char* assignor : {"range", "cooperative-sticky"}) {
    auto storage = std::make_shared<FaultyStorage>();
    Options options;
    options.storage = storage;
    Engine engine = Get(Open("data", options));
    MakeTopic(engine, "t", 2);
    storage->Fail({.call = FileCall::kCreateDirectory, .path_part = "t-", .times = kForever});
    Watched watched(assignor);
    Watched watched_other(assignor);
    Consumer stuck = Get(engine.Subscribe("g", {"t"}, watched.options));
    CHECK_FALSE(stuck.Poll(absl::ZeroDuration()).ok());
    Consumer other = Get(engine.Subscribe("g", {"t"}, watched_other.options));
    SECTION(std::string("the group divides while it is stuck: ") + assignor) {
      for (int i = 0; i < 6; ++i) {
        other.Poll(absl::ZeroDuration()).IgnoreError();
        stuck.Poll(absl::ZeroDuration()).IgnoreError();
      }
      CHECK(Get(engine.DescribeGroup("g")).members.size() == 2);
      CHECK(Get(engine.DescribeGroup("g")).state == GroupState::kStable);
      storage->ClearFaults();
      WaitForAssignment(other);
      WaitForAssignment(stuck);
      CHECK(other.assignment().size() == 1);
      CHECK(stuck.assignment().size() == 1);
      CHECK(watched.assigned == 1);
    }
    SECTION(std::string("it leaves: ") + assignor) {
      REQUIRE(stuck.Close().ok());
      storage->ClearFaults();
      WaitForAssignment(other);
      CHECK(other.assignment().size() == 2);
    }
    CHECK(watched.revoked == 0);
    CHECK(watched.lost == 0);
  }
}

TEST_CASE("a group that cannot be written down says so, and the log says why") {
  auto storage = std::make_shared<FaultyStorage>();
  std::mutex mutex;
  std::string said;
  Options options;
  options.storage = storage;
  options.log_sink = [&](LogLevel, std::string_view line) {
    std::lock_guard lock(mutex);
    said += std::string(line) + "\n";
  };
  Engine engine = Get(Open("data", options));
  MakeTopic(engine, "t");
  storage->Fail({.path_part = "__consumer_offsets-", .error = ENOSPC, .times = kForever});
  Consumer consumer = Get(engine.Subscribe("g", {"t"}, {.reset = kEarliest}));
  const auto status = consumer.Poll(kLong).status();
  CHECK(GetErrorCode(status) == ErrorCode::kCoordinatorNotAvailable);
  CHECK(Says(status, "log_sink"));
  {
    std::lock_guard lock(mutex);
    CHECK(said.find("group g: its members cannot be written down: RESOURCE_EXHAUSTED") !=
          std::string::npos);
  }
  storage->ClearFaults();
  CHECK(consumer.Poll(absl::ZeroDuration()).ok());
}

// The first member of group "g", by its requests: it leads, and says who gets what.
class Leader {
 public:
  explicit Leader(engine::GroupService* groups) : groups_(groups) { Join(); }

  void Join() {
    joined_.reset();
    groups_->Join({.group_id = "g",
                   .member_id = member_id_,
                   .client_id = "leader",
                   .protocols = {{"range", engine::EncodeSubscription({.topics = {"t"}})}}},
                  [this](const engine::JoinResponse& response) { joined_ = response; });
    if (joined_.has_value()) member_id_ = joined_->member_id;
  }

  // Gives `assignment`, whatever it is, to all others. Returns how many there are.
  int Give(const std::string& assignment) {
    REQUIRE(joined_.has_value());
    REQUIRE(joined_->error == ErrorCode::kNone);
    engine::SyncRequest request{
        .group_id = "g", .generation = joined_->generation, .member_id = member_id_};
    for (const engine::JoinedMember& member : joined_->members) {
      if (member.member_id != member_id_) {
        request.assignments.push_back({member.member_id, assignment});
      }
    }
    ErrorCode error = ErrorCode::kUnknownServerError;
    groups_->Sync(request, [&](const engine::SyncResponse& response) { error = response.error; });
    REQUIRE(error == ErrorCode::kNone);
    return static_cast<int>(request.assignments.size());
  }

 private:
  engine::GroupService* const groups_;
  std::string member_id_;
  std::optional<engine::JoinResponse> joined_;
};

TEST_CASE("a member that is given what cannot be read says so, and joins again") {
  auto engine = Get(engine::LocalEngine::Open("mem:", {}));
  REQUIRE(engine->CreateTopic("t", {.partitions = 1}).ok());
  Leader leader(engine->groups());
  leader.Give({});
  ConsumerOptions options{.group = "g", .reset = kEarliest};
  auto consumer = Get(client::ConsumerImpl::Create(engine, options));
  REQUIRE(consumer->Subscribe({"t"}).ok());
  REQUIRE(consumer->Poll(absl::ZeroDuration()).ok());
  leader.Join();
  REQUIRE(leader.Give("\x7f") == 1);
  CHECK_FALSE(consumer->Poll(absl::ZeroDuration()).ok());

  REQUIRE(consumer->Poll(absl::ZeroDuration()).ok());
  leader.Join();
  REQUIRE(leader.Give(engine::EncodeAssignment({.partitions = {{"t", 0}}})) == 1);
  REQUIRE(consumer->Poll(absl::ZeroDuration()).ok());
  CHECK(consumer->assignment() == Partitions{{"t", 0}});
}

TEST_CASE("a member that its leader leaves out has no partitions, and stays a member") {
  auto engine = Get(engine::LocalEngine::Open("mem:", {}));
  REQUIRE(engine->CreateTopic("t", {.partitions = 1}).ok());
  Leader leader(engine->groups());
  leader.Give({});
  ConsumerOptions options{.group = "g", .reset = kEarliest};
  auto consumer = Get(client::ConsumerImpl::Create(engine, options));
  REQUIRE(consumer->Subscribe({"t"}).ok());
  REQUIRE(consumer->Poll(absl::ZeroDuration()).ok());
  leader.Join();
  REQUIRE(leader.Give({}) == 1);
  CHECK(Get(consumer->Poll(absl::ZeroDuration())).empty());
  CHECK(consumer->assignment().empty());
  CHECK(Get(engine->groups()->Describe("g")).state == GroupState::kStable);
  CHECK(Get(consumer->Poll(absl::ZeroDuration())).empty());
}

}  // namespace
}  // namespace rill::testing
