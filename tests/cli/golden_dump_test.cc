#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "fmt/format.h"
#include "json_rows.h"
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

const std::string kRemedy =
    "; the index can be removed, and is made again from the log when the folder is opened";
const std::string kCannotOpen = "cannot open {golden}/none/none-0/";
const std::string kNoSuchFile = ": No such file or directory";
const std::string kFirstBatch = "{golden}/none/none-0/00000000000000000000.log: position 0: ";
const std::string kNoKey =
    kFirstBatch +
    "the record at offset 1 has no key, which records of the topic that the decoder is for have";

// What we print on standard error where Kafka's tool prints a Java exception. Exit codes and
// standard output are the same.
const std::map<std::string, std::string> kOurErrors = {
    {"abbreviated", "--print is not an option; did you mean --print-data-log? --help lists them"},
    {"bad-number", "--max-bytes takes a number of bytes up to 2147483647, not \"many\""},
    {"damaged-index-position",
     "{golden}/damaged/index-position-0/00000000000000000000.index: the entry of offset 8 points "
     "at "
     "position 263, where no batch of at most 5242880 bytes (--max-message-size) stands" +
         kRemedy},
    {"damaged-index-position-verify",
     "{golden}/damaged/index-position-0/00000000000000000000.index: the entry of offset 8 points "
     "at "
     "position 263, where no batch of at most 5242880 bytes (--max-message-size) stands" +
         kRemedy},
    {"damaged-offset-gap-index",
     "{golden}/damaged/offset-gap-0/00000000000000000000.index: the entry of offset 5 points at "
     "position 206, where no batch of at most 5242880 bytes (--max-message-size) stands" +
         kRemedy},
    {"damaged-offset-gap-timeindex",
     "{golden}/damaged/offset-gap-0/00000000000000000000.log: position 1414: a batch of length "
     "-2113929216, which none can have"},
    {"damaged-zero-tail",
     "{golden}/damaged/zero-tail-0/00000000000000000000.log: position 3592: a batch of length 0, "
     "which none can have"},
    {"files-twice", "Found multiple arguments for option files, but you asked for only one"},
    {"files-without-value", "--files needs an argument"},
    {"long-decoder", kFirstBatch + "the value of the record at offset 0 has 5 bytes, where a "
                                   "number of 8 bytes was asked for"},
    {"missing-index", kCannotOpen + "00000000000000000099.log" + kNoSuchFile},
    {"missing-log", kCannotOpen + "00000000000000000099.log" + kNoSuchFile},
    {"missing-snapshot", kCannotOpen + "00000000000000000099.snapshot" + kNoSuchFile},
    {"missing-timeindex", kCannotOpen + "00000000000000000099.log" + kNoSuchFile},
    {"negative-max-bytes", "--max-bytes is -1, and must be at least 0"},
    {"offsets-decoder-on-other", kNoKey},
    {"timeindex-zero-tail-sanity",
     "{golden}/damaged/index-zero-tail-0/00000000000000000000.timeindex: its last entry is of time "
     "0, before the first one's 1000000000022" +
         kRemedy},
    {"two-decoders", kNoKey},
    {"unknown-decoder-class",
     "there is no decoder no.such.Decoder; rill is no Java program, and knows StringDecoder, "
     "DefaultDecoder, IntegerDecoder and LongDecoder of org.apache.kafka.tools.api"},
    {"unknown-option", "--bogus is not an option; --help lists them"},
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
    const std::string expected =
        error == kOurErrors.end()
            ? sample.kafka.err
            : "rill dump-log: " + Replace(error->second, "{golden}", kGolden.string()) + "\n";
    CHECK(ours.err == expected);
    // Nothing is listed that would be the same anyway.
    CHECK((sample.kafka.err.find("Exception") != std::string::npos) == (error != kOurErrors.end()));
  }
}

// A field of a batch as Kafka's tool writes it.
std::string AsText(const std::string& name, const JsonRow& value) {
  const std::string label = name == "compressCodec" ? "compresscodec"
                            : name == "isValid"     ? "isvalid"
                                                    : name;
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (name != "deleteHorizonMs") return fmt::format(" {}: {} ", label, text);
  return fmt::format(" {}: {} ", label,
                     value.is_null() ? "OptionalLong.empty" : "OptionalLong[" + text + "]");
}

void CheckSame(const std::string& line, const JsonRow& batch) {
  const std::string padded = fmt::format(" {} ", line);
  for (const auto& field : batch.items()) {
    const std::string& name = field.key();
    if (name == "type" || name == "file" || name == "timestampType") continue;
    const std::string shown = name == "timestamp" ? AsText(batch["timestampType"], field.value())
                                                  : AsText(name, field.value());
    INFO(line << " has " << shown);
    CHECK(padded.find(shown) != std::string::npos);
  }
}

// Samples that are not about files, and print other things than rows.
const std::vector<std::string> kNoRows = {"help", "no-arguments", "no-files", "version"};

TEST_CASE("With --json the batches of what a broker wrote are the same, and so are errors") {
  const auto files = io::NewRealFileSystem();
  std::size_t batches = 0;
  for (const std::string& name : SampleNames()) {
    if (std::count(kNoRows.begin(), kNoRows.end(), name) > 0) continue;
    INFO(name);
    Sample sample = ReadSample(kGolden / "dump-log" / (name + ".txt"));
    const Ran text = RunWords(*files, kGolden.string(), sample.words);
    sample.words.insert(sample.words.begin() + 1, "--json");
    const Ran json = RunWords(*files, kGolden.string(), sample.words);
    CHECK(json.exit_code == text.exit_code);
    CHECK(json.err == text.err);
    std::istringstream lines(text.out);
    std::vector<std::string> of_batches;
    for (std::string line; std::getline(lines, line);) {
      if (line.find(" isvalid: ") != std::string::npos) of_batches.push_back(line);
    }
    std::size_t seen = 0;
    for (const JsonRow& row : RowsIn(json.out)) {
      if (row["type"] != "batch" && row["type"] != "message") continue;
      REQUIRE(seen < of_batches.size());
      CheckSame(of_batches[seen++], row);
    }
    CHECK(seen == of_batches.size());
    batches += seen;
  }
  CHECK(batches > 200);
}

TEST_CASE("With --json the records of Kafka's own topics are objects within objects") {
  const auto files = io::NewRealFileSystem();
  const auto dump = [&](const std::string& words) {
    const Ran ran = RunWords(*files, kGolden.string(), SplitWords("rill dump-log --json " + words));
    CHECK(ran.exit_code == 0);
    return RowsIn(ran.out);
  };
  const std::string log = "-0/00000000000000000000.log";
  std::size_t tombstones = 0;
  for (const JsonRow& row : dump("--offsets-decoder --skip-record-metadata --files "
                                 "consumer-offsets/__consumer_offsets" +
                                 log)) {
    if (row["type"] != "record") continue;
    CHECK(row["key"]["data"].is_object());
    tombstones += row["payload"].is_null() ? 1 : 0;
    if (!row["payload"].is_null()) CHECK(row["payload"]["data"].is_object());
  }
  CHECK(tombstones > 0);
  int decoded = 0;
  for (const JsonRow& row : dump("--cluster-metadata-decoder --skip-record-metadata --files "
                                 "cluster-metadata/__cluster_metadata" +
                                 log)) {
    if (row["type"] != "record") continue;
    CHECK(row["payload"]["data"].is_object());
    ++decoded;
  }
  CHECK(decoded > 0);
}

TEST_CASE("With --json a producer without a batch has null where others have its last one") {
  const auto files = io::NewRealFileSystem();
  const auto dump = [&](const std::string& file) {
    const Ran ran =
        RunWords(*files, kGolden.string(), {"rill", "dump-log", "--json", "--files", file});
    const auto rows = RowsIn(ran.out);
    REQUIRE(rows.size() == 2);
    return rows;
  };
  const auto producers = dump("idempotent/idempotent-0/00000000000000000014.snapshot");
  CHECK(NamesIn(producers[0]) ==
        "type file producerId producerEpoch coordinatorEpoch currentTxnFirstOffset lastTimestamp "
        "firstSequence lastSequence lastOffset offsetDelta");
  CHECK(producers[0]["currentTxnFirstOffset"].is_null());
  CHECK(producers[0]["firstSequence"] == 6);
  CHECK(producers[0]["lastSequence"] == 9);
  CHECK(producers[0]["offsetDelta"] == 3);
  const auto ended = dump("transactions/transactions-0/00000000000000000013.snapshot");
  CHECK(NamesIn(ended[0]) == NamesIn(producers[0]));
  CHECK(ended[0]["producerEpoch"] == 3);
  CHECK(ended[0]["lastOffset"].is_null());
}

}  // namespace
}  // namespace rill::cli
