// What an engine finds after the process or the machine died, wherever that happened.

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "../io/temporary_folder.h"
#include "absl/synchronization/mutex.h"
#include "catch.h"
#include "engine/local_engine.h"
#include "engine_under_test.h"
#include "io/faulty_file_system.h"
#include "log/checkpoint_file.h"
#include "rill/testing/faulty_storage.h"

namespace rill::engine {
namespace {

using test::TemporaryFolder;
using testing::FaultyStorage;
using testing::FileCall;
using testing::kForever;

Options On(std::shared_ptr<FaultyStorage> storage) {
  Options options = ByCaller();
  options.storage = std::move(storage);
  return options;
}

TEST_CASE("A process that is killed loses nothing that it appended, and no topic") {
  const auto storage = std::make_shared<FaultyStorage>();
  const auto engine = MustOpen("data", On(storage));
  REQUIRE(
      engine->CreateTopic("orders", {.partitions = 3, .configs = {{"retention.ms", "-1"}}}).ok());
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    expected.push_back("value " + std::to_string(i));
    REQUIRE(AppendOne(MustPartition(*engine, "orders", 1), expected.back()).ok());
  }
  REQUIRE(engine->CreateTopic("gone", {}).ok());
  REQUIRE(engine->DeleteTopic("gone").ok());
  const auto after = MustOpen("data", On(storage->ProcessKill()));
  CHECK(after->ListTopics(true) == std::vector<std::string>{"orders"});
  CHECK(after->DescribeTopic("orders")->configs.at("retention.ms").value == "-1");
  CHECK(Values(MustPartition(*after, "orders", 1)) == expected);
  REQUIRE(AppendOne(MustPartition(*after, "orders", 1), "more").ok());
  CHECK(after->Close().ok());
}

TEST_CASE("A partition whose folder is gone does not give out its offsets again") {
  const TemporaryFolder folder;
  {
    const auto engine = MustOpen(folder.path());
    REQUIRE(engine->CreateTopic("orders", {.partitions = 2}).ok());
    for (int i = 0; i < 5; ++i) REQUIRE(AppendOne(MustPartition(*engine, "orders", 1), "x").ok());
    REQUIRE(engine->Close().ok());
  }
  std::filesystem::remove_all(folder.path() + "/orders-1");
  Said said;
  Options options = ByCaller();
  options.log_sink = said.sink();
  const auto engine = MustOpen(folder.path(), options);
  CHECK(said.Has(LogLevel::kError, "orders-1 is gone, with its records"));
  Partition partition = MustPartition(*engine, "orders", 1);
  CHECK(partition.log_end_offset() == 5);
  REQUIRE(AppendOne(partition, "goes on").ok());
  CHECK(partition.log_end_offset() == 6);
  CHECK(MustPartition(*engine, "orders", 0).log_end_offset() == 0);
}

// Every look at it takes two seconds.
class SlowClock final : public Clock {
 public:
  absl::Time Now() override {
    absl::MutexLock lock(&mutex_);
    return now_ += absl::Seconds(2);
  }

 private:
  absl::Mutex mutex_;
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
};

TEST_CASE("An opening that takes long tells how many of the partitions are open") {
  const TemporaryFolder folder;
  {
    const auto engine = MustOpen(folder.path());
    REQUIRE(engine->CreateTopic("orders", {.partitions = 3}).ok());
    for (int i = 0; i < 3; ++i) REQUIRE(AppendOne(MustPartition(*engine, "orders", i), "x").ok());
    REQUIRE(engine->Close().ok());
  }
  Said at_once;
  Options options = ByCaller();
  options.log_sink = at_once.sink();
  REQUIRE(MustOpen(folder.path(), options)->Close().ok());
  CHECK_FALSE(at_once.Has(LogLevel::kInfo, "opening"));
  Said slowly;
  SlowClock clock;
  options.clock = &clock;
  options.log_sink = slowly.sink();
  REQUIRE(MustOpen(folder.path(), options)->Close().ok());
  CHECK(slowly.Has(LogLevel::kInfo, folder.path() + ": opening, 1 of 3 partitions"));
  CHECK(slowly.Has(LogLevel::kInfo, folder.path() + ": opening, 3 of 3 partitions"));
}

TEST_CASE("A copy of a folder that is in use opens with all that was appended before") {
  const TemporaryFolder folder;
  const TemporaryFolder copy;
  const auto engine = MustOpen(folder.path());
  REQUIRE(engine->CreateTopic("orders", {}).ok());
  for (int i = 0; i < 50; ++i) REQUIRE(AppendOne(MustPartition(*engine, "orders"), "x").ok());
  std::filesystem::copy(
      folder.path(), copy.path(),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  const auto copied = MustOpen(copy.path());
  CHECK(Values(MustPartition(*copied, "orders")).size() == 50);
}

TEST_CASE("A power cut takes nothing that was flushed") {
  const std::uint64_t first = FirstSeed();
  for (std::uint64_t seed = first; seed < first + 20; ++seed) {
    CAPTURE(seed);
    const auto storage = std::make_shared<FaultyStorage>();
    const auto engine = MustOpen("data", On(storage));
    REQUIRE(engine->CreateTopic("orders", {.partitions = 2}).ok());
    for (int i = 0; i < 30; ++i) {
      REQUIRE(AppendOne(MustPartition(*engine, "orders", i % 2), std::string(300, 'f')).ok());
    }
    REQUIRE(engine->Flush().ok());
    for (int i = 0; i < 30; ++i) {
      REQUIRE(AppendOne(MustPartition(*engine, "orders", i % 2), std::string(300, 'u')).ok());
    }
    const auto after = MustOpen("data", On(storage->PowerLoss(seed)));
    for (int i = 0; i < 2; ++i) {
      const auto values = Values(MustPartition(*after, "orders", i));
      REQUIRE(values.size() >= 15);
      REQUIRE(values.size() <= 30);
      for (int j = 0; j < 15; ++j) {
        CHECK(values[static_cast<std::size_t>(j)] == std::string(300, 'f'));
      }
    }
  }
}

TEST_CASE("A topic made anew does not begin where the deleted one's log started") {
  for (const bool power_cut : {false, true}) {
    CAPTURE(power_cut);
    const auto storage = std::make_shared<FaultyStorage>();
    {
      const auto engine = MustOpen("data", On(storage));
      REQUIRE(engine->CreateTopic("orders", {}).ok());
      Partition partition = MustPartition(*engine, "orders");
      for (int i = 0; i < 60; ++i) REQUIRE(AppendOne(partition, "old").ok());
      REQUIRE(partition.DeleteRecordsBefore(50).ok());
      REQUIRE(engine->Close().ok());
    }
    const auto engine = MustOpen("data", On(storage));
    REQUIRE(MustPartition(*engine, "orders").log_start_offset() == 50);
    REQUIRE(engine->DeleteTopic("orders").ok());
    REQUIRE(engine->CreateTopic("orders", {.configs = {{"flush.messages", "1"}}}).ok());
    std::vector<std::string> expected;
    for (int i = 0; i < 10; ++i) {
      expected.push_back("new " + std::to_string(i));
      REQUIRE(AppendOne(MustPartition(*engine, "orders"), expected.back()).ok());
    }
    const auto left = power_cut ? storage->PowerLoss(1) : storage->ProcessKill();
    const auto after = MustOpen("data", On(left));
    CHECK(MustPartition(*after, "orders").log_start_offset() == 0);
    CHECK(Values(MustPartition(*after, "orders")) == expected);
  }
}

// As a process leaves it that was killed in an import, before the catalogue had the topic.
TEST_CASE("A topic does not begin where an import that never came to its end left a start") {
  const auto storage = std::make_shared<FaultyStorage>();
  REQUIRE(MustOpen("data", On(storage))->Close().ok());
  io::FileSystem& files = io::FileSystemOf(*storage);
  const std::string path = "data/" + std::string(log::kLogStartCheckpoint);
  REQUIRE(log::WriteOffsetCheckpoint(files, path, {{{"orders", 0}, 4}, {{"orders", 1}, 7}}).ok());
  const auto engine = MustOpen("data", On(storage));
  REQUIRE(engine->CreateTopic("orders", {.configs = {{"flush.messages", "1"}}}).ok());
  CHECK(log::ReadOffsetCheckpoint(files, path).value().empty());
  std::vector<std::string> expected;
  for (int i = 0; i < 10; ++i) {
    expected.push_back("new " + std::to_string(i));
    REQUIRE(AppendOne(MustPartition(*engine, "orders"), expected.back()).ok());
  }
  const auto after = MustOpen("data", On(storage->PowerLoss(1)));
  CHECK(Values(MustPartition(*after, "orders")) == expected);
}

TEST_CASE("A checkpoint that could not be read does not outlive the topics it speaks of") {
  const auto storage = std::make_shared<FaultyStorage>();
  {
    const auto engine = MustOpen("data", On(storage));
    REQUIRE(engine->CreateTopic("orders", {}).ok());
    Partition partition = MustPartition(*engine, "orders");
    for (int i = 0; i < 3; ++i) REQUIRE(AppendOne(partition, "old").ok());
    REQUIRE(partition.DeleteRecordsBefore(2).ok());
    REQUIRE(engine->Close().ok());
  }
  storage->FailNext(FileCall::kRead, "log-start-offset-checkpoint");
  const auto engine = MustOpen("data", On(storage));
  REQUIRE(engine->DeleteTopic("orders").ok());
  REQUIRE(engine->CreateTopic("orders", {}).ok());
  REQUIRE(AppendOne(MustPartition(*engine, "orders"), "new").ok());
  const auto after = MustOpen("data", On(storage->ProcessKill()));
  CHECK(Values(MustPartition(*after, "orders")) == std::vector<std::string>{"new"});
}

// What is known of topics after a run in which storage failed.
struct Known {
  std::map<std::string, std::set<int>> partitions;  // what each may have; 0: it may be missing
  // Flushed and acknowledged, from the topic's first record on.
  std::map<std::string, std::vector<std::string>> flushed;
};

// `done`: the topic has so many partitions. Otherwise it may have: the failure may have come after
// the deed.
void Note(Known& known, const char* name, int partitions, const absl::Status& done) {
  auto& may_be = known.partitions[name];
  if (done.ok()) may_be.clear();
  may_be.insert(partitions);
}

std::optional<Partition> FirstPartition(LocalEngine& engine, const char* topic) {
  const auto found = engine.FindTopic(topic);
  if (!found.ok()) return std::nullopt;
  auto partition = TopicAccess::Make(*found).partition(0);
  return partition.ok() ? std::optional(*std::move(partition)) : std::nullopt;
}

// Leaves the topic "a" with a log that does not start at 0.
void FirstRun(LocalEngine& engine, Known& known) {
  Note(known, "a", 2, engine.CreateTopic("a", {.partitions = 2}).status());
  Note(known, "b", 1, engine.CreateTopic("b", {.partitions = 1}).status());
  if (auto partition = FirstPartition(engine, "a")) {
    for (int i = 0; i < 3; ++i) AppendOne(*partition, "old").IgnoreError();
    partition->DeleteRecordsBefore(2).IgnoreError();
  }
  if (engine.FindTopic("b").ok()) Note(known, "b", 3, engine.CreatePartitions("b", 3));
  engine.Close().IgnoreError();
}

void SecondRun(LocalEngine& engine, Known& known) {
  if (engine.FindTopic("a").ok()) Note(known, "a", 0, engine.DeleteTopic("a"));
  const auto anew =
      engine.CreateTopic("a", {.partitions = 1, .configs = {{"flush.messages", "1"}}});
  Note(known, "a", 1, anew.status());
  if (auto partition = anew.ok() ? FirstPartition(engine, "a") : std::nullopt) {
    for (const char* value : {"0", "1", "2", "3"}) {
      if (!AppendOne(*partition, value).ok()) break;
      known.flushed["a"].push_back(value);
    }
  }
  Note(known, "c", 1, engine.CreateTopic("c", {.partitions = 1}).status());
  engine.Close().IgnoreError();
}

// Makes, grows and deletes topics, and makes one anew, in storage that may fail at any moment;
// notes what must and what may be there afterwards.
Known Run(const std::shared_ptr<FaultyStorage>& storage) {
  Known known;
  for (const char* name : {"a", "b", "c"}) known.partitions[name] = {0};
  for (const auto run : {FirstRun, SecondRun}) {
    const auto engine = LocalEngine::Open("data", On(storage));
    if (engine.ok()) run(**engine, known);
  }
  return known;
}

void CheckKnown(LocalEngine& engine, const Known& known) {
  for (const auto& [name, may_be] : known.partitions) {
    const auto found = engine.FindTopic(name);
    const int partitions = found.ok() ? (*found)->partition_count() : 0;
    CAPTURE(name, partitions);
    CHECK(may_be.contains(partitions));
    if (const auto flushed = known.flushed.find(name); flushed != known.flushed.end()) {
      auto values = Values(MustPartition(engine, name));
      values.resize(std::min(values.size(), flushed->second.size()));
      CHECK(values == flushed->second);
    }
    // Whatever is there can be used.
    if (found.ok()) CHECK(AppendOne(MustPartition(engine, name), "after").ok());
  }
}

TEST_CASE("Whichever call to the storage is the last that works, topics are as they were told") {
  const std::int64_t calls = [] {
    const auto storage = std::make_shared<FaultyStorage>();
    Run(storage);
    return storage->calls();
  }();
  REQUIRE(calls > 50);
  for (std::int64_t last = 0; last <= calls; ++last) {
    for (const bool power_cut : {false, true}) {
      CAPTURE(last, power_cut);
      const auto storage = std::make_shared<FaultyStorage>();
      storage->Fail({.call = FileCall::kAny, .error = EIO, .after = last, .times = kForever});
      const Known known = Run(storage);
      const auto left =
          power_cut ? storage->PowerLoss(static_cast<std::uint64_t>(last)) : storage->ProcessKill();
      const auto after = MustOpen("data", On(left));
      CheckKnown(*after, known);
      CHECK(after->Close().ok());
      const auto again = MustOpen("data", On(left));
      CheckKnown(*again, known);
    }
  }
}

TEST_CASE("Whichever single call to the storage fails, the engine goes on or says why") {
  const std::int64_t calls = [] {
    const auto storage = std::make_shared<FaultyStorage>();
    Run(storage);
    return storage->calls();
  }();
  for (std::int64_t failing = 0; failing <= calls; ++failing) {
    CAPTURE(failing);
    const auto storage = std::make_shared<FaultyStorage>();
    storage->Fail({.call = FileCall::kAny, .error = ENOSPC, .after = failing, .times = 1});
    const Known known = Run(storage);
    storage->ClearFaults();
    const auto after = MustOpen("data", On(storage));
    CheckKnown(*after, known);
  }
}

TEST_CASE("Damaged checkpoints cost a warning and a recovery, no record") {
  const auto storage = std::make_shared<FaultyStorage>();
  {
    const auto engine = MustOpen("data", On(storage));
    REQUIRE(engine->CreateTopic("orders", {}).ok());
    for (int i = 0; i < 20; ++i) REQUIRE(AppendOne(MustPartition(*engine, "orders"), "x").ok());
    REQUIRE(engine->Close().ok());
  }
  for (const char* name : {"recovery-point-offset-checkpoint", "replication-offset-checkpoint",
                           "log-start-offset-checkpoint"}) {
    REQUIRE(storage->WriteFile(std::string("data/") + name, "0\n1\norders 0 many\n").ok());
  }
  Said said;
  Options options = On(storage);
  options.log_sink = said.sink();
  const auto engine = MustOpen("data", options);
  CHECK(said.Has(LogLevel::kWarning, "recovery-point-offset-checkpoint, line 3"));
  CHECK(Values(MustPartition(*engine, "orders")).size() == 20);
}

TEST_CASE("A partition that cannot be opened does not keep the others from being used") {
  const auto storage = std::make_shared<FaultyStorage>();
  {
    const auto engine = MustOpen("data", On(storage));
    REQUIRE(engine->CreateTopic("bad", {}).ok());
    REQUIRE(engine->CreateTopic("good", {}).ok());
    REQUIRE(AppendOne(MustPartition(*engine, "bad"), "b").ok());
    REQUIRE(AppendOne(MustPartition(*engine, "good"), "g").ok());
    REQUIRE(engine->Close().ok());
  }
  SECTION("because a file cannot be read") {
    storage->Fail({.call = FileCall::kOpen,
                   .path_part = "bad-0/0",
                   .error = EIO,
                   .after = 0,
                   .times = kForever});
  }
  SECTION("because its folder may not be looked into") {
    storage->Fail({.call = FileCall::kList,
                   .path_part = "bad-0",
                   .error = EACCES,
                   .after = 0,
                   .times = kForever});
  }
  Said said;
  Options options = On(storage);
  options.log_sink = said.sink();
  const auto engine = MustOpen("data", options);
  CHECK(said.Has(LogLevel::kError, "bad-0 is left alone"));
  CHECK(Values(MustPartition(*engine, "good")) == std::vector<std::string>{"g"});
  CHECK_FALSE((*engine->FindTopic("bad"))->OpenPartition(0).ok());
  // Once the storage is well again, so is the partition.
  storage->ClearFaults();
  CHECK(Values(MustPartition(*engine, "bad")) == std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace rill::engine
