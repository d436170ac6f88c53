// Commits: when they are stored, when they are refused, and who hears of it.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "client_test.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {
namespace {

const TopicPartition kZero{"t", 0};
const TopicPartition kOne{"t", 1};

struct Fixture {
  explicit Fixture(const Options& options = {}) : engine(OpenMemory(options)) {
    SendNumbers(producer, topic, 10);
  }
  Engine engine;
  Topic topic = MakeTopic(engine, "t", 2);
  Producer producer = Get(engine.NewProducer());
};

// An offset store that stores nothing while it is told to refuse.
class Moody final : public OffsetStore {
 public:
  using Offsets = std::map<TopicPartition, OffsetAndMetadata>;
  absl::Status Commit(const std::string& group, const Offsets& offsets) override {
    if (refuses) return absl::ResourceExhaustedError("the database is full");
    return store_->Commit(group, offsets);
  }
  absl::StatusOr<Offsets> Fetch(const std::string& group,
                                const std::vector<TopicPartition>& partitions) override {
    return store_->Fetch(group, partitions);
  }
  absl::StatusOr<Offsets> FetchAll(const std::string& group) override {
    return store_->FetchAll(group);
  }
  absl::StatusOr<std::vector<std::string>> Groups() override { return store_->Groups(); }
  absl::Status DeleteGroup(const std::string& group) override { return store_->DeleteGroup(group); }
  absl::Status DeleteTopic(const std::string& topic) override { return store_->DeleteTopic(topic); }

  bool refuses = false;

 private:
  const std::shared_ptr<OffsetStore> store_ = NewMemoryOffsetStore();
};

TEST_CASE("a commit without waiting on a closed consumer is answered with its refusal") {
  for (const bool engine_closes : {false, true}) {
    Fixture f;
    Consumer consumer = Get(f.engine.NewConsumer({.group = "g"}));
    REQUIRE(consumer.Assign({kZero}).ok());
    REQUIRE((engine_closes ? f.engine.Close() : consumer.Close()).ok());
    std::vector<absl::Status> answers;
    consumer.CommitAsync([&](const absl::Status& status) { answers.push_back(status); });
    consumer.CommitAsync({{kZero, {.offset = 1}}},
                         [&](const absl::Status& status) { answers.push_back(status); });
    consumer.CommitAsync();
    REQUIRE(answers.size() == 2);
    for (const absl::Status& status : answers) {
      CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    }
  }
}

TEST_CASE("with an endless interval auto-commit stores the position at the end only") {
  ManualClock clock;
  Options options;
  options.clock = &clock;
  options.maintenance = Options::Maintenance::kByCaller;
  Fixture f(options);
  Consumer consumer = Get(f.engine.NewConsumer({.group = "g",
                                                .reset = kEarliest,
                                                .enable_auto_commit = true,
                                                .auto_commit_interval = absl::InfiniteDuration()}));
  REQUIRE(consumer.Assign({kZero}).ok());
  for (int i = 0; i < 4; ++i) {
    REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
    clock.Advance(absl::Hours(1000));
  }
  CHECK_FALSE(consumer.Committed(kZero).ok());
  REQUIRE(consumer.Close().ok());
  CHECK(Get(f.engine.CommittedOffsets("g"))[kZero].offset == 10);
}

TEST_CASE("an automatic commit that fails does not keep a consumer from what comes next") {
  auto store = std::make_shared<Moody>();
  std::mutex mutex;
  std::vector<std::string> said;
  Options engine_options;
  engine_options.offset_store = store;
  engine_options.log_sink = [&](LogLevel, std::string_view line) {
    std::lock_guard lock(mutex);
    said.emplace_back(line);
  };
  Fixture f(engine_options);
  ConsumerOptions options{.group = "g", .reset = kEarliest, .enable_auto_commit = true};
  Consumer consumer = Get(f.engine.NewConsumer(options));
  const auto told = [&] {
    std::lock_guard lock(mutex);
    for (const std::string& line : said) {
      if (line.find("the database is full") != std::string::npos) return true;
    }
    return false;
  };
  SECTION("from an assignment to a subscription") {
    REQUIRE(consumer.Assign({kZero}).ok());
    REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
    store->refuses = true;
    CHECK(consumer.Subscribe({"t"}).ok());
    CHECK(told());
    CHECK(consumer.Poll(absl::ZeroDuration()).ok());
    CHECK(consumer.assignment().size() == 2);
  }
  SECTION("from a subscription to an assignment") {
    REQUIRE(consumer.Subscribe({"t"}).ok());
    REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
    store->refuses = true;
    CHECK(consumer.Assign({kZero}).ok());
    CHECK(told());
    CHECK(consumer.assignment() == std::vector<TopicPartition>{kZero});
    CHECK(Values(Get(consumer.Poll(absl::ZeroDuration()))).size() == 10);
  }
  store->refuses = false;
}

TEST_CASE("offsets of partitions that are not there are refused, and none is stored with them") {
  Fixture f;
  Consumer consumer = Get(f.engine.NewConsumer({.group = "g", .reset = kEarliest}));
  const auto refused = [&](const TopicPartition& name) {
    const auto status = consumer.Commit({{kZero, {.offset = 1}}, {name, {.offset = 1}}});
    return status.code() == absl::StatusCode::kNotFound &&
           GetErrorCode(status) == ErrorCode::kUnknownTopicOrPartition && Says(status, name.topic);
  };
  CHECK(refused({"none", 0}));
  CHECK(refused({"t", 2}));
  CHECK(refused({"t", -1}));
  MakeTopic(f.engine, "gone");
  REQUIRE(consumer.Assign({{"gone", 0}}).ok());
  CHECK(consumer.Commit({{{"gone", 0}, {.offset = 0}}}).ok());
  REQUIRE(f.engine.DeleteTopic("gone").ok());
  CHECK(refused({"gone", 0}));
  MakeTopic(f.engine, "gone");  // another one: this consumer reads from the one that was
  CHECK(refused({"gone", 0}));
  CHECK(Get(f.engine.CommittedOffsets("g")).empty());
  CHECK(consumer.Commit({{kOne, {.offset = 0}}}).ok());
}

TEST_CASE("names that Kafka's strings cannot hold are refused when the consumer is made") {
  Engine engine = OpenMemory();
  MakeTopic(engine, "t");
  const auto refusal = [&](const ConsumerOptions& options) {
    const auto status = engine.NewConsumer(options).status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    return status;
  };
  const auto group = refusal({.group = std::string(32768, 'g')});
  CHECK(GetErrorCode(group) == ErrorCode::kInvalidGroupId);
  CHECK(Says(group, "ConsumerOptions::group has 32768 bytes; it may have 32767"));
  const std::string too_long(32731, 'n');
  CHECK(
      Says(refusal({.group = "g", .group_instance_id = too_long}), "group_instance_id has 32731"));
  CHECK(Says(refusal({.client_id = too_long}), "client_id has 32731"));

  const std::string longest_group(32767, 'g');
  const std::string longest(32730, 'n');
  for (const std::string& instance : {std::string(), longest}) {
    Consumer consumer = Get(engine.Subscribe(
        longest_group, {"t"}, {.group_instance_id = instance, .client_id = longest}));
    REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
    CHECK(consumer.member_id().size() == 32767);
    CHECK(consumer.Commit().ok());
  }
  CHECK(Get(engine.CommittedOffsets(longest_group)).size() == 1);
}

TEST_CASE("a callback that asks again whenever it is refused ends with its consumer") {
  auto store = std::make_shared<Moody>();
  Options options;
  options.offset_store = store;
  Fixture f(options);
  int answers = 0;
  Consumer consumer = Get(f.engine.NewConsumer({.group = "g", .reset = kEarliest}));
  REQUIRE(consumer.Assign({kZero}).ok());
  REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
  Consumer::CommitCallback again = [&](const absl::Status& status) {
    ++answers;
    if (!status.ok()) consumer.CommitAsync(again);
  };
  store->refuses = true;
  consumer.CommitAsync(again);
  REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
  CHECK(answers == 1);
  REQUIRE(consumer.Poll(absl::ZeroDuration()).ok());
  CHECK(answers == 2);
  REQUIRE(consumer.Close().ok());
  CHECK(answers >= 3);
  CHECK(answers < 10);
}

}  // namespace
}  // namespace rill::testing
