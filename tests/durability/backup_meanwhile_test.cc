// What else goes on while a backup is made.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "catch.h"
#include "client/client_test.h"
#include "held_call.h"
#include "rill/rill.h"
#include "rill/testing/faulty_storage.h"

namespace rill::testing {
namespace {

std::vector<std::string> Numbers(int count) {
  std::vector<std::string> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

// Threads that send and commit until this is gone.
class Traffic {
 public:
  Traffic(Engine& engine, const Topic& topic)
      : producers_{Get(engine.NewProducer()), Get(engine.NewProducer())},
        consumer_(Get(engine.NewConsumer({.group = "g"}))) {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this, &topic, i] { Send(topic, i); });
    threads_.emplace_back([this] { Commit(); });
  }
  ~Traffic() {
    ends_.store(true);
    for (std::thread& thread : threads_) thread.join();
  }

  int acknowledged(int partition) const { return acknowledged_[partition].load(); }
  int committed() const { return committed_.load(); }
  bool failed() const { return failed_.load(); }

 private:
  void Send(const Topic& topic, int partition) {
    Producer& producer = producers_[partition];
    for (int i = 0; !ends_.load(); ++i) {
      const std::string value = std::to_string(i);
      if (!producer.Send(topic, {.value = value, .partition = partition}).Wait().ok()) {
        failed_.store(true);
      }
      acknowledged_[partition].store(i + 1);
      if (i % 8 == 0) absl::SleepFor(absl::Microseconds(50));  // the disk has to keep up
    }
  }

  void Commit() {
    while (!ends_.load()) {
      const int offset = acknowledged(0);
      if (!consumer_.Commit({{{"t", 0}, {.offset = offset}}}).ok()) failed_.store(true);
      committed_.store(offset);
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

  std::atomic<bool> ends_ = false;
  std::atomic<bool> failed_ = false;
  std::atomic<int> acknowledged_[2] = {0, 0};
  std::atomic<int> committed_ = 0;
  Producer producers_[2];
  Consumer consumer_;
  std::vector<std::thread> threads_;
};

// What a backup has to have at least.
struct Promise {
  std::string path;
  int least[2];
  int committed;
};

void CheckKept(const Promise& promise) {
  CAPTURE(promise.path);
  Engine copy = Get(Open(promise.path));
  const Topic found = Get(copy.FindTopic("t"));
  for (int partition = 0; partition < 2; ++partition) {
    const auto values = Values(found, partition);
    CHECK(static_cast<int>(values.size()) >= promise.least[partition]);
    CHECK(values == Numbers(static_cast<int>(values.size())));
  }
  const auto offsets = Get(copy.CommittedOffsets("g"));
  const std::int64_t offset = offsets.empty() ? 0 : offsets.at({"t", 0}).offset;
  CHECK(offset >= promise.committed);
  CHECK(offset <= EndOf(found, 0));
}

TEST_CASE("A backup has what was acknowledged before, whoever appends meanwhile") {
  const Folder folder;
  Engine engine = Get(Open(folder.data()));
  const Topic topic = MakeTopic(
      engine, "t", 2, {{"internal.segment.bytes", "65536"}, {"index.interval.bytes", "256"}});
  std::vector<Promise> promises;
  {
    const Traffic traffic(engine, topic);
    for (int i = 0; i < 10; ++i) {
      while (traffic.acknowledged(0) < (i + 1) * 2000) std::this_thread::yield();
      promises.push_back({folder.data() + ".backup" + std::to_string(i),
                          {traffic.acknowledged(0), traffic.acknowledged(1)},
                          traffic.committed()});
      const auto made = engine.Backup(promises.back().path);
      INFO(made);
      REQUIRE(made.ok());
    }
    CHECK_FALSE(traffic.failed());
  }
  for (const Promise& promise : promises) CheckKept(promise);
  const auto all = Values(topic, 0);
  CHECK(all == Numbers(static_cast<int>(all.size())));
}

// A backup that stops at its first call with a path that has `path_part` in it, until it is let go.
class HeldBackup : public HeldCall {
 public:
  HeldBackup(Engine& engine, std::shared_ptr<FaultyStorage> storage, const std::string& to,
             const std::string& path_part)
      : HeldCall(
            std::move(storage),
            [path_part](FileCall, const std::string& path) {
              return path.find(path_part) != path.npos;
            },
            [&engine, to] { return engine.Backup(to); }) {}
};

// Topics "a", "b", "c" with a record each, and a group that has read them.
Engine WithThreeTopics(const std::shared_ptr<FaultyStorage>& storage) {
  Engine engine =
      Get(Open("data", {.maintenance = Options::Maintenance::kByCaller, .storage = storage}));
  Producer producer = Get(engine.NewProducer({.enable_idempotence = true}));
  Consumer consumer = Get(engine.NewConsumer({.group = "g"}));
  for (const char* name : {"a", "b", "c"}) {
    SendNumbers(producer, MakeTopic(engine, name), 1);
    REQUIRE(consumer.Commit({{{name, 0}, {.offset = 1}}}).ok());
  }
  return engine;
}

bool HasFilesOf(const FaultyStorage& storage, const std::string& part) {
  for (const std::string& path : storage.Files()) {
    if (path.find(part) != path.npos) return true;
  }
  return false;
}

TEST_CASE("While a backup is made topics are described, made and deleted, and producers made") {
  const auto storage = std::make_shared<FaultyStorage>();
  Engine engine = WithThreeTopics(storage);
  HeldBackup held(engine, storage, "backup", "backup.incomplete/b-0/");
  CHECK(engine.DescribeTopic("b").ok());
  const Topic made = MakeTopic(engine, "later");
  REQUIRE(engine.CreatePartitions("a", 3) == absl::OkStatus());
  REQUIRE(engine.AlterTopicConfigs("a", {{"retention.ms", "5"}}) == absl::OkStatus());
  std::vector<Producer> producers;  // more than a block of ids has
  for (int i = 0; i < 1001; ++i) {
    producers.push_back(Get(engine.NewProducer({.enable_idempotence = true})));
    if (i == 1000) SendNumbers(producers.back(), made, 1);
  }
  REQUIRE(engine.DeleteTopic("c") == absl::OkStatus());
  SendNumbers(producers.front(), MakeTopic(engine, "c"), 5);
  REQUIRE(held.LetGo() == absl::OkStatus());

  Engine copy = Get(Open("backup", {.storage = storage}));
  CHECK(copy.ListTopics() == std::vector<std::string>{"a", "b"});
  CHECK(Values(Get(copy.FindTopic("a"))) == Numbers(1));
  CHECK(Get(copy.FindTopic("a")).partition_count() == 1);
  // What the group had read of the one that went is forgotten, and so is what was cut of it.
  CHECK(Get(copy.CommittedOffsets("g")).size() == 2);
  CHECK_FALSE(HasFilesOf(*storage, "backup/c-0"));
  CHECK(EndOf(MakeTopic(copy, "c")) == 0);
}

// Else the log would take their first batches for ones that it has.
TEST_CASE("A backup gives out no producer id that a batch in it has, whoever came meanwhile") {
  const auto storage = std::make_shared<FaultyStorage>();
  Engine engine = WithThreeTopics(storage);
  const Topic topic = Get(engine.FindTopic("c"));
  HeldBackup held(engine, storage, "backup", "backup.incomplete/b-0/");
  for (int i = 0; i < 1500; ++i) {
    Producer producer = Get(engine.NewProducer({.enable_idempotence = true}));
    SendNumbers(producer, topic, 1);
  }
  REQUIRE(held.LetGo() == absl::OkStatus());
  Engine copy = Get(Open("backup", {.storage = storage}));
  const Topic copied = Get(copy.FindTopic("c"));
  REQUIRE(EndOf(copied) == 1501);
  for (int i = 0; i < 1500; ++i) {
    Producer producer = Get(copy.NewProducer({.enable_idempotence = true}));
    SendNumbers(producer, copied, 1);
  }
  CHECK(EndOf(copied) == 3001);
}

TEST_CASE("An engine that closes ends a backup, of which nothing is left") {
  const auto storage = std::make_shared<FaultyStorage>();
  Engine engine = WithThreeTopics(storage);
  HeldBackup held(engine, storage, "backup", "backup.incomplete/a-0/");
  absl::Status closed;
  std::thread closing([&] { closed = engine.Close(); });
  while (!absl::IsFailedPrecondition(engine.FindTopic("a").status())) std::this_thread::yield();
  const auto made = held.LetGo();
  closing.join();
  CHECK(closed == absl::OkStatus());
  CHECK(absl::IsFailedPrecondition(made));
  CHECK(Says(made, "closed"));
  CHECK_FALSE(HasFilesOf(*storage, "backup"));
}

TEST_CASE("Of two backups of one name at once, the second is told of the first") {
  const auto storage = std::make_shared<FaultyStorage>();
  Engine engine = WithThreeTopics(storage);
  Engine other = Get(Open("other", {.storage = storage}));
  HeldBackup held(engine, storage, "backup", "backup.incomplete/a-0/");
  for (Engine* const second : {&engine, &other}) {
    const auto refused = second->Backup("backup");
    CHECK(absl::IsAlreadyExists(refused));
    CHECK(Says(refused, "another backup of that name is being made"));
  }
  CHECK(held.LetGo() == absl::OkStatus());
  Engine copy = Get(Open("backup", {.storage = storage}));
  CHECK(copy.ListTopics().size() == 3);
}

TEST_CASE("Of two backups of one name that both found it free, one is made, and whole") {
  for (const FileCall step : {FileCall::kCreateDirectory, FileCall::kLock}) {
    const auto storage = std::make_shared<FaultyStorage>();
    Engine engine = WithThreeTopics(storage);
    Engine other = Get(Open("other", {.storage = storage}));
    HeldCall second(
        storage,
        [step](FileCall call, const std::string& path) {
          return call == step && path.find("backup.incomplete") != path.npos;
        },
        [&other] { return other.Backup("backup"); });
    CHECK(engine.Backup("backup") == absl::OkStatus());
    CHECK(absl::IsAlreadyExists(second.LetGo()));
    Engine copy = Get(Open("backup", {.storage = storage}));
    CHECK(copy.ListTopics().size() == 3);
  }
}

TEST_CASE("A backup that cannot lock its folder leaves it to whoever may have found it before") {
  for (const bool is_found : {false, true}) {
    CAPTURE(is_found);
    const auto storage = std::make_shared<FaultyStorage>();
    Engine engine = Get(Open("data", {.storage = storage}));
    storage->Fail({.call = FileCall::kLock,
                   .path_part = "backup.incomplete",
                   .error = EMFILE,
                   .times = kForever});
    // Another that begins at the same time makes the file first; a lock that fails does not.
    storage->Watch([&](FileCall call, const std::string& path) {
      if (is_found && call == FileCall::kLock) REQUIRE(storage->WriteFile(path, "").ok());
    });
    const auto refused = engine.Backup("backup");
    storage->Watch(nullptr);
    CHECK(absl::IsResourceExhausted(refused));
    CHECK(Says(refused, "backup.incomplete is left of the backup") == is_found);
    int left = 0;
    for (const std::string& path : storage->Files()) left += path.find("/backup.") != path.npos;
    CHECK(left == (is_found ? 1 : 0));
    storage->ClearFaults();
    CHECK(engine.Backup("backup") == absl::OkStatus());
  }
}

}  // namespace
}  // namespace rill::testing
