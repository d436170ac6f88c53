#include "net/log_limit.h"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"

namespace rill::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Said {
  std::vector<std::string> lines;
  LogLimit limit{2, seconds(10),
                 [this](LogLevel, const std::string& line) { lines.push_back(line); }};
  LogLimit::Clock::time_point now{};

  void Log(const std::string& line, LogLevel level = LogLevel::kInfo) {
    limit.Log(level, line, now);
  }
};

TEST_CASE("Lines beyond the limit are left out, and how many is said with the next that may come") {
  Said said;
  for (const char* line : {"a", "b", "c", "d", "e"}) said.Log(line);
  CHECK(said.lines == std::vector<std::string>{"a", "b"});
  said.now += milliseconds(9999);
  said.Log("f");
  CHECK(said.lines.size() == 2);
  said.now += milliseconds(1);
  said.Log("g");
  said.Log("h");
  said.Log("i");
  CHECK(said.lines ==
        std::vector<std::string>{
            "a", "b", "4 lines like the next one were left out: no more than 2 are said in 10 s",
            "g", "h"});
}

TEST_CASE("Lines that come slowly are all said, and nothing about others") {
  Said said;
  for (int i = 0; i < 50; ++i) {
    said.Log("x");
    said.now += seconds(5);
  }
  CHECK(said.lines == std::vector<std::string>(50, "x"));
}

TEST_CASE("Errors of the log are said whatever else was, and do not count") {
  Said said;
  for (int i = 0; i < 5; ++i) said.Log("damaged", LogLevel::kError);
  for (const char* line : {"a", "b", "c"}) said.Log(line);
  said.Log("damaged", LogLevel::kError);
  CHECK(said.lines.size() == 8);
  CHECK(said.lines.back() == "damaged");
}

TEST_CASE("Threads that log at once leave out as many lines as they do not say") {
  std::atomic<int> said = 0;
  LogLimit limit(10, seconds(10), [&](LogLevel, const std::string&) { ++said; });
  const auto now = LogLimit::Clock::time_point{} + seconds(100);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 100; ++j) limit.Log(LogLevel::kInfo, "x", now);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(said == 10);
  limit.Log(LogLevel::kInfo, "y", now + seconds(10));
  CHECK(said == 12);
}

}  // namespace
}  // namespace rill::net
