#include "cli/command_line.h"

#include "catch.h"
#include "run_command.h"

namespace rill::cli {
namespace {

constexpr OptionSpec kSpecs[] = {
    {"files", Argument::kRequired}, {"class", Argument::kOptional}, {"deep"}};

absl::StatusOr<CommandLine> Parse(const std::string& line) {
  const std::vector<std::string> words = SplitWords(line);
  return CommandLine::Parse(kSpecs, words);
}

std::string Files(const std::string& line) {
  const auto parsed = Parse(line);
  REQUIRE(parsed.ok());
  const auto value = parsed->Value("files", "none");
  REQUIRE(value.ok());
  return *value;
}

TEST_CASE("An argument may follow its option in every way that Kafka's tools take") {
  CHECK(Files("--files a") == "a");
  CHECK(Files("--files=a") == "a");
  CHECK(Files("-files a") == "a");
  CHECK(Files("-files=a") == "a");
  CHECK(Files("--files=a=b") == "a=b");
  CHECK(Files("--files= --deep") == "");
  CHECK(Files("--files --deep") == "--deep");
  CHECK(Files("--deep") == "none");
}

TEST_CASE("An optional argument is no word that begins with a dash") {
  const auto without = Parse("--class --deep");
  REQUIRE(without.ok());
  CHECK(without->Has("class"));
  CHECK(without->Has("deep"));
  CHECK(without->Value("class", "default").value() == "default");
  CHECK(Parse("--class=x")->Value("class", "default").value() == "x");
  CHECK(Parse("--class x")->Value("class", "default").value() == "x");
}

TEST_CASE("Words that belong to no option are ignored") {
  CHECK(Files("stray - --deep=false --files a stray") == "a");
  CHECK(Files("--deep -- --files a --bogus") == "none");
  const auto line = Parse("a --files b c --deep=false - -- d");
  REQUIRE(line.ok());
  CHECK(line->ignored() == std::vector<std::string>{"a", "c", "-"});
}

TEST_CASE("Unknown options and missing arguments are named") {
  const auto unknown = Parse("--deep --fil a");
  CHECK(unknown.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(unknown.status().message() ==
        "--fil is not an option; did you mean --files? --help lists them");
  CHECK(
      Parse("--broker-list a:1").status().message() ==
      "--broker-list is not an option; --bootstrap-server says where the cluster is; --help lists "
      "them");
  CHECK_FALSE(Parse("--=a").ok());
  CHECK_FALSE(Parse("-x").ok());
  CHECK(Parse("--deep --files").status().message() == "--files needs an argument");
}

TEST_CASE("Options may be shortened where a tool takes that, as far as one alone is meant") {
  static constexpr OptionSpec kNamed[] = {
      {"record-size", Argument::kRequired}, {"record-key-range", Argument::kRequired}, {"topic"}};
  const auto parse = [&](const std::string& line) {
    return CommandLine::Parse(kNamed, SplitWords(line), Shortening::kToPrefix);
  };
  const auto shortened = parse("--record-s=5 --t");
  REQUIRE(shortened.ok());
  CHECK(shortened->Values("record-size") == std::vector<std::string>{"5"});
  CHECK(shortened->Has("topic"));
  CHECK(parse("--record 5").status().message() ==
        "ambiguous option: --record could match --record-key-range, --record-size");
  CHECK_FALSE(parse("-t").ok());
  CHECK_FALSE(parse("--topics").ok());
  CHECK_FALSE(Parse("--dee").ok());
}

TEST_CASE("An option that was given twice has no argument to ask for") {
  const auto twice = Parse("--files a --files b --deep --deep");
  REQUIRE(twice.ok());
  CHECK(twice->Has("deep"));
  CHECK(twice->Value("files", "").status().message() ==
        "Found multiple arguments for option files, but you asked for only one");
}

}  // namespace
}  // namespace rill::cli
