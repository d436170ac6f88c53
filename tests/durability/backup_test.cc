// Backups of a folder that is written meanwhile, and what becomes of both afterwards.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "catch.h"
#include "client/client_test.h"
#include "rill/rill.h"
#include "rill/testing/faulty_storage.h"
#include "rill/testing/manual_clock.h"

namespace rill::testing {
namespace {

namespace fs = std::filesystem;

using Configs = std::map<std::string, std::string>;

const Configs kSmallSegments = {{"internal.segment.bytes", "4096"},
                                {"index.interval.bytes", "256"}};

// Every file below `path`, and its bytes.
std::map<std::string, std::string> Contents(const std::string& path) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    contents[entry.path().string()] = {std::istreambuf_iterator<char>(file), {}};
  }
  return contents;
}

std::size_t FilesWithTwoNames(const std::string& path) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file() && fs::hard_link_count(entry.path()) > 1) ++count;
  }
  return count;
}

// Where the batches of a segment end, by their lengths alone.
std::size_t EndOfBatches(const std::string& log) {
  constexpr std::size_t kOffsetAndLength = 12;
  std::size_t end = 0;
  while (end + kOffsetAndLength <= log.size()) {
    std::uint32_t length = 0;
    for (std::size_t i = 8; i < kOffsetAndLength; ++i) {
      length = length << 8 | static_cast<unsigned char>(log[end + i]);
    }
    if (length == 0 || length > log.size() - end - kOffsetAndLength) break;
    end += kOffsetAndLength + length;
  }
  return end;
}

std::vector<std::string> Numbers(int count) {
  std::vector<std::string> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

// What a folder in a test has: a topic of each kind, rolled often.
struct Life {
  Engine engine;
  Topic plain;
  Topic compacted;
  Producer producer;

  static Life Begin(const std::string& path, const Options& options) {
    Engine engine = Get(Open(path, options));
    Topic plain = MakeTopic(engine, "plain", 2, kSmallSegments);
    Configs compact = kSmallSegments;
    compact.insert({{"cleanup.policy", "compact"},
                    {"min.cleanable.dirty.ratio", "0"},
                    {"file.delete.delay.ms", "0"}});
    Topic compacted = MakeTopic(engine, "compacted", 1, compact);
    Producer producer = Get(engine.NewProducer());
    return {std::move(engine), plain, compacted, std::move(producer)};
  }

  void Fill(int records, int first = 0) {
    SendNumbers(producer, plain, records, 0, first);
    for (int i = 0; i < records; ++i) {
      const std::string key = std::to_string(i % 7);
      const std::string value = std::to_string(first + i);
      producer.Send(compacted, {.key = key, .value = value}, nullptr);
    }
    REQUIRE(producer.Flush().ok());
  }

  void CommitOffset(std::int64_t offset) {
    Consumer consumer = Get(engine.NewConsumer({.group = "g"}));
    REQUIRE(consumer.Commit({{{"plain", 0}, {.offset = offset}}}).ok());
  }
};

// The last value of each key.
std::map<std::string, std::string> Latest(const Topic& topic) {
  std::map<std::string, std::string> latest;
  const Partition log = Get(topic.partition(0));
  for (std::int64_t at = log.log_start_offset(); at < log.high_watermark();) {
    const Records records = Get(log.Read(at));
    for (const Record& record : records) latest[std::string(record.key())] = record.value();
    at = records.ranges().back().next_offset;
  }
  return latest;
}

std::int64_t CommittedOffset(const Engine& engine) {
  return Get(engine.CommittedOffsets("g")).at({"plain", 0}).offset;
}

// Rolls, retention, deleted records, compaction, rest, deleted and new topics.
void DoEverything(Life& life, ManualClock& clock) {
  life.Fill(500, 500);
  life.engine.Flush().IgnoreError();
  life.CommitOffset(800);
  Partition plain = Get(life.plain.partition(0));
  REQUIRE(plain.DeleteRecordsBefore(plain.high_watermark() - 100).ok());
  for (int minute = 0; minute < 10; ++minute) {  // compacts, cuts stoppers, deletes, rests
    clock.Advance(absl::Minutes(1));
    life.engine.RunMaintenance();
  }
  life.Fill(300, 1000);  // wakes them
  REQUIRE(life.engine.AlterTopicConfigs("plain", {{"retention.bytes", "0"}}).ok());
  for (int minute = 0; minute < 3; ++minute) {
    clock.Advance(absl::Minutes(6));
    life.engine.RunMaintenance();
  }
  MakeTopic(life.engine, "new");
}

Options Manual(ManualClock& clock) {
  Options options = {.maintenance = Options::Maintenance::kByCaller};
  options.clock = &clock;
  options.configs = {{"log.cleaner.backoff.ms", "1"}};
  return options;
}

TEST_CASE("Nothing that is done to a folder changes a byte of its backup") {
  const Folder folder;
  const std::string backup = folder.data() + ".backup";
  ManualClock clock;
  std::map<std::string, std::string> before;
  {
    Life life = Life::Begin(folder.data(), Manual(clock));
    life.Fill(500);
    life.CommitOffset(400);
    REQUIRE(life.engine.Backup(backup) == absl::OkStatus());
    before = Contents(backup);
    CHECK(FilesWithTwoNames(backup) > 10);
    CHECK_FALSE(fs::exists(backup + "/rill.shared"));
    CHECK(fs::hard_link_count(backup + "/.lock") == 1);
    DoEverything(life, clock);
    CHECK(Get(life.plain.partition(0)).log_start_offset() > 700);
    CHECK(EndOf(life.compacted) == 1300);
    CHECK((Contents(backup) == before));
    REQUIRE(life.engine.DeleteTopic("compacted").ok());
    REQUIRE(life.engine.Close() == absl::OkStatus());
    CHECK((Contents(backup) == before));
  }
  fs::remove(folder.data() + "/.kafka_cleanshutdown");  // recovered, as after a crash
  {
    Life life = Life::Begin(folder.data(), Manual(clock));
    DoEverything(life, clock);
  }
  fs::remove_all(folder.data());
  CHECK((Contents(backup) == before));
  const Engine copy = Get(Open(backup, Manual(clock)));
  CHECK(Values(Get(copy.FindTopic("plain"))) == Numbers(500));
  CHECK(Get(copy.FindTopic("compacted")).partition_count() == 1);
  CHECK(CommittedOffset(copy) == 400);
  CHECK_FALSE(copy.FindTopic("new").ok());
}

TEST_CASE("Nothing that is done to a backup changes a byte of the folder") {
  const Folder folder;
  const std::string backup = folder.data() + ".backup";
  ManualClock clock;
  Life source = Life::Begin(folder.data(), Manual(clock));
  source.Fill(500);
  source.CommitOffset(400);
  clock.Advance(absl::Minutes(1));
  source.engine.RunMaintenance();  // compacts some of it first
  REQUIRE(source.engine.Backup(backup) == absl::OkStatus());
  const auto before = Contents(folder.data());
  const auto latest = Latest(source.compacted);
  {
    Life life = Life::Begin(backup, Manual(clock));
    CHECK(Values(life.plain) == Numbers(500));
    CHECK(Latest(life.compacted) == latest);
    CHECK(CommittedOffset(life.engine) == 400);
    DoEverything(life, clock);
    CHECK(EndOf(life.compacted) == 1300);
    REQUIRE(life.engine.DeleteTopic("compacted").ok());
    REQUIRE(life.engine.Close() == absl::OkStatus());
  }
  fs::remove(backup + "/.kafka_cleanshutdown");
  {
    Life life = Life::Begin(backup, Manual(clock));
    DoEverything(life, clock);
  }
  CHECK((Contents(folder.data()) == before));
  CHECK(Values(source.plain) == Numbers(500));
  CHECK(Latest(source.compacted) == latest);
  source.Fill(10, 500);
  CHECK(Values(source.plain) == Numbers(510));
  REQUIRE(source.engine.Close() == absl::OkStatus());
}

TEST_CASE("Of a backup of a backup, and of two of one folder, each is its own") {
  const Folder folder;
  ManualClock clock;
  Life source = Life::Begin(folder.data(), Manual(clock));
  source.Fill(200);
  REQUIRE(source.engine.Backup(folder.data() + ".1") == absl::OkStatus());
  source.Fill(200, 200);
  REQUIRE(source.engine.Backup(folder.data() + ".2") == absl::OkStatus());
  Life first = Life::Begin(folder.data() + ".1", Manual(clock));
  REQUIRE(first.engine.Backup(folder.data() + ".1.1") == absl::OkStatus());
  first.Fill(50, 200);
  Life inner = Life::Begin(folder.data() + ".1.1", Manual(clock));
  DoEverything(first, clock);
  CHECK(Values(inner.plain) == Numbers(200));
  CHECK(Values(source.plain) == Numbers(400));
  const Engine second = Get(Open(folder.data() + ".2", Manual(clock)));
  CHECK(Values(Get(second.FindTopic("plain"))) == Numbers(400));
}

// A broker sends such a segment to its consumers as it is.
TEST_CASE("A segment that a backup shares ends with its last batch, in both folders") {
  const Folder folder;
  Life life = Life::Begin(folder.data(), {});
  life.Fill(1000);
  REQUIRE(life.engine.Backup(folder.data() + ".backup") == absl::OkStatus());
  int shared = 0;
  for (const auto& [path, bytes] : Contents(folder.data() + ".backup")) {
    if (!path.ends_with(".log") || fs::hard_link_count(path) == 1) continue;
    CAPTURE(path);
    CHECK(EndOfBatches(bytes) == bytes.size());
    ++shared;
  }
  CHECK(shared > 3);
}

TEST_CASE("A large last segment is linked, not copied") {
  const Folder folder;
  Engine engine = Get(Open(folder.data()));
  const Topic topic = MakeTopic(engine, "t");
  Producer producer = Get(engine.NewProducer());
  const std::string value(100'000, 'v');
  for (int i = 0; i < 20; ++i) REQUIRE(producer.Send(topic, {.value = value}).Wait().ok());
  const std::string backup = folder.data() + ".backup";
  REQUIRE(engine.Backup(backup) == absl::OkStatus());
  const std::string segment = "/t-0/00000000000000000000.log";
  CHECK(fs::hard_link_count(backup + segment) == 2);
  CHECK(fs::equivalent(backup + segment, folder.data() + segment));
  CHECK(producer.Send(topic, {.value = value}).Wait().ok());
  CHECK(Values(topic).size() == 21);
  Engine copy = Get(Open(backup));
  CHECK(Values(Get(copy.FindTopic("t"))).size() == 20);
}

TEST_CASE("A backup is refused where it cannot be one, and leaves nothing there") {
  const Folder folder;
  Engine engine = Get(Open(folder.data()));
  MakeTopic(engine, "t");
  const std::string taken = folder.data() + ".taken";
  fs::create_directory(taken);
  CHECK(absl::IsAlreadyExists(engine.Backup(taken)));
  CHECK(fs::is_empty(taken));
  for (const std::string& inside : {folder.data(), folder.data() + "/backup"}) {
    const auto refused = engine.Backup(inside);
    CHECK(absl::IsInvalidArgument(refused));
    CHECK(Says(refused, "give another folder"));
  }
  const std::string link = folder.data() + ".link";
  fs::create_directory_symlink(folder.data(), link);
  CHECK(absl::IsInvalidArgument(engine.Backup(link + "/backup")));
  const auto memory_named = engine.Backup("mem:");
  CHECK(absl::IsInvalidArgument(memory_named));
  CHECK(Says(memory_named, "give the path of a folder"));
  const auto not_named = engine.Backup("");
  CHECK(absl::IsInvalidArgument(not_named));
  CHECK(Says(not_named, "an empty word names no folder"));
  const std::string foreign = folder.data() + ".b.incomplete";
  fs::create_directory(foreign);
  std::ofstream(foreign + "/letter") << "not a backup";
  CHECK(absl::IsAlreadyExists(engine.Backup(folder.data() + ".b")));
  CHECK(fs::exists(foreign + "/letter"));
  Engine reader = Get(Open(folder.data(), {.read_only = true}));
  CHECK(absl::IsFailedPrecondition(reader.Backup(folder.data() + ".c")));
  CHECK_FALSE(fs::exists(folder.data() + ".c"));

  Engine memory = OpenMemory();
  const auto refused = memory.Backup(folder.data() + ".d");
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(Says(refused, "in memory"));
  REQUIRE(engine.Close().ok());
  CHECK(absl::IsFailedPrecondition(engine.Backup(folder.data() + ".e")));
}

TEST_CASE("On another file system a backup is refused with what to do, whatever is in it") {
  const auto storage = std::make_shared<FaultyStorage>();
  Engine engine = Get(Open("data", {.storage = storage}));
  MakeTopic(engine, "t");
  storage->Fail({.call = FileCall::kLink, .error = EXDEV, .times = kForever});
  const auto refused = engine.Backup("elsewhere");
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(Says(refused, "on the same file system"));
  CHECK(Says(refused, "copy it to where you want it"));
  storage->ClearFaults();
  for (const std::string& path : storage->Files()) CHECK(path.find("elsewhere") == path.npos);
  CHECK(engine.Backup("elsewhere") == absl::OkStatus());
}

// A hundred records in small segments, the first of which cannot be completed.
Engine WithUnsealableSegment(const std::shared_ptr<FaultyStorage>& storage, int error) {
  Engine engine =
      Get(Open("data", {.maintenance = Options::Maintenance::kByCaller, .storage = storage}));
  const Topic topic = MakeTopic(engine, "t", 1, {{"internal.segment.bytes", "1024"}});
  Producer producer = Get(engine.NewProducer());
  SendNumbers(producer, topic, 100);
  storage->Fail({.call = FileCall::kOpen,
                 .path_part = "data/t-0/00000000000000000000.index",
                 .error = error,
                 .times = kForever});
  return engine;
}

TEST_CASE("Segments that cannot be completed for want of space are copied into a backup") {
  const auto storage = std::make_shared<FaultyStorage>();
  Engine engine = WithUnsealableSegment(storage, ENOSPC);
  REQUIRE(engine.Backup("first") == absl::OkStatus());
  // There is no room for the copies either.
  storage->Fail({.call = FileCall::kWrite,
                 .path_part = "second.incomplete/t-0/",
                 .error = ENOSPC,
                 .times = kForever});
  const auto refused = engine.Backup("second");
  CHECK(absl::IsResourceExhausted(refused));
  CHECK(Says(refused, "make room and try again"));
  storage->ClearFaults();
  for (const std::string& path : storage->Files()) CHECK(path.find("second") == path.npos);
  Engine copy = Get(Open("first", {.storage = storage}));
  CHECK(Values(Get(copy.FindTopic("t"))) == Numbers(100));
  CHECK(Values(Get(engine.FindTopic("t"))) == Numbers(100));
}

TEST_CASE("What keeps a segment from being completed but want of room ends a backup") {
  const auto storage = std::make_shared<FaultyStorage>();
  Engine engine = WithUnsealableSegment(storage, EIO);
  // The second comes sooner than the maintenance would try again.
  for (int i = 0; i < 2; ++i) {
    const auto refused = engine.Backup("backup");
    CHECK(absl::IsDataLoss(refused));
    CHECK(Says(refused, "00000000000000000000.index"));
    for (const std::string& path : storage->Files()) CHECK(path.find("backup") == path.npos);
  }
  storage->ClearFaults();
  CHECK(engine.Backup("backup") == absl::OkStatus());
}

// A folder with segments of all ages.
Engine Filled(const std::shared_ptr<FaultyStorage>& storage) {
  Engine engine =
      Get(Open("data", {.maintenance = Options::Maintenance::kByCaller, .storage = storage}));
  const Topic topic = MakeTopic(engine, "t", 1, {{"internal.segment.bytes", "1024"}});
  Producer producer = Get(engine.NewProducer());
  SendNumbers(producer, topic, 40);
  Consumer consumer = Get(engine.NewConsumer({.group = "g"}));
  REQUIRE(consumer.Commit({{{"t", 0}, {.offset = 30}}}).ok());
  REQUIRE(engine.Flush().ok());
  return engine;
}

std::int64_t CallsOfABackup() {
  const auto storage = std::make_shared<FaultyStorage>();
  Engine engine = Filled(storage);
  const std::int64_t before = storage->calls();
  REQUIRE(engine.Backup("backup") == absl::OkStatus());
  return storage->calls() - before;
}

// Either all of it or a refusal.
bool IsWholeOrRefused(const std::shared_ptr<FaultyStorage>& storage, const std::string& path) {
  const Options options = {.create_if_missing = false,
                           .maintenance = Options::Maintenance::kByCaller,
                           .storage = storage};
  const auto files = storage->Files();
  const bool is_there = std::any_of(files.begin(), files.end(), [&](const std::string& file) {
    return file.find("/" + path + "/") != file.npos && !file.ends_with("/.lock");
  });
  auto copy = Open(path, options);
  if (!copy.ok()) {
    const bool says_why = !is_there || Says(copy.status(), "holds a backup that was not completed");
    CHECK(says_why);
    return false;
  }
  const auto topic = copy->FindTopic("t");
  if (!topic.ok()) {
    CHECK_FALSE(is_there);  // an empty folder, then, or one with the lock alone
    return false;
  }
  CHECK(Values(*topic) == Numbers(40));
  CHECK(Get(copy->CommittedOffsets("g")).at({"t", 0}).offset == 30);
  return true;
}

TEST_CASE("Whenever a process dies in a backup, it is whole or refused, and can be made anew") {
  const std::int64_t calls = CallsOfABackup();
  REQUIRE(calls > 40);
  int whole = 0;
  for (std::int64_t last = 0; last <= calls; ++last) {
    for (const bool power_cut : {false, true}) {
      CAPTURE(last, power_cut);
      const auto storage = std::make_shared<FaultyStorage>();
      Engine dying = Filled(storage);
      storage->Fail({.call = FileCall::kAny, .error = EIO, .after = last, .times = kForever});
      const bool made = dying.Backup("backup").ok();
      const auto left =
          power_cut ? storage->PowerLoss(static_cast<std::uint64_t>(last)) : storage->ProcessKill();
      const auto looked_at = left->ProcessKill();  // opening makes a folder of an empty one
      const bool is_whole = IsWholeOrRefused(looked_at, "backup");
      if (made) CHECK(is_whole);
      if (is_whole) ++whole;
      IsWholeOrRefused(looked_at, "backup.incomplete");  // at the last it is whole but for its name
      Engine engine = Filled(left);
      const Topic topic = Get(engine.FindTopic("t"));
      CHECK(Values(topic).size() == 80);
      // The name is free, or has the whole one, or what was whole but for its name.
      const auto again = engine.Backup("backup");
      CHECK((again.ok() || absl::IsAlreadyExists(again)));
      CHECK(engine.Backup("other") == absl::OkStatus());
    }
  }
  CHECK(whole > 0);
}

// After a failure there is nothing, or the status says what there is.
void CheckNothingIsLeft(const FaultyStorage& storage, const absl::Status& made) {
  INFO(made);
  if (made.ok() || Says(made, "is there and is a whole backup")) return;
  if (Says(made, "backup.incomplete is left of the backup")) return;
  for (const std::string& path : storage.Files()) CHECK(path.find("/backup") == path.npos);
}

TEST_CASE("Whichever call to the storage fails in a backup, the next try makes one") {
  const std::int64_t calls = CallsOfABackup();
  for (std::int64_t failing = 0; failing <= calls; ++failing) {
    CAPTURE(failing);
    const auto storage = std::make_shared<FaultyStorage>();
    Engine engine = Filled(storage);
    storage->Fail({.call = FileCall::kAny, .error = ENOSPC, .after = failing, .times = 1});
    const auto made = engine.Backup("backup");
    storage->ClearFaults();
    CheckNothingIsLeft(*storage, made);
    const auto again = engine.Backup("backup");
    INFO(made << "; " << again);
    // A partition that could not be flushed is stopped. The last steps of the first try may have
    // been done.
    const bool is_stopped = Says(again, "takes no more appends");
    if (is_stopped) CHECK(absl::IsFailedPrecondition(again));
    CHECK((is_stopped || again.ok() || absl::IsAlreadyExists(again)));
    CHECK(IsWholeOrRefused(storage, "backup") == !is_stopped);
    CHECK(Values(Get(engine.FindTopic("t"))) == Numbers(40));
  }
}

}  // namespace
}  // namespace rill::testing
