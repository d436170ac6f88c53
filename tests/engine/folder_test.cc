// Where an engine's folder is, and what is there of it after a power cut.

#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "engine/catalogue_file.h"
#include "engine/data_folder.h"
#include "engine_under_test.h"
#include "io/real_file_system.h"
#include "io/small_file.h"
#include "rill/record_batch.h"
#include "rill/testing/faulty_storage.h"

namespace rill::engine {
namespace {

using test::TemporaryFolder;
using testing::FaultyStorage;
using testing::FileCall;
using testing::kForever;
namespace fs = std::filesystem;

// Has the process work elsewhere until the end of its scope.
class WorkingFolder {
 public:
  explicit WorkingFolder(const std::string& path) { fs::current_path(path); }
  ~WorkingFolder() { fs::current_path(before_); }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  const fs::path before_ = fs::current_path();
};

TEST_CASE("A relative folder stays the same one when the process goes to work elsewhere") {
  for (const std::string where : {"x", "./x", ".//./x/", "a/x", "../here/x", "."}) {
    CAPTURE(where);
    const TemporaryFolder root;
    const TemporaryFolder elsewhere;
    const std::string here = root.path() + "/here";
    fs::create_directory(here);
    const WorkingFolder back(here);
    const auto engine = MustOpen(where, ByCaller());
    fs::current_path(elsewhere.path());
    REQUIRE(engine->CreateTopic("orders", {}).ok());
    REQUIRE(AppendOne(MustPartition(*engine, "orders"), "kept").ok());
    REQUIRE(engine->Close() == absl::OkStatus());
    CHECK(fs::is_empty(elsewhere.path()));
    const auto again = MustOpen((fs::path(here) / where).string(), ByCaller());
    CHECK(Values(MustPartition(*again, "orders")) == std::vector<std::string>{"kept"});
  }
}

TEST_CASE("A relative folder is refused where the working folder is gone") {
  const TemporaryFolder root;
  fs::create_directory(root.path() + "/gone");
  const WorkingFolder back(root.path() + "/gone");
  fs::remove(root.path() + "/gone");
  const auto refused = LocalEngine::Open("x", ByCaller()).status();
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(Mentions(refused, "cannot open \"x\": the working folder is not known"));
}

TEST_CASE("A folder that another process takes away meanwhile does not keep the engine shut") {
  const auto storage = std::make_shared<FaultyStorage>();
  Options options = ByCaller();
  options.storage = storage;
  REQUIRE(MustOpen("data", options)->Close().ok());
  const std::string deleted = DeletedFolderName("orders", 0);
  REQUIRE(storage->WriteFile("data/" + deleted + "/00000000000000000000.log", "x").ok());
  storage->FailNext(FileCall::kList, deleted, ENOENT);
  CHECK(MustOpen("data", options)->Close().ok());
}

Options On(std::shared_ptr<FaultyStorage> storage) {
  Options options = ByCaller();
  options.storage = std::move(storage);
  return options;
}

TEST_CASE("A folder that was made some levels deep is there after a power cut, and its topics") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const auto storage = std::make_shared<FaultyStorage>();
    const auto engine = MustOpen("a/b/c", On(storage));
    REQUIRE(engine->CreateTopic("orders", {}).ok());
    Options existing = On(storage->PowerLoss(seed));
    existing.create_if_missing = false;
    CHECK(MustOpen("a/b/c", existing)->FindTopic("orders").ok());
  }
}

// An engine whose topics are flushed before an append is acknowledged.
Options Flushed(std::shared_ptr<FaultyStorage> storage) {
  Options options = On(std::move(storage));
  options.configs = {{"log.flush.interval.messages", "1"}};
  return options;
}

// The engine, still open, after it acknowledged a record.
absl::StatusOr<std::shared_ptr<LocalEngine>> OpenAndAppend(
    const std::shared_ptr<FaultyStorage>& storage, const char* value) {
  auto engine = LocalEngine::Open("a/b/c", Flushed(storage));
  if (!engine.ok()) return engine;
  const auto topic = (*engine)->EnsureTopic("orders", {});
  if (!topic.ok()) return topic.status();
  const auto partition = (*topic)->OpenPartition(0);
  if (!partition.ok()) return partition.status();
  const auto appended = AppendOne(PartitionAccess::Make(*partition), value);
  if (!appended.ok()) return appended;
  return engine;
}

TEST_CASE("What a killed process made and did not sync holds what the next one flushes into it") {
  const std::uint64_t first = FirstSeed();
  bool lived = false;
  for (std::int64_t last = 0; !lived; ++last) {
    const auto storage = std::make_shared<FaultyStorage>();
    storage->Fail({.call = FileCall::kAny, .error = EIO, .after = last, .times = kForever});
    const auto killed = OpenAndAppend(storage, "killed");
    lived = killed.ok();
    // A file's sync that fails takes pages away, which a kill does not.
    if (Mentions(killed.status(), "cannot sync a/b/c/")) continue;
    for (std::uint64_t seed = first; seed < first + 5; ++seed) {
      CAPTURE(last, seed, killed.status().ToString());
      const auto left = storage->ProcessKill();
      const auto engine = OpenAndAppend(left, "flushed");
      REQUIRE(engine.status() == absl::OkStatus());
      const auto after = MustOpen("a/b/c", On(left->PowerLoss(seed)));
      const auto values = Values(MustPartition(*after, "orders"));
      REQUIRE_FALSE(values.empty());
      CHECK(values.back() == "flushed");
    }
  }
}

TEST_CASE("A partition that is opened at the second attempt only is there after a power cut") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const auto storage = std::make_shared<FaultyStorage>();
    const auto engine = MustOpen("data", Flushed(storage));
    const auto topic = engine->CreateTopic("orders", {});
    REQUIRE(topic.ok());
    // The partition's own folder is synced before the one that it is in.
    storage->Fail({.call = FileCall::kSyncDirectory, .error = EIO, .after = 1, .times = 1});
    REQUIRE_FALSE((*topic)->OpenPartition(0).ok());
    REQUIRE(AppendOne(MustPartition(*engine, "orders"), "kept").ok());
    const auto after = MustOpen("data", On(storage->PowerLoss(seed)));
    CHECK(Values(MustPartition(*after, "orders")) == std::vector<std::string>{"kept"});
  }
}

TEST_CASE("A folder that a later rill wrote is refused and left as it was") {
  const TemporaryFolder root;
  const auto engine = MustOpen(root.path(), ByCaller());
  REQUIRE(engine->CreateTopic("orders", {}).ok());
  REQUIRE(AppendOne(MustPartition(*engine, "orders"), "kept").ok());
  REQUIRE(engine->Close() == absl::OkStatus());
  const std::string path = root.path() + "/" + kCatalogueFile;
  const auto files = io::NewRealFileSystem();
  const std::string ours = *io::ReadSmallFile(*files, path, 1 << 20);
  BatchOptions options;
  options.partition_leader_epoch = 0;
  BatchBuilder builder(options);
  REQUIRE(builder.Append({.key = "format", .value = "version=2", .timestamp_ms = 1}).ok());
  const std::string theirs(*builder.Seal());
  REQUIRE(io::ReplaceSmallFile(*files, path, theirs).ok());

  const auto refused = LocalEngine::Open(root.path(), ByCaller()).status();
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(std::string(refused.message()).find(path) != std::string::npos);
  CHECK(*io::ReadSmallFile(*files, path, 1 << 20) == theirs);
  // Still cleanly shut down for the one that may write it.
  CHECK(fs::exists(root.path() + "/" + kCleanShutdownFile));
  REQUIRE(io::ReplaceSmallFile(*files, path, ours).ok());
  const auto again = MustOpen(root.path(), ByCaller());
  CHECK(Values(MustPartition(*again, "orders")) == std::vector<std::string>{"kept"});
}

// What is in a folder and those below: each file with its bytes.
std::map<std::string, std::string> FilesIn(const std::string& folder) {
  const auto files = io::NewRealFileSystem();
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      found[entry.path().string()] = *io::ReadSmallFile(*files, entry.path(), 64 << 20);
    }
  }
  return found;
}

TEST_CASE("A folder of partitions whose catalogue is gone is refused and left as it was") {
  const std::string also_gone = GENERATE(kMetaPropertiesFile, kLockFile, "nothing");
  CAPTURE(also_gone);
  const TemporaryFolder root;
  {
    const auto engine = MustOpen(root.path(), ByCaller());
    REQUIRE(engine->CreateTopic("orders", {.partitions = 4}).ok());
    for (const int partition : {3, 0, 2, 1}) {
      REQUIRE(AppendOne(MustPartition(*engine, "orders", partition), "kept").ok());
    }
    REQUIRE(engine->Close() == absl::OkStatus());
  }
  const std::string saved = root.path() + "/saved";
  fs::rename(root.path() + "/" + kCatalogueFile, saved);
  fs::remove(root.path() + "/" + also_gone);
  auto before = FilesIn(root.path());
  before[root.path() + "/" + kLockFile];  // the only file that may come

  const auto refused = LocalEngine::Open(root.path(), ByCaller()).status();
  CAPTURE(refused.ToString());
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(GetErrorCode(refused) == ErrorCode::kKafkaStorageError);
  CHECK(Mentions(refused, root.path() +
                              " has folders of partitions (orders-0, orders-1, orders-2, ...) and "
                              "no rill.catalogue"));
  CHECK(FilesIn(root.path()) == before);
  fs::rename(saved, root.path() + "/" + kCatalogueFile);
  const auto again = MustOpen(root.path(), ByCaller());
  CHECK(Values(MustPartition(*again, "orders", 3)) == std::vector<std::string>{"kept"});
}

TEST_CASE("A folder that only has the name of a partition's does not keep an engine from opening") {
  const TemporaryFolder root;
  fs::create_directory(root.path() + "/photos-2024");
  fs::create_directory(root.path() + "/photos-2025");
  const auto files = io::NewRealFileSystem();
  REQUIRE(io::ReplaceSmallFile(*files, root.path() + "/photos-2025/partition.metadata", "?").ok());
  const auto engine = MustOpen(root.path(), ByCaller());
  CHECK(engine->CreateTopic("orders", {}).ok());
}

TEST_CASE("A checkpoint of a partition that the catalogue does not have is told of") {
  const char* const name = GENERATE("recovery-point-offset-checkpoint",
                                    "log-start-offset-checkpoint", "replication-offset-checkpoint");
  const auto [written, is_told] = GENERATE(table<std::string, bool>(
      {{"orders 0 1", false}, {"odders 0 1", true}, {"orders 4 1", true}}));
  CAPTURE(name, written);
  const auto storage = std::make_shared<FaultyStorage>();
  {
    const auto engine = MustOpen("data", On(storage));
    REQUIRE(engine->CreateTopic("orders", {}).ok());
    REQUIRE(AppendOne(MustPartition(*engine, "orders"), "deleted").ok());
    REQUIRE(AppendOne(MustPartition(*engine, "orders"), "kept").ok());
    REQUIRE(engine->Close() == absl::OkStatus());
  }
  REQUIRE(storage->WriteFile(std::string("data/") + name, "0\n1\n" + written + "\n").ok());
  Said said;
  Options options = On(storage);
  options.log_sink = said.sink();
  const auto engine = MustOpen("data", options);
  INFO(said.Text());
  CHECK(said.Has(LogLevel::kWarning, std::string(name) + ": offset 1 is not used") == is_told);
}

}  // namespace
}  // namespace rill::engine
