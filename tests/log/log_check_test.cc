#include "log/log_check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "io/memory_file_system.h"
#include "log/leader_epochs.h"
#include "log/producer_state.h"
#include "log/segment_index.h"
#include "log_under_test.h"

namespace rill::log {
namespace {

using Kind = Finding::Kind;

struct Checked {
  LogCheckResult result;
  std::vector<Finding> findings;

  bool Has(Kind kind, const std::string& file, const std::string& part) const {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.kind == kind && finding.file == file &&
             finding.what.find(part) != std::string::npos;
    });
  }
  const Finding* Of(Kind kind) const {
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [&](const Finding& f) { return f.kind == kind; });
    return found == findings.end() ? nullptr : &*found;
  }
  std::optional<std::uint64_t> PositionIn(const std::string& file) const {
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [&](const Finding& f) { return f.file == file; });
    return found == findings.end() ? std::nullopt : found->position;
  }
  std::string Text() const {
    std::string text;
    for (const Finding& finding : findings) {
      text += std::to_string(static_cast<int>(finding.kind)) + " " + finding.file + ": " +
              (finding.position ? std::to_string(*finding.position) + ": " : "") + finding.what +
              "\n";
    }
    return text;
  }
};

Checked CheckFolderOf(io::FileSystem& files, const std::string& directory,
                      const LogCheckpoint& checkpoint, bool may_have_gaps = false) {
  Checked checked;
  checked.result =
      CheckLog({.files = &files,
                .directory = directory,
                .name = "orders-0",
                .checkpoint = checkpoint,
                .may_have_gaps = may_have_gaps,
                .sink = [&](const Finding& finding) { checked.findings.push_back(finding); }});
  return checked;
}

Checked Check(LogUnderTest& log) {
  return CheckFolderOf(log.files(), log.directory(), log.checkpoint);
}

// Three segments of records of an idempotent producer.
void Fill(LogUnderTest& log) {
  log.Open();
  for (int i = 0; i < 30; ++i) {
    log.AppendBatch(NumberedBatch(2, 1700000000000 + i, "value",
                                  {.producer_id = 7, .producer_epoch = 0, .base_sequence = 2 * i}));
    if (i % 4 == 0) log->Maintain(log.clock.Now());
  }
}

constexpr char kFirst[] = "00000000000000000000.log";

TEST_CASE("A log that was closed is sound, and is gone through in full") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  Fill(log);
  log.Close();
  REQUIRE(log.FilesEnding(".log").size() > 2);
  const Checked checked = Check(log);
  INFO(checked.Text());
  CHECK(checked.findings.empty());
  CHECK(checked.result.batches == 30);
  CHECK(checked.result.records == 60);
  CHECK(checked.result.log_end_offset == 60);
  CHECK(checked.result.bytes == log->size_bytes());
}

TEST_CASE("A log whose writer was killed is sound, and its reserve is told of") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  Fill(log);
  log.Kill();
  const Checked checked = Check(log);
  INFO(checked.Text());
  CHECK(checked.Of(Kind::kDamage) == nullptr);
  CHECK(checked.Of(Kind::kCut) == nullptr);
  CHECK(checked.Has(Kind::kNote, log.FilesEnding(".log").back(), "reserve"));
  CHECK(checked.result.log_end_offset == 60);
  CHECK(checked.result.bad_indexes.empty());
}

TEST_CASE("A check takes no write") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  Fill(log);
  log.Kill();
  std::vector<std::pair<std::string, std::string>> before;
  for (const std::string& name : log.FilesEnding("")) before.emplace_back(name, log.Contents(name));
  Check(log);
  std::vector<std::pair<std::string, std::string>> after;
  for (const std::string& name : log.FilesEnding("")) after.emplace_back(name, log.Contents(name));
  CHECK(before == after);
}

TEST_CASE("A flipped bit of a record is named with its batch, and what follows is checked too") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  Fill(log);
  log.Close();
  std::string bytes = log.Contents(kFirst);
  const BatchView first(bytes.data());
  const std::size_t second_at = first.size();
  const std::size_t third_at = second_at + BatchView(bytes.data() + second_at).size();
  bytes[second_at + kBatchHeaderSize + 3] ^= 4;
  bytes[third_at + kBatchHeaderSize + 3] ^= 4;
  log.Put(kFirst, bytes);
  const Checked checked = Check(log);
  INFO(checked.Text());
  REQUIRE(checked.findings.size() == 2);
  CHECK(checked.findings[0].kind == Kind::kDamage);
  CHECK(checked.findings[0].folder == "orders-0");
  CHECK(checked.findings[0].file == kFirst);
  CHECK(checked.findings[0].position == second_at);
  CHECK(checked.findings[0].what.find("CRC-32C") != std::string::npos);
  CHECK(checked.findings[1].position == third_at);
  CHECK(checked.result.log_end_offset == 60);
  CHECK_FALSE(checked.result.has_sound_batches);
}

TEST_CASE("A torn end is cut, not damage, only where nothing is known to have been flushed") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 100000;
  Fill(log);
  log.Kill();
  std::string bytes = log.Contents(kFirst);
  std::size_t last_at = 0;
  for (int i = 0; i < 29; ++i) last_at += BatchView(bytes.data() + last_at).size();
  bytes[last_at + kBatchHeaderSize + 1] ^= 1;
  log.Put(kFirst, bytes);
  log.checkpoint.recovery_point = 50;
  const Checked torn = Check(log);
  INFO(torn.Text());
  CHECK(torn.Of(Kind::kDamage) == nullptr);
  REQUIRE(torn.Of(Kind::kCut) != nullptr);
  CHECK(torn.Of(Kind::kCut)->position == last_at);
  CHECK(torn.result.log_end_offset == 58);
  log.checkpoint.recovery_point = 60;
  CHECK(Check(log).Of(Kind::kDamage)->position == last_at);
}

TEST_CASE("Offsets that are missing are damage, but not where compaction took them out") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 100000;
  Fill(log);
  log.Close();
  std::string bytes = log.Contents(kFirst);
  const std::size_t second_at = BatchView(bytes.data()).size();
  bytes.erase(second_at, BatchView(bytes.data() + second_at).size());
  log.Put(kFirst, bytes);
  const Checked plain = Check(log);
  INFO(plain.Text());
  REQUIRE(plain.Has(Kind::kDamage, kFirst, "offsets 2 to 3 are missing"));
  const Checked compacted =
      CheckFolderOf(*files, log.directory(), log.checkpoint, /*may_have_gaps=*/true);
  CHECK_FALSE(compacted.Has(Kind::kDamage, kFirst, "missing"));
}

TEST_CASE("A segment that is gone is told of as missing offsets") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  Fill(log);
  log.Close();
  const auto segments = log.FilesEnding(".log");
  REQUIRE(segments.size() > 2);
  REQUIRE(files->Remove(log.directory() + "/" + segments[1]).ok());
  const Checked checked = Check(log);
  INFO(checked.Text());
  CHECK(checked.Has(Kind::kDamage, segments[2], "are missing before it"));
}

TEST_CASE("Index entries that do not meet their batches are named by their bytes") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  Fill(log);
  log.Close();
  std::string index = log.Contents("00000000000000000000.index");
  std::string times = log.Contents("00000000000000000000.timeindex");
  REQUIRE(index.size() >= 2 * kOffsetEntrySize);
  REQUIRE(times.size() >= 2 * kTimeEntrySize);
  index[kOffsetEntrySize + 7] ^= 1;  // its position
  times[7] ^= 1;                     // its time
  log.Put("00000000000000000000.index", index);
  log.Put("00000000000000000000.timeindex", times);
  Checked checked = Check(log);
  INFO(checked.Text());
  REQUIRE(checked.findings.size() == 2);
  CHECK(checked.PositionIn("00000000000000000000.index") == kOffsetEntrySize);
  CHECK(checked.PositionIn("00000000000000000000.timeindex") == 0);
  CHECK(checked.result.bad_indexes == std::vector<std::int64_t>{0});
  CHECK(checked.result.has_sound_batches);

  log.Put("00000000000000000000.index", index.substr(0, 11));
  checked = Check(log);
  CHECK(checked.Has(Kind::kDamage, "00000000000000000000.index", "no whole number"));
  REQUIRE(files->Remove(log.directory() + "/00000000000000000000.index").ok());
  checked = Check(log);
  CHECK(checked.Has(Kind::kDamage, "00000000000000000000.index", "is missing"));
  log.Put("00000000000000000000.timeindex", times.substr(0, times.size() - kTimeEntrySize));
  CHECK(Check(log).Has(Kind::kDamage, "00000000000000000000.timeindex", ""));
}

TEST_CASE("A snapshot that is damaged, or says what the batches do not, is damage") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  Fill(log);
  log.Close();
  const std::string name = log.FilesEnding(".snapshot").back();
  std::string bytes = log.Contents(name);
  bytes[12] ^= 1;
  log.Put(name, bytes);
  Checked checked = Check(log);
  CHECK(checked.Has(Kind::kDamage, name, "CRC"));
  CHECK(checked.result.bad_snapshots == std::vector<std::int64_t>{60});

  ProducerState other("orders-0");
  const std::string batch =
      NumberedBatch(2, 1700000000000, "v",
                    {.base_offset = 58, .producer_id = 7, .producer_epoch = 0, .base_sequence = 9});
  REQUIRE(other.Update(BatchView(batch.data())).ok());
  log.Put(name, other.FormatSnapshot());
  checked = Check(log);
  INFO(checked.Text());
  CHECK(checked.Has(Kind::kDamage, name, "producer 7 has last sequence 10"));
}

TEST_CASE("Leader epochs of batches and of the checkpoint must agree") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  Fill(log);
  log.Close();
  std::string bytes = log.Contents(kFirst);
  const std::size_t second_at = BatchView(bytes.data()).size();
  const std::string sound = bytes;
  bytes[second_at + 15] ^= 1;
  log.Put(kFirst, bytes);
  Checked checked = Check(log);
  INFO(checked.Text());
  REQUIRE(checked.findings.size() == 1);
  CHECK(checked.findings[0].position == second_at);
  CHECK(checked.Has(Kind::kDamage, kFirst, "leader epoch 1, where leader-epoch-checkpoint has 0"));

  log.Put(kFirst, sound);
  log.Put(kLeaderEpochCheckpoint, "0\n1\n0 x\n");
  CHECK(Check(log).Has(Kind::kDamage, kLeaderEpochCheckpoint, "line 3"));
  log.Put(kLeaderEpochCheckpoint, "0\n2\n0 0\n1 900\n");
  CHECK(Check(log).Has(Kind::kDamage, kLeaderEpochCheckpoint, "behind the end of the log"));
  log.Put(kLeaderEpochCheckpoint, "0\n1\n0 1\n");
  CHECK(Check(log).Has(Kind::kDamage, kLeaderEpochCheckpoint,
                       "has the start of the log at offset 1"));
}

TEST_CASE("A start that the checkpoint has elsewhere than the epochs is damage in a closed log") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  Fill(log);
  REQUIRE(log->DeleteRecordsBefore(5).ok());
  log.Close();
  CHECK(Check(log).findings.empty());
  for (const std::int64_t start : {4, 6}) {
    log.checkpoint.log_start_offset = start;
    const Checked checked = Check(log);
    INFO(checked.Text());
    CHECK(checked.Has(Kind::kDamage, kLeaderEpochCheckpoint, "where log-start-offset-checkpoint"));
  }
  // The checkpoint of a process that was killed may be older than the start.
  log.checkpoint.clean_shutdown = false;
  CHECK(Check(log).Of(Kind::kDamage) == nullptr);
}

TEST_CASE("What does not belong into the folder is told of, and is no damage") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  Fill(log);
  log.Close();
  log.Put("00000000000000000000.log.deleted", "x");
  log.Put("notes.txt", "x");
  log.Put("00000000000000000077.index", "");
  const Checked checked = Check(log);
  INFO(checked.Text());
  CHECK(checked.Of(Kind::kDamage) == nullptr);
  CHECK(checked.Has(Kind::kNote, "00000000000000000000.log.deleted", "left over"));
  CHECK(checked.Has(Kind::kNote, "notes.txt", "unknown file"));
  CHECK(checked.Has(Kind::kNote, "00000000000000000077.index", "without its .log"));
}

// The bytes of a batch that no check can hold against anything, in a log that was closed, is not
// compacted and has its checkpoint of epochs: none. (docs/reference/check.md)
TEST_CASE("Whichever byte of a log is changed, the check tells") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 700;
  Fill(log);
  log.Close();
  for (const std::string& name : log.FilesEnding(".log")) {
    const std::string sound = log.Contents(name);
    for (std::size_t at = 0; at < sound.size(); ++at) {
      for (const unsigned char change : {0x01, 0x80, 0xff}) {
        std::string bytes = sound;
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ change);
        log.Put(name, bytes);
        const Checked checked = Check(log);
        const bool is_told = checked.Of(Kind::kDamage) != nullptr;
        if (!is_told) UNSCOPED_INFO(name << " byte " << at << " changed by " << int{change});
        CHECK(is_told);
      }
    }
    log.Put(name, sound);
  }
  CHECK(Check(log).findings.empty());
}

TEST_CASE("Whichever byte of what stands beside a log is changed, the check tells") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  log.config.segment_bytes = 700;
  Fill(log);
  log.Close();
  for (const char* suffix : {".index", ".timeindex", ".snapshot", kLeaderEpochCheckpoint}) {
    for (const std::string& name : log.FilesEnding(suffix)) {
      const std::string sound = log.Contents(name);
      for (std::size_t at = 0; at < sound.size(); ++at) {
        std::string bytes = sound;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x11);
        log.Put(name, bytes);
        const bool is_told = Check(log).Of(Kind::kDamage) != nullptr;
        if (!is_told) UNSCOPED_INFO(name << " byte " << at);
        CHECK(is_told);
      }
      log.Put(name, sound);
    }
  }
}

TEST_CASE("What Apache Kafka wrote is sound") {
  for (const auto& topic : std::filesystem::directory_iterator(RILL_GOLDEN)) {
    if (!topic.is_directory() || topic.path().filename() == "damaged") continue;
    for (const auto& partition : std::filesystem::directory_iterator(topic.path())) {
      if (!partition.is_directory()) continue;
      const auto files = io::NewMemoryFileSystem();
      REQUIRE(files->CreateDirectories("/golden").ok());
      for (const auto& file : std::filesystem::directory_iterator(partition.path())) {
        std::ifstream in(file.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(in), {}};
        auto copy =
            files->Open("/golden/" + file.path().filename().string(), io::OpenMode::kCreate);
        REQUIRE(copy.ok());
        REQUIRE((*copy)->WriteAt(0, bytes).ok());
      }
      const std::string name = topic.path().filename().string();
      const bool may_have_gaps = name == "compacted" || name == "consumer-offsets" ||
                                 name == "transaction-state" || name == "share-group-state";
      const Checked checked = CheckFolderOf(
          *files, "/golden",
          {.clean_shutdown = true, .log_start_offset = name == "deleted-records" ? 6 : 0},
          may_have_gaps);
      CAPTURE(name, checked.Text());
      CHECK(checked.findings.empty());
      CHECK(checked.result.batches > 0);
    }
  }
}

TEST_CASE("What is damaged in a copy of Apache Kafka's files is found") {
  const std::string damaged = std::string(RILL_GOLDEN) + "/damaged";
  for (const auto& folder : std::filesystem::directory_iterator(damaged)) {
    const auto files = io::NewMemoryFileSystem();
    REQUIRE(files->CreateDirectories("/golden").ok());
    for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      auto copy = files->Open("/golden/" + file.path().filename().string(), io::OpenMode::kCreate);
      REQUIRE(copy.ok());
      REQUIRE((*copy)->WriteAt(0, bytes).ok());
    }
    const Checked checked = CheckFolderOf(*files, "/golden", {.clean_shutdown = true});
    const std::string name = folder.path().filename().string();
    CAPTURE(name, checked.Text());
    const bool is_old_format = name.starts_with("format-");
    const bool is_index = name.find("index-") != std::string::npos;
    const Kind expected = is_old_format ? Kind::kUnread : Kind::kDamage;
    const std::string part = is_index ? "index" : ".log";
    CHECK(
        std::any_of(checked.findings.begin(), checked.findings.end(), [&](const Finding& finding) {
          return finding.kind == expected && finding.file.ends_with(part);
        }));
  }
}

}  // namespace
}  // namespace rill::log
