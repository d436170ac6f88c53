#include <filesystem>
#include <fstream>
#include <iterator>
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
  CHECK(Contains(ran.err, "is held by another engine of this process"));
  CHECK(Contains(ran.err, "close that one first, or let that process call Engine::Backup"));
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
  const Ran half = Backup("data", folder.path());
  CHECK(half.exit_code == 2);
  CHECK(half.err ==
        "rill backup: to is required\n"
        "Usage: rill backup [OPTIONS] folder to\n"
        "rill backup --help lists what there is\n");
  const Ran many = Backup("data other third fourth", folder.path());
  CHECK(many.exit_code == 2);
  CHECK(many.err ==
        "rill backup: \"third\" is a word too many\nrill backup --help lists what there is\n");
}

TEST_CASE("rill backup refuses words that name no folder, and makes none of them") {
  const test::TemporaryFolder folder;
  Fill(folder.path() + "/data");
  const auto files = io::NewRealFileSystem();
  const auto run = [&](const std::string& from, const std::string& to) {
    const Ran ran = RunWords(*files, folder.path(), {"rill", "backup", from, to});
    CHECK(ran.exit_code == 2);
    CHECK(ran.err.starts_with("rill backup: "));
    return ran.err;
  };
  CHECK(Contains(run("data", "mem:"), "no folder; give the path of one"));
  CHECK(Contains(run("mem:", "copy"), "no folder"));
  CHECK(Contains(run("data", ""), "an empty word names no folder"));
  CHECK(Contains(run("", "copy"), "an empty word"));
  CHECK(Contains(run("data", "~/copy"), "give the path itself"));
  CHECK(Contains(run("data", "kafka://host:9092"), "the scheme \"kafka\" is not known"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

}  // namespace
}  // namespace rill::cli
