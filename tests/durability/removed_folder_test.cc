// Somebody removes files or the whole folder from under an engine that is running.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "catch.h"
#include "client/client_test.h"
#include "rill/rill.h"
#include "rill/testing/manual_clock.h"

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

std::string Contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Put(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// By `mv` over it, or by `rm` and a new one; early, or once windows have grown.
TEST_CASE("A segment's file that somebody replaces is left alone, and its partition stops") {
  const std::string strange(100, 's');
  for (const bool is_moved : {true, false}) {
    for (const int before : {1, 1000}) {
      const Folder folder;
      Engine engine = Get(Open(folder.data(), kByCaller));
      const Topic topic = MakeTopic(engine, "replaced");
      const Topic other = MakeTopic(engine, "other");
      Producer producer = Get(engine.NewProducer());
      const std::string value(1000, 'v');
      for (int i = 0; i < before; ++i) REQUIRE(Send(producer, topic, value).ok());
      const std::string path = folder.data() + "/replaced-0/00000000000000000000.log";
      Put(folder.data() + "/strange", strange);
      if (!is_moved) std::filesystem::remove(path);
      std::filesystem::rename(folder.data() + "/strange", path);

      absl::Status refused;
      for (int i = 0; i < 20'000; ++i) refused.Update(Send(producer, topic, value));
      CHECK(absl::IsDataLoss(refused));
      CHECK(Says(refused, "replaced-0/00000000000000000000.log was replaced"));
      CHECK(Says(refused, "close the engine"));
      CHECK(Contents(path) == strange);
      CHECK(Send(producer, other, "goes on").ok());
      engine.RunMaintenance();
      CHECK_FALSE(engine.Close().ok());
      CHECK(Contents(path) == strange);
    }
  }
}

TEST_CASE("A segment's file that somebody replaces is missed by a flush, and by the maintenance") {
  for (const bool flushes : {true, false}) {
    const Folder folder;
    Engine engine = Get(Open(folder.data(), kByCaller));
    const Topic topic = MakeTopic(engine, "replaced");
    Producer producer = Get(engine.NewProducer());
    REQUIRE(Send(producer, topic, "before").ok());
    const std::string path = folder.data() + "/replaced-0/00000000000000000000.log";
    Put(path + ".new", Contents(path));
    std::filesystem::rename(path + ".new", path);
    if (flushes) CHECK(absl::IsDataLoss(Get(topic.partition(0)).Flush()));
    if (!flushes) engine.RunMaintenance();
    CHECK(absl::IsDataLoss(Send(producer, topic, "lost")));
  }
}

TEST_CASE("A file that somebody puts in the place of a partition's that rests is left alone") {
  const std::string strange(100'000, 's');
  const Folder folder;
  ManualClock clock;
  Options options = kByCaller;
  options.clock = &clock;
  std::string lines;
  options.log_sink = [&](LogLevel level, std::string_view line) {
    if (level == LogLevel::kError) lines += line;
  };
  Engine engine = Get(Open(folder.data(), options));
  const Topic topic = MakeTopic(engine, "replaced");
  Producer producer = Get(engine.NewProducer());
  REQUIRE(Send(producer, topic, "before").ok());
  for (int i = 0; i < 3; ++i) {
    clock.Advance(absl::Minutes(2));
    engine.RunMaintenance();
  }
  const std::string path = folder.data() + "/replaced-0/00000000000000000000.log";
  REQUIRE(std::filesystem::file_size(path) < 1000);  // it has no reserve any more
  Put(path + ".new", strange);
  std::filesystem::rename(path + ".new", path);
  CHECK(absl::IsDataLoss(Send(producer, topic, "lost")));
  CHECK(Contents(path) == strange);
  engine.RunMaintenance();
  CHECK(lines.find("replaced-0/00000000000000000000.log was replaced") != std::string::npos);
}

// A topic whose first segment was rolled, and is not complete yet.
Topic WithFullSegment(Engine& engine) {
  const Topic topic = MakeTopic(engine, "replaced", 1, {{"segment.bytes", "1048576"}});
  Producer producer = Get(engine.NewProducer());
  const std::string value(1000, 'v');
  for (int i = 0; i < 1500; ++i) REQUIRE(Send(producer, topic, value).ok());
  return topic;
}

TEST_CASE("A full segment's file that somebody replaces before it is completed is left alone") {
  const std::string strange(100, 's');
  const Folder folder;
  Engine engine = Get(Open(folder.data(), kByCaller));
  const Topic topic = WithFullSegment(engine);
  const std::string path = folder.data() + "/replaced-0/00000000000000000000.log";
  Put(path + ".new", strange);
  std::filesystem::rename(path + ".new", path);
  engine.RunMaintenance();
  Producer producer = Get(engine.NewProducer());
  CHECK(absl::IsDataLoss(Send(producer, topic, "lost")));
  CHECK(Contents(path) == strange);
}

TEST_CASE("What stands behind the batches of a file that somebody replaces is not cut") {
  const std::string strange(2'000'000, 's');
  const Folder folder;
  Engine engine = Get(Open(folder.data(), kByCaller));
  const Topic topic = WithFullSegment(engine);
  engine.RunMaintenance();  // completes it, but for the stopper
  const std::string path = folder.data() + "/replaced-0/00000000000000000000.log";
  Put(path + ".new", strange);
  std::filesystem::rename(path + ".new", path);
  CHECK(absl::IsDataLoss(engine.Close()));
  CHECK(Contents(path) == strange);
  CHECK_FALSE(std::filesystem::exists(folder.data() + "/.kafka_cleanshutdown"));
}

TEST_CASE("A file that somebody cuts under an idle partition is not stored to when it has rested") {
  const Folder folder;
  ManualClock clock;
  Options options = kByCaller;
  options.clock = &clock;
  Engine engine = Get(Open(folder.data(), options));
  const Topic topic = MakeTopic(engine, "replaced");
  Producer producer = Get(engine.NewProducer());
  REQUIRE(Send(producer, topic, "before").ok());
  std::filesystem::resize_file(folder.data() + "/replaced-0/00000000000000000000.log", 0);
  for (int i = 0; i < 3; ++i) {
    clock.Advance(absl::Minutes(2));
    engine.RunMaintenance();
  }
  const auto refused = Send(producer, topic, "lost");
  CHECK(absl::IsDataLoss(refused));
  CHECK(Says(refused, "replaced or cut"));
}

TEST_CASE("What somebody put in the place of a partition's file is in no backup") {
  const std::string strange(2'000'000, 's');
  for (const bool is_last : {true, false}) {
    const Folder folder;
    const std::string backup = folder.data() + ".backup";
    Engine engine = Get(Open(folder.data(), kByCaller));
    const Topic topic = WithFullSegment(engine);
    engine.RunMaintenance();
    std::string path;
    for (const auto& entry : std::filesystem::directory_iterator(folder.data() + "/replaced-0")) {
      const bool is_first = entry.path().filename() == "00000000000000000000.log";
      if (entry.path().extension() == ".log" && is_first != is_last) path = entry.path();
    }
    Put(path + ".new", strange);
    std::filesystem::rename(path + ".new", path);
    const auto refused = engine.Backup(backup);
    CHECK(absl::IsDataLoss(refused));
    CHECK(Says(refused, "was replaced"));
    CHECK_FALSE(std::filesystem::exists(backup));
    CHECK(Contents(path) == strange);
  }
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

// What is at the path then may be written by another engine.
TEST_CASE("A folder that took the place of the engine's is left alone by it") {
  const Folder folder;
  const std::string moved = folder.data() + ".moved";
  Engine first = Get(Open(folder.data(), kByCaller));
  const Topic topic = MakeTopic(first, "t");
  Producer producer = Get(first.NewProducer());
  REQUIRE(Send(producer, topic, "of the first").ok());
  std::filesystem::rename(folder.data(), moved);
  {
    Engine second = Get(Open(folder.data(), kByCaller));
    const Topic own = MakeTopic(second, "t");
    Producer own_producer = Get(second.NewProducer());
    const std::string value(1000, 'v');
    for (int i = 0; i < 500; ++i) REQUIRE(Send(own_producer, own, value).ok());

    absl::Status refused;  // as soon as it needs room
    for (int i = 0; i < 2000; ++i) refused.Update(Send(producer, topic, value));
    CHECK(absl::IsFailedPrecondition(refused));
    CHECK(Says(refused, "moved, removed or replaced"));
    CHECK(absl::IsFailedPrecondition(first.CreateTopic("another").status()));
    first.RunMaintenance();
    CHECK(absl::IsFailedPrecondition(first.Close()));
    for (int i = 0; i < 500; ++i) REQUIRE(Send(own_producer, own, value).ok());
    CHECK(second.Close() == absl::OkStatus());
  }
  Engine second = Get(Open(folder.data(), kByCaller));
  CHECK(Values(Get(second.FindTopic("t"))).size() == 1000);
  Engine back = Get(Open(moved, kByCaller));
  CHECK(Values(Get(back.FindTopic("t"))).front() == "of the first");
  std::filesystem::remove_all(moved);
}

// A data folder with a topic of some records.
void MakeData(const std::string& path, int records) {
  Engine engine = Get(Open(path, kByCaller));
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer());
  for (int i = 0; i < records; ++i) REQUIRE(Send(producer, topic, "value").ok());
  REQUIRE(engine.Close() == absl::OkStatus());
}

// Exchanges two folders when it is asked for the time, once it is told to.
class ExchangingClock final : public Clock {
 public:
  ExchangingClock(std::string one, std::string other)
      : one_(std::move(one)), other_(std::move(other)) {}

  absl::Time Now() override {
    if (armed_.exchange(false)) Exchange();
    return Clock::System()->Now();
  }
  void Arm() { armed_.store(true); }
  bool armed() const { return armed_.load(); }
  void Exchange() const {
    std::filesystem::rename(one_, one_ + ".aside");
    std::filesystem::rename(other_, one_);
    std::filesystem::rename(one_ + ".aside", other_);
  }

 private:
  const std::string one_;
  const std::string other_;
  std::atomic<bool> armed_ = false;
};

TEST_CASE("Of a folder that took the place of the engine's there is no backup, whenever it came") {
  const Folder folder;
  const std::string other = folder.data() + ".other";
  const std::string backup = folder.data() + ".backup";
  MakeData(folder.data(), 10);
  MakeData(other, 20);
  ExchangingClock clock(folder.data(), other);
  Options options = kByCaller;
  options.clock = &clock;
  Engine engine = Get(Open(folder.data(), options));
  const Topic topic = Get(engine.FindTopic("t"));
  for (const bool is_meanwhile : {false, true}) {
    CAPTURE(is_meanwhile);
    if (is_meanwhile) clock.Arm();
    if (!is_meanwhile) clock.Exchange();
    const auto refused = engine.Backup(backup);
    CHECK_FALSE(clock.armed());
    CHECK(absl::IsFailedPrecondition(refused));
    CHECK(Says(refused, "moved, removed or replaced"));
    CHECK_FALSE(std::filesystem::exists(backup));
    CHECK_FALSE(std::filesystem::exists(backup + ".incomplete"));
    clock.Exchange();
  }
  CHECK(engine.Backup(backup) == absl::OkStatus());
  CHECK(Values(topic).size() == 10);
  CHECK(engine.Close() == absl::OkStatus());
  const Engine copy = Get(Open(backup, kByCaller));
  CHECK(Values(Get(copy.FindTopic("t"))).size() == 10);
}

TEST_CASE("A folder that is put back where it was is written on") {
  const Folder folder;
  Engine engine = Get(Open(folder.data(), kByCaller));
  const Topic topic = MakeTopic(engine, "t");
  std::filesystem::rename(folder.data(), folder.data() + ".moved");
  CHECK_FALSE(engine.CreateTopic("another").ok());
  std::filesystem::rename(folder.data() + ".moved", folder.data());
  CHECK(engine.CreateTopic("another").ok());
  Producer producer = Get(engine.NewProducer());
  CHECK(Send(producer, topic, "v").ok());
  CHECK(engine.Close() == absl::OkStatus());
}

TEST_CASE("Deleting a topic leaves alone what links in its folder lead to") {
  const Folder folder;
  const std::string outside = folder.data() + ".outside";
  std::filesystem::create_directories(outside + "/inner");
  Engine engine = Get(Open(folder.data(), kByCaller));
  MakeTopic(engine, "t", 1, {{"file.delete.delay.ms", "0"}});
  Producer producer = Get(engine.NewProducer());
  REQUIRE(Send(producer, Get(engine.FindTopic("t")), "v").ok());
  std::filesystem::create_directory_symlink(outside, folder.data() + "/t-0/notes");
  REQUIRE(engine.DeleteTopic("t").ok());
  engine.RunMaintenance();
  CHECK(std::filesystem::exists(outside + "/inner"));
  CHECK(engine.Close() == absl::OkStatus());
  for (const auto& entry : std::filesystem::directory_iterator(folder.data())) {
    CHECK_FALSE(entry.is_directory());
  }
  std::filesystem::remove_all(outside);
}

}  // namespace
}  // namespace rill::testing
