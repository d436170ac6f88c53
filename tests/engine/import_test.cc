// Topics that a broker wrote (tests/data/golden) are taken into an engine.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../io/temporary_folder.h"
#include "fmt/format.h"
#include "golden_import.h"
#include "log/partition_metadata.h"
#include "log/stopper.h"
#include "rill/record_batch.h"

namespace rill::engine {
namespace {

using test::TemporaryFolder;

TEST_CASE("What a broker wrote is there after an import, with its offsets, times and id") {
  const TemporaryFolder folder;
  const std::vector<std::string> topics = {"none",   "gzip",
                                           "snappy", "lz4",
                                           "zstd",   "idempotent",
                                           "epochs", "out-of-order-time",
                                           "rolled", "log-append-time",
                                           "indexes"};
  for (const bool is_whole : {true, false}) {
    CAPTURE(is_whole);
    const std::string from = folder.path() + (is_whole ? "/kafka" : "/bare");
    if (is_whole) MakeBrokerFolder(from, topics);
    for (const std::string& topic : topics) {
      CAPTURE(topic);
      const std::string source = is_whole ? from : from + "/" + topic;
      if (!is_whole) CopyGolden(topic + "/" + topic + "-0", source + "/" + topic + "-0");
      const std::string data = folder.path() + (is_whole ? "/data" : "/data2");
      auto engine = MustOpen(data, ByCaller());
      const auto taken = Import(*engine, topic, source, {{"retention.ms", "-1"}});
      INFO(taken.status().ToString());
      REQUIRE(taken.ok());
      CHECK(Stored(MustPartition(*engine, topic)) == Expected(topic));
      const auto metadata = log::ParsePartitionMetadata(
          FileText(kGolden + topic + "/" + topic + "-0/partition.metadata"), "");
      CHECK(engine->DescribeTopic(topic)->id == metadata->topic_id);
      // It is a topic like any other.
      CHECK(AppendOne(MustPartition(*engine, topic), "after").ok());
      REQUIRE(engine->Close().ok());
      engine = MustOpen(data, ByCaller());
      CHECK(Values(MustPartition(*engine, topic)).back() == "after");
      CHECK(engine->DescribeTopic(topic)->configs.at("retention.ms").value == "-1");
    }
  }
}

TEST_CASE("An import tells how many bytes it has taken, up to all of them") {
  const TemporaryFolder folder;
  CopyGolden("rolled/rolled-0", folder.path() + "/kafka/rolled-0");
  std::uint64_t bytes = 0;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() + "/kafka/rolled-0")) {
    if (entry.path().extension() != ".log") continue;
    bytes += entry.file_size();
    ++files;
  }
  REQUIRE(files > 1);
  auto engine = MustOpen(folder.path() + "/data", ByCaller());
  std::vector<std::uint64_t> told;
  const auto taken = engine->ImportTopic("rolled", {folder.path() + "/kafka"}, {},
                                         [&](std::uint64_t done, std::uint64_t total) {
                                           CHECK(total == bytes);
                                           told.push_back(done);
                                         });
  INFO(taken.status().ToString());
  REQUIRE(taken.ok());
  CHECK(told.size() >= 2 * static_cast<std::size_t>(files));
  CHECK(std::is_sorted(told.begin(), told.end()));
  CHECK(told.front() < bytes);
  CHECK(told.back() == bytes);
}

TEST_CASE("Deleted records stay deleted by an import, transactions what they were") {
  const TemporaryFolder folder;
  MakeBrokerFolder(folder.path() + "/kafka", {"deleted-records", "transactions"});
  const std::string data = folder.path() + "/data";
  for (int i = 0; i < 2; ++i) {
    const auto engine = MustOpen(data, ByCaller());
    if (i == 0) {
      REQUIRE(Import(*engine, "deleted-records", folder.path() + "/kafka").ok());
      REQUIRE(Import(*engine, "transactions", folder.path() + "/kafka").ok());
    }
    CHECK(MustPartition(*engine, "deleted-records").log_start_offset() == 6);
    CHECK(Stored(MustPartition(*engine, "deleted-records")) == Expected("deleted-records", 6));
    CHECK(MustPartition(*engine, "transactions").high_watermark() > 0);
    if (i == 0) fs::copy(data, data + ".killed", fs::copy_options::recursive);
  }
  const auto killed = MustOpen(data + ".killed", ByCaller());
  CHECK(MustPartition(*killed, "deleted-records").log_start_offset() == 6);
}

TEST_CASE("A compacted topic is taken with the config that says so") {
  const TemporaryFolder folder;
  CopyGolden("compacted/compacted-0", folder.path() + "/bare/compacted-0");
  const auto engine = MustOpen(folder.path() + "/data", ByCaller());
  const auto refused = Import(*engine, "compacted", folder.path() + "/bare");
  CHECK(absl::IsInvalidArgument(refused.status()));
  CHECK(Mentions(refused.status(), "cleanup.policy=compact"));
  const auto taken =
      Import(*engine, "compacted", folder.path() + "/bare", {{"cleanup.policy", "compact"}});
  INFO(taken.status().ToString());
  REQUIRE(taken.ok());
  CHECK(Stored(MustPartition(*engine, "compacted")) == Expected("compacted"));
}

TEST_CASE("Partitions in several folders are one topic, and one that is missing is named") {
  const TemporaryFolder folder;
  const std::string one = folder.path() + "/one";
  const std::string two = folder.path() + "/two";
  CopyGolden("none/none-0", one + "/none-0");
  CopyGolden("none/none-0", two + "/none-1");
  CopyGolden("none/none-0", two + "/none-3");
  const auto engine = MustOpen(folder.path() + "/data", ByCaller());
  const auto missing = engine->ImportTopic("none", {one, two}, {});
  CHECK(absl::IsFailedPrecondition(missing.status()));
  CHECK(Mentions(missing.status(), "none-2 is missing"));
  fs::rename(two + "/none-3", two + "/none-2");
  CHECK(Mentions(engine->ImportTopic("none", {two}, {}).status(), "none-0 is missing"));
  CHECK(Mentions(engine->ImportTopic("none", {one, two, two}, {}).status(), "the same partition"));
  const auto taken = engine->ImportTopic("none", {one, two}, {});
  INFO(taken.status().ToString());
  REQUIRE(taken.ok());
  CHECK((*taken)->partition_count() == 3);
  for (int i = 0; i < 3; ++i) {
    CHECK(Stored(MustPartition(*engine, "none", i)) == Expected("none"));
  }
}

TEST_CASE("Partitions of two topics are not taken for one") {
  const TemporaryFolder folder;
  CopyGolden("none/none-0", folder.path() + "/from/none-0");
  CopyGolden("gzip/gzip-0", folder.path() + "/from/none-1");
  const auto engine = MustOpen(folder.path() + "/data", ByCaller());
  const auto refused = Import(*engine, "none", folder.path() + "/from");
  CHECK(absl::IsFailedPrecondition(refused.status()));
  CHECK(Mentions(refused.status(), "not of one topic"));
}

// What is in a folder of an engine that took nothing.
void CheckNothingTaken(LocalEngine& engine, const std::string& data) {
  CHECK(engine.ListTopics(false).empty());
  for (const auto& entry : fs::directory_iterator(data)) {
    CAPTURE(entry.path().string());
    CHECK_FALSE(entry.is_directory());
  }
}

TEST_CASE("What is damaged is refused with file and position, and nothing of it is left") {
  const TemporaryFolder folder;
  const std::string data = folder.path() + "/data";
  const auto engine = MustOpen(data, ByCaller());
  for (const char* damage : {"value-bit", "length", "offset-gap", "torn-tail"}) {
    CAPTURE(damage);
    const std::string from = folder.path() + "/" + damage;
    CopyGolden(fmt::format("damaged/{}-0", damage), from + "/t-0");
    const auto refused = Import(*engine, "t", from);
    INFO(refused.status().ToString());
    CHECK_FALSE(refused.ok());
    CHECK(Mentions(refused.status(), from + "/t-0/00000000000000000000.log: byte "));
    CheckNothingTaken(*engine, data);
  }
  for (const char* format : {"format-0", "format-1"}) {
    CAPTURE(format);
    const std::string from = folder.path() + "/" + format;
    CopyGolden(fmt::format("damaged/{}-0", format), from + "/t-0");
    const auto refused = Import(*engine, "t", from);
    CHECK(absl::IsFailedPrecondition(refused.status()));
    CheckNothingTaken(*engine, data);
  }
}

TEST_CASE("A file that is larger than any of a log is refused, not copied") {
  const TemporaryFolder folder;
  CopyGolden("none/none-0", folder.path() + "/from/none-0");
  for (const auto& entry : fs::directory_iterator(folder.path() + "/from/none-0")) {
    if (entry.path().extension() == ".log") fs::resize_file(entry.path(), std::uintmax_t{20} << 30);
  }
  const auto engine = MustOpen(folder.path() + "/data", ByCaller());
  const auto refused = Import(*engine, "none", folder.path() + "/from").status();
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(Mentions(refused, "none-0/00000000000000000000.log has 21474836480 bytes"));
}

TEST_CASE("A topic whose transaction is open is refused with the offset it is open from") {
  const TemporaryFolder folder;
  const std::string from = folder.path() + "/from";
  CopyGolden("transactions/transactions-0", from + "/t-0");
  // Without what ended the last transaction: the segments behind the first, and its last batch.
  std::vector<std::string> segments;
  for (const auto& entry : fs::directory_iterator(from + "/t-0")) {
    if (entry.path().extension() == ".log") segments.push_back(entry.path().string());
  }
  std::sort(segments.begin(), segments.end());
  REQUIRE(segments.size() == 2);
  for (const auto& entry : fs::directory_iterator(from + "/t-0")) {
    const bool is_kept = entry.path().stem() == fs::path(segments.front()).stem() &&
                         entry.path().extension() == ".log";
    if (!is_kept && entry.path().extension() != ".metadata") fs::remove(entry.path());
  }
  std::string bytes = FileText(segments.front());
  std::size_t last = 0;
  bool is_open = false;
  for (std::size_t at = 0; at < bytes.size() && !is_open;) {
    const BatchView batch(bytes.data() + at);
    last = at + batch.size();
    is_open = batch.is_transactional() && !batch.is_control();
    at = last;
  }
  REQUIRE(is_open);
  fs::resize_file(segments.front(), last);
  const auto engine = MustOpen(folder.path() + "/data", ByCaller());
  const auto refused = Import(*engine, "t", from);
  INFO(refused.status().ToString());
  CHECK(absl::IsFailedPrecondition(refused.status()));
  CHECK(Mentions(refused.status(), "transaction that is open since offset "));
  CheckNothingTaken(*engine, folder.path() + "/data");
}

TEST_CASE("An import is refused where the topic, its name or its folders are not free") {
  const TemporaryFolder folder;
  const std::string from = folder.path() + "/from";
  const std::string data = folder.path() + "/data";
  CopyGolden("none/none-0", from + "/none-0");
  const auto engine = MustOpen(data, ByCaller());
  CHECK(absl::IsNotFound(Import(*engine, "other", from).status()));
  CHECK_FALSE(Import(*engine, "none", folder.path() + "/gone").ok());
  CHECK(absl::IsInvalidArgument(Import(*engine, "__consumer_offsets", from).status()));
  CHECK(absl::IsInvalidArgument(Import(*engine, "none", data).status()));
  CHECK(absl::IsInvalidArgument(Import(*engine, "none", from, {{"no.config", "1"}}).status()));
  fs::create_directory(data + "/none-0");
  CHECK(Mentions(Import(*engine, "none", from).status(), "none-0 is there"));
  fs::remove(data + "/none-0");
  REQUIRE(Import(*engine, "none", from).ok());
  CHECK(absl::IsAlreadyExists(Import(*engine, "none", from).status()));
  // Deleted, it can be taken again.
  REQUIRE(engine->DeleteTopic("none").ok());
  CHECK(Import(*engine, "none", from).ok());
  CHECK(absl::IsFailedPrecondition(Import(*MustOpen("mem:"), "none", from).status()));
  Options read_only;
  read_only.read_only = true;
  CHECK(absl::IsFailedPrecondition(Import(*MustOpen(data, read_only), "gzip", from).status()));
}

TEST_CASE("A folder that an engine has open gives no topics, and one of rill's does when closed") {
  const TemporaryFolder folder;
  const std::string from = folder.path() + "/from";
  const auto source = MustOpen(from, ByCaller());
  REQUIRE(source->CreateTopic("orders", {.partitions = 1}).ok());
  REQUIRE(AppendOne(MustPartition(*source, "orders"), "v").ok());
  const auto engine = MustOpen(folder.path() + "/data", ByCaller());
  const auto refused = Import(*engine, "orders", from);
  CHECK(absl::IsFailedPrecondition(refused.status()));
  CHECK(Mentions(refused.status(), "nobody has open"));
  REQUIRE(source->Close().ok());
  REQUIRE(Import(*engine, "orders", from).ok());
  CHECK(Values(MustPartition(*engine, "orders")) == std::vector<std::string>{"v"});
}

TEST_CASE(
    "A folder of rill's whose rolled segments still end in stoppers is taken, torn ends are not") {
  const TemporaryFolder folder;
  const std::string from = folder.path() + "/from";
  {
    const auto source = MustOpen(from, ByCaller());
    REQUIRE(source
                ->CreateTopic("orders",
                              {.partitions = 1, .configs = {{"internal.segment.bytes", "3000"}}})
                .ok());
    for (int i = 0; i < 10; ++i) {
      REQUIRE(AppendOne(MustPartition(*source, "orders"), std::string(900, 'v')).ok());
    }
    REQUIRE(source->Close().ok());
  }
  // As a writer leaves them that is killed before it cuts them.
  std::vector<std::string> logs;
  for (const auto& entry : fs::directory_iterator(from + "/orders-0")) {
    if (entry.path().extension() == ".log") logs.push_back(entry.path().string());
  }
  std::sort(logs.begin(), logs.end());
  REQUIRE(logs.size() > 2);
  for (std::size_t i = 0; i + 1 < logs.size(); ++i) {
    const auto next = std::stoll(fs::path(logs[i + 1]).stem().string());
    std::string stopper(log::kStopperSize, '\0');
    log::StoreStopper(stopper.data(), next);
    if (i % 2 == 0) stopper.back() = '\0';  // as rill stored them once
    std::ofstream(logs[i], std::ios::app | std::ios::binary) << stopper;
  }
  const auto engine = MustOpen(folder.path() + "/data", ByCaller());
  const auto taken = Import(*engine, "orders", from);
  INFO(taken.status().ToString());
  REQUIRE(taken.ok());
  CHECK(Values(MustPartition(*engine, "orders")).size() == 10);

  std::ofstream(logs.back(), std::ios::app | std::ios::binary) << "torn";
  const auto other = MustOpen(folder.path() + "/other", ByCaller());
  CHECK(Mentions(Import(*other, "orders", from).status(), "00000000000000000009.log: byte 971"));
}

}  // namespace
}  // namespace rill::engine
