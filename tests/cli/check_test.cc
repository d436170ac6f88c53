#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "../io/temporary_folder.h"
#include "../io/wrapped_file_system.h"
#include "absl/time/clock.h"
#include "catch.h"
#include "json_rows.h"
#include "rill/rill.h"
#include "run_command.h"

// `rill check` as a user meets it: what it prints, and what it returns.
namespace rill::cli {
namespace {

namespace fs = std::filesystem;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void Fill(const std::string& path) {
  auto engine = rill::Open(path);
  REQUIRE(engine.ok());
  auto orders = engine->EnsureTopic("orders", {.partitions = 1});
  REQUIRE(orders.ok());
  auto producer = engine->NewProducer();
  REQUIRE(producer.ok());
  for (int i = 0; i < 10; ++i) {
    auto sent = producer->Send(*orders, {.key = "k", .value = "value"});
    REQUIRE(sent.Wait(absl::Seconds(5)).ok());
  }
  REQUIRE(producer->Close().ok());
  REQUIRE(engine->Close().ok());
}

Ran Check(const std::string& words) {
  const auto files = io::NewRealFileSystem();
  std::vector<std::string> all = SplitWords(words);
  all.insert(all.begin(), {"rill", "check"});
  return RunWords(*files, "/", all);
}

void FlipByte(const std::string& path, std::streamoff at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  REQUIRE(file.good());
  file.seekg(at);
  const int byte = file.get();
  file.seekp(at);
  file.put(static_cast<char>(byte ^ 1));
}

// Takes longer for the first log than a command waits before it tells how far it is.
class SlowFiles final : public test::WrappedFileSystem {
 public:
  using WrappedFileSystem::WrappedFileSystem;

 protected:
  absl::StatusOr<std::size_t> OnRead(io::File& file, std::uint64_t offset, char* out,
                                     std::size_t size) override {
    WaitOnce(file.path());
    return WrappedFileSystem::OnRead(file, offset, out, size);
  }
  absl::StatusOr<std::unique_ptr<io::Mapping>> OnMap(io::File& file, std::size_t length,
                                                     io::MapMode mode) override {
    WaitOnce(file.path());
    return WrappedFileSystem::OnMap(file, length, mode);
  }

 private:
  void WaitOnce(const std::string& path) {
    if (path.ends_with(".log") && !std::exchange(waited_, true)) {
      absl::SleepFor(absl::Milliseconds(300));
    }
  }

  bool waited_ = false;
};

TEST_CASE("rill check tells a terminal how far it is, and wipes that away") {
  const test::TemporaryFolder folder;
  Fill(folder.path());
  const auto real = io::NewRealFileSystem();
  for (const bool is_terminal : {true, false}) {
    SlowFiles files(*real);
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    CHECK(RunRill({files, "/", in, out, StandardError(err), is_terminal},
                  std::vector<std::string>{"rill", "check", folder.path()}) == 0);
    INFO(err.str());
    if (is_terminal) {
      CHECK(Contains(err.str(), " %), "));
      CHECK(err.str().ends_with("\r\x1b[K"));
    } else {
      CHECK(err.str().empty());
    }
  }
}

TEST_CASE("rill check of a sound folder says so and returns 0") {
  const test::TemporaryFolder folder;
  Fill(folder.path());
  const Ran ran = Check(folder.path());
  INFO(ran.out);
  CHECK(ran.exit_code == 0);
  CHECK(ran.err.empty());
  CHECK(Contains(ran.out, folder.path() + ": sound; 1 partitions, 10 batches, 10 records"));
}

TEST_CASE("rill check names a damage by partition, file and byte, and returns 1") {
  const test::TemporaryFolder folder;
  Fill(folder.path());
  FlipByte(folder.path() + "/orders-0/00000000000000000000.log", 70);
  const Ran ran = Check(folder.path());
  INFO(ran.out);
  CHECK(ran.exit_code == 1);
  CHECK(ran.out.starts_with("orders-0: 00000000000000000000.log: byte 0: "));
  CHECK(Contains(ran.out, "1 damaged"));
}

// Gigabytes of zeros that take no space would take minutes to read.
TEST_CASE("rill check reads no index file that has more entries than its log can have batches") {
  const test::TemporaryFolder folder;
  Fill(folder.path());
  const std::string stem = folder.path() + "/orders-0/00000000000000000000";
  constexpr std::uintmax_t kSize = std::uintmax_t{6} << 30;  // whole entries of both kinds
  fs::resize_file(stem + ".index", kSize);
  fs::resize_file(stem + ".timeindex", kSize);
  const auto begin = std::chrono::steady_clock::now();
  const Ran ran = Check(folder.path());
  INFO(ran.out);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  CHECK(ran.exit_code == 1);
  CHECK(
      Contains(ran.out, "00000000000000000000.index: has 805306368 entries, more than a .log of"));
  CHECK(Contains(ran.out, "00000000000000000000.timeindex: has 536870912 entries"));
  CHECK(Check(folder.path() + " --repair").exit_code == 0);
}

TEST_CASE("rill check refuses to call a topic sound that is not there") {
  const test::TemporaryFolder folder;
  Fill(folder.path());
  CHECK(Check(folder.path() + " --topic orders").exit_code == 0);
  for (const char* const topics : {" --topic other", " --topic orders --topic other"}) {
    const Ran ran = Check(folder.path() + topics);
    CHECK(ran.exit_code == 2);
    CHECK(Contains(ran.err, "there is no topic other in " + folder.path()));
  }
}

TEST_CASE("rill check tells what is no damage only when it is asked to") {
  const test::TemporaryFolder folder;
  Fill(folder.path());
  std::ofstream(folder.path() + "/notes.txt") << "x";
  CHECK_FALSE(Contains(Check(folder.path()).out, "notes.txt"));
  const Ran ran = Check("--verbose " + folder.path());
  CHECK(ran.exit_code == 0);
  CHECK(Contains(ran.out, "note: notes.txt: an unknown file"));
}

// Leaves what a power cut may: the last batch is torn, above the recovery point.
void TearEnd(const std::string& path) {
  std::filesystem::remove(path + "/.kafka_cleanshutdown");
  std::ofstream(path + "/recovery-point-offset-checkpoint") << "0\n1\norders 0 5\n";
  const std::string log = path + "/orders-0/00000000000000000000.log";
  FlipByte(log, static_cast<std::streamoff>(std::filesystem::file_size(log)) - 1);
}

TEST_CASE("rill check tells what the next open drops, which is no damage") {
  const test::TemporaryFolder folder;
  Fill(folder.path());
  TearEnd(folder.path());
  const Ran ran = Check(folder.path());
  INFO(ran.out);
  CHECK(ran.exit_code == 0);
  CHECK(ran.out.starts_with("to be cut: orders-0: 00000000000000000000.log: byte "));
  CHECK(Contains(ran.out, "1 torn and cut off by the next open"));
}

TEST_CASE("rill check --repair puts right what can be made anew, and says what cannot") {
  const test::TemporaryFolder folder;
  Fill(folder.path());
  const std::string stem = folder.path() + "/orders-0/00000000000000000000";
  FlipByte(stem + ".timeindex", 3);
  Ran ran = Check(folder.path() + " --repair");
  INFO(ran.out);
  CHECK(ran.exit_code == 0);
  CHECK(Contains(ran.out, "repair: "));
  CHECK(Contains(ran.out, "the index files are made anew"));
  CHECK(Check(folder.path()).exit_code == 0);
}

TEST_CASE("rill check --repair drops no record of a folder that was closed, and says what stays") {
  const test::TemporaryFolder folder;
  Fill(folder.path());
  FlipByte(folder.path() + "/orders-0/00000000000000000000.log", 70);
  const Ran ran = Check(folder.path() + " --repair");
  INFO(ran.out);
  CHECK(ran.exit_code == 1);
  CHECK(Contains(ran.out, "What is still damaged cannot be made anew"));
  CHECK(Contains(ran.out, "1 damaged; 1 partitions, 9 batches, 9 records"));
  CHECK(Check(folder.path() + " --repair --topic orders").exit_code == 2);
}

TEST_CASE("rill check says of a folder that was not closed what becomes of it") {
  const test::TemporaryFolder folder;
  Fill(folder.path());
  fs::remove(folder.path() + "/.kafka_cleanshutdown");
  CHECK(Contains(Check(folder.path()).out, "was not closed, which needs nothing: the next open"));
  fs::remove(folder.path() + "/rill.catalogue");
  const Ran ran = Check(folder.path() + " --repair");
  CHECK(ran.exit_code == 2);
  CHECK(Contains(ran.out, "was not closed, so its broker recovers it"));
  CHECK(Contains(ran.out, "if it is rill's, its catalogue is missing"));
  CHECK_FALSE(Contains(ran.out, "repairing"));
  CHECK(Contains(ran.err, "--repair is for folders of rill's"));
}

TEST_CASE("rill check refuses wrong words and what is no folder with 2") {
  CHECK(Check("").exit_code == 2);
  CHECK(Check("/nowhere/at/all").exit_code == 2);
  const Ran unknown = Check("--frobnicate /tmp");
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.err.starts_with("rill check: "));
  CHECK(Contains(unknown.err, "--frobnicate"));
  CHECK(Contains(unknown.err, "rill check --help lists what there is"));
  CHECK(Check("mem:").err.starts_with("rill check: \"mem:\" is memory"));
  const Ran ran = Check("/nowhere/at/all");
  CHECK(ran.err.starts_with("rill check: "));
  CHECK(ran.out.empty());
}

TEST_CASE("rill check refuses a folder that is open, and says who has it") {
  const test::TemporaryFolder folder;
  auto engine = rill::Open(folder.path());
  REQUIRE(engine.ok());
  const Ran ran = Check(folder.path());
  CHECK(ran.exit_code == 2);
  CHECK(
      Contains(ran.err, "is held by another engine of this process; a folder that is open cannot"));
}

TEST_CASE("rill tells about check") {
  const Ran help = Check("--help");
  CHECK(help.exit_code == 0);
  CHECK(Contains(help.out, "--repair"));
  CHECK(RunRillLine("help check").out == help.out);
  CHECK(Contains(RunRillLine("--help").out, "check"));
  CHECK(Contains(RunRillLine("chekc").err, "did you mean \"rill check\"?"));
}

TEST_CASE("rill check --json prints an object for each finding, and one that sums up") {
  const test::TemporaryFolder folder;
  Fill(folder.path());
  const auto sound = RowsIn(Check("--json " + folder.path()).out);
  REQUIRE(sound.size() == 1);
  CHECK(NamesIn(sound[0]) ==
        "type dataDir damaged notChecked toBeCut partitionCount batchCount recordCount size "
        "wasClosed hasCatalogue");
  CHECK(sound[0]["type"] == "summary");
  CHECK(sound[0]["dataDir"] == folder.path());
  CHECK(sound[0]["damaged"] == 0);
  CHECK(sound[0]["recordCount"] == 10);
  CHECK(sound[0]["wasClosed"] == true);
  FlipByte(folder.path() + "/orders-0/00000000000000000000.log", 70);
  const Ran text = Check(folder.path());
  const Ran ran = Check("--json " + folder.path());
  CHECK(ran.exit_code == 1);
  CHECK(ran.err.empty());
  const auto rows = RowsIn(ran.out);
  REQUIRE(rows.size() == 2);
  CHECK(NamesIn(rows[0]) == "type folder file position message");
  CHECK(rows[0]["type"] == "damage");
  CHECK(rows[0]["folder"] == "orders-0");
  CHECK(rows[0]["file"] == "00000000000000000000.log");
  CHECK(rows[0]["position"] == 0);
  CHECK(Contains(text.out, ": byte 0: " + rows[0]["message"].get<std::string>() + "\n"));
  CHECK(rows[1]["damaged"] == 1);
}

TEST_CASE("rill check --json tells notes and repairs by their types") {
  const test::TemporaryFolder folder;
  Fill(folder.path());
  std::ofstream(folder.path() + "/notes.txt") << "x";
  CHECK(RowsIn(Check("--json " + folder.path()).out).size() == 1);
  const auto notes = RowsIn(Check("--json --verbose " + folder.path()).out);
  const auto note = std::find_if(notes.begin(), notes.end(),
                                 [](const JsonRow& row) { return row["file"] == "notes.txt"; });
  REQUIRE(note != notes.end());
  CHECK((*note)["type"] == "note");
  CHECK((*note)["folder"].is_null());
  CHECK((*note)["position"].is_null());
  TearEnd(folder.path());
  const Ran repaired = Check("--json --repair " + folder.path());
  CHECK(repaired.exit_code == 0);
  const auto rows = RowsIn(repaired.out);
  REQUIRE(rows.size() > 3);
  CHECK(rows[0]["type"] == "toBeCut");
  CHECK(rows[1]["wasClosed"] == false);
  CHECK(rows[1]["toBeCut"] == 1);
  CHECK(rows[2]["type"] == "repair");
  CHECK(rows[2]["message"].is_string());
  CHECK(rows.back()["wasClosed"] == true);
}

}  // namespace
}  // namespace rill::cli
