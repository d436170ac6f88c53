#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "log_under_test.h"

namespace rill::log {
namespace {

std::string ValueAt(std::int64_t offset) {
  std::mt19937_64 random(static_cast<std::uint64_t>(offset));
  std::string value(random() % 700, '\0');
  for (char& c : value) c = static_cast<char>(random());
  return value;
}

void Configure(LogUnderTest& log) {
  log.config.segment_bytes = 20000;
  log.config.index_interval_bytes = 500;
}

// The child: appends, and writes each offset to the pipe once it is acknowledged.
[[noreturn]] void AppendUntilKilled(const std::string& directory, const LogCheckpoint& checkpoint,
                                    int pipe) {
  auto files = io::NewRealFileSystem();
  LogEnvironment environment;
  static testing::ManualClock clock;
  environment.files = files.get();
  environment.clock = &clock;
  environment.buffers = std::make_shared<base::Budget>("buffers", base::Budget::kUnlimited);
  LogUnderTest settings(*files);
  Configure(settings);
  auto log = PartitionLog::Open(environment, directory, {"orders", 0}, settings.config, checkpoint);
  if (!log.ok()) ::_exit(1);
  for (int i = 0;; ++i) {
    const std::string value = ValueAt((*log)->log_end_offset());
    auto result = (*log)->AppendRecord({.key = "k", .value = value});
    if (!result.ok()) ::_exit(2);
    const std::int64_t offset = result->base_offset;
    if (::write(pipe, &offset, sizeof offset) != sizeof offset) ::_exit(3);
    if (i % 100 == 0) (*log)->Maintain(clock.Now());
    if (i % 150 == 0 && !(*log)->Flush().ok()) ::_exit(4);
  }
}

TEST_CASE("a process that is killed at any moment loses nothing that was acknowledged") {
  const std::uint64_t seed = SeedOfTest();
  std::mt19937_64 random(seed);
  test::TemporaryFolder folder;
  auto files = io::NewRealFileSystem();
  LogUnderTest log(*files, folder.path() + "/orders-0");
  Configure(log);
  std::int64_t acknowledged = 0;
  for (int round = 0; round < 30; ++round) {
    INFO("RILL_SEED=" << seed << ", round " << round);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) AppendUntilKilled(log.directory(), log.checkpoint, ends[1]);
    ::close(ends[1]);
    const auto begin = std::chrono::steady_clock::now();
    const auto time = std::chrono::microseconds(1000 + random() % 60000);
    std::thread killer([&] {
      std::this_thread::sleep_until(begin + time);
      ::kill(child, SIGKILL);
    });
    std::int64_t offset = 0;
    while (::read(ends[0], &offset, sizeof offset) == sizeof offset) acknowledged = offset + 1;
    killer.join();
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));

    log.Open();
    REQUIRE(log->log_end_offset() >= acknowledged);
    const auto seen = log.ReadAll(0);
    REQUIRE(static_cast<std::int64_t>(seen.size()) == log->log_end_offset());
    for (const Seen& one : seen) REQUIRE(one.value == ValueAt(one.offset));
    acknowledged = log->log_end_offset();
    if (round % 3 == 0) log.Close();
    if (round % 3 != 0) log.Kill();
  }
  std::cout << acknowledged << " records acknowledged over 30 kills\n";
  REQUIRE(acknowledged > 0);
}

}  // namespace
}  // namespace rill::log
