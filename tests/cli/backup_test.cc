#include <filesystem>
#include <fstream>
#include <string>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "rill/rill.h"
#include "run_command.h"

// `rill backup` as a user meets it.
namespace rill::cli {
namespace {

namespace fs = std::filesystem;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Ran Backup(const std::string& words, const std::string& directory = "/") {
  const auto files = io::NewRealFileSystem();
  std::vector<std::string> all = SplitWords(words);
  all.insert(all.begin(), {"rill", "backup"});
  return RunWords(*files, directory, all);
}

void Fill(rill::Engine& engine) {
  auto orders = engine.EnsureTopic("orders", {.partitions = 1});
  REQUIRE(orders.ok());
  auto producer = engine.NewProducer();
  REQUIRE(producer.ok());
  auto sent = producer->Send(*orders, {.key = "k", .value = "value"});
  REQUIRE(sent.Wait(absl::Seconds(5)).ok());
}

void Fill(const std::string& path) {
  auto engine = rill::Open(path);
  REQUIRE(engine.ok());
  Fill(*engine);
  REQUIRE(engine->Close().ok());
}

TEST_CASE("rill backup makes a data folder that can be opened and checked") {
  const test::TemporaryFolder folder;
  Fill(folder.path() + "/data");
  const Ran ran = Backup("data copy", folder.path());
  INFO(ran.err);
  CHECK(ran.exit_code == 0);
  CHECK(ran.out == folder.path() + "/copy is a backup of " + folder.path() + "/data\n");
  const auto files = io::NewRealFileSystem();
  const Ran checked = RunWords(*files, folder.path(), {"rill", "check", "copy"});
  INFO(checked.out);
  CHECK(checked.exit_code == 0);
  CHECK(Contains(checked.out, "sound; 1 partitions, 1 batches, 1 records"));
  auto copy = rill::Open(folder.path() + "/copy");
  REQUIRE(copy.ok());
  CHECK(copy->FindTopic("orders").ok());
}

TEST_CASE("rill backup of a folder that a process has open says who can make it") {
  const test::TemporaryFolder folder;
  auto engine = rill::Open(folder.path() + "/data");
  REQUIRE(engine.ok());
  Fill(*engine);
  const Ran ran = Backup("data copy", folder.path());
  CHECK(ran.exit_code == 2);
  INFO(ran.err);
  CHECK(Contains(ran.err, "/data"));
  CHECK(Contains(ran.err, "Engine::Backup"));
  CHECK_FALSE(fs::exists(folder.path() + "/copy"));
}

TEST_CASE("rill backup touches nothing that is no data folder, and no place that is taken") {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path() + "/other");
  const Ran other = Backup("other copy", folder.path());
  CHECK(other.exit_code == 2);
  CHECK(Contains(other.err, "no data folder of rill's"));
  CHECK(fs::is_empty(folder.path() + "/other"));
  CHECK(Backup("gone copy", folder.path()).exit_code == 2);
  CHECK_FALSE(fs::exists(folder.path() + "/gone"));
  Fill(folder.path() + "/data");
  const Ran taken = Backup("data other", folder.path());
  CHECK(taken.exit_code == 2);
  CHECK(Contains(taken.err, "other is there already"));
  CHECK(fs::is_empty(folder.path() + "/other"));
  CHECK(Backup("data", folder.path()).exit_code == 2);
}

}  // namespace
}  // namespace rill::cli
