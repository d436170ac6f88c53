// What a child of fork() finds, and what the parent finds when it is gone.

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "client_test.h"
#include "rill/rill.h"

namespace rill::testing {
namespace {

constexpr int kAsExpected = 0;
constexpr unsigned kPatience = 30;  // seconds until a child that waits for ever is ended

// Runs `work` in a child, which ends by _exit, and returns what it returned; -1 where it did not
// come to that. Nothing of Catch's is used there.
int InChild(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kPatience);
    ::_exit(work());
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

bool IsParents(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) &&
         std::string(status.message()).find("is the parent's") != std::string::npos;
}

// All that an application can hold of an engine.
struct Held {
  Engine engine;
  Topic topic;
  Partition partition;
  Producer direct;
  Producer lingering;
  Consumer consumer;
  Records records;
  PendingSend pending;

  static Held Open(const std::string& where) {
    Engine engine = Get(rill::Open(where));
    Topic topic = MakeTopic(engine, "t");
    Partition partition = Get(topic.partition(0));
    Producer direct = Get(engine.NewProducer());
    Producer lingering = Get(engine.NewProducer({.linger = absl::Hours(1)}));
    REQUIRE(direct.Send(topic, {.value = "0"}).Wait().ok());
    Consumer consumer =
        Get(engine.Subscribe("g", {"t"}, {.reset = rill::kEarliest, .enable_auto_commit = true}));
    Records records = Get(consumer.Poll(kLong));
    REQUIRE(Values(records).size() == 1);
    PendingSend pending = lingering.Send(topic, {.value = "1"});
    return {std::move(engine),
            topic,
            partition,
            std::move(direct),
            std::move(lingering),
            std::move(consumer),
            std::move(records),
            std::move(pending)};
  }
};

// The number of the first call that does not say whose the engine is.
int CallEverything(Held& held) {
  const RecordData record = {.value = "never"};
  int number = 0;
  for (const absl::Status& status : std::vector<absl::Status>{
           held.direct.Send(held.topic, {.value = "never"}).Wait().status(),
           held.lingering.Send(held.topic, {.value = "never"}).Wait().status(),
           held.direct.ClaimRecord(held.topic, {}, 10).status(),
           held.lingering.Flush(),
           held.lingering.Close(),
           held.pending.Wait().status(),
           held.partition.Append({&record, 1}).status(),
           held.partition.Read(0).status(),
           held.partition.WaitFor(100, absl::Seconds(1)),
           held.partition.Flush(),
           held.partition.DeleteRecordsBefore(1).status(),
           held.topic.partition(0).status(),
           held.consumer.Poll(absl::Seconds(1)).status(),
           held.consumer.Commit(),
           held.consumer.Subscribe({"t"}),
           held.consumer.Close(),
           held.engine.CreateTopic("never").status(),
           held.engine.FindTopic("t").status(),
           held.engine.DeleteTopic("t"),
           held.engine.NewProducer().status(),
           held.engine.NewConsumer().status(),
           held.engine.CommittedOffsets("g").status(),
           held.engine.Flush(),
           held.engine.Backup("/never"),
           held.engine.Close(),
       }) {
    ++number;
    if (!IsParents(status)) return number;
  }
  ++number;
  const bool are_empty = held.engine.ListTopics().empty() && !held.engine.has_writer() &&
                         held.engine.RunMaintenance() == absl::InfiniteFuture() &&
                         held.partition.size_bytes() == 0 &&
                         held.partition.Metrics().size_bytes == 0;
  if (!are_empty) return number;
  ++number;
  // What it holds already it can look at.
  return held.records.begin()->value() == "0" ? kAsExpected : number;
}

TEST_CASE(
    "In a child of fork an engine says that it is the parent's, and closing it does nothing") {
  const Folder folder;
  for (const std::string& where : {folder.data(), std::string("mem:")}) {
    CAPTURE(where);
    Held held = Held::Open(where);
    const int result = InChild([&] {
      const int called = CallEverything(held);
      if (called != kAsExpected) return called;
      { const Held gone = std::move(held); }
      return kAsExpected;
    });
    CHECK(result == kAsExpected);
    // The parent goes on as if nothing had been.
    if (where != "mem:") {
      CHECK(std::filesystem::exists(where + "/rill.shared"));
      CHECK(absl::IsFailedPrecondition(rill::Open(where).status()));
    }
    CHECK(held.direct.Send(held.topic, {.value = "2"}).Wait().ok());
    CHECK(held.lingering.Flush().ok());
    CHECK(held.pending.Wait().ok());
    CHECK(held.consumer.Commit(held.records).ok());
    CHECK(held.engine.ListTopics() == std::vector<std::string>{"t"});
    CHECK(Values(held.topic) == std::vector<std::string>{"0", "2", "1"});
    CHECK(held.engine.Close() == absl::OkStatus());
  }
  Engine engine = Get(rill::Open(folder.data()));
  CHECK(Values(Get(engine.FindTopic("t"))) == std::vector<std::string>{"0", "2", "1"});
}

TEST_CASE("A child of fork opens engines of its own") {
  const Folder folder;
  Engine engine = Get(Open(folder.data()));
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer());
  REQUIRE(producer.Send(topic, {.value = "0"}).Wait().ok());
  const int result = InChild([&] {
    const Options by_caller = {.maintenance = Options::Maintenance::kByCaller};
    if (!absl::IsFailedPrecondition(Open(folder.data(), by_caller).status())) return 1;
    Options read_only = by_caller;
    read_only.read_only = true;
    auto reader = Open(folder.data(), read_only);
    if (!reader.ok()) return 2;
    const auto found = reader->FindTopic("t");
    if (!found.ok() || found->partition(0)->high_watermark() != 1) return 3;
    auto own = Open(folder.data() + ".own", by_caller);
    if (!own.ok()) return 4;
    const auto made = own->CreateTopic("t", {.partitions = 1});
    const RecordData record = {.value = "own"};
    if (!made.ok() || !made->partition(0)->Append({&record, 1}).ok()) return 5;
    return own->Close().ok() ? kAsExpected : 6;
  });
  CHECK(result == kAsExpected);
  CHECK(EndOf(topic) == 1);
  Engine own = Get(Open(folder.data() + ".own"));
  CHECK(Values(Get(own.FindTopic("t"))) == std::vector<std::string>{"own"});
  std::error_code ignored;
  std::filesystem::remove_all(folder.data() + ".own", ignored);
}

TEST_CASE("A child that is forked while threads append waits for nobody and changes nothing") {
  const Folder folder;
  Engine engine = Get(Open(folder.data()));
  const Topic topic = MakeTopic(engine, "t", 2);
  std::vector<Producer> producers;
  producers.push_back(Get(engine.NewProducer()));
  producers.push_back(Get(engine.NewProducer({.linger = absl::Milliseconds(1)})));
  std::atomic<bool> ends = false;
  int sent[2] = {0, 0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      for (; !ends.load(); ++sent[i]) {
        const std::string value = std::to_string(sent[i]);
        producers[static_cast<std::size_t>(i)].Send(topic, {.value = value, .partition = i},
                                                    nullptr);
      }
    });
  }
  Consumer consumer = Get(engine.NewConsumer());
  REQUIRE(consumer.Assign({{"t", 0}}).ok());
  for (int i = 0; i < 50; ++i) {
    const int result = InChild([&] {
      for (Producer& producer : producers) {
        if (!IsParents(producer.Send(topic, {.value = "never"}).Wait().status())) return 1;
      }
      if (!IsParents(consumer.Poll(absl::Seconds(1)).status())) return 2;
      producers.clear();
      { const Consumer gone = std::move(consumer); }
      { const Engine gone = std::move(engine); }
      return kAsExpected;
    });
    CHECK(result == kAsExpected);
  }
  ends.store(true);
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 2; ++i) {
    CHECK(producers[static_cast<std::size_t>(i)].Flush().ok());
    const auto values = Values(topic, i);
    CHECK(static_cast<int>(values.size()) == sent[i]);
    bool is_in_order = true;
    for (std::size_t at = 0; at < values.size(); ++at) {
      is_in_order &= values[at] == std::to_string(at);
    }
    CHECK(is_in_order);
  }
  CHECK(engine.Close() == absl::OkStatus());
}

TEST_CASE(
    "A child that is forked while threads send lets go of what was sent, and waits for nobody") {
  Engine engine = Get(Open("mem:"));
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer({.linger = absl::Hours(1), .batch_size = 1}));
  std::atomic<bool> ends = false;
  std::thread sender([&] {
    while (!ends.load()) static_cast<void>(producer.Send(topic, {.value = "0"}));
  });
  std::vector<PendingSend> sent;
  for (int i = 0; i < 50; ++i) sent.push_back(producer.Send(topic, {.value = "1"}));
  for (const PendingSend& send : sent) CHECK(send.Wait(kLong).ok());
  for (int i = 0; i < 50; ++i) {
    CHECK(InChild([&] {
            sent.clear();
            return kAsExpected;
          }) == kAsExpected);
  }
  ends.store(true);
  sender.join();
}

}  // namespace
}  // namespace rill::testing
