#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "catch.h"
#include "run_command.h"

// tests/data/golden/dump-log holds what Kafka's tool printed; README.md there says how it is
// written down. Ours must print the same to the byte, but for what the table lists.

namespace rill::cli {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = RILL_GOLDEN_FOLDER;

struct Sample {
  std::vector<std::string> words;
  Ran kafka;
};

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

Sample ReadSample(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  text = Replace(text, "{golden}", kGolden.string());
  const std::size_t first_line = text.find('\n');
  const std::string kExit = "-- exit ";
  const std::size_t exit_at = text.rfind("\n" + kExit) + 1;
  const std::size_t exit_end = text.find('\n', exit_at);
  Sample sample;
  sample.words = SplitWords(text.substr(0, first_line));
  sample.words.erase(sample.words.begin());  // "$"
  sample.kafka.out = text.substr(first_line + 1, exit_at - first_line - 1);
  sample.kafka.exit_code = std::stoi(text.substr(exit_at + kExit.size()));
  sample.kafka.err = text.substr(exit_end + 1);
  return sample;
}

// What we print on standard error where Kafka's tool prints a Java exception. Exit codes and
// standard output are the same.
const std::map<std::string, std::string> kOurErrors = {
    {"abbreviated", ""},
};

// What is ours altogether, with the same exit code.
const std::vector<std::string> kOurHelp = {"help", "no-arguments", "no-files"};
const std::string kNotSupported = "remote-log-metadata";

std::vector<std::string> SampleNames() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kGolden / "dump-log")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST_CASE("What Kafka's tool prints of files that a broker wrote, ours prints, too") {
  const auto files = io::NewRealFileSystem();
  const std::vector<std::string> names = SampleNames();
  REQUIRE(names.size() > 90);
  for (const std::string& name : names) {
    INFO(name);
    const Sample sample = ReadSample(kGolden / "dump-log" / (name + ".txt"));
    Ran ours = RunWords(*files, kGolden.string(), sample.words);
    if (!ours.out.empty() && ours.out.back() != '\n') ours.out += '\n';
    if (name == kNotSupported) {
      CHECK(ours.exit_code == 1);
      CHECK(ours.err.find("--remote-log-metadata-decoder is not supported") != std::string::npos);
      continue;
    }
    CHECK(ours.exit_code == sample.kafka.exit_code);
    CHECK(ours.out == sample.kafka.out);
    if (std::count(kOurHelp.begin(), kOurHelp.end(), name) > 0) {
      CHECK(ours.err.find("--print-data-log ") != std::string::npos);
      continue;
    }
    const auto error = kOurErrors.find(name);
    const std::string expected = error == kOurErrors.end()
                                     ? sample.kafka.err
                                     : Replace(error->second, "{golden}", kGolden.string());
    CHECK(ours.err == expected);
    // Nothing is listed that would be the same anyway.
    CHECK((sample.kafka.err.find("Exception") != std::string::npos) == (error != kOurErrors.end()));
  }
}

}  // namespace
}  // namespace rill::cli
