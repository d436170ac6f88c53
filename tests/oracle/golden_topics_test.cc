#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "catch.h"
#include "record_text.h"
#include "rill/rill.h"

// Puts partitions that an Apache Kafka broker wrote in place of rill's own and reads them through
// an engine; tests/data/golden/README.md says what they are.
namespace rill::oracle {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = RILL_GOLDEN_FOLDER;

// A fresh folder with one empty topic, removed at the end.
class GoldenTopic {
 public:
  explicit GoldenTopic(const std::string& name) : name_(name) {
    std::string path = (fs::temp_directory_path() / "rill-golden-XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    folder_ = path;
    auto engine = Open(path).value();
    const auto topic =
        engine.CreateTopic(name, {.partitions = 1, .configs = {{"retention.ms", "-1"}}});
    REQUIRE(topic.ok());
    REQUIRE(topic->partition(0)->Read(0).ok());  // a partition has no folder before its first use
    REQUIRE(engine.Close().ok());
  }
  ~GoldenTopic() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  GoldenTopic(const GoldenTopic&) = delete;
  GoldenTopic& operator=(const GoldenTopic&) = delete;

  const fs::path& folder() const { return folder_; }

  // Everything but the topic's id is Kafka's.
  void PutFilesOfKafka() {
    const std::string partition = name_ + "-0";
    for (const auto& file : fs::directory_iterator(folder_ / partition)) {
      if (file.path().filename() != "partition.metadata") fs::remove(file.path());
    }
    for (const auto& file : fs::directory_iterator(kGolden / name_ / partition)) {
      if (file.path().filename() == "partition.metadata") continue;
      fs::copy(file.path(), folder_ / partition / file.path().filename());
    }
  }

 private:
  const std::string name_;
  fs::path folder_;
};

// What the broker's own client got.
std::vector<std::string> ExpectedRecords(const std::string& name) {
  std::ifstream lines(kGolden / name / "expected.txt");
  REQUIRE(lines);
  std::vector<std::string> expected;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("record ") && line.find(" control=") == std::string::npos) {
      expected.push_back(line);
    }
  }
  return expected;
}

std::vector<std::string> ReadRecords(const Partition& partition, TimestampType type) {
  std::vector<std::string> lines;
  for (std::int64_t at = partition.log_start_offset(); at < partition.high_watermark();) {
    const auto records = partition.Read(at);
    INFO(records.status().ToString());
    REQUIRE(records.ok());
    for (const Record& record : *records) lines.push_back(RecordLine(type, record));
    REQUIRE(records->Check().ok());
    REQUIRE(records->ranges().at(0).next_offset > at);
    at = records->ranges().at(0).next_offset;
  }
  return lines;
}

void CheckReads(const std::string& name, const fs::path& folder) {
  auto engine = Open(folder.string());
  INFO(engine.status().ToString());
  REQUIRE(engine.ok());
  auto partition = engine->FindTopic(name).value().partition(0);
  const auto type =
      name == "log-append-time" ? TimestampType::kLogAppendTime : TimestampType::kCreateTime;
  const auto expected = ExpectedRecords(name);
  CHECK_FALSE(expected.empty());
  CHECK(ReadRecords(*partition, type) == expected);
  const auto appended = partition->Append(std::vector<RecordData>{{"after", "Kafka"}});
  CHECK(appended.ok());
  CHECK(appended->base_offset == partition->high_watermark() - 1);
  CHECK(engine->Close().ok());
}

const std::vector<std::string> kCases = {"none",
                                         "gzip",
                                         "snappy",
                                         "lz4",
                                         "zstd",
                                         "log-append-time",
                                         "out-of-order-time",
                                         "indexes",
                                         "idempotent",
                                         "transactions",
                                         "rolled",
                                         "compacted",
                                         "epochs"};

TEST_CASE("a topic that a Kafka broker wrote reads record for record as Kafka's client read it") {
  for (const std::string& name : kCases) {
    INFO(name);
    GoldenTopic topic(name);
    topic.PutFilesOfKafka();
    CheckReads(name, topic.folder());
  }
}

TEST_CASE("it reads the same when the folder was not shut down cleanly and is recovered") {
  for (const std::string& name : kCases) {
    INFO(name);
    GoldenTopic topic(name);
    topic.PutFilesOfKafka();
    REQUIRE(fs::remove(topic.folder() / ".kafka_cleanshutdown"));
    CheckReads(name, topic.folder());
  }
}

TEST_CASE("records that were deleted in Kafka stay deleted") {
  GoldenTopic topic("deleted-records");
  topic.PutFilesOfKafka();
  fs::copy(kGolden / "data-folder" / "log-start-offset-checkpoint",
           topic.folder() / "log-start-offset-checkpoint", fs::copy_options::overwrite_existing);
  auto engine = Open(topic.folder().string()).value();
  const auto partition = engine.FindTopic("deleted-records").value().partition(0);
  CHECK(partition->log_start_offset() == 6);
  CHECK(ReadRecords(*partition, TimestampType::kCreateTime).size() ==
        static_cast<std::size_t>(partition->high_watermark() - 6));
  CHECK(GetErrorCode(partition->Read(5).status()) == ErrorCode::kOffsetOutOfRange);
}

TEST_CASE("a time is found through Kafka's time indexes as by reading everything") {
  for (const std::string name : {"indexes", "rolled", "out-of-order-time"}) {
    INFO(name);
    GoldenTopic topic(name);
    topic.PutFilesOfKafka();
    auto engine = Open(topic.folder().string()).value();
    const auto partition = engine.FindTopic(name).value().partition(0);
    std::vector<TimestampedOffset> all;
    for (std::int64_t at = 0; at < partition->high_watermark();) {
      const auto records = partition->Read(at).value();
      for (const Record& record : records) all.push_back({record.offset(), record.timestamp_ms()});
      at = records.ranges().at(0).next_offset;
    }
    for (const TimestampedOffset& probe : all) {
      for (const std::int64_t time :
           {probe.timestamp_ms - 1, probe.timestamp_ms, probe.timestamp_ms + 1}) {
        const auto expected = std::find_if(all.begin(), all.end(), [time](const auto& record) {
          return record.timestamp_ms >= time;
        });
        const auto found = partition->OffsetForTime(absl::FromUnixMillis(time)).value();
        CHECK(found.offset == (expected == all.end() ? -1 : expected->offset));
      }
    }
  }
}

}  // namespace
}  // namespace rill::oracle
