#include <algorithm>

#include "io/faulty_file_system.h"
#include "log_under_test.h"

namespace rill::log {
namespace {

using Content = std::vector<std::pair<std::int64_t, std::string>>;  // offset, value

// A log whose first two segments, of offsets 0 to 3 and 4 to 7, are to be replaced by a segment
// that has left of them the records at offsets 2 and 6.
const Content kOld = {{0, "a0"}, {1, "b1"}, {2, "a2"}, {3, "b3"}, {4, "a4"},
                      {5, "b5"}, {6, "a6"}, {7, "b7"}, {8, "c8"}, {9, "c9"}};
const Content kNew = {{2, "a2"}, {6, "a6"}, {8, "c8"}, {9, "c9"}};

constexpr char kStem0[] = "/data/orders-0/00000000000000000000";
constexpr char kStem4[] = "/data/orders-0/00000000000000000004";
constexpr const char* kSuffixes[] = {".log", ".index", ".timeindex"};

// Records of successive offsets in a batch each; offsets that are not in `offsets` are left out.
std::string Batches(const std::vector<std::int64_t>& offsets) {
  std::string bytes;
  for (const std::int64_t offset : offsets) {
    const auto record = *std::find_if(kOld.begin(), kOld.end(),
                                      [&](const auto& old) { return old.first == offset; });
    const RecordData data{.key = std::string_view(record.second).substr(0, 1),
                          .value = record.second,
                          .timestamp_ms = 1000};
    bytes += SealedBatch({&data, 1}, {.base_offset = offset, .partition_leader_epoch = 0});
  }
  return bytes;
}

void PutFile(io::FileSystem& files, const std::string& path, std::string_view bytes) {
  auto file = files.Open(path, io::OpenMode::kCreate).value();
  REQUIRE(file->Truncate(0).ok());
  REQUIRE(file->WriteAt(0, bytes).ok());
  REQUIRE(file->Sync().ok());
}

void PutSegment(io::FileSystem& files, const std::string& stem, std::string_view stage,
                const std::vector<std::int64_t>& offsets) {
  for (const char* suffix : kSuffixes) {
    PutFile(files, (stem + suffix).append(stage),
            suffix == std::string_view(".log") ? Batches(offsets) : "");
  }
}

// The folder before the swap, with the new segment written.
std::unique_ptr<io::FaultyFileSystem> BeforeSwap() {
  auto files = std::make_unique<io::FaultyFileSystem>();
  REQUIRE(files->CreateDirectories("/data/orders-0").ok());
  PutSegment(*files, kStem0, "", {0, 1, 2, 3});
  PutSegment(*files, kStem4, "", {4, 5, 6, 7});
  PutSegment(*files, "/data/orders-0/00000000000000000008", "", {8, 9});
  PutSegment(*files, kStem0, ".cleaned", {2, 6});
  for (const char* folder : {"/data/orders-0", "/data", "/"}) {
    REQUIRE(files->SyncDirectory(folder).ok());
  }
  return files;
}

struct Step {
  std::string from;
  std::string to;
};

// Kafka's steps; the swap counts from the third on.
std::vector<Step> StepsOfSwap() {
  std::vector<Step> steps;
  const auto add = [&](const std::string& stem, const char* from, const char* to) {
    for (const char* suffix : kSuffixes) {
      steps.push_back({(stem + suffix).append(from), (stem + suffix).append(to)});
    }
  };
  add(kStem0, ".cleaned", ".swap");
  add(kStem0, "", ".deleted");
  add(kStem4, "", ".deleted");
  add(kStem0, ".swap", "");
  return steps;
}

void Take(io::FileSystem& files, std::size_t count) {
  const auto steps = StepsOfSwap();
  for (std::size_t i = 0; i < count; ++i) {
    REQUIRE(files.Rename(steps[i].from, steps[i].to).ok());
  }
}

Content ContentOf(LogUnderTest& log) {
  Content content;
  for (const Seen& seen : log.ReadAll(0)) content.emplace_back(seen.offset, seen.value);
  return content;
}

void RequireNothingIsLeft(LogUnderTest& log) {
  for (const char* suffix : {".swap", ".cleaned", ".deleted"}) {
    REQUIRE(log.FilesEnding(suffix).empty());
  }
}

// Opens the log as after a crash, and writes on.
void RequireContent(io::FileSystem& files, const Content& expected) {
  LogUnderTest log(files);
  log.config.cleanup_compact = true;
  log.Open();
  REQUIRE(ContentOf(log) == expected);
  RequireNothingIsLeft(log);
  REQUIRE(log.AppendValue("next") == 10);
  log.ReopenAfterKill();
  Content grown = expected;
  grown.emplace_back(10, "next");
  REQUIRE(ContentOf(log) == grown);
}

TEST_CASE("a compaction swap that died at any step is undone as a whole or finished") {
  for (std::size_t taken = 0; taken <= StepsOfSwap().size(); ++taken) {
    INFO(taken << " steps were taken");
    const auto files = BeforeSwap();
    Take(*files, taken);
    RequireContent(*files, taken < 3 ? kOld : kNew);
  }
}

TEST_CASE("finishing a swap that dies, or whose storage fails, at any call is taken up again") {
  const std::uint64_t seed = SeedOfTest();
  for (std::size_t taken = 1; taken <= StepsOfSwap().size(); ++taken) {
    for (std::int64_t after = 0;; ++after) {
      INFO("RILL_SEED=" << seed << ", " << taken << " steps were taken, fault at call " << after);
      const auto files = BeforeSwap();
      Take(*files, taken);
      LogUnderTest log(*files);
      log.config.cleanup_compact = true;
      files->plan().Add({.call = testing::FileCall::kAny, .path_part = "orders-0", .after = after});
      const bool opened = log.TryOpen().ok();
      files->plan().Clear();
      const auto killed = files->ProcessKill();
      REQUIRE(killed != nullptr);
      RequireContent(*killed, taken < 3 ? kOld : kNew);
      const auto cut = files->PowerLoss(seed + static_cast<std::uint64_t>(after));
      REQUIRE(cut != nullptr);
      LogUnderTest recovered(*cut);
      recovered.config.cleanup_compact = true;
      recovered.Open();
      const Content content = ContentOf(recovered);
      REQUIRE((content == kOld || content == kNew));
      RequireNothingIsLeft(recovered);
      if (opened) break;
    }
  }
}

TEST_CASE("a compacted segment that is damaged does not replace those that are still there") {
  const auto files = BeforeSwap();
  Take(*files, 3);
  const std::string path = std::string(kStem0) + ".log.swap";
  std::string bytes = Batches({2, 6});
  bytes[bytes.size() - 1] ^= 1;
  PutFile(*files, path, bytes);
  LogUnderTest log(*files);
  log.Open();
  REQUIRE(ContentOf(log) == kOld);
  RequireNothingIsLeft(log);
  REQUIRE(log.lines().find(path + ": a compacted segment is damaged") != std::string::npos);
}

TEST_CASE("of a damaged compacted segment whose originals are gone, the sound batches are kept") {
  const auto files = BeforeSwap();
  Take(*files, StepsOfSwap().size() - 3);
  std::string bytes = Batches({2, 6});
  bytes[bytes.size() - 1] ^= 1;
  PutFile(*files, std::string(kStem0) + ".log.swap", bytes);
  LogUnderTest log(*files);
  log.config.cleanup_compact = true;
  log.Open();
  REQUIRE(ContentOf(log) == Content{{2, "a2"}});
  REQUIRE(log.lines().find("a compacted segment is damaged") != std::string::npos);
}

TEST_CASE("the parts of a segment that Kafka was splitting go while one of them is unfinished") {
  const auto files = BeforeSwap();
  PutSegment(*files, kStem4, ".swap", {6});  // its first part is still .cleaned
  RequireContent(*files, kOld);
}

}  // namespace
}  // namespace rill::log
