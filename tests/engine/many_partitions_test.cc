#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <string>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "engine/local_engine.h"
#include "engine_under_test.h"

namespace rill::engine {
namespace {

using test::TemporaryFolder;

constexpr int kPartitions = RILL_IS_SANITIZED ? 500 : 10000;
constexpr bool kMemoryIsOurs = !RILL_IS_SANITIZED;  // a sanitizer has its own share in it

// Resident memory of this process and the page tables of its mappings, in bytes.
std::int64_t MemoryInUse() {
  std::ifstream status("/proc/self/status");
  std::int64_t bytes = 0;
  for (std::string word; status >> word;) {
    std::int64_t kib = 0;
    if ((word == "VmRSS:" || word == "VmPTE:") && status >> kib) bytes += kib * 1024;
  }
  return bytes;
}

// What is used is written in a process of its own, for freed memory stays with the process.
void InAnotherProcess(const std::function<bool()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work() ? 0 : 1);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
}

bool WriteOneRecordEach(const std::string& directory) {
  auto engine = LocalEngine::Open(directory, ByCaller());
  if (!engine.ok()) return false;
  auto topic = (*engine)->CreateTopic("orders", {.partitions = kPartitions});
  for (int i = 0; topic.ok() && i < kPartitions; ++i) {
    auto opened = (*topic)->OpenPartition(i);
    if (!opened.ok()) return false;
    Partition partition = PartitionAccess::Make(*opened);
    if (!AppendOne(partition, std::to_string(i)).ok()) return false;
  }
  return topic.ok() && (*engine)->resource_use().open_files <= 2 && (*engine)->Close().ok();
}

TEST_CASE("Ten thousand partitions are written and read with the descriptors of a default limit") {
  const TemporaryFolder folder;
  rlimit limit = {};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit before = limit;
  limit.rlim_cur = 1024;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  InAnotherProcess([&] { return WriteOneRecordEach(folder.path()); });

  const std::int64_t without = MemoryInUse();
  const auto engine = MustOpen(folder.path(), ByCaller());
  engine->RunMaintenance();
  const std::int64_t each = (MemoryInUse() - without) / kPartitions;
  INFO(each << " bytes a partition");
  CHECK(engine->resource_use().mappings == 1);  // rill.shared, for all of them
  CHECK(engine->resource_use().open_files <= 2);
  if (kMemoryIsOurs) CHECK(each <= 8 << 10);
  CHECK(engine->Metrics().partitions == kPartitions);

  const auto topic = *engine->FindTopic("orders");
  for (int i = 0; i < kPartitions; ++i) {
    const auto records = PartitionAccess::Make(*topic->OpenPartition(i)).Read(0);
    if (!records.ok() || records->begin()->value() != std::to_string(i)) FAIL(i);
  }
  CHECK(engine->Metrics().read_records == kPartitions);
  CHECK(engine->MetricsOfPartitions().size() == kPartitions);
  REQUIRE(engine->Close().ok());
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
}

}  // namespace
}  // namespace rill::engine
