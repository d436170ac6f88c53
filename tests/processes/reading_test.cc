// What an engine with Options::read_only shows of a folder, and what it refuses.

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/time/clock.h"
#include "catch.h"
#include "reader_and_writer.h"

namespace rill::testing {
namespace {

using Values = std::vector<std::string>;

bool IsReadOnly(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) && Says(status, "read_only");
}

// Every file in the folder, with its size and when it was changed.
std::map<std::string, std::string> Files(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    struct stat info;
    REQUIRE(::stat(entry.path().c_str(), &info) == 0);
    files[entry.path()] = std::to_string(info.st_size) + " " + std::to_string(info.st_mtim.tv_sec) +
                          "." + std::to_string(info.st_mtim.tv_nsec);
  }
  return files;
}

TEST_CASE("A reader sees what a writer appends, without being told") {
  const Folder folder;
  Engine writer = Get(Open(folder.data(), Writing()));
  const Topic topic = MakeTopic(writer, "orders", 2);
  Append(topic, "one");
  Engine reader = Get(Open(folder.data(), Reading()));
  const Partition log = Get(Get(reader.FindTopic("orders")).partition(0));
  CHECK(ReadFrom(log, 0) == Values{"one"});
  Append(topic, "two");
  Append(topic, "three");
  CHECK(log.high_watermark() == 3);
  CHECK(ReadFrom(log, 0) == Values{"one", "two", "three"});
  // A partition that had no folder when it was opened.
  const Partition other = Get(Get(reader.FindTopic("orders")).partition(1));
  CHECK(other.high_watermark() == 0);
  Append(topic, "four", 1);
  CHECK(ReadFrom(other, 0) == Values{"four"});
}

TEST_CASE("A consumer of a reader waits for records, with Assign and without a group") {
  const Folder folder;
  Engine writer = Get(Open(folder.data(), Writing()));
  const Topic topic = MakeTopic(writer, "orders");
  Engine reader = Get(Open(folder.data(), Reading()));
  Consumer consumer = Get(reader.NewConsumer({.reset = kEarliest}));
  REQUIRE(consumer.Assign({{"orders", 0}}) == absl::OkStatus());
  CHECK(Get(consumer.Poll(absl::Milliseconds(1))).empty());
  for (int i = 0; i < 100; ++i) {
    absl::Status appended;
    std::thread appending([&] { appended = TryAppend(topic, std::to_string(i)); });
    const auto records = consumer.Poll(absl::Seconds(30));
    appending.join();
    REQUIRE(appended == absl::OkStatus());
    REQUIRE(records.ok());
    REQUIRE_FALSE(records->empty());
    CHECK(records->begin()->value() == std::to_string(i));
  }
  CHECK(Get(consumer.Position({"orders", 0})) == 100);
  CHECK(Get(consumer.Lag({"orders", 0})) == 0);
}

TEST_CASE("A reader that waits is woken by Wakeup and by Close") {
  const Folder folder;
  Engine writer = Get(Open(folder.data(), Writing()));
  MakeTopic(writer, "orders");
  Engine reader = Get(Open(folder.data(), Reading()));
  Consumer consumer = Get(reader.NewConsumer());
  REQUIRE(consumer.Assign({{"orders", 0}}) == absl::OkStatus());
  std::thread waking([&] { consumer.Wakeup(); });
  const auto woken = consumer.Poll(absl::InfiniteDuration()).status();
  waking.join();
  CHECK(absl::IsCancelled(woken));
  const Partition log = Get(Get(reader.FindTopic("orders")).partition(0));
  absl::Status closed;
  std::thread closing([&] { closed = reader.Close(); });
  const auto waited = log.WaitFor(0, absl::InfiniteDuration());
  closing.join();
  CHECK(absl::IsFailedPrecondition(waited));
  CHECK(closed == absl::OkStatus());
}

TEST_CASE("What would change something is refused, and says why") {
  const Folder folder;
  Engine writer = Get(Open(folder.data(), Writing()));
  MakeTopic(writer, "orders");
  Engine reader = Get(Open(folder.data(), Reading()));
  CHECK(IsReadOnly(reader.CreateTopic("more").status()));
  CHECK(IsReadOnly(reader.EnsureTopic("more").status()));
  CHECK(reader.EnsureTopic("orders").ok());
  CHECK(IsReadOnly(reader.DeleteTopic("orders")));
  CHECK(IsReadOnly(reader.CreatePartitions("orders", 3)));
  CHECK(IsReadOnly(reader.AlterTopicConfigs("orders", {{"retention.ms", "1"}})));
  CHECK(IsReadOnly(reader.NewProducer().status()));
  CHECK(IsReadOnly(reader.NewConsumer({.group = "g"}).status()));
  CHECK(IsReadOnly(reader.Subscribe("g", {"orders"}).status()));
  CHECK(IsReadOnly(reader.DeleteGroup("g")));
  CHECK(IsReadOnly(reader.CommittedOffsets("g").status()));
  CHECK(IsReadOnly(reader.DescribeGroup("g").status()));
  CHECK(reader.ListGroups().empty());
  CHECK(IsReadOnly(reader.Flush()));
  Partition log = Get(Get(reader.FindTopic("orders")).partition(0));
  const RecordData record{.value = "v"};
  CHECK(IsReadOnly(log.Append({&record, 1}).status()));
  CHECK(IsReadOnly(log.DeleteRecordsBefore(0).status()));
  CHECK(IsReadOnly(log.Flush()));
  Consumer consumer = Get(reader.NewConsumer());
  CHECK(absl::IsFailedPrecondition(consumer.Commit()));
}

TEST_CASE("There is nothing to open read-only in memory, and none is made of a missing folder") {
  const Folder folder;
  CHECK(absl::IsInvalidArgument(Open("mem:", Reading()).status()));
  CHECK(absl::IsNotFound(Open(folder.data(), Reading()).status()));
  CHECK_FALSE(std::filesystem::exists(folder.data()));
}

TEST_CASE("A reader writes nothing, and keeps no writer out") {
  const Folder folder;
  {
    Engine writer = Get(Open(folder.data(), Writing()));
    const Topic topic = MakeTopic(writer, "orders");
    for (int i = 0; i < 100; ++i) Append(topic, std::to_string(i));
  }
  const auto before = Files(folder.data());
  Engine reader = Get(Open(folder.data(), Reading()));
  const Partition log = Get(Get(reader.FindTopic("orders")).partition(0));
  CHECK(ReadFrom(log, 0).size() == 100);
  CHECK(Files(folder.data()) == before);
  CHECK_FALSE(reader.has_writer());
  Engine writer = Get(Open(folder.data(), Writing()));
  CHECK(reader.has_writer());
  Append(Get(writer.FindTopic("orders")), "100");
  REQUIRE(log.WaitFor(100, absl::Seconds(30)) == absl::OkStatus());
  CHECK(ReadFrom(log, 100) == Values{"100"});
}

TEST_CASE("A reader outlives its writer, and goes on with the next") {
  const Folder folder;
  auto writer = std::make_unique<Engine>(Get(Open(folder.data(), Writing())));
  Append(MakeTopic(*writer, "orders"), "one");
  Engine reader = Get(Open(folder.data(), Reading()));
  Consumer consumer = Get(reader.NewConsumer({.reset = kEarliest}));
  REQUIRE(consumer.Assign({{"orders", 0}}) == absl::OkStatus());
  CHECK(Get(consumer.Poll(absl::Seconds(30))).begin()->value() == "one");
  for (int life = 0; life < 5; ++life) {
    Append(Get(writer->FindTopic("orders")), "late " + std::to_string(life));
    REQUIRE(writer->Close() == absl::OkStatus());
    CHECK_FALSE(reader.has_writer());
    const Records late = Get(consumer.Poll(absl::Seconds(30)));
    REQUIRE_FALSE(late.empty());
    CHECK(late.begin()->value() == "late " + std::to_string(life));
    CHECK(Get(consumer.Poll(absl::ZeroDuration())).empty());
    writer = std::make_unique<Engine>(Get(Open(folder.data(), Writing())));
    Append(Get(writer->FindTopic("orders")), "early " + std::to_string(life));
    const Records early = Get(consumer.Poll(absl::Seconds(30)));
    REQUIRE_FALSE(early.empty());
    CHECK(early.begin()->value() == "early " + std::to_string(life));
  }
}

TEST_CASE("A reader sees what writers left that came and went between two of its looks") {
  const Folder folder;
  {
    Engine writer = Get(Open(folder.data(), Writing()));
    Append(MakeTopic(writer, "orders"), "one");
  }
  const bool has_first = GENERATE(false, true);
  std::optional<Engine> first;
  if (has_first) first.emplace(Get(Open(folder.data(), Writing())));
  Engine reader = Get(Open(folder.data(), Reading()));
  const Partition log = Get(Get(reader.FindTopic("orders")).partition(0));
  Consumer consumer = Get(reader.NewConsumer({.reset = kEarliest}));
  REQUIRE(consumer.Assign({{"orders", 0}}) == absl::OkStatus());
  CHECK(Get(consumer.Poll(absl::Seconds(30))).begin()->value() == "one");
  first.reset();
  for (int life = 0; life < 5; ++life) {
    {
      Engine writer = Get(Open(folder.data(), Writing()));
      Append(Get(writer.FindTopic("orders")), std::to_string(life));
    }
    const Records seen = Get(consumer.Poll(absl::Seconds(30)));
    REQUIRE_FALSE(seen.empty());
    CHECK(seen.begin()->value() == std::to_string(life));
    CHECK(log.high_watermark() == life + 2);
  }
}

TEST_CASE("A partition shows nothing of a topic of its name that was made meanwhile") {
  const Folder folder;
  {
    Engine writer = Get(Open(folder.data(), Writing()));
    Append(MakeTopic(writer, "orders"), "old");
  }
  Engine reader = Get(Open(folder.data(), Reading()));
  const Partition log = Get(Get(reader.FindTopic("orders")).partition(0));
  CHECK(ReadFrom(log, 0) == Values{"old"});
  {
    Engine writer = Get(Open(folder.data(), Writing()));
    REQUIRE(writer.DeleteTopic("orders") == absl::OkStatus());
    Append(MakeTopic(writer, "orders"), "new");
    Append(Get(writer.FindTopic("orders")), "newer");
  }
  for (int look = 0; look < 10; ++look) {
    const auto records = log.Read(0);
    if (records.ok() && !records->empty()) CHECK(records->begin()->value() == "old");
    CHECK(log.high_watermark() == 1);
    absl::SleepFor(absl::Milliseconds(100));
  }
  CHECK(ReadFrom(Get(Get(reader.FindTopic("orders")).partition(0)), 0) == Values{"new", "newer"});
}

TEST_CASE("A partition whose topic was deleted meanwhile says so, and shows what it had") {
  const Folder folder;
  {
    Engine writer = Get(Open(folder.data(), Writing()));
    Append(MakeTopic(writer, "orders"), "old");
  }
  Engine reader = Get(Open(folder.data(), Reading()));
  const Partition log = Get(Get(reader.FindTopic("orders")).partition(0));
  const Records kept = Get(log.Read(0));
  {
    Engine writer = Get(Open(folder.data(), Writing()));
    REQUIRE(writer.DeleteTopic("orders") == absl::OkStatus());
  }
  absl::SleepFor(absl::Seconds(1));
  CHECK(absl::IsNotFound(log.Read(0).status()));
  CHECK(log.high_watermark() == 1);
  CHECK(kept.begin()->value() == "old");
}

TEST_CASE("A reader sees topics come, grow and go") {
  const Folder folder;
  Engine writer = Get(Open(folder.data(), Writing()));
  Engine reader = Get(Open(folder.data(), Reading()));
  CHECK(reader.ListTopics().empty());
  const Topic topic = MakeTopic(writer, "orders");
  CHECK(reader.ListTopics() == Values{"orders"});
  CHECK(Get(reader.DescribeTopic("orders")).id == topic.id());
  REQUIRE(writer.CreatePartitions("orders", 3) == absl::OkStatus());
  CHECK(Get(reader.FindTopic("orders")).partition_count() == 3);
  Append(topic, "old");
  Consumer consumer = Get(reader.NewConsumer({.reset = kEarliest}));
  REQUIRE(consumer.Assign({{"orders", 0}}) == absl::OkStatus());
  const Records kept = Get(consumer.Poll(absl::Seconds(30)));
  REQUIRE(writer.DeleteTopic("orders") == absl::OkStatus());
  CHECK(absl::IsNotFound(consumer.Poll(absl::Seconds(30)).status()));
  CHECK(kept.begin()->value() == "old");
  CHECK(absl::IsNotFound(reader.FindTopic("orders").status()));
  // Another topic, under the same name.
  Append(MakeTopic(writer, "orders"), "new");
  REQUIRE(consumer.Assign({{"orders", 0}}) == absl::OkStatus());
  CHECK(Get(consumer.Poll(absl::Seconds(30))).begin()->value() == "new");
}

TEST_CASE("A reader sees a record when the writer has flushed it, where that is promised") {
  const Folder folder;
  Engine writer = Get(Open(folder.data(), Writing()));
  const Topic topic = MakeTopic(writer, "orders", 1, {{"flush.messages", "1"}});
  Engine reader = Get(Open(folder.data(), Reading()));
  const Partition log = Get(Get(reader.FindTopic("orders")).partition(0));
  for (int i = 0; i < 10; ++i) {
    Append(topic, std::to_string(i));
    CHECK(log.high_watermark() == i + 1);
  }
  CHECK(ReadFrom(log, 0).size() == 10);
}

// Another user, where this one may everything.
void BecomeOrdinary() {
  if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
}

TEST_CASE("A reader that may only read the folder sees what is appended, unseen by the writer") {
  const Folder folder;
  Engine writer = Get(Open(folder.data(), Writing()));
  const Topic topic = MakeTopic(writer, "orders");
  Append(topic, "one");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.data())) {
    REQUIRE(::chmod(entry.path().c_str(), entry.is_directory() ? 0755 : 0444) == 0);
  }
  REQUIRE(::chmod((folder.data() + "/..").c_str(), 0755) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    BecomeOrdinary();
    auto reader = Open(folder.data(), Reading());
    if (!reader.ok()) ::_exit(3);
    const auto topic = reader->FindTopic("orders");
    const auto log = topic.ok() ? topic->partition(0) : topic.status();
    if (!log.ok() || log->high_watermark() != 1) ::_exit(4);
    ::_exit(log->WaitFor(1, absl::Seconds(30)).ok() && ReadFrom(*log, 1) == Values{"two"} ? 0 : 5);
  }
  absl::SleepFor(absl::Milliseconds(50));
  Append(topic, "two");
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("A folder that Apache Kafka wrote can be read as it is") {
  const std::string golden = RILL_SOURCE_DIR "/tests/data/golden/idempotent";
  const auto before = Files(golden);
  Engine reader = Get(Open(golden, Reading()));
  CHECK(reader.ListTopics() == Values{"idempotent"});
  const Partition log = Get(Get(reader.FindTopic("idempotent")).partition(0));
  CHECK(log.high_watermark() == 14);
  const Records first = Get(log.Read(0));
  CHECK(first.begin()->key() == "one");
  CHECK(first.begin()->value() == "batch 0 record 0");
  std::int64_t at = 0;
  while (at < log.high_watermark()) at = Get(log.Read(at)).ranges().back().next_offset;
  CHECK(at == 14);
  CHECK(Files(golden) == before);
}

}  // namespace
}  // namespace rill::testing
