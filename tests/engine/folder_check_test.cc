#include "engine/folder_check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "../io/temporary_folder.h"
#include "engine_under_test.h"
#include "io/faulty_file_system.h"
#include "io/real_file_system.h"
#include "rill/offset_store.h"
#include "rill/testing/faulty_storage.h"
#include "rill/testing/manual_clock.h"

namespace rill::engine {
namespace {

namespace fs = std::filesystem;

using log::Finding;
using testing::FaultyStorage;
using testing::FileCall;
using Kind = Finding::Kind;

struct Checked {
  FolderCheckSummary summary;
  std::vector<Finding> findings;

  bool Has(Kind kind, const std::string& folder, const std::string& file,
           const std::string& part) const {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.kind == kind && finding.folder == folder && finding.file == file &&
             finding.what.find(part) != std::string::npos;
    });
  }
  std::string Text() const {
    std::string text;
    for (const Finding& finding : findings) {
      text += std::to_string(static_cast<int>(finding.kind)) + " " + finding.folder + " " +
              finding.file + ": " + finding.what + "\n";
    }
    return text;
  }
};

Checked Check(io::FileSystem& files, const std::string& path,
              const std::set<std::string>& topics = {}) {
  Checked checked;
  auto summary = CheckFolder(files, path, {.topics = topics, .sink = [&](const Finding& finding) {
                                             checked.findings.push_back(finding);
                                           }});
  INFO(summary.status().ToString());
  REQUIRE(summary.ok());
  checked.summary = *std::move(summary);
  return checked;
}

Checked Check(const FaultyStorage& storage) { return Check(io::FileSystemOf(storage), "data"); }

Options On(std::shared_ptr<FaultyStorage> storage) {
  Options options = ByCaller();
  options.storage = std::move(storage);
  return options;
}

// A folder with two topics, one of them in several segments, and committed offsets.
std::shared_ptr<FaultyStorage> Filled(bool close) {
  auto storage = std::make_shared<FaultyStorage>();
  const auto engine = MustOpen("data", On(storage));
  REQUIRE(
      engine->CreateTopic("orders", {.partitions = 2, .configs = {{"segment.bytes", "1048576"}}})
          .ok());
  REQUIRE(engine->CreateTopic("other", {}).ok());
  for (int i = 0; i < 40; ++i) {
    REQUIRE(AppendOne(MustPartition(*engine, "orders", i % 2), std::string(60000, 'v')).ok());
  }
  REQUIRE(AppendOne(MustPartition(*engine, "other"), "x").ok());
  REQUIRE(engine->offsets()->Commit("billing", {{{"orders", 0}, {7, -1, "m"}}}).ok());
  if (!close) return storage->ProcessKill();
  REQUIRE(engine->Close().ok());
  return storage;
}

std::string Read(const FaultyStorage& storage, const std::string& path) {
  auto bytes = storage.ReadFile(path);
  INFO(path);
  REQUIRE(bytes.ok());
  return *bytes;
}

std::map<std::string, std::string> AllOf(const FaultyStorage& storage) {
  std::map<std::string, std::string> all;
  for (const std::string& path : storage.Files()) all[path] = Read(storage, path);
  return all;
}

TEST_CASE("A folder that was closed is sound") {
  const auto storage = Filled(/*close=*/true);
  const Checked checked = Check(*storage);
  INFO(checked.Text());
  CHECK(checked.findings.empty());
  CHECK(checked.summary.was_closed);
  CHECK(checked.summary.has_catalogue);
  CHECK(checked.summary.partitions >= 4);
  CHECK(checked.summary.records == 42);
}

TEST_CASE("A folder whose process was killed is sound, and a check takes no write") {
  const auto storage = Filled(/*close=*/false);
  const auto before = AllOf(*storage);
  const Checked checked = Check(*storage);
  INFO(checked.Text());
  CHECK(checked.summary.damaged == 0);
  CHECK(checked.summary.cut == 0);
  CHECK(checked.summary.notes > 0);
  CHECK_FALSE(checked.summary.was_closed);
  CHECK(AllOf(*storage) == before);
  for (const FileCall call :
       {FileCall::kWrite, FileCall::kTruncate, FileCall::kAllocate, FileCall::kSync,
        FileCall::kRemove, FileCall::kRename, FileCall::kCreateDirectory}) {
    CHECK(storage->calls(call) == 0);
  }
}

TEST_CASE("A folder that an engine has open is refused, and one that is checked is not opened") {
  const auto storage = std::make_shared<FaultyStorage>();
  auto engine = MustOpen("data", On(storage));
  const auto refused = CheckFolder(io::FileSystemOf(*storage), "data", {});
  CHECK(absl::IsFailedPrecondition(refused.status()));
  CHECK(Mentions(refused.status(), "a folder that is open cannot be checked"));
  REQUIRE(engine->CreateTopic("orders", {}).ok());
  REQUIRE(AppendOne(MustPartition(*engine, "orders"), "x").ok());
  REQUIRE(engine->Close().ok());
  bool was_refused = false;
  const auto checked = CheckFolder(io::FileSystemOf(*storage), "data",
                                   {.progress = [&](std::uint64_t, std::uint64_t) {
                                     was_refused = !LocalEngine::Open("data", On(storage)).ok();
                                   }});
  REQUIRE(checked.ok());
  CHECK(was_refused);
}

TEST_CASE("What is no data folder is refused with what it is") {
  const auto storage = Filled(/*close=*/true);
  io::FileSystem& files = io::FileSystemOf(*storage);
  CHECK(absl::IsNotFound(CheckFolder(files, "nowhere", {}).status()));
  CHECK(Mentions(CheckFolder(files, "data/orders-0", {}).status(), "the folder of one partition"));
  REQUIRE(files.CreateDirectories("empty").ok());
  CHECK(Mentions(CheckFolder(files, "empty", {}).status(), "is no data folder"));
}

TEST_CASE("Damage of each file at the root is named") {
  const auto storage = Filled(/*close=*/true);
  const auto damage = [&](const std::string& name, const std::string& contents) {
    // One that is missing says what an empty one does.
    const std::string sound = storage->ReadFile("data/" + name).value_or("");
    REQUIRE(storage->WriteFile("data/" + name, contents).ok());
    Checked checked = Check(*storage);
    REQUIRE(storage->WriteFile("data/" + name, sound).ok());
    return checked;
  };
  CHECK(damage("meta.properties", "version=1\n").Has(Kind::kDamage, "", "meta.properties", ""));
  CHECK(
      damage("rill.catalogue", "nonsense").Has(Kind::kDamage, "", "rill.catalogue", "position 0"));
  CHECK(damage("recovery-point-offset-checkpoint", "0\n1\norders 0 x\n")
            .Has(Kind::kDamage, "", "recovery-point-offset-checkpoint", "line 3"));
  const Checked ahead = damage("recovery-point-offset-checkpoint",
                               "0\n4\norders 0 25\norders 1 19\nother 0 1\ngone 0 5\n");
  INFO(ahead.Text());
  const std::string file = "recovery-point-offset-checkpoint";
  CHECK(ahead.Has(Kind::kDamage, "orders-0", file, "has offset 25, and the log ends at 20"));
  CHECK(ahead.Has(Kind::kDamage, "orders-1", file, "has offset 19"));
  CHECK(ahead.Has(Kind::kDamage, "gone-0", file, "whose folder is not there"));
  CHECK_FALSE(ahead.Has(Kind::kDamage, "other-0", file, ""));
  CHECK(damage("log-start-offset-checkpoint", "0\n1\norders 0 21\n")
            .Has(Kind::kDamage, "orders-0", "log-start-offset-checkpoint", "has offset 21"));
  CHECK(damage("log-start-offset-checkpoint", "0\n1\nodders 0 1\n")
            .Has(Kind::kDamage, "odders-0", "log-start-offset-checkpoint", "is not there"));
  CHECK(damage("replication-offset-checkpoint", "0\n1\norders 0 3\n")
            .Has(Kind::kDamage, "orders-0", "replication-offset-checkpoint", "has offset 3"));
}

TEST_CASE("A partition's folder that is another topic's is damage") {
  const auto storage = Filled(/*close=*/true);
  const std::string other = Read(*storage, "data/other-0/partition.metadata");
  REQUIRE(storage->WriteFile("data/orders-1/partition.metadata", other).ok());
  const Checked checked = Check(*storage);
  CHECK(checked.Has(Kind::kDamage, "orders-1", "partition.metadata", "where rill.catalogue has"));
}

TEST_CASE("A record of __consumer_offsets that says nothing is damage") {
  const auto storage = Filled(/*close=*/false);
  {
    // Past the store, which would not write such a record.
    const auto engine = MustOpen("data", On(storage));
    const auto topic = engine->FindTopic("__consumer_offsets");
    REQUIRE(topic.ok());
    const auto partition = (*topic)->OpenPartition(0);
    REQUIRE(partition.ok());
    REQUIRE((*partition)->log()->AppendRecord({.key = "k", .value = "nonsense"}).ok());
    REQUIRE(engine->Close().ok());
  }
  const Checked checked = Check(*storage);
  INFO(checked.Text());
  CHECK(std::any_of(checked.findings.begin(), checked.findings.end(), [](const Finding& finding) {
    return finding.folder.starts_with("__consumer_offsets-") && finding.kind == Kind::kDamage &&
           finding.what.find("the record at offset") != std::string::npos;
  }));
}

TEST_CASE("What rill does not know is told of, and is no damage") {
  const auto storage = Filled(/*close=*/true);
  io::FileSystem& files = io::FileSystemOf(*storage);
  REQUIRE(files.CreateDirectories("data/photos").ok());
  REQUIRE(files.CreateDirectories("data/stranger-0").ok());
  REQUIRE(storage->WriteFile("data/README", "x").ok());
  const Checked checked = Check(*storage);
  INFO(checked.Text());
  CHECK(checked.summary.damaged == 0);
  CHECK(checked.Has(Kind::kNote, "", "photos", "unknown folder"));
  CHECK(checked.Has(Kind::kNote, "", "README", "unknown file"));
  CHECK(checked.Has(Kind::kNote, "stranger-0", "", "leaves it alone"));
}

TEST_CASE("Only the topics that were asked for are gone through") {
  const auto storage = Filled(/*close=*/true);
  std::uint64_t last = 0;
  std::uint64_t total = 0;
  const auto checked =
      CheckFolder(io::FileSystemOf(*storage), "data",
                  {.topics = {"orders"}, .progress = [&](std::uint64_t done, std::uint64_t all) {
                     CHECK(done >= last);
                     last = done;
                     total = all;
                   }});
  REQUIRE(checked.ok());
  CHECK(checked->partitions == 2);
  CHECK(checked->records == 40);
  CHECK(last == total);
  CHECK(total == checked->bytes);
}

TEST_CASE("What cannot be read is told of, and the other partitions are gone through") {
  const auto storage = Filled(/*close=*/true);
  storage->Fail({.call = FileCall::kOpen,
                 .path_part = "orders-0/0",
                 .error = EACCES,
                 .after = 0,
                 .times = testing::kForever});
  const Checked checked = Check(*storage);
  INFO(checked.Text());
  CHECK(checked.summary.unread > 0);
  CHECK(checked.Has(Kind::kUnread, "orders-0", "00000000000000000000.log", ""));
  CHECK(checked.summary.records == 22);
}

// What a crash leaves is no damage, wherever it comes; and what the next open makes of it is sound.
TEST_CASE("A folder after a power cut has no damage, and after its recovery nothing at all") {
  const std::uint64_t first = FirstSeed();
  for (std::uint64_t seed = first; seed < first + 60; ++seed) {
    CAPTURE(seed);
    const auto storage = std::make_shared<FaultyStorage>();
    const auto engine = MustOpen("data", On(storage));
    REQUIRE(engine
                ->CreateTopic("orders",
                              {.partitions = 2,
                               .configs = {{"segment.bytes", "1048576"}, {"flush.messages", "7"}}})
                .ok());
    for (std::uint64_t i = 0; i < 10 + seed % 50; ++i) {
      REQUIRE(AppendOne(MustPartition(*engine, "orders", static_cast<int>(i % 2)),
                        std::string(30000 + 1000 * (i % 7), 'v'))
                  .ok());
      if (i % 16 == 3) engine->RunMaintenance();
    }
    if (seed % 3 == 0) {
      REQUIRE(engine->offsets()->Commit("billing", {{{"orders", 0}, {3, -1, "m"}}}).ok());
    }
    const auto after = storage->PowerLoss(seed);
    const Checked torn = Check(*after);
    INFO(torn.Text());
    CHECK(torn.summary.damaged == 0);
    CHECK(torn.summary.unread == 0);
    REQUIRE(RepairFolder("data", torn.summary, On(after)).ok());
    const Checked recovered = Check(*after);
    INFO(recovered.Text());
    CHECK(recovered.findings.empty());
    CHECK(recovered.summary.records == torn.summary.records);
  }
}

TEST_CASE("A repair makes index files and snapshots anew, and keeps every record") {
  const auto storage = Filled(/*close=*/true);
  const auto files = storage->Files();
  const auto index = std::find_if(files.begin(), files.end(), [](const std::string& path) {
    return path.find("orders-0") != std::string::npos && path.ends_with(".timeindex");
  });
  REQUIRE(index != files.end());
  std::string bytes = Read(*storage, *index);
  REQUIRE_FALSE(bytes.empty());
  bytes[3] ^= 1;
  REQUIRE(storage->WriteFile(*index, bytes).ok());
  const Checked before = Check(*storage);
  INFO(before.Text());
  CHECK(before.summary.damaged > 0);
  REQUIRE(RepairFolder("data", before.summary, On(storage)).ok());
  const Checked after = Check(*storage);
  INFO(after.Text());
  CHECK(after.findings.empty());
  CHECK(after.summary.records == 42);
}

TEST_CASE("A repair of a killed folder leaves one that was closed") {
  const auto storage = Filled(/*close=*/false);
  REQUIRE(RepairFolder("data", Check(*storage).summary, On(storage)).ok());
  const Checked after = Check(*storage);
  INFO(after.Text());
  CHECK(after.findings.empty());
  CHECK(after.summary.was_closed);
  CHECK(after.summary.records == 42);
}

// What "What cannot be told" of docs/reference/check.md has, of a folder of rill's that was closed.
bool CannotBeTold(const std::string& file) {
  return file == ".kafka_cleanshutdown" || file == "meta.properties" ||
         file == "log-start-offset-checkpoint";
}

TEST_CASE("Whichever byte of a folder is changed, the check tells, but for those that are listed") {
  const auto storage = std::make_shared<FaultyStorage>();
  {
    testing::ManualClock clock;  // so that no two batches are of one time
    Options options = On(storage);
    options.clock = &clock;
    const auto engine = MustOpen("data", options);
    REQUIRE(engine->CreateTopic("orders", {.configs = {{"retention.ms", "-1"}}}).ok());
    for (int i = 0; i < 5; ++i) {
      clock.Advance(absl::Seconds(1));
      REQUIRE(AppendOne(MustPartition(*engine, "orders"), "value").ok());
    }
    REQUIRE(engine->offsets()->Commit("billing", {{{"orders", 0}, {3, -1, "m"}}}).ok());
    REQUIRE(MustPartition(*engine, "orders").DeleteRecordsBefore(2).ok());
    REQUIRE(engine->Close().ok());
  }
  REQUIRE(Check(*storage).findings.empty());
  std::size_t told = 0;
  for (const std::string& path : storage->Files()) {
    const std::string sound = Read(*storage, path);
    const std::string name = path.substr(path.rfind('/') + 1);
    for (std::size_t at = 0; at < sound.size(); ++at) {
      for (const unsigned char change : {0x01, 0x10, 0x80}) {
        std::string bytes = sound;
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ change);
        REQUIRE(storage->WriteFile(path, bytes).ok());
        const bool is_told = Check(*storage).summary.damaged > 0;
        told += is_told ? 1 : 0;
        if (is_told || CannotBeTold(name)) continue;
        FAIL_CHECK(path << ": byte " << at << " changed by " << int{change} << " is not told");
      }
    }
    REQUIRE(storage->WriteFile(path, sound).ok());
  }
  CHECK(told > 1000);
  CHECK(Check(*storage).findings.empty());
}

// A data folder of Apache Kafka's, put together from the golden files.
void CopyBroker(const std::string& to) {
  const fs::path golden = fs::path(RILL_SOURCE_DIR) / "tests/data/golden";
  for (const auto& entry : fs::directory_iterator(golden / "data-folder")) {
    if (entry.path().filename() == "listing.txt") continue;
    fs::copy(entry.path(), fs::path(to) / entry.path().filename());
  }
  std::ofstream(fs::path(to) / ".kafka_cleanshutdown") << R"({"version":0,"brokerEpoch":-1})";
  for (const auto& topic : fs::directory_iterator(golden)) {
    if (!topic.is_directory() || topic.path().filename() == "damaged") continue;
    for (const auto& partition : fs::directory_iterator(topic.path())) {
      if (!partition.is_directory()) continue;
      fs::copy(partition.path(), fs::path(to) / partition.path().filename());
    }
  }
}

TEST_CASE("A broker's data folder is sound, and repairing it is left to the broker") {
  const test::TemporaryFolder folder;
  CopyBroker(folder.path());
  const auto files = io::NewRealFileSystem();
  const Checked checked = Check(*files, folder.path());
  INFO(checked.Text());
  CHECK(checked.findings.empty());
  CHECK_FALSE(checked.summary.has_catalogue);
  CHECK(checked.summary.was_closed);
  CHECK(checked.summary.partitions == 18);
  const auto refused = RepairFolder(folder.path(), checked.summary, ByCaller());
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(fs::exists(folder.path() + "/.kafka_cleanshutdown"));
}

}  // namespace
}  // namespace rill::engine
