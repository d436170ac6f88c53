// Imports whose storage fails, and what goes on while one is made.

#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "golden_import.h"
#include "held_call.h"

namespace rill::engine {
namespace {

// An import of "rolled" that stops before it copies its second file, until it is let go.
class HeldImport : public testing::HeldCall {
 public:
  HeldImport(LocalEngine& engine, std::shared_ptr<FaultyStorage> storage)
      : HeldCall(
            std::move(storage),
            [](FileCall call, const std::string& path) {
              return call == FileCall::kSync && path.find("-delete/") != path.npos;
            },
            [&engine] { return Import(engine, "rolled", "from").status(); }) {}
};

TEST_CASE("While a topic is imported others are made, described and deleted") {
  const auto storage = StorageWithGolden();
  const auto engine = MustOpen("data", On(storage));
  REQUIRE(engine->CreateTopic("old", {.partitions = 1}).ok());
  HeldImport held(*engine, storage);
  CHECK(engine->DescribeTopic("old").ok());
  CHECK(engine->NewProducerId().ok());
  CHECK(engine->DeleteTopic("old").ok());  // removes what stands in the folder of deleted ones
  CHECK(engine->CreateTopic("new", {.partitions = 1}).ok());
  CHECK(held.LetGo().ok());
  CHECK(Stored(MustPartition(*engine, "rolled")) == Expected("rolled"));
}

TEST_CASE("A topic that is made while one of that name is imported stays, and the import fails") {
  const auto storage = StorageWithGolden();
  const auto engine = MustOpen("data", On(storage));
  HeldImport held(*engine, storage);
  REQUIRE(engine->CreateTopic("rolled", {.partitions = 2}).ok());
  REQUIRE(AppendOne(MustPartition(*engine, "rolled", 1), "mine").ok());
  CHECK(absl::IsAlreadyExists(held.LetGo()));
  CHECK(Values(MustPartition(*engine, "rolled", 1)) == std::vector<std::string>{"mine"});
  for (const std::string& path : storage->Files()) CHECK(path.find("-delete/") == path.npos);
}

TEST_CASE("An engine that closes ends an import, of which nothing is left") {
  const auto storage = StorageWithGolden();
  const auto engine = MustOpen("data", On(storage));
  HeldImport held(*engine, storage);
  absl::Status closed;
  std::thread closing([&] { closed = engine->Close(); });
  while (!engine->closed()) std::this_thread::yield();
  CHECK(absl::IsFailedPrecondition(held.LetGo()));
  closing.join();
  CHECK(closed.ok());
  for (const std::string& path : storage->Files()) {
    CHECK(path.find("data/rolled-0") == path.npos);
  }
}

TEST_CASE("A topic that was taken is there, even if its logs cannot be opened yet") {
  const auto storage = StorageWithGolden();
  Said said;
  const auto engine = MustOpen("data", On(storage, &said));
  storage->Fail({.call = FileCall::kOpen,
                 .path_part = "data/rolled-0/",
                 .error = EMFILE,
                 .times = testing::kForever});
  CHECK(Import(*engine, "rolled", "from").ok());
  CHECK(said.Has(LogLevel::kError, "rolled-0"));
  storage->ClearFaults();
  CHECK(Stored(MustPartition(*engine, "rolled")) == Expected("rolled"));
}

TEST_CASE("Whichever call to the storage is the last in an import, the topic is there or not") {
  std::int64_t calls = 0;
  {
    const auto storage = StorageWithGolden();
    const auto engine = MustOpen("data", On(storage));
    calls = -storage->calls();
    REQUIRE(Import(*engine, "rolled", "from").ok());
    calls += storage->calls();
  }
  REQUIRE(calls > 50);
  int taken = 0;
  for (std::int64_t last = 0; last <= calls; ++last) {
    for (const bool power_cut : {false, true}) {
      CAPTURE(last, power_cut);
      const auto storage = StorageWithGolden();
      const auto dying = MustOpen("data", On(storage));
      storage->Fail(
          {.call = FileCall::kAny, .error = EIO, .after = last, .times = testing::kForever});
      const bool was_told = Import(*dying, "rolled", "from").ok();
      const auto left =
          power_cut ? storage->PowerLoss(static_cast<std::uint64_t>(last)) : storage->ProcessKill();
      const auto engine = MustOpen("data", On(left));
      const bool is_there = engine->FindTopic("rolled").ok();
      if (was_told) CHECK(is_there);
      if (is_there) {
        ++taken;
        CHECK(Stored(MustPartition(*engine, "rolled")) == Expected("rolled"));
      } else {
        for (const std::string& path : left->Files()) {
          CHECK(path.find("-delete/") == std::string::npos);
        }
        // Its folder may have got its name: then the next try says so.
        const auto again = Import(*engine, "rolled", "from");
        CHECK((again.ok() || Mentions(again.status(), "move it away")));
      }
    }
  }
  CHECK(taken > 0);
}

}  // namespace
}  // namespace rill::engine
