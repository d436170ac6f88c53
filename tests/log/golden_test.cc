#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "log/transaction_index.h"
#include "log_under_test.h"

// Logs that an Apache Kafka broker wrote (tests/data/golden): opened, read, and written again.
namespace rill::log {
namespace {

namespace fs = std::filesystem;

std::string Slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct GoldenCase {
  const char* folder;
  std::int64_t index_interval_bytes = 4096;
  std::int64_t segment_ms = std::int64_t{7} * 24 * 3600 * 1000;
  std::int64_t segment_index_bytes = std::int64_t{10} << 20;
  bool compacted = false;
};

const GoldenCase kCases[] = {
    {"none"},
    {"gzip"},
    {"snappy"},
    {"lz4"},
    {"zstd"},
    {"log-append-time"},
    {.folder = "out-of-order-time", .index_interval_bytes = 1},
    {"idempotent"},
    {.folder = "indexes", .index_interval_bytes = 150},
    {.folder = "rolled",
     .index_interval_bytes = 1,
     .segment_ms = 3600000,
     .segment_index_bytes = 48},
    {.folder = "deleted-records", .segment_ms = 3600000},
    {"transactions"},
    {.folder = "compacted", .segment_ms = 3600000, .compacted = true},
    {"epochs"},
};

fs::path FolderOf(const std::string& name) { return fs::path(RILL_GOLDEN) / name / (name + "-0"); }

std::map<std::string, std::string> FilesIn(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    files[entry.path().filename().string()] = Slurp(entry.path());
  }
  return files;
}

std::map<std::string, std::string> FilesOf(const std::string& name) {
  return FilesIn(FolderOf(name));
}

void Configure(LogUnderTest& log, const GoldenCase& golden) {
  log.config.segment_bytes = 1 << 30;
  log.config.index_interval_bytes = golden.index_interval_bytes;
  log.config.segment_ms = golden.segment_ms;
  log.config.segment_index_bytes = golden.segment_index_bytes;
  log.config.cleanup_compact = golden.compacted;
  log.config.cleanup_delete = !golden.compacted;
}

// The offsets of the records that are to be shown, as the golden files' list says.
std::vector<std::int64_t> ExpectedOffsets(const std::string& name) {
  std::vector<std::int64_t> offsets;
  std::ifstream lines(FolderOf(name).parent_path() / "expected.txt");
  bool control = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("batch ")) control = line.find(" control=true") != std::string::npos;
    if (line.starts_with("record offset=") && !control)
      offsets.push_back(std::stoll(line.substr(14)));
  }
  return offsets;
}

TEST_CASE("logs that Kafka wrote are read, record for record, after a clean stop and a kill") {
  for (const GoldenCase& golden : kCases) {
    for (const bool clean : {true, false}) {
      for (const std::int64_t step : {std::int64_t{1}, INT64_MAX}) {
        INFO(golden.folder << (clean ? " closed" : " killed") << ", step " << step);
        auto files = io::NewMemoryFileSystem();
        LogUnderTest log(*files);
        Configure(log, golden);
        for (const auto& [name, bytes] : FilesOf(golden.folder)) log.Put(name, bytes);
        log.checkpoint.clean_shutdown = clean;
        log.Open();
        std::vector<std::int64_t> offsets;
        for (const Seen& seen : log.ReadAll(log->log_start_offset(), {.max_records = step})) {
          offsets.push_back(seen.offset);
        }
        REQUIRE(offsets == ExpectedOffsets(golden.folder));
        INFO(log.lines());
        // Without the broker's checkpoint, only the epochs know where the log began.
        const bool lost_start = clean && golden.folder == std::string_view("deleted-records");
        REQUIRE(log.lines().empty() == !lost_start);
      }
    }
  }
}

// "producer_id first_offset" of what the golden files' list says was aborted.
std::vector<std::string> Aborted(LogUnderTest& log, std::int64_t begin, std::int64_t end) {
  const auto aborted = log->AbortedTransactions(begin, end);
  INFO(aborted.status().ToString());
  REQUIRE(aborted.ok());
  std::vector<std::string> found;
  for (const CompletedTransaction& transaction : *aborted) {
    found.push_back(std::to_string(transaction.producer_id) + " from " +
                    std::to_string(transaction.first_offset));
  }
  return found;
}

TEST_CASE("the aborted transactions of what is read are those that Kafka wrote down") {
  using Found = std::vector<std::string>;
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  for (const auto& [name, bytes] : FilesOf("transactions")) log.Put(name, bytes);
  log.checkpoint.clean_shutdown = true;
  log.Open();
  CHECK(Aborted(log, 0, 13) == Found{"2 from 3", "3 from 9"});
  CHECK(Aborted(log, 0, 3).empty());
  CHECK(Aborted(log, 0, 4) == Found{"2 from 3"});
  CHECK(Aborted(log, 7, 9) == Found{"2 from 3"});  // the marker is its last
  CHECK(Aborted(log, 8, 13) == Found{"3 from 9"});
  CHECK(Aborted(log, 11, 13).empty());
}

TEST_CASE(
    "a transaction index that is damaged is an error, and one that is missing tells of none") {
  const std::string name = "00000000000000000002.txnindex";
  const std::string sound = FilesOf("transactions").at(name);
  std::string other_version = sound;
  other_version[kTransactionEntrySize + 1] = 1;
  for (const std::string& damaged : {sound.substr(0, 40), other_version}) {
    auto files = io::NewMemoryFileSystem();
    LogUnderTest log(*files);
    for (const auto& [file, bytes] : FilesOf("transactions")) log.Put(file, bytes);
    log.Put(name, damaged);
    log.checkpoint.clean_shutdown = true;
    log.Open();
    const auto status = log->AbortedTransactions(0, 13).status();
    CHECK(status.code() == absl::StatusCode::kDataLoss);
    CHECK(status.message().find(name + ": byte 34") != std::string::npos);
  }
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  for (const auto& [file, bytes] : FilesOf("transactions")) {
    if (file != name) log.Put(file, bytes);
  }
  log.checkpoint.clean_shutdown = true;
  log.Open();
  CHECK(Aborted(log, 0, 13).empty());
}

// Opening and closing again leaves Kafka's files as they were.
TEST_CASE("segments and indexes that are rebuilt by a recovery are Kafka's, byte for byte") {
  for (const GoldenCase& golden : kCases) {
    INFO(golden.folder);
    auto files = io::NewMemoryFileSystem();
    LogUnderTest log(*files);
    Configure(log, golden);
    const auto original = FilesOf(golden.folder);
    for (const auto& [name, bytes] : original) {
      if (!name.ends_with("index")) log.Put(name, bytes);
    }
    log.Open();
    log.Close();
    for (const auto& [name, bytes] : original) {
      if (!name.ends_with(".log") && !name.ends_with("index")) continue;
      if (name.ends_with(".txnindex")) continue;  // rill reads it only
      INFO(name);
      REQUIRE(log.Contents(name) == bytes);
    }
  }
}

TEST_CASE("Kafka's batches appended again make Kafka's segments, indexes and snapshots") {
  for (const char* name : {"none", "gzip", "lz4", "out-of-order-time", "idempotent", "indexes",
                           "rolled", "deleted-records"}) {
    INFO(name);
    const auto golden = *std::find_if(std::begin(kCases), std::end(kCases), [&](const auto& one) {
      return std::string_view(one.folder) == name;
    });
    const auto original = FilesOf(name);
    auto files = io::NewMemoryFileSystem();
    LogUnderTest log(*files);
    Configure(log, golden);
    log.Put("leader-epoch-checkpoint", original.at("leader-epoch-checkpoint"));
    log.Open();
    for (const auto& [file, bytes] : original) {
      if (!file.ends_with(".log")) continue;
      for (std::string_view rest = bytes; !rest.empty();) {
        const auto batch = ParseBatch(rest);
        REQUIRE(batch.ok());
        REQUIRE(log.AppendBatch(std::string(batch->bytes())).base_offset == batch->base_offset());
        rest.remove_prefix(batch->size());
      }
    }
    log.Close();
    for (const auto& [file, bytes] : original) {
      const bool compared =
          file.ends_with(".log") || file.ends_with("index") || file.ends_with(".snapshot");
      if (!compared) continue;
      INFO(file);
      REQUIRE(log.Contents(file) == bytes);
    }
  }
}

TEST_CASE("a log with messages of old formats is refused, and stays as it is") {
  for (const char* format : {"format-0-0", "format-1-0"}) {
    const auto original = FilesIn(fs::path(RILL_GOLDEN) / "damaged" / format);
    for (const bool clean : {true, false}) {
      INFO(format << (clean ? " closed" : " killed"));
      auto files = io::NewMemoryFileSystem();
      LogUnderTest log(*files);
      for (const auto& [name, bytes] : original) log.Put(name, bytes);
      log.checkpoint.clean_shutdown = clean;
      absl::Status refused = log.TryOpen();
      if (clean && refused.ok()) refused = log->Read(0, {}).status();
      CHECK(refused.code() == absl::StatusCode::kUnimplemented);
      CHECK(GetErrorCode(refused) == ErrorCode::kUnsupportedForMessageFormat);
      CHECK(std::string(refused.message()).find(".log: byte 0: ") != std::string::npos);
      CHECK(log.Contents("00000000000000000000.log") == original.at("00000000000000000000.log"));
    }
  }
}

TEST_CASE("a compacted segment of old formats that was not in place yet is refused, and stays") {
  const std::string old =
      FilesIn(fs::path(RILL_GOLDEN) / "damaged" / "format-1-0").at("00000000000000000000.log");
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Put("00000000000000000000.log.swap", old);
  const absl::Status refused = log.TryOpen();
  CHECK(refused.code() == absl::StatusCode::kUnimplemented);
  CHECK(Contains(refused, "00000000000000000000.log.swap"));
  CHECK(log.Contents("00000000000000000000.log.swap") == old);
}

TEST_CASE("damaged logs open, and what they show is what Kafka wrote") {
  const auto original = FilesOf("indexes");
  auto sound_files = io::NewMemoryFileSystem();
  LogUnderTest sound(*sound_files);
  sound.config.segment_bytes = 1 << 30;
  for (const auto& [name, bytes] : original) sound.Put(name, bytes);
  sound.checkpoint.clean_shutdown = true;
  sound.Open();
  const auto all = sound.ReadAll(0);
  std::vector<std::string> folders;
  for (const auto& entry : fs::directory_iterator(fs::path(RILL_GOLDEN) / "damaged")) {
    if (entry.is_directory()) folders.push_back(entry.path().string());
  }
  REQUIRE(folders.size() > 8);
  for (const std::string& folder : folders) {
    if (folder.find("format-") != std::string::npos) continue;
    for (const bool clean : {true, false}) {
      INFO(folder << (clean ? " closed" : " killed"));
      auto files = io::NewMemoryFileSystem();
      LogUnderTest log(*files);
      log.config.segment_bytes = 1 << 30;
      for (const auto& [name, bytes] : FilesIn(folder)) log.Put(name, bytes);
      log.checkpoint.clean_shutdown = clean;
      log.Open();
      for (std::int64_t at = 0; at < log->high_watermark();) {
        auto records = log->Read(at, {});
        if (!records.ok()) {
          REQUIRE(absl::IsDataLoss(records.status()));
          ++at;
          continue;
        }
        for (const Seen& seen : ToSeen(*records)) REQUIRE(seen == all.at(seen.offset));
        at = records->ranges().at(0).next_offset;
      }
    }
  }
}

}  // namespace
}  // namespace rill::log
