// A process that appends, deletes and compacts with a map of few keys is killed at random moments.

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "compaction_under_test.h"
#include "io/temporary_folder.h"

namespace rill::log {
namespace {

constexpr int kKeys = 60;
constexpr int kLives = 40;  // and more where they are too short for the records
constexpr std::int64_t kRecords = 10 * kLives;
constexpr std::chrono::seconds kLongest(60);
// Of some keys at a time, so that a cleaning goes over the log in many rounds.
constexpr CleanOptions kCleaning = {.slice_bytes = 700, .map_bytes = std::size_t{16} * 24};

// What the child tells.
struct Told {
  enum Kind : std::int32_t { kAbout, kDone, kCompactedUpTo };
  std::int64_t offset;
  std::int32_t key;
  bool is_deletion;
  Kind kind;
};

std::string ValueAt(std::int64_t offset) {
  return "value " + std::to_string(offset) +
         std::string(static_cast<std::size_t>(offset % 50), 'v');
}

void Configure(LogUnderTest& log) {
  log.config.cleanup_compact = true;
  log.config.cleanup_delete = false;
  log.config.delete_retention_ms = 0;
  log.config.file_delete_delay_ms = 0;
  log.config.segment_bytes = 600;
  log.config.segment_ms = 60000;
}

// Everything that was rolled, round by round. False where it fails.
bool CleanAll(PartitionLog& log) {
  for (;;) {
    const std::int64_t before = log.first_dirty_offset();
    const auto progress = log.Clean(kCleaning);
    if (!progress.ok()) return false;
    if (progress->done && log.first_dirty_offset() == before) return true;
  }
}

[[noreturn]] void WriteUntilKilled(LogUnderTest& log, std::uint64_t seed, int pipe) {
  std::mt19937_64 random(seed);
  if (!log.TryOpen().ok()) ::_exit(1);
  const auto tell = [&](const Told& told) {
    if (::write(pipe, &told, sizeof told) != sizeof told) ::_exit(3);
  };
  for (;;) {
    for (int i = 0; i < 25; ++i) {
      const auto key = static_cast<std::int32_t>(random() % kKeys);
      const bool deletes = random() % 3 == 0;
      const std::string name = "k" + std::to_string(key);
      const std::string value = ValueAt(log->log_end_offset());
      tell({log->log_end_offset(), key, deletes, Told::kAbout});
      RecordData record{.key = name};
      if (!deletes) record.value = value;
      const auto appended = log->AppendRecord(record);
      if (!appended.ok()) ::_exit(2);
      tell({appended->base_offset, key, deletes, Told::kDone});
    }
    log.clock.Advance(absl::Minutes(2));
    for (int i = 0; i < 2; ++i) log->Maintain(log.clock.Now());
    for (int i = 0; i < 60; ++i) {
      if (!log->Clean(kCleaning).ok()) ::_exit(4);
    }
    tell({log->first_dirty_offset(), 0, false, Told::kCompactedUpTo});
  }
}

// What was done last to a key.
struct Last {
  std::int64_t offset;
  bool is_deleted;
};

class Scene {
 public:
  Scene() : log_(*files_, folder_.path() + "/orders-0") { Configure(log_); }

  void RunAndKill(std::uint64_t seed, std::chrono::microseconds life) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) WriteUntilKilled(log_, seed, ends[1]);
    ::close(ends[1]);
    std::thread killer([&] {
      std::this_thread::sleep_for(life);
      ::kill(child, SIGKILL);
    });
    Told told;
    while (::read(ends[0], &told, sizeof told) == sizeof told) Note(told);
    killer.join();
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CAPTURE(status);
    REQUIRE(WIFSIGNALED(status));
    log_.clock.Advance(absl::Hours(10));  // beyond whatever the child's said
  }

  // As the next writer finds it; and as it is when that has compacted all of it.
  void Check() {
    log_.Open();
    Settle(log_->log_end_offset());
    Compare();
    RollAndSeal(log_);
    REQUIRE(CleanAll(*log_));
    Compare();
    log_.Kill();
  }

  std::int64_t records() const { return last_offset_; }
  std::int64_t compacted() const { return log_.checkpoint.first_dirty_offset; }

 private:
  void Note(const Told& told) {
    if (told.kind == Told::kCompactedUpTo) {
      log_.checkpoint.first_dirty_offset = told.offset;
      return;
    }
    Settle(told.offset + (told.kind == Told::kDone ? 1 : 0));
    if (told.kind == Told::kAbout) about_ = told;
  }

  // The log ends at `end`, so that what a process was about to do is done, or was not when it died.
  void Settle(std::int64_t end) {
    if (about_.has_value() && about_->offset < end) {
      newest_[about_->key] = {about_->offset, about_->is_deletion};
      last_offset_ = about_->offset;
    }
    about_.reset();
  }

  void Compare() {
    std::map<int, Last> found;
    for (std::int64_t at = log_->log_start_offset(); at < log_->high_watermark();) {
      const Records records = log_.Read(at);
      for (const Record& record : records) {
        const Last last{record.offset(), IsNull(record.value())};
        if (!last.is_deleted) REQUIRE(record.value() == ValueAt(last.offset));
        found[std::stoi(std::string(record.key().substr(1)))] = last;
      }
      at = records.ranges()[0].next_offset;
    }
    for (const auto& [key, last] : newest_) {
      CAPTURE(key, last.offset, last.is_deleted);
      if (last.is_deleted && !found.contains(key)) continue;
      REQUIRE(found.contains(key));
      REQUIRE(found[key].offset == last.offset);
      REQUIRE(found[key].is_deleted == last.is_deleted);
    }
    REQUIRE(found.size() <= newest_.size());
    REQUIRE(log_->log_end_offset() == last_offset_ + 1);
  }

  const test::TemporaryFolder folder_;
  const std::unique_ptr<io::FileSystem> files_ = io::NewRealFileSystem();
  LogUnderTest log_;
  std::map<int, Last> newest_;
  std::optional<Told> about_;
  std::int64_t last_offset_ = -1;
};

TEST_CASE("What a killed process deleted does not come back, and its last values are there") {
  const std::uint64_t seed = SeedOfTest();
  std::mt19937_64 random(seed);
  Scene scene;
  const auto deadline = std::chrono::steady_clock::now() + kLongest;
  const auto goes_on = [&](int lives) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    return lives < kLives || scene.records() <= kRecords;
  };
  for (int life = 0; goes_on(life); ++life) {
    INFO("RILL_SEED=" << seed << ", life " << life);
    // On a slow machine the first may not live to an append.
    const auto longest_us = static_cast<std::uint64_t>(200'000 * (1 + life / kLives));
    scene.RunAndKill(random(), std::chrono::microseconds(random() % longest_us));
    // Every other one is found by the next that is killed.
    if (life % 2 == 1) scene.Check();
  }
  std::cout << scene.records() << " records, compacted up to " << scene.compacted() << std::endl;
  CHECK(scene.records() > kRecords);
}

}  // namespace
}  // namespace rill::log
