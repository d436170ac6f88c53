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
