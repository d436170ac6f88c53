// The engine as a guest in somebody's process: its locks, its budget, what it starts and leaves.

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "engine/local_engine.h"
#include "engine_under_test.h"
#include "process_use.h"
#include "rill/testing/manual_clock.h"

namespace rill::engine {
namespace {

using test::Descriptors;
using test::TemporaryFolder;
using test::Threads;

// Those that show files or shared memory. (How many anonymous ones there are is the allocator's
// affair: it keeps what it once had.)
int FileMappings() {
  std::ifstream maps("/proc/self/maps");
  int count = 0;
  for (std::string line; std::getline(maps, line);) {
    const auto path = line.find('/');
    count += path != std::string::npos && line.find("00:00 0 ") == std::string::npos;
  }
  return count;
}

void UseEngine(LocalEngine& engine) {
  REQUIRE(engine.EnsureTopic("orders", {.partitions = 4}).ok());
  for (int i = 0; i < 4; ++i) {
    REQUIRE(AppendOne(MustPartition(engine, "orders", i), std::string(1000, 'x')).ok());
    REQUIRE(Values(MustPartition(engine, "orders", i)).size() == 1);
  }
}

TEST_CASE("A second engine in this process is told that the folder is held here") {
  const TemporaryFolder folder;
  const auto first = MustOpen(folder.path());
  const auto status = LocalEngine::Open(folder.path(), {}).status();
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Mentions(status, folder.path() + "/.lock"));
  CHECK(Mentions(status, "this process"));
  UseEngine(*first);  // is none the worse for it
  REQUIRE(first->Close().ok());
  CHECK(MustOpen(folder.path())->Close().ok());
}

TEST_CASE("A second process is told which one holds the folder") {
  const TemporaryFolder folder;
  MustOpen(folder.path()).reset();
  int ready[2];
  int done[2];
  REQUIRE(::pipe(ready) == 0);
  REQUIRE(::pipe(done) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto engine = LocalEngine::Open(folder.path(), ByCaller());
    char byte = engine.ok() ? '1' : '0';
    if (::write(ready[1], &byte, 1) != 1 || ::read(done[0], &byte, 1) < 0) ::_exit(1);
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK(byte == '1');
  const auto status = LocalEngine::Open(folder.path(), {}).status();
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Mentions(status, std::to_string(child)));
  REQUIRE(::write(done[1], &byte, 1) == 1);
  int result = 0;
  REQUIRE(::waitpid(child, &result, 0) == child);
  CHECK(result == 0);
  for (const int fd : {ready[0], ready[1], done[0], done[1]}) ::close(fd);
  // The child died without closing: its lock went with it.
  CHECK(MustOpen(folder.path())->Close().ok());
}

TEST_CASE(
    "With maintenance by the caller the engine has no thread, and the work is done in calls") {
  const TemporaryFolder folder;
  testing::ManualClock clock;
  Options options = ByCaller();
  options.clock = &clock;
  options.configs = {{"log.flush.interval.ms", "1000"}};
  const int before = Threads();
  const auto engine = MustOpen(folder.path(), options);
  UseEngine(*engine);
  CHECK(Threads() == before);
  const std::string checkpoint = folder.path() + "/recovery-point-offset-checkpoint";
  engine->RunMaintenance();
  CHECK(FileText(checkpoint).empty());
  for (int i = 0; i < 120; ++i) {
    const absl::Time next = engine->RunMaintenance();
    REQUIRE(next > clock.Now());
    clock.Advance(absl::Seconds(1));
  }
  CHECK(FileText(checkpoint).find("orders 3 1\n") != std::string::npos);
  CHECK(Threads() == before);
  REQUIRE(engine->Close().ok());
}

TEST_CASE("Background work that asks for background work gets none, and goes on") {
  struct Asking final : MaintenanceTask {
    explicit Asking(LocalEngine* engine) : engine(engine) {}
    absl::Time Run(absl::Time now) override {
      next = engine->RunMaintenance();
      ++runs;
      return now + absl::Hours(1);
    }
    LocalEngine* const engine;
    absl::Time next;
    int runs = 0;
  };
  testing::ManualClock clock;
  Options options = ByCaller();
  options.clock = &clock;
  const auto engine = MustOpen("mem:", options);
  const auto asking = std::make_shared<Asking>(engine.get());
  engine->AddTask(asking);
  engine->RunMaintenance();
  CHECK(asking->runs == 1);
  CHECK(asking->next > clock.Now());
  REQUIRE(engine->Close().ok());
}

TEST_CASE("Otherwise the engine has one thread, which ends when it closes") {
  const TemporaryFolder folder;
  const int before = Threads();
  const auto engine = MustOpen(folder.path());
  UseEngine(*engine);
  CHECK(Threads() == before + 1);
  REQUIRE(engine->Close().ok());
  CHECK(Threads() == before);
}

TEST_CASE("After close threads, descriptors and mappings are what they were before") {
  for (const bool in_memory : {false, true}) {
    CAPTURE(in_memory);
    const TemporaryFolder folder;
    const std::string where = in_memory ? "mem:" : folder.path();
    const int threads = Threads();
    const int descriptors = Descriptors();
    const int mappings = FileMappings();
    {
      const auto engine = MustOpen(where);
      UseEngine(*engine);
      if (!in_memory) CHECK(FileMappings() > mappings);
      const auto topic = *engine->FindTopic("orders");
      const Partition partition = MustPartition(*engine, "orders");
      CHECK(engine->resource_use().mappings > 0);
      CHECK(engine->resource_use().disk_bytes > 4000);
      REQUIRE(engine->Close().ok());
      // Handles outlive the engine without holding on to anything.
      CHECK(Threads() == threads);
      CHECK(Descriptors() == descriptors);
      CHECK(FileMappings() == mappings);
      CHECK(engine->resource_use().mappings == 0);
      CHECK(engine->resource_use().open_files == 0);
    }
    CHECK(Descriptors() == descriptors);
  }
}

TEST_CASE("Ten engines live in one process without meeting") {
  const TemporaryFolder folder;
  const int threads = Threads();
  std::vector<std::shared_ptr<LocalEngine>> engines;
  for (int i = 0; i < 10; ++i) {
    engines.push_back(
        MustOpen(i % 2 == 0 ? folder.path() + "/" + std::to_string(i) : std::string("mem:")));
    REQUIRE(engines.back()->CreateTopic("orders", {}).ok());
    REQUIRE(AppendOne(MustPartition(*engines.back(), "orders"), std::to_string(i)).ok());
  }
  CHECK(Threads() == threads + 10);
  for (int i = 0; i < 10; ++i) {
    CHECK(Values(MustPartition(*engines[static_cast<std::size_t>(i)], "orders")) ==
          std::vector<std::string>{std::to_string(i)});
  }
  for (const auto& engine : engines) CHECK(engine->Close().ok());
  CHECK(Threads() == threads);
}

TEST_CASE("A full disk budget refuses by its name, and goes on when there is room") {
  for (const char* where : {"mem:", "folder"}) {
    const TemporaryFolder folder;
    Options options = ByCaller();
    options.max_disk_bytes = 4 << 20;
    const auto engine = MustOpen(where == std::string("mem:") ? where : folder.path(), options);
    REQUIRE(engine->CreateTopic("orders", {}).ok());
    Partition partition = MustPartition(*engine, "orders");
    absl::Status status;
    int appended = 0;
    while (status.ok() && appended < 1000) {
      status = AppendOne(partition, std::string(50000, 'x'));
      appended += status.ok();
    }
    CAPTURE(where, status.ToString(), appended);
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    CHECK(Mentions(status, "Options::max_disk_bytes is 4194304"));
    CHECK(appended > 20);
    CHECK(engine->resource_use().disk_bytes <= 4 << 20);
    CHECK(Values(partition).size() == static_cast<std::size_t>(appended));
    REQUIRE(engine->DeleteTopic("orders").ok());
    CHECK(engine->resource_use().disk_bytes < 1 << 20);
    REQUIRE(engine->CreateTopic("others", {}).ok());
    CHECK(AppendOne(MustPartition(*engine, "others"), std::string(50000, 'x')).ok());
    CHECK(engine->Close().ok());
  }
}

TEST_CASE("Old segments of a topic in memory make room for new ones at once") {
  Options options = ByCaller();
  options.max_disk_bytes = 8 << 20;
  const auto engine = MustOpen("mem:", options);
  REQUIRE(engine
              ->CreateTopic("orders", {.configs = {{"segment.bytes", "1048576"},
                                                   {"retention.bytes", "1000000"}}})
              .ok());
  Partition partition = MustPartition(*engine, "orders");
  for (int i = 0; i < 300; ++i) {
    const auto status = AppendOne(partition, std::string(50000, 'x'));
    CAPTURE(i, status.ToString());
    REQUIRE(status.ok());
    if (i % 10 == 0) engine->RunMaintenance();
  }
  CHECK(partition.log_start_offset() > 250);
}

TEST_CASE("What the folder holds already counts against the disk budget") {
  const TemporaryFolder folder;
  std::uint64_t held = 0;
  {
    const auto engine = MustOpen(folder.path(), ByCaller());
    REQUIRE(engine->CreateTopic("orders", {}).ok());
    for (int i = 0; i < 40; ++i) {
      REQUIRE(AppendOne(MustPartition(*engine, "orders"), std::string(50000, 'x')).ok());
    }
    REQUIRE(engine->Close().ok());
    held = 40 * 50000;
  }
  Options options = ByCaller();
  options.max_disk_bytes = held;
  const auto engine = MustOpen(folder.path(), options);
  CHECK(engine->resource_use().disk_bytes > held);
  const auto status = AppendOne(MustPartition(*engine, "orders"), std::string(50000, 'x'));
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(Values(MustPartition(*engine, "orders")).size() == 40);
}

TEST_CASE("A hundred partitions are written and read with eight open files") {
  const TemporaryFolder folder;
  Options options = ByCaller();
  options.max_open_files = 8;
  const auto engine = MustOpen(folder.path(), options);
  REQUIRE(engine->CreateTopic("orders", {.partitions = 100}).ok());
  for (int i = 0; i < 100; ++i) {
    const auto opened = (*engine->FindTopic("orders"))->OpenPartition(i);
    REQUIRE(opened.ok());
    Partition partition = PartitionAccess::Make(*opened);
    REQUIRE(AppendOne(partition, "x").ok());
    REQUIRE(partition.Read(0).ok());
  }
  REQUIRE(engine->Flush().ok());
  CHECK(engine->resource_use().open_files <= 2);
  CHECK(engine->Close().ok());
}

TEST_CASE("Decompressed records count against the buffer budget") {
  const TemporaryFolder folder;
  Options options = ByCaller();
  options.max_buffer_bytes = 100000;
  const auto engine = MustOpen(folder.path(), options);
  REQUIRE(engine->CreateTopic("orders", {.configs = {{"compression.type", "zstd"}}}).ok());
  Partition partition = MustPartition(*engine, "orders");
  const std::string value(30000, 'x');
  const RecordData two[] = {{.value = value}, {.value = value}};
  REQUIRE(partition.Append(two).ok());
  const auto held = partition.Read(0);
  REQUIRE(held.ok());
  CHECK(engine->resource_use().buffer_bytes >= 60000);
  const auto refused = partition.Read(0).status();
  CHECK(refused.code() == absl::StatusCode::kResourceExhausted);
  CHECK(Mentions(refused, "Options::max_buffer_bytes is 100000"));
}

TEST_CASE("What was read stays readable after the engine is closed and gone") {
  const TemporaryFolder folder;
  auto engine = MustOpen(folder.path());
  UseEngine(*engine);
  const auto records = MustPartition(*engine, "orders").Read(0);
  REQUIRE(records.ok());
  REQUIRE(engine->Close().ok());
  engine.reset();
  for (const Record& record : *records) CHECK(record.value() == std::string(1000, 'x'));
}

}  // namespace
}  // namespace rill::engine
