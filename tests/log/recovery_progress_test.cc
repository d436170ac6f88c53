#include "log_under_test.h"

namespace rill::log {
namespace {

// Every look at it takes a second.
class SlowClock final : public Clock {
 public:
  absl::Time Now() override { return now_ += absl::Seconds(1); }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
};

// What the operator is told while the log is opened.
std::vector<std::string> LinesOfOpening(LogUnderTest& log, Clock& clock) {
  std::vector<std::string> lines;
  LogEnvironment environment;
  environment.files = &log.files();
  environment.clock = &clock;
  environment.buffers = log.buffers;
  environment.sink = [&](LogLevel level, std::string_view line) {
    if (level == LogLevel::kInfo) lines.emplace_back(line);
  };
  const auto opened =
      PartitionLog::Open(environment, log.directory(), {"orders", 0}, log.config, log.checkpoint);
  REQUIRE(opened.ok());
  REQUIRE((*opened)->Close().ok());
  return lines;
}

// A log of 5 MiB in three segments.
void Fill(LogUnderTest& log) {
  log.config.segment_bytes = 2 << 20;
  log.Open();
  for (int i = 0; i < 20; ++i) log.AppendValue(std::string(256 << 10, 'v'), 1000);
  log.Close();
  REQUIRE(log.FilesEnding(".log").size() == 3);
}

TEST_CASE("a recovery that takes long tells every two seconds how far it has come") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  Fill(log);
  log.checkpoint = {.clean_shutdown = false};
  SlowClock clock;
  CHECK(LinesOfOpening(log, clock) ==
        std::vector<std::string>{"orders-0: recovering, 2 of 5 MiB (40 %)",
                                 "orders-0: recovering, 4 of 5 MiB (80 %)"});
}

TEST_CASE("a recovery that is over soon, and a log that was closed, tell nothing") {
  const auto files = io::NewMemoryFileSystem();
  LogUnderTest log(*files);
  Fill(log);
  SlowClock clock;
  CHECK(LinesOfOpening(log, clock).empty());
  log.checkpoint = {.clean_shutdown = false};
  CHECK(LinesOfOpening(log, log.clock).empty());
}

}  // namespace
}  // namespace rill::log
