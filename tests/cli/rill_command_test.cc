#include <atomic>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "rill/version.h"
#include "run_command.h"

namespace rill::cli {
namespace {

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("rill tells its version and its commands") {
  const Ran version = RunRillLine("--version");
  CHECK(version.exit_code == 0);
  CHECK(version.out == "rill " RILL_VERSION "\n");
  const Ran help = RunRillLine("--help");
  CHECK(help.exit_code == 0);
  CHECK(Contains(help.out, "dump-log"));
  CHECK(RunRillLine("help").out == help.out);
  CHECK(RunRillLine("-h").out == help.out);
}

TEST_CASE("rill without a word is an error that lists the commands") {
  const Ran ran = RunRillLine("");
  CHECK(ran.exit_code == 2);
  CHECK(ran.out.empty());
  CHECK(Contains(ran.err, "dump-log"));
}

TEST_CASE("rill help tells about a command") {
  const Ran ran = RunRillLine("help dump-log");
  CHECK(ran.exit_code == 0);
  CHECK(Contains(ran.out, "Usage: rill dump-log --files"));
  CHECK(Contains(ran.out, "--verify-index-only"));
  CHECK(RunRillLine("help kafka-dump-log").out == ran.out);
  CHECK(Contains(RunRillLine("help help").out, "rill help [command]"));
}

TEST_CASE("A command that is not there is refused with the nearest that is") {
  const Ran near = RunRillLine("dumplog --files x");
  CHECK(near.exit_code == 2);
  CHECK(Contains(near.err, "there is no command \"dumplog\"; did you mean \"rill dump-log\"?"));
  CHECK(Contains(RunRillLine("kafka-dump-logs").err, "did you mean \"rill dump-log\"?"));
  CHECK(Contains(RunRillLine("help dmup-log").err, "did you mean \"rill dump-log\"?"));
  const Ran far = RunRillLine("frobnicate");
  CHECK(far.exit_code == 2);
  CHECK_FALSE(Contains(far.err, "did you mean"));
  CHECK(Contains(RunRillLine("--bogus").err, "there is no option \"--bogus\""));
  CHECK(RunRillLine("--bogus").exit_code == 2);
  CHECK(RunRillLine("help frobnicate").exit_code == 2);
  const Ran misspelt = RunRillLine("chekc data");  // 1 would say that data is damaged
  CHECK(misspelt.exit_code == 2);
  CHECK(Contains(misspelt.err, "did you mean \"rill check\"?"));
}

TEST_CASE("The beginning of a command's name is refused with that command") {
  for (const char* word : {"dump", "du", "dump-", "dumplog", "dump_log"}) {
    INFO(word);
    const Ran ran = RunRillLine(std::string(word) + " --files x");
    CHECK(ran.exit_code == 2);
    CHECK(ran.out.empty());
    CHECK(Contains(ran.err, "did you mean \"rill dump-log\"?"));
  }
  CHECK(Contains(RunRillLine("hel").err, "did you mean \"rill help\"?"));
  const auto files = io::NewMemoryFileSystem();
  CHECK_FALSE(Contains(RunWords(*files, "/", {"rill", ""}).err, "did you mean"));
}

TEST_CASE("Called by the name of Kafka's tool, rill is that tool") {
  const auto files = io::NewMemoryFileSystem();
  CHECK(RunWords(*files, "/", {"/usr/bin/kafka-dump-log", "--version"}).out == "4.4.0\n");
  CHECK(RunWords(*files, "/", {"kafka-dump-log", "--version"}).out == "4.4.0\n");
  CHECK(RunWords(*files, "/", {"bin/rill", "dump-log", "--version"}).out == "4.4.0\n");
  CHECK(RunWords(*files, "/", {"bin/rill", "--version"}).out == "rill " RILL_VERSION "\n");
}

TEST_CASE("dump-log reads its words by the rules of Kafka's tools, whatever they are") {
  CHECK(RunRillLine("dump-log help --files x").out == "Dumping x\n");
  CHECK(RunRillLine("dump-log dump-log -files=x").err == "Ignoring unknown file x\n");
  CHECK(RunRillLine("dump-log -- --files x").exit_code == 1);
}

TEST_CASE("dump-log without --files says how the files that were given are named") {
  const Ran ran = RunRillLine("dump-log --deep-iteration a.log b.log");
  CHECK(ran.exit_code == 1);
  CHECK(ran.out.empty());
  CHECK(ran.err.starts_with("Missing required argument \"[files]\"\n"));
  CHECK(ran.err.ends_with(
      "\nrill dump-log: words without an option are ignored; did you mean --files a.log,b.log?\n"));
  CHECK_FALSE(Contains(RunRillLine("dump-log --deep-iteration").err, "did you mean"));
}

TEST_CASE("Words beside --files are ignored in silence, as by Kafka's tool") {
  const Ran ran = RunRillLine("dump-log --files a.none b.none");
  CHECK(ran.exit_code == 0);
  CHECK(ran.out == "Dumping a.none\n");
  CHECK(ran.err == "Ignoring unknown file a.none\n");
}

TEST_CASE("What is printed and lost, as on a full disk, is told and no success") {
  const auto files = io::NewMemoryFileSystem();
  const struct {
    const char* line;
    const char* told_by;
    int exit_code;
  } cases[] = {
      {"rill --version", "rill", 2},
      {"rill help topics", "rill", 2},
      {"rill completion bash", "rill completion", 2},
      {"rill backup --help", "rill backup", 2},
      {"rill topics --version", "rill topics", 1},
      {"kafka-topics --version", "rill topics", 1},
      {"rill dump-log --version", "rill dump-log", 1},
      {"rill consumer-groups --validate-regex a", "rill consumer-groups", 1},
  };
  for (const auto& one : cases) {
    CAPTURE(one.line);
    FullDisk disk(3);
    std::ostream out(&disk);
    const Ran ran = RunWordsInto(out, *files, "/", SplitWords(one.line));
    CHECK(ran.exit_code == one.exit_code);
    CHECK(ran.err ==
          std::string(one.told_by) + ": standard output does not take what is written to it\n");
  }
}

TEST_CASE("Who reads a pipe and leaves is no failure") {
  const auto files = io::NewMemoryFileSystem();
  FullDisk gone(0);
  std::istringstream in;
  std::ostream out(&gone);
  std::ostringstream err;
  const std::vector<std::string> words = {"rill", "topics", "--version"};
  CHECK(RunRill({*files, "/", in, out, StandardError(err), /*err_is_terminal=*/false,
                 /*is_interactive=*/false, /*out_is_file=*/false, /*out_is_pipe=*/true},
                words) == 0);
  CHECK(err.str().empty());
}

// Takes its time, and notices who does not wait for the end of it.
class WatchedBuffer final : public std::stringbuf {
 public:
  bool was_shared() const { return was_shared_; }

 protected:
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    if (is_in_use_.exchange(true)) was_shared_ = true;
    std::this_thread::yield();
    const std::streamsize taken = std::stringbuf::xsputn(text, size);
    is_in_use_ = false;
    return taken;
  }

 private:
  std::atomic<bool> is_in_use_ = false;
  std::atomic<bool> was_shared_ = false;
};

TEST_CASE("What several threads tell at a time is written one after the other, in whole lines") {
  constexpr int kThreads = 4;
  constexpr int kLines = 1000;
  WatchedBuffer buffer;
  std::ostream told(&buffer);
  const StandardError err(told);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&err, i] {
      const std::string line = std::string(100, static_cast<char>('a' + i)) + "\n";
      for (int n = 0; n < kLines; ++n) err.Write(line);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(buffer.was_shared());
  std::istringstream lines(buffer.str());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    REQUIRE(line == std::string(100, line.empty() ? ' ' : line.front()));
  }
  CHECK(count == kThreads * kLines);
}

TEST_CASE("Who tells what is wrong flushes nobody else's text") {
  std::ostringstream out;
  std::ostringstream told;
  told.tie(&out);
  const StandardError err(told);
  CHECK(told.tie() == nullptr);
}

TEST_CASE("bash is told of each command and of the options that its help lists") {
  const Ran ran = RunRillLine("completion bash");
  CHECK(ran.exit_code == 0);
  CHECK(Contains(ran.out, "    topics) echo \"--bootstrap-server --data-dir "));
  CHECK(Contains(ran.out, " --consumer.config "));
  CHECK(Contains(ran.out, "-F _rill rill "));
  CHECK(Contains(ran.out, " kafka-console-consumer "));
  CHECK_FALSE(Contains(ran.out, "kafka-check"));
  CHECK(RunRillLine("completion fish").exit_code == 2);
}

TEST_CASE("bash is told of --json for the commands that have rows to print") {
  const std::string script = RunRillLine("completion bash").out;
  for (const char* name :
       {"broker-api-versions", "check", "configs", "consumer-groups", "dump-log", "get-offsets",
        "log-dirs", "topics", "delete-records", "import", "console-consumer"}) {
    CAPTURE(name);
    const std::size_t at = script.find("    " + std::string(name) + ") echo \"");
    REQUIRE(at != std::string::npos);
    const std::string options = script.substr(at, script.find('\n', at) - at);
    const bool is_without =
        std::string_view(name) == "import" || std::string_view(name) == "console-consumer";
    const bool has_json = Contains(options, " --json ") || Contains(options, " --json\"");
    CHECK(has_json != is_without);
  }
}

}  // namespace
}  // namespace rill::cli
