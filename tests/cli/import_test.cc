#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "rill/rill.h"
#include "run_command.h"

// `rill import` as a user meets it, of topics that a broker wrote.
namespace rill::cli {
namespace {

namespace fs = std::filesystem;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Ran Import(const test::TemporaryFolder& folder, const std::string& words) {
  const auto files = io::NewRealFileSystem();
  std::vector<std::string> all = SplitWords(words);
  all.insert(all.begin(), {"rill", "import"});
  return RunWords(*files, folder.path(), all);
}

void CopyGolden(const std::string& from, const std::string& to) {
  fs::create_directories(to);
  fs::copy(std::string(RILL_GOLDEN_FOLDER) + "/" + from, to, fs::copy_options::recursive);
}

std::int64_t EndOf(const std::string& data, const std::string& name) {
  auto engine = rill::Open(data, {.maintenance = Options::Maintenance::kByCaller});
  REQUIRE(engine.ok());
  const auto topic = engine->FindTopic(name);
  return topic.ok() ? topic->partition(0)->high_watermark() : -1;
}

TEST_CASE("rill import takes all topics of a folder but the broker's own, and says with what") {
  const test::TemporaryFolder folder;
  for (const char* topic : {"none", "rolled"}) {
    CopyGolden(std::string(topic) + "/" + topic + "-0", folder.path() + "/kafka/" + topic + "-0");
  }
  CopyGolden("consumer-offsets/__consumer_offsets-0",
             folder.path() + "/kafka/__consumer_offsets-0");
  const Ran ran = Import(folder, "kafka --data data --config retention.ms=-1");
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK(ran.err.empty());
  CHECK(Contains(ran.out, "__consumer_offsets: left out"));
  CHECK(Contains(ran.out, "none: 1 partitions, "));
  CHECK(Contains(ran.out, "rolled: 1 partitions, "));
  CHECK(Contains(ran.out, "cleanup.policy=delete retention.ms=-1"));
  CHECK(EndOf(folder.path() + "/data", "none") > 0);
  CHECK(EndOf(folder.path() + "/data", "rolled") > 0);
  const auto files = io::NewRealFileSystem();
  const Ran checked = RunWords(*files, folder.path(), {"rill", "check", "data"});
  INFO(checked.out);
  CHECK(checked.exit_code == 0);
}

TEST_CASE("The data folder may be named as the other commands have it, by --data-dir") {
  const test::TemporaryFolder folder;
  CopyGolden("none/none-0", folder.path() + "/kafka/none-0");
  CHECK(Import(folder, "kafka --data-dir data --config retention.ms=-1").exit_code == 0);
  const auto files = io::NewRealFileSystem();
  const auto run = [&](const std::string& line) {
    const Ran ran = RunWords(*files, folder.path(), SplitWords("rill " + line));
    INFO(ran.out << ran.err);
    CHECK(ran.exit_code == 0);
  };
  run("check --data-dir data");
  run("backup --data-dir data copy");
  run("check copy");
}

TEST_CASE("rill import tells how it is called where its words are not enough, or misspelt") {
  const test::TemporaryFolder folder;
  const Ran none = Import(folder, "--data data");
  CHECK(none.exit_code == 2);
  CHECK(none.err ==
        "rill import: folders is required\n"
        "Usage: rill import [OPTIONS] folders...\n"
        "rill import --help lists what there is\n");
  // Not that --data is missing.
  const Ran misspelt = Import(folder, "--dta data kafka");
  CHECK(misspelt.exit_code == 2);
  CHECK(misspelt.err ==
        "rill import: --dta is not an option; did you mean --data?\n"
        "rill import --help lists what there is\n");
  CHECK_FALSE(fs::exists(folder.path() + "/data"));
}

TEST_CASE("rill import tells which topic it did not take and why, and takes the others") {
  const test::TemporaryFolder folder;
  CopyGolden("none/none-0", folder.path() + "/kafka/none-0");
  CopyGolden("damaged/value-bit-0", folder.path() + "/kafka/bad-0");
  const Ran ran = Import(folder, "kafka --data data");
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 2);
  CHECK(ran.err.starts_with("rill import: bad: " + folder.path() +
                            "/kafka/bad-0/00000000000000000000.log: byte"));
  CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);  // told once
  CHECK(Contains(ran.out, "none: 1 partitions"));
  CHECK(EndOf(folder.path() + "/data", "none") > 0);
  CHECK(EndOf(folder.path() + "/data", "bad") == -1);
  const Ran again = Import(folder, "kafka --data data --topic none");
  CHECK(again.exit_code == 2);
  CHECK(Contains(again.err, "Topic 'none' already exists."));
}

TEST_CASE("rill import makes no data folder of a place that has other files") {
  const test::TemporaryFolder folder;
  CopyGolden("none/none-0", folder.path() + "/kafka/none-0");
  const Ran itself = Import(folder, "kafka --data kafka");
  CHECK(itself.exit_code == 2);
  CHECK(Contains(itself.err, "no data folder of rill's"));
  CHECK_FALSE(fs::exists(folder.path() + "/kafka/meta.properties"));
  CHECK(Import(folder, "kafka").exit_code == 2);
  CHECK(Import(folder, "gone --data data").exit_code == 2);
  CHECK(Import(folder, "kafka --data data --config retention.ms").exit_code == 2);
  CHECK(Contains(Import(folder, "kafka --data mem:").err, "rill import: \"mem:\" is memory"));
  CHECK_FALSE(fs::exists(folder.path() + "/data"));
  const Ran misspelt = Import(folder, "kafka --data data --config retention.msec=-1");
  CHECK(misspelt.exit_code == 2);
  CHECK(Contains(misspelt.err, "no config \"retention.msec\"; did you mean retention.ms?"));
  CHECK_FALSE(fs::exists(folder.path() + "/data"));
}

TEST_CASE("rill import makes no data folder where no topic that was asked for is found") {
  const test::TemporaryFolder folder;
  CopyGolden("none/none-0", folder.path() + "/kafka/none-0");
  const Ran missing = Import(folder, "kafka --data data --topic nosuch");
  CHECK(missing.exit_code == 2);
  CHECK(missing.err ==
        "rill import: nosuch: no partition of topic nosuch is in " + folder.path() + "/kafka\n");
  CHECK_FALSE(fs::exists(folder.path() + "/data"));
  const Ran other = Import(folder, "kafka --data data --topic nosuch --topic none");
  INFO(other.err);
  CHECK(other.exit_code == 2);
  CHECK(Contains(other.err, "rill import: nosuch: "));
  CHECK(EndOf(folder.path() + "/data", "none") > 0);
}

}  // namespace
}  // namespace rill::cli
