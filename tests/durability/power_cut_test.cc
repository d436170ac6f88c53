// Power cuts and kills at any moment of an engine's life: at a random one in many runs, and at
// every call to the storage in a few.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "machine.h"

namespace rill::testing {
namespace {

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* const given = std::getenv(name);
  const std::uint64_t value = given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
  std::cout << name << "=" << value << std::endl;
  return value;
}

LifeEnd SomeEnd(std::mt19937_64& random) {
  LifeEnd end;
  const auto kind = random() % 10;
  end.crash = kind == 0 ? Crash::kNone : kind < 4 ? Crash::kKill : Crash::kPowerCut;
  switch (random() % 5) {
    case 0:  // when there is nothing to do
      break;
    case 1:  // while it is opened, or shortly after
      end.number = 1 + static_cast<std::int64_t>(random() % 60);
      break;
    case 2:
      end.call = FileCall::kSync;
      end.number = 1 + static_cast<std::int64_t>(random() % 30);
      break;
    case 3:
      end.call = FileCall::kSyncDirectory;
      end.number = 1 + static_cast<std::int64_t>(random() % 15);
      break;
    default:
      end.number = 1 + static_cast<std::int64_t>(random() % 400);
  }
  return end;
}

// Some lives of a machine; what was wrong. Adds to `compactions` how many there were.
std::string Run(std::uint64_t seed, std::atomic<std::uint64_t>& compactions) {
  std::mt19937_64 random(seed);
  Machine machine(random());
  std::string wrong;
  const int lives = 1 + static_cast<int>(random() % 3);
  for (int life = 0; life < lives && wrong.empty(); ++life) {
    wrong = machine.Live(SomeEnd(random), static_cast<int>(random() % 16));
  }
  // Whatever happened, the engine can be used, closed and opened again.
  for (int life = 0; life < 2 && wrong.empty(); ++life) wrong = machine.Live({}, 1 - life);
  compactions += machine.compactions();
  return wrong;
}

// Runs on all processors; what was wrong with the first seeds that failed.
std::vector<std::string> RunAll(std::uint64_t first, std::uint64_t runs) {
  std::atomic<std::uint64_t> next = 0;
  std::atomic<std::uint64_t> compactions = 0;
  std::mutex mutex;
  std::vector<std::string> failures;
  const auto work = [&] {
    for (std::uint64_t i = next++; i < runs; i = next++) {
      const std::string wrong = Run(first + i, compactions);
      if (wrong.empty()) continue;
      std::lock_guard lock(mutex);
      failures.push_back("RILL_SEED=" + std::to_string(first + i) + ": " + wrong);
      if (failures.size() == 20) next = runs;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back(work);
  }
  for (std::thread& thread : threads) thread.join();
  std::cout << compactions << " compactions" << std::endl;
  if (runs >= 1000 && compactions < runs / 20) failures.push_back("hardly any log was compacted");
  return failures;
}

// With a sanitizer, all takes ten times as long or more.
constexpr std::uint64_t kRuns = RILL_IS_SANITIZED ? 1000 : 10000;
constexpr std::uint64_t kLivesLookedInto = RILL_IS_SANITIZED ? 1 : 3;

// RILL_RUNS=1000000 runs that many. A seed that failed runs alone with RILL_RUNS=1.
TEST_CASE("Whenever the power fails or the process dies, what was promised is there") {
  const std::uint64_t first = FromEnvironment("RILL_SEED", 1);
  const std::uint64_t runs = FromEnvironment("RILL_RUNS", kRuns);
  for (const std::string& failure : RunAll(first, runs)) FAIL_CHECK(failure);
}

TEST_CASE("At each call to the storage, what a kill or a power cut leaves is what was promised") {
  const std::uint64_t first = FromEnvironment("RILL_SEED", 1);
  std::int64_t moments = 0;
  std::uint64_t compactions = 0;
  for (std::uint64_t seed = first; seed < first + kLivesLookedInto; ++seed) {
    Machine machine(seed);
    std::string wrong;
    machine.Observe([&](const FaultyStorage& storage, const ExpectedState& expected, Crash before) {
      if (!wrong.empty()) return;
      const auto cut = storage.PowerLoss(static_cast<std::uint64_t>(++moments));
      wrong = Examine(cut, Crash::kPowerCut, expected) +
              Examine(storage.ProcessKill(), std::max(before, Crash::kKill), expected);
    });
    for (const Crash crash : {Crash::kPowerCut, Crash::kKill, Crash::kNone}) {
      const std::string failed = machine.Live({.crash = crash}, 12);
      CAPTURE(seed, moments);
      REQUIRE(failed == "");
      REQUIRE(wrong == "");
    }
    compactions += machine.compactions();
  }
  std::cout << moments << " moments, " << compactions << " compactions" << std::endl;
}

TEST_CASE("After a clean close, no power cut moves the start of a log") {
  const auto open = [](std::shared_ptr<FaultyStorage> storage) {
    return Open("/data",
                {.maintenance = Options::Maintenance::kByCaller, .storage = std::move(storage)});
  };
  const std::vector<RecordData> records(12, RecordData{.value = "v"});
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    const auto storage = std::make_shared<FaultyStorage>();
    auto engine = open(storage);
    REQUIRE(engine.ok());
    REQUIRE(engine->CreateTopic("t", {.partitions = 1})->partition(0)->Append(records).ok());
    // Before the records are flushed, or by a process that has nothing else to flush.
    if (seed % 2 == 0) {
      REQUIRE(engine->Close().ok());
      engine = open(storage);
      REQUIRE(engine.ok());
    }
    REQUIRE(engine->FindTopic("t")->partition(0)->DeleteRecordsBefore(11).ok());
    REQUIRE(engine->Close().ok());

    const auto found = open(storage->PowerLoss(seed));
    REQUIRE(found.ok());
    CHECK(found->FindTopic("t")->partition(0)->log_start_offset() == 11);
  }
}

}  // namespace
}  // namespace rill::testing
