#include <algorithm>

#include "log_under_test.h"

namespace rill::log {
namespace {

constexpr char kFirstLog[] = "00000000000000000000.log";

// A log of a few batches of different shapes in one segment, closed.
struct SmallLog {
  std::string bytes;
  std::vector<std::size_t> ends;           // where each batch ends
  std::vector<std::int64_t> next_offsets;  // behind each batch
  std::vector<Seen> records;
};

SmallLog MakeSmallLog() {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 100000;
  log.Open();
  log.AppendValue("one", 1000);
  log.AppendBatch(NumberedBatch(3, 1100));
  BatchOptions options;
  options.compression = Compression::kLz4;
  log.AppendBatch(NumberedBatch(4, 1200, "compressed and compressed ", options));
  log.AppendValue("", 1300);
  log.AppendValue("last", 1400);
  SmallLog small;
  small.records = log.ReadAll(0);
  log.Close();
  small.bytes = log.Contents(kFirstLog);
  for (std::size_t at = 0; at < small.bytes.size();) {
    const auto batch = ParseBatch(std::string_view(small.bytes).substr(at));
    REQUIRE(batch.ok());
    at += batch->size();
    small.ends.push_back(at);
    small.next_offsets.push_back(batch->next_offset());
  }
  return small;
}

// Reads what can be read, and requires each record to be the one that was written there.
std::size_t ReadSound(LogUnderTest& log, const std::vector<Seen>& original) {
  std::size_t count = 0;
  REQUIRE(log->high_watermark() <= static_cast<std::int64_t>(original.size()));
  for (std::int64_t at = log->log_start_offset(); at < log->high_watermark();) {
    auto records = log->Read(at, {});
    if (!records.ok()) {
      REQUIRE(absl::IsDataLoss(records.status()));
      REQUIRE(Contains(records.status(), kFirstLog));
      REQUIRE(Contains(records.status(), "byte "));
      ++at;
      continue;
    }
    for (const Seen& seen : ToSeen(*records)) {
      REQUIRE(seen.offset < static_cast<std::int64_t>(original.size()));
      REQUIRE(seen == original[seen.offset]);
      ++count;
    }
    REQUIRE(records->ranges().at(0).next_offset > at);
    at = records->ranges().at(0).next_offset;
  }
  return count;
}

TEST_CASE("a log that was torn at any byte keeps every whole batch and can be written on") {
  const SmallLog small = MakeSmallLog();
  for (std::size_t length = 0; length <= small.bytes.size(); ++length) {
    INFO("length " << length);
    auto files = io::NewMemoryFileSystem();
    LogUnderTest log(*files);
    log.config.segment_bytes = 100000;
    log.Put(kFirstLog, small.bytes.substr(0, length));
    log.Open();
    std::int64_t end = 0;
    for (std::size_t i = 0; i < small.ends.size() && small.ends[i] <= length; ++i) {
      end = small.next_offsets[i];
    }
    REQUIRE(log->log_end_offset() == end);
    REQUIRE(ReadSound(log, small.records) == static_cast<std::size_t>(end));
    REQUIRE(log.AppendValue("goes on") == end);
    log.ReopenAfterClose();
    REQUIRE(log.ReadAll(end).at(0).value == "goes on");
  }
}

TEST_CASE("a log that was torn and filled with zeros keeps every whole batch") {
  const SmallLog small = MakeSmallLog();
  for (std::size_t length = 0; length <= small.bytes.size(); ++length) {
    INFO("length " << length);
    auto files = io::NewMemoryFileSystem();
    LogUnderTest log(*files);
    log.config.segment_bytes = 100000;
    log.Put(kFirstLog, small.bytes.substr(0, length) + std::string(5000, '\0'));
    log.Open();
    std::int64_t end = 0;
    for (std::size_t i = 0; i < small.ends.size(); ++i) {
      // Zeros may be what stood there.
      const std::size_t whole = small.bytes.find_last_not_of('\0', small.ends[i] - 1) + 1;
      if (whole <= length) end = small.next_offsets[i];
    }
    REQUIRE(log->log_end_offset() == end);
    REQUIRE(ReadSound(log, small.records) == static_cast<std::size_t>(end));
  }
}

TEST_CASE("a flipped byte above the recovery point ends the log before the batch it is in") {
  const SmallLog small = MakeSmallLog();
  for (std::size_t at = 0; at < small.bytes.size(); ++at) {
    for (const int flip : {0x01, 0x10, 0x80, 0xff}) {
      INFO("byte " << at << " flipped by " << flip);
      auto files = io::NewMemoryFileSystem();
      LogUnderTest log(*files);
      log.config.segment_bytes = 100000;
      std::string bytes = small.bytes;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      log.Put(kFirstLog, bytes);
      log.Open();
      const auto hit = static_cast<std::size_t>(
          std::upper_bound(small.ends.begin(), small.ends.end(), at) - small.ends.begin());
      const std::size_t begin = hit == 0 ? 0 : small.ends[hit - 1];
      const std::int64_t before = hit == 0 ? 0 : small.next_offsets[hit - 1];
      const std::size_t read = ReadSound(log, small.records);
      if (at >= begin + 12 && at < begin + 16) {
        // The leader epoch is in nobody's CRC, and no record shows it.
        REQUIRE(read == small.records.size());
      } else {
        REQUIRE(log->log_end_offset() == before);
        REQUIRE(read == static_cast<std::size_t>(before));
      }
      const std::int64_t end = log->log_end_offset();
      REQUIRE(log.AppendValue("goes on") == end);
    }
  }
}

TEST_CASE("a flipped byte under a clean shutdown never gives a record that was not written") {
  const SmallLog small = MakeSmallLog();
  for (std::size_t at = 0; at < small.bytes.size(); ++at) {
    for (const int flip : {0x01, 0x10, 0x80, 0xff}) {
      INFO("byte " << at << " flipped by " << flip);
      auto files = io::NewMemoryFileSystem();
      LogUnderTest log(*files);
      log.config.segment_bytes = 100000;
      std::string bytes = small.bytes;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      log.Put(kFirstLog, bytes);
      log.checkpoint = {.clean_shutdown = true, .recovery_point = 10, .high_watermark = 10};
      log.Open();
      ReadSound(log, small.records);
    }
  }
}

TEST_CASE("a killed writer's log is complete, and its reserve is not taken for damage") {
  for (const auto kind : test::AllKinds()) {
    INFO(test::Name(kind));
    test::FileSystemUnderTest files(kind);
    LogUnderTest log(*files, files.root() + "/orders-0");
    log.Open();
    for (int i = 0; i < 30; ++i) {
      log.AppendValue("value " + std::to_string(i), 1000);
      if (i % 7 == 0) log.ReopenAfterKill();
      if (i == 15) log->Maintain(log.clock.Now());
    }
    const auto all = log.ReadAll(0);
    REQUIRE(all.size() == 30);
    log.ReopenAfterKill();
    REQUIRE(log.ReadAll(0) == all);
    REQUIRE(log.lines().find("cut") == std::string::npos);
    REQUIRE(log.lines().find("dropped") == std::string::npos);
  }
}

TEST_CASE("a segment that was closed, written on, rolled and flushed but not sealed is recovered") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  log.AppendValue(std::string(300, 'a'));
  log.ReopenAfterClose();  // leaves index files, which must not say that the segment is complete
  for (int i = 0; i < 6; ++i) log.AppendValue(std::string(300, 'b'));
  REQUIRE(log->Flush().ok());
  REQUIRE(log->recovery_point() == 7);
  const auto all = log.ReadAll(0);
  log.ReopenAfterKill();
  REQUIRE(log.ReadAll(0) == all);
}

TEST_CASE("segments behind a cut are dropped, and the log says so") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 40; ++i) log.AppendValue("value " + std::to_string(i), 1000);
  const auto all = log.ReadAll(0);
  log.Close();
  const auto logs = log.FilesEnding(".log");
  REQUIRE(logs.size() >= 4);
  std::string bytes = log.Contents(logs[1]);
  const std::size_t first_size = ParseBatch(bytes)->size();
  const std::int64_t base = ParseBatch(bytes)->base_offset();
  bytes[first_size + 70] ^= 1;
  log.Put(logs[1], bytes);

  SECTION("above the recovery point") {
    log.checkpoint = {.recovery_point = base};
    log.Open();
    REQUIRE(log->log_end_offset() == base + 1);
    REQUIRE(log.ReadAll(0) == std::vector<Seen>(all.begin(), all.begin() + base + 1));
    REQUIRE(log.FilesEnding(".log").size() == 2);
    REQUIRE(log.lines().find("The log is cut here, at offset " + std::to_string(base + 1)) !=
            std::string::npos);
    for (std::size_t i = 2; i < logs.size(); ++i) {
      REQUIRE(log.lines().find(logs[i]) != std::string::npos);
    }
    REQUIRE(log.FilesEnding(".truncated").empty());
    REQUIRE(log.AppendValue("goes on") == base + 1);
  }
  SECTION("below it, the damage is kept and met when it is read") {
    log.checkpoint = {.recovery_point = 40};
    log.Open();
    REQUIRE(log->log_end_offset() == 40);
    REQUIRE(absl::IsDataLoss(log->Read(base + 1, {}).status()));
    REQUIRE(log.Read(base + 2).ranges().at(0).next_offset > base + 2);
  }
}

TEST_CASE("a segment whose tail was lost as zeros ends the log, though others stand behind") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 40; ++i) log.AppendValue("value " + std::to_string(i), 1000);
  log.Close();
  const auto logs = log.FilesEnding(".log");
  std::string bytes = log.Contents(logs[1]);
  const std::int64_t base = ParseBatch(bytes)->base_offset();
  const std::size_t keep = ParseBatch(bytes)->size();
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(keep), bytes.end(), '\0');
  log.Put(logs[1], bytes);
  log.checkpoint = {.recovery_point = base};
  log.Open();
  REQUIRE(log->log_end_offset() == base + 1);
  REQUIRE(log.FilesEnding(".log").size() == 2);
}

TEST_CASE("files that an interrupted deletion, compaction or cut left are removed") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  log.AppendValue("x");
  log.Close();
  for (const char* name : {"00000000000000000000.log.deleted", "00000000000000000000.index.deleted",
                           "00000000000000000007.log.cleaned", "00000000000000000000.log.truncated",
                           "leader-epoch-checkpoint.tmp"}) {
    log.Put(name, "left over");
  }
  log.Put("notes.txt", "somebody's");
  log.Open();
  for (const char* suffix : {".deleted", ".cleaned", ".truncated", ".tmp"}) {
    REQUIRE(log.FilesEnding(suffix).empty());
  }
  REQUIRE(log.Contents("notes.txt") == "somebody's");
  REQUIRE(log.ReadAll(0).size() == 1);
}

TEST_CASE("a log that lost its end below its start begins anew at its start") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 20; ++i) log.AppendValue("x");
  REQUIRE(log->DeleteRecordsBefore(18).ok());
  log.Kill();
  const auto logs = log.FilesEnding(".log");
  log.Put(logs.back(), log.Contents(logs.back()).substr(0, 10));
  log.checkpoint.recovery_point = 0;
  log.Open();
  REQUIRE(log->log_start_offset() == 18);
  REQUIRE(log->log_end_offset() == 18);
  REQUIRE(log.AppendValue("goes on") == 18);
  log.ReopenAfterClose();
  REQUIRE(log.ReadAll(18).size() == 1);
}

TEST_CASE("offsets that were flushed and lost are not given out again, and the log says so") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 5; ++i) log.AppendValue("x");
  log.Close();
  SECTION("the whole segment") {
    REQUIRE(log.files().Remove(log.directory() + "/" + kFirstLog).ok());
    log.Open();
    REQUIRE(log.lines().find("the log ends at offset 0, though it was flushed up to 5") !=
            std::string::npos);
  }
  SECTION("its last batches") {
    const std::string bytes = log.Contents(kFirstLog);
    log.Put(kFirstLog, bytes.substr(0, 2 * ParseBatch(bytes)->size()));
    log.Open();
    REQUIRE(log.lines().find("the log ends at offset 2, though it was flushed up to 5") !=
            std::string::npos);
    REQUIRE(log.ReadAll(0).size() == 2);
    REQUIRE(log.lines().find("offsets 2 to 4 are missing") != std::string::npos);
  }
  REQUIRE(log->log_end_offset() == 5);
  REQUIRE(log.AppendValue("goes on") == 5);
  const std::int64_t start = log->log_start_offset();
  const auto records = log.ReadAll(start);
  log.ReopenAfterKill();
  REQUIRE(log.ReadAll(start) == records);
  log.ReopenAfterClose();
  REQUIRE(log.ReadAll(start) == records);
  REQUIRE(log.AppendValue("and on") == 6);
  // Nor are they given up where an index is missing, which tells that a segment is complete.
  REQUIRE(log->Flush().ok());
  const auto flushed = log.ReadAll(start);
  log.Kill();
  for (const std::string& name : log.FilesEnding("index")) {
    REQUIRE(log.files().Remove(log.directory() + "/" + name).ok());
  }
  log.Open();
  REQUIRE(log.ReadAll(start) == flushed);
}

TEST_CASE("a log that went on behind a loss keeps its epochs and stands a power cut") {
  auto files = std::make_unique<io::FaultyFileSystem>();
  REQUIRE(files->CreateDirectories("/data/orders-0").ok());
  for (const char* folder : {"/data", "/"}) REQUIRE(files->SyncDirectory(folder).ok());
  LogCheckpoint checkpoint;
  {
    LogUnderTest log(*files);
    log.Open();
    for (int i = 0; i < 5; ++i) log.AppendValue("x");
    log.Close();
    log.Put("leader-epoch-checkpoint", "0\n2\n0 0\n3 4\n");
    const std::string bytes = log.Contents(kFirstLog);
    log.Put(kFirstLog, bytes.substr(0, 2 * ParseBatch(bytes)->size()));
    checkpoint = log.checkpoint;
  }
  const bool flushed = GENERATE(false, true);
  LogUnderTest log(*files);
  log.checkpoint = checkpoint;
  log.Open();
  REQUIRE(log.AppendValue("behind") == 5);
  REQUIRE(log.Contents("leader-epoch-checkpoint") == "0\n2\n0 0\n3 4\n");
  if (flushed) {
    REQUIRE(log->Flush().ok());
    checkpoint = {false, log->recovery_point(), 0, 0};
  } else {
    checkpoint.clean_shutdown = false;
  }
  const auto after = files->PowerLoss(1);
  log->Abandon(absl::CancelledError("the power is off"));
  LogUnderTest again(*after);
  again.checkpoint = checkpoint;
  again.Open();
  REQUIRE(again->log_end_offset() >= (flushed ? 6 : 5));
  REQUIRE(again.ReadAll(again->log_start_offset()).size() >= (flushed ? 1U : 0U));
  REQUIRE(again->Read(again->log_end_offset(), {}).ok());
  if (flushed) REQUIRE(again.ReadAll(again->log_start_offset()).back().value == "behind");
}

TEST_CASE("a start that a whole log does not reach is not believed, and costs nothing") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 5; ++i) log.AppendValue("x");
  const auto all = log.ReadAll(0);
  log.Close();
  const std::int64_t start = GENERATE(as<std::int64_t>{}, 6, 8'000'000'000, INT64_MAX);
  log.checkpoint.log_start_offset = start;
  SECTION("after a clean close") {}
  SECTION("after a kill, where it is far away") {
    log.checkpoint.clean_shutdown = false;
    if (start == 6) return;
  }
  log.Open();
  REQUIRE(log.ReadAll(0) == all);
  INFO(log.lines());
  REQUIRE(log.lines().find("which is not believed") != std::string::npos);
  REQUIRE(log.AppendValue("goes on") == 5);
}

TEST_CASE("a recovery point far ahead of its log is not believed") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  log.AppendValue("x");
  log.Close();
  log.checkpoint.recovery_point = INT64_MAX;
  log.Open();
  REQUIRE(log->log_end_offset() == 1);
  REQUIRE(log.lines().find("it is not believed") != std::string::npos);
}

TEST_CASE("a wide hole is passed in one read") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  log.AppendValue("before");
  log.Close();
  log.checkpoint.recovery_point = 2'000'000'000;
  log.Open();
  log.AppendValue("behind");
  const Records hole = log.Read(1, {.max_records = 10});
  REQUIRE(hole.empty());
  REQUIRE(hole.ranges().at(0).next_offset == 2'000'000'000);
  REQUIRE(log.ReadAll(0).size() == 2);
}

TEST_CASE("a segment that is missing or emptied in the middle is told of once, when readers come") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 160; ++i) log.AppendValue("x");
  log.Close();
  const auto logs = log.FilesEnding(".log");
  REQUIRE(logs.size() > 5);
  int holes = 1;
  SECTION("missing") { REQUIRE(log.files().Remove(log.directory() + "/" + logs[1]).ok()); }
  SECTION("emptied") { log.Put(logs[1], ""); }
  SECTION("two of them") {
    holes = 2;
    for (const int at : {1, 3}) REQUIRE(log.files().Remove(log.directory() + "/" + logs[at]).ok());
  }
  log.Open();
  const std::size_t left = log.ReadAll(0).size();
  REQUIRE(left < 160);
  log.ReadAll(0);
  const std::string lines = log.lines();
  int told = 0;
  for (std::size_t at = 0;
       (at = lines.find("are missing: the segment", at)) != std::string::npos;) {
    ++told;
    ++at;
  }
  REQUIRE(told == holes);
}

TEST_CASE("folders with the names of a log's files are told of, or left alone") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  log.AppendValue("x");
  log.Close();
  const auto make = [&](const std::string& name) {
    REQUIRE(log.files().CreateDirectories(log.directory() + "/" + name).ok());
  };
  SECTION("a segment") {
    make("00000000000000000007.log");
    const auto status = log.TryOpen();
    REQUIRE(absl::IsFailedPrecondition(status));
    REQUIRE(Contains(status, "00000000000000000007.log: a folder has the name of a segment"));
  }
  SECTION("a snapshot, or what an interruption leaves") {
    make("00000000000000000000.snapshot");
    make("00000000000000000000.log.deleted");
    log.Open();
    REQUIRE(log.ReadAll(0).size() == 1);
  }
}

TEST_CASE("an empty folder with a log start begins there") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.checkpoint.log_start_offset = 500;
  log.Open();
  REQUIRE(log->log_start_offset() == 500);
  REQUIRE(log.AppendValue("x") == 500);
}

TEST_CASE("a damaged leader epoch checkpoint is written anew, with a line in the log") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Open();
  log.AppendValue("x");
  log.Close();
  log.Put("leader-epoch-checkpoint", "rubbish");
  log.Open();
  REQUIRE(log.lines().find("leader-epoch-checkpoint") != std::string::npos);
  REQUIRE(log.Contents("leader-epoch-checkpoint") == "0\n1\n0 0\n");
}

TEST_CASE("a start that the two files of a closed log differ about costs no record, and is told") {
  struct Starts {
    std::int64_t of_log, of_epochs, lower;
  };
  const Starts starts = GENERATE(Starts{4, 4, 4}, Starts{3, 4, 3}, Starts{0, 4, 0}, Starts{7, 4, 4},
                                 Starts{4, 7, 4}, Starts{4, 0, 0});
  const bool was_closed = GENERATE(true, false);
  CAPTURE(starts.of_log, starts.of_epochs, was_closed);
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 100000;
  log.Open();
  for (int i = 0; i < 10; ++i) log.AppendValue("x");
  REQUIRE(log->DeleteRecordsBefore(4).ok());
  log.Close();
  log.checkpoint.clean_shutdown = was_closed;
  log.checkpoint.log_start_offset = starts.of_log;
  log.Put("leader-epoch-checkpoint", "0\n1\n0 " + std::to_string(starts.of_epochs) + "\n");
  log.Open();
  CHECK(log->log_start_offset() == (was_closed ? starts.lower : starts.of_log));
  const bool is_told = log.lines().find("one of them is damaged") != std::string::npos;
  CHECK(is_told == (was_closed && starts.of_log != starts.of_epochs));
}

TEST_CASE("epochs that could not be written when the log's start moved are written at the close") {
  auto files = std::make_unique<io::FaultyFileSystem>();
  LogUnderTest log(*files);
  log.Open();
  for (int i = 0; i < 10; ++i) log.AppendValue("x");
  files->plan().Add(
      {.call = testing::FileCall::kAny, .path_part = "leader-epoch", .error = ENOSPC});
  REQUIRE(log->DeleteRecordsBefore(4).ok());
  REQUIRE(log.Contents("leader-epoch-checkpoint") == "0\n1\n0 0\n");
  log.Close();
  REQUIRE(log.Contents("leader-epoch-checkpoint") == "0\n1\n0 4\n");
}

TEST_CASE("every place where storage can fail on the way to an open log is a status") {
  io::FaultyFileSystem original;
  LogUnderTest log(original);
  log.Open();
  for (int i = 0; i < 25; ++i) log.AppendValue("value " + std::to_string(i), 1000);
  const auto all = log.ReadAll(0);
  log.Kill();
  bool failed = true;
  for (int after = 0; failed; ++after) {
    INFO("failing call " << after);
    auto files = original.ProcessKill();
    files->plan().Add({.after = after, .times = 1});
    const std::int64_t before = files->plan().calls(testing::FileCall::kAny);
    LogUnderTest again(*files);
    again.checkpoint = log.checkpoint;
    const absl::Status status = again.TryOpen();
    failed = files->plan().calls(testing::FileCall::kAny) - before > after;
    if (failed && !status.ok()) REQUIRE(GetErrorCode(status) == ErrorCode::kKafkaStorageError);
    files->plan().Clear();
    if (status.ok()) REQUIRE(again.ReadAll(0) == all);
    REQUIRE(again.TryOpen().ok());
    REQUIRE(again.ReadAll(0) == all);
    REQUIRE(after < 1000);
  }
}

// A rising prefix of what was appended, at least what was flushed, whatever the power cut took.
TEST_CASE("a power cut at any moment leaves a prefix with all that was flushed") {
  const std::uint64_t seed = SeedOfTest();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 150; ++round) {
    INFO("RILL_SEED=" << seed << ", round " << round);
    auto files = std::make_unique<io::FaultyFileSystem>();
    REQUIRE(files->CreateDirectories("/data/orders-0").ok());
    REQUIRE(files->SyncDirectory("/data").ok());
    REQUIRE(files->SyncDirectory("/").ok());
    LogCheckpoint checkpoint;
    std::vector<std::string> expected;
    std::int64_t acknowledged = 0;
    for (int life = 0; life < 3; ++life) {
      LogUnderTest log(*files);
      log.config.segment_bytes = 6000;
      log.config.flush_messages = round % 3 == 0 ? 1 : INT64_MAX;
      log.config.file_delete_delay_ms = 0;  // the stoppers of rolled segments go at once
      log.checkpoint = checkpoint;
      log.Open();
      REQUIRE(log->OffsetForTime(log.clock.Now() + absl::Hours(1))->offset == -1);
      REQUIRE(log->log_end_offset() >= acknowledged);
      const auto seen = log.ReadAll(0);
      for (std::size_t i = 0; i < seen.size(); ++i) REQUIRE(seen[i].value == expected.at(i));
      expected.resize(seen.size());
      const std::uint64_t appends = random() % 40;
      for (std::uint64_t i = 0; i < appends; ++i) {
        expected.push_back(std::string(random() % 1500, 'a' + static_cast<char>(random() % 26)));
        log.AppendValue(expected.back());
        if (random() % 10 == 0) REQUIRE(log->Flush().ok());
        if (random() % 6 == 0) log->Maintain(log.clock.Now());
        if (random() % 10 == 0) GoToRest(log);
      }
      const bool is_closed = random() % 4 == 0;
      if (is_closed) REQUIRE(log->Close().ok());
      acknowledged = log.config.flush_messages == 1 ? log->high_watermark() : log->recovery_point();
      REQUIRE(log->recovery_point() <= log->log_end_offset());
      // Checkpoints are written now and then: any that was true once is sound.
      checkpoint = {
          is_closed,
          is_closed || random() % 2 == 0 ? log->recovery_point() : checkpoint.recovery_point, 0, 0};
      auto after = random() % 3 == 0 ? files->ProcessKill() : files->PowerLoss(random());
      REQUIRE(after != nullptr);
      log->Abandon(absl::CancelledError("the power is off"));
      files = std::move(after);
    }
  }
}

TEST_CASE("a lost leader epoch checkpoint is made again from the batches") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.Put("leader-epoch-checkpoint", "0\n1\n3 0\n");
  log.Open();
  for (int i = 0; i < 5; ++i) log.AppendValue("x");
  log.Close();
  REQUIRE(log.files().Remove(log.directory() + "/leader-epoch-checkpoint").ok());
  log.Open();
  REQUIRE(log.Contents("leader-epoch-checkpoint") == "0\n1\n3 0\n");
}

TEST_CASE("bytes behind the end that are no batch are dropped, with a line in the log") {
  auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 100000;
  log.Open();
  log.AppendValue("kept");
  log.Kill();
  std::string bytes = log.Contents(kFirstLog);
  const std::size_t end = ParseBatch(bytes)->size();
  bytes.replace(end + 12, 40, std::string(40, 'x'));
  log.Put(kFirstLog, bytes);
  log.Open();
  REQUIRE(log.lines().find(std::string(kFirstLog) + ": byte " + std::to_string(end)) !=
          std::string::npos);
  REQUIRE(log.lines().find("52 bytes behind") != std::string::npos);
  REQUIRE(log.ReadAll(0).size() == 1);
}

}  // namespace
}  // namespace rill::log
